"""
# unstable-cache-key (CCH311)

## What it does
Finds keys that are made of the builtins `hash()` or `id()`. Silent for the hash of numbers, as
primary keys are (`hash(tuple(order_ids))`), and in tests.

## Why is this bad?
The hash of a text differs from process to process (PYTHONHASHSEED), and `id()` is an address of one
process: each worker looks under keys of its own and finds nothing after a restart. The hit rate
falls to nearly nothing, without any error, and the old entries fill the cache.

## Example
```python
from django.core.cache import cache


def results(query):
    return cache.get(f"results-{hash(query)}")
```

## Use instead
```python
import hashlib

from django.core.cache import cache


def results(query):
    digest = hashlib.sha256(query.encode()).hexdigest()
    return cache.get(f"results-{digest}")
```

## Fix safety
There is no fix: what is hashed has to be made into bytes first.

## References
- https://docs.python.org/3/reference/datamodel.html#object.__hash__
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Severity
from cachelint.facts.arguments import UNSTABLE
from cachelint.rules.cache_calls import cache_calls
from cachelint.rules.rule import FileView, Finding

WORDS = (b"caches", b"core.cache", b"django.core import")
SEVERITY = Severity.WARNING
NO_FIX = "what makes the value distinct, only those who wrote it know"


def check(view: FileView) -> Iterator[Finding]:
    if view.is_test:
        return
    for call in cache_calls(view):
        key = call.argument("key")
        found = {v.path for v in key.values} & UNSTABLE if key is not None else set()
        if key is None or not found:
            continue
        function = min(found).removeprefix("builtins.")
        yield Finding(
            span=key.span,
            message=(
                f"the key `{key.text}` is made of the builtin `{function}`, which differs from"
                " process to process: other workers, and the next start, never find the entry"
            ),
            help="hashlib of the text, or a primary key",
            cause=function,
        )
