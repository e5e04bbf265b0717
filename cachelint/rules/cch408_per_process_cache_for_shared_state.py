"""
# per-process-cache-for-shared-state (CCH408)

## What it does
Finds deployable settings in which `LocMemCache`, which every process has for itself, or
`DummyCache`, which keeps nothing, holds what all processes must share:

- sessions (`SESSION_ENGINE` is `…sessions.backends.cache`; or `…cached_db` with `LocMemCache`),
- the counters of Django REST framework's throttles (`DEFAULT_THROTTLE_CLASSES`),
- those of django-ratelimit (`RATELIMIT_USE_CACHE`, where it is installed),
- those of django-axes with its cache handler (`AXES_CACHE`).

Settings without `CACHES` have a `LocMemCache`. Silent for settings of tests and of a developer's
machine, and where the backend or the use depends on a condition.

## Why is this bad?
A server has several processes. Whoever logs in at one of them is nobody at the next. With
`cached_db` who has logged out at one is still logged in at the others, until the copy there
expires. A limit of 100 requests is 100 for each process. With `DummyCache` nobody can log in, and
nothing is ever counted.

## Example
```python
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
```

## Use instead
```python
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379",
    },
}
```

## Fix safety
There is no automatic fix.

## References
- https://docs.djangoproject.com/en/stable/topics/http/sessions/#using-cached-sessions
- https://www.django-rest-framework.org/api-guide/throttling/#setting-up-the-cache
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Evidence, Severity
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.settings_rules import Entry, Verdict, certain_constant, entries, report
from cachelint.settings.backends import Family
from cachelint.settings.records import (
    Constant,
    Known,
    Listing,
    Mapping,
    Place,
    Role,
    Settings,
)

WORDS = (b"CACHES", b"BACKEND", b"SESSION_ENGINE")
SEVERITY = Severity.WARNING
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "settings are changed by the people who deploy them"

_SESSIONS = "django.contrib.sessions.backends."
_AXES_HANDLER = "axes.handlers.cache.AxesCacheHandler"
#: Throttles of Django REST framework that count in the default cache.
_THROTTLES = frozenset(
    f"rest_framework.throttling.{name}RateThrottle" for name in ("Anon", "User", "Scoped")
)
_RATELIMIT = frozenset({"django_ratelimit", "django_ratelimit.apps.DjangoRatelimitConfig"})
_RATELIMIT_MIDDLEWARE = "django_ratelimit.middleware.RatelimitMiddleware"


@dataclass(frozen=True)
class _Use:
    """Something of a project that all processes must share: what, in which alias, says who."""

    what: str
    alias: str
    place: Place
    ends: dict[Family, str]
    """What comes of it, by what stands behind the alias."""


def check(view: FileView) -> Iterator[Finding]:
    return report(view, judge)


def judge(settings: Settings, view: FileView) -> Iterator[Verdict]:
    if settings.module.role is not Role.DEPLOYABLE or settings.is_open:
        return
    found: dict[str, list[Entry]] = {}
    for entry in entries(settings):
        found.setdefault(entry.alias.name, []).append(entry)
    for use in _uses(settings):
        own = found.get(use.alias, [])
        families = {entry.family for entry in own}
        if len(own) != 1 or own[0].condition is not None:
            continue
        (family,) = families
        if family is not None and family in use.ends:
            yield _verdict(own[0], use, use.ends[family])


def _verdict(entry: Entry, use: _Use, end: str) -> Verdict:
    backend = (entry.backend or "").rpartition(".")[2]
    item = entry.mapping.get("BACKEND")
    evidence: tuple[Evidence, ...] = ()
    if entry.alias.place is None or item is None:
        # Nobody has written it: this is what Django has without CACHES.
        place = use.place
        which = f'alias "{use.alias}", without CACHES a {backend}'
    else:
        place = item.choices[0].value.place
        which = f'alias "{use.alias}", a {backend}'
        evidence = (Evidence(use.place.path, use.place.span, f"{use.what} here"),)
    return Verdict(
        entry.settings,
        place,
        message=f"{use.what} in {which}: {end}",
        help="use a cache that all processes share: Redis, memcached, the database",
        cause=f"{use.what}: {use.alias}",
        evidence=evidence,
    )


def _uses(settings: Settings) -> Iterator[_Use]:
    for find in (_sessions, _throttles, _ratelimit, _axes):
        use = find(settings)
        if use is not None:
            yield use


_LOGGED_OUT = {
    Family.LOCAL_MEMORY: "whoever logs in at one process is nobody at the next",
    Family.DUMMY: "nobody can log in",
}
_STILL_LOGGED_IN = {
    Family.LOCAL_MEMORY: "whoever logs out at one process stays logged in at the others",
}
_COUNTED = {
    Family.LOCAL_MEMORY: "every process counts for itself, and each allows the whole limit",
    Family.DUMMY: "nothing is ever counted, and no limit holds",
}


def _sessions(settings: Settings) -> _Use | None:
    engine = certain_constant(settings.values.get("SESSION_ENGINE", ()))
    if engine is None or engine.value not in (f"{_SESSIONS}cache", f"{_SESSIONS}cached_db"):
        return None
    alias = _alias(settings, "SESSION_CACHE_ALIAS")
    ends = _LOGGED_OUT if engine.value == f"{_SESSIONS}cache" else _STILL_LOGGED_IN
    return _Use("sessions are kept", alias, engine.place, ends) if alias is not None else None


def _throttles(settings: Settings) -> _Use | None:
    framework = _only(settings, "REST_FRAMEWORK")
    if not isinstance(framework, Mapping):
        return None
    item = framework.get("DEFAULT_THROTTLE_CLASSES")
    if item is None or not item.is_definite or len(item.choices) != 1:
        return None
    place = _element(item.choices[0].value, _THROTTLES)
    return _Use("throttles count", "default", place, _COUNTED) if place is not None else None


def _ratelimit(settings: Settings) -> _Use | None:
    enabled = _only(settings, "RATELIMIT_ENABLE")
    alias = _alias(settings, "RATELIMIT_USE_CACHE")
    # Before its version 4 it was not listed among the apps.
    place = (
        _place_of(_only(settings, "RATELIMIT_USE_CACHE"))
        or _element(_only(settings, "INSTALLED_APPS"), _RATELIMIT)
        or _element(_only(settings, "MIDDLEWARE"), frozenset({_RATELIMIT_MIDDLEWARE}))
    )
    if place is None or alias is None or not _is_on(enabled, settings, "RATELIMIT_ENABLE"):
        return None
    return _Use("django-ratelimit counts", alias, place, _COUNTED)


def _axes(settings: Settings) -> _Use | None:
    handler = certain_constant(settings.values.get("AXES_HANDLER", ()))
    alias = _alias(settings, "AXES_CACHE")
    if handler is None or handler.value != _AXES_HANDLER or alias is None:
        return None
    if not _is_on(_only(settings, "AXES_ENABLED"), settings, "AXES_ENABLED"):
        return None
    return _Use("django-axes counts", alias, handler.place, _COUNTED)


def _only(settings: Settings, name: str) -> Known | None:
    """What a setting is in every run, None where it is not set or may be something else."""
    choices = settings.values.get(name, ())
    is_certain = len(choices) == 1 and choices[0].condition is None
    return choices[0].value if is_certain else None


def _is_on(value: Known | None, settings: Settings, name: str) -> bool:
    """Whether a switch that is on by default is not said to be off, now or ever."""
    if name not in settings.values:
        return True
    return isinstance(value, Constant) and bool(value.value)


def _alias(settings: Settings, name: str) -> str | None:
    """The alias that a setting names, the default one where it is not set; None for unknown."""
    if name not in settings.values:
        return "default"
    value = _only(settings, name)
    return value.value if isinstance(value, Constant) and isinstance(value.value, str) else None


def _place_of(value: Known | None) -> Place | None:
    return value.place if value is not None else None


def _element(value: Known | None, wanted: frozenset[str]) -> Place | None:
    """Where one of ``wanted`` stands in a list, in every run."""
    if not isinstance(value, Listing):
        return None
    for choice in value.items:
        element = choice.value
        if choice.condition is None and isinstance(element, Constant) and element.value in wanted:
            return element.place
    return None
