"""
# import-time-cache-io (CCH104)

## What it does
Finds caches that are used while a module is imported or in `AppConfig.ready()`: `cache.get(…)`,
`cache.default_timeout`, `caches[alias].set(…)`, `key in cache`, `hasattr(cache, …)`, and
`cache.get` passed on as a value. The bare proxy `cache` may be passed on: it opens nothing.

Silent in test modules, and where `except Exception` or a bare `except` catches whatever happens.

## Why is this bad?
Every `manage.py` command imports the module. With the server down or its password wrong each of
them dies with `ConnectionError` or `AuthenticationError`; on a database cache `createcachetable`
itself dies, since the table that it shall create is read first. An attribute alone
(`cache.default_timeout`) does not connect, but opens the alias, and dies where that is missing.

What is read at import is also never read again: it is the state of the cache at start-up.

## Example
```python
from django.core.cache import cache

RATES = cache.get("rates")
```

## Use instead
```python
from django.core.cache import cache


def rates():
    return cache.get("rates")
```

## Fix safety
There is no automatic fix: only the author knows when the value should be read.

## References
- https://docs.djangoproject.com/en/stable/ref/applications/#django.apps.AppConfig.ready
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.diagnostic import Severity
from cachelint.facts.records import Phase, Use
from cachelint.facts.vocabulary import HANDLE, HELPER_GET_CACHE, LAZY_CACHES, PROXY, QUIET_CACHE_API
from cachelint.modules import Resolved
from cachelint.rules.rule import FileView, Finding

WORDS = (b"caches", b"core.cache", b"django.core import", b"LazyCacheWrapper", b"get_cache")
SEVERITY = Severity.ERROR
NO_FIX = "when the value is really needed, only those who wrote it know: read it in a function"

_APP_CONFIG = frozenset({"django.apps.AppConfig", "django.apps.config.AppConfig"})
#: The first step on a cache: an attribute, perhaps called.
_OPENED_BY_USE = "|".join(map(re.escape, (*LAZY_CACHES, HANDLE, f"{HELPER_GET_CACHE}()")))
_FIRST_STEP = re.compile(rf"(?:{_OPENED_BY_USE})\.(\w+)(\(\))?")
#: Answered by the classes of the lazy ones themselves.
_OWN = re.compile(rf"(?:{'|'.join(map(re.escape, LAZY_CACHES))})\.__\w+__")
_LOOKS = frozenset(f"builtins.{name}()" for name in ("hasattr", "getattr", "setattr", "delattr"))


def check(view: FileView) -> Iterator[Finding]:
    if view.is_test:
        return
    for use, resolved in view.uses:
        moment = _moment(view, use)
        if moment is None or view.is_unharmed(use, frozenset()):
            continue
        match = _FIRST_STEP.fullmatch(resolved.path)
        if match is not None:
            name, called = match[1], match[2] is not None
            if use.outer == "call" and not called:
                continue  # The call is the finding.
            if _OWN.fullmatch(resolved.path):
                continue
            yield _finding(view, use, resolved, moment, called and name not in QUIET_CACHE_API)
        elif resolved.path in _LOOKS and _looks_at_proxy(view, use):
            yield _finding(view, use, resolved, moment, connects=False)


def _moment(view: FileView, use: Use) -> str | None:
    if use.phase is Phase.IMPORT:
        return "while the module is imported"
    if use.phase is Phase.READY and view.is_a(use.owner.rpartition(".")[0], _APP_CONFIG):
        return "in AppConfig.ready(), at every start"
    return None


def _looks_at_proxy(view: FileView, use: Use) -> bool:
    return any(resolved.path == PROXY for resolved in view.resolve(use.arguments[0].values))


def _finding(view: FileView, use: Use, resolved: Resolved, moment: str, connects: bool) -> Finding:
    if connects:
        fact, danger = "talks to the cache", "its server cannot be reached"
    else:
        fact, danger = "opens the cache", "its alias or backend is missing"
    return Finding(
        span=use.span,
        message=(
            f"`{use.text}` {fact} {moment}: where {danger}, manage.py check and migrate die with it"
        ),
        help="read the cache inside the function that needs the value",
        cause=resolved.path,
        evidence=view.link_evidence(resolved),
    )
