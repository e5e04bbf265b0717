"""Files under the paths of the command line: Python, and templates where somebody asks for them.

Reads .gitignore files, starts no git.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from cachelint import disk
from cachelint.dataclass import dataclass, field

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

#: Folders that hold no code of the project, whatever .gitignore says: those of ruff and Black, and
#: our own.
DEFAULT_EXCLUDES = frozenset({
    ".bzr", ".cachelint_cache", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg",
    ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pants.d", ".pyenv", ".pytest_cache", ".pytype",
    ".ruff_cache", ".svn", ".tox", ".venv", ".vscode", "__pycache__", "__pypackages__", "_build",
    "buck-out", "dist", "node_modules", "site-packages", "venv",
})  # fmt: skip
PYTHON_SUFFIXES = (".py", ".pyw")
_NAME = attrgetter("name")


class Found(NamedTuple):
    """A file to look at. ``named``: on the command line, so that it is judged in any case.

    ``error`` is set for what the operating system did not let us look into. ``may_be_template``:
    its name ends like that of a template.
    """

    path: str
    absolute: str
    named: bool = False
    error: str | None = None
    may_be_template: bool = False


@dataclass
class Ignore:
    """Patterns of .gitignore files and of ``exclude``, each with the folder they are relative to.

    Later levels decide first; within one file the last matching pattern decides, as in git.
    """

    levels: list[tuple[str, GitIgnoreSpec]] = field(default_factory=list)

    def covers(self, absolute: str, is_folder: bool = False) -> bool:
        """Whether the file, or folder, of this absolute path is ignored."""
        for base, spec in reversed(self.levels):
            relative = _relative(absolute, base)
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


class _Folder(NamedTuple):
    """A folder to look into, and what is ignored around it."""

    path: str
    absolute: str
    ignore: Ignore


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
        self.template_suffixes = template_suffixes
        self._exclude = Ignore()
        if exclude:
            self._exclude.levels.append((os.path.abspath(base), compile_patterns(exclude)))
        self._ignores: dict[str, Ignore] = {}
        self._errors: list[Found] = []
        self._suffixes = (*PYTHON_SUFFIXES, *template_suffixes)

    def files(self) -> Iterator[Found]:
        """Every file, once. Symbolic links to folders are not followed."""
        if len(self._paths) == 1:
            yield from self._below(self._paths[0])
        else:
            seen: set[str] = set()
            for path in self._paths:
                for found in self._below(path):
                    if found.absolute not in seen:
                        seen.add(found.absolute)
                        yield found
        yield from self._errors

    def excludes(self, absolute: str) -> bool:
        """Whether ``exclude`` says not to look into the folder of this absolute path."""
        return self._exclude.covers(absolute, is_folder=True)

    def is_ignored(self, found: Found) -> bool:
        """Whether a .gitignore or ``exclude`` says not to look at this file."""
        if found.named:
            return False
        ignore = self._ignores.get(os.path.dirname(found.absolute), Ignore())
        return ignore.covers(found.absolute) or self._exclude.covers(found.absolute)

    def _below(self, path: str) -> Iterator[Found]:
        absolute = os.path.abspath(path)
        if not disk.is_folder(path):
            is_template = bool(self.template_suffixes) and path.endswith(self.template_suffixes)
            yield Found(path, absolute, named=True, may_be_template=is_template)
            return
        ignore = self._inherited(path)
        if ignore.covers(absolute, is_folder=True):
            ignore = Ignore()  # Named on the command line, so what ignores it does not count.
        waiting = [_Folder(path, absolute, ignore)]
        while waiting:
            folders: list[_Folder] = []
            yield from self._list(waiting.pop(), folders)
            waiting += reversed(folders)

    def _list(self, folder: _Folder, folders: list[_Folder]) -> Iterator[Found]:
        """The files of one folder; the folders to go on with are added to ``folders``."""
        path, absolute, ignore = folder
        names: list[str] = []
        files: list[os.DirEntry[str]] = []
        try:
            for entry in disk.unsorted_entries(path):
                name = entry.name
                if entry.is_dir(follow_symlinks=False):
                    names.append(name)
                elif name.endswith(self._suffixes):
                    files.append(entry)
                if name == ".gitignore":
                    ignore = self._with_patterns(path, ignore)
        except OSError as error:
            yield Found(path, absolute, error=error.strerror or str(error))
            return
        self._ignores[absolute] = ignore
        path = os.path.normpath(path)
        path = "" if path == os.curdir else os.path.join(path, "")
        absolute = os.path.join(absolute, "")
        for entry in sorted(files, key=_NAME):
            name = entry.name
            found = _file(entry, path + name, absolute + name)
            if found is not None:
                yield found
        for name in sorted(names):
            if name not in DEFAULT_EXCLUDES and not (
                ignore.covers(absolute + name, is_folder=True) or self.excludes(absolute + name)
            ):
                folders.append(_Folder(path + name, absolute + name, ignore))

    def _with_patterns(self, folder: str, ignore: Ignore) -> Ignore:
        try:
            return ignore.below(folder)
        except OSError as error:
            self._unreadable(os.path.join(folder, ".gitignore"), error.strerror or str(error))
            return ignore

    def _inherited(self, folder: str) -> Ignore:
        """The patterns of the repository around ``folder``, from its root down; none outside."""
        ignore, unreadable = repository_patterns(folder)
        for path, error in unreadable:
            self._unreadable(path, error)
        return ignore

    def _unreadable(self, path: str, error: str) -> None:
        self._errors.append(Found(path, os.path.abspath(path), error=error))


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


def _file(entry: os.DirEntry[str], path: str, absolute: str) -> Found | None:
    """None for a dangling link (editors lock files so), a link to a folder, a socket."""
    may_be_template = not path.endswith(PYTHON_SUFFIXES)
    try:
        if not entry.is_file(follow_symlinks=False):
            if entry.is_symlink():
                disk.note(path)
            if not entry.is_file():
                return None
        return Found(path, absolute, False, None, may_be_template)
    except OSError as error:
        return Found(path, absolute, False, error.strerror or str(error), may_be_template)


def _relative(absolute: str, base: str) -> str:
    """As os.path.relpath(), which is slow."""
    start = os.path.join(base, "")
    return absolute[len(start) :] if absolute.startswith(start) else os.path.relpath(absolute, base)


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
