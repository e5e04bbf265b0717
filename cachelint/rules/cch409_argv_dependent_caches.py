"""
# argv-dependent-caches (CCH409)

## What it does
Finds aliases of `CACHES`, or their backends, that depend on the words of the command line: `if
"migrate" in sys.argv`, `if sys.argv[1] == "runserver"`. Silent for test runs (`test`, `pytest`).

## Why is this bad?
Two commands of one deployment see different caches. An alias that only `runserver` has is missing
under gunicorn, in a worker and in `migrate` (InvalidCacheBackendError); a command that clears or
fills a cache does so to another one than the servers read.

## Example
```python
import sys

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
}
if "runserver" in sys.argv:
    CACHES["search"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
```

## Use instead
```python
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
    "search": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "search",
    },
}
```

Opening an alias does not connect: `migrate` needs no server for an alias that nobody uses.

## Fix safety
There is no automatic fix.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.diagnostic import Evidence, Severity
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.settings_rules import Verdict, report
from cachelint.settings.records import Alias, Condition, Settings

WORDS = (b"argv",)
SEVERITY = Severity.WARNING
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "settings are changed by the people who deploy them"

_TEST = re.compile(r"(?:^|[^a-z])(?:py)?tests?(?:[^a-z]|$)")


def check(view: FileView) -> Iterator[Finding]:
    return report(view, judge)


def judge(settings: Settings, view: FileView) -> Iterator[Verdict]:
    for alias in settings.aliases.values():
        if alias.condition is not None and _counts(alias.condition):
            yield _verdict(settings, alias, alias.condition, _MISSING)
            continue
        for choice in alias.choices:
            if choice.condition is not None and _counts(choice.condition):
                yield _verdict(settings, alias, choice.condition, _OTHER)


_MISSING = "under the other commands, and under servers, it is missing"
_OTHER = "other commands, and servers, have another cache under this name"


def _counts(condition: Condition) -> bool:
    return bool(condition.arguments) and not any(map(_TEST.search, condition.arguments))


def _verdict(settings: Settings, alias: Alias, condition: Condition, end: str) -> Verdict:
    words = ", ".join(f'"{argument}"' for argument in condition.arguments)
    evidence: tuple[Evidence, ...] = ()
    if alias.place is not None:
        there = f'alias "{alias.name}"'
        evidence = (Evidence(alias.place.path, alias.place.span, there),)
    return Verdict(
        settings,
        condition.place,
        message=f'alias "{alias.name}" depends on the command line ({words} in sys.argv): {end}',
        help="give every command the same caches; choose by environment or settings module",
        cause="sys.argv",
        evidence=evidence,
    )
