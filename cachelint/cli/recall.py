"""What the same check said the last time: looked up before anything else is imported.

A whole run is kept (kept.py): what it printed and its exit code.
"""

from __future__ import annotations

import os
import sys

from cachelint.cli import kept

TYPE_CHECKING = False  # The module typing takes longer to load than all of this.
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

#: Variables that say what a terminal can show (output.py).
_TERMINAL = (
    "NO_COLOR", "FORCE_HYPERLINK", "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "VTE_VERSION",
    "COLORTERM", "WT_SESSION", "KONSOLE_VERSION", "DOMTERM",
)  # fmt: skip
#: Exit code, standard output, standard error.
Said = tuple[int, str, str]


def recalled(arguments: Sequence[str]) -> Said | None:
    """What this command said when it was kept, if that still holds."""
    found = None if kept.is_off() else kept.load(key_of(arguments))
    if found is None or not kept.holds(found[1]):
        return None
    code, out, err = found[0]
    return code, out, err


def key_of(arguments: Sequence[str]) -> str:
    """All that decides what a command says beside files: its arguments, and the terminal."""
    terminal = (sys.stdout.encoding, sys.stdout.isatty(), *map(os.environ.get, _TERMINAL))
    return kept.key_of(*terminal, *arguments)


class Copy:
    """What is printed meanwhile, which is printed as ever."""

    def __enter__(self) -> Copy:
        self._before = sys.stdout, sys.stderr
        self._copies = _Copied(sys.stdout), _Copied(sys.stderr)
        sys.stdout, sys.stderr = self._copies
        return self

    def __exit__(self, *error: object) -> None:
        sys.stdout, sys.stderr = self._before

    @property
    def texts(self) -> tuple[str, str]:
        """What has gone to standard output and to standard error."""
        out, err = self._copies
        return "".join(out.parts), "".join(err.parts)


class _Copied:
    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        self.parts.append(text)
        return len(text) if self._stream is None else int(self._stream.write(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
