"""Who else speaks of a name: other files that import it, strings that name it (mock.patch)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import cached_property

from cachelint.modules import Modules
from cachelint.places import shown_path
from cachelint.source import UnparsedSourceError, read_bytes

#: `from .. import x` says no name of the package that it imports from.
_RELATIVE = re.compile(rb"from[\s\\]*\.[.\s\\]*import\b")
#: As nearly everybody writes it.
_FROM = re.compile(rb"from[ \t]+([.\w]+)[ \t]+import\b")
_STAR = re.compile(rb"import[\s\\]*\*")


class Mentions:
    """The files of a project, read once, that may mention names of its other files."""

    def __init__(self, folder: str, modules: Modules) -> None:
        self._folder = folder
        self._modules = modules

    @cached_property
    def _files(self) -> dict[str, bytes]:
        return dict(self._read(_may_mention))

    def _read(self, is_wanted: Callable[[bytes], bool]) -> Iterator[tuple[str, bytes]]:
        for path in self._modules.files_below(self._folder):
            try:
                data = read_bytes(path)
            except UnparsedSourceError:
                continue  # Reported where it is linted (CCH001).
            if is_wanted(data):
                yield os.path.abspath(path), data

    def patched(self, path: str, name: str) -> str | None:
        """The file in which a string names ``name`` of the module at ``path``, or None."""
        stem, attribute = _stem(path).encode(), name.rpartition(".")[2].encode()
        dotted = re.compile(rb"""["'][\w.]*\b%s\.(?:\w+\.)?%s["']""" % (stem, attribute))
        alone = re.compile(rb"""["']%s["']""" % attribute)
        for other, data in self._files.items():
            # What is no pattern is found much sooner.
            if stem not in data or not (attribute + b"'" in data or attribute + b'"' in data):
                continue
            replaces = b"patch.object" in data or b"setattr" in data
            if dotted.search(data) or (replaces and alone.search(data)):
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
        words = b"%s.%s" % (_stem(path).encode(), name.encode())
        written = re.compile(rb"\b%s\b" % re.escape(words))
        speaks = b"cache" in name.lower().encode()
        may_import = _importing(own, name)

        def may_speak(data: bytes) -> bool:
            return words in data or may_import(data)

        for other, data in self._files.items() if speaks else self._read(may_speak):
            if other == own or not may_speak(data):
                continue
            if written.search(data):
                return other
            if self._may_import_from(own, other, data) and self._imports(own, name, other):
                return other
        return None

    def _may_import_from(self, own: str, other: str, data: bytes) -> bool:
        """Whether ``other`` may import from the module at ``own``: many have the same last name."""
        if _is_package(own) and _RELATIVE.search(data) is not None:
            return True
        stem = _stem(own).encode()
        plain = [module for module in _FROM.findall(data) if module.rpartition(b".")[2] == stem]
        # What nobody else writes may be anything.
        is_odd = len(plain) < len(_from_module(stem).findall(data))
        return is_odd or any(self._modules.find(m.decode(), other) == own for m in plain)

    def _imports(self, own: str, name: str, other: str) -> bool:
        facts = self._modules.facts(other)
        return facts is not None and any(
            self._modules.is_exported_to(imported, other, own, name)
            for imported in facts.imports
            if imported.bound == "*" or imported.path.rpartition(".")[2] == name
        )


def _may_mention(data: bytes) -> bool:
    """Whether a text has what replaces a name we may change, or a name that we may drop."""
    has_word = b"patch" in data or b"setattr" in data or b"cache" in data.lower()
    return has_word or _STAR.search(data) is not None


def _importing(path: str, name: str) -> Callable[[bytes], bool]:
    """Whether a text may import ``name`` from the module at ``path``; collecting facts is slow.

    Whoever has it from a third module is found where that one imports it.
    """
    stem, word = _stem(path).encode(), name.encode()
    from_module = _from_module(stem)
    is_package = _is_package(path)

    def may(data: bytes) -> bool:
        has_name = word in data or _STAR.search(data) is not None
        return has_name and (
            from_module.search(data) is not None
            or (is_package and _RELATIVE.search(data) is not None)
        )

    return may


def _from_module(stem: bytes) -> re.Pattern[bytes]:
    """The end of what names a module of that last name in a statement that imports from it."""
    return re.compile(rb"%s[\s\\]*\bimport\b" % re.escape(stem))


def _is_package(path: str) -> bool:
    return os.path.basename(path) == "__init__.py"


def _stem(path: str) -> str:
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.basename(folder) if name == "__init__.py" else name.rpartition(".")[0]
