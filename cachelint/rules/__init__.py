"""The rules: one file each, found by its name.

``cch101_import_time_cache_access.py`` is the rule CCH101, import-time-cache-access; its docstring
is its page. Adding a rule touches no list.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterable
from functools import lru_cache

from cachelint.rules.rule import FileView, Finding, Rule

__all__ = ["FileView", "Finding", "Rule", "all_rules", "named_rules"]

_RULE_MODULE = re.compile(r"(cch\d{3})_(\w+)")


@lru_cache(maxsize=1)
def all_rules() -> dict[str, Rule]:
    """Every rule by its code, in the order of the codes. Loads none of them."""
    rules = {}
    for module in pkgutil.iter_modules(__path__):
        match = _RULE_MODULE.fullmatch(module.name)
        if match:
            code, name = match[1].upper(), match[2].replace("_", "-")
            rules[code] = Rule(code, name, f"{__name__}.{module.name}")
    return dict(sorted(rules.items()))


def named_rules(names: Iterable[str]) -> frozenset[str]:
    """The codes of the rules that are named by their whole code or name."""
    wanted = set(names)
    return frozenset(code for code, rule in all_rules().items() if wanted & {code, rule.name})
