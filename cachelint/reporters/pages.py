"""Pages of rules, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cachelint.rules import Rule


def render_pages(rules: Sequence[Rule]) -> str:
    return "\n".join(f"{rule.page}\n" for rule in rules)


def render_pages_json(rules: Sequence[Rule], is_one: bool) -> str:
    """An object for a rule that was asked for by itself, else a list."""
    pages = [_page(rule) for rule in rules]
    return json.dumps(pages[0] if is_one else pages, indent=2) + "\n"


def _page(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "preview": rule.is_preview,
        "explanation": rule.page,
    }
