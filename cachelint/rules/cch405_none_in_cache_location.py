"""
# none-in-cache-location (CCH405)

## What it does
Finds a `LOCATION` that is put together from an environment variable without a default: with
`os.getenv("REDIS_PASSWORD")` in an f-string, `%`, `.format()` or `+`, directly or through a name.

Silent where None is kept out (`if PASSWORD:`, `or ""`, a conditional expression), and for backends
that only need some name (`LocMemCache`, `DummyCache`).

## Why is this bad?
Where the variable is not set, the location contains the text `None`: as a password
(`AuthenticationError`), as a port (`ValueError: Port could not be cast to integer value as
'None'`), as a host that nobody finds. Everything starts, and the first command fails with an error
that does not name the variable. (With `+` the settings cannot be imported: TypeError.)

## Example
```python
import os

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"redis://:{os.getenv('REDIS_PASSWORD')}@redis:6379/0",
    },
}
```

## Use instead
```python
import os

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"redis://:{os.environ['REDIS_PASSWORD']}@redis:6379/0",
    },
}
```

## Fix safety
There is no automatic fix: whether the variable has a default or must be set is for the project to
say.
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Severity
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.settings_rules import WORDS as WORDS
from cachelint.rules.settings_rules import Verdict, entries, report, values_of
from cachelint.settings.backends import Family
from cachelint.settings.records import Known, Listing, Settings, Text, Unknown

SEVERITY = Severity.ERROR
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "settings are changed by the people who deploy them"


def check(view: FileView) -> Iterator[Finding]:
    return report(view, judge)


def judge(settings: Settings, view: FileView) -> Iterator[Verdict]:
    for entry in entries(settings):
        if entry.family in (Family.LOCAL_MEMORY, Family.DUMMY):
            continue
        for value in values_of(entry.mapping, "LOCATION"):
            for text, part in _nones(value):
                variable = f"`{part.variable}`" if part.variable else f"`{part.text}`"
                yield Verdict(
                    settings,
                    text.place,
                    message=(
                        f'LOCATION of alias "{entry.alias.name}" is made from None where {variable}'
                        " is not set: the settings do not say so, and no command reaches the cache"
                    ),
                    help=_help(part),
                    cause=part.variable or part.text,
                )


def _help(part: Unknown) -> str:
    if part.variable is None:
        return "give a default, or let a missing value raise where the settings are read"
    return (
        f'write os.environ["{part.variable}"], which names the missing variable, or give a default'
    )


def _nones(location: Known) -> Iterator[tuple[Text, Unknown]]:
    """The texts in a location that may have been put together from None, each once."""
    if isinstance(location, Listing):
        for choice in location.items:
            yield from _nones(choice.value)
    elif isinstance(location, Text):
        for part in location.parts:
            if isinstance(part, Unknown) and part.may_be_none:
                yield location, part
                return
