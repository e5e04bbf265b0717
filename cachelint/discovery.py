"""Files under the paths of the command line: Python, and templates where somebody asks for them.

Reads .gitignore files, starts no git.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from cachelint import disk

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

#: Folders that hold no code of the project, whatever .gitignore says.
DEFAULT_EXCLUDES = frozenset({
    ".bzr", ".cachelint_cache", ".direnv", ".eggs", ".git", ".hg", ".ipynb_checkpoints",
    ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache", ".svn", ".tox", ".venv", "__pycache__",
    "__pypackages__", "node_modules", "site-packages",
})  # fmt: skip


class Found(NamedTuple):
    """A file to look at. ``named``: on the command line, so that it is judged in any case.

    ``error`` is set for what the operating system did not let us look into. ``may_be_template``:
    its name ends like that of a template.
    """

    path: str
    named: bool = False
    error: str | None = None
    may_be_template: bool = False


@dataclass
class Ignore:
    """Patterns of .gitignore files and of ``exclude``, each with the folder they are relative to.

    Later levels decide first; within one file the last matching pattern decides, as in git.
    """

    levels: list[tuple[str, GitIgnoreSpec]] = field(default_factory=list)

    def covers(self, path: str, is_folder: bool = False) -> bool:
        if not self.levels:
            return False
        for base, spec in reversed(self.levels):
            relative = os.path.relpath(os.path.abspath(path), base)
            if relative.startswith(os.pardir):
                continue
            relative = relative.replace(os.sep, "/") + ("/" if is_folder else "")
            included = spec.check_file(relative).include
            if included is not None:
                return included
        return False

    def below(self, folder: str) -> Ignore:
        """The patterns that hold in ``folder``, its own .gitignore included. Raises OSError."""
        path = os.path.join(folder, ".gitignore")
        if not disk.is_file(path):
            return self
        return Ignore([*self.levels, (os.path.abspath(folder), _read_patterns(path))])


class Discovery:
    """The Python files under ``paths``: those of a folder by name, then its folders by name.

    So too files whose names end in one of ``template_suffixes``, wherever they lie.

    Folders are tested against the patterns while walking; a file only when somebody asks
    (``is_ignored``), since most files are out for other reasons.
    """

    def __init__(
        self,
        paths: Sequence[str],
        exclude: Sequence[str],
        base: str,
        template_suffixes: tuple[str, ...] = (),
    ) -> None:
        self._paths = paths
        self._template_suffixes = template_suffixes
        self._exclude = Ignore()
        if exclude:
            self._exclude.levels.append((os.path.abspath(base), compile_patterns(exclude)))
        self._ignores: dict[str, Ignore] = {}
        self._errors: list[Found] = []

    def files(self) -> Iterator[Found]:
        """Every file, once. Symbolic links to folders are not followed."""
        if len(self._paths) == 1:
            yield from self._below(self._paths[0])
        else:
            seen: set[str] = set()
            for path in self._paths:
                for found in self._below(path):
                    key = os.path.abspath(found.path)
                    if key not in seen:
                        seen.add(key)
                        yield found
        yield from self._errors

    def is_ignored(self, found: Found) -> bool:
        """Whether a .gitignore or ``exclude`` says not to look at this file."""
        if found.named:
            return False
        ignore = self._ignores.get(os.path.dirname(found.path), Ignore())
        return ignore.covers(found.path) or self._exclude.covers(found.path)

    def _below(self, path: str) -> Iterator[Found]:
        if not disk.is_folder(path):
            is_template = bool(self._template_suffixes) and path.endswith(self._template_suffixes)
            yield Found(path, named=True, may_be_template=is_template)
            return
        ignore = self._inherited(path)
        if ignore.covers(path, is_folder=True):
            ignore = Ignore()  # Named on the command line, so what ignores it does not count.
        waiting = [(path, ignore)]
        while waiting:
            folder, ignore = waiting.pop()
            folders: list[tuple[str, Ignore]] = []
            yield from self._list(folder, ignore, folders)
            waiting += reversed(folders)

    def _list(
        self, folder: str, ignore: Ignore, folders: list[tuple[str, Ignore]]
    ) -> Iterator[Found]:
        """The files of one folder; the folders to go on with are added to ``folders``."""
        try:
            entries = disk.entries(folder)
        except OSError as error:
            yield Found(folder, error=error.strerror or str(error))
            return
        if any(entry.name == ".gitignore" for entry in entries):
            ignore = self._with_patterns(folder, ignore)
        folder = os.path.normpath(folder)
        base = "" if folder == os.curdir else os.path.join(folder, "")
        self._ignores[base.rstrip(os.sep) if folder != os.sep else folder] = ignore
        suffixes = self._template_suffixes
        for entry in entries:
            name = entry.name
            if entry.is_dir(follow_symlinks=False):
                path = base + name
                if name not in DEFAULT_EXCLUDES and not (
                    ignore.covers(path, is_folder=True)
                    or self._exclude.covers(path, is_folder=True)
                ):
                    folders.append((path, ignore))
            elif name.endswith((".py", ".pyw")):
                yield from _file(entry, base + name)
            elif suffixes and name.endswith(suffixes):
                yield from _file(entry, base + name, may_be_template=True)

    def _with_patterns(self, folder: str, ignore: Ignore) -> Ignore:
        try:
            return ignore.below(folder)
        except OSError as error:
            path = os.path.join(folder, ".gitignore")
            self._errors.append(Found(path, error=error.strerror or str(error)))
            return ignore

    def _inherited(self, folder: str) -> Ignore:
        """The patterns of the repository around ``folder``, from its root down; none outside."""
        ignore, unreadable = repository_patterns(folder)
        self._errors += [Found(path, error=error) for path, error in unreadable]
        return ignore


def repository_patterns(folder: str) -> tuple[Ignore, list[tuple[str, str]]]:
    """The patterns above ``folder``, from the root of its repository down; none outside of one.

    Also the files that cannot be read, each with the reason.
    """
    current = os.path.abspath(folder)
    is_root = disk.is_folder(os.path.join(current, ".git"))
    parents = [] if is_root else _parents_in_repository(current)
    ignore = Ignore()
    unreadable: list[tuple[str, str]] = []
    if not parents and not is_root:
        return ignore, unreadable
    root = parents[0] if parents else current
    exclude = os.path.join(root, ".git", "info", "exclude")
    try:
        if disk.is_file(exclude):
            ignore.levels.append((root, _read_patterns(exclude)))
    except OSError as error:
        unreadable.append((exclude, error.strerror or str(error)))
    for parent in parents:
        try:
            ignore = ignore.below(parent)
        except OSError as error:
            unreadable.append((os.path.join(parent, ".gitignore"), error.strerror or str(error)))
    return ignore, unreadable


def _file(entry: os.DirEntry[str], path: str, *, may_be_template: bool = False) -> Iterator[Found]:
    try:
        if entry.is_symlink():
            disk.note(path)
        if entry.is_file():
            yield Found(path, may_be_template=may_be_template)
        # Else a dangling link (editors lock files so), a socket or a link to a folder: no file.
    except OSError as error:
        yield Found(path, error=error.strerror or str(error), may_be_template=may_be_template)


def _parents_in_repository(folder: str) -> list[str]:
    parents: list[str] = []
    parent = os.path.dirname(folder)
    while parent != folder:
        parents.insert(0, parent)
        if disk.exists(os.path.join(parent, ".git")):
            return parents
        folder, parent = parent, os.path.dirname(parent)
    return []


def _read_patterns(path: str) -> GitIgnoreSpec:
    """The patterns of a .gitignore file; one that is no pattern matches nothing, as in git."""
    text = disk.read(path).decode("utf-8-sig", "surrogateescape")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    try:
        return compile_patterns(lines)
    except ValueError:
        return compile_patterns(filter(_is_pattern, lines))


def _is_pattern(line: str) -> bool:
    try:
        compile_patterns([line])
    except ValueError:
        return False
    return True


def compile_patterns(patterns: Iterable[str]) -> GitIgnoreSpec:
    """Raises ValueError for what is no pattern."""
    import warnings

    from pathspec import GitIgnoreSpec

    with warnings.catch_warnings():
        # `[[:alpha:]]` is a set of characters to the regular expression behind the pattern.
        warnings.simplefilter("ignore", FutureWarning)
        try:
            return GitIgnoreSpec.from_lines(patterns)
        except re.error as error:
            raise ValueError(f"no pattern: {error}") from error
