"""
# sync-cache-call-in-async (CCH307)

## What it does
Finds synchronous calls of a cache (`get`, `set`, `key in cache`, …) in an `async def`.

Preview: a cache in the memory of the process answers at once, and a file is quick. Silent where the
deployed settings say that the cache is in local memory, and in tests.

## Why is this bad?
While the call waits for the server no other task of the event loop runs: one slow answer of Redis
stops every request of the process. With a database cache the line raises
`SynchronousOnlyOperation`.

## Example
```python
from django.core.cache import cache


async def rates(request):
    return cache.get("rates")
```

## Use instead
```python
from django.core.cache import cache


async def rates(request):
    return await cache.aget("rates")
```

## Fix safety
Unsafe: other tasks run while the answer is awaited, and may change what the code around it reads.
`key in cache` is left to you (`await cache.ahas_key(key)`), and so is everything for Django 3.2,
which has no asynchronous methods.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#asynchronous-support
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Applicability, Edit, FixPlan, Severity, Span
from cachelint.facts.records import Use
from cachelint.modules import Resolved
from cachelint.rules.alias_backends import deployed_entries
from cachelint.rules.cache_calls import cache_attributes
from cachelint.rules.rule import FileView, Finding
from cachelint.settings.backends import Family

WORDS = (b"caches", b"core.cache", b"django.core import")
SEVERITY = Severity.WARNING
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
PREVIEW = True
NO_FIX = "the call is not written as `cache.method(…)` of one certain cache"

#: What sends something to the server; close() only lets go of it.
_BLOCKING = frozenset({
    "__contains__", "add", "clear", "decr", "decr_version", "delete", "delete_many", "get",
    "get_many", "get_or_set", "has_key", "incr", "incr_version", "set", "set_many", "touch",
})  # fmt: skip
_AT_ONCE = frozenset({Family.DUMMY, Family.LOCAL_MEMORY})
_FIRST_WITH_COROUTINES = (4, 0)


def check(view: FileView) -> Iterator[Finding]:
    if view.is_test:
        return
    reported: set[Span] = set()
    for use, resolved, name in cache_attributes(view, called=True):
        if (
            use.is_async
            and use.outer != "awaited"  # A cache whose methods are coroutines themselves.
            and name in _BLOCKING
            and use.span not in reported
            and not _answers_at_once(view, resolved)
        ):
            reported.add(use.span)
            yield _finding(view, use, name)


def _answers_at_once(view: FileView, resolved: Resolved) -> bool:
    families = {entry.family for entry in deployed_entries(view, resolved)}
    return bool(families) and families <= _AT_ONCE


def _finding(view: FileView, use: Use, name: str) -> Finding:
    has_coroutines = (view.django_version or _FIRST_WITH_COROUTINES) >= _FIRST_WITH_COROUTINES
    if not has_coroutines:
        remedy = "call it through `sync_to_async`"
    elif name == "__contains__":
        remedy = "`await` the cache's `ahas_key()`"
    else:
        remedy = f"`await` the cache's `a{name}()`"
    return Finding(
        span=use.span,
        message=(
            f"`{use.text}` waits for the cache in a coroutine: until it answers no other task of"
            " the event loop runs"
        ),
        help=remedy,
        cause="sync call",
        fix=_plan(view, use, name) if has_coroutines else None,
    )


def _plan(view: FileView, use: Use, name: str) -> FixPlan | None:
    """``cache.get(k)`` → ``await cache.aget(k)``; in brackets where something is done with it."""
    if not use.base.endswith(f".{name}") or not view.is_certain(use):
        return None
    rows = use.base.split("\n")
    column = len(rows[-1]) + (use.span.column if len(rows) == 1 else 1)
    function = Span(use.span.row, use.span.column, use.span.row + len(rows) - 1, column)
    end = Span(use.span.end_row, use.span.end_column, use.span.end_row, use.span.end_column)
    opening, closing = ("(", ")") if use.outer in ("attribute", "item", "call") else ("", "")
    content = f"{opening}await {use.base.removesuffix(name)}a{name}"
    edits = (Edit(function, content), *([Edit(end, closing)] if closing else []))
    return FixPlan(
        title="Await the asynchronous method",
        applicability=Applicability.UNSAFE,
        reason="other tasks run while the answer is awaited",
        edits=edits,
    )
