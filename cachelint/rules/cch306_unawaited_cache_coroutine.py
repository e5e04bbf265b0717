"""
# unawaited-cache-coroutine (CCH306)

## What it does
Finds calls of the asynchronous methods of a cache (`aget`, `aset`, `adelete`, …) that nobody
awaits: as a statement of their own, or whose result is used as if it were the value.

## Why is this bad?
The call makes a coroutine and runs nothing: nothing is stored, nothing is deleted. Python says
`RuntimeWarning: coroutine … was never awaited`, at some later time and in the log only. A coroutine
used as the value raises AttributeError or TypeError.

## Example
```python
from django.core.cache import cache


async def remember(rates):
    cache.aset("rates", rates)
```

## Use instead
```python
from django.core.cache import cache


async def remember(rates):
    await cache.aset("rates", rates)
```

## Fix safety
Unsafe: `await` is put before the call, in an `async def` only. What never ran does run then.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#asynchronous-support
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.diagnostic import Applicability, Edit, FixPlan, Severity, Span
from cachelint.facts.records import Use
from cachelint.facts.vocabulary import CACHE_API
from cachelint.rules.cache_calls import CACHES, cache_attributes
from cachelint.rules.rule import FileView, Finding

WORDS = (b"caches", b"core.cache", b"django.core import")
SEVERITY = Severity.ERROR
NO_FIX = "the function is no coroutine, or the value is used in the same expression"

_COROUTINES = frozenset(name for name in CACHE_API if name.startswith("a") and name != "add")
_USED = re.compile(rf"(?:{CACHES})\.({'|'.join(sorted(_COROUTINES))})\(\)(?:\.(\w+)|\[\])")
#: What a coroutine does have.
_OF_COROUTINES = frozenset({"close", "send", "throw"})


def check(view: FileView) -> Iterator[Finding]:
    for use, resolved in view.uses:
        match = _USED.fullmatch(resolved.path)
        if match is not None and match[2] not in _OF_COROUTINES:
            message = (
                f"`{use.text}` uses the coroutine that `{match[1]}()` returns as if it were the"
                " value"
            )
            yield _finding(use, f"{message}: the line raises an error", None)
    for use, _, name in cache_attributes(view, called=True):
        if name in _COROUTINES and use.outer == "statement":
            message = f"`{use.text}` makes a coroutine that nobody awaits"
            yield _finding(use, f"{message}: nothing is sent to the cache", _plan(use))


def _finding(use: Use, message: str, fix: FixPlan | None) -> Finding:
    return Finding(span=use.span, message=message, help="`await` it", cause="coroutine", fix=fix)


def _plan(use: Use) -> FixPlan | None:
    if not use.is_async:
        return None
    start = Span(use.span.row, use.span.column, use.span.row, use.span.column)
    return FixPlan(
        title="Await it",
        applicability=Applicability.UNSAFE,
        reason="what never ran does run then",
        edits=(Edit(start, "await "),),
    )
