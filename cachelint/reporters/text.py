"""The report for people: code frame, caret, evidence, help; findings of one cause together."""

from __future__ import annotations

import shlex
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from cachelint.diagnostic import Applicability, Diagnostic, Span
from cachelint.places import file_uri, report_path
from cachelint.report import Report
from cachelint.reporters.lines import shown_line
from cachelint.reporters.verdict import verdicts
from cachelint.source import printable

#: Longer lines are shown around the finding.
MAX_WIDTH = 160
_BOLD, _RED, _YELLOW, _BLUE, _CYAN, _RESET = (
    "\033[1m", "\033[1;31m", "\033[1;33m", "\033[1;34m", "\033[36m", "\033[0m",
)  # fmt: skip


def render_text(
    report: Report,
    color: bool = False,
    paths: Sequence[str] = (".",),
    *,
    links: bool = False,
    quiet: bool = False,
) -> str:
    """The whole report; ``paths`` are what the user asked to check, for the next command.

    ``links``: places lead to their files (OSC 8). ``quiet``: findings and nothing else.
    """
    painter = _Painter(report, color, links)
    groups = _groups(report.diagnostics)
    parts = [painter.group(group) for group in groups]
    return "\n".join(parts if quiet else [*parts, _summary(report, len(groups), paths)])


def _groups(diagnostics: Sequence[Diagnostic]) -> list[list[Diagnostic]]:
    """Findings of one cause together, in the order of the first of each."""
    groups: dict[tuple[str, str], list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        # What could not be parsed has a cause of its own in every file.
        cause = diagnostic.path if diagnostic.cause == "unparsed" else diagnostic.cause
        groups.setdefault((diagnostic.code, cause), []).append(diagnostic)
    return list(groups.values())


def _summary(report: Report, causes: int, paths: Sequence[str]) -> str:
    searched = f"{_count(report.files, 'file')} searched, {report.judged} with cache code"
    suppressed = f", {report.suppressed} suppressed by noqa" if report.suppressed else ""
    if report.known:
        suppressed += f", {report.known} in the baseline"
    if not report.diagnostics:
        return f"No findings ({searched}{suppressed}).\n"
    codes = Counter((d.code, d.name) for d in report.diagnostics)
    files = len({d.path for d in report.diagnostics})
    total = len(report.diagnostics)
    lines = [
        f"Found {_count(total, 'finding')} of {_count(causes, 'cause')} in {_count(files, 'file')}"
        f" ({searched}{suppressed})."
    ]
    width = len(str(max(codes.values())))
    lines += [f"  {n:>{width}}  {code} {name}" for (code, name), n in sorted(codes.items())]
    commonest = max(sorted(codes), key=lambda key: codes[key])[0]
    steps = [f"cachelint rule {commonest} explains the commonest of them."]
    if causes < total:
        steps.append(f"cachelint check --output-format concise {shlex.join(paths)} lists all.")
    lines += _fixable(report.diagnostics, steps, paths)
    lines += [f"{v.sentence}\n  {v.command}" for v in verdicts(report.diagnostics)]
    lines += [f"{'      ' if index else 'Next: '}{step}" for index, step in enumerate(steps)]
    return "\n".join(lines) + "\n"


def _fixable(
    diagnostics: Sequence[Diagnostic], steps: list[str], paths: Sequence[str]
) -> list[str]:
    """How many have a fix; the command that makes it becomes the first of the next steps."""
    fixes = Counter(d.fix.applicability for d in diagnostics if d.fix is not None)
    if not fixes:
        return []
    steps.insert(0, f"cachelint fix --diff {shlex.join(paths)} shows what would change.")
    safe, unsafe = fixes[Applicability.SAFE], fixes[Applicability.UNSAFE]
    return [f"Fixable: {safe} with cachelint fix, {unsafe} more with --unsafe-fixes."]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


class _Painter:
    def __init__(self, report: Report, color: bool, links: bool) -> None:
        self._sources = report.sources
        self._color = color
        self._links = links

    def group(self, diagnostics: Sequence[Diagnostic]) -> str:
        first, *others = diagnostics
        color = _RED if first.severity.value == "error" else _YELLOW
        lines = [
            f"{self._paint(first.code, color)} {self._paint(first.name, _BOLD)}: {first.message}",
            *self._frame(first.path, first.span, "-->"),
        ]
        for evidence in first.evidence:
            lines.append(f"{self._paint('note', _CYAN)}: {evidence.message}")
            lines += self._frame(evidence.path, evidence.span, "-->")
        if others:
            lines.append(f"{self._paint('also', _CYAN)}: {len(others)} more of the same cause")
            for path, sites in groupby(others, key=lambda diagnostic: diagnostic.path):
                lines += [f"  {self._place(path, site.span)}{self._code(site)}" for site in sites]
        lines.append(f"{self._paint('help', _CYAN)}: {first.help}")
        return "\n".join(lines) + "\n"

    def _paint(self, text: str, color: str) -> str:
        return f"{color}{text}{_RESET}" if self._color else text

    def _place(self, path: str, span: Span) -> str:
        place = f"{printable(report_path(path))}:{span.row}:{span.column}"
        if not self._links:
            return place
        return f"\033]8;;{file_uri(path)}\033\\{place}\033]8;;\033\\"

    def _line(self, path: str, row: int) -> str | None:
        lines = self._sources.get(path, ())
        return shown_line(lines[row - 1]) if row <= len(lines) else None

    def _code(self, diagnostic: Diagnostic) -> str:
        line = self._line(diagnostic.path, diagnostic.span.row)
        return f"  {_cut(line.strip(), 0)[0]}" if line else ""

    def _frame(self, path: str, span: Span, arrow: str) -> list[str]:
        number = str(span.row)
        gutter = " " * len(number)
        lines = [f"{gutter}{self._paint(arrow, _BLUE)} {self._place(path, span)}"]
        line = self._line(path, span.row)
        if not line:
            return lines
        bar = self._paint("|", _BLUE)
        end = span.end_column if span.end_row == span.row else len(line) + 1
        shown, start = _cut(line, span.column - 1)
        marked = shown[start : start + max(end - span.column, 1)] or "^"
        before = _blank(shown[:start])
        lines += [f"{gutter} {bar}", f"{self._paint(number, _BLUE)} {bar} {shown}"]
        if end > span.column or span.column > 1:
            caret = self._paint("^" * _width(marked), _RED)
            lines.append(f"{gutter} {bar} {before}{caret}")
        return lines


def _cut(line: str, start: int) -> tuple[str, int]:
    """``line`` at most MAX_WIDTH long, with ``start`` in view; and where that is then."""
    if len(line) <= MAX_WIDTH:
        return line, start
    left = max(0, min(start - 20, len(line) - MAX_WIDTH))
    return line[left : left + MAX_WIDTH], start - left


def _blank(text: str) -> str:
    return " " * _width(text)


def _width(text: str) -> int:
    """Columns in a terminal; East Asian wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
