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

import os
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from cachelint.diagnostic import Evidence, Severity
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.settings_rules import WORDS as WORDS
from cachelint.rules.settings_rules import Entry, Verdict, entries, only_value, report
from cachelint.settings.backends import Family
from cachelint.settings.records import (
    Constant,
    Known,
    Listing,
    Place,
    Role,
    Settings,
    Text,
    Unknown,
)

SEVERITY = Severity.WARNING
PREVIEW = True

_REDIS = frozenset({Family.CORE_REDIS, Family.DJANGO_REDIS})
#: A server, or several, so written that equal servers are written equally.
_Store = tuple[str, ...]


def check(view: FileView) -> Iterator[Finding]:
    return report(view, judge)


def judge(settings: Settings) -> Iterator[Verdict]:
    if settings.module.role is Role.TEST:
        return
    found: dict[_Store, list[Entry]] = {}
    for entry in entries(settings):
        store = _store(entry)
        if store is None:
            continue
        others = found.setdefault(store, [])
        first = next((other for other in others if _coexist(other, entry)), None)
        if first is not None:
            yield _verdict(first, entry)
        others.append(entry)


def _coexist(one: Entry, other: Entry) -> bool:
    """Whether two dicts are certain to configure two aliases of one run."""
    if one.alias is other.alias:
        return False
    if one.condition is None or other.condition is None:
        return True
    return one.condition.text == other.condition.text


def _store(entry: Entry) -> _Store | None:
    """What identifies the store of an alias; None where that is not known."""
    family = entry.family
    if family in (None, Family.DUMMY, Family.OTHER):
        return None
    if entry.mapping.get("LOCATION") is None:
        # Without a location there is a store in local memory only.
        known = family is Family.LOCAL_MEMORY and not entry.mapping.causes
        return (family.value, "") if known and family is not None else None
    location = only_value(entry.mapping, "LOCATION")
    servers = _servers(location) if location is not None else None
    if family is None or servers is None:
        return None
    if family in _REDIS:
        database = _database(entry)
        if database is None:
            return None
        return ("redis", *sorted(_redis_server(server, database) for server in servers))
    if family is Family.FILES:
        return (family.value, *(os.path.normpath(server) for server in servers))
    return (family.value, *sorted(servers))


def _servers(location: Known) -> list[str] | None:
    if isinstance(location, Listing):
        if location.causes or any(choice.condition for choice in location.items):
            return None
        found = [_servers(choice.value) for choice in location.items]
        return [server for servers in found for server in servers or ()] if all(found) else None
    if isinstance(location, Constant) and isinstance(location.value, str):
        return re.split("[;,]", location.value)
    if isinstance(location, Text):
        return ["".join(part if isinstance(part, str) else _name(part) for part in location.parts)]
    if isinstance(location, Unknown):
        return [_name(location)]
    return None


def _name(part: Unknown) -> str:
    """The same for what is certain to be the same: one variable, or one expression of one place."""
    if part.variable is not None:
        return f"<{part.variable}>"
    return f"<{part.place.path}:{part.place.row}:{part.place.span.column}>"


def _database(entry: Entry) -> str | None:
    """The database that the options of an alias choose, "" for none; None where that is unknown."""
    if entry.family is Family.DJANGO_REDIS or not entry.options:
        return ""
    (options,) = entry.options[:1]
    if options.get("db") is None:
        return "" if not options.causes else None
    value = only_value(options, "db")
    return str(value.value) if isinstance(value, Constant) else None


def _redis_server(location: str, database: str) -> str:
    """Host, port and database of a URL, whoever logs in."""
    try:
        url = urlsplit(location)
        host, port = url.hostname or "localhost", url.port or 6379
    except ValueError:
        return location
    if url.scheme not in ("redis", "rediss"):
        return location
    chosen = (parse_qs(url.query).get("db") or [url.path.strip("/") or database or "0"])[0]
    return f"{host}:{port}/{chosen}"


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
