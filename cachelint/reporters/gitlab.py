"""GitLab's code quality report: the part of Code Climate's format that GitLab reads."""

from __future__ import annotations

import json
from typing import Any

from cachelint.diagnostic import Diagnostic, Severity
from cachelint.fingerprints import fingerprints
from cachelint.places import report_path
from cachelint.report import Report

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor"}


def render_gitlab(report: Report) -> str:
    digests = fingerprints(report.diagnostics, report.sources, report_path)
    issues = [_issue(d, digest) for d, digest in zip(report.diagnostics, digests, strict=True)]
    return json.dumps(issues, indent=2) + "\n"


def _issue(diagnostic: Diagnostic, digest: str) -> dict[str, Any]:
    span = diagnostic.span
    return {
        "description": f"{diagnostic.code} {diagnostic.name}: {diagnostic.message}",
        "check_name": diagnostic.code,
        "fingerprint": digest,
        "severity": _SEVERITIES[diagnostic.severity],
        "location": {
            "path": report_path(diagnostic.path),
            "positions": {
                "begin": {"line": span.row, "column": span.column},
                "end": {"line": span.end_row, "column": span.end_column},
            },
        },
    }
