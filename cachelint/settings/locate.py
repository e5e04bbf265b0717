"""Finds the settings modules of a project without running it.

A settings module belongs to the *project* whose manage.py is nearest above its file, else to the
repository. For a file or folder that is linted those of its project count, and those of projects
that a program or the tests of its project name; code of no project sees all of the repository. A
folder also sees the projects below it. A file to which several names lead is one module; manage.py,
then servers, give it its name.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property

from cachelint import disk
from cachelint.config import COMMAND_LINE
from cachelint.dataclass import dataclass
from cachelint.modules import Modules
from cachelint.places import repository_folder, shown_path
from cachelint.settings.records import Cause, Mention, Role, SettingsModule
from cachelint.settings.search.gathering import Gathered, Gathering
from cachelint.settings.search.survey import Survey, survey

_ROLES = (Role.DEPLOYABLE, Role.LOCAL, Role.TEST)


@dataclass(frozen=True)
class Located:
    """The settings modules that count for a file or folder.

    ``unresolved`` are the places that name one which cannot be found.
    """

    modules: tuple[SettingsModule, ...]
    unresolved: tuple[Cause, ...] = ()


def locate(
    start: str,
    modules: Modules,
    configured: Sequence[str] = (),
    *,
    origin: str = COMMAND_LINE,
    row: int = 1,
) -> Located:
    """The settings modules of the project around the file or folder at ``start``, and below it.

    ``configured`` are the names in ``[tool.cachelint] settings``, at ``row`` of the file
    ``origin``; then only these count. Raises ConfigurationError for one that is not there.
    """
    return Locator(modules, configured, origin, row).locate(start)


class Locator:
    """``locate`` for many files: each repository is looked through once."""

    def __init__(
        self,
        modules: Modules,
        configured: Sequence[str] = (),
        origin: str = COMMAND_LINE,
        row: int = 1,
    ) -> None:
        self._modules = modules
        self._configured = configured
        reason = (
            f"{'--settings' if origin == COMMAND_LINE else '[tool.cachelint] settings'} names it"
        )
        self._mention = Mention(shown_path(origin), row, reason)
        self._repositories: dict[str, _Repository] = {}
        self._located: dict[str, Located] = {}

    def locate(self, start: str) -> Located:
        """The settings modules for the file or folder at ``start``. Raises ConfigurationError."""
        start = os.path.abspath(start)
        # What a file sees depends on its folder; a folder also sees what lies below it.
        key = start if disk.is_folder(start) else os.path.join(os.path.dirname(start), "")
        if key not in self._located:
            self._located[key] = self._locate(start)
        return self._located[key]

    def _locate(self, start: str) -> Located:
        root = repository_folder(start)
        if root not in self._repositories:
            surveyed = survey(root)
            gathering = Gathering(self._modules, surveyed)
            modules = gathering.gather(self._configured, self._mention)
            self._repositories[root] = _Repository(surveyed, modules, gathering.unresolved)
        return self._repositories[root].seen_from(start)


@dataclass
class _Repository:
    """What there is in one repository."""

    survey: Survey
    gathered: list[Gathered]
    unresolved: list[tuple[Cause, str]]

    @cached_property
    def _that_start_something(self) -> frozenset[str]:
        return frozenset(self.survey.projects) | {project for _, project in self.unresolved}

    def seen_from(self, start: str) -> Located:
        """What counts for ``start``."""
        for territory in self.survey.territories(start):
            projects = {
                item.project
                for item in self.gathered
                if territory == item.project or territory in item.named_from
            }
            if projects:
                break
            if territory in self._that_start_something:
                # It has settings that cannot be found: those of others are not for it.
                break
        else:
            # Code that belongs to no project is used by any of them.
            return _located(self.gathered, self.unresolved)
        projects.add(territory)
        return _located(
            [g for g in self.gathered if g.project in projects or _is_below(g.project, start)],
            [(c, p) for c, p in self.unresolved if p in projects or _is_below(p, start)],
        )


def _is_below(folder: str, start: str) -> bool:
    return folder == start or folder.startswith(start + os.sep)


def _located(gathered: list[Gathered], unresolved: list[tuple[Cause, str]]) -> Located:
    modules = sorted(
        (item.module for item in gathered),
        key=lambda module: (module.project, _ROLES.index(module.role), module.label),
    )
    causes = dict.fromkeys(cause for cause, _ in unresolved)
    return Located(tuple(modules), tuple(causes))
