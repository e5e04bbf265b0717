"""Files in which no rule can find anything, told without loading anything: for editors and hooks.

That is only for the plainest command, ``check`` with files and without configuration, and for files
in ASCII without a cache word that parse. Whatever else is asked takes the usual way.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # The module typing takes longer to load than all of this.
if TYPE_CHECKING:
    from collections.abc import Sequence

#: More files than this are not asked twice.
_MAX_FILES = 20
_IGNORED = frozenset({"--no-cache", "--color=never", "--color=auto"})
_ONLY_TREE = 0x400
"""ast.PyCF_ONLY_AST"""


def clean_files(arguments: Sequence[str]) -> str | None:
    """What a check of ``arguments`` prints, where they are files without anything to judge."""
    paths = [argument for argument in arguments[1:] if argument not in _IGNORED]
    if not 0 < len(paths) <= _MAX_FILES or len(set(paths)) < len(paths):
        return None
    if not all(_is_clean(path) for path in paths):
        return None
    if any(_is_configured(folder) for folder in _folders_above(paths)):
        return None
    s = "" if len(paths) == 1 else "s"
    return f"No findings ({len(paths)} file{s} searched, {len(paths)} with cache code).\n"


def _is_clean(path: str) -> bool:
    if path.startswith("-") or not path.endswith(".py"):
        return False
    try:
        with open(path, "rb") as file:
            data = file.read()
        if not data.isascii() or b"coding" in data or b"\f" in data:
            return False
        lowered = data.lower()
        if b"cache" in lowered or b"redis" in lowered or b"middleware" in lowered:
            return False
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(data, path, "exec", _ONLY_TREE, dont_inherit=True)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return False  # The usual way says what is wrong.
    return True


def _folders_above(paths: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        folder = os.path.dirname(os.path.abspath(path))
        while folder not in found:
            found.add(folder)
            folder = os.path.dirname(folder)
    return found


def _is_configured(folder: str) -> bool:
    """Whether a pyproject.toml there may have something to say to us."""
    try:
        with open(os.path.join(folder, "pyproject.toml"), "rb") as file:
            return b"cachelint" in file.read()
    except FileNotFoundError:
        return False
    except OSError:
        return True
