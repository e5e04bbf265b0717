"""
# redis-options-mismatch (CCH403)

## What it does
Finds `OPTIONS` of one Redis backend given to another. Django's own
(`django.core.cache.backends.redis.RedisCache`) hands them to redis-py as keyword arguments, in
lower case; django-redis has names of its own, in upper case. Reported are upper-case names on
Django's backend, and on django-redis names of Django's backend or of django-redis-cache.

Silent where a pool, client or connection factory of somebody else may read them.

## Why is this bad?
On Django's backend the first command of every process, not the start, raises `TypeError:
AbstractConnection.__init__() got an unexpected keyword argument 'CLIENT_CLASS'`. That holds for
`MAX_ENTRIES` and `CULL_FREQUENCY` as well, which Django documents for other backends. No check of
Django sees it.

django-redis ignores what it does not know: a `password` in lower case is not sent
(`AuthenticationError`), a `db` or `DB` is not chosen (the keys lie in database 0).

## Example
```python
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379",
        "OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient"},
    },
}
```

## Use instead
```python
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379",
        "OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient"},
    },
}
```

## Fix safety
There is no automatic fix: either the backend is the wrong one or the option is.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#cache-arguments
- https://github.com/jazzband/django-redis#configure-as-cache-backend
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Severity
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.settings_rules import WORDS as WORDS
from cachelint.rules.settings_rules import Entry, Verdict, entries, is_read_by_others, report
from cachelint.settings.backends import (
    CORE_REDIS_OPTIONS,
    DJANGO_REDIS_OPTIONS,
    KEYS,
    LIMITS,
    REDIS_CACHE_OPTIONS,
    Family,
)
from cachelint.settings.records import Item, Mapping, Settings

SEVERITY = Severity.ERROR
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "settings are changed by the people who deploy them"

#: Option names of redis-py that say the same as one of django-redis.
_LOWER_CASE = {
    "CONNECTION_POOL_CLASS": "pool_class", "PARSER_CLASS": "parser_class",
    "PASSWORD": "password", "SERIALIZER": "serializer", "DB": "db",
    "SOCKET_CONNECT_TIMEOUT": "socket_connect_timeout", "SOCKET_TIMEOUT": "socket_timeout",
    "USERNAME": "username",
}  # fmt: skip
_UPPER_CASE = {ours: theirs for theirs, ours in _LOWER_CASE.items() if theirs != "DB"}
#: Lower-case spellings of what redis-py has no argument for; the rest of its arguments may grow.
_NO_ARGUMENTS = frozenset(
    name.lower() for name in (DJANGO_REDIS_OPTIONS | LIMITS) - _LOWER_CASE.keys()
) - {"replica_read_only"}  # fmt: skip


def check(view: FileView) -> Iterator[Finding]:
    return report(view, judge)


def judge(settings: Settings, view: FileView) -> Iterator[Verdict]:
    for entry in entries(settings):
        for options in entry.options:
            if is_read_by_others(entry, options):
                continue
            if entry.family is Family.CORE_REDIS:
                yield from _on_core_redis(entry, options)
            elif entry.family is Family.DJANGO_REDIS:
                yield from _on_django_redis(entry, options)


def _on_core_redis(entry: Entry, options: Mapping) -> Iterator[Verdict]:
    for item in options.items:
        if item.key != item.key.upper() and item.key not in _NO_ARGUMENTS:
            continue
        message = (
            f'option "{item.key}" of alias "{entry.alias.name}" is none of Django\'s Redis backend:'
            " its first command raises TypeError, redis-py gets an unexpected keyword argument"
        )
        yield _verdict(entry, item, message, _core_help(item.key))


def _core_help(key: str) -> str:
    if key in _LOWER_CASE:
        return f'write "{_LOWER_CASE[key]}", or use the backend django_redis.cache.RedisCache'
    if key in KEYS:
        return f'move "{key}" out of OPTIONS'
    if key.upper() in LIMITS:
        return "drop it: Redis has no such limit, its maxmemory is set on the server"
    return "drop it, or use the backend django_redis.cache.RedisCache"


def _on_django_redis(entry: Entry, options: Mapping) -> Iterator[Verdict]:
    for item in options.items:
        if item.key in CORE_REDIS_OPTIONS:
            owner = "Django's own Redis backend"
        elif item.key in REDIS_CACHE_OPTIONS:
            owner = "django-redis-cache"
        else:
            continue
        message = (
            f'option "{item.key}" of alias "{entry.alias.name}" belongs to {owner}: django-redis'
            f" ignores it{_CONSEQUENCES.get(item.key.lower(), '')}"
        )
        yield _verdict(entry, item, message, _django_redis_help(item.key))


_CONSEQUENCES = {
    "db": ", and the keys lie in the database that LOCATION names, 0 by default",
    "password": ", and a server that wants the password refuses every command",
    "username": ", and the server does not get the name",
}


def _django_redis_help(key: str) -> str:
    if key.lower() == "db":
        return "put the number of the database into LOCATION: redis://host:6379/1"
    if key in _UPPER_CASE:
        return f'write "{_UPPER_CASE[key]}"'
    return 'put what redis-py shall get into "CONNECTION_POOL_KWARGS"'


def _verdict(entry: Entry, item: Item, message: str, help_: str) -> Verdict:
    return Verdict(entry.settings, item.place, message, help_, cause=item.key)
