"""
# misplaced-cache-setting (CCH404)

## What it does
Finds settings of an alias that its backend never reads: a misspelt key (`TTL`, `PREFIX`),
`TIMEOUT`, `KEY_PREFIX` or `VERSION` inside `OPTIONS`, `MAX_ENTRIES` outside of it; and a `TIMEOUT`
that is a `timedelta` or a text without a number.

Only backends whose keys are known are judged. `timeout`, `max_entries` and `cull_frequency` in
lower case are read, and so is `"60"`.

## Why is this bad?
Nothing is raised, no check of Django sees it: keys live 300 seconds, two projects on one server
share their keys for want of a prefix, 300 entries are kept. (Memcached backends raise TypeError at
the first command for a key in `OPTIONS` that the client does not take; a misspelt `BACKEND` raises
KeyError.)

## Example
```python
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"TIMEOUT": 3600},
    },
}
```

## Use instead
```python
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "TIMEOUT": 3600,
    },
}
```

## Fix safety
There is no automatic fix: from then on keys live longer, and other keys are read.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#cache-arguments
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from cachelint.diagnostic import Severity
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.settings_rules import WORDS as WORDS
from cachelint.rules.settings_rules import Entry, Verdict, entries, report, values_of
from cachelint.settings.backends import (
    BACKENDS,
    DJANGO_REDIS_OPTIONS,
    FOREIGN_KEYS,
    KEYS,
    LIMITS,
    LOWER_CASE_KEYS,
    Family,
)
from cachelint.settings.records import Constant, Item, Known, Listing, Mapping, Settings, Unknown

SEVERITY = Severity.WARNING
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "settings are changed by the people who deploy them"

#: What people write for a key that has another name.
_SYNONYMS = {
    "TTL": "TIMEOUT", "EXPIRE": "TIMEOUT", "EXPIRES": "TIMEOUT", "EXPIRY": "TIMEOUT",
    "EXPIRATION": "TIMEOUT", "DEFAULT_TIMEOUT": "TIMEOUT", "CACHE_TIMEOUT": "TIMEOUT",
    "PREFIX": "KEY_PREFIX", "CACHE_PREFIX": "KEY_PREFIX", "KEY_FUNC": "KEY_FUNCTION",
    "URL": "LOCATION", "LOCATIONS": "LOCATION", "SERVERS": "LOCATION", "ENGINE": "BACKEND",
}  # fmt: skip
_TIMEDELTA = "datetime.timedelta"
#: Backends that take any option in silence.
_IGNORING = frozenset({
    Family.LOCAL_MEMORY, Family.FILES, Family.DATABASE, Family.DJANGO_REDIS,
})  # fmt: skip


def check(view: FileView) -> Iterator[Finding]:
    return report(view, judge)


def judge(settings: Settings, view: FileView) -> Iterator[Verdict]:
    for entry in entries(settings):
        yield from _missing_backend(entry)
        # A DummyCache keeps nothing: whatever it ignores, nobody is harmed.
        if entry.family is None or entry.family is Family.DUMMY:
            continue
        for item in entry.mapping.items:
            yield from _key(entry, item)
        for options in entry.options:
            for item in options.items:
                yield from _option(entry, item)
        if "TIMEOUT" not in BACKENDS[entry.backend or ""].keys:
            yield from _timeout(entry)


def _missing_backend(entry: Entry) -> Iterator[Verdict]:
    if entry.mapping.get("BACKEND") is not None or entry.mapping.causes:
        return
    for item in entry.mapping.items:
        if _meant(item.key, KEYS) == "BACKEND":
            message = (
                f'"{item.key}" of alias "{entry.alias.name}" is not "BACKEND": whoever opens the'
                " alias gets KeyError"
            )
            yield Verdict(entry.settings, item.place, message, 'write "BACKEND"', cause=item.key)


def _key(entry: Entry, item: Item) -> Iterator[Verdict]:
    known = BACKENDS[entry.backend or ""].keys | KEYS | LOWER_CASE_KEYS | FOREIGN_KEYS
    if item.key in known:
        return
    if item.key in LIMITS or _is_option(entry, item.key):
        help_ = f'move "{item.key}" into OPTIONS'
    else:
        meant = _meant(item.key, KEYS)
        if meant is None:
            return
        help_ = f'did you mean "{meant}"?'
    yield _ignored(entry, item, f'"{item.key}"', help_)


def _is_option(entry: Entry, key: str) -> bool:
    return entry.family is Family.DJANGO_REDIS and key in DJANGO_REDIS_OPTIONS


def _option(entry: Entry, item: Item) -> Iterator[Verdict]:
    if item.key in KEYS:
        help_ = f'move "{item.key}" out of OPTIONS'
    else:
        meant = _meant(item.key, LIMITS)
        if entry.family is Family.DJANGO_REDIS or meant is None or item.key == meant:
            return
        help_ = f'did you mean "{meant}"?'
    if entry.family in _IGNORING:
        yield _ignored(entry, item, f'"{item.key}" in OPTIONS', help_)
    elif entry.family is Family.MEMCACHED and item.key in KEYS:
        message = (
            f'"{item.key}" in OPTIONS of alias "{entry.alias.name}" goes to the memcached client,'
            " which does not know it: the first command raises an error"
        )
        yield Verdict(entry.settings, item.place, message, help_, cause=item.key)


def _ignored(entry: Entry, item: Item, what: str, help_: str) -> Verdict:
    effect = _EFFECTS.get(_meant(item.key, KEYS | LIMITS) or "", "")
    return Verdict(
        entry.settings,
        item.place,
        message=f'{what} of alias "{entry.alias.name}" is silently ignored{effect}',
        help=help_,
        cause=item.key,
    )


_EFFECTS = {
    "TIMEOUT": ": what is stored without a timeout of its own lives for 300 seconds",
    "KEY_PREFIX": ": the keys have no prefix",
    "VERSION": ": the keys have version 1",
    "KEY_FUNCTION": ": the keys are made by Django's own function",
    "MAX_ENTRIES": ": 300 entries are kept",
    "CULL_FREQUENCY": ": a third of the entries goes when the cache is full",
}


def _meant(key: str, known: frozenset[str]) -> str | None:
    """The key that ``key`` is, or must be a misspelling of."""
    wanted = key.upper().replace("-", "_")
    wanted = _SYNONYMS.get(wanted, wanted)
    close = difflib.get_close_matches(wanted, sorted(known), n=1, cutoff=0.8)
    return close[0] if close else None


def _timeout(entry: Entry) -> Iterator[Verdict]:
    item = entry.mapping.get("TIMEOUT")
    for value in values_of(entry.mapping, "TIMEOUT"):
        what = _no_number(value)
        if what is not None and item is not None:
            yield Verdict(
                entry.settings,
                # The value may have a name, and be right for what else it is used for.
                item.place,
                message=(
                    f'TIMEOUT of alias "{entry.alias.name}" is {what}: Django silently takes 300'
                    " seconds instead"
                ),
                help="give the number of seconds, or None for ever",
                cause="TIMEOUT",
            )


def _no_number(value: Known) -> str | None:
    """What a timeout is that ``int()`` refuses; None where it may be a number."""
    if isinstance(value, Unknown):
        return "a timedelta" if value.called == _TIMEDELTA else None
    if isinstance(value, Mapping | Listing):
        return "no number"
    if not isinstance(value, Constant) or not isinstance(value.value, str):
        return None
    try:
        int(value.value)
    except ValueError:
        return f'the text "{value.value}", which is no whole number'
    return None
