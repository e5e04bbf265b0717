"""One line a finding: ``path:row:column: CODE message``, as flake8 and compilers print it."""

from __future__ import annotations

from cachelint.places import report_path
from cachelint.report import Report
from cachelint.source import printable


def render_concise(report: Report) -> str:
    return "".join(
        f"{printable(report_path(d.path))}:{d.span.row}:{d.span.column}: {d.code} {d.message}\n"
        for d in report.diagnostics
    )
