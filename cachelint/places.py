"""Where a file belongs and where an import finds it: projects, repositories, folders of modules."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from cachelint import disk

_TEST_MODULE = re.compile(
    r"(?:^|/)(?:tests?|testing|test_?(?:utils?|helpers?|support))/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests?|[^/]*conftest)\.py$"
)
PROJECT_MARKERS = (".git", "pyproject.toml", "setup.cfg", "setup.py", "manage.py")


def project_folder(path: str) -> str:
    """The folder of the Django project that the file or folder at ``path`` belongs to.

    That is where the nearest manage.py lies, else the root of the repository or distribution.
    """
    start = os.path.abspath(path)
    folders = folders_up(start if disk.is_folder(start) else os.path.dirname(start))
    return next((f for f in folders if _has_any(f, ("manage.py",))), folders[-1])


def repository_folder(path: str) -> str:
    """The root of the repository or distribution that the file or folder at ``path`` lies in."""
    start = os.path.abspath(path)
    return folders_up(start if disk.is_folder(start) else os.path.dirname(start))[-1]


def is_package(folder: str) -> bool:
    """Whether the modules in ``folder`` are imported by its name."""
    # The folder of a project is none, even where somebody left an __init__.py in it.
    return _has_any(folder, ("__init__.py",)) and not _has_any(folder, PROJECT_MARKERS)


def folders_up(folder: str) -> list[str]:
    """From the folder that holds the package of ``folder`` up to the root of its project."""
    while is_package(folder):
        folder = os.path.dirname(folder)
    folders = [folder, *map(str, Path(folder).parents)]
    marked = [folder for folder in folders if _has_any(folder, PROJECT_MARKERS)]
    repository = next((folder for folder in marked if _has_any(folder, (".git",))), None)
    root = repository or (marked[-1] if marked else folder)
    return folders[: folders.index(root) + 1]


def is_test_path(path: str) -> bool:
    """Whether a path, from the root of its project, is that of a test."""
    return _TEST_MODULE.search(path.replace("\\", "/")) is not None


def _has_any(folder: str, names: tuple[str, ...]) -> bool:
    return any(disk.exists(os.path.join(folder, name)) for name in names)


def shown_path(path: str) -> str:
    """``path`` as the user would write it: relative where it lies below the working directory."""
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative


def report_path(path: str) -> str:
    """``path`` for a report: as the user would write it, with forward slashes."""
    return shown_path(path).replace(os.sep, "/")


def file_uri(path: str) -> str:
    """``path`` as a ``file:`` address."""
    return Path(os.path.abspath(path)).as_uri()


class ModuleFinder:
    """Dotted names → files. Asks the file system, each question once."""

    def __init__(self) -> None:
        self._roots: dict[str, tuple[str, ...]] = {}
        self._folders: dict[str, str] = {}
        self._found: dict[tuple[str, str], str | None] = {}
        self._project_roots: dict[str, tuple[str, ...]] = {}
        self._beginnings: dict[tuple[str, str], bool] = {}
        self._added: dict[str, tuple[str, ...]] = {}
        self._coming: set[str] = set()

    def find(self, dotted: str, origin: str) -> str | None:
        """The file of the module ``dotted``, as an import in the file ``origin`` would find it.

        A relative name starts with its dots. A namespace package is no file.
        """
        folder = self._folders.get(origin)
        if folder is None:
            folder = self._folders[origin] = os.path.dirname(os.path.abspath(origin))
        key = (dotted, folder)
        if key not in self._found:
            self._found[key] = self._search(dotted, folder)
        return self._found[key]

    def _search(self, dotted: str, folder: str) -> str | None:
        name = dotted.lstrip(".")
        level = len(dotted) - len(name)
        parts = name.split(".") if name else []
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            return self._module_file(folder, parts)
        for root in self._roots_of(folder):
            if parts and not self._has_beginning(root, parts[0]):
                continue
            found = self._module_file(root, parts)
            if found is not None:
                return found
        return None

    def beside(self, dotted: str, origin: str) -> Iterator[str]:
        """The files of the module ``dotted`` in folders beside the distribution of ``origin``.

        Only inside of one repository, which has several distributions then.
        """
        *inner, _ = folders_up(os.path.dirname(os.path.abspath(origin)))
        own = next((folder for folder in inner if _has_any(folder, PROJECT_MARKERS)), None)
        if own is None:
            return
        parent = os.path.dirname(own)
        for name in (entry.name for entry in disk.entries(parent)):
            found = self._module_file(os.path.join(parent, name), dotted.split("."))
            if found is not None:
                yield found

    def add_root(self, root: str, below: str) -> None:
        """Let the files below the folder ``below`` import from ``root``, too.

        That is for what a program adds to ``sys.path`` and what pytest calls ``pythonpath``. The
        folders that are roots anyway come first.
        """
        added = self._added.get(below, ())
        if root not in added:
            self._added[below] = (*added, root)
            # What was looked for before may be there now.
            self._roots.clear()
            self._found.clear()

    def add_file(self, path: str) -> None:
        """Take the file at ``path``, an absolute path, for one that is there: it will be."""
        self._coming.add(path)
        self._found.clear()
        self._beginnings.clear()

    def roots(self, origin: str) -> tuple[str, ...]:
        """The folders from which the file ``origin`` imports, in the order in which they count."""
        return self._roots_of(os.path.dirname(os.path.abspath(origin)))

    def _roots_of(self, folder: str) -> tuple[str, ...]:
        """Folders from which ``folder`` imports: from its package's root up to the project's."""
        if folder not in self._roots:
            roots = self._project_roots_of(folder)
            sources = [os.path.join(root, "src") for root in roots]
            added = self._added_to(folder) if self._added else []
            found = (*roots, *filter(disk.is_folder, sources), *added)
            self._roots[folder] = tuple(dict.fromkeys(found))
        return self._roots[folder]

    def _project_roots_of(self, folder: str) -> tuple[str, ...]:
        """As folders_up(); all folders of a package have the same."""
        if folder not in self._project_roots:
            found = (
                self._project_roots_of(os.path.dirname(folder))
                if is_package(folder)
                else tuple(folders_up(folder))
            )
            self._project_roots[folder] = found
        return self._project_roots[folder]

    def _has_beginning(self, root: str, name: str) -> bool:
        """Whether ``root`` may have modules whose names begin with ``name``.

        Most names that are imported are those of installed packages, each in many modules.
        """
        key = (root, name)
        if key not in self._beginnings:
            base = os.path.join(root, name)
            self._beginnings[key] = (
                disk.is_folder(base)
                or disk.is_file(f"{base}.py")
                or any(path.startswith(base) for path in self._coming)
            )
        return self._beginnings[key]

    def _added_to(self, folder: str) -> list[str]:
        above = [folder, *map(str, Path(folder).parents)]
        return [root for below in above for root in self._added.get(below, ())]

    def _module_file(self, root: str, parts: list[str]) -> str | None:
        base = os.path.join(root, *parts)
        package = os.path.join(base, "__init__.py")
        if disk.is_file(package):
            return package
        module = f"{base}.py"
        is_there = module in self._coming or disk.is_file(module)
        return module if parts and is_there else None
