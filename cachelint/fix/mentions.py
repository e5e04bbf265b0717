"""Who else speaks of a name: other files that import it, strings that name it (mock.patch)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cached_property

from cachelint.discovery import Discovery
from cachelint.modules import Modules
from cachelint.places import shown_path
from cachelint.source import UnparsedSourceError, read_bytes

#: What a file contains that imports a name we may drop, or replaces one that we may change.
_WORDS = (b"cache", b"import *", b"patch", b"setattr")


class Mentions:
    """The files of a project, read once, that may mention names of its other files."""

    def __init__(self, folder: str, modules: Modules) -> None:
        self._folder = folder
        self._modules = modules

    @cached_property
    def _files(self) -> dict[str, bytes]:
        return dict(self._read(_WORDS))

    @cached_property
    def _paths(self) -> list[str]:
        return [found.path for found in Discovery([self._folder], (), self._folder).files()]

    def _read(self, words: tuple[bytes, ...]) -> Iterator[tuple[str, bytes]]:
        """The files that contain one of ``words``."""
        for path in self._paths:
            try:
                data = read_bytes(path)
            except UnparsedSourceError:
                continue  # Reported where it is linted (CCH001).
            if any(word in data for word in words):
                yield os.path.abspath(path), data

    def patched(self, path: str, name: str) -> str | None:
        """The file in which a string names ``name`` of the module at ``path``, or None."""
        stem, attribute = _stem(path).encode(), name.rpartition(".")[2].encode()
        dotted = re.compile(rb"""["'][\w.]*\b%s\.(?:\w+\.)?%s["']""" % (stem, attribute))
        alone = re.compile(rb"""["']%s["']""" % attribute)
        for other, data in self._files.items():
            replaces = b"patch.object" in data or b"setattr" in data
            if dotted.search(data) or (replaces and stem in data and alone.search(data)):
                return other
        return None

    def memo_user(self, name: str) -> str:
        """Why a function must keep its memo: somebody asks it; empty where nobody does."""
        asked = re.compile(rb"\b%s\.(?:cache_\w+|__wrapped__)" % name.encode())
        for other, data in self._files.items():
            found = asked.search(data)
            if found is not None:
                return f"{shown_path(other)} uses `{found[0].decode()}`"
        return ""

    def imported(self, path: str, name: str) -> str | None:
        """The other file that imports ``name`` from the module at ``path`` or names it, or None."""
        own = os.path.abspath(path)
        # `views.caches` as an attribute, or at the end of a string.
        written = re.compile(rb"\b%s\.%s\b" % (_stem(path).encode(), name.encode()))
        speaks = b"cache" in name.lower().encode()
        words = (name.encode(), b"import *")
        for other, data in self._files.items() if speaks else self._read(words):
            if other == own:
                continue
            if written.search(data):
                return other
            facts = self._modules.facts(other)
            for imported in facts.imports if facts is not None else ():
                if self._modules.is_exported_to(imported, other, own, name):
                    return other
        return None


def _stem(path: str) -> str:
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.basename(folder) if name == "__init__.py" else name.rpartition(".")[0]
