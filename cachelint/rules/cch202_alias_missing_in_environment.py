"""
# alias-missing-in-environment (CCH202)

## What it does
Finds aliases that one settings module has and another, which is deployed, has not, or only under a
condition: `caches[…]` and the other uses that CCH201 looks at. Silent where CCH201 is silent, and
where the same setting decides over the alias and over the code that uses it:

```python
# settings                              # code
if USE_REDIS:                           if settings.USE_REDIS:
    CACHES["redis"] = {…}                   caches["redis"].clear()
```

## Why is this bad?
It works on the laptop. In production `caches["sessions"]` raises `InvalidCacheBackendError: The
connection 'sessions' doesn't exist.`, at import in every manage.py command that gets there
(`migrate`, `collectstatic`), in a function at the first request.

## Example
```python
# local.py has CACHES = {"default": {…}, "sessions": {…}}, production.py only "default".
from django.core.cache import caches

def load(key):
    return caches["sessions"].get(key)
```

## Use instead
The alias in every settings module, or code that can do without:

```python
from django.core.cache import caches

def load(key):
    alias = "sessions" if "sessions" in caches else "default"
    return caches[alias].get(key)
```

## Fix safety
There is no automatic fix: where the cache of the other environment is, cachelint cannot know.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#setting-up-the-cache
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Evidence, Severity
from cachelint.rules.alias_states import (
    Presence,
    State,
    fails_in,
    is_for_users,
    is_judged,
    states,
)
from cachelint.rules.alias_uses import WORDS as WORDS
from cachelint.rules.alias_uses import AliasUse, alias_uses
from cachelint.rules.rule import FileView, Finding
from cachelint.settings.records import Role

SEVERITY = Severity.ERROR
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "whether to configure the alias or to guard the code is a decision about that environment"


def check(view: FileView) -> Iterator[Finding]:
    # Most files name no alias: for them no settings are read.
    uses = [] if view.is_test else list(alias_uses(view))
    if not uses or not is_judged(view):
        return
    reported = set()
    for use in uses:
        found = [state for state in states(view, use) if is_for_users(state.settings)]
        there = next((s for s in found if s.presence is Presence.THERE and s.alias), None)
        missing = [state for state in found if _is_missing(state, view)]
        if there is not None and missing and (use.use.span, missing[0].name) not in reported:
            reported.add((use.use.span, missing[0].name))
            yield _finding(use, there, missing, fails_in(view, use, missing))


def _is_missing(state: State, view: FileView) -> bool:
    return (
        state.settings.module.role is Role.DEPLOYABLE
        and state.presence in (Presence.MISSING, Presence.SOMETIMES)
        and state.name not in view.known_aliases
    )


def _finding(use: AliasUse, there: State, missing: list[State], dying: tuple[str, ...]) -> Finding:
    first = missing[0]
    label = first.settings.module.label
    others = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
    lacks = f"and not in {label}{others}: there"
    if first.presence is Presence.SOMETIMES and first.alias and first.alias.condition:
        lacks = f"and in {label}{others} only where {first.alias.condition.text}: elsewhere"
    return Finding(
        span=use.use.span,
        message=(
            f'alias "{there.name}" exists in {_where(there)} {lacks} `{use.use.text}` raises'
            " InvalidCacheBackendError"
        ),
        help=(f'configure "{first.name}" in {label}, or ask `"{first.name}" in caches` before'),
        cause=f'alias "{first.name}"',
        evidence=tuple(
            dict.fromkeys((*first.evidence, *_has(there), *(e for s in missing for e in _lacks(s))))
        ),
        fails_in=dying,
    )


def _where(state: State) -> str:
    module = state.settings.module.label
    place = state.alias.place if state.alias is not None else None
    return f"{module} ({place.path}:{place.row})" if place is not None else module


def _has(state: State) -> Iterator[Evidence]:
    place = state.alias.place if state.alias is not None else None
    if place is not None:
        message = f'`{state.settings.module.label}` has "{state.name}" from here'
        yield Evidence(place.path, place.span, message)


def _lacks(state: State) -> Iterator[Evidence]:
    alias, label = state.alias, state.settings.module.label
    if alias is not None and alias.condition is not None:
        place = alias.condition.place
        message = f'`{label}` has "{state.name}" only where {alias.condition.text}'
        yield Evidence(place.path, place.span, message)
    elif state.settings.bindings:
        place = state.settings.bindings[-1]
        yield Evidence(place.path, place.span, f'`{label}` has no "{state.name}"')
