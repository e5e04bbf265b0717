"""
# non-portable-cache-key (CCH310)

## What it does
Finds keys that memcached does not take: with a blank or a control character, or of more than 250
characters. Reported where the deployed settings put the alias on memcached; everywhere else in
preview only. Silent where a `KEY_FUNCTION` makes the keys, and in tests.

## Why is this bad?
On memcached Django raises `InvalidCacheKey: Cache key contains characters that will cause errors if
used with memcached`. The other backends of Django take the key with a warning, so the laptop, with
its LocMemCache, works.

## Example
```python
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
        "LOCATION": "127.0.0.1:11211",
    },
}


def prices(shop):
    from django.core.cache import cache

    return cache.get(f"prices of {shop.pk}")
```

## Use instead
```python
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
        "LOCATION": "127.0.0.1:11211",
    },
}


def prices(shop):
    from django.core.cache import cache

    return cache.get(f"prices-of-{shop.pk}")
```

## Fix safety
There is no automatic fix: another key is another entry, and other places may use it.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#cache-key-warnings
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Evidence, Severity
from cachelint.facts.arguments import CONTROL, LONG, SPACE
from cachelint.facts.records import Argument
from cachelint.rules.alias_backends import alias_of, entries_by_server
from cachelint.rules.cache_calls import CacheCall, cache_calls
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.settings_rules import Entry
from cachelint.settings.backends import Family, family_of

WORDS = (b"caches", b"core.cache", b"django.core import")
SEVERITY = Severity.WARNING
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "what is stored under the old keys would be lost with another key"

CODE = "CCH310"
_WRONG = {
    SPACE: "has a blank in it",
    CONTROL: "has a control character in it",
    LONG: "has more than 250 characters",
}
#: What a backend of the project can make other keys with, or let them pass.
_KEY_MAKERS = frozenset({"make_and_validate_key", "make_key", "validate_key"})
_ERRORS = frozenset({
    "builtins.ValueError", "django.core.cache.InvalidCacheKey",
    "django.core.cache.backends.base.InvalidCacheKey",
})  # fmt: skip


def check(view: FileView) -> Iterator[Finding]:
    if view.is_test:
        return
    for call in cache_calls(view):
        key = call.argument("key")
        wrong = _wrong(view, key) if key is not None else ""
        if key is None or not wrong or view.is_unharmed(call.use, _ERRORS):
            continue
        servers = [entry for own in entries_by_server(view, call.resolved) for entry in own]
        if any(entry.mapping.get("KEY_FUNCTION") is not None for entry in servers):
            continue
        refusing = [entry for entry in servers if _is_memcached(view, entry)]
        if refusing or CODE in view.in_preview:
            yield _finding(view, call, key, wrong, refusing)


def _is_memcached(view: FileView, entry: Entry) -> bool:
    """Whether a backend, or the one that it derives from, refuses such keys."""
    if entry.family is not None or entry.backend is None:
        return entry.family is Family.MEMCACHED
    found = view.project.find_class(entry.backend, view.facts)
    own = view.project.attributes(*found) if found is not None else None
    if found is None or own is None or not own.isdisjoint(_KEY_MAKERS):
        return False
    return any(family_of(path) is Family.MEMCACHED for path in view.project.ancestors(*found))


def _wrong(view: FileView, key: Argument) -> str:
    """What is wrong with a key, by its own text or what a name stands for."""
    paths = {resolved.path for resolved in view.resolve(key.values)}
    return next((text for path, text in _WRONG.items() if path in paths), "")


def _finding(
    view: FileView, call: CacheCall, key: Argument, wrong: str, refusing: list[Entry]
) -> Finding:
    if refusing:
        where = refusing[0].settings.module.label
        alias = alias_of(view, call.resolved)
        end = f'alias "{alias}" is on memcached in {where}, where it raises InvalidCacheKey'
    else:
        end = "memcached does not take it, and other backends warn"
    return Finding(
        span=key.span,
        message=f"the key `{key.text}` {wrong}: {end}",
        help="use a key of letters, digits and `-_.:`, or a hash of the text",
        cause=wrong,
        evidence=tuple(dict.fromkeys(_evidence(entry) for entry in refusing)),
    )


def _evidence(entry: Entry) -> Evidence:
    item = entry.mapping.get("BACKEND")
    place = item.place if item is not None else entry.mapping.place
    return Evidence(place.path, place.span, f"the backend in {entry.settings.module.label}")
