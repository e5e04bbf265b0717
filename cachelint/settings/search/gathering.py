"""All settings modules of one repository: named, lying next to a named one, or configured."""

from __future__ import annotations

import ast
import difflib
import os
from collections.abc import Iterator, Sequence

from cachelint.config import ConfigurationError
from cachelint.dataclass import dataclass, field, replace
from cachelint.modules import Modules
from cachelint.places import shown_path
from cachelint.settings.records import Cause, Mention, Role, SettingsModule
from cachelint.settings.search.naming import Naming, place_of, read_namer
from cachelint.settings.search.programs import Programs
from cachelint.settings.search.resolving import Resolver, Target, dotted_name
from cachelint.settings.search.roles import is_example, remaining_role, role_of, role_of_path
from cachelint.settings.search.siblings import (
    ConfigurationClass,
    Folders,
    configuration_classes,
)
from cachelint.settings.search.survey import MAX_FOLDERS, Kind, Survey
from cachelint.source import UnparsedSourceError, read_bytes

#: In which order those who name a module are listed; the first gives it its name.
_ORDER = tuple(Kind)
#: Who speaks for the folder that it lies in; a container is built of any.
_PROGRAMS = frozenset({Kind.SERVER, Kind.MANAGE, Kind.WORKER, Kind.TESTS, Kind.TYPES})
#: Who is worth a word where he cannot be understood.
_DECISIVE = frozenset({Kind.SERVER, Kind.MANAGE, Kind.WORKER, Kind.CONTAINER})
_ADVICE = "name the settings module in [tool.cachelint] settings"


@dataclass(frozen=True)
class Gathered:
    """A settings module. ``project`` is absolute, ``named_from`` the projects that name it."""

    module: SettingsModule
    project: str
    named_from: frozenset[str]


@dataclass
class _File:
    """A file that is a settings module, under one name, and who says so."""

    target: Target
    namings: list[Naming] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)


@dataclass(frozen=True)
class _Entry:
    """A file, or a class in it, whose role may not be known yet."""

    file: _File
    configuration: str | None
    mentions: tuple[Mention, ...]
    role: Role | None

    @property
    def label(self) -> str:
        module = self.file.target.module
        return f"{module}:{self.configuration}" if self.configuration else module


class Gathering:
    """Collects the settings modules of the repository that ``survey`` went through."""

    def __init__(self, modules: Modules, survey: Survey) -> None:
        self.unresolved: list[tuple[Cause, str]] = []
        """What could not be found, and the project in which it is named."""
        self._survey = survey
        self._modules = modules
        self._programs = Programs(modules)
        self._folders = Folders(self._programs)
        self._resolver = Resolver(modules, survey, self._folders)
        self._files: dict[str, _File] = {}
        self._classes: list[Naming] = []
        self._absent: dict[str, Target] = {}
        """By folder a module that is named and not there; its neighbours may be."""
        self._causes: list[tuple[Cause, str, Kind]] = []
        self._understood: set[tuple[str, Kind]] = set()

    def gather(self, configured: Sequence[str], mention: Mention) -> list[Gathered]:
        """All settings modules, or those ``configured``. Raises ConfigurationError."""
        self._note_survey()
        for naming in self._namings():
            if naming.is_configuration:
                self._classes.append(naming)
            else:
                self._resolve(naming)
        self._note_causes()
        self._drop_what_is_none()
        self._add_siblings()
        self._add_unnamed()
        for file in self._files.values():
            self._add_root(file.target)
        entries = [entry for file in self._files.values() for entry in self._entries(file)]
        if configured:
            entries = self._configured(configured, mention, entries)
        return self._with_roles(entries)

    def _note_survey(self) -> None:
        root = self._survey.root
        for folder, error in self._survey.unreadable:
            cause = Cause(place_of(folder, 1), f"cannot be read: {error}")
            self.unresolved.append((cause, self._survey.territory(folder)))
        if self._survey.is_cut_off:
            message = f"more than {MAX_FOLDERS:,} folders: settings were looked for in the first"
            self.unresolved.append((Cause(place_of(root, 1), f"{message}; {_ADVICE}"), root))

    def _namings(self) -> list[Naming]:
        """Everything that names a settings module, the most telling first."""
        namings: list[Naming] = []
        for path, kind in self._survey.namers:
            named = read_namer(path, kind, self._programs)
            said = named.namings or named.roots or named.causes
            if not said or self._survey.is_ignored(path):
                continue
            territory = self._survey.territory(path)
            for root in named.roots:
                if root.startswith(self._survey.root):
                    self._modules.add_root(root, territory)
            self._causes += [(cause, territory, kind) for cause in named.causes]
            namings += named.namings
        return sorted(namings, key=lambda naming: _ORDER.index(naming.kind))

    def _resolve(self, naming: Naming) -> None:
        targets = self._resolver.targets(naming)
        reason = naming.kind.value
        if not naming.is_known:
            reason += f', and it fits "{naming.name}"'
        for target in targets:
            file = self._files.setdefault(target.path, _File(target))
            file.namings.append(naming)
            mention = _mention(naming, reason)
            if mention not in file.mentions:
                file.mentions.append(mention)
        if targets:
            self._understood.add((self._survey.territory(naming.path), naming.kind))
        elif naming.is_known:
            self._note(naming, "which is not in the tree")
            expected = self._resolver.expected(naming)
            if expected is not None:
                self._absent[os.path.dirname(expected.path)] = expected
        else:
            self._note(naming, "which only the running program completes")

    def _note(self, naming: Naming, what: str) -> None:
        if naming.kind in _DECISIVE:
            message = f'names "{naming.name}", {what}; {_ADVICE}{self._example(naming)}'
            cause = Cause(place_of(naming.path, naming.row), message)
            self.unresolved.append((cause, self._survey.territory(naming.path)))

    def _example(self, naming: Naming) -> str:
        """A file of the project that looks like the settings that ``naming`` means."""
        territory = self._survey.territory(naming.path)
        names = [
            dotted_name(path, self._modules.roots(path)[0])
            for path in self._survey.candidates
            if self._survey.territory(path) == territory and self._folders.is_whole(path)
        ]
        close = difflib.get_close_matches(naming.name, names, n=1, cutoff=0)
        return f', perhaps "{close[0]}"' if close else ""

    def _note_causes(self) -> None:
        """What cannot be read, but for where another file of its kind speaks for the project."""
        for cause, territory, kind in self._causes:
            if kind in _DECISIVE and (territory, kind) not in self._understood:
                cause = replace(cause, message=f"{cause.message}; {_ADVICE}")
                self.unresolved.append((cause, territory))

    def _drop_what_is_none(self) -> None:
        """An empty package starts no project; what the type checker reads may lack everything."""
        for path, file in list(self._files.items()):
            if self._is_empty(path):
                for naming in file.namings:
                    self._note(naming, "which is empty")
                del self._files[path]
                self._absent[os.path.dirname(path)] = file.target
            elif not self._folders.is_complete(path) and all(
                naming.kind is Kind.TYPES for naming in file.namings
            ):
                del self._files[path]

    def _is_empty(self, path: str) -> bool:
        if os.path.basename(path) != "__init__.py":
            return False
        try:
            body = self._programs.load(path).source.tree.body
        except UnparsedSourceError:
            # Whoever reads what the module says will say so.
            return False
        return all(isinstance(statement, ast.Expr) for statement in body)

    def _add_siblings(self) -> None:
        parts: set[str] = set()
        for path in self._files:
            if role_of_path(path, self._survey.root) is None:
                parts |= self._folders.parts(path)
        named = reversed(self._files.items())
        targets = {os.path.dirname(path): file.target for path, file in named}
        for folder, target in {**self._absent, **targets}.items():
            for path in self._folders.environments(folder, parts):
                if path not in self._files and not self._survey.is_ignored(path):
                    sibling = _File(self._resolver.target(path, target.root))
                    reason = f"lies next to {target.module} and is called after an environment"
                    sibling.mentions.append(Mention(shown_path(path), 1, reason))
                    self._files[path] = sibling

    def _add_unnamed(self) -> None:
        """Where nobody says anything of settings: what is called so and is nothing else."""
        territory = self._survey.territory
        spoken = {project for _, project in self.unresolved}
        for file in self._files.values():
            paths = (file.target.path, *(naming.path for naming in file.namings))
            spoken |= set(map(territory, paths))
        for path in self._survey.candidates:
            project = territory(path)
            if project in spoken or not self._folders.stands_alone(path):
                continue
            has_start = project in self._survey.projects
            is_dummy = not has_start and is_example(path, self._survey.root)
            if not is_dummy and not self._survey.is_ignored(path):
                root = project if has_start else self._modules.roots(path)[0]
                mention = Mention(shown_path(path), 1, "is called settings, and nobody names any")
                self._files[path] = _File(self._resolver.target(path, root), mentions=[mention])

    def _add_root(self, target: Target) -> None:
        """Let what a settings module imports be found from where it is itself imported."""
        territory = self._survey.territory(target.path)
        for root in (target.root, *self._folders.search_path(target.path)):
            if root.startswith(self._survey.root) and root not in self._modules.roots(target.path):
                self._modules.add_root(root, territory)

    def _entries(self, file: _File, wanted: str = "") -> Iterator[_Entry]:
        """The file itself, or the classes of django-configurations in it, ``wanted`` among them."""
        path = file.target.path
        root = self._survey.root
        classes = self._configurations(file, wanted)
        for cls in classes:
            namings = tuple(n for n in self._classes_of(file) if n.name == cls.name)
            mentions = [_mention(naming, naming.kind.value) for naming in namings]
            own = Mention(shown_path(cls.path), cls.row, "is a class of django-configurations")
            yield _Entry(
                file, cls.name, tuple(mentions or [own]), cls.role or role_of(path, namings, root)
            )
        if not classes:
            role = role_of(path, file.namings, root)
            yield _Entry(file, None, tuple(file.mentions), role)

    def _configurations(self, file: _File, wanted: str) -> list[ConfigurationClass]:
        try:
            if b"class " not in read_bytes(file.target.path):
                return []
            program = self._programs.load(file.target.path)
        except UnparsedSourceError:
            # Whoever reads what the module says will say so.
            return []
        named = frozenset((wanted, *(naming.name for naming in self._classes_of(file))))
        return configuration_classes(self._programs, program, named)

    def _classes_of(self, file: _File) -> list[Naming]:
        """Those who name a class, where they may mean one of ``file``."""
        paths = {naming.path for naming in file.namings}
        territory = self._survey.territory(file.target.path)
        return [
            naming
            for naming in self._classes
            if naming.path in paths or self._survey.territory(naming.path) == territory
        ]

    def _configured(
        self, names: Sequence[str], mention: Mention, entries: list[_Entry]
    ) -> list[_Entry]:
        wanted: dict[tuple[str, str | None], _Entry] = {}
        for name in names:
            module, _, configuration = name.partition(":")
            near = self._resolver.near(module, mention.path)
            files = [
                file
                for file in self._files.values()
                if file.target.module == module and (near is None or file.target.path == near.path)
            ]
            if not files:
                targets = self._resolver.everywhere(module) if near is None else (near,)
                files = [_File(target) for target in targets]
            found = [entry for file in files for entry in self._entries(file, configuration)]
            if configuration:
                found = [entry for entry in found if entry.configuration == configuration]
            if not found:
                raise ConfigurationError(self._unknown(name, mention, entries))
            for entry in found:
                self._add_root(entry.file.target)
                key = (entry.file.target.path, entry.configuration)
                wanted[key] = replace(entry, mentions=(mention, *entry.mentions))
        return list(wanted.values())

    def _unknown(self, name: str, mention: Mention, entries: list[_Entry]) -> str:
        known = [entry.label for entry in entries]
        for path in self._survey.candidates:
            known.append(dotted_name(path, self._modules.roots(path)[0]))
        close = difflib.get_close_matches(name, known, n=1)
        hint = f'did you mean "{close[0]}"?' if close else f"found are {', '.join(known) or 'none'}"
        if entries and not close:
            hint = f"found are {', '.join(entry.label for entry in entries)}"
        return f'{mention.path}:{mention.row}: settings: no module "{name}" in the tree; {hint}'

    def _with_roles(self, entries: list[_Entry]) -> list[Gathered]:
        roles = [entry.role for entry in entries]
        projects = [self._survey.territory(entry.file.target.path) for entry in entries]
        gathered = []
        for entry, role, project in zip(entries, roles, projects, strict=True):
            if role is None:
                others = [r for r, p in zip(roles, projects, strict=True) if p == project]
                role = remaining_role(others)
            target = entry.file.target
            module = SettingsModule(
                module=target.module,
                path=shown_path(target.path),
                root=shown_path(target.root),
                project=shown_path(project),
                role=role,
                found_by=entry.mentions,
                configuration=entry.configuration,
            )
            who = (naming for naming in entry.file.namings if naming.kind in _PROGRAMS)
            named_from = frozenset(self._survey.territory(naming.path) for naming in who)
            gathered.append(Gathered(module, project, named_from))
        return gathered


def _mention(naming: Naming, reason: str) -> Mention:
    return Mention(shown_path(naming.path), naming.row, reason)
