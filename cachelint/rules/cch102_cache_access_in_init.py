"""
# cache-access-in-init (CCH102)

## What it does
Finds `caches[alias]` in `__init__`, `__new__` or `__post_init__` of a custom cache class: a
subclass, at any distance, of `BaseCache` or of a backend, or a class that wraps a cache (its name
ends in `Cache`, `CacheBackend`, `CacheClient` or `CacheWrapper`, or it keeps the cache and has
methods `get` and `set`). A call of a function that returns such a handle is the same.

Silent for a wrapping class whose instances are all made inside functions of the project, where they
do not outlive the call; session stores, views, serializers and forms are not meant.

## Why is this bad?
Django makes a backend for each thread and alias. One that opens another alias in its constructor
opens it together with the outer one: where the inner alias is missing, the error names an alias
that nobody has asked for; where the two refer to each other, or the alias to itself, the result is
`RecursionError`, at `manage.py check` already.

A wrapping class that is no backend keeps the handle of the thread that made it, for as long as the
object lives: on a module, a class or a settings object that is as long as the process, for all of
its threads.

## Example
```python
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache


class TieredCache(LocMemCache):
    def __init__(self, name, params):
        super().__init__(name, params)
        self.slow = caches[params["OPTIONS"]["slow"]]
```

## Use instead
```python
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache


class TieredCache(LocMemCache):
    def __init__(self, name, params):
        super().__init__(name, params)
        self.slow_alias = params["OPTIONS"]["slow"]

    @property
    def slow(self):
        return caches[self.slow_alias]
```

## Fix safety
`self.x = caches[alias]` becomes `self.x = LazyCacheWrapper(alias)`: safe, since the wrapper is the
same cache and only resolves its alias later. Unsafe in a backend whose inner alias is an
expression: if it leads back to the backend, the recursion comes with the first use instead.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#using-a-custom-cache-backend
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cachelint.diagnostic import Applicability, FixPlan, NoFix, Severity
from cachelint.facts.records import Phase
from cachelint.modules import Resolved
from cachelint.rules.custom_cache import is_backend, is_short_lived, wraps_a_cache
from cachelint.rules.opened_handles import OpenedHandle, opened_handles
from cachelint.rules.rule import FileView, Finding

WORDS = (b"caches", b"core.cache", b"get_cache")
SEVERITY = Severity.WARNING


def check(view: FileView) -> Iterator[Finding]:
    for handle in opened_handles(view):
        use = handle.use
        if use.phase is not Phase.INIT:
            continue
        class_name = use.owner.rpartition(".")[0]
        if is_backend(view, class_name):
            plan = _backend_plan(handle.plan(view), handle.resolved)
            yield _finding(view, handle, _BACKEND.format(name=class_name), plan)
        elif is_short_lived(view, class_name):
            continue
        elif wraps_a_cache(view, use, class_name) and view.project.may_live_long(
            view.facts, class_name
        ):
            yield _finding(view, handle, _WRAPPER.format(name=class_name), handle.plan(view))


_BACKEND = (
    "it is opened together with every alias that has the backend `{name}`: a missing one is blamed"
    " on the outer alias, and one that leads back to it ends in RecursionError"
)
_WRAPPER = (
    "an object of `{name}` keeps the handle of the thread that made it, and shares it with every"
    " thread that uses the object"
)


def _backend_plan(plan: FixPlan | NoFix, resolved: Resolved | None) -> FixPlan | NoFix:
    """Unsafe where the inner alias may be the outer one: the recursion would only come later."""
    alias = resolved.value.alias if resolved is not None else None
    if isinstance(plan, NoFix) or (alias is not None and alias.literal is not None):
        return plan
    reason = "the alias may lead back to this backend, then the recursion comes with the first use"
    return replace(plan, applicability=Applicability.UNSAFE, reason=reason)


def _finding(
    view: FileView, handle: OpenedHandle, consequence: str, plan: FixPlan | NoFix
) -> Finding:
    use = handle.use
    return Finding(
        span=use.span,
        message=f"`{use.text}` is opened in a constructor: {consequence}",
        help="keep the alias, and open the cache in a property or where it is used",
        cause=f"{use.owner}: {handle.cause}",
        evidence=handle.evidence(view),
        fix=plan,
    )
