"""Workflow commands of GitHub Actions: an annotation beside the line of each finding."""

from __future__ import annotations

from cachelint.diagnostic import Diagnostic, Severity
from cachelint.places import report_path
from cachelint.report import Report
from cachelint.source import printable

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def render_github(report: Report) -> str:
    return "".join(f"{_command(diagnostic)}\n" for diagnostic in report.diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    properties: dict[str, str | int] = {
        "title": f"{diagnostic.code} {diagnostic.name}",
        "file": printable(report_path(diagnostic.path)),
        "line": span.row,
        "endLine": span.end_row,
    }
    # Columns of several lines are refused.
    if span.row == span.end_row:
        properties |= {"col": span.column, "endColumn": max(span.end_column, span.column)}
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    evidence = [
        f"{printable(report_path(e.path))}:{e.span.row}: {e.message}" for e in diagnostic.evidence
    ]
    message = "\n".join([diagnostic.message, *evidence, f"help: {diagnostic.help}"])
    return f"::{_COMMANDS[diagnostic.severity]} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
