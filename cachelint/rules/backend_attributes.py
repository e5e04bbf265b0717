"""What a backend has beside the methods that every cache has."""

from __future__ import annotations

from cachelint.rules.rule import FileView
from cachelint.rules.settings_rules import Entry
from cachelint.settings.backend_methods import METHODS

#: Above a class of the project: what adds nothing to a cache.
_PLAIN = frozenset({"abc.ABC", "builtins.object", "typing.Generic"})


def lacks(view: FileView, entry: Entry, name: str) -> bool:
    """Whether a backend is known not to have an attribute."""
    backend = entry.backend
    if backend is None:
        return False
    own = METHODS.get(backend)
    if own is None:
        own = _of_project(view, backend)
    return own is not None and name not in own


def _of_project(view: FileView, backend: str) -> frozenset[str] | None:
    """What a backend of the project has beside the usual; None where that is not known."""
    found = view.project.find_class(backend, view.facts)
    names = view.project.attributes(*found) if found is not None else None
    if found is None or names is None:
        return None
    above = view.project.ancestors(*found) - _PLAIN
    if not above or not above <= METHODS.keys():
        return None
    return names.union(*(METHODS[path] for path in above))
