"""
# frozen-lazy-cache (CCH106)

## What it does
Finds lazy objects of Django that open a cache once and keep it: `SimpleLazyObject(…)` over a
function that returns `caches[alias]`, at import or on an object that all threads share, and
subclasses of `LazyObject` whose `_setup` reads `caches[alias]`, or of `SimpleLazyObject` that give
it such a function.

## Why is this bad?
They are lazy only until the first use. The thread that comes first opens the alias, and its handle
then serves all threads: memcached clients mix up their answers or hang. It also ignores
`override_settings(CACHES=…)`, so tests talk to the real server, and a fallback that was chosen at
the first use stays for the life of the process.

## Example
```python
from django.core.cache import caches
from django.utils.functional import SimpleLazyObject

sessions = SimpleLazyObject(lambda: caches["sessions"])
```

## Use instead
```python
from django.core.cache import caches


def load(key):
    return caches["sessions"].get(key)
```

For the alias `default` the proxy `django.core.cache.cache` does what is wanted.

## Fix safety
`SimpleLazyObject(lambda: caches[alias])` becomes `LazyCacheWrapper(alias)`: safe where the alias is
a literal or a name that is bound before; unsafe where it is an expression, which is then evaluated
while the module is imported. There is no automatic fix for functions that choose between caches,
and none for subclasses of `LazyObject`.

## References
- https://code.djangoproject.com/ticket/33252
- https://docs.djangoproject.com/en/stable/topics/cache/#accessing-the-cache
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.diagnostic import Evidence, FixPlan, Severity
from cachelint.facts.paths import SUPER_INIT
from cachelint.facts.records import FileFacts, Phase, Use
from cachelint.facts.vocabulary import HANDLE, HANDLER, LAZY_OBJECT, SIMPLE_LAZY_OBJECT
from cachelint.project import OPENING, Opened
from cachelint.rules.lazy_fix import WRAPPER, replacement_by_wrapper, unknown_surroundings
from cachelint.rules.opened_handles import opened_handles
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.shared_object import kept_attributes, shared_by

WORDS = (b"LazyObject",)
SEVERITY = Severity.ERROR
NO_FIX = "the object may be asked for more than its cache; open the cache where it is used"

_ONCE = (
    "the thread that uses it first opens the cache, and its handle then serves all threads and"
    " ignores override_settings"
)
_NAME = re.compile(r"[^\W\d]\w*(?:\.\w+)*")


def check(view: FileView) -> Iterator[Finding]:
    for use, resolved in view.uses:
        if resolved.path == f"{SIMPLE_LAZY_OBJECT}()":
            yield from _simple(view, use)
    for use in view.runnable_uses:
        if use.phase is Phase.INIT and any(value.path == SUPER_INIT for value in use.values):
            yield from _by_super(view, use)
    for name, function in view.facts.functions.items():
        class_name, _, method = name.rpartition(".")
        if method == "_setup" and view.is_a(class_name, frozenset({LAZY_OBJECT})):
            yield from _set_up(view, name, class_name)
        for decorator in function.decorators:
            if any(value.path == SIMPLE_LAZY_OBJECT for value in decorator.values):
                yield from _decorated(view, name)


def _set_up(view: FileView, name: str, class_name: str) -> Iterator[Finding]:
    opened = [
        Opened(view.facts, use, resolved)
        for use, resolved in view.uses
        if use.owner == name
        and resolved.path in OPENING
        and use.outer not in ("attribute", "membership")
    ]
    evidence = _evidence(view, None, opened)
    for handle in opened_handles(view):
        if handle.use.owner == name and handle.use.outer in ("value", "") and handle.by:
            opened += handle.by
            message = f"`{handle.use.text}` opens it, once"
            evidence += (Evidence(view.facts.path, handle.use.span, message),)
            evidence += _evidence(view, None, list(handle.by))
    if opened:
        yield Finding(
            span=view.facts.functions[name].span,
            message=f"`{class_name}` keeps the cache that its `_setup` opens: {_ONCE}",
            help="open the cache where it is used, or use the LazyCacheWrapper of"
            " `cachelint helper`",
            cause=f"{class_name}: {_alias_of(opened[0].use)}",
            evidence=evidence,
        )


def _by_super(view: FileView, use: Use) -> Iterator[Finding]:
    """``super().__init__(lambda: caches[alias])`` in a subclass of SimpleLazyObject."""
    class_name = use.owner.rpartition(".")[0]
    opened = _opened_by_argument(view, use)
    if opened and view.is_a(class_name, frozenset({SIMPLE_LAZY_OBJECT})):
        yield Finding(
            span=use.span,
            message=f"`{class_name}` keeps the cache that this function opens: {_ONCE}",
            help=f"`{WRAPPER}(…)` is opened whenever it is used",
            cause=f"{class_name}: {_alias_of(opened[0].use)}",
            evidence=_evidence(view, use, opened),
        )


def _opened_by_argument(view: FileView, use: Use) -> list[Opened]:
    """The handles that the function which is the first argument gives back."""
    return [
        handle
        for argument in use.arguments[:1]
        for value in argument.values
        for handle in view.project.returned_handles(value.path, view.facts, thorough=True)
    ]


def _simple(view: FileView, use: Use) -> Iterator[Finding]:
    if not use.arguments or not _is_kept(view, use):
        return
    opened = _opened_by_argument(view, use)
    if opened:
        yield Finding(
            span=use.span,
            message=f"`{use.text}` is lazy only once: {_ONCE}",
            help=f"`{WRAPPER}(…)` is opened whenever it is used",
            cause=_alias_of(opened[0].use),
            evidence=_evidence(view, use, opened),
            fix=_plan(view, use, opened),
        )


def _is_kept(view: FileView, use: Use) -> bool:
    if use.phase is Phase.IMPORT:
        return True
    return bool(kept_attributes(view, use)) and shared_by(view, use) is not None


def _decorated(view: FileView, name: str) -> Iterator[Finding]:
    opened = view.project.returned_handles(f":{name}", view.facts)
    if opened and "<locals>" not in name:
        yield Finding(
            span=view.facts.functions[name].span,
            message=f"`{name}` becomes a SimpleLazyObject, which is lazy only once: {_ONCE}",
            help=f"`{name} = {WRAPPER}(…)` is opened whenever it is used",
            cause=_alias_of(opened[0].use),
            evidence=_evidence(view, None, list(opened)),
        )


def _evidence(view: FileView, use: Use | None, opened: list[Opened]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(handle.facts.path, handle.use.span, f"`{handle.use.text}` is opened here, once")
        for handle in opened
        if use is None or not _is_inside(view.facts, handle, use)
    )


def _is_inside(facts: FileFacts, handle: Opened, use: Use) -> bool:
    start = (handle.use.span.row, handle.use.span.column)
    begin, end = (use.span.row, use.span.column), (use.span.end_row, use.span.end_column)
    return handle.facts.path == facts.path and begin <= start < end


def _alias_of(use: Use) -> str:
    return next((value.alias.text for value in use.values if value.alias is not None), use.text)


def _plan(view: FileView, use: Use, opened: list[Opened]) -> FixPlan | None:
    """A wrapper instead of ``SimpleLazyObject(lambda: caches[alias])``, and of nothing else."""
    argument = use.arguments[0]
    alias = opened[0].resolved.value.alias
    only = len(opened) == len(argument.values) == len(use.arguments) == 1
    if not only or alias is None or not view.is_certain(use) or argument.keyword is not None:
        return None
    function = view.facts.functions.get(argument.values[0].path.removeprefix(":"))
    handle = opened[0]
    if (
        handle.resolved.path != HANDLE
        or function is None
        or not argument.text.startswith("lambda:")
        or not handle.use.base
    ):
        return None
    if handle.facts.path != view.facts.path or argument.text != f"lambda: {handle.use.text}":
        return None
    reason = unknown_surroundings(use)
    reads: tuple[str, ...] = ()
    if alias.literal is None and _NAME.fullmatch(alias.text):
        reads = (alias.text.partition(".")[0],)
    elif alias.literal is None:
        reason = f"`{alias.text}` is then evaluated while the module is imported"
    return replacement_by_wrapper(use, alias.code, reason, HANDLER, SIMPLE_LAZY_OBJECT, reads=reads)
