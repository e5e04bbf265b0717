"""Findings and changed texts → the types of the protocol.

Our rows and columns count characters from 1; the protocol counts from 0, columns in the units that
client and server have agreed on: those of UTF-16, if nothing else was said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher

from lsprotocol import types

from cachelint.diagnostic import Diagnostic, Severity, Span
from cachelint.places import file_uri
from cachelint.report import Report
from cachelint.reporters.links import documentation_url
from cachelint.rules import all_rules
from cachelint.source import split_lines

#: How many units of a line some text takes.
Units = Callable[[str], int]

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
}
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def range_of(span: Span, lines: Sequence[str], units: Units) -> types.Range:
    return types.Range(
        _position(span.row, span.column, lines, units),
        _position(span.end_row, span.end_column, lines, units),
    )


def _position(row: int, column: int, lines: Sequence[str], units: Units) -> types.Position:
    line = lines[row - 1] if row <= len(lines) else ""
    return types.Position(row - 1, units(line[: column - 1]))


def diagnostic_item(found: Diagnostic, report: Report, text: str, units: Units) -> types.Diagnostic:
    """``text`` is what the file of the finding holds."""
    sources = report.sources
    lines = sources[found.path] if found.path in sources else split_lines(text)
    url = documentation_url(all_rules()[found.code])
    related = [
        types.DiagnosticRelatedInformation(
            types.Location(
                file_uri(one.path), range_of(one.span, sources.get(one.path, ()), units)
            ),
            one.message,
        )
        for one in found.evidence
    ]
    return types.Diagnostic(
        range=range_of(found.span, lines, units),
        message=f"{found.message}\nhelp: {found.help}" if found.help else found.message,
        severity=_SEVERITIES[found.severity],
        code=found.code,
        code_description=types.CodeDescription(url) if url is not None else None,
        source="cachelint",
        related_information=related or None,
    )


def touches(one: types.Range, other: types.Range) -> bool:
    """Whether two ranges have a place in common, be it where one ends and the other begins."""
    return _key(one.start) <= _key(other.end) and _key(other.start) <= _key(one.end)


def _key(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


def edits_between(old: str, new: str, units: Units) -> list[types.TextEdit]:
    """The changed lines of ``new``, each stretch as one edit of ``old``."""
    before, after = _LINE.findall(old), _LINE.findall(new)

    def start_of(number: int) -> types.Position:
        is_beyond = number == len(before) > 0 and not before[-1].endswith(("\n", "\r"))
        return (
            types.Position(number - 1, units(before[-1]))
            if is_beyond
            else types.Position(number, 0)
        )

    return [
        types.TextEdit(types.Range(start_of(i), start_of(j)), "".join(after[k:m]))
        for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
