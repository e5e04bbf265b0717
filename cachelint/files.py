"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Iterator

#: How the names of files begin and end that are not complete yet, or were left by a killed run.
PREFIX, SUFFIX = ".cachelint-", ".tmp"


def replace_content(path: str, content: bytes) -> None:
    """Write ``content`` to ``path`` in one step: readers see the old file or the new one.

    The target of a symbolic link is replaced, not the link; the mode stays. What is no regular
    file (``/dev/stdout``, a pipe) is written to. Raises OSError.
    """
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isfile(target):
        with open(path, "wb") as file:
            file.write(content)
    elif os.path.exists(target):
        write_atomically(target, content, stat.S_IMODE(os.stat(target).st_mode))
    else:
        write_atomically(target, content, mode_of_new_files())


def mode_of_new_files() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def write_atomically(path: str, content: bytes, mode: int) -> None:
    """Write a temporary file beside ``path`` and rename it. Raises OSError."""
    with complete_file(path, content, mode) as temporary:
        os.replace(temporary, path)


@contextlib.contextmanager
def complete_file(path: str, content: bytes, mode: int) -> Iterator[str]:
    """A temporary file beside ``path`` that has all of ``content`` on the disk; gone afterwards.

    Its name begins with PREFIX and ends with SUFFIX. Raises OSError, also where ``path`` may not be
    written: a rename would not ask.
    """
    if os.path.exists(path) and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    folder = os.path.dirname(path) or "."
    descriptor, temporary = tempfile.mkstemp(prefix=PREFIX, suffix=SUFFIX, dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        yield temporary
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def reason_of(error: Exception) -> str:
    """What went wrong, without the path that an OSError repeats."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
