"""Python files under the paths of the command line. Reads .gitignore files, starts no git."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

#: Folders that hold no code of the project, whatever .gitignore says.
DEFAULT_EXCLUDES = frozenset({
    ".bzr", ".direnv", ".eggs", ".git", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox",
    ".pytest_cache", ".ruff_cache", ".svn", ".tox", ".venv", "__pycache__", "__pypackages__",
    "node_modules", "site-packages",
})  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A file to look at. ``named``: on the command line, so that it is judged in any case.

    ``error`` is set for what the operating system did not let us look into.
    """

    path: str
    named: bool = False
    error: str | None = None


@dataclass
class Ignore:
    """Patterns of .gitignore files and of ``exclude``, each with the folder they are relative to.

    Later levels decide first; within one file the last matching pattern decides, as in git.
    """

    levels: list[tuple[str, GitIgnoreSpec]] = field(default_factory=list)

    def covers(self, path: str, is_folder: bool = False) -> bool:
        for base, spec in reversed(self.levels):
            relative = os.path.relpath(os.path.abspath(path), base)
            if relative.startswith(os.pardir):
                continue
            relative = relative.replace(os.sep, "/") + ("/" if is_folder else "")
            included = spec.check_file(relative).include
            if included is not None:
                return included
        return False

    def below(self, folder: str, names: Iterable[str]) -> Ignore:
        """The patterns that hold in ``folder``, which contains ``names``."""
        if ".gitignore" not in names:
            return self
        spec = _read_patterns(os.path.join(folder, ".gitignore"))
        return Ignore([*self.levels, (os.path.abspath(folder), spec)])


class Discovery:
    """The Python files under ``paths``, in the order of their paths.

    Folders are tested against the patterns while walking; a file only when somebody asks
    (``is_ignored``), since most files are out for other reasons.
    """

    def __init__(self, paths: Sequence[str], exclude: Sequence[str], base: str) -> None:
        self._paths = paths
        self._exclude = Ignore()
        if exclude:
            self._exclude.levels.append((os.path.abspath(base), _compile(exclude)))
        self._ignores: dict[str, Ignore] = {}

    def files(self) -> Iterator[Found]:
        """Every Python file, once. Symbolic links to folders are not followed."""
        seen: set[str] = set()
        for path in self._paths:
            for found in self._below(path):
                key = os.path.abspath(found.path)
                if key not in seen:
                    seen.add(key)
                    yield found

    def is_ignored(self, found: Found) -> bool:
        """Whether a .gitignore or ``exclude`` says not to look at this file."""
        if found.named:
            return False
        ignore = self._ignores.get(os.path.dirname(found.path), Ignore())
        return ignore.covers(found.path) or self._exclude.covers(found.path)

    def _below(self, path: str) -> Iterator[Found]:
        if not os.path.isdir(path):
            yield Found(path, named=True)
            return
        ignore = _inherited(path)
        if ignore.covers(path, is_folder=True):
            ignore = Ignore()  # Named on the command line, so what ignores it does not count.
        yield from self._walk(path, ignore)

    def _walk(self, folder: str, ignore: Ignore) -> Iterator[Found]:
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            yield Found(folder, error=error.strerror or str(error))
            return
        ignore = ignore.below(folder, {entry.name for entry in entries})
        self._ignores[os.path.dirname(os.path.normpath(os.path.join(folder, "x")))] = ignore
        for entry in entries:
            path = os.path.normpath(entry.path)
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in DEFAULT_EXCLUDES and not (
                    ignore.covers(path, is_folder=True)
                    or self._exclude.covers(path, is_folder=True)
                ):
                    yield from self._walk(path, ignore)
            elif entry.name.endswith((".py", ".pyw")):
                yield from _file(entry, path)


def _file(entry: os.DirEntry[str], path: str) -> Iterator[Found]:
    try:
        if entry.is_file():
            yield Found(path)
        # Else a dangling link (editors lock files so), a socket or a link to a folder: no file.
    except OSError as error:
        yield Found(path, error=error.strerror or str(error))


def _inherited(folder: str) -> Ignore:
    """The patterns of the repository around ``folder``, from its root down; none outside of one."""
    levels: list[tuple[str, GitIgnoreSpec]] = []
    current = os.path.abspath(folder)
    if os.path.isdir(os.path.join(current, ".git")):
        parents: list[str] = []
    else:
        parents = _parents_in_repository(current)
        if not parents:
            return Ignore()
    root = parents[0] if parents else current
    exclude = os.path.join(root, ".git", "info", "exclude")
    if os.path.isfile(exclude):
        levels.append((root, _read_patterns(exclude)))
    for parent in parents:
        patterns = os.path.join(parent, ".gitignore")
        if os.path.isfile(patterns):
            levels.append((parent, _read_patterns(patterns)))
    return Ignore(levels)


def _parents_in_repository(folder: str) -> list[str]:
    parents: list[str] = []
    parent = os.path.dirname(folder)
    while parent != folder:
        parents.insert(0, parent)
        if os.path.exists(os.path.join(parent, ".git")):
            return parents
        folder, parent = parent, os.path.dirname(parent)
    return []


def _read_patterns(path: str) -> GitIgnoreSpec:
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return _compile(file.read().splitlines())


def _compile(patterns: Iterable[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)
