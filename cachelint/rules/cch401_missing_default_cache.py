"""
# missing-default-cache (CCH401)

## What it does
Finds settings modules whose `CACHES` has no alias `default`. Modules that only others build upon
are not meant, nor those that something unreadable may add to.

## Why is this bad?
Django needs it: `check`, `migrate`, `runserver` and `test` end with `caches.E001` ("You must define
a 'default' cache in your CACHES setting"), and where checks do not run, as in a server that only
imports the project, `cache.get(…)` and everything of Django that caches raise
`InvalidCacheBackendError: The connection 'default' doesn't exist.`

Settings without `CACHES` have a default, `LocMemCache`; `CACHES = {}` takes it away.

## Example
```python
CACHES = {
    "sessions": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379",
    },
}
```

## Use instead
```python
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379",
    },
    "sessions": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/1",
    },
}
```

## Fix safety
There is no automatic fix: which cache is the default one is for the project to say.

## References
- https://docs.djangoproject.com/en/stable/ref/settings/#caches
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Severity
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.settings_rules import Verdict, report
from cachelint.settings.records import Settings

WORDS = (b"CACHES",)
SEVERITY = Severity.ERROR
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "settings are changed by the people who deploy them"


def check(view: FileView) -> Iterator[Finding]:
    return report(view, judge)


def judge(settings: Settings, view: FileView) -> Iterator[Verdict]:
    if settings.is_open or "default" in settings.aliases or not settings.bindings:
        return
    aliases = ", ".join(f'"{name}"' for name in settings.aliases)
    yield Verdict(
        settings,
        place=settings.bindings[-1],
        message=(
            f'CACHES of `{settings.module.label}` has no "default"'
            f"{f', only {aliases}' if aliases else ''}: every manage.py command that runs checks"
            " ends with caches.E001, and `cache` raises InvalidCacheBackendError"
        ),
        help='configure the alias "default"; without any CACHES Django has one of its own',
        cause="default",
    )
