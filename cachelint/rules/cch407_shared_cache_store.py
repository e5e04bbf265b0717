"""
# shared-cache-store (CCH407)

## What it does
Finds two aliases of one settings module with one store: the same database of a Redis server, the
same memcached servers, table, folder or name of a LocMemCache (which is the empty one where there
is no `LOCATION`). Settings of tests are not meant.

Preview: whether somebody clears one of them is not looked at.

## Why is this bad?
`clear()` on one alias empties the store: the other loses its keys too, sessions or locks among
them. On Redis that is `FLUSHDB`, on memcached `flush_all`. `KEY_PREFIX` and `VERSION` do not help.

## Example
```python
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379",
    },
    "sessions": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/0",
        "KEY_PREFIX": "sessions",
    },
}
```

## Use instead
```python
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/0",
    },
    "sessions": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/1",
    },
}
```

## Fix safety
There is no automatic fix: another store is an empty one.
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Evidence, Severity
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.settings_rules import WORDS as WORDS
from cachelint.rules.settings_rules import Entry, Verdict, entries, report
from cachelint.rules.stores import Store, coexist, store_of
from cachelint.settings.records import Place, Role, Settings

SEVERITY = Severity.WARNING
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
PREVIEW = True
NO_FIX = "settings are changed by the people who deploy them"


def check(view: FileView) -> Iterator[Finding]:
    return report(view, judge)


def judge(settings: Settings, view: FileView) -> Iterator[Verdict]:
    if settings.module.role is Role.TEST:
        return
    found: dict[Store, list[Entry]] = {}
    for entry in entries(settings):
        store = store_of(entry)
        if store is None:
            continue
        others = found.setdefault(store, [])
        first = next((other for other in others if coexist(other, entry)), None)
        if first is not None:
            yield _verdict(first, entry)
        others.append(entry)


def _verdict(first: Entry, entry: Entry) -> Verdict:
    place = _place(entry)
    there = _place(first)
    if place == there and entry.alias.place is not None:
        # One dict for both: CACHES["sessions"] = CACHES["default"].
        place = entry.alias.place
    return Verdict(
        entry.settings,
        place,
        message=(
            f'alias "{entry.alias.name}" shares the store of alias "{first.alias.name}": clear() on'
            " one empties the other too"
        ),
        help="give each a store of its own: another database, folder, table or name",
        cause=first.alias.name,
        evidence=(Evidence(there.path, there.span, f'the store of "{first.alias.name}"'),),
    )


def _place(entry: Entry) -> Place:
    """Where the alias says what its store is."""
    item = entry.mapping.get("LOCATION") or entry.mapping.get("BACKEND")
    return item.place if item is not None else entry.mapping.place
