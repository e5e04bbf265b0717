"""A list of findings in the shape that ruff's json has, plus ``evidence``."""

from __future__ import annotations

import json
from typing import Any

from cachelint.diagnostic import Diagnostic, FixPlan, Span
from cachelint.places import report_path
from cachelint.report import Report
from cachelint.reporters.links import documentation_url
from cachelint.rules import all_rules


def render_json(report: Report) -> str:
    return json.dumps([finding_item(d) for d in report.diagnostics], indent=2) + "\n"


def finding_item(diagnostic: Diagnostic) -> dict[str, Any]:
    """A finding as every json output has it."""
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "message": diagnostic.message,
        "filename": report_path(diagnostic.path),
        **_locations(diagnostic.span),
        "severity": diagnostic.severity.value,
        "help": diagnostic.help,
        "url": documentation_url(all_rules()[diagnostic.code]),
        "fix": _fix(diagnostic.fix),
        "noqa_row": diagnostic.span.row,
        "evidence": [
            {"filename": report_path(e.path), **_locations(e.span), "message": e.message}
            for e in diagnostic.evidence
        ],
    }


def _fix(plan: FixPlan | None) -> dict[str, Any] | None:
    """``edits`` is null where imports or statements change too: ``cachelint fix --diff`` has it."""
    if plan is None:
        return None
    edits = [{"content": edit.content, **_locations(edit.span)} for edit in plan.edits]
    return {
        "applicability": plan.applicability.value,
        "message": plan.title,
        "reason": plan.reason or None,
        "edits": edits if plan.is_complete else None,
    }


def _locations(span: Span) -> dict[str, Any]:
    return {
        "location": {"row": span.row, "column": span.column},
        "end_location": {"row": span.end_row, "column": span.end_column},
    }
