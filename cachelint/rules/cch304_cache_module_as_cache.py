"""
# cache-module-as-cache (CCH304)

## What it does
Finds the module `django.core.cache` used as if it were the cache: `from django.core import cache`,
then `cache.get(…)`, `key in cache`.

## Why is this bad?
`django.core.cache` is a module; the cache is `django.core.cache.cache`. The line raises
`AttributeError: module 'django.core.cache' has no attribute 'get'`.

## Example
```python
from django.core import cache


def rates():
    return cache.get("rates")
```

## Use instead
```python
from django.core.cache import cache


def rates():
    return cache.get("rates")
```

## Fix safety
Safe where the module is imported by name and used as a cache only: the import becomes
`from django.core.cache import cache`. Else there is no fix.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Applicability, FixPlan, Severity
from cachelint.facts.records import Phase, Use
from cachelint.facts.vocabulary import CACHE_API, MODULE, REDIS_API
from cachelint.rules.rule import FileView, Finding

WORDS = (b"core.cache", b"django.core import")
SEVERITY = Severity.ERROR
NO_FIX = "the module is imported in another way than by one `from django.core import cache`"

_ATTRIBUTES = frozenset(f"{MODULE}.{name}" for name in CACHE_API | REDIS_API)
_OPERATIONS = frozenset({f"{MODULE}[]", f"{MODULE}.__contains__()"})


def check(view: FileView) -> Iterator[Finding]:
    for use, resolved in view.uses:
        if resolved.path in _ATTRIBUTES:
            error = "AttributeError"
        elif resolved.path in _OPERATIONS:
            error = "TypeError"
        else:
            continue
        guarded = view.is_unharmed(use, frozenset({f"builtins.{error}"})) or view.is_asked_for(
            use, resolved.path
        )
        if not guarded:
            yield Finding(
                span=use.span,
                message=(
                    f"`{use.text}` asks the module django.core.cache, not the cache: the line"
                    f" raises {error} when it runs"
                ),
                help="`from django.core.cache import cache`",
                cause=MODULE,
                evidence=view.link_evidence(resolved),
                fix=_plan(view, use),
            )


def _plan(view: FileView, use: Use) -> FixPlan | None:
    imported = [found for found in view.facts.imports if found.path == MODULE]
    if len(imported) != 1 or imported[0].guards or imported[0].phase is not Phase.IMPORT:
        return None
    if imported[0].bound == "django" or not view.is_certain(use):
        return None
    return FixPlan(
        title="Import the cache instead of its module",
        applicability=Applicability.SAFE,
        rewrite="cache-module",
    )
