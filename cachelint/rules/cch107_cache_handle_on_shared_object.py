"""
# cache-handle-on-shared-object (CCH107)

## What it does
Finds `self.x = caches[alias]` in objects that serve all threads: middlewares (their constructor
takes `get_response`, or they derive from `MiddlewareMixin`), `AppConfig`, and classes of which the
project makes an object at import or keeps one on a class. A function that takes `get_response`, and
keeps the cache for the middleware that it returns, is meant too. So are containers on the object,
and calls of functions that return a handle.

Custom cache classes are CCH102. Silent in test modules.

## Why is this bad?
A cache handle belongs to the thread that opened it. Django makes one object of a middleware for the
whole process: its handle then serves all threads, memcached clients mix up their answers or hang.
Django had this bug in its own cache middleware (ticket 33252). The handle also ignores
`override_settings(CACHES=…)`, so tests talk to the real server.

## Example
```python
from django.core.cache import caches


class RateLimitMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.store = caches["limits"]

    def __call__(self, request):
        self.store.add(request.path, 1)
        return self.get_response(request)
```

## Use instead
```python
from django.core.cache import caches


class RateLimitMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    @property
    def store(self):
        return caches["limits"]

    def __call__(self, request):
        self.store.add(request.path, 1)
        return self.get_response(request)
```

## Fix safety
`self.x = caches[alias]` becomes `self.x = LazyCacheWrapper(alias)`: safe, since the wrapper is the
same cache and only resolves its alias later. Unsafe where the attribute is bound elsewhere too,
compared by identity or asked for its type.

## References
- https://code.djangoproject.com/ticket/33252
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Severity
from cachelint.facts.records import Phase, Use
from cachelint.rules.custom_cache import wraps_a_cache
from cachelint.rules.opened_handles import OpenedHandle, opened_handles
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.shared_object import kept_attributes, shared_by

WORDS = (b"caches", b"core.cache", b"get_cache")
SEVERITY = Severity.ERROR

_AT_RUN_TIME = (Phase.INIT, Phase.CALL, Phase.READY)


def check(view: FileView) -> Iterator[Finding]:
    if view.is_test:
        return
    for handle in opened_handles(view):
        use = handle.use
        if use.phase not in _AT_RUN_TIME:
            continue
        kept = kept_attributes(view, use)
        if _is_kept_by_function(view, use):
            reason = "a middleware is made once for all threads"
            yield _finding(view, handle, (use.targets or use.containers)[0], reason)
        elif kept and not _is_custom_cache(view, use):
            shared = shared_by(view, use)
            if shared is not None:
                yield _finding(view, handle, f"self.{kept[0]}", shared)


def _is_custom_cache(view: FileView, use: Use) -> bool:
    """Whether the access is CCH102's: in the constructor of a class that wraps a cache."""
    return use.phase is Phase.INIT and wraps_a_cache(view, use, use.owner.rpartition(".")[0])


def _is_kept_by_function(view: FileView, use: Use) -> bool:
    """Whether a factory of a middleware keeps the cache in a variable of its own."""
    function = view.facts.functions.get(use.owner)
    places = use.targets or use.containers
    if function is None or function.parameters[:1] != ("get_response",) or not places:
        return False
    inner = f"{use.owner}.<locals>."
    returned = (value.path.removeprefix(":") for values in function.returns for value in values)
    defines = any(name.startswith(inner) for name in (*view.facts.functions, *returned))
    return use.phase is Phase.CALL and places[0] in function.bound and defines


def _finding(view: FileView, handle: OpenedHandle, place: str, shared: str) -> Finding:
    use = handle.use
    return Finding(
        span=use.span,
        message=(
            f"`{use.text}` is kept in `{place}`, but {shared}: all of them then use the handle of"
            " the thread that came first"
        ),
        help="keep the alias, and open the cache in a property or where it is used",
        cause=f"{use.owner}: {handle.cause}",
        evidence=handle.evidence(view),
        fix=handle.plan(view),
    )
