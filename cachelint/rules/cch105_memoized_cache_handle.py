"""
# memoized-cache-handle (CCH105)

## What it does
Finds functions that keep the cache they have opened: `lru_cache` or `cache` around one that returns
`caches[alias]`, `cached_property` where the project keeps an object of the class,
`global store; store = caches[alias]`, and a dict or list of the module, or an attribute of a class
or function, that remembers handles. They may open it themselves or call what returns one.

A memoised function that only uses a cache inside is not meant. Silent in test modules.

## Why is this bad?
`caches[alias]` is a look-up that costs a microsecond and answers with the handle of the current
thread. A memo freezes the handle of the thread that came first and hands it to all others:
memcached clients mix up their answers or hang. It also ignores `override_settings(CACHES=…)`, so
tests talk to the real server.

## Example
```python
from functools import lru_cache

from django.core.cache import caches


@lru_cache(maxsize=None)
def get_store():
    return caches["sessions"]
```

## Use instead
```python
from django.core.cache import caches


def get_store():
    return caches["sessions"]
```

## Fix safety
`lru_cache` and `cache` are dropped: safe where the body is a return statement alone; unsafe where
it does more, which then happens with every call, and where the project uses `cache_clear()` or
`cache_info()`. In the other cases `caches[alias]` becomes `LazyCacheWrapper(alias)`, which may be
kept; unsafe where the name is bound elsewhere too.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#accessing-the-cache
- https://code.djangoproject.com/ticket/33252
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Applicability, Evidence, FixPlan, NoFix, Severity
from cachelint.facts.records import Decorator, FunctionFacts, Phase, Use
from cachelint.facts.vocabulary import HANDLE
from cachelint.project import Opened
from cachelint.rules.custom_cache import is_backend
from cachelint.rules.lazy_fix import wrapper_plan
from cachelint.rules.opened_handles import opened_handles
from cachelint.rules.rule import FileView, Finding

WORDS = (b"caches", b"core.cache", b"get_cache")
SEVERITY = Severity.ERROR
NO_FIX = "what is remembered here is not only a cache"

_MEMOS = frozenset({"functools.cache", "functools.lru_cache", "functools.lru_cache()"})
_CACHED_PROPERTIES = frozenset({
    "django.utils.functional.cached_property", "functools.cached_property"
})  # fmt: skip
_FROZEN = (
    "the handle of the thread that came first then serves all threads and ignores override_settings"
)
_CONTAINERS = frozenset({
    "builtins.dict()", "builtins.list()", "builtins.set()", "collections.OrderedDict()",
    "collections.defaultdict()", "collections.deque()",
})  # fmt: skip


def check(view: FileView) -> Iterator[Finding]:
    if view.is_test:
        return
    for name, function in view.facts.functions.items():
        for decorator in function.decorators:
            yield from _memoised(view, name, function, decorator)
    for use in view.runnable_uses:
        yield from _memoised_by_call(view, use)
    for handle in opened_handles(view):
        use = handle.use
        if use.outer not in ("value", "element", ""):
            continue
        place = _kept_by_module(view, use) or _kept_by_class(view, use)
        if place is not None:
            yield Finding(
                span=use.span,
                message=f"`{use.text}` is remembered in {place}: {_FROZEN}",
                help="open the cache whenever it is used: the look-up costs a microsecond",
                cause=f"{use.owner}: {use.text}",
                evidence=handle.evidence(view),
                fix=handle.plan(view),
            )


# -- decorators ----------------------------------------------------------------------------------


def _memoised(
    view: FileView, name: str, function: FunctionFacts, decorator: Decorator
) -> Iterator[Finding]:
    paths = {value.path for value in decorator.values}
    is_property = not paths.isdisjoint(_CACHED_PROPERTIES)
    if not is_property and (paths.isdisjoint(_MEMOS) or "<locals>" in name):
        return
    opened = view.project.returned_handles(f":{name}", view.facts)
    if not opened or (is_property and not _is_kept(view, name)):
        return
    here = [handle for handle in opened if handle.facts.path == view.facts.path]
    short = name.rpartition(".")[2]
    for handle in here or opened[:1]:
        use = handle.use
        # A caches.get() is CCH301's, until it is one that works.
        at_use = bool(here) and use.owner == name and handle.resolved.path == HANDLE
        message = f"`{use.text}` is returned by `{short}`, which is memoised: {_FROZEN}"
        shown = Evidence(view.facts.path, decorator.span, f"`{short}` remembers what it returned")
        yield Finding(
            span=use.span if at_use else function.span,
            message=message,
            help="drop the memo: the look-up costs a microsecond",
            cause=f"{name}: {use.text}",
            evidence=(shown, *_origin(view, handle, at_use)),
            fix=_plan(view, name, function, handle, is_property),
        )


def _memoised_by_call(view: FileView, use: Use) -> Iterator[Finding]:
    """``open_store = lru_cache(maxsize=None)(open_handle)``."""
    if use.phase is not Phase.IMPORT or not use.arguments or not _is_memo(use):
        return
    opened = [
        handle
        for value in use.arguments[0].values
        for handle in view.project.returned_handles(value.path, view.facts)
    ]
    for handle in opened[:1]:
        yield Finding(
            span=use.span,
            message=f"`{use.text}` remembers the `{handle.use.text}` that it returns: {_FROZEN}",
            help="drop the memo: the look-up costs a microsecond",
            cause=f"{use.owner}: {handle.use.text}",
            evidence=(
                Evidence(handle.facts.path, handle.use.span, f"`{handle.use.text}` is opened here"),
            ),
        )


def _is_memo(use: Use) -> bool:
    return any(value.path.removesuffix("()") in _MEMOS for value in use.values)


def _is_kept(view: FileView, name: str) -> bool:
    """Whether the project keeps an object of the class whose property it is."""
    class_name = name.rpartition(".")[0]
    if class_name not in view.facts.classes or is_backend(view, class_name):
        return False
    return view.project.lives_long(view.facts, class_name)


def _origin(view: FileView, handle: Opened, at_use: bool) -> tuple[Evidence, ...]:
    links = view.link_evidence(handle.resolved)
    if at_use:
        return links
    opened = Evidence(handle.facts.path, handle.use.span, f"`{handle.use.text}` is opened here")
    return (opened, *links)


def _plan(
    view: FileView, name: str, function: FunctionFacts, handle: Opened, is_property: bool
) -> FixPlan | NoFix:
    if is_property:
        own = handle.facts.path == view.facts.path and handle.use.owner == name
        if not own:
            return NoFix("the property has the cache from another function")
        return wrapper_plan(view, handle.use, handle.resolved)
    reason = "" if function.is_plain else "the rest of the function then runs with every call"
    return FixPlan(
        title=f"Drop the memo of `{name}`",
        applicability=Applicability.UNSAFE if reason else Applicability.SAFE,
        reason=reason,
        rewrite="memo",
        drops=("functools.cache", "functools.lru_cache"),
        memo=name,
    )


# -- names, dicts and classes that remember ------------------------------------------------------


def _kept_by_module(view: FileView, use: Use) -> str | None:
    """The global name, or the dict of the module, that keeps what a function has opened."""
    function = view.facts.functions.get(use.owner)
    if function is None:
        return None
    for name in sorted(function.global_names):
        bound = view.facts.exports.get(name, ())
        # A handle that is one of several has no targets of its own.
        is_target = name in use.targets or use.outer == ""
        if is_target and not set(bound).isdisjoint(use.values):
            return f"the global `{name}`"
    containers = [t.partition("[")[0] for t in use.targets if "[" in t] + [*use.containers]
    for name in containers:
        if _is_container_of_module(view, use.owner, name):
            return f"`{name}`, a container of the module"
    return None


def _is_container_of_module(view: FileView, owner: str, name: str) -> bool:
    parts = owner.split(".<locals>.")
    around = [".<locals>.".join(parts[: length + 1]) for length in range(len(parts))]
    functions = [view.facts.functions.get(outer) for outer in around]
    if any(f is None or name in f.bound for f in functions) or name not in view.facts.exports:
        return False
    return all(value.path in _CONTAINERS for value in view.facts.exports[name])


def _kept_by_class(view: FileView, use: Use) -> str | None:
    """The attribute of a class, named by it or by ``cls``, to which a function binds the cache."""
    function = view.facts.functions.get(use.owner)
    if function is None:
        return None
    class_method = any(
        value.path == "builtins.classmethod" for d in function.decorators for value in d.values
    )
    for target in use.targets:
        base, _, rest = target.partition(".")
        is_class = f":{base}" in {value.path for value in view.facts.exports.get(base, ())}
        if class_method and function.parameters[:1] == (base,):
            is_class = True
        if rest.isidentifier() and is_class and (class_method or base in view.facts.classes):
            return f"`{target}`, an attribute of the class"
        if rest.isidentifier() and base in view.facts.functions and base not in function.bound:
            return f"`{target}`, an attribute of the function"
    return None
