"""Writing that leaves either the old file or the new one, whatever happens.

A file is replaced in one step by a complete one beside it, while no other run of ours writes in the
same folder, and only if it still is what was read.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterator

from cachelint.config import ConfigurationError
from cachelint.files import PREFIX, SUFFIX, complete_file, mode_of_new_files, reason_of
from cachelint.fix.document import CHANGED, DeclinedError
from cachelint.fix.outcome import FixedFile, FixReport, Left, moved

try:
    import fcntl
except ImportError:  # Windows: an editor and we may still not overwrite each other's work.
    fcntl = None  # type: ignore[assignment]

#: Seconds until another run that holds a folder is given up.
_PATIENCE = 10.0
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def replace_file(path: str, old: bytes, new: bytes) -> None:
    """Replace the content ``old`` of the file at ``path`` by ``new``, in one step.

    The target of a symbolic link is replaced, not the link; the mode stays. Raises DeclinedError
    where the file has changed since it was read, and OSError where it cannot be written.
    """
    target = os.path.realpath(path)
    with _alone_in(os.path.dirname(target)):
        if not _is_due(target, old, new):
            return
        with complete_file(target, new, stat.S_IMODE(os.stat(target).st_mode)) as temporary:
            # The disk may have taken its time; an editor, too.
            if _is_due(target, old, new):
                os.replace(temporary, target)


def _is_due(target: str, old: bytes, new: bytes) -> bool:
    """Whether the file is still to be changed; False where another run has done it."""
    with open(target, "rb") as file:
        content = file.read()
    if content not in (old, new):
        raise DeclinedError(CHANGED)
    return content == old


def create_file(path: str, content: bytes) -> None:
    """Write a file that is not there yet. Raises FileExistsError and other OSErrors."""
    with _alone_in(os.path.dirname(os.path.abspath(path))):
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, "it is there already", path)
        with complete_file(path, content, mode_of_new_files()) as temporary:
            try:
                os.link(temporary, path)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                os.replace(temporary, path)


@contextlib.contextmanager
def _alone_in(folder: str) -> Iterator[None]:
    """While no other run of ours writes in ``folder``. Raises DeclinedError where one stays.

    The lock ends with the process that holds it, however that ends; what such a process has left
    behind is removed.
    """
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if _lock(descriptor, folder):
            for name in os.listdir(folder):
                if name.startswith(PREFIX) and name.endswith(SUFFIX):
                    with contextlib.suppress(OSError):
                        os.unlink(os.path.join(folder, name))
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: str) -> bool:
    """Whether the folder is ours now; False where its file system knows no locks."""
    last = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > last:
                raise DeclinedError(f"another cachelint is writing in {folder}") from None
            time.sleep(0.01)
        except OSError:
            return False
        else:
            return True


_WAITS = "goes with the fix of a file that was not written"


def write_fixes(report: FixReport) -> FixReport:
    """Write what ``fix_paths`` has made: new files first, so that no import is ever dangling.

    Answers with the report of what was really done: a file that could not be written, or has
    changed meanwhile, is among what is left, whose rows are those of the files as they are now.
    Raises ConfigurationError where the helper cannot be written; then nothing else is.
    """
    for path, content in report.created:
        try:
            create_file(path, content)
        except FileExistsError as error:
            if not _holds(path, content):
                raise ConfigurationError(f"{path}: {error.strerror}") from error
        except OSError as error:
            raise ConfigurationError(
                f"{path}: cannot be written: {error.strerror or error}"
            ) from error
        except DeclinedError as error:
            raise ConfigurationError(f"{path}: not written: {error}") from error
    files: list[FixedFile] = []
    failed: list[Left] = []
    for file in report.files:
        try:
            replace_file(file.path, file.old, file.new)
        except (DeclinedError, OSError) as error:
            reason = f"not written: {reason_of(error)}"
            failed += [Left(diagnostic, reason) for diagnostic in file.fixed]
        else:
            files.append(file)
    gone = report.gone
    if failed:
        # Nobody knows which of them wait for what was not written.
        failed += [Left(diagnostic, _WAITS) for diagnostic in gone]
        gone = ()
    left = (*moved(report.left, files), *failed)
    return FixReport(tuple(files), report.created, left, gone)


def _holds(path: str, content: bytes) -> bool:
    """Whether another run has written the same file meanwhile."""
    with open(path, "rb") as file:
        return file.read() == content
