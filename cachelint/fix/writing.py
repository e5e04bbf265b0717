"""Writing that leaves either the old file or the new one, whatever happens."""

from __future__ import annotations

import os
import stat

from cachelint.config import ConfigurationError
from cachelint.files import mode_of_new_files, write_atomically
from cachelint.fix.document import DeclinedError
from cachelint.fix.outcome import FixedFile, FixReport, Left


def replace_file(path: str, old: bytes, new: bytes) -> None:
    """Replace the content ``old`` of the file at ``path`` by ``new``, in one step.

    The target of a symbolic link is replaced, not the link; the mode stays. Raises DeclinedError
    where the file has changed since it was read, and OSError where it cannot be written.
    """
    target = os.path.realpath(path)
    with open(target, "rb") as file:
        if file.read() != old:
            raise DeclinedError("it has changed while the fix was being made")
    write_atomically(target, new, stat.S_IMODE(os.stat(target).st_mode))


def create_file(path: str, content: bytes) -> None:
    """Write a file that is not there yet. Raises FileExistsError and other OSErrors."""
    if os.path.lexists(path):
        raise FileExistsError(f"{path} is there already")
    write_atomically(path, content, mode_of_new_files())


def write_fixes(report: FixReport) -> FixReport:
    """Write what ``fix_paths`` has made: new files first, so that no import is ever dangling.

    Answers with the report of what was really done: a file that could not be written, or has
    changed meanwhile, is among what is left. Raises ConfigurationError where the helper cannot be
    written; then nothing else is.
    """
    for path, content in report.created:
        try:
            create_file(path, content)
        except OSError as error:
            raise ConfigurationError(
                f"{path}: cannot be written: {error.strerror or error}"
            ) from error
    files: list[FixedFile] = []
    left = list(report.left)
    for file in report.files:
        try:
            replace_file(file.path, file.old, file.new)
        except (DeclinedError, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            left += [Left(diagnostic, f"not written: {reason}") for diagnostic in file.fixed]
        else:
            files.append(file)
    return FixReport(tuple(files), report.created, tuple(left))
