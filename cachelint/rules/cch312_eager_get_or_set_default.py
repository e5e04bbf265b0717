"""
# eager-get-or-set-default (CCH312)

## What it does
Finds calls, comprehensions and awaited values as the default of `get_or_set`.

Preview: how much a call costs cannot be seen from outside. Silent for what costs nothing
(`timezone.now()`, `str(x)`, `dict()`, objects of classes), for queries that nobody has run yet
(`Order.objects.filter(…)`), and in tests.

## Why is this bad?
Python makes the argument before it calls `get_or_set`: the query runs each time, whether the cache
has the value or not. The cache saves nothing, and costs a round trip. A default that can be called
is called by `get_or_set` itself, and only where the cache has no value.

## Example
```python
from django.core.cache import cache


def total_of(user):
    return sum(order.total for order in user.orders.all())


def total(user):
    return cache.get_or_set(f"total-{user.pk}", total_of(user), 60)
```

## Use instead
```python
from django.core.cache import cache


def total_of(user):
    return sum(order.total for order in user.orders.all())


def total(user):
    return cache.get_or_set(f"total-{user.pk}", lambda: total_of(user), 60)
```

## Fix safety
Unsafe: what the call does beside its result is then done on a miss only. `f()` becomes `f`, any
other call or comprehension a lambda; what is awaited, and what has a comment in it, is left to you.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#django.core.caches.cache.get_or_set
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.diagnostic import Applicability, Edit, FixPlan, Severity
from cachelint.facts.records import Argument
from cachelint.rules.cache_calls import cache_calls
from cachelint.rules.rule import FileView, Finding

WORDS = (b"caches", b"core.cache", b"django.core import")
SEVERITY = Severity.WARNING
PREVIEW = True
NO_FIX = "the default cannot be put into a lambda"

_EAGER = frozenset({"await", "call", "comprehension"})
#: Modules whose functions cost less than a look into the cache, or give something to be called.
_CHEAP_MODULES = (
    "datetime.", "decimal.", "django.utils.crypto.", "django.utils.timezone.",
    "django.utils.translation.", "functools.partial", "math.", "operator.", "random.", "secrets.",
    "time.", "uuid.",
)  # fmt: skip
_CHEAP_BUILTINS = frozenset({
    "bool", "bytes", "complex", "float", "format", "hash", "id", "int", "len", "object", "repr",
    "round", "str", "type",
})  # fmt: skip
#: Builtins that make something empty without an argument, and read all of it with one.
_CONTAINERS = frozenset({"dict", "frozenset", "list", "set", "tuple"})
#: Methods of texts, dates and other small things.
_CHEAP_METHODS = frozenset({
    "copy", "decode", "encode", "format", "hex", "isoformat", "join", "lower", "replace", "split",
    "strftime", "strip", "timestamp", "title", "total_seconds", "upper",
})  # fmt: skip
#: Methods of managers and querysets that run no query; what they give is pickled on a miss only.
_QUERIES = frozenset({
    "all", "alias", "annotate", "dates", "datetimes", "defer", "difference", "distinct", "exclude",
    "extra", "filter", "intersection", "none", "only", "order_by", "prefetch_related", "raw",
    "reverse", "select_for_update", "select_related", "union", "using", "values", "values_list",
})  # fmt: skip
_NAME = re.compile(r"[A-Za-z_][\w.]*")
_CLASS = re.compile(r"_*[A-Z]\w*[a-z]\w*")
#: What a lambda cannot have, or would do for itself alone.
_NO_LAMBDA = re.compile(r"\bawait\b|\byield\b|:=|#")


def check(view: FileView) -> Iterator[Finding]:
    if view.is_test:
        return
    for call in cache_calls(view):
        default = call.argument("default") if call.command == "get_or_set" else None
        if default is None or default.form not in _EAGER or _is_for_later(view, default):
            continue
        yield Finding(
            span=default.span,
            message=(
                f"`{default.text}` runs before `{call.use.base or 'get_or_set'}()` looks into the"
                " cache: each time, a hit included"
            ),
            help=f"give something to be called: `{_remedy(default)}`",
            cause="eager default",
            fix=_plan(default),
        )


def _is_for_later(view: FileView, default: Argument) -> bool:
    """Whether a call costs nothing, asks nobody yet, or gives back what the cache then calls."""
    if default.form != "call":
        return False
    name = default.called.rpartition(".")[2]
    if name in _QUERIES or _CLASS.fullmatch(name) or _is_method(default, _CHEAP_METHODS):
        return True
    paths = {value.path for value in default.values}
    arguments = default.code[len(default.called) :].strip()
    return any(
        path.startswith(_CHEAP_MODULES)
        or _builtin(path) in _CHEAP_BUILTINS
        or (_builtin(path) in _CONTAINERS and arguments == "()")
        or view.project.returns_function(path.removesuffix("()"), view.facts)
        for path in paths
    )


def _is_method(default: Argument, names: frozenset[str]) -> bool:
    return "." in default.called and default.called.rpartition(".")[2] in names


def _builtin(path: str) -> str:
    return path.removeprefix("builtins.").removesuffix("()") if path.endswith("()") else ""


def _remedy(default: Argument) -> str:
    if default.form == "await":
        return "a function, or `aget` and `aset`"
    return " ".join(_callable(default).split())


def _callable(default: Argument) -> str:
    arguments = default.code[len(default.called) :].strip()
    if default.form == "call" and arguments == "()" and _NAME.fullmatch(default.called):
        return default.called
    return f"lambda: {default.code}"


def _plan(default: Argument) -> FixPlan | None:
    if default.form == "await" or _NO_LAMBDA.search(default.code):
        return None
    return FixPlan(
        title="Let get_or_set() call it",
        applicability=Applicability.UNSAFE,
        reason="what the call does beside its result is then done on a miss only",
        edits=(Edit(default.span, _callable(default)),),
    )
