"""
# removed-get-cache-import (CCH303)

## What it does
Finds `from django.core.cache import get_cache`. Silent where an `except ImportError` expects it, or
in a branch for Django versions that the project does not run on.

## Why is this bad?
`get_cache` was deprecated in Django 1.7 and removed in 1.9: the import raises `ImportError`.

## Example
```python
from django.core.cache import get_cache


def sessions():
    return get_cache("sessions")
```

## Use instead
```python
from django.core.cache import caches


def sessions():
    return caches["sessions"]
```

## Fix safety
There is no automatic fix yet.

## References
- https://docs.djangoproject.com/en/stable/releases/1.9/#features-removed-in-1-9
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Severity, Span
from cachelint.facts.records import Guard, GuardKind
from cachelint.facts.vocabulary import REMOVED_GET_CACHE
from cachelint.rules.rule import FileView, Finding

WORDS = (b"core.cache", b"django.core import")
SEVERITY = Severity.ERROR

_IMPORT_ERRORS = frozenset({"builtins.ImportError", "builtins.Exception", "builtins.BaseException"})
_ATTRIBUTE_ERRORS = frozenset({
    "builtins.AttributeError", "builtins.Exception", "builtins.BaseException",
})  # fmt: skip


def check(view: FileView) -> Iterator[Finding]:
    for imported in view.imports:
        if imported.path == REMOVED_GET_CACHE and not _expects(imported.guards, _IMPORT_ERRORS):
            yield _finding(
                imported.span, "`get_cache` cannot be imported: the line raises ImportError"
            )
    for use, resolved in view.uses:
        # The module's attribute; what an import of the name brings is the import's finding.
        if resolved.path == REMOVED_GET_CACHE and not _expects(use.guards, _ATTRIBUTE_ERRORS):
            message = f"`{use.text}` does not exist: the line raises AttributeError"
            yield _finding(use.span, message)


def _expects(guards: tuple[Guard, ...], errors: frozenset[str]) -> bool:
    return any(
        guard.kind is GuardKind.AFTER_IMPORT_ERROR
        or (guard.kind is GuardKind.EXCEPT and not (errors | {"*"}).isdisjoint(guard.names))
        for guard in guards
    )


def _finding(span: Span, message: str) -> Finding:
    return Finding(
        span=span,
        message=f"{message}; Django removed it in 1.9",
        help="`from django.core.cache import caches`, then `caches[alias]`",
        cause="get_cache",
    )
