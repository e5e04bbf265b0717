"""
# backend-specific-method (CCH305)

## What it does
Finds attributes of a cache that the backend of its alias does not have in the deployed settings:
`delete_pattern`, `ttl`, `lock`, `keys`, `client` and others of django-redis, `cull` of diskcache,
names that no backend has. A backend of the project is judged by its class and the classes above.

Silent under `hasattr(cache, "…")`, `except AttributeError` and a test of settings, backends or
types, where the settings are not known completely, for backends that are not known, and in tests.

## Why is this bad?
The line raises `AttributeError: 'RedisCache' object has no attribute 'delete_pattern'`, on servers
only: the laptop has another backend.

## Example
```python
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379",
    },
}


def forget_prices():
    from django.core.cache import cache

    cache.delete_pattern("prices-*")
```

## Use instead
```python
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379",
    },
}


def forget_prices():
    from django.core.cache import cache

    cache.delete_pattern("prices-*")
```

## Fix safety
There is no automatic fix: another backend is another client with other options; keys can also be
deleted one by one, or made useless by a version number within them.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#redis
- https://github.com/jazzband/django-redis#extended-api
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Evidence, Severity, Span
from cachelint.facts.records import GuardKind, Use
from cachelint.facts.vocabulary import CACHE_API
from cachelint.rules.alias_backends import alias_of, entries_by_server
from cachelint.rules.backend_attributes import lacks
from cachelint.rules.cache_calls import cache_attributes
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.settings_rules import Entry
from cachelint.settings.backend_methods import PACKAGES

WORDS = (b"caches", b"core.cache", b"django.core import")
SEVERITY = Severity.ERROR
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "what the backends have in common differs from this method"

_ATTRIBUTE_ERROR = frozenset({"builtins.AttributeError"})


def check(view: FileView) -> Iterator[Finding]:
    if view.is_test:
        return
    reported: set[Span] = set()
    known = _answers_kept(view)
    for use, resolved, name in cache_attributes(view, called=False):
        if name in CACHE_API or name.startswith("_") or use.span in reported:
            continue
        if view.is_unharmed(use, _ATTRIBUTE_ERROR) or _is_asked_for(use):
            continue
        if any((_cache_of(use), name) == asked and _encloses(o, use.owner) for o, asked in known):
            continue
        lacking = [
            own
            for own in entries_by_server(view, resolved)
            if all(lacks(view, entry, name) for entry in own)
        ]
        if lacking:
            reported.add(use.span)
            yield _finding(use, name, alias_of(view, resolved) or "", lacking)


def _is_asked_for(use: Use) -> bool:
    """Whether the code asks first what cache it has."""
    own = {value.path for value in use.values} | {_quoted(use.code)}
    return any(
        guard.kind in (GuardKind.TEST, GuardKind.SETTING)
        or (
            guard.kind is GuardKind.HAS_ATTRIBUTE
            and any(path in own or _quoted(path) in own for path in guard.names)
        )
        for guard in use.guards
    )


def _answers_kept(view: FileView) -> set[tuple[str, tuple[str, str]]]:
    """What ``supported = hasattr(cache, "ttl")`` asks, and where: the name is tested later."""
    return {
        (use.owner, (_quoted(use.arguments[0].code), use.arguments[1].code.strip("'\"")))
        for use, resolved in view.uses
        if resolved.path == "builtins.hasattr()" and len(use.arguments) == 2
    }


def _encloses(outer: str, owner: str) -> bool:
    return not outer or owner == outer or owner.startswith(f"{outer}.")


def _cache_of(use: Use) -> str:
    return _quoted(use.code.rpartition(".")[0])


def _quoted(code: str) -> str:
    return code.replace('"', "'")


def _finding(use: Use, name: str, alias: str, lacking: list[tuple[Entry, ...]]) -> Finding:
    first = lacking[0][0]
    backend = (first.backend or "").rpartition(".")[2]
    where = first.settings.module.label
    packages = [package for package, names in PACKAGES.items() if name in names]
    who = f"it is of {', '.join(packages)}" if packages else "no known backend has it"
    return Finding(
        span=use.span,
        message=(
            f'`{use.text}`: alias "{alias}" is a {backend} in {where}, which has no `{name}`: the'
            " line raises AttributeError"
        ),
        help=f'{who}; ask `hasattr(cache, "{name}")` first, or use what every cache has',
        cause=f"{name} of {first.backend}",
        evidence=tuple(dict.fromkeys(_evidence(own[0]) for own in lacking)),
    )


def _evidence(entry: Entry) -> Evidence:
    item = entry.mapping.get("BACKEND")
    place = item.place if item is not None else entry.mapping.place
    return Evidence(place.path, place.span, f"the backend in {entry.settings.module.label}")
