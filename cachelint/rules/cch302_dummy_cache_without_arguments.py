"""
# dummy-cache-without-arguments (CCH302)

## What it does
Finds `DummyCache()` without the two arguments that every backend's constructor takes.

## Why is this bad?
`DummyCache()` raises `TypeError: DummyCache.__init__() missing 1 required positional argument:
'host'`. It mostly stands in a fallback that nobody has ever run, and turns a missing cache into
another error.

## Example
```python
from django.core.cache.backends.dummy import DummyCache

NO_CACHE = DummyCache()
```

## Use instead
```python
from django.core.cache.backends.dummy import DummyCache

NO_CACHE = DummyCache("", {})
```

Mind that a silent DummyCache turns off locks, throttles and cached sessions.

## Fix safety
Safe: the two arguments that DummyCache ignores are added.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#dummy-caching-for-development
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Applicability, Edit, FixPlan, Severity
from cachelint.facts.records import Use
from cachelint.facts.vocabulary import DUMMY_CACHE
from cachelint.rules.rule import FileView, Finding

WORDS = (b"DummyCache",)
SEVERITY = Severity.ERROR
NO_FIX = "which of its arguments are given is not certain"


def check(view: FileView) -> Iterator[Finding]:
    for use, resolved in view.uses:
        if resolved.path != f"{DUMMY_CACHE}()":
            continue
        missing = _missing_arguments(use)
        if missing and not view.is_unharmed(use, frozenset({"builtins.TypeError"})):
            yield Finding(
                span=use.span,
                message=(
                    f"`{use.text}` raises TypeError when it runs: a backend takes a location and"
                    f" parameters, {' and '.join(missing)} not given"
                ),
                help='`DummyCache("", {})`',
                cause="DummyCache",
                evidence=view.link_evidence(resolved),
                fix=_plan(view, use),
            )


def _plan(view: FileView, use: Use) -> FixPlan | None:
    if not use.base or not view.is_certain(use) or any(a.keyword for a in use.arguments):
        return None
    location = use.arguments[0].code if use.arguments else '""'
    content = f"{use.base}({location}, {{}})"
    return FixPlan(f"Replace by `{content}`", Applicability.SAFE, edits=(Edit(use.span, content),))


def _missing_arguments(use: Use) -> list[str]:
    keywords = {argument.keyword for argument in use.arguments}
    if keywords & {"*", "**"}:
        return []
    positional = sum(argument.keyword is None for argument in use.arguments)
    needed = {"`host`": positional < 1, "`params`": positional < 2}
    return [name for name, open_ in needed.items() if open_ and name.strip("`") not in keywords]
