"""
# unknown-alias-in-setting (CCH203)

## What it does
Finds settings that name an alias which `CACHES` of the same settings module has not:
`SESSION_CACHE_ALIAS` (where `SESSION_ENGINE` is one that caches), `CACHE_MIDDLEWARE_ALIAS`, and the
settings of other packages that hold an alias: `AXES_CACHE`, `RATELIMIT_USE_CACHE`,
`REST_FRAMEWORK_EXTENSIONS["DEFAULT_USE_CACHE"]` and others. Those of the project are named in the
configuration, keys of dicts after dots:

```toml
[tool.cachelint]
alias-settings = ["SHOP_CACHE", "SHOP.CART_CACHE"]
```

Silent for settings of tests, for settings modules that may have aliases that cannot be read, and
where the setting itself cannot be read.

## Why is this bad?
No check of Django looks at it. The first request that opens a session, or the first one at all,
ends with `InvalidCacheBackendError: The connection 'sessions' doesn't exist.`

## Example
```python
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_CACHE_ALIAS = "sessions"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379",
    },
}
```

## Use instead
```python
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_CACHE_ALIAS = "default"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379",
    },
}
```

## Fix safety
There is no automatic fix: which cache was meant is for the project to say.

## References
- https://docs.djangoproject.com/en/stable/ref/settings/#session-cache-alias
- https://docs.djangoproject.com/en/stable/ref/settings/#cache-middleware-alias
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from cachelint.diagnostic import Evidence, Severity
from cachelint.rules.alias_states import is_for_users, named_by, quoted
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.settings_rules import Verdict, certain_constant, report
from cachelint.settings.backends import ALIAS_SETTINGS
from cachelint.settings.records import Constant, Listing, Settings

WORDS = (b"CACHE",)
SEVERITY = Severity.ERROR
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "which cache was meant is a decision about that environment"

_CACHING_ENGINES = frozenset(
    f"django.contrib.sessions.backends.{name}" for name in ("cache", "cached_db")
)
_MIDDLEWARES = frozenset(
    f"django.middleware.cache.{name}Middleware"
    for name in ("UpdateCache", "FetchFromCache", "Cache")
)
_ENDS = {
    "SESSION_CACHE_ALIAS": "the first request that opens a session raises",
    "CACHE_MIDDLEWARE_ALIAS": "every request raises",
}


def check(view: FileView) -> Iterator[Finding]:
    return report(view, judge)


def judge(settings: Settings, view: FileView) -> Iterator[Verdict]:
    if is_for_users(settings) and not settings.is_open and not view.settings.unresolved:
        for path in (*ALIAS_SETTINGS, *view.alias_settings):
            if _is_read(settings, path):
                yield from _verdicts(settings, path, view.known_aliases)


def _verdicts(settings: Settings, path: str, known: frozenset[str]) -> Iterator[Verdict]:
    label = settings.module.label
    for found in named_by(settings, path):
        if found.name in settings.aliases or found.name in known:
            continue
        close = difflib.get_close_matches(found.name, settings.aliases, n=1)
        names = quoted(list(settings.aliases))
        evidence = tuple(
            Evidence(place.path, place.span, f"`{label}` has {names}")
            for place in settings.bindings[-1:]
        )
        end = _ENDS.get(path, "whoever reads it raises")
        yield Verdict(
            settings,
            found.place,
            message=(
                f'{path} is "{found.name}", an alias that CACHES of `{label}` has not: {end}'
                " InvalidCacheBackendError"
            ),
            help=f'did you mean "{close[0]}"?' if close else f"configured are {names}",
            cause=f'alias "{found.name}"',
            evidence=evidence,
        )


def _is_read(settings: Settings, path: str) -> bool:
    """Whether anybody reads the setting; what is not known is taken to be read."""
    if path == "SESSION_CACHE_ALIAS":
        engine = certain_constant(settings.values.get("SESSION_ENGINE", ()))
        return engine is not None and engine.value in _CACHING_ENGINES
    if path == "CACHE_MIDDLEWARE_ALIAS":
        choices = settings.values.get("MIDDLEWARE", ())
        listings = [c.value for c in choices if isinstance(c.value, Listing) and not c.value.causes]
        if not choices or len(listings) != len(choices):
            return True
        elements = [choice.value for listing in listings for choice in listing.items]
        return any(not isinstance(e, Constant) or e.value in _MIDDLEWARES for e in elements)
    return True
