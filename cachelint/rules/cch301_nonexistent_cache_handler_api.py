"""
# nonexistent-cache-handler-api (CCH301)

## What it does
Finds uses of `django.core.cache.caches` that it does not have: `caches.get(…)`, `caches.keys()`,
`caches.default`, `caches(alias)`, `len(caches)`.

Silent where somebody expects that by name: `except AttributeError`, `hasattr()`. An
`except Exception` around it only hides that what is tried there never works.

## Why is this bad?
`caches` looks like a dict but is a connection handler. `caches.get` raises `AttributeError:
'CacheHandler' object has no attribute 'get'`, calling it or asking for its length `TypeError`, the
first time the line runs, which for a fallback may be in production.

## Example
```python
from django.core.cache import caches


def sessions():
    return caches.get("sessions", None)
```

## Use instead
```python
from django.core.cache import caches


def sessions():
    return caches["sessions"] if "sessions" in caches else None
```

`alias in caches`, `list(caches)`, `caches.all()` and `caches.settings` exist;
`caches.close_all()` since Django 4.1.

## Fix safety
`caches.get(alias, default)` in a function becomes `caches[alias] if alias in caches else default`:
safe where the alias is a name, an attribute or a constant. Where its result is kept, at import or
on an object, it becomes `LazyCacheWrapper(alias, fallback=DUMMY)`: unsafe, since a wrapper is never
`None`. `caches.keys()` becomes `list(caches)`, `caches(alias)` `caches[alias]`, both safe; unsafe
under `except Exception`, whose handler has run each time until then.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#django.core.cache.caches
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from cachelint.diagnostic import Applicability, Edit, FixPlan, Severity
from cachelint.facts.records import Argument, GuardKind, Phase, Use
from cachelint.facts.vocabulary import DUMMY_CACHE, HANDLER, HANDLER_API
from cachelint.modules import Resolved
from cachelint.rules.lazy_fix import WRAPPER, replacement_by_wrapper, unknown_surroundings
from cachelint.rules.rule import FileView, Finding
from cachelint.source import one_line

WORDS = (b"caches",)
SEVERITY = Severity.ERROR
NO_FIX = "no one expression does what was meant"

_ATTRIBUTE = re.compile(rf"{re.escape(HANDLER)}\.(\w+)")
_ANY_ERROR = frozenset({"builtins.Exception", "builtins.BaseException"})
#: What an expression names that cannot be told.
_SOME_ERROR = "*"
#: A name, an attribute or a constant: evaluated twice it is the same.
_SIMPLE = re.compile(r"""[\w.]+|"[^"\\\n]*"|'[^'\\\n]*'""")
_INSTEAD = {
    "get": "`caches[alias] if alias in caches else …`, or catch InvalidCacheBackendError",
    "keys": "`list(caches)` has the aliases",
    "values": "`caches.all()` has the caches; it opens every one",
    "items": "`for alias in caches` has the aliases",
    "default": '`caches["default"]`, or the proxy `django.core.cache.cache`',
    "close_all": "Django has it from 4.1 on; before, `for c in caches.all(): c.close()`",
}


def check(view: FileView) -> Iterator[Finding]:
    for use, resolved in view.uses:
        match = _ATTRIBUTE.fullmatch(resolved.path)
        if match is not None:
            if _is_missing(view, match[1]) and not _is_guarded(view, use, resolved.path):
                yield _attribute(use, match[1], resolved, view)
        elif not _expects(use, "builtins.TypeError"):
            if resolved.path == f"{HANDLER}()":
                yield _call(use, resolved, view)
            elif resolved.path == "builtins.len()" and _is_handler(view, use):
                yield _length(use)


def _is_missing(view: FileView, name: str) -> bool:
    if name.startswith("__") and name.endswith("__"):
        return False
    since = HANDLER_API.get(name)
    if since is None:
        return True
    return view.django_version is not None and view.django_version < since


def _is_guarded(view: FileView, use: Use, path: str) -> bool:
    return _expects(use, "builtins.AttributeError") or view.is_asked_for(use, path)


def _expects(use: Use, error: str) -> bool:
    """Whether somebody knows that the line may raise ``error``; who catches all does not."""
    return any(
        guard.kind is GuardKind.EXCEPT and (error in guard.names or _SOME_ERROR in guard.names)
        for guard in use.guards
    )


def _hidden(use: Use) -> bool:
    """Whether a handler for whatever comes hides that the line never works."""
    return any(
        guard.kind is GuardKind.EXCEPT and not _ANY_ERROR.isdisjoint(guard.names)
        for guard in use.guards
    )


def _end(use: Use, error: str) -> str:
    if _hidden(use):
        return f"the line always raises {error}, and what catches it hides that"
    return f"the line raises {error} when it runs"


def _careful(plan: FixPlan | None, use: Use) -> FixPlan | None:
    """A fix is a change of behaviour where the error was caught."""
    if plan is None or not _hidden(use) or plan.applicability is Applicability.UNSAFE:
        return plan
    reason = "until now what catches the error has run, each time"
    return replace(plan, applicability=Applicability.UNSAFE, reason=reason)


def _is_handler(view: FileView, use: Use) -> bool:
    return any(found.path == HANDLER for found in view.resolve(use.arguments[0].values))


def _attribute(use: Use, name: str, resolved: Resolved, view: FileView) -> Finding:
    call = _call_of(view, use) if use.outer == "call" else None
    return Finding(
        span=use.span,
        message=(
            f"`{use.text}` does not exist: Django's cache handler is not a dict,"
            f" {_end(use, 'AttributeError')}"
        ),
        help=_INSTEAD.get(name, "`caches[alias]` opens a cache, `alias in caches` asks for one"),
        cause=f".{name}",
        evidence=view.link_evidence(resolved),
        fix=_careful(_attribute_plan(view, call, name), use) if call is not None else None,
    )


def _call(use: Use, resolved: Resolved, view: FileView) -> Finding:
    argument = use.arguments[0].text if use.arguments else "alias"
    return Finding(
        span=use.span,
        message=(
            f"`{use.text}`: Django's cache handler cannot be called, {_end(use, 'TypeError')}"
        ),
        help=f"`caches[{argument}]`",
        cause="()",
        evidence=view.link_evidence(resolved),
        fix=_careful(_call_plan(view, use), use),
    )


def _call_of(view: FileView, use: Use) -> Use | None:
    """The call whose function ``use`` is."""
    start = (use.span.row, use.span.column)
    for call, resolved in view.uses:
        begins = (call.span.row, call.span.column) == start and call.base == use.code
        if begins and resolved.path.startswith(HANDLER):
            return call
    return None


def _call_plan(view: FileView, use: Use) -> FixPlan | None:
    """``caches(alias)`` → ``caches[alias]``."""
    if len(use.arguments) != 1 or use.arguments[0].keyword is not None or not use.base:
        return None
    if not view.is_certain(use):
        return None
    alias = use.arguments[0].code
    if use.phase is Phase.IMPORT or any("." in target for target in use.targets):
        # `caches[alias]` would be kept here, which is the next finding.
        return replacement_by_wrapper(use, alias, unknown_surroundings(use), HANDLER)
    return _replacement(use, f"{use.base}[{alias}]")


def _replacement(use: Use, content: str) -> FixPlan:
    title = f"Replace by `{one_line(content)}`"
    return FixPlan(title, Applicability.SAFE, edits=(Edit(use.span, content),))


def _attribute_plan(view: FileView, call: Use, name: str) -> FixPlan | None:
    handler = call.base.rpartition(".")[0]
    if not handler or not view.is_certain(call):
        return None
    if name == "keys" and not call.arguments:
        return replace(_replacement(call, f"list({handler})"), builtins=("list",))
    return _get_plan(view, call, handler) if name == "get" else None


def _get_plan(view: FileView, call: Use, handler: str) -> FixPlan | None:
    """``caches.get(A, D)``: a question where it runs later, a wrapper where it is kept."""
    arguments = {argument.keyword: argument for argument in call.arguments}
    positional = [a for a in call.arguments if a.keyword is None]
    if not 1 <= len(positional) <= 2 or not set(arguments) <= {None, "default"}:
        return None
    alias = positional[0].code
    given = positional[1] if len(positional) == 2 else arguments.get("default")
    if call.phase is Phase.IMPORT or any("." in target for target in call.targets):
        return _kept_plan(view, call, alias, given)
    default = given.code if given is not None else "None"
    if call.outer == "attribute" and default == "None":
        return _replacement(call, f"{handler}[{alias}]")
    content = f"{handler}[{alias}] if {alias} in {handler} else {default}"
    simple = _SIMPLE.fullmatch(alias) is not None
    return FixPlan(
        title=f"Replace by `{one_line(content)}`",
        applicability=Applicability.SAFE if simple else Applicability.UNSAFE,
        reason="" if simple else "the alias is an expression that would be evaluated twice",
        edits=(Edit(call.span, content if call.outer == "value" else f"({content})"),),
    )


def _kept_plan(view: FileView, call: Use, alias: str, given: Argument | None) -> FixPlan | None:
    dummy = given is None or given.code == "None" or _is_dummy(view, given)
    if not dummy:
        return None
    return FixPlan(
        title=f"Replace by `{WRAPPER}({one_line(alias)}, fallback=DUMMY)`",
        applicability=Applicability.UNSAFE,
        reason="a wrapper is never None: `if cache:` is always true",
        edits=(Edit(call.span, f"{WRAPPER}({alias}, fallback=DUMMY)"),),
        helper_names=("DUMMY", WRAPPER),
        drops=(HANDLER, DUMMY_CACHE),
        targets=call.targets,
    )


def _is_dummy(view: FileView, argument: Argument) -> bool:
    return any(found.path == f"{DUMMY_CACHE}()" for found in view.resolve(argument.values))


def _length(use: Use) -> Finding:
    return Finding(
        span=use.span,
        message=f"`{use.text}`: Django's cache handler has no length, {_end(use, 'TypeError')}",
        help="`len(list(caches))` counts the aliases",
        cause="len",
    )
