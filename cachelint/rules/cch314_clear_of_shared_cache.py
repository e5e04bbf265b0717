"""
# clear-of-shared-cache (CCH314)

## What it does
Finds `clear()` on an alias whose store, in the deployed settings, holds more than that cache: the
sessions (`SESSION_ENGINE` is `…sessions.backends.cache`), or another alias. Silent where the
settings cannot be read, where the code asks for another server's settings or backend
(`if settings.DEBUG`, the `else` of `hasattr(cache, "delete_pattern")`), and in tests.

Preview: some commands are there to empty everything.

## Why is this bad?
`clear()` empties the whole store, on Redis with `FLUSHDB`, on memcached with `flush_all`, whatever
`KEY_PREFIX` and `VERSION` say: everybody is logged out, and the other alias loses its locks and
counters too.

## Example
```python
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379",
    },
}


def forget_prices():
    from django.core.cache import cache

    cache.clear()
```

## Use instead
```python
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/0",
    },
    "prices": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/1",
    },
}


def forget_prices():
    from django.core.cache import caches

    caches["prices"].clear()
```

## Fix safety
There is no automatic fix: delete the keys that are meant, or give them a store of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Evidence, Severity
from cachelint.facts.records import GuardKind
from cachelint.facts.vocabulary import CACHE_API
from cachelint.rules.alias_backends import alias_of, deployed_settings
from cachelint.rules.alias_states import Runs, runs_with
from cachelint.rules.backend_attributes import lacks
from cachelint.rules.cache_calls import CacheCall, cache_attributes, cache_calls
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.settings_rules import Entry, certain_constant, entries
from cachelint.rules.stores import coexist, store_of
from cachelint.settings.backends import Family
from cachelint.settings.records import Place, Settings

WORDS = (b"caches", b"core.cache", b"django.core import")
SEVERITY = Severity.WARNING
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
PREVIEW = True
NO_FIX = "which keys were meant, only those who wrote it know"

_SESSIONS = "django.contrib.sessions.backends.cache"
_Loss = tuple[str, str, Place]
"""What goes with the cache: in words, its consequence, and where the settings say so."""


def check(view: FileView) -> Iterator[Finding]:
    if view.is_test:
        return
    for call in cache_calls(view):
        if call.command != "clear" or _asks_for_others(call):
            continue
        found = list(_losses(view, call))
        if not found:
            continue
        what, consequence, _ = found[0]
        yield Finding(
            span=call.use.span,
            message=f"`{call.use.text}` empties the whole store, {what} too: {consequence}",
            help="delete the keys that are meant, or give them a store of their own",
            cause=what,
            evidence=tuple(
                dict.fromkeys(Evidence(p.path, p.span, f"{w} too, here") for w, _, p in found)
            ),
        )


def _asks_for_others(call: CacheCall) -> bool:
    """Whether a test around the call asks which settings or backend there are."""
    return any(guard.kind is GuardKind.TEST for guard in call.use.guards)


def _losses(view: FileView, call: CacheCall) -> Iterator[_Loss]:
    alias = alias_of(view, call.resolved)
    absent, tried = _absent(call), _tried(view, call)
    for settings in deployed_settings(view) if alias is not None else ():
        if runs_with(settings, call.use.guards) is Runs.NO:
            continue
        found = list(entries(settings))
        for own in [e for e in found if e.alias.name == alias and e.family is not Family.DUMMY]:
            if not _comes_to(view, own, absent, tried):
                continue
            if own.condition is None and alias == _session_alias(settings):
                place = settings.values["SESSION_ENGINE"][0].value.place
                yield "the sessions", "everybody is logged out", place
            store = store_of(own)
            for other in found:
                if store is not None and coexist(own, other) and store_of(other) == store:
                    name = other.alias.name
                    yield f'alias "{name}"', "what is kept there is lost", _place(other)


def _comes_to(view: FileView, own: Entry, absent: list[str], tried: list[str]) -> bool:
    """Whether a call that is the way out for other backends is reached with this one."""
    return all(lacks(view, own, name) for name in absent) and (
        not tried or any(lacks(view, own, name) for name in tried)
    )


def _absent(call: CacheCall) -> list[str]:
    """The attributes of the cache that ``hasattr`` has not found."""
    method = f".{call.use.base.rpartition('.')[2]}"
    # What is asked is recorded as ast writes it, or as a path.
    caches = {call.use.base.removesuffix(method).replace('"', "'")}
    caches |= {value.path.removesuffix("()").removesuffix(method) for value in call.use.values}
    return [
        name.rpartition(".")[2]
        for guard in call.use.guards
        if guard.kind is GuardKind.LACKS_ATTRIBUTE
        for name in guard.names
        if name.rpartition(".")[0] in caches
    ]


def _tried(view: FileView, call: CacheCall) -> list[str]:
    """The attributes of caches that not all have, and that failed before the call."""
    failed = {g.row for g in call.use.guards if g.kind is GuardKind.AFTER_ERROR}
    return [
        name
        for use, _, name in (cache_attributes(view, called=False) if failed else ())
        if name not in CACHE_API
        and use.owner == call.use.owner
        and any(g.kind is GuardKind.EXCEPT and g.row in failed for g in use.guards)
    ]


def _session_alias(settings: Settings) -> str | None:
    """The alias that holds the sessions and nothing else does; None where that is not certain."""
    engine = certain_constant(settings.values.get("SESSION_ENGINE", ()))
    if engine is None or engine.value != _SESSIONS:
        return None
    if "SESSION_CACHE_ALIAS" not in settings.values:
        return "default"
    alias = certain_constant(settings.values["SESSION_CACHE_ALIAS"])
    return alias.value if alias is not None and isinstance(alias.value, str) else None


def _place(entry: Entry) -> Place:
    return entry.alias.place or entry.mapping.place
