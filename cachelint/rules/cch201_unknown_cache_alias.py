"""
# unknown-cache-alias (CCH201)

## What it does
Finds aliases that no settings module of the project configures: in `caches[…]`,
`get_redis_connection(…)`, `cache_page(…, cache=…)`, `ConnectionProxy(caches, …)`, and in
`get_cache()` and `LazyCacheWrapper()` of the lazy helper. The alias may be a literal, or be reached
through constants, members of an enum, defaults, `settings.X`, `getattr(settings, "X", …)` and
alternatives.

Silent in tests, where the alias is checked first (`if "x" in caches`, `except
InvalidCacheBackendError`), where a setting decides whether the code runs and the settings do not
tell, and as long as one settings module of the project may have aliases that cannot be read;
`cachelint settings` says which, and why.

## Why is this bad?
`caches["sesions"]` raises `InvalidCacheBackendError: The connection 'sesions' doesn't exist.` under
every settings module there is. While a module is imported that ends `migrate` and every server; in
a function it waits for the first request that gets there.

## Example
```python
from django.core.cache import caches

def remember(request):
    caches["sesions"].set(request.user.pk, "seen")
```

## Use instead
```python
from django.core.cache import caches

def remember(request):
    caches["sessions"].set(request.user.pk, "seen")
```

An alias that something outside of the settings brings belongs in the configuration:

```toml
[tool.cachelint]
aliases = ["tenant"]
```

## Fix safety
Where the settings have an alias that is spelt much like it, the fix takes that; unsafe, because
another cache may have been meant.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#django.core.cache.caches
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from cachelint.diagnostic import Applicability, Edit, Evidence, FixPlan, Severity
from cachelint.rules.alias_states import (
    Presence,
    State,
    fails_in,
    having,
    is_anywhere,
    is_for_users,
    is_judged,
    quoted,
    states,
)
from cachelint.rules.alias_uses import WORDS as WORDS
from cachelint.rules.alias_uses import AliasUse, alias_uses
from cachelint.rules.rule import FileView, Finding

SEVERITY = Severity.ERROR
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "which cache was meant is not certain"


def check(view: FileView) -> Iterator[Finding]:
    # Most files name no alias: for them no settings are read.
    uses = [] if view.is_test else list(alias_uses(view))
    if not uses or not is_judged(view):
        return
    reported = set()
    for use in uses:
        missing = [state for state in states(view, use) if _is_missing(view, state)]
        for state in missing:
            place = (use.use.span, state.name)
            if place not in reported:
                reported.add(place)
                alike = [other for other in missing if other.name == state.name]
                yield _finding(view, use, state, fails_in(view, use, alike))


def _is_missing(view: FileView, state: State) -> bool:
    is_missing = state.presence is Presence.MISSING and is_for_users(state.settings)
    return is_missing and not is_anywhere(view, state.name)


def _finding(view: FileView, use: AliasUse, state: State, dying: tuple[str, ...]) -> Finding:
    known = list(dict.fromkeys(a for s in view.settings.modules for a in s.aliases))
    close = difflib.get_close_matches(state.name, known, n=1)
    remedy = f'did you mean "{close[0]}"?' if close else f"configured are {quoted(known)}"
    return Finding(
        span=use.use.span,
        message=(
            f'alias "{state.name}" is {view.settings.where}: `{use.use.text}` raises'
            " InvalidCacheBackendError wherever it runs"
        ),
        help=f"{remedy}; an alias from elsewhere belongs in `aliases` of [tool.cachelint]",
        cause=f'alias "{state.name}"',
        evidence=(*state.evidence, *(having(view.settings, state.name) or _searched(view))),
        fails_in=dying,
        fix=_fix(use, close[0]) if close and use.span is not None and use.is_literal else None,
    )


def _searched(view: FileView) -> Iterator[Evidence]:
    for settings in view.settings.modules:
        if settings.bindings and is_for_users(settings):
            place = settings.bindings[-1]
            aliases = quoted(list(settings.aliases))
            yield Evidence(place.path, place.span, f"`{settings.module.label}` has {aliases}")


def _fix(use: AliasUse, alias: str) -> FixPlan | None:
    assert use.span is not None
    return FixPlan(
        title=f'Take the alias "{alias}"',
        applicability=Applicability.UNSAFE,
        reason="another cache may have been meant",
        edits=(Edit(use.span, f"{use.code[0]}{alias}{use.code[0]}"),),
    )
