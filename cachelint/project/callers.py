"""Which files may call, while they are imported, what reaches a cache? Bytes only, no trees.

Names are followed from where a cache is used to where they are imported: each file is searched for
its import statements once, and read again only where one of them brings such a name. What is found
is a possibility; import_time.py looks at the code.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from cachelint.dataclass import dataclass, field
from cachelint.facts.records import FileFacts
from cachelint.modules import Modules
from cachelint.places import is_test_path
from cachelint.project.cache_names import names_using_caches
from cachelint.project.spelled_calls import AT_IMPORT, SpelledCode
from cachelint.source import content

_FROM = re.compile(rb"from ([.\w]+) import (\([^)]*\)|[^\n]*)")
_IMPORT = re.compile(rb"\nimport ([^\n]*)")
_DOTTED = re.compile(rb"([\w.]+)(?:[ \t]+as[ \t]+(\w+))?")
_SEPARATORS = bytes.maketrans(b"(),.\\", b"     ")


class _Statement(NamedTuple):
    """``from module import names``; ``import names`` where there is no module."""

    path: str
    module: bytes
    names: bytes


#: Where statements are, by the last part of their module and a name in them: the number of the
#: file, and which of its statements, in so many bits, it is.
_PLACES = 16
_Index = dict[tuple[bytes | None, bytes], list[int]]


def _statement(path: str, written: bytes) -> _Statement:
    module, _, names = written.partition(b"\0")
    return _Statement(path, module, names)


@dataclass
class Callers:
    """The files of a project by what they import.

    ``names`` of a file may reach a cache when they are called: ``f``, ``C``, ``C.method``,
    ``module.f``.
    """

    modules: Modules
    names: dict[str, set[bytes]] = field(default_factory=dict)
    _through_modules: dict[str, set[bytes]] = field(default_factory=dict)
    """As ``names``, for those that a file reaches by a module that it imports."""
    _calling: set[str] = field(default_factory=set)
    _files: list[tuple[str, bytes]] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)

    def add(self, path: str, data: bytes) -> None:
        """Search a file of the project, by its absolute path, for its import statements."""
        self._known.add(path)
        froms, plain = _FROM.findall(data), _IMPORT.findall(data)
        if froms or plain:
            written = [*map(b"\0".join, froms), *(b"\0" + names for names in plain)]
            # As one text: the parts of all statements of a large project would take 30 MB.
            self._files.append((path, b"\1".join(written[: 1 << _PLACES])))

    def knows(self, absolute: str) -> bool:
        return absolute in self._known

    def follows(self, path: str) -> bool:
        """Whether the file at ``path`` has a name that may reach a cache."""
        key = self.modules.absolute(path)
        return key in self.names or key in self._through_modules

    def spread(self, using: Sequence[FileFacts]) -> None:
        """Follow names from the files ``using`` caches to those that import them, and so on.

        Functions of tests do not pass it on, unless they use a cache themselves: only tests would
        call them.
        """
        self.names, self._through_modules, self._calling = {}, {}, set()
        followed = {self.modules.absolute(facts.path): facts for facts in using}
        waiting: dict[str, None] = {}
        for path, facts in followed.items():
            found = {name.encode() for name in names_using_caches(facts, self.modules)}
            if found:
                self.names[path] = found
                waiting[path] = None
        index = self._index() if waiting else {}
        done: dict[str, set[bytes]] = {}
        while waiting:
            path = next(iter(waiting))
            del waiting[path]
            more = self._through_modules.get(path, set())
            names = self.names.setdefault(path, set())
            known = done.setdefault(path, set())
            code = SpelledCode(content(path))
            new = names - known
            if path in followed or not is_test_path(self.modules.relative_path(path)):
                owners = _pass_on(code, names, more, known)
                new |= owners & names
                is_called = AT_IMPORT in owners
            else:
                is_called = any(map(code.is_called_at_import, (names | more) - known))
            if is_called:
                self._calling.add(path)
            known |= names | more
            for importer, bound, by_module in self._importers(path, new, index):
                reached = (self._through_modules if by_module else self.names).setdefault(
                    importer, set()
                )
                if not bound <= reached:
                    reached |= bound
                    waiting[importer] = None

    def calling_at_import(self) -> Iterator[str]:
        """The files in which such a name is called, or more, outside of functions."""
        yield from sorted(self._calling)

    def _index(self) -> _Index:
        index: _Index = {}
        for number, (_, statements) in enumerate(self._files):
            for place, written in enumerate(statements.split(b"\1"), number << _PLACES):
                module, _, names = written.partition(b"\0")
                last = module.rpartition(b".")[2] if module else None
                for word in names.translate(_SEPARATORS).split():
                    index.setdefault((last, word), []).append(place)
        return index

    def _with(self, last: bytes | None, word: bytes, index: _Index) -> Iterator[_Statement]:
        """The statements that have ``word``, and ``last`` as the last part of their module."""
        for place in dict.fromkeys(index.get((last, word), ())):
            path, statements = self._files[place >> _PLACES]
            yield _statement(path, statements.split(b"\1")[place & (1 << _PLACES) - 1])

    def _importers(
        self, path: str, names: set[bytes], index: _Index
    ) -> Iterator[tuple[str, set[bytes], bool]]:
        """The files that import one of ``names`` of a file, or it, and what that brings.

        And whether it is brought by the module.
        """
        if not names:
            return
        package, stem = _stem(path)
        by_first: dict[bytes, set[bytes]] = {b"*": set(names)}
        for name in names:
            by_first.setdefault(name.partition(b".")[0], set()).add(name)
        for first, whole in sorted(by_first.items()):
            # `from .module import`, or in the package `from . import`.
            for statement in chain(self._with(stem, first, index), self._with(b"", first, index)):
                if self._is_file(statement.module, statement.path, path):
                    yield statement.path, _renamed(statement, first, whole), False
        places = [None, package, b""]
        for statement in chain.from_iterable(self._with(last, stem, index) for last in places):
            for module, bound in _modules_of(statement, stem):
                if self._is_file(module, statement.path, path):
                    inside = {bound + b"." + name for name in names}
                    yield statement.path, inside, True

    def _is_file(self, module: bytes, importer: str, path: str) -> bool:
        # To ask the file system is slow, and most modules of that name are others.
        dotted = module.decode()
        return _may_be(dotted, importer, path) and self.modules.find(dotted, importer) == path


def _pass_on(
    code: SpelledCode, names: set[bytes], more: set[bytes], known: set[bytes]
) -> set[bytes]:
    """Add to ``names`` of a file the functions and classes that use them or ``more``.

    Returns all that use them. What is ``known`` has been followed already.
    """
    followed = set(known)
    found: set[bytes] = set()
    waiting = [*(names - known), *(more - known)]
    while waiting:
        name = waiting.pop()
        if name in followed:
            continue
        followed.add(name)
        users = {*code.inherited(name), *code.owners(name)}
        found |= users
        users -= names | {AT_IMPORT}
        waiting += users
        names |= users
    return found


def _renamed(statement: _Statement, name: bytes, whole: set[bytes]) -> set[bytes]:
    """``whole``, all of which begin with ``name``, as an import calls them."""
    match = re.search(rb"\b%s[ \t]+as[ \t]+(\w+)" % re.escape(name), statement.names)
    if match is None:
        return set(whole)
    return {match[1] + one[len(name) :] for one in whole}


def _modules_of(statement: _Statement, stem: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The modules named ``stem`` that a statement may import, and what it calls them."""
    if statement.module:
        dot = b"" if statement.module.endswith(b".") else b"."
        (bound,) = _renamed(statement, stem, {stem})
        yield statement.module + dot + stem, bound
        return
    for dotted, alias in _DOTTED.findall(statement.names):
        if dotted.rpartition(b".")[2] == stem:
            yield dotted, alias or dotted


def _may_be(dotted: str, importer: str, path: str) -> bool:
    """Whether the file at ``path`` may be what ``importer`` knows as the module ``dotted``.

    Both paths are absolute.
    """
    name = dotted.lstrip(".")
    parts = name.replace(".", os.sep)
    module = _without_suffix(path)
    if name == dotted:
        return module.endswith(os.sep + parts)
    folder = os.path.dirname(importer)
    for _ in range(len(dotted) - len(name) - 1):
        folder = os.path.dirname(folder)
    return module == (os.path.join(folder, parts) if parts else folder)


def _stem(path: str) -> tuple[bytes, bytes]:
    """The last two parts of the dotted name of a module."""
    parts = _without_suffix(path).split(os.sep)
    return parts[-2].encode() if len(parts) > 1 else b"", parts[-1].encode()


def _without_suffix(path: str) -> str:
    return path.removesuffix(".py").removesuffix(f"{os.sep}__init__")
