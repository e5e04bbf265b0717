"""
# import-time-cache-access (CCH101)

## What it does
Finds `caches[alias]` that is evaluated while a module is imported: in a module or class body, a
default argument, a decorator, a comprehension.

## Why is this bad?
Python imports the module for every `manage.py` command. Where the alias is missing from the
settings of that environment, or its backend cannot be imported, the import raises
`InvalidCacheBackendError`, and `check`, `migrate` and `collectstatic` die with it.

Where the alias exists, the handle of the thread that imports first serves all threads: memcached
clients then mix up their answers or hang. It also ignores `override_settings(CACHES=…)`, so tests
talk to the real server.

A `try`/`except` or `if alias in caches` around it prevents the crash, but freezes handle and
fallback for the life of the process.

## Example
```python
from django.core.cache import caches

sessions = caches["sessions"]


def load(key):
    return sessions.get(key)
```

## Use instead
```python
from django.core.cache import caches


def load(key):
    return caches["sessions"].get(key)
```

For the alias `default` the proxy `django.core.cache.cache` is lazy already.

## Fix safety
`X = caches[alias]` becomes `X = LazyCacheWrapper(alias)`: safe, since the wrapper is the same cache
and only resolves its alias later. Unsafe where the value goes somewhere that is not known, where
the name is bound elsewhere too, compared by identity or asked for its type. A `try`/`except` with
another cache in its handler becomes one wrapper with `fallback=`: unsafe, since the handler also
runs where a backend cannot be imported.

Under ASGI each task that uses an alias first gets a backend object of its own, and core Redis then
connects once per request; a frozen handle hides that cost.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#accessing-the-cache
- https://code.djangoproject.com/ticket/33252
"""

from __future__ import annotations

import collections.abc
from collections.abc import Iterator

from cachelint.diagnostic import Evidence, Severity, Span
from cachelint.facts.records import GuardKind, Phase, Use
from cachelint.facts.vocabulary import (
    BACKEND_ERRORS,
    CONNECTION_PROXY,
    HANDLE,
    HANDLER,
    HELPER_GET_CACHE,
)
from cachelint.modules import Resolved
from cachelint.rules.lazy_fix import (
    WRAPPER,
    helper_plan,
    is_cache_check,
    wrapper_plan,
)
from cachelint.rules.rule import FileView, Finding

WORDS = (b"caches", b"get_cache")
SEVERITY = Severity.ERROR
LOOKS_INTO_FUNCTIONS = False
NO_FIX = (
    "which object stands here instead, the class decides: a method or property can open the cache"
)

#: Bases, metaclasses and decorators that ask the values of a class body for attributes; a
#: ConnectionProxy answers by opening its alias.
_PROBING = frozenset({
    "abc.ABC", "abc.ABCMeta", "typing.Protocol", "typing_extensions.Protocol",
    "django.contrib.auth.models.AbstractUser", "django.contrib.auth.models.AbstractBaseUser",
    "django.contrib.gis.db.models.Model", "django.db.models.Model", "django.db.models.base.Model",
    "django.db.models.Choices", "django.db.models.IntegerChoices", "django.db.models.TextChoices",
    "enum.Enum", "enum.Flag", "enum.IntEnum", "enum.IntFlag", "enum.StrEnum",
    *(f"collections.abc.{name}" for name in collections.abc.__all__),
})  # fmt: skip

#: Refuses a ConnectionProxy as unhashable, from Python 3.11 on.
_DATACLASS = frozenset({"dataclasses.dataclass"})
_PROBED = (
    "the class asks it for attributes while the module is imported, which opens {alias}; where that"
    " is missing the import raises InvalidCacheBackendError"
)
_REFUSED = "from Python 3.11 on the dataclass refuses it as a mutable default: the import raises"


def check(view: FileView) -> Iterator[Finding]:
    for use, resolved in view.uses:
        if use.phase is not Phase.IMPORT:
            continue
        # `caches["x"].get()` and `"k" in caches["x"]` are used on the spot: CCH104.
        is_used = use.outer in ("attribute", "membership")
        if resolved.path == f"{HELPER_GET_CACHE}()" and not is_used:
            yield _helper_called(view, use)
        if resolved.path == HANDLE and not is_used:
            yield _opened(view, use, resolved)
        elif resolved.path == f"{CONNECTION_PROXY}()" and _is_attribute(view, use):
            if view.is_a(use.owner, _PROBING):
                yield _in_body(use, _PROBED)
            elif view.is_a(use.owner, _DATACLASS) and _is_field(view, use):
                yield _in_body(use, _REFUSED)


def _opened(view: FileView, use: Use, resolved: Resolved) -> Finding:
    consequence = (
        "where that alias is missing the import raises InvalidCacheBackendError,"
        " and everywhere else the handle of one thread serves all"
    )
    if view.is_unharmed(use, BACKEND_ERRORS) or any(map(is_cache_check, use.guards)):
        consequence = (
            "the guard around it prevents a crash, but the choice is made once,"
            " and the handle of one thread serves all"
        )
    return Finding(
        span=use.span,
        message=f"`{use.text}` is opened while the module is imported: {consequence}",
        help=_remedy(use, resolved),
        cause=_alias_text(resolved),
        evidence=(*view.link_evidence(resolved), *_guard_evidence(view, use)),
        fix=wrapper_plan(view, use, resolved),
    )


def _remedy(use: Use, resolved: Resolved) -> str:
    alias = resolved.value.alias
    if alias is not None and alias.literal == "default":
        return "`django.core.cache.cache` is the same cache, opened when it is used"
    if use.text.endswith("]"):
        return f"write `{use.text}` where the cache is used, inside the function or method"
    return "open the cache where it is used, inside the function or method"


def _alias_text(resolved: Resolved) -> str:
    alias = resolved.value.alias
    return alias.text if alias is not None else resolved.path


def _guard_evidence(view: FileView, use: Use) -> Iterator[Evidence]:
    for guard in use.guards:
        span = Span(guard.row, 1, guard.row, 1)
        if guard.kind is GuardKind.EXCEPT and view.is_unharmed(use, BACKEND_ERRORS):
            message = "the error is caught here, once: what was missing then is missing for good"
            yield Evidence(view.facts.path, span, message)
        elif is_cache_check(guard):
            message = f"`{guard.names[0]} in {guard.names[1]}` is asked here, once"
            yield Evidence(view.facts.path, span, message)


def _is_attribute(view: FileView, use: Use) -> bool:
    """Whether a ConnectionProxy of Django's handler stands in a class body."""
    if not use.in_class_body or not use.targets or not use.arguments:
        return False
    return any(found.path == HANDLER for found in view.resolve(use.arguments[0].values))


def _helper_called(view: FileView, use: Use) -> Finding:
    return Finding(
        span=use.span,
        message=(
            f"`{use.text}` opens the cache while the module is imported: get_cache() answers with"
            " the handle of this thread, which then serves all"
        ),
        help=f"`{WRAPPER}(…)` is opened when it is used",
        cause=use.arguments[0].text if use.arguments else '"default"',
        fix=helper_plan(view, use),
    )


def _is_field(view: FileView, use: Use) -> bool:
    return not view.facts.classes[use.owner].annotated.isdisjoint(use.targets)


def _in_body(use: Use, consequence: str) -> Finding:
    alias = use.arguments[1].text if len(use.arguments) > 1 else "its alias"
    return Finding(
        span=use.span,
        message=f"`{use.text}` in the body of `{use.owner}`: {consequence.format(alias=alias)}",
        help="open the cache in a method or property instead",
        cause=alias,
    )
