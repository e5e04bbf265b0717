"""What stands behind the cache of a use, by the settings that are deployed."""

from __future__ import annotations

from cachelint.facts.vocabulary import HANDLE, PROXY
from cachelint.modules import Resolved
from cachelint.rules.rule import FileView
from cachelint.rules.settings_rules import Entry, entries
from cachelint.settings.records import Certainty, Role, Settings


def alias_of(resolved: Resolved) -> str | None:
    """The alias of a cache that is used; None where it is not written as a text."""
    path = resolved.path
    if path == PROXY or path.startswith(f"{PROXY}."):
        return "default"
    if path == HANDLE or path.startswith(f"{HANDLE}."):
        alias = resolved.value.alias
        return alias.literal if alias is not None else None
    return None


def deployed_settings(view: FileView) -> tuple[Settings, ...]:
    """The settings modules that servers run with; none where one of them is open."""
    deployed = view.settings.of_role(Role.DEPLOYABLE)
    return () if any(settings.is_open for settings in deployed) else deployed


def deployed_entries(view: FileView, resolved: Resolved) -> tuple[Entry, ...]:
    """Every dict that may configure the alias of a use on a server; none where that is not known.

    An alias that one of the servers does not have, or has under a condition, is not known.
    """
    alias = alias_of(resolved)
    found: list[Entry] = []
    for settings in deployed_settings(view) if alias is not None else ():
        own = [entry for entry in entries(settings) if entry.alias.name == alias]
        known = own and len(own) == len(own[0].alias.choices)
        if not known or own[0].alias.certainty is not Certainty.DEFINITE:
            return ()
        found += own
    return tuple(found)
