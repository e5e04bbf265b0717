"""A judge that is used again, as long as nothing that it has read has changed.

Reading the settings of a large project takes seconds, judging one file with them milliseconds.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from cachelint import disk
from cachelint.config import Configuration
from cachelint.disk import Journal
from cachelint.judge import Judge

#: What a path was: the bytes that an editor has, else what the file system says, if anything.
_State = bytes | tuple[int, ...] | None


@dataclass
class KeptJudge:
    """``unsaved`` are the texts, by absolute path, that stand for what the files hold."""

    configuration: Configuration
    unsaved: Mapping[str, bytes]
    judge: Judge = field(init=False)
    _seen: dict[tuple[str, bool], _State] = field(default_factory=dict)
    """By path, and whether its content counts: what was there when it was first asked for."""

    def __post_init__(self) -> None:
        self.judge = Judge(self.configuration)

    @contextmanager
    def at_work(self) -> Iterator[Journal]:
        """While the judge is asked for something."""
        with disk.noting() as journal, disk.with_unsaved(self.unsaved):
            try:
                yield journal
            finally:
                self._see_all(journal)

    def _see_all(self, journal: Journal) -> None:
        contents = journal.read | journal.listed
        for path in contents:
            self._see(path, True)
        for path in (journal.asked | journal.denied) - contents:
            self._see(path, False)

    def _see(self, path: str, is_content: bool) -> None:
        # The judge may work elsewhere by then.
        key = (os.path.abspath(path), is_content)
        if key not in self._seen:
            self._seen[key] = self._state(*key)

    @property
    def is_current(self) -> bool:
        """Whether all that was read still is as it was."""
        return all(self._state(*key) == state for key, state in self._seen.items())

    def _state(self, path: str, is_content: bool) -> _State:
        if is_content and path in self.unsaved:
            return self.unsaved[path]
        try:
            found = os.stat(path)
        except (OSError, ValueError):
            return None
        kind = stat.S_IFMT(found.st_mode)
        if not is_content:
            return (kind,)
        return (kind, found.st_mtime_ns, found.st_size, found.st_ino)
