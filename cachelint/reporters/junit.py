"""JUnit's XML, for servers that only know test results: a suite a file, a failure a finding."""

from __future__ import annotations

import re
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from cachelint.diagnostic import Diagnostic
from cachelint.places import report_path
from cachelint.report import Report
from cachelint.source import printable

#: What XML 1.0 has no way to write, beside what ``printable`` leaves out.
_FORBIDDEN = re.compile("[\ud800-\udfff\ufffe\uffff]")


def render_junit(report: Report) -> str:
    """A run without findings is one test that passed: some servers take none for a failure."""
    total = len(report.diagnostics)
    head = f'<testsuites name="cachelint" tests="{total or 1}" failures="{total}" errors="0">'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', head]
    for path, group in groupby(report.diagnostics, key=lambda diagnostic: diagnostic.path):
        found = list(group)
        name = _attribute(report_path(path))
        lines.append(f'  <testsuite name={name} tests="{len(found)}" failures="{len(found)}">')
        lines += [line for diagnostic in found for line in _case(diagnostic)]
        lines.append("  </testsuite>")
    if not total:
        lines += [
            '  <testsuite name="cachelint" tests="1" failures="0">',
            '    <testcase name="no findings" classname="cachelint"/>',
            "  </testsuite>",
        ]
    return "\n".join([*lines, "</testsuites>", ""])


def _case(diagnostic: Diagnostic) -> list[str]:
    path, span = report_path(diagnostic.path), diagnostic.span
    name = f"{diagnostic.code} {diagnostic.name} {span.row}:{span.column}"
    body = [f"{path}:{span.row}:{span.column}"]
    body += [f"{report_path(e.path)}:{e.span.row}: {e.message}" for e in diagnostic.evidence]
    body.append(f"help: {diagnostic.help}")
    return [
        f"    <testcase name={_attribute(name)} classname={_attribute(path)}"
        f' file={_attribute(path)} line="{span.row}">',
        f'      <failure type="{diagnostic.code}" message={_attribute(diagnostic.message)}>'
        f"{_text(body)}</failure>",
        "    </testcase>",
    ]


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _text(lines: list[str]) -> str:
    return "\n".join(escape(_clean(line)) for line in lines)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("?", printable(text))
