"""What texts stand for: selectors for rules, patterns for files, paths for what is there."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from cachelint import disk
from cachelint.config import ConfigurationError
from cachelint.discovery import compile_patterns

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


def resolve_selectors(
    selectors: Iterable[str], where: str, *, preview: bool = True
) -> frozenset[str]:
    """The codes that selectors stand for: codes, their beginnings (``CCH3``), names, or ``ALL``.

    Without ``preview`` a rule in preview counts only by its whole code or name. Raises
    ConfigurationError with a suggestion for one that stands for nothing.
    """
    from cachelint.rules import all_rules

    rules = all_rules()
    codes: set[str] = set()
    for selector in selectors:
        wanted = selector.strip()
        if wanted == "ALL":
            found = set(rules)
        else:
            found = {
                code
                for code, rule in rules.items()
                if wanted and (code.startswith(wanted.upper()) or rule.name == wanted)
            }
        if not found:
            known = [*rules, *(rule.name for rule in rules.values())]
            close = difflib.get_close_matches(wanted, known, n=1)
            hint = f'did you mean "{close[0]}"?' if close else f"known are {', '.join(rules)}"
            raise ConfigurationError(f'{where}: unknown rule "{selector}"; {hint}')
        exact = {code for code in found if wanted.upper() == code or wanted == rules[code].name}
        codes |= found if preview else exact | _without_preview(found - exact)
    return frozenset(codes)


def _without_preview(codes: Iterable[str]) -> set[str]:
    from cachelint.rules import all_rules

    rules = all_rules()
    return {code for code in codes if not rules[code].is_preview}


def compiled(patterns: Sequence[str], where: str) -> GitIgnoreSpec:
    """Patterns as in .gitignore. Raises ConfigurationError; ``where`` begins its message."""
    try:
        return compile_patterns(patterns)
    except ValueError as error:
        raise ConfigurationError(f"{where}: {error}") from error


def check_that_paths_exist(paths: Sequence[str]) -> None:
    """Raise ConfigurationError, with a suggestion, for a path that is no file and no folder."""
    for path in paths:
        if not disk.is_entry(path):
            raise ConfigurationError(_missing_path(path))
        if not disk.is_file(path) and not disk.is_folder(path):
            raise ConfigurationError(f"{path}: neither a file nor a folder")


def _missing_path(path: str) -> str:
    folder, name = os.path.split(path.rstrip(os.sep))
    try:
        neighbours = [entry.name for entry in disk.entries(folder or ".")]
    except OSError:
        neighbours = []
    close = difflib.get_close_matches(name, neighbours, n=1)
    hint = f"did you mean {os.path.join(folder, close[0])}?" if close else "check the spelling"
    return f"{path}: no such file or folder; {hint}"
