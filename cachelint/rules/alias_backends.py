"""What stands behind the cache of a use, by the settings that are deployed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cachelint.facts.vocabulary import HANDLE, PROXY
from cachelint.modules import Resolved
from cachelint.project import AliasKind
from cachelint.rules.rule import FileView
from cachelint.rules.settings_rules import Entry, entries
from cachelint.settings.records import Certainty, Role, Settings


def alias_of(view: FileView, resolved: Resolved) -> str | None:
    """The alias of a cache that is used; None where it may be more than one text."""
    path, alias = resolved.path, resolved.value.alias
    if path == PROXY or path.startswith(f"{PROXY}."):
        return "default"
    if alias is None or not (path == HANDLE or path.startswith(f"{HANDLE}.")):
        return None
    if alias.literal is not None:
        return alias.literal
    files = [view.facts, *(view.project.facts(link.path) for link in resolved.links)]
    for facts in files:
        for use in facts.uses if facts is not None else ():
            if facts is not None and any(value.alias is alias for value in use.values):
                found = view.project.alias_values(alias.code, facts, use.owner, use.span.row)
                (value, *others) = found or (None,)
                is_text = value is not None and value.kind is AliasKind.TEXT and not others
                return value.text if is_text and value is not None else None
    return None


def deployed_settings(view: FileView) -> tuple[Settings, ...]:
    """The settings modules that servers run with; none where one of them is open."""
    deployed = view.settings.of_role(Role.DEPLOYABLE)
    return () if any(settings.is_open for settings in deployed) else deployed


def entries_by_server(view: FileView, resolved: Resolved) -> Iterator[tuple[Entry, ...]]:
    """For each deployed settings module that is certain to have the alias: all that it may be."""
    alias = alias_of(view, resolved)
    for settings in deployed_settings(view) if alias is not None else ():
        own = tuple(entry for entry in entries(settings) if entry.alias.name == alias)
        if own and _is_certain(own):
            yield own


def _is_certain(own: Sequence[Entry]) -> bool:
    alias = own[0].alias
    return alias.certainty is Certainty.DEFINITE and len(own) == len(alias.choices)


def deployed_entries(view: FileView, resolved: Resolved) -> tuple[Entry, ...]:
    """Every dict that may configure the alias of a use on a server; none where that is not known.

    An alias that one of the servers does not have, or has under a condition, is not known.
    """
    alias = alias_of(view, resolved)
    found: list[Entry] = []
    for settings in deployed_settings(view) if alias is not None else ():
        own = [entry for entry in entries(settings) if entry.alias.name == alias]
        if not own or not _is_certain(own):
            return ()
        found += own
    return tuple(found)
