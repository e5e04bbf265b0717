"""The settings around a file: found once, read once.

What the rules get to see of this package.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from cachelint.collector import leaving_no_garbage
from cachelint.config import COMMAND_LINE
from cachelint.dataclass import dataclass, replace
from cachelint.modules import Modules
from cachelint.settings.records import Cause, Role, Settings, SettingsModule

# What finds and evaluates settings is loaded when somebody asks for any: that takes longer than to
# search some hundred files.
if TYPE_CHECKING:
    from cachelint.settings.interpreter.machine import ParsedFiles
    from cachelint.settings.locate import Locator


@dataclass(frozen=True)
class ProjectSettings:
    """What all settings modules of a project say.

    ``unresolved``: places that name a settings module which cannot be found. ``elsewhere``: where
    ``modules`` is what a process runs with, the settings of other environments.
    """

    modules: tuple[Settings, ...] = ()
    unresolved: tuple[Cause, ...] = ()
    elsewhere: tuple[Settings, ...] | None = None

    @property
    def is_closed(self) -> bool:
        """Whether there are settings modules, all found, and none may have unread aliases."""
        is_open = any(settings.is_open for settings in self.modules)
        return bool(self.modules) and not self.unresolved and not is_open

    @property
    def where(self) -> str:
        """Where an alias is missing, for a message."""
        if self.elsewhere is None:
            return "in no settings module"
        labels = ", ".join(f"`{settings.module.label}`" for settings in self.modules)
        return f"not in CACHES of {labels} as it runs"

    def of_role(self, *roles: Role) -> tuple[Settings, ...]:
        return tuple(settings for settings in self.modules if settings.module.role in roles)


#: What was found for an import (its module, the file that imports it): a file, or None.
Imported = dict[tuple[str, str], "str | None"]
#: What a file (its path, the name of its module, a class in it) says, and the imports behind that.
Readings = dict[tuple[str, str, "str | None"], tuple[Settings, Imported]]


class _Imports:
    """Finds modules and notes which were found, and which not."""

    def __init__(self, modules: Modules, found: Imported) -> None:
        self._modules = modules
        self.found = found

    def find(self, dotted: str, origin: str) -> str | None:
        key = (dotted, origin)
        if key not in self.found:
            self.found[key] = self._modules.find(dotted, origin)
        return self.found[key]

    @property
    def are_as_before(self) -> bool:
        """Whether the same modules would be found now: where they are looked for may change."""
        return all(self._modules.find(*key) == file for key, file in self.found.items())


class SettingsReader:
    """Finds and reads settings modules, each at most once."""

    def __init__(
        self,
        modules: Modules,
        configured: Sequence[str] = (),
        origin: str = COMMAND_LINE,
        row: int = 1,
        structured: frozenset[str] = frozenset(),
    ) -> None:
        """``configured``: the names in ``[tool.cachelint] settings``, in ``row`` of ``origin``.

        ``structured``: settings whose dicts and lists are kept, beside those that rules ask for.
        """
        self._modules = modules
        self._configured = configured, origin, row
        self._structured = structured
        self._parsed: ParsedFiles = {}
        """Files that several settings modules import; trees are large, so that they go soon."""
        self._read: dict[SettingsModule, Settings] = {}
        self.readings: Readings = {}
        """What files say, for as long as they stay as they are; others may have read them."""
        self._projects: dict[tuple[SettingsModule, ...], ProjectSettings] = {}

    def around(self, path: str) -> ProjectSettings:
        """The settings of the project around the file or folder at ``path``.

        Raises ConfigurationError for a configured module that is not there.
        """
        located = self._locator.locate(path)
        if located.modules not in self._projects:
            with leaving_no_garbage():
                read = tuple(self.read(module) for module in located.modules)
                self._parsed.clear()
            self._projects[located.modules] = ProjectSettings(read, located.unresolved)
        return self._projects[located.modules]

    @cached_property
    def _locator(self) -> Locator:
        from cachelint.settings.locate import Locator

        return Locator(self._modules, *self._configured)

    @property
    def all_read(self) -> tuple[Settings, ...]:
        """Every settings module that was read so far."""
        return tuple(self._read.values())

    @property
    def all_unresolved(self) -> tuple[Cause, ...]:
        """Every place met so far that names a settings module which is not there."""
        projects = self._projects.values()
        return tuple(dict.fromkeys(c for project in projects for c in project.unresolved))

    def read(self, module: SettingsModule) -> Settings:
        if module not in self._read:
            self._read[module] = replace(self._evaluated(module), module=module)
        return self._read[module]

    def _evaluated(self, module: SettingsModule) -> Settings:
        """What a file says by one name: whoever names it, and for what, makes no difference."""
        key = (module.path, module.module, module.configuration)
        settings, found = self.readings.get(key, (None, {}))
        imports = _Imports(self._modules, found)
        if settings is None or not imports.are_as_before:
            from cachelint.settings.evaluate import evaluate

            imports = _Imports(self._modules, {})
            settings = evaluate(module, imports, self._structured, self._parsed)
            self.readings[key] = settings, imports.found
        return settings
