"""The language server: what ``check`` and ``fix`` say of texts that somebody is writing.

``application`` speaks the protocol (pygls), ``workspace`` judges the open documents, ``kept`` keeps
what was read for the next keystroke, ``actions`` and ``translation`` put fixes and findings into
the protocol's words.
"""

from cachelint.server.application import serve

__all__ = ["serve"]
