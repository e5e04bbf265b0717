"""What runs leave for later ones, as long as nothing that they asked for has changed.

Each is kept under a key that says all that decides it beside files, with a signature of each file,
folder and path that it depends on. Lies in ``.cachelint_cache`` in the working directory, or where
``CACHELINT_CACHE_DIR`` says. What cannot be read there, or written, is as if it were not.

Loaded whenever cachelint starts, and therefore without anything but what Python has loaded.
"""

from __future__ import annotations

import marshal
import os
import sys
import zlib

from cachelint import __version__

TYPE_CHECKING = False  # The module typing takes longer to load than all of this.
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cachelint.disk import Journal

    #: Files, folders, types of what is at a path, and names in a folder, each with its path first.
    Signature = tuple[list[Any], list[Any], list[Any], list[Any]]

FOLDER = ".cachelint_cache"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by cachelint; may be deleted.\n"
#: Runs of an editor, of a hook and of CI with their options, and what each has found.
_MAX_KEPT = 32
#: A file that was changed so shortly before the run may change once more unnoticed, because the
#: clock of the file system did not move on: nanoseconds, and for one that counts in seconds.
_TICK, _COARSE_TICK = 50_000_000, 2_000_000_000
#: The type of a file in its mode (stat.S_IFMT, without importing stat).
_TYPE, _FOLDER_TYPE = 0o170000, 0o040000


def is_off() -> bool:
    """Whether nothing is to be kept, and nothing that was kept to be used."""
    return bool(os.environ.get("CACHELINT_NO_CACHE"))


def key_of(*parts: object) -> str:
    """``parts``, our own code, the Python that runs it and the working directory."""
    return "\0".join(map(repr, (__version__, _code(), sys.version, os.getcwd(), *parts)))


def load(key: str) -> tuple[Any, Signature] | None:
    """What was kept under ``key``, which counts if its signature holds."""
    try:
        with open(_file(key), "rb") as file:
            data = file.read()
        if zlib.crc32(data[4:]) != int.from_bytes(data[:4], "big"):
            return None
        found, payload, signature = marshal.loads(data[4:])
        return (payload, signature) if found == key else None
    except (OSError, ValueError, EOFError, TypeError):
        return None  # Not there, of another version, or damaged.


def holds(signature: Signature) -> bool:
    """Whether nothing has changed since the run that left this."""
    files, folders, types, names = signature
    stat = os.stat
    try:
        for path, *known in files:
            found = stat(path)
            if [found.st_mode, found.st_size, found.st_mtime_ns, found.st_ino] != known:
                return False
        for path, time, number in folders:
            found = stat(path)
            if found.st_mtime_ns != time or found.st_ino != number:
                return False
        if any(_type(path) != known for path, known in types):
            return False
        return all(_names(path) == known for path, known in names)
    except (OSError, ValueError):
        return False


def keep(payloads: Mapping[str, Any], journal: Journal, start: int) -> None:
    """Keep ``payloads``, by their keys, of a run that asked for what ``journal`` notes.

    They are of types that marshal knows; ``start`` of the run is in nanoseconds of the clock.
    Nothing is kept where a file may have changed meanwhile.
    """
    signature = _signature(journal, start)
    if signature is not None:
        for key, payload in payloads.items():
            _store(key, payload, signature)


def _signature(journal: Journal, start: int) -> Signature | None:
    files, folders, types = [], [], []
    # The folder that ours is made in changes by that: what counts there are the names.
    home = os.path.dirname(os.path.abspath(_folder()))
    named = {path for path in journal.listed if os.path.abspath(path) == home}
    for path in sorted(journal.listed - named):
        found = _stat(path)
        if found is None or _may_change_unseen(found.st_mtime_ns, start):
            return None
        folders.append((path, found.st_mtime_ns, found.st_ino))
    for path in sorted(journal.asked - journal.listed):
        found = _stat(path)
        if found is None:
            return None  # It was there a moment ago.
        if found.st_mode & _TYPE == _FOLDER_TYPE:
            types.append((path, _FOLDER_TYPE))
        elif _may_change_unseen(found.st_mtime_ns, start):
            return None
        else:
            files.append((path, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ino))
    for path in sorted(journal.denied - journal.asked):
        # In a folder that was listed nothing can come or go unnoticed.
        if os.path.dirname(path) not in journal.listed:
            types.append((path, _type(path)))
    return files, folders, types, [(path, _names(path)) for path in sorted(named)]


def _may_change_unseen(time: int, start: int) -> bool:
    tick = _TICK if time % 1_000_000_000 else _COARSE_TICK
    return time > start - tick


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except (OSError, ValueError):
        return None


def _type(path: str) -> int:
    found = _stat(path)
    return 0 if found is None else found.st_mode & _TYPE


def _names(folder: str) -> list[str]:
    """What is in ``folder``, folders and links marked as such, without our own."""
    with os.scandir(folder) as scan:
        return sorted(
            f"{entry.name}/" if entry.is_dir(follow_symlinks=False)
            else f"{entry.name}@" if entry.is_symlink() else entry.name
            for entry in scan if entry.name != FOLDER
        )  # fmt: skip


# The folder


def _folder() -> str:
    return os.environ.get("CACHELINT_CACHE_DIR") or FOLDER


def _file(key: str) -> str:
    return os.path.join(_folder(), f"{zlib.crc32(key.encode()):08x}.run")


def _code() -> int:
    """A number that changes with our own code: for those who work on it."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    times = []
    waiting = [package]
    while waiting:
        with os.scandir(waiting.pop()) as scan:
            for entry in scan:
                if entry.name.endswith(".py"):
                    times.append(entry.stat().st_mtime_ns)
                elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                    waiting.append(entry.path)
    return hash(tuple(sorted(times)))


def _store(key: str, payload: Any, signature: Signature) -> None:
    """Write in one step, so that others at the same time see all of it or nothing."""
    folder, name = _folder(), _file(key)
    data = marshal.dumps((key, payload, signature))
    temporary = f"{name}.{os.getpid()}"
    try:
        if not os.path.isdir(folder):
            os.makedirs(folder, exist_ok=True)
            for label, text in ((".gitignore", "*\n"), ("CACHEDIR.TAG", _TAG)):
                with open(os.path.join(folder, label), "w", encoding="ascii") as file:
                    file.write(text)
        with open(temporary, "wb") as output:
            output.write(zlib.crc32(data).to_bytes(4, "big") + data)
        os.replace(temporary, name)
        _drop_old(folder)
    except OSError:
        _remove(temporary)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return  # It has gone, or never was.


def _drop_old(folder: str) -> None:
    with os.scandir(folder) as scan:
        kept = sorted((e.stat().st_mtime_ns, e.path) for e in scan if e.name.endswith(".run"))
    for _, path in kept[:-_MAX_KEPT]:
        _remove(path)
