"""
# unknown-cache-backend (CCH402)

## What it does
Finds a `BACKEND` that nobody can import: a class that Django has removed or does not have yet (by
`django-version`), a misspelt module or class, a class that a module of the project does not define,
a URL such as `locmem://`, a class instead of its dotted path.

Backends of other packages are not known to be missing; they are reported only where the path is
close to one that is known.

## Why is this bad?
Whoever opens the alias gets `InvalidCacheBackendError: Could not find backend '…'`. Django's own
check of file-based caches opens every alias: `check` and `migrate` end with a traceback, also where
nobody uses the alias.

## Example
```python
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.memcached.MemcachedCache",
        "LOCATION": "127.0.0.1:11211",
    },
}
```

## Use instead
```python
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
        "LOCATION": "127.0.0.1:11211",
    },
}
```

## Fix safety
There is no automatic fix.

## References
- https://docs.djangoproject.com/en/stable/ref/settings/#backend
- https://docs.djangoproject.com/en/stable/releases/4.1/#features-removed-in-4-1
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from cachelint.diagnostic import Severity
from cachelint.rules.rule import FileView, Finding, Version
from cachelint.rules.settings_rules import WORDS as WORDS
from cachelint.rules.settings_rules import Entry, Verdict, entries, report
from cachelint.settings.backends import BACKENDS, DJANGO_BACKENDS, OTHER_BACKENDS, Backend
from cachelint.settings.records import Constant, Place, Reference, Settings

SEVERITY = Severity.ERROR
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "settings are changed by the people who deploy them"

_DJANGO = "django.core.cache."
_PYMEMCACHE = "django.core.cache.backends.memcached.PyMemcacheCache"
_SCHEME = re.compile(r"[a-z]+://")
#: How alike two packages must be for one to be a misspelling of the other: one letter or so.
_SAME_PACKAGE = 0.9


def check(view: FileView) -> Iterator[Finding]:
    return report(view, judge)


def judge(settings: Settings, view: FileView) -> Iterator[Verdict]:
    for entry in entries(settings):
        item = entry.mapping.get("BACKEND")
        for choice in item.choices if item is not None else ():
            value = choice.value
            if isinstance(value, Reference):
                yield _class_verdict(entry, value)
            elif isinstance(value, Constant) and isinstance(value.value, str):
                # Any condition may ask for the version of Django, in its own way.
                is_certain = entry.condition is None and choice.condition is None
                reason = _why_unknown(view, settings, value.value, is_certain)
                if reason is not None:
                    yield _verdict(entry, value.place, value.value, reason)


def _why_unknown(view: FileView, settings: Settings, path: str, is_certain: bool) -> str | None:
    """Why nobody can import the backend, asking the project first: it may have a copy."""
    module, _, name = path.rpartition(".")
    found = view.project.has_name(module, name, settings.module.path) if module else None
    if path in BACKENDS and not found:
        return why_unknown(path, view.django_version) if is_certain else None
    if found is None:
        return why_unknown(path, view.django_version)
    return None if found else f"is not in the project: module `{module}` has no `{name}`"


def why_unknown(path: str, django: Version | None) -> str | None:
    """Why nobody can import the backend at ``path``, None where somebody may."""
    if path in BACKENDS:
        return _why_not_in_version(BACKENDS[path], django)
    if _SCHEME.match(path):
        return "is a URL, as Django 1.2 had it, and no dotted path"
    if "." not in path:
        return "is no dotted path of a class"
    if path.startswith(_DJANGO):
        return "is not in Django"
    if near_miss(path) is not None:
        return f"is not in {_package(near_miss(path) or path)}"
    return None


def _why_not_in_version(backend: Backend, django: Version | None) -> str | None:
    if backend.removed is not None and (django is None or django >= backend.removed):
        return f"was removed in Django {_text(backend.removed)}"
    if backend.since is not None and django is not None and django < backend.since:
        return f"came with Django {_text(backend.since)}, and the project runs on {_text(django)}"
    return None


def near_miss(path: str) -> str | None:
    """The backend of another package that ``path`` must mean, None where it may be one itself."""
    package, _, rest = path.partition(".")
    for known in OTHER_BACKENDS:
        known_package, _, known_rest = known.partition(".")
        if package == known_package and _is_misspelt(rest, known_rest):
            return known
        if rest == known_rest and _ratio(package, known_package) >= _SAME_PACKAGE:
            return known
    return None


def _is_misspelt(rest: str, known: str) -> bool:
    """Whether two paths in one package mean the same class, as far as a reader can tell."""
    same_class = rest.rpartition(".")[2].lower() == known.rpartition(".")[2].lower()
    return same_class or (rest.count(".") == known.count(".") and _ratio(rest, known) > 0.8)


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def _verdict(entry: Entry, place: Place, path: str, reason: str) -> Verdict:
    suggestion = _suggestion(path)
    return Verdict(
        entry.settings,
        place,
        message=(
            f'backend "{path}" of alias "{entry.alias.name}" {reason}: `check`, `migrate` and'
            " everybody who opens the alias get InvalidCacheBackendError"
        ),
        help=f'did you mean "{suggestion}"?' if suggestion else "name a class that can be imported",
        cause=path,
    )


def _suggestion(path: str) -> str | None:
    """The path that is probably meant, where there is one."""
    if path in BACKENDS:
        return _PYMEMCACHE if BACKENDS[path].removed else None
    known = near_miss(path)
    if known is not None:
        return known
    current = [path for path, backend in DJANGO_BACKENDS.items() if backend.removed is None]
    # "locmem://" and "redis" name the module, if anything.
    word = path.partition(":")[0].lower()
    named = [known for known in current if word in known.split(".")]
    close = difflib.get_close_matches(path, current, n=1)
    return next(iter((*named, *close)), None)


def _class_verdict(entry: Entry, value: Reference) -> Verdict:
    item = entry.mapping.get("BACKEND")
    return Verdict(
        entry.settings,
        # The place of the class itself is where it is defined.
        item.place if item is not None else entry.mapping.place,
        message=(
            f'backend of alias "{entry.alias.name}" is the class `{value.name}`: whoever opens the'
            " alias gets AttributeError, Django wants the dotted path as a text"
        ),
        help=f'write "{value.name}"',
        cause=value.name,
    )


def _package(path: str) -> str:
    return path.partition(".")[0]


def _text(version: Version) -> str:
    return ".".join(map(str, version))
