"""Settings modules that nobody names: files next to a named one, classes of django-configurations.

Where nobody names any, that is what is called settings and sets INSTALLED_APPS, ROOT_URLCONF or
CACHES. Else a file next to a settings module is one of its own if

- it is called after an environment (``local.py``, ``settings_production.py``; the words stand in
  ``roles``) or fits the name that a program puts together (``f"shop.settings.{name}"``),
- it is complete: it sets INSTALLED_APPS, ROOT_URLCONF or CACHES, or takes them from another module
  (``from .base import *``, ``include("base.py")``, a Configuration), and
- no named module without an environment in its name takes it in with a star, directly or not:
  what ``settings.py`` takes in is a part of it.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cached_property

from cachelint import disk
from cachelint.dataclass import dataclass
from cachelint.modules import Modules
from cachelint.settings.records import Role
from cachelint.settings.search.choices import search_path
from cachelint.settings.search.programs import Program, Programs
from cachelint.settings.search.roles import role_of_name
from cachelint.settings.search.survey import is_settings_like
from cachelint.source import UnparsedSourceError, decode, read_bytes

#: What most files do not have is looked for as a plain text first.
_SETTINGS = ("INSTALLED_APPS", "ROOT_URLCONF", "CACHES")
_ANY_STAR = re.compile(r"import[ \t]*\(?[ \t]*\*")
_STAR = re.compile(r"^[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]*\(?[ \t]*\*", re.MULTILINE)
_SETS = re.compile(rf"^[ \t]*(?:{'|'.join(_SETTINGS)})\b[^=\n]*=", re.MULTILINE)
_OTHERS = ("include(", "Configuration", "import_module")
_TAKES = re.compile(r"^[ \t]*include\(|\b(?:Configuration|import_module)\b", re.MULTILINE)


@dataclass(frozen=True)
class Sibling:
    """A file of a settings folder; what was not asked for is not looked for."""

    path: str
    name: str
    _text: str
    _modules: Modules

    @cached_property
    def stars(self) -> tuple[str, ...]:
        """The files that it takes in with a star."""
        names = _STAR.findall(self._text) if _ANY_STAR.search(self._text) else ()
        found = (self._modules.find(name, self.path) for name in names)
        return tuple(star for star in found if star is not None)

    @cached_property
    def is_whole(self) -> bool:
        """Whether it sets what every project sets."""
        return _has_any(self._text, _SETTINGS) and _SETS.search(self._text) is not None

    @cached_property
    def is_complete(self) -> bool:
        """Whether it is whole, or has from elsewhere what every project sets."""
        if self.is_whole or self.stars:
            return True
        return _has_any(self._text, _OTHERS) and _TAKES.search(self._text) is not None

    @property
    def changes_path(self) -> bool:
        return "sys.path" in self._text


def _has_any(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)


class Folders:
    """The settings folders that were asked for; each file is read once."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._folders: dict[str, tuple[Sibling, ...]] = {}
        self._files: dict[str, Sibling | None] = {}

    def environments(self, folder: str, parts: Collection[str]) -> Iterator[str]:
        """The settings modules in ``folder`` that are called after an environment.

        ``parts`` are files that are parts of settings modules.
        """
        base = os.path.basename(folder)
        for sibling in self._list(folder):
            # In a folder of something else only what is called settings belongs to them.
            if not is_settings_like(f"{sibling.name}.py", base):
                continue
            is_own = sibling.is_complete and sibling.path not in parts
            if is_own and role_of_name(sibling.name) is not None:
                yield sibling.path

    def parts(self, path: str) -> set[str]:
        """The files that the settings module at ``path`` takes in with a star, at any depth."""
        found: set[str] = set()
        waiting = [path]
        while waiting:
            sibling = self._at(waiting.pop())
            if sibling is not None:
                waiting += [star for star in sibling.stars if star not in found]
                found.update(sibling.stars)
        return found

    def matching(self, folder: str, pattern: str) -> Iterator[str]:
        """The settings modules in ``folder`` whose name fits ``pattern``."""
        for sibling in self._list(folder):
            if fnmatchcase(sibling.name, pattern) and sibling.name != "__init__":
                users = (other for other in self._list(folder) if sibling.path in other.stars)
                is_base = role_of_name(sibling.name) is None and any(users)
                if sibling.is_complete and not is_base:
                    yield sibling.path

    def is_complete(self, path: str) -> bool:
        """Whether the file at ``path`` can be a settings module on its own."""
        sibling = self._at(path)
        return sibling is not None and sibling.is_complete

    def is_whole(self, path: str) -> bool:
        """Whether the file at ``path`` itself sets what every project sets."""
        sibling = self._at(path)
        return sibling is not None and sibling.is_whole

    def stands_alone(self, path: str) -> bool:
        """Whether the file at ``path`` is called like a settings module and sets what one sets."""
        name, folder = os.path.basename(path).removesuffix(".py"), os.path.dirname(path)
        if name == "__init__":
            name, folder = os.path.basename(folder), os.path.dirname(folder)
        in_settings = os.path.basename(folder) == "settings"
        if name != "settings" and not (
            role_of_name(name) is not None and ("settings" in name or in_settings)
        ):
            return False
        return self.is_whole(path) or any(map(self.is_whole, self.parts(path)))

    def search_path(self, path: str) -> Iterator[str]:
        """What the settings modules in the folder of ``path`` add to ``sys.path``."""
        for sibling in self._list(os.path.dirname(path)):
            if sibling.changes_path:
                try:
                    yield from search_path(self._programs, self._programs.load(sibling.path))
                except UnparsedSourceError:
                    # Whoever reads what the module says will say so.
                    continue

    def _at(self, path: str) -> Sibling | None:
        """The module at ``path``, if it can be read."""
        if path not in self._files:
            is_module = _is_module_name(os.path.basename(path)) and disk.is_file(path)
            self._files[path] = self._read(path) if is_module else None
        return self._files[path]

    def _list(self, folder: str) -> tuple[Sibling, ...]:
        """The modules of ``folder``, its packages under their own names."""
        if folder not in self._folders:
            found = []
            for path in _python_files(folder):
                if os.path.dirname(path) == folder:
                    sibling = self._at(path)
                else:
                    sibling = self._read(path, os.path.basename(os.path.dirname(path)))
                if sibling is not None:
                    found.append(sibling)
            self._folders[folder] = tuple(found)
        return self._folders[folder]

    def _read(self, path: str, package: str | None = None) -> Sibling | None:
        try:
            text = decode(read_bytes(path))
        except UnparsedSourceError:
            # Nobody names it; what cannot be read is reported where it is linted.
            return None
        name = package or os.path.basename(path).removesuffix(".py")
        return Sibling(path, name, text, self._programs.modules)


def _is_module_name(name: str) -> bool:
    return name.endswith(".py") and name.removesuffix(".py").isidentifier()


def _python_files(folder: str) -> Iterator[str]:
    """The modules of ``folder``, its packages included."""
    try:
        entries = disk.entries(folder)
    except OSError:
        return
    for entry in entries:
        if _is_module_name(entry.name):
            # Neither a link to nowhere nor a pipe.
            if disk.is_file(entry.path):
                yield entry.path
        elif entry.is_dir(follow_symlinks=False):
            package = os.path.join(entry.path, "__init__.py")
            if disk.is_file(package):
                yield package


@dataclass(frozen=True)
class ConfigurationClass:
    """A class of django-configurations; ``role`` by its name or that of a base."""

    name: str
    path: str
    row: int
    role: Role | None


def configuration_classes(
    programs: Programs, program: Program, named: frozenset[str]
) -> list[ConfigurationClass]:
    """The concrete classes of django-configurations that a settings module has.

    Those that are ``named``, are called after an environment, or have a base that is.
    """
    found = []
    for name, cls in program.bindings.classes.items():
        role = _role_of_class(program, name, set())
        if (role is not None or name in named) and is_configuration(programs, program, name):
            found.append(ConfigurationClass(name, program.path, cls.lineno, role))
    for name in sorted(named & program.imported.keys() - program.bindings.classes.keys()):
        if is_configuration(programs, program, name):
            found.append(ConfigurationClass(name, program.path, 1, role_of_name(name)))
    return found


def _role_of_class(program: Program, name: str, seen: set[str]) -> Role | None:
    role = role_of_name(name)
    cls = program.bindings.classes.get(name)
    if role is not None or cls is None or name in seen:
        return role
    seen.add(name)
    roles = (_role_of_class(program, base, seen) for base in _base_names(cls))
    return next((role for role in roles if role is not None), None)


def is_configuration(
    programs: Programs, program: Program, name: str, seen: frozenset[tuple[str, str]] = frozenset()
) -> bool:
    """Whether ``name`` in ``program`` is a class of django-configurations."""
    if (program.path, name) in seen:
        return False
    seen |= {(program.path, name)}
    cls = program.bindings.classes.get(name)
    if cls is not None:
        bases = _base_names(cls)
        return any(is_configuration(programs, program, base, seen) for base in bases)
    dotted = program.imported.get(name, name)
    if dotted.startswith("configurations."):
        return dotted.endswith("Configuration")
    try:
        found = programs.find(dotted, program)
    except UnparsedSourceError:
        return False
    return found is not None and is_configuration(programs, *found, seen)


def _base_names(cls: ast.ClassDef) -> list[str]:
    """``Configuration`` and ``configurations.Configuration``."""
    return [ast.unparse(base) for base in cls.bases if isinstance(base, (ast.Name, ast.Attribute))]
