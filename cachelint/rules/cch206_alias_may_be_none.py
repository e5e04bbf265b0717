"""
# alias-may-be-none (CCH206)

## What it does
Finds aliases that are no text: an environment variable that is read without a default
(`caches[os.getenv("CACHE_ALIAS")]`, also through a name), and a member of an `Enum` that does not
derive from `str`. Silent where the variable is tested first, and where the error is caught.

## Why is this bad?
Where the variable is not set, the alias is None, and `caches[None]` raises `TypeError`, not
`InvalidCacheBackendError`: handlers of a missing alias do not catch it. The message, "attribute
name must be string, not 'NoneType'", says nothing of a cache. A member of a plain `Enum` ends the
same way on every machine.

## Example
```python
import os

from django.core.cache import caches

CACHE_ALIAS = os.getenv("CACHE_ALIAS")

def remember(key, value):
    caches[CACHE_ALIAS].set(key, value)
```

## Use instead
```python
import os

from django.core.cache import caches

CACHE_ALIAS = os.getenv("CACHE_ALIAS", "default")

def remember(key, value):
    caches[CACHE_ALIAS].set(key, value)
```

## Fix safety
There is no automatic fix: which cache is the right one where nothing is set is for the project to
say.

## References
- https://docs.python.org/3/library/os.html#os.getenv
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Severity
from cachelint.facts.records import GuardKind
from cachelint.project import AliasKind
from cachelint.rules.alias_uses import WORDS as WORDS
from cachelint.rules.alias_uses import AliasUse, alias_uses, asks_for
from cachelint.rules.rule import FileView, Finding

SEVERITY = Severity.ERROR
NO_FIX = "which cache counts where nothing is set is a decision about that environment"

_TYPE_ERROR = frozenset({"builtins.TypeError"})


def check(view: FileView) -> Iterator[Finding]:
    if view.is_test:
        return
    for use in alias_uses(view):
        if _is_guarded(view, use):
            continue
        if use.value.kind is AliasKind.NONE and use.value.text:
            yield _finding(
                use,
                f"the alias `{use.code.strip()}` is None where the environment variable is not set"
                f" (`{use.value.text}`): `{use.use.text}` raises TypeError then",
                'give a default, `os.getenv("…", "default")`',
            )
        elif use.value.kind is AliasKind.MEMBER:
            yield _finding(
                use,
                f"`{use.value.text}` is a member of an Enum and no text: `{use.use.text}` raises"
                " TypeError",
                f"take its value, `{use.code.strip()}.value`, or derive the Enum from str",
            )


def _is_guarded(view: FileView, use: AliasUse) -> bool:
    text = use.code.strip()
    tested = any(
        guard.kind is GuardKind.PRESENT and guard.names[0] in (text, use.value.text)
        for guard in use.guards
    )
    return tested or asks_for(use.guards, use) or view.is_unharmed(use.use, _TYPE_ERROR)


def _finding(use: AliasUse, message: str, remedy: str) -> Finding:
    return Finding(
        span=use.use.span,
        message=message,
        help=remedy,
        cause=use.value.text,
        evidence=use.value.evidence,
    )
