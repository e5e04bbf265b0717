"""Where the caches of two aliases are: in one store, or in two."""

from __future__ import annotations

import os
import re
from urllib.parse import parse_qs, urlsplit

from cachelint.rules.settings_rules import Entry, only_value
from cachelint.settings.backends import Family
from cachelint.settings.records import Constant, Known, Listing, Text, Unknown

#: A server, or several, so written that equal servers are written equally.
Store = tuple[str, ...]

_REDIS = frozenset({Family.CORE_REDIS, Family.DJANGO_REDIS})


def coexist(one: Entry, other: Entry) -> bool:
    """Whether two dicts are certain to configure two aliases of one run."""
    if one.alias is other.alias:
        return False
    if one.condition is None or other.condition is None:
        return True
    return one.condition.text == other.condition.text


def store_of(entry: Entry) -> Store | None:
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
