"""A judge that is used again, as long as nothing that it has read has changed.

Reading the settings of a large project takes seconds, judging one file with them milliseconds.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum

from cachelint import disk
from cachelint.config import Configuration
from cachelint.dataclass import dataclass, field
from cachelint.disk import Journal
from cachelint.judge import Judge

#: What a path was: the bytes that an editor has, else what the file system says, if anything.
_State = bytes | tuple[object, ...] | None


class _Asked(Enum):
    """What of a path somebody depends on."""

    KIND = "whether it is a file, a folder, or not there"
    CONTENT = "what the file holds"
    NAMES = "what lies in the folder"


@dataclass
class KeptJudge:
    """``unsaved`` are the texts, by absolute path, that stand for what the files hold."""

    configuration: Configuration
    unsaved: Mapping[str, bytes]
    judge: Judge = field(init=False)
    _seen: dict[tuple[str, _Asked], _State] = field(default_factory=dict)
    """What was there when it was first asked for."""

    def __post_init__(self) -> None:
        self.judge = Judge(self.configuration)

    @contextmanager
    def at_work(self) -> Iterator[Journal]:
        """While the judge is asked for something."""
        with disk.noting() as journal, disk.with_unsaved(self.unsaved):
            try:
                yield journal
            finally:
                for path in journal.read:
                    self.depend_on(path)
                for path in journal.listed:
                    self._see(path, _Asked.NAMES)
                for path in (journal.asked | journal.denied) - journal.read:
                    self._see(path, _Asked.KIND)

    def depend_on(self, path: str) -> None:
        """Take what the file at ``path`` holds now for what the judge knows of it."""
        self._see(path, _Asked.CONTENT)

    def _see(self, path: str, asked: _Asked) -> None:
        key = (os.path.abspath(path), asked)
        if key not in self._seen:
            self._seen[key] = self._state(*key)

    @property
    def is_current(self) -> bool:
        """Whether all that was asked for still is as it was."""
        return all(self._state(*key) == state for key, state in self._seen.items())

    def _state(self, path: str, asked: _Asked) -> _State:
        if asked is _Asked.CONTENT and path in self.unsaved:
            return self.unsaved[path]
        try:
            found = os.stat(path)
            if asked is _Asked.CONTENT:
                return (found.st_mtime_ns, found.st_size, found.st_ino)
            if asked is _Asked.NAMES:
                return tuple(sorted(os.listdir(path)))
        except (OSError, ValueError):
            return None
        return (stat.S_IFMT(found.st_mode),)
