"""A list of findings in the shape that ruff's json has, plus ``evidence``."""

from __future__ import annotations

import json
from typing import Any

from cachelint.diagnostic import Diagnostic, Span
from cachelint.engine import Report


def render_json(report: Report) -> str:
    return json.dumps([_item(d) for d in report.diagnostics], indent=2, ensure_ascii=False) + "\n"


def _item(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "message": diagnostic.message,
        "filename": diagnostic.path,
        **_locations(diagnostic.span),
        "severity": diagnostic.severity.value,
        "help": diagnostic.help,
        "url": None,
        "fix": None,
        "noqa_row": diagnostic.span.row,
        "evidence": [
            {"filename": e.path, **_locations(e.span), "message": e.message}
            for e in diagnostic.evidence
        ],
    }


def _locations(span: Span) -> dict[str, Any]:
    return {
        "location": {"row": span.row, "column": span.column},
        "end_location": {"row": span.end_row, "column": span.end_column},
    }
