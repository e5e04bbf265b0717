"""Whatever a check asks of the file system: one place, so that it can be noted.

Who keeps the result of a check needs to know what it depends on: the files that were read, the
folders that were listed, and the paths that were asked for, whether there was anything or not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from operator import attrgetter

from cachelint.dataclass import dataclass, field

#: On Windows files are read as text unless one says otherwise.
_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0)
#: More than nearly all files have.
_AT_ONCE = 1 << 20


@dataclass
class Journal:
    """What was asked; paths as they were given."""

    listed: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    """Files that were read, and paths that somebody looked for."""
    read: set[str] = field(default_factory=set)
    """Those of ``asked`` whose content was read."""
    denied: set[str] = field(default_factory=set)
    """Paths where there was nothing, or nothing of the kind that somebody looked for."""


_journal: Journal | None = None
_unsaved: Mapping[str, bytes] = {}


@contextmanager
def noting() -> Iterator[Journal]:
    """Note what is asked meanwhile."""
    global _journal
    before, _journal = _journal, Journal()
    try:
        yield _journal
    finally:
        _journal = before


@contextmanager
def noting_if_noted() -> Iterator[Journal]:
    """As noting(), where somebody notes already; else nothing is noted, which is slow and large."""
    if _journal is None:
        yield Journal()
        return
    with noting() as journal:
        yield journal


def add(journal: Journal) -> None:
    """Note what another process has asked."""
    if _journal is not None:
        _journal.listed |= journal.listed
        _journal.asked |= journal.asked
        _journal.read |= journal.read
        _journal.denied |= journal.denied


@contextmanager
def with_unsaved(contents: Mapping[str, bytes]) -> Iterator[None]:
    """Let ``contents``, by absolute paths, too stand for what these files hold."""
    global _unsaved
    before, _unsaved = _unsaved, {**_unsaved, **contents}
    try:
        yield
    finally:
        _unsaved = before


def note(path: str) -> None:
    """Note that something depends on what is at ``path``."""
    if _journal is not None:
        _journal.asked.add(path)


def is_file(path: str) -> bool:
    return _noted(path, os.path.isfile(path))


def is_folder(path: str) -> bool:
    return _noted(path, os.path.isdir(path))


def exists(path: str) -> bool:
    return _noted(path, os.path.exists(path))


def is_entry(path: str) -> bool:
    """Whether there is anything, be it a link that leads nowhere."""
    return _noted(path, os.path.lexists(path))


def _noted(path: str, answer: bool) -> bool:
    if _journal is not None:
        (_journal.asked if answer else _journal.denied).add(path)
    return answer


def entries(folder: str) -> list[os.DirEntry[str]]:
    """What is in ``folder``, by name. Raises OSError."""
    return sorted(unsorted_entries(folder), key=attrgetter("name"))


def unsorted_entries(folder: str) -> list[os.DirEntry[str]]:
    """What is in ``folder``, in no order. Raises OSError."""
    if _journal is not None:
        _journal.listed.add(folder)
    with os.scandir(folder) as scan:
        return list(scan)


def matching(pattern: str) -> list[str]:
    """The paths that a shell would put in the place of ``pattern``, sorted."""
    from fnmatch import fnmatch
    from glob import has_magic

    drive, rest = os.path.splitdrive(pattern)
    found = [drive + os.sep if rest.startswith(os.sep) else drive]
    for part in filter(None, rest.split(os.sep)):
        if not has_magic(part):
            found = [path for path in (os.path.join(base, part) for base in found) if exists(path)]
            continue
        found = [
            os.path.join(base, entry.name)
            for base in found
            if is_folder(base or os.curdir)
            for entry in entries(base or os.curdir)
            if fnmatch(entry.name, part) and (part.startswith(".") or entry.name[0] != ".")
        ]
    return sorted(found)


def read(path: str | os.PathLike[str]) -> bytes:
    """The bytes of the file at ``path``. Raises OSError."""
    if _journal is not None:
        _journal.asked.add(os.fspath(path))
        _journal.read.add(os.fspath(path))
    if _unsaved:
        content = _unsaved.get(os.path.abspath(path))
        if content is not None:
            return content
    # Most files are only searched: to open them as Python does takes longer than to read them.
    descriptor = os.open(path, _READING)
    try:
        data = os.read(descriptor, _AT_ONCE)
        while more := os.read(descriptor, _AT_ONCE):
            data += more
        return data
    finally:
        os.close(descriptor)
