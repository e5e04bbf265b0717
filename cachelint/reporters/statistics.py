"""How often each rule found something, the commonest first."""

from __future__ import annotations

import json
from collections import Counter

from cachelint.diagnostic import Applicability
from cachelint.report import Report


def render_statistics(report: Report) -> str:
    """A table: how often, which rule, whether ``cachelint fix`` repairs some of it."""
    rows = _rows(report)
    if not rows:
        return ""
    width = len(str(rows[0][2]))
    lines = [
        f"{count:>{width}}  {code}  {'[*]' if fixable else '[ ]'} {name}"
        for code, name, count, fixable in rows
    ]
    if any(fixable for *_, fixable in rows):
        lines.append("[*] some of these are fixable with cachelint fix.")
    return "\n".join(lines) + "\n"


def render_statistics_json(report: Report) -> str:
    items = [
        {
            "code": code,
            "name": name,
            "count": count,
            "fixable": bool(fixable),
            "fixable_count": fixable,
        }
        for code, name, count, fixable in _rows(report)
    ]
    return json.dumps(items, indent=2) + "\n"


def _rows(report: Report) -> list[tuple[str, str, int, int]]:
    """Code, name, how many there are, how many of these have a safe fix."""
    found = Counter((diagnostic.code, diagnostic.name) for diagnostic in report.diagnostics)
    fixable = Counter(
        diagnostic.code
        for diagnostic in report.diagnostics
        if diagnostic.fix is not None and diagnostic.fix.applicability is Applicability.SAFE
    )
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return [(code, name, count, fixable[code]) for (code, name), count in ordered]
