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


def discard_output() -> None:
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        return  # There is no file behind it.
