"""What the same check said the last time, as long as nothing that it asked for has changed.

A whole run is kept: what it printed, its exit code, and a signature of each file, folder and path
that it depends on. Looked up before anything else is imported, so that it costs little more than
asking for the signatures. Lies in ``.cachelint_cache`` in the working directory, or where
``CACHELINT_CACHE_DIR`` says. What cannot be read there, or written, is as if it were not.
"""

from __future__ import annotations

import marshal
import os
import sys
import zlib

from cachelint import __version__

TYPE_CHECKING = False  # The module typing takes longer to load than all of this.
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from cachelint.disk import Journal

FOLDER = ".cachelint_cache"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by cachelint; may be deleted.\n"
#: Runs that are kept: those of an editor, of a hook and of CI with their options.
_MAX_KEPT = 16
#: A file that was changed so shortly before the run may change once more unnoticed, because the
#: clock of the file system did not move on: nanoseconds, and for one that counts in seconds.
_TICK, _COARSE_TICK = 50_000_000, 2_000_000_000
#: Variables that say what a terminal can show (output.py).
_TERMINAL = (
    "NO_COLOR", "FORCE_HYPERLINK", "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "VTE_VERSION",
    "COLORTERM", "WT_SESSION", "KONSOLE_VERSION", "DOMTERM",
)  # fmt: skip
#: Exit code, standard output, standard error.
Said = tuple[int, str, str]
#: The type of a file in its mode (stat.S_IFMT, without importing stat).
_TYPE, _FOLDER_TYPE = 0o170000, 0o040000


def recalled(arguments: Sequence[str]) -> Said | None:
    """What this command said when it was kept, if that still holds."""
    kept = None if os.environ.get("CACHELINT_NO_CACHE") else _load(arguments)
    if kept is None:
        return None
    (code, out, err), files, folders, types, names = kept
    stat = os.stat
    try:
        for path, *known in files:
            found = stat(path)
            if [found.st_mode, found.st_size, found.st_mtime_ns, found.st_ino] != known:
                return None
        for path, time, number in folders:
            found = stat(path)
            if found.st_mtime_ns != time or found.st_ino != number:
                return None
        if any(_type(path) != known for path, known in types):
            return None
        if any(_names(path) != known for path, known in names):
            return None
    except (OSError, ValueError):
        return None
    return code, out, err


def keep(arguments: Sequence[str], said: Said, journal: Journal, start: int) -> None:
    """Keep what a run said that began at ``start``, in nanoseconds of the clock."""
    if os.environ.get("CACHELINT_NO_CACHE"):
        return
    files, folders, types = [], [], []
    # The folder that ours is made in changes by that: what counts there are the names.
    home = os.path.dirname(os.path.abspath(_folder()))
    named = {path for path in journal.listed if os.path.abspath(path) == home}
    for path in sorted(journal.listed - named):
        found = _stat(path)
        if found is None or _may_change_unseen(found.st_mtime_ns, start):
            return
        folders.append((path, found.st_mtime_ns, found.st_ino))
    for path in sorted(journal.asked - journal.listed):
        found = _stat(path)
        if found is None:
            return  # It was there a moment ago.
        if found.st_mode & _TYPE == _FOLDER_TYPE:
            types.append((path, _FOLDER_TYPE))
        elif _may_change_unseen(found.st_mtime_ns, start):
            return
        else:
            files.append((path, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ino))
    for path in sorted(journal.denied - journal.asked):
        # In a folder that was listed nothing can come or go unnoticed.
        if os.path.dirname(path) not in journal.listed:
            types.append((path, _type(path)))
    names = [(path, _names(path)) for path in sorted(named)]
    _store(arguments, (_key(arguments), said, files, folders, types, names))


class Copy:
    """What is printed meanwhile, which is printed as ever."""

    def __enter__(self) -> Copy:
        self._before = sys.stdout, sys.stderr
        self._copies = _Copied(sys.stdout), _Copied(sys.stderr)
        sys.stdout, sys.stderr = self._copies
        return self

    def __exit__(self, *error: object) -> None:
        sys.stdout, sys.stderr = self._before

    @property
    def texts(self) -> tuple[str, str]:
        """What has gone to standard output and to standard error."""
        out, err = self._copies
        return "".join(out.parts), "".join(err.parts)


class _Copied:
    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        self.parts.append(text)
        return len(text) if self._stream is None else int(self._stream.write(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


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
    return sorted(name for name in os.listdir(folder) if name != FOLDER)


# The folder


def _folder() -> str:
    return os.environ.get("CACHELINT_CACHE_DIR") or FOLDER


def _file(arguments: Sequence[str]) -> str:
    return os.path.join(_folder(), f"{zlib.crc32(_key(arguments).encode()):08x}.run")


def _key(arguments: Sequence[str]) -> str:
    """All that decides what a run says beside files: the command, our own code, the terminal."""
    encoding = sys.stdout.encoding
    terminal = (encoding, sys.stdout.isatty(), *map(os.environ.get, _TERMINAL))
    parts = (__version__, _code(), sys.version, os.getcwd(), *terminal, *arguments)
    return "\0".join(map(repr, parts))


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


def _load(arguments: Sequence[str]) -> Any:
    try:
        with open(_file(arguments), "rb") as file:
            data = file.read()
        if zlib.crc32(data[4:]) != int.from_bytes(data[:4], "big"):
            return None
        key, *kept = marshal.loads(data[4:])
        return kept if key == _key(arguments) else None
    except (OSError, ValueError, EOFError, TypeError):
        return None  # Not there, of another version, or damaged.


def _store(arguments: Sequence[str], kept: Any) -> None:
    """Write in one step, so that others at the same time see all of it or nothing."""
    folder, name = _folder(), _file(arguments)
    data = marshal.dumps(kept)
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
