"""``--add-noqa``: a comment for each finding, in the row in which it counts.

Nothing but comments changes: the tree of the new text is compared with the old one, and the comment
has to suppress the finding, else the file stays as it is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from cachelint.diagnostic import Diagnostic, Edit, Span
from cachelint.fix.document import DeclinedError, Document
from cachelint.fix.outcome import FixedFile, FixReport, Left
from cachelint.noqa import (
    Comment,
    Line,
    Suppressions,
    comments_with_codes,
    directive_in,
    joined_lines,
)
from cachelint.report import Report
from cachelint.source import Source, UnparsedSourceError, load, read_bytes
from cachelint.template_search import TemplateComments
from cachelint.template_search import comments_with_codes as template_comments_with_codes
from cachelint.templates import Template, read_template

#: No comment suppresses these; the last is about comments.
_UNSILENCED = {
    "CCH001": "no comment suppresses it: list the file in `exclude`",
    "CCH002": "cachelint fix takes the unused comment away",
    "CCH003": "no comment suppresses it: leave out --strict-settings",
}
_SEPARATOR = re.compile(r"[,\s]+")


def silence(report: Report, template_suffixes: tuple[str, ...]) -> FixReport:
    """The files with a comment for each finding of ``report``; writes nothing."""
    by_path: dict[str, list[Diagnostic]] = {}
    left: list[Left] = []
    for diagnostic in report.diagnostics:
        reason = _UNSILENCED.get(diagnostic.code)
        if reason is not None:
            left.append(Left(diagnostic, reason))
        else:
            by_path.setdefault(diagnostic.path, []).append(diagnostic)
    files = []
    for path, diagnostics in by_path.items():
        is_template = path.endswith(template_suffixes)
        silenced = _silence_template if is_template else _silence_python
        try:
            old = read_bytes(path)
            new = silenced(path, old, diagnostics, left)
        except (UnparsedSourceError, DeclinedError) as error:
            left += [Left(diagnostic, str(error)) for diagnostic in diagnostics]
        else:
            gone = tuple(d for d in diagnostics if all(d != one.diagnostic for one in left))
            files += [FixedFile(path, old, new, gone)] if new != old else []
    return FixReport(tuple(files), (), tuple(left))


def _silence_python(
    path: str, old: bytes, diagnostics: Sequence[Diagnostic], left: list[Left]
) -> bytes:
    source, document = load(path, old), Document.from_bytes(old)
    mapping = joined_lines(source)
    comments = {c.line: c for c in comments_with_codes(source) if c.counts}
    edits = []
    for line, found in _by_line(diagnostics, mapping, source.lines).items():
        comment = comments.get(line)
        if comment is None and directive_in(line.text) is not None:
            reason = "its line holds a text that flake8 takes for the noqa comment"
            left += [Left(diagnostic, reason) for diagnostic in found]
            continue
        codes = sorted({diagnostic.code for diagnostic in found})
        edits.append(_extended(comment, codes) if comment else _appended(line, codes, source))
    return _verified(source, document.apply(edits), diagnostics, left)


def _by_line(
    diagnostics: Sequence[Diagnostic], mapping: dict[int, Line], lines: list[str]
) -> dict[Line, list[Diagnostic]]:
    found: dict[Line, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        row = diagnostic.span.row
        line = mapping.get(row) or Line(row, row, lines[row - 1])
        found.setdefault(line, []).append(diagnostic)
    return found


def _appended(line: Line, codes: list[str], source: Source) -> Edit:
    """At the end of the last row: a string of several rows has ended there."""
    text = source.lines[line.last - 1]
    start, end = len(text.rstrip()) + 1, len(text) + 1
    span = Span(line.last, start, line.last, end)
    return Edit(span, f"  # noqa: {', '.join(codes)}", is_comment=True)


def _extended(comment: Comment, codes: list[str]) -> Edit:
    """More codes behind those that are there, parted as they are."""
    begin = comment.codes[0].span.end_column - comment.span.column
    between = _SEPARATOR.match(comment.directive, begin)
    separator = between[0] if between is not None else ", "
    row, column = comment.span.row, comment.span.end_column
    return Edit(Span(row, column, row, column), separator + separator.join(codes), is_comment=True)


def _verified(
    old: Source, new: Document, diagnostics: Sequence[Diagnostic], left: list[Left]
) -> bytes:
    data = new.to_bytes()
    source = load(old.path, data)
    if ast.dump(source.tree) != ast.dump(old.tree):
        raise DeclinedError("the comment would change more than comments")
    _refuse_heard(Suppressions(source), diagnostics, left)
    return data


def _refuse_heard(
    suppressions: Suppressions | TemplateComments,
    diagnostics: Sequence[Diagnostic],
    left: list[Left],
) -> None:
    """Raise DeclinedError where a comment was made that does not suppress its finding."""
    given_up = [one.diagnostic for one in left]
    for diagnostic in diagnostics:
        is_heard = not suppressions.cover(diagnostic.code, diagnostic.span.row)
        if is_heard and diagnostic not in given_up:
            raise DeclinedError("a comment in its row would not suppress it")


def _silence_template(
    path: str, old: bytes, diagnostics: Sequence[Diagnostic], left: list[Left]
) -> bytes:
    template = read_template(path, old)
    comments = {c.span.row: c for c in template_comments_with_codes(template) if c.counts}
    by_row: dict[int, set[str]] = {}
    for diagnostic in diagnostics:
        by_row.setdefault(diagnostic.span.row, set()).add(diagnostic.code)
    edits = []
    for row, codes in by_row.items():
        comment = comments.get(row)
        wanted = sorted(codes)
        edits.append(
            _extended(comment, wanted) if comment else _appended_to_row(template, row, wanted)
        )
    data = Document(template.text, "utf-8").apply(edits).to_bytes()
    _refuse_heard(TemplateComments(read_template(path, data)), diagnostics, left)
    return data


def _appended_to_row(template: Template, row: int, codes: list[str]) -> Edit:
    # Behind the blanks at the end of the row: they are output, and stay.
    column = len(template.lines[row - 1]) + 1
    span = Span(row, column, row, column)
    return Edit(span, f"{{# noqa: {', '.join(codes)} #}}", is_comment=True)
