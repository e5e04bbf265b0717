"""What the last check of the same paths has found: ``fix`` then has nothing to look for.

Kept (kept.py) by ``check`` and by ``fix`` itself, so that a look at ``fix --diff`` pays for the
``fix`` after it. The lines of the files are not kept: they are read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from enum import Enum
from typing import Any

from cachelint.cli import kept
from cachelint.config import WRAPPER_STYLE, Configuration
from cachelint.dataclass import replace
from cachelint.diagnostic import (
    Applicability,
    Diagnostic,
    Edit,
    Evidence,
    FixPlan,
    Severity,
    Span,
)
from cachelint.report import Report
from cachelint.source import UnparsedSourceError, decode, read_bytes, split_lines

#: What a finding is made of, apart from texts, numbers and tuples.
_TYPES = {
    type.__name__: type
    for type in (Applicability, Diagnostic, Edit, Evidence, FixPlan, Severity, Span)
}


def key_of(paths: Sequence[str], configuration: Configuration) -> str:
    """All that decides what a check of ``paths`` finds, beside files."""
    # How fixes are written decides nothing about what is found.
    judging = replace(configuration, helper=None, style=WRAPPER_STYLE)
    return kept.key_of("findings", judging, *paths)


def plain(report: Report) -> Any:
    """``report`` as kept.py can keep it."""
    counts = report.files, report.judged, report.suppressed
    return _plain((report.diagnostics, report.notes, counts))


def known_findings(key: str) -> Report | None:
    """What was kept under ``key``, if it still holds, with the lines that it speaks of."""
    found = kept.load(key)
    if found is None:
        return None
    diagnostics, notes, (files, judged, suppressed) = _whole(found[0])
    paths = {one.path for one in diagnostics}
    paths |= {evidence.path for one in diagnostics for evidence in one.evidence}
    try:
        sources = {path: _lines(path) for path in sorted(paths)}
    except OSError:
        return None
    # Asked when they have been read, so that no line is newer than what was found.
    if not kept.holds(found[1]):
        return None
    return Report(diagnostics, files, judged, suppressed, sources, notes)


def _lines(path: str) -> Sequence[str]:
    try:
        return split_lines(decode(read_bytes(path)))
    except UnparsedSourceError as error:
        return split_lines(error.text)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return type(value).__name__, value.value
    if isinstance(value, Span):
        return "Span", *value
    if isinstance(value, tuple):
        return "", *map(_plain, value)
    if type(value) in _TYPES.values():
        return type(value).__name__, *(_plain(getattr(value, f.name)) for f in fields(value))
    return value


def _whole(plain: Any) -> Any:
    if type(plain) is not tuple:
        return plain
    name, *parts = plain
    return _TYPES[name](*map(_whole, parts)) if name else tuple(map(_whole, parts))
