"""Exit codes, and text on standard output whatever it can encode."""

from __future__ import annotations

import os
import sys

CLEAN, FINDINGS, WRONG_USAGE = 0, 1, 2


def write(text: str) -> None:
    """Print whatever the terminal's encoding can show, the rest escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def write_bytes(data: bytes) -> None:
    """Print bytes as they are: a patch, or source in an encoding of its own."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def wants_color(choice: str) -> bool:
    """Colour for people at a terminal; https://no-color.org for those who do not want it."""
    if choice != "auto":
        return choice == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


#: Terminals that are known to show links, by TERM_PROGRAM and by TERM.
_LINKING_PROGRAMS = frozenset({
    "Hyper", "Tabby", "WezTerm", "ghostty", "iTerm.app", "mintty", "rio", "vscode",
})  # fmt: skip
_LINKING_TERMINALS = ("alacritty", "foot", "xterm-ghostty", "xterm-kitty")
#: Oldest version of the library behind many terminals that shows links (0.50).
_OLDEST_VTE = 5000


def wants_links(color: str) -> bool:
    """Whether places may be links (OSC 8): at a terminal that can, or as FORCE_HYPERLINK says."""
    forced = os.environ.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced not in ("", "0")
    if not wants_color(color) or not sys.stdout.isatty():
        return False
    found = os.environ
    if "WT_SESSION" in found or "KONSOLE_VERSION" in found:
        return True
    version = found.get("VTE_VERSION", "")
    return (
        found.get("TERM_PROGRAM") in _LINKING_PROGRAMS
        or found.get("TERM", "").startswith(_LINKING_TERMINALS)
        or (version.isdecimal() and int(version) >= _OLDEST_VTE)
    )


def discard_output() -> None:
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        return  # There is no file behind it.
