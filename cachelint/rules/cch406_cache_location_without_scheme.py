"""
# cache-location-without-scheme (CCH406)

## What it does
Finds a `LOCATION` of Django's own Redis backend or of django-redis that does not begin with
`redis://`, `rediss://` or `unix://`. Silent where a pool, client or connection factory of somebody
else may read it.

## Why is this bad?
redis-py raises at the first command, not at the start: `ValueError: Redis URL must specify one of
the following schemes (redis://, rediss://, unix://)`. Memcached and django-redis-cache take
`127.0.0.1:6379`, so that it is what remains when a backend is exchanged. Of several servers only
the first is written to: a replica without a scheme fails at some later read.

## Example
```python
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "127.0.0.1:6379",
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
}
```

## Fix safety
There is no automatic fix: `redis://` and `rediss://` (TLS) are both possible.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#redis
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Severity
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.settings_rules import WORDS as WORDS
from cachelint.rules.settings_rules import (
    Entry,
    Verdict,
    entries,
    is_read_by_others,
    masked,
    report,
    values_of,
)
from cachelint.settings.backends import Family
from cachelint.settings.records import Constant, Known, Listing, Place, Settings, Text

SEVERITY = Severity.ERROR
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "settings are changed by the people who deploy them"

_SCHEMES = ("redis://", "rediss://", "unix://")
#: How a backend splits a text into servers.
_SEPARATORS = {Family.CORE_REDIS: re.compile("[;,]"), Family.DJANGO_REDIS: re.compile(",")}


def check(view: FileView) -> Iterator[Finding]:
    return report(view, judge)


def judge(settings: Settings, view: FileView) -> Iterator[Verdict]:
    for entry in entries(settings):
        separator = _SEPARATORS.get(entry.family) if entry.family is not None else None
        if separator is None or any(is_read_by_others(entry, o) for o in entry.options):
            continue
        for value in values_of(entry.mapping, "LOCATION"):
            for location in _locations(value, separator):
                # django-redis has another error for no location at all.
                is_told = location.text or entry.family is Family.CORE_REDIS
                if is_told and location.lacks_scheme:
                    yield _verdict(entry, location)


@dataclass(frozen=True)
class _Location:
    """One server; ``is_whole``: ``text`` is all of it, not only its beginning."""

    text: str
    is_whole: bool
    place: Place

    @property
    def lacks_scheme(self) -> bool:
        if self.is_whole:
            return not self.text.startswith(_SCHEMES)
        # What follows may still complete a scheme: "redis" + "s://…".
        return not any(
            self.text.startswith(scheme) or scheme.startswith(self.text) for scheme in _SCHEMES
        )


def _locations(value: Known, separator: re.Pattern[str]) -> Iterator[_Location]:
    if isinstance(value, Listing):
        for choice in value.items:
            # The elements of a list are not split.
            yield from _locations(choice.value, _NOTHING)
    elif isinstance(value, Constant) and isinstance(value.value, str):
        for text in separator.split(value.value):
            yield _Location(text, True, value.place)
    elif isinstance(value, Text):
        first, *others = separator.split(value.beginning)
        yield _Location(first, bool(others), value.place)


_NOTHING = re.compile(r"(?!)")


def _verdict(entry: Entry, location: _Location) -> Verdict:
    shown = masked(location.text) + ("" if location.is_whole else "…")
    scheme = "unix://" if location.text.startswith("/") else "redis://"
    return Verdict(
        entry.settings,
        location.place,
        message=(
            f'LOCATION "{shown}" of alias "{entry.alias.name}" has no scheme that redis-py knows:'
            " the first command that goes there raises ValueError"
        ),
        help=f'write "{scheme}" before it' + ("" if scheme == "unix://" else ', or "rediss://"'),
        cause=shown,
    )
