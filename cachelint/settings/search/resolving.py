"""From the name of a settings module to its file, in the place where it is named."""

from __future__ import annotations

import os
from collections.abc import Iterator

from cachelint import disk
from cachelint.dataclass import dataclass
from cachelint.modules import Modules
from cachelint.settings.search.naming import Naming
from cachelint.settings.search.siblings import Folders
from cachelint.settings.search.survey import PROGRAMS, Kind, Survey
from cachelint.settings.search.texts import HOLE


@dataclass(frozen=True)
class Target:
    """A file by the name under which ``root`` makes it importable; all paths are absolute."""

    module: str
    path: str
    root: str


@dataclass
class Resolver:
    """Looks where Python would, then in the other projects of the repository."""

    modules: Modules
    survey: Survey
    folders: Folders

    def targets(self, naming: Naming) -> list[Target]:
        """What ``naming`` means; with holes in its name that may be several modules."""
        if naming.is_known:
            found = self.find(naming)
            return [found] if found is not None else []
        package, _, pattern = naming.name.rpartition(".")
        if HOLE in package:
            return []
        for root in self._roots(naming.path):
            folder = os.path.join(root, *package.split("."))
            if disk.is_folder(folder) and (package or root == os.path.dirname(naming.path)):
                paths = list(self.folders.matching(folder, pattern))
                if paths:
                    return [self.target(path, root) for path in paths]
        return []

    def find(self, naming: Naming) -> Target | None:
        """The module that ``naming`` names."""
        name, origin = naming.name, naming.path
        path = None
        if naming.kind in (Kind.MANAGE, Kind.TESTS):
            # A program that is started has its own folder first on sys.path.
            path = self._below(os.path.dirname(origin), name)
        path = path or self.modules.find(name, origin)
        if path is None and ("." in name or naming.kind not in PROGRAMS):
            others = (self._below(root, name) for root in self._others(origin))
            path = next((other for other in others if other is not None), None)
            path = path or self._only_one(name)
        return _target(name, path) if path is not None else None

    def expected(self, naming: Naming) -> Target | None:
        """Where the module that ``naming`` names would lie, if its package is there."""
        *package, name = naming.name.split(".")
        for root in self._roots(naming.path):
            folder = os.path.join(root, *package)
            if package and disk.is_folder(folder):
                return Target(naming.name, os.path.join(folder, f"{name}.py"), root)
        return None

    def near(self, name: str, origin: str) -> Target | None:
        """The module ``name`` below the folder of the file ``origin``, which configures it."""
        folder = os.path.dirname(os.path.abspath(origin))
        if not disk.is_file(origin):
            return None
        roots = (folder, os.path.join(folder, "src"))
        path = next(filter(None, (self._below(root, name) for root in roots)), None)
        return _target(name, path) if path is not None else None

    def everywhere(self, name: str) -> Iterator[Target]:
        """The module ``name`` in each project that has one."""
        seen = set()
        for folder in (self.survey.root, *self.survey.projects):
            path = self.modules.find(name, os.path.join(folder, "manage.py"))
            if path is not None and path not in seen:
                seen.add(path)
                yield _target(name, path)
        path = self._only_one(name)
        if path is not None and not seen:
            yield _target(name, path)

    def target(self, path: str, root: str) -> Target:
        """The file ``path`` by the name that it has from ``root``."""
        return Target(dotted_name(path, root), path, root)

    def _roots(self, origin: str) -> Iterator[str]:
        yield from self.modules.roots(origin)
        yield from self._others(origin)

    def _others(self, origin: str) -> Iterator[str]:
        """The projects below the folder of ``origin`` (a compose file names what lies in
        ``backend/``), then those that lie elsewhere."""
        folder = os.path.dirname(origin) + os.sep
        below = [project for project in self.survey.projects if f"{project}/".startswith(folder)]
        elsewhere = [project for project in self.survey.projects if project not in below]
        for project in (*below, *elsewhere):
            yield project
            yield os.path.join(project, "src")

    def _below(self, root: str, name: str) -> str | None:
        # As a file of that folder would find it: only there, so that no root counts twice.
        path = self.modules.find("." + name, os.path.join(root, "manage.py"))
        return path if path is not None and path.startswith(root + os.sep) else None

    def _only_one(self, name: str) -> str | None:
        """The only file of the repository whose path ends in ``name``."""
        end = os.path.join("", *name.split("."))
        ends = (f"{os.sep}{end}.py", os.path.join(os.sep + end, "__init__.py"))
        found = [path for path in self.survey.candidates if path.endswith(ends)]
        return found[0] if len(found) == 1 else None


def _target(name: str, path: str) -> Target:
    parts = name.split(".")
    root = path.removesuffix(".py").removesuffix(f"{os.sep}__init__")
    for _ in parts:
        root = os.path.dirname(root)
    return Target(name, path, root)


def dotted_name(path: str, root: str) -> str:
    """How the file ``path`` is imported from ``root``."""
    relative = os.path.relpath(path, root).removesuffix(".py").removesuffix(f"{os.sep}__init__")
    return relative.replace(os.sep, ".")
