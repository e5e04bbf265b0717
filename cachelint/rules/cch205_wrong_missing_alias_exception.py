"""
# wrong-missing-alias-exception (CCH205)

## What it does
Finds `except KeyError` around `caches[…]` where nothing else in the `try` can raise it: no other
item, no call but those of the cache. Silent where `InvalidCacheBackendError`, or anything wide
enough, is caught as well.

## Why is this bad?
`caches` looks like a dict and is none: a missing alias raises `InvalidCacheBackendError`, which is
no KeyError. The handler never runs, and the error it was written for goes through.

## Example
```python
from django.core.cache import caches

def load(key):
    try:
        return caches["search"].get(key)
    except KeyError:
        return caches["default"].get(key)
```

## Use instead
```python
from django.core.cache import InvalidCacheBackendError, caches

def load(key):
    try:
        return caches["search"].get(key)
    except InvalidCacheBackendError:
        return caches["default"].get(key)
```

## Fix safety
Safe where the alias is a literal or a name: the new handler runs where the old one was meant to.
Else unsafe, since what makes the alias may raise KeyError itself.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#django.core.cache.caches
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.diagnostic import Applicability, Edit, Evidence, FixPlan, Severity, Span
from cachelint.facts.records import Use
from cachelint.facts.vocabulary import BACKEND_ERRORS, HANDLE
from cachelint.rules.rule import FileView, Finding

WORDS = (b"caches",)
SEVERITY = Severity.ERROR

#: A handle, and calls of its methods: none raises KeyError.
_HARMLESS = re.compile(rf"{re.escape(HANDLE)}(?:\.\w+(?:\(\))?)?")
_RIGHT = "InvalidCacheBackendError"


def check(view: FileView) -> Iterator[Finding]:
    harmless = {use.span for use, found in view.uses if _HARMLESS.fullmatch(found.path)}
    reported = set()
    for use, resolved in view.uses:
        if resolved.path != HANDLE or view.is_unharmed(use, BACKEND_ERRORS):
            continue
        for guard in use.guards:
            handler = guard.key_error
            if handler is None or handler.span in reported:
                continue
            if harmless.issuperset(handler.risks):
                reported.add(handler.span)
                yield _finding(view, use, handler.span)


def _finding(view: FileView, use: Use, span: Span) -> Finding:
    return Finding(
        span=span,
        message=(
            f"`except KeyError` never catches what `{use.text}` raises: a missing alias is an"
            " InvalidCacheBackendError"
        ),
        help="catch django.core.cache.InvalidCacheBackendError",
        cause="except KeyError",
        evidence=(Evidence(view.facts.path, use.span, "raises InvalidCacheBackendError"),),
        fix=_fix(use, span),
    )


def _fix(use: Use, span: Span) -> FixPlan:
    alias = next((value.alias for value in use.values if value.alias is not None), None)
    plain = alias is not None and (alias.literal is not None or alias.code.isidentifier())
    return FixPlan(
        title=f"Catch `{_RIGHT}`",
        applicability=Applicability.SAFE if plain else Applicability.UNSAFE,
        reason="" if plain else "what makes the alias may raise KeyError itself",
        edits=(Edit(span, _RIGHT),),
        imports=(f"django.core.cache.{_RIGHT}",),
    )
