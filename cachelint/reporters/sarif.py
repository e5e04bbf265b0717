"""SARIF 2.1.0, as code scanning reads it: rules with their pages, fixes, related locations."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from cachelint import __version__
from cachelint.diagnostic import Diagnostic, FixPlan, Severity, Span
from cachelint.fingerprints import fingerprints
from cachelint.places import file_uri, report_path
from cachelint.report import Report
from cachelint.reporters.links import documentation_url, repository_url
from cachelint.rules import Rule, all_rules

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: The folder that relative paths start from.
BASE = "%SRCROOT%"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def render_sarif(report: Report, codes: Iterable[str] = ()) -> str:
    """``codes``: the rules that were asked, whether they found something or not."""
    wanted = sorted({*codes, *(diagnostic.code for diagnostic in report.diagnostics)})
    rules = [rule for code, rule in all_rules().items() if code in wanted]
    indexes = {rule.code: index for index, rule in enumerate(rules)}
    digests = fingerprints(report.diagnostics, report.sources, report_path)
    run = {
        "tool": {"driver": _driver(rules)},
        # Columns count characters, as Python does; the default is UTF-16 units.
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "exitCode": int(bool(report.diagnostics))}],
        "results": [
            _result(diagnostic, indexes, digest)
            for diagnostic, digest in zip(report.diagnostics, digests, strict=True)
        ],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _driver(rules: list[Rule]) -> dict[str, Any]:
    driver: dict[str, Any] = {
        "name": "cachelint",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in rules],
    }
    url = repository_url()
    return {**driver, "informationUri": url} if url else driver


def _rule(rule: Rule) -> dict[str, Any]:
    summary = rule.summary
    level = _LEVELS[rule.severity]
    described: dict[str, Any] = {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.name},
        "fullDescription": {"text": summary},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": level, "enabled": not rule.is_preview},
        "properties": {"tags": ["django", "cache"], "problem.severity": level},
    }
    url = documentation_url(rule)
    return {**described, "helpUri": url} if url else described


def _result(diagnostic: Diagnostic, indexes: dict[str, int], digest: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": indexes[diagnostic.code],
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": f"{diagnostic.message}\nhelp: {diagnostic.help}"},
        "locations": [{"physicalLocation": _location(diagnostic.path, diagnostic.span)}],
        "partialFingerprints": {"cachelint/v1": digest},
    }
    if diagnostic.evidence:
        result["relatedLocations"] = [
            {
                "id": number,
                "physicalLocation": _location(evidence.path, evidence.span),
                "message": {"text": evidence.message},
            }
            for number, evidence in enumerate(diagnostic.evidence, 1)
        ]
    fix = _fix(diagnostic.path, diagnostic.fix) if diagnostic.fix is not None else None
    return {**result, "fixes": [fix]} if fix is not None else result


def _fix(path: str, plan: FixPlan) -> dict[str, Any] | None:
    """None where imports or whole statements change too: ``cachelint fix`` makes those."""
    if not plan.is_complete or not plan.edits:
        return None
    replacements = [
        {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.content}}
        for edit in plan.edits
    ]
    change = {"artifactLocation": _artifact(path), "replacements": replacements}
    text = f"{plan.title} ({plan.applicability.value}{f': {plan.reason}' if plan.reason else ''})"
    return {"description": {"text": text}, "artifactChanges": [change]}


def _location(path: str, span: Span) -> dict[str, Any]:
    return {"artifactLocation": _artifact(path), "region": _region(span)}


def _artifact(path: str) -> dict[str, Any]:
    shown = report_path(path)
    if os.path.isabs(shown) or shown.startswith("../"):
        return {"uri": file_uri(path)}
    return {"uri": quote(os.fsencode(shown)), "uriBaseId": BASE}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.row,
        "startColumn": span.column,
        "endLine": span.end_row,
        "endColumn": span.end_column,
    }
