"""Who else speaks of a name: other files that import it, strings that name it (mock.patch)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import cached_property

from cachelint.facts.vocabulary import HELPER_MARKER
from cachelint.modules import Modules
from cachelint.places import shown_path
from cachelint.source import content

#: `from .. import x` says no name of the package that it imports from.
_RELATIVE = re.compile(rb"from[\s\\]*\.[.\s\\]*import\b")
#: As nearly everybody writes it: the module, and what is imported from it.
_FROM = re.compile(rb"from[ \t]+([.\w]+)[ \t]+import\b(\s*\([^)]*\)|[^\n]*)")
_STAR = re.compile(rb"import[\s\\]*\*")


class Mentions:
    """The files of a project, read once, that may mention names of its other files."""

    def __init__(self, folder: str, modules: Modules) -> None:
        self._folder = folder
        self._modules = modules
        self._by_name: dict[str, dict[str, bytes]] = {}

    @cached_property
    def _files(self) -> dict[str, bytes]:
        return dict(self._read(_may_mention))

    def _read(self, is_wanted: Callable[[bytes], bool]) -> Iterator[tuple[str, bytes]]:
        for path in self._modules.files_below(self._folder):
            data = content(path)
            if is_wanted(data):
                yield os.path.abspath(path), data

    @property
    def has_copy_of_helper(self) -> bool:
        """Whether a file begins as copies of the helper do; each of them speaks of caches."""
        marker = HELPER_MARKER.encode()
        return any(data.startswith(marker) for data in self._files.values())

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
        for other, data in self._with_name(name).items():
            if other == own:
                continue
            if words in data and written.search(data):
                return other
            if self._may_import_from(own, name, other, data) and self._imports(own, name, other):
                return other
        return None

    def _with_name(self, name: str) -> dict[str, bytes]:
        """The files that may have ``name`` from somewhere; many fixes drop the same one."""
        word = name.encode()

        def may_have(data: bytes) -> bool:
            return word in data or _STAR.search(data) is not None

        if name not in self._by_name:
            is_kept = b"cache" in word.lower()
            found = self._files.items() if is_kept else self._read(may_have)
            self._by_name[name] = {path: data for path, data in found if may_have(data)}
        return self._by_name[name]

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(map(os.path.abspath, self._modules.files_below(self._folder)))

    def _may_import_from(self, own: str, name: str, other: str, data: bytes) -> bool:
        """Whether ``other`` may import from the module at ``own``: many have the same last name.

        Or by a file that is not looked into otherwise, and may have it from there.
        """
        is_package = _is_package(own)
        if is_package and _RELATIVE.search(data) is not None:
            return True
        statements = _FROM.findall(data)
        for module, names in statements:
            # A comment may end what looks like the statement too early.
            if name.encode() in names or any(sign in names for sign in (b"*", b"\\", b"#")):
                found = self._modules.find(module.decode(), other)
                if found == own or (found is not None and found not in self._listed):
                    return True
        # What is written as nobody else does may be anything.
        stems = (_stem(own).encode(), b"__init__") if is_package else (_stem(own).encode(),)
        ends = b"|".join(map(re.escape, stems))
        written = re.findall(rb"(?:%s)[\s\\]*\bimport\b" % ends, data)
        return len(written) > sum(module.rpartition(b".")[2] in stems for module, _ in statements)

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


def _is_package(path: str) -> bool:
    return os.path.basename(path) == "__init__.py"


def _stem(path: str) -> str:
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.basename(folder) if name == "__init__.py" else name.rpartition(".")[0]
