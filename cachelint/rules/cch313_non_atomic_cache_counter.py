"""
# non-atomic-cache-counter (CCH313)

## What it does
Finds a number that is read from a cache and written back, one higher or lower, under the same key:
`cache.set(key, cache.get(key, 0) + 1)`.

Preview: whether anybody else counts at the same time cannot be seen. Silent under a lock (a `with`
or a decorator that says so, or a function that begins with `cache.add()`), where it stands in for
an `incr()` that has just failed, and in tests.

## Why is this bad?
Two requests at once read the same number, and both write the same one: a visit is lost. As a limit
of attempts it lets through whoever sends his attempts at the same time. Besides, each `set` begins
the timeout anew, so that a busy counter never expires.

## Example
```python
from django.core.cache import cache


def count(page):
    visits = cache.get(f"visits-{page}", 0)
    cache.set(f"visits-{page}", visits + 1, 3600)
```

## Use instead
```python
from django.core.cache import cache


def count(page):
    cache.add(f"visits-{page}", 0, 3600)
    cache.incr(f"visits-{page}")
```

## Fix safety
There is no automatic fix: `incr()` raises ValueError where the key is missing, so something has to
create it, and the number has to be an integer on memcached and Redis.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#django.core.caches.cache.incr
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.diagnostic import Evidence, Severity
from cachelint.facts.arguments import SUMS
from cachelint.facts.records import Argument, GuardKind, Use, Value
from cachelint.modules import Resolved
from cachelint.rules.cache_calls import CacheCall, cache_calls, made_by
from cachelint.rules.rule import FileView, Finding

WORDS = (b"caches", b"core.cache", b"django.core import")
SEVERITY = Severity.WARNING
PREVIEW = True
NO_FIX = "whether `incr()`, `add()` or a lock fits depends on what is counted"

#: A block, a clock and a lockout keep nobody away from the counter.
_LOCK = re.compile(r"(?i)(?<![bc])lock(?!out)|mutex|semaphore|synchronized|atomic")


def check(view: FileView) -> Iterator[Finding]:
    if view.is_test:
        return
    calls = list(cache_calls(view))
    for call in calls:
        key, value = call.argument("key"), call.argument("value")
        if call.command != "set" or key is None or value is None:
            continue
        if not _is_counted(view, call, key, value) or _is_locked(view, call, calls):
            continue
        if not _replaces_counting(call, key, calls):
            yield _finding(view.facts.path, call, key, value, _reading(call, key, calls))


def _is_counted(view: FileView, call: CacheCall, key: Argument, value: Argument) -> bool:
    """Whether ``value`` is what this cache had under ``key``, plus or minus a number."""
    return any(
        name in ("get", "aget") and _cache_of(resolved) == _cache_of(call.resolved)
        for found in value.values
        if found.key == key.code and found.path.endswith(SUMS)
        for resolved, name in made_by(view, _before_sum(found))
    )


def _before_sum(value: Value) -> Value:
    path = value.path.removesuffix(SUMS[0]).removesuffix(SUMS[1]).removesuffix(".__await__()")
    return Value(path, value.alias, value.unless)


def _cache_of(resolved: Resolved) -> tuple[str, str]:
    alias = resolved.value.alias
    return resolved.path.rpartition(".")[0], alias.code if alias is not None else ""


def _is_locked(view: FileView, call: CacheCall, calls: list[CacheCall]) -> bool:
    """Whether something around the call may keep others away."""
    use = call.use
    held = [name for g in use.guards if g.kind is GuardKind.WITHIN for name in g.names]
    function = view.facts.functions.get(use.owner)
    if function is not None:
        held += [value.path for found in function.decorators for value in found.values]
    if any(_LOCK.search(name) for name in held):
        return True
    return any(
        other.use.owner == use.owner and other.use.span < use.span and _locks(other)
        for other in calls
    )


def _locks(call: CacheCall) -> bool:
    return call.command == "add" or _LOCK.search(call.use.code) is not None


def _replaces_counting(call: CacheCall, key: Argument, calls: list[CacheCall]) -> bool:
    """Whether it creates the entry, or does without, because ``incr`` of the same key failed."""
    failed = {g.row for g in call.use.guards if g.kind is GuardKind.AFTER_ERROR}
    tried = (other for other in calls if other.command in ("incr", "decr"))
    return any(
        other.use.owner == call.use.owner
        and any(g.kind is GuardKind.EXCEPT and g.row in failed for g in other.use.guards)
        and (counted := other.argument("key")) is not None
        and counted.code == key.code
        for other in tried
    )


def _reading(call: CacheCall, key: Argument, calls: list[CacheCall]) -> Use | None:
    """The ``get`` above the call, for the evidence."""
    found = [
        other.use
        for other in calls
        if other.command == "get"
        and other.use.owner == call.use.owner
        and other.use.span.row <= call.use.span.row
        and any(argument.code == key.code for argument in other.use.arguments[:1])
    ]
    return found[-1] if found else None


def _finding(
    path: str, call: CacheCall, key: Argument, value: Argument, reading: Use | None
) -> Finding:
    rises = any(found.path.endswith(SUMS[0]) for found in value.values)
    return Finding(
        span=call.use.span,
        message=(
            f"`{call.use.text}` counts from what was read before: of two requests at the same time"
            f" one is not counted{_anew(call)}"
        ),
        help=f"`add({key.text}, …)` once, then `{'incr' if rises else 'decr'}({key.text})`",
        cause="counter",
        evidence=_evidence(path, call, reading),
    )


def _anew(call: CacheCall) -> str:
    timeout = call.argument("timeout")
    return "" if timeout is not None and timeout.code == "None" else ", and the timeout begins anew"


def _evidence(path: str, call: CacheCall, reading: Use | None) -> tuple[Evidence, ...]:
    if reading is None or reading.span.row == call.use.span.row:
        return ()
    return (Evidence(path, reading.span, "read here"),)
