"""
# import-time-cache-call (CCH103)

## What it does
Finds functions and classes that are called while a module is imported and reach a cache:
`caches[alias]`, `cache.get(…)`, `get_redis_connection(…)` in their body or in what they call, in a
constructor, also an inherited one, in a decorator, or in what a decorator has put around them. A
loop over a generator, a `with`, a property, a metaclass and `__init_subclass__` call something,
too. The evidence shows the way.

A call of a generator, a coroutine or a context manager does not run its body and is not meant, nor
what the arguments of the call switch off, nor one that returns a `ConnectionProxy` or a
`LazyCacheWrapper`. Where more than ten places call the same function, one finding at that function
lists them all. In test modules only handles that are kept count.

## Why is this bad?
`store = open_store()` in the body of a module is `store = caches[…]` in disguise: where the alias
is missing every `manage.py` command dies with `InvalidCacheBackendError`, and where it exists the
handle of one thread serves all. A call that reads the cache needs the server already when the
module is imported: `check`, `migrate` and `collectstatic` die where it cannot be reached.

## Example
```python
from django.core.cache import caches


def open_store():
    return caches["sessions"]


store = open_store()
```

## Use instead
```python
from django.core.cache import caches


def open_store():
    return caches["sessions"]


def load(key):
    return open_store().get(key)
```

## Fix safety
Where all that the function does is to return `caches[alias]`, with an alias that is a literal, a
setting or an argument of the call, `store = open_store()` becomes
`store = LazyCacheWrapper(alias)`: safe, unsafe where the value goes somewhere that is not known.
There is no automatic fix for other calls.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#accessing-the-cache
- https://github.com/django-waffle/django-waffle/issues/319
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cachelint.diagnostic import Evidence, Severity
from cachelint.facts.records import Use
from cachelint.project import Definition, Effect, Site
from cachelint.rules.lazy_fix import call_plan
from cachelint.rules.rule import FileView, Finding

WORDS = (
    b"caches", b"core.cache", b"django.core import", b"get_redis_connection", b"get_cache",
    b"LazyCacheWrapper",
)  # fmt: skip
SEVERITY = Severity.ERROR
#: Who calls what, only the whole project shows.
NEEDS_PROJECT = True
NO_FIX = "where the call can wait until its result is needed, only those who wrote it know"
#: More places than these that call one function are one finding, at the function.
MAX_SITES = 10

_CONSEQUENCES = {
    Effect.KEEPS: "where its alias is missing the import raises InvalidCacheBackendError, and"
    " everywhere else the handle of one thread serves all",
    Effect.OPENS: "where its alias is missing the import raises InvalidCacheBackendError",
    Effect.CONNECTS: "where its server cannot be reached, manage.py check and migrate die with it",
    Effect.REDIS: "where its alias is missing or is not django-redis, the import raises",
}


def check(view: FileView) -> Iterator[Finding]:
    """What one file, and what it imports, shows."""
    for site in view.project.import_time_sites(view.facts):
        if _counts(view, site):
            yield _finding(view, site)


def check_project(views: Iterable[FileView]) -> Iterator[tuple[str, Finding]]:
    """The findings of all files, with the path of each."""
    sites: dict[Definition, list[tuple[FileView, Site]]] = {}
    for view in views:
        for site in view.project.import_time_sites(view.facts):
            if _counts(view, site):
                sites.setdefault(site.callee, []).append((view, site))
    for callee, found in sites.items():
        if len(found) > MAX_SITES and callee.facts is not None:
            yield callee.path, _collapsed(callee, found)
        else:
            yield from ((view.facts.path, _finding(view, site)) for view, site in found)


def _counts(view: FileView, site: Site) -> bool:
    return not view.is_test or site.reached.effect is Effect.KEEPS


def _finding(view: FileView, site: Site) -> Finding:
    name = _called(site.use)
    last = site.reached.steps[-1].use.text if site.reached.steps else "caches[…]"
    return Finding(
        span=site.use.span,
        message=(
            f"`{name}` reaches `{last}` while the module is imported:"
            f" {_CONSEQUENCES[site.reached.effect]}"
        ),
        help="call it where its result is needed, inside the function or method",
        cause=f"{site.callee.path}: {site.callee.name}",
        evidence=_chain(site),
        fix=call_plan(site.use, site.returned),
    )


def _collapsed(callee: Definition, found: list[tuple[FileView, Site]]) -> Finding:
    assert callee.facts is not None
    function, first = callee.function, found[0][1]
    last = first.reached.steps[-1].use.text if first.reached.steps else "caches[…]"
    span = function.span if function is not None else callee.facts.classes[callee.name].span
    calls = tuple(
        Evidence(view.facts.path, site.use.span, "called here while the module is imported")
        for view, site in found
    )
    return Finding(
        span=span,
        message=(
            f"`{callee.name}` is called by {len(found)} places while their modules are imported,"
            f" and reaches `{last}`: {_CONSEQUENCES[first.reached.effect]}"
        ),
        help="call it where its result is needed, or let it answer without the cache until"
        " `django.apps.apps.ready`",
        cause=f"{callee.path}: {callee.name}",
        evidence=(*_chain(first), *calls),
    )


def _called(use: Use) -> str:
    return f"{use.base}(…)" if use.base and len(use.text) > 60 else use.text


def _chain(site: Site) -> tuple[Evidence, ...]:
    *calls, last = site.reached.steps or (None,)
    found = [
        Evidence(step.path, step.use.span, f"which calls `{_called(step.use)}`")
        for step in calls
        if step is not None
    ]
    if last is not None:
        found.append(Evidence(last.path, last.use.span, f"`{last.use.text}` is reached here"))
    return tuple(found)
