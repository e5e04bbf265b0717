"""
# nonexistent-cache-handler-api (CCH301)

## What it does
Finds uses of `django.core.cache.caches` that it does not have: `caches.get(…)`, `caches.keys()`,
`caches.default`, `caches(alias)`, `len(caches)`.

## Why is this bad?
`caches` looks like a dict but is a connection handler. `caches.get` raises `AttributeError:
'CacheHandler' object has no attribute 'get'`, calling it or asking for its length `TypeError`, the
first time the line runs, which for a fallback may be in production.

## Example
```python
from django.core.cache import caches


def sessions():
    return caches.get("sessions", None)
```

## Use instead
```python
from django.core.cache import caches


def sessions():
    return caches["sessions"] if "sessions" in caches else None
```

`alias in caches`, `list(caches)`, `caches.all()` and `caches.settings` exist;
`caches.close_all()` since Django 4.1.

## Fix safety
There is no automatic fix yet.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#django.core.cache.caches
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.diagnostic import Severity
from cachelint.facts.records import Use
from cachelint.facts.vocabulary import HANDLER, HANDLER_API
from cachelint.modules import Resolved
from cachelint.rules.rule import FileView, Finding

WORDS = (b"caches",)
SEVERITY = Severity.ERROR

_ATTRIBUTE = re.compile(rf"{re.escape(HANDLER)}\.(\w+)")
_ATTRIBUTE_ERROR = frozenset({"builtins.AttributeError"})
_TYPE_ERROR = frozenset({"builtins.TypeError"})
_INSTEAD = {
    "get": "`caches[alias] if alias in caches else …`, or catch InvalidCacheBackendError",
    "keys": "`list(caches)` has the aliases",
    "values": "`caches.all()` has the caches; it opens every one",
    "items": "`for alias in caches` has the aliases",
    "default": '`caches["default"]`, or the proxy `django.core.cache.cache`',
    "close_all": "Django has it from 4.1 on; before, `for c in caches.all(): c.close()`",
}


def check(view: FileView) -> Iterator[Finding]:
    for use, resolved in view.uses:
        match = _ATTRIBUTE.fullmatch(resolved.path)
        if match is not None:
            if _is_missing(view, match[1]) and not _is_guarded(view, use, resolved.path):
                yield _attribute(use, match[1], resolved, view)
        elif not view.is_unharmed(use, _TYPE_ERROR):
            if resolved.path == f"{HANDLER}()":
                yield _call(use, resolved, view)
            elif resolved.path == "builtins.len()" and _is_handler(view, use):
                yield _length(use)


def _is_missing(view: FileView, name: str) -> bool:
    if name.startswith("__") and name.endswith("__"):
        return False
    since = HANDLER_API.get(name)
    if since is None:
        return True
    return view.django_version is not None and view.django_version < since


def _is_guarded(view: FileView, use: Use, path: str) -> bool:
    return view.is_unharmed(use, _ATTRIBUTE_ERROR) or view.is_asked_for(use, path)


def _is_handler(view: FileView, use: Use) -> bool:
    return any(found.path == HANDLER for found in view.resolve(use.arguments[0].values))


def _attribute(use: Use, name: str, resolved: Resolved, view: FileView) -> Finding:
    return Finding(
        span=use.span,
        message=(
            f"`{use.text}` does not exist: Django's cache handler is not a dict, the line raises"
            " AttributeError when it runs"
        ),
        help=_INSTEAD.get(name, "`caches[alias]` opens a cache, `alias in caches` asks for one"),
        cause=f".{name}",
        evidence=view.link_evidence(resolved),
    )


def _call(use: Use, resolved: Resolved, view: FileView) -> Finding:
    argument = use.arguments[0].text if use.arguments else "alias"
    return Finding(
        span=use.span,
        message=f"`{use.text}`: Django's cache handler cannot be called, the line raises TypeError",
        help=f"`caches[{argument}]`",
        cause="()",
        evidence=view.link_evidence(resolved),
    )


def _length(use: Use) -> Finding:
    return Finding(
        span=use.span,
        message=f"`{use.text}`: Django's cache handler has no length, the line raises TypeError",
        help="`len(list(caches))` counts the aliases",
        cause="len",
    )
