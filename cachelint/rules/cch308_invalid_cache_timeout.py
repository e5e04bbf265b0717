"""
# invalid-cache-timeout (CCH308)

## What it does
Finds a timeout that is no number: a `timedelta`, or a string, given to `set`, `add`, `touch`,
`get_or_set`, `set_many`, their `a…` forms, and `cache_page`.

## Why is this bad?
Backends add the timeout to the time: the line raises `TypeError: unsupported operand type(s) for +:
'float' and 'datetime.timedelta'`. DummyCache takes anything, so the laptop does not show it.

## Example
```python
from datetime import timedelta

from django.core.cache import cache


def remember(rates):
    cache.set("rates", rates, timedelta(hours=1))
```

## Use instead
```python
from datetime import timedelta

from django.core.cache import cache


def remember(rates):
    cache.set("rates", rates, int(timedelta(hours=1).total_seconds()))
```

## Fix safety
Safe where a `timedelta(…)` stands in the call: `int(….total_seconds())` is what was meant. A name
and a string are left to you.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Applicability, Edit, FixPlan, Severity
from cachelint.facts.records import Argument, Use
from cachelint.rules.cache_calls import cache_calls
from cachelint.rules.rule import FileView, Finding

WORDS = (b"caches", b"core.cache", b"django.core import", b"cache_page")
SEVERITY = Severity.ERROR
NO_FIX = "how many seconds were meant is not certain"

_TIMEDELTA = frozenset({
    "datetime.timedelta()", "django.utils.timezone.timedelta()",
})  # fmt: skip
_CACHE_PAGE = "django.views.decorators.cache.cache_page()"
_TYPE_ERROR = frozenset({"builtins.TypeError"})


def check(view: FileView) -> Iterator[Finding]:
    for call in cache_calls(view):
        timeout = call.argument("timeout")
        if timeout is not None and not view.is_unharmed(call.use, _TYPE_ERROR):
            yield from _judge(call.use, timeout)
    for use, resolved in view.uses:
        if resolved.path == _CACHE_PAGE and use.arguments:
            first = use.arguments[0]
            named = [a for a in use.arguments if a.keyword == "timeout"]
            yield from _judge(use, first if first.keyword is None else (named or [first])[0])


def _judge(use: Use, timeout: Argument) -> Iterator[Finding]:
    if timeout.keyword not in (None, "timeout"):
        return
    paths = {value.path for value in timeout.values}
    if timeout.form != "string" and (not paths or not paths <= _TIMEDELTA):
        return
    kind = "string" if timeout.form == "string" else "timedelta"
    remedy = f"`int({timeout.text}.total_seconds())`"
    yield Finding(
        span=timeout.span,
        message=(
            f"`{timeout.text}` is a {kind}, and `{_called(use)}` takes a number of seconds: the"
            " line raises TypeError on every backend but DummyCache"
        ),
        help=remedy if kind == "timedelta" else "give the seconds as a number",
        cause=f"timeout: {kind}",
        fix=_plan(timeout) if kind == "timedelta" else None,
    )


def _called(use: Use) -> str:
    return f"{use.base or 'cache_page'}()"


def _plan(timeout: Argument) -> FixPlan | None:
    if not timeout.code.endswith(")"):
        return None
    return FixPlan(
        title="Give the seconds",
        applicability=Applicability.SAFE,
        edits=(Edit(timeout.span, f"int({timeout.code}.total_seconds())"),),
        builtins=("int",),
    )
