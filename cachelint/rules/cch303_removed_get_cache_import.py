"""
# removed-get-cache-import (CCH303)

## What it does
Finds `from django.core.cache import get_cache`. Silent where an `except ImportError` expects it,
where it is the answer to a Django that lacks something else, in a branch for Django versions that
the project does not run on, and where the tree brings a Django of its own that still has it.

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
Where the name is only called, with one argument, the import becomes `caches` and `get_cache(alias)`
`caches[alias]`. Safe for a literal without `:` and `.` (those were addresses and module paths),
unsafe for an expression; else there is no fix.

## References
- https://docs.djangoproject.com/en/stable/releases/1.9/#features-removed-in-1-9
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.diagnostic import Applicability, Evidence, FixPlan, Severity, Span
from cachelint.facts.records import Guard, GuardKind, Import, Phase
from cachelint.facts.vocabulary import HANDLER, REMOVED_GET_CACHE
from cachelint.rules.rule import FileView, Finding

WORDS = (b"core.cache", b"django.core import")
SEVERITY = Severity.ERROR
NO_FIX = (
    "what `get_cache` was given is not a plain alias, or it is imported for more than one Django"
)

_LITERAL = re.compile(r"""["']([^"'\\\n]*)["']""")
_ANY_ERROR = frozenset({"*", "builtins.Exception", "builtins.BaseException"})
_IMPORT_ERROR = _ANY_ERROR | {"builtins.ImportError"}
_ATTRIBUTE_ERROR = _ANY_ERROR | {"builtins.AttributeError"}


def check(view: FileView) -> Iterator[Finding]:
    findings = list(_findings(view))
    module, _, name = REMOVED_GET_CACHE.rpartition(".")
    # Asked last: most files have nothing of the kind.
    if findings and not view.project.may_bring(module, name, view.facts):
        yield from findings


def _findings(view: FileView) -> Iterator[Finding]:
    for imported in view.imports:
        if imported.path == REMOVED_GET_CACHE and not _expects(imported.guards, _IMPORT_ERROR):
            message = "`get_cache` cannot be imported: the line raises ImportError"
            yield _finding(imported.span, message, _calls(view), _plan(view, imported))
    for use, resolved in view.uses:
        # The module's attribute; the calls of an imported name are the import's evidence.
        if (
            resolved.path == REMOVED_GET_CACHE
            and not _expects(use.guards, _ATTRIBUTE_ERROR)
            and not view.is_asked_for(use, REMOVED_GET_CACHE)
        ):
            yield _finding(use.span, f"`{use.text}` does not exist: the line raises AttributeError")


def _calls(view: FileView) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(view.facts.path, use.span, f"`{use.text}` relies on it")
        for use, resolved in view.uses
        if resolved.path == f"{REMOVED_GET_CACHE}()"
    )


def _expects(guards: tuple[Guard, ...], errors: frozenset[str]) -> bool:
    return any(
        _probes_django(guard)
        or (guard.kind is GuardKind.EXCEPT and not errors.isdisjoint(guard.names))
        for guard in guards
    )


def _probes_django(guard: Guard) -> bool:
    """Whether we are here because some Django lacks what was tried: written for several."""
    return guard.kind is GuardKind.AFTER_IMPORT_ERROR and any(
        name.startswith("django.") for name in guard.names
    )


def _plan(view: FileView, imported: Import) -> FixPlan | None:
    if imported.guards or imported.phase is not Phase.IMPORT:
        return None
    calls = [use for use, found in view.uses if found.path == f"{REMOVED_GET_CACHE}()"]
    if any([argument.keyword for argument in use.arguments] != [None] for use in calls):
        return None
    literals = [_LITERAL.fullmatch(use.arguments[0].code) for use in calls]
    if any(match is not None and re.search("[:.]", match[1]) for match in literals):
        return None
    certain = all(match is not None for match in literals)
    return FixPlan(
        title="Import `caches`, and ask it for the alias",
        applicability=Applicability.SAFE if certain else Applicability.UNSAFE,
        reason="" if certain else "get_cache() took addresses and module paths too",
        rewrite="removed-get-cache",
        drops=(HANDLER,),
    )


def _finding(
    span: Span, message: str, evidence: tuple[Evidence, ...] = (), fix: FixPlan | None = None
) -> Finding:
    return Finding(
        span=span,
        message=f"{message}; Django removed it in 1.9",
        help="`from django.core.cache import caches`, then `caches[alias]`",
        cause="get_cache",
        evidence=evidence,
        fix=fix,
    )
