"""
# unpicklable-cache-value (CCH309)

## What it does
Finds values that no pickle can hold, given to a cache: a lambda, a generator, an open file, a lock,
a socket.

## Why is this bad?
Every backend but DummyCache pickles what it stores: the line raises `TypeError: cannot pickle
'generator' object`, or `PicklingError` for a lambda. DummyCache takes anything, so the laptop does
not show it.

## Example
```python
from django.core.cache import cache


def remember(orders):
    cache.set("totals", (order.total for order in orders))
```

## Use instead
```python
from django.core.cache import cache


def remember(orders):
    cache.set("totals", [order.total for order in orders])
```

## Fix safety
There is no fix: a list may be what was meant, or the content of the file.

## References
- https://docs.python.org/3/library/pickle.html#what-can-be-pickled-and-unpickled
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Severity
from cachelint.facts.records import Argument
from cachelint.rules.cache_calls import CacheCall, cache_calls
from cachelint.rules.rule import FileView, Finding

WORDS = (b"caches", b"core.cache", b"django.core import")
SEVERITY = Severity.ERROR
NO_FIX = "what can be stored instead, only those who wrote it know"

_UNPICKLABLE = {
    "builtins.open()": "an open file",
    "io.open()": "an open file",
    "socket.socket()": "a socket",
    "sqlite3.connect()": "a connection",
    "tempfile.NamedTemporaryFile()": "an open file",
    "tempfile.TemporaryFile()": "an open file",
    "threading.Condition()": "a lock",
    "threading.Event()": "a lock",
    "threading.Lock()": "a lock",
    "threading.RLock()": "a lock",
    "threading.Semaphore()": "a lock",
    "threading.Thread()": "a thread",
}
_ERRORS = frozenset({"builtins.TypeError", "pickle.PicklingError", "pickle.PickleError"})


def check(view: FileView) -> Iterator[Finding]:
    for call in cache_calls(view):
        for value in _values(call):
            kind = _kind(call, value)
            if kind is not None and not view.is_unharmed(call.use, _ERRORS):
                yield Finding(
                    span=value.span,
                    message=(
                        f"`{value.text}` is {kind}, which cannot be pickled: `{call.use.base}()`"
                        " raises on every backend but DummyCache"
                    ),
                    help="store what it holds: a list, the content, a number",
                    cause=kind,
                )


def _values(call: CacheCall) -> list[Argument]:
    name = {"set": "value", "add": "value", "get_or_set": "default"}.get(call.command)
    value = call.argument(name) if name is not None else None
    return [value] if value is not None else []


def _kind(call: CacheCall, value: Argument) -> str | None:
    if value.form == "generator":
        return "a generator"
    if value.form == "lambda":
        # get_or_set() calls it, and stores what it returns.
        return None if call.command == "get_or_set" else "a function without a name"
    kinds = {_UNPICKLABLE.get(found.path) for found in value.values}
    return kinds.pop() if len(kinds) == 1 else None
