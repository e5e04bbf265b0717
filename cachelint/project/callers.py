"""Which files may call, while they are imported, what reaches a cache? Bytes only, no trees.

Names are followed from where a cache is used to where they are imported: each file is searched for
its import statements once, and read again only where one of them brings such a name. What is found
is a possibility; import_time.py looks at the code.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from cachelint.facts.records import FileFacts
from cachelint.modules import Modules
from cachelint.project.cache_names import IMPLICIT, names_using_caches
from cachelint.source import UnparsedSourceError, read_bytes

_FROM = re.compile(rb"from ([.\w]+) import (\([^)]*\)|[^\n]*)")
_IMPORT = re.compile(rb"\nimport ([^\n]*)")
_DOTTED = re.compile(rb"([\w.]+)(?:[ \t]+as[ \t]+(\w+))?")
_SEPARATORS = bytes.maketrans(b"(),.\\", b"     ")
_FUNCTION = re.compile(rb"([ \t]*)(?:async[ \t]+)?def[ \t]+(\w+)")
_CLASS = re.compile(rb"([ \t]*)class[ \t]+(\w+)[ \t]*(?:\(([^:]*))?")
_CLASSES = re.compile(rb"^[ \t]*class[ \t]+(\w+)[ \t]*\(([^:\r\n]+)", re.MULTILINE)


@dataclass(frozen=True)
class _Statement:
    """``from module import names``; ``import names`` where there is no module."""

    path: str
    module: bytes
    names: bytes


#: Statements by the last part of their module (None: there is none) and a name in them.
_Index = dict[tuple[bytes | None, bytes], list[_Statement]]


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
    _files: list[tuple[str, bytes, bytes]] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)

    def add(self, path: str, data: bytes, key: str | None = None) -> None:
        """Search a file of the project for its import statements; ``key``: its absolute path."""
        self._known.add(key or os.path.abspath(path))
        froms, plain = _FROM.findall(data), _IMPORT.findall(data)
        if froms or plain:
            # As two texts: the parts of all statements of a large project would take 30 MB.
            self._files.append((path, b"\1".join(map(b"\0".join, froms)), b"\1".join(plain)))

    def knows(self, path: str) -> bool:
        return os.path.abspath(path) in self._known

    def follows(self, path: str) -> bool:
        """Whether the file at ``path`` has a name that may reach a cache."""
        key = os.path.abspath(path)
        return key in self.names or key in self._through_modules

    def spread(self, using: Sequence[FileFacts]) -> None:
        """Follow names from the files that use caches to those that import them.

        Functions of the files ``using`` pass it on, functions of others do not.
        """
        followed = {os.path.abspath(facts.path): facts for facts in using}
        waiting: dict[str, None] = {}
        for path, facts in followed.items():
            found = {name.encode() for name in names_using_caches(facts, self.modules)}
            if found:
                self.names[path] = found
                waiting[path] = None
        index = self._index() if waiting else {}
        codes: dict[str, _Code] = {}
        while waiting:
            path = next(iter(waiting))
            del waiting[path]
            code = codes.get(path)
            if code is None:
                code = _Code(_content(path))
                if path in followed:
                    codes[path] = code
            more = self._through_modules.get(path, set())
            found = code.spread(self.names.setdefault(path, set()), more, path in followed)
            self.names[path] |= found
            for importer, bound, by_module in self._importers(path, index):
                known = (self._through_modules if by_module else self.names).setdefault(
                    importer, set()
                )
                if not bound <= known:
                    known |= bound
                    if importer in followed or not by_module:
                        waiting[importer] = None

    def calling_at_import(self) -> Iterator[str]:
        """The files in which such a name is called, or more, outside of functions."""
        for path in sorted({*self.names, *self._through_modules}):
            names = self.names.get(path, set()) | self._through_modules.get(path, set())
            data = _content(path)
            names = _mentioned(names, data)
            if names and _calls(frozenset(names)).search(_Code(data).run_at_import):
                yield path

    def _index(self) -> _Index:
        index: _Index = {}
        for path, froms, plain in self._files:
            for module, _, names in (one.partition(b"\0") for one in froms.split(b"\1")):
                last = module.rpartition(b".")[2]
                for name in names.translate(_SEPARATORS).split():
                    index.setdefault((last, name), []).append(_Statement(path, module, names))
            for names in plain.split(b"\1"):
                for name in names.translate(_SEPARATORS).split():
                    index.setdefault((None, name), []).append(_Statement(path, b"", names))
        return index

    def _importers(self, path: str, index: _Index) -> Iterator[tuple[str, set[bytes], bool]]:
        """The files that import a name of the file at ``path``, or it, and what that brings.

        And whether it is brought by the module.
        """
        names, (package, stem) = self.names[path], _stem(path)
        by_first: dict[bytes, set[bytes]] = {b"*": set(names)}
        for name in names:
            by_first.setdefault(name.partition(b".")[0], set()).add(name)
        for first, whole in sorted(by_first.items()):
            # `from .module import`, or in the package `from . import`.
            for statement in (*index.get((stem, first), ()), *index.get((b"", first), ())):
                if self._is_file(statement.module, statement.path, path):
                    yield os.path.abspath(statement.path), _renamed(statement, first, whole), False
        places = [(None, stem), (package, stem), (b"", stem)]
        for statement in (found for place in places for found in index.get(place, ())):
            for module, bound in _modules_of(statement, stem):
                if self._is_file(module, statement.path, path):
                    inside = {bound + b"." + name for name in names}
                    yield os.path.abspath(statement.path), inside, True

    def _is_file(self, module: bytes, importer: str, path: str) -> bool:
        return self.modules.find(module.decode(), importer) == path


class _Code:
    """The text of a file, taken apart by indentation."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def run_at_import(self) -> bytes:
        """The lines that are no body of a function; too many rather than too few."""
        return b"\n".join(line for owner, line in self._owned() if not owner)

    def spread(self, names: set[bytes], more: set[bytes], through_functions: bool) -> set[bytes]:
        """``names`` and those of the functions and classes that use them or ``more``."""
        names = set(names)
        classes = _CLASSES.findall(self._data)
        if not classes and not through_functions:
            return names
        waiting = self._bodies if through_functions else {}
        while True:
            before = len(names)
            mentioned = _mentioned(names | more, self._data) if waiting else set()
            calls = _calls(frozenset(mentioned)) if mentioned else None
            for owner, body in waiting.items():
                if owner not in names and calls is not None and calls.search(body):
                    names.add(owner)
            for name, bases in classes:
                names |= _inherited(name, bases, names | more)
            if len(names) == before:
                return names

    @cached_property
    def _bodies(self) -> dict[bytes, bytes]:
        """The body of each function, by what it is called by."""
        found: dict[bytes, list[bytes]] = {}
        for owner, line in self._owned():
            if owner:
                found.setdefault(owner, []).append(line)
        return {name: _without_self(name, b"\n".join(lines)) for name, lines in found.items()}

    def _owned(self) -> Iterator[tuple[bytes, bytes]]:
        """Each line with the function in whose body it stands: ``f``, ``C``, ``C.method``, none."""
        owner, class_name = b"", b""
        decorators: list[bytes] = []
        indent, in_header, class_indent, decorated = -1, False, -1, 0
        for line in self._data.splitlines():
            text = line.lstrip()
            depth = len(line) - len(text) if text else 1000
            if not in_header and depth <= indent:
                owner, indent = b"", -1
            if not owner and depth <= class_indent:
                class_name, class_indent = b"", -1
            match = _FUNCTION.match(line) if not owner else None
            starts = _CLASS.match(line) if not owner else None
            if starts is not None:
                class_name, class_indent = starts[2], depth
            if match is not None:
                name = match[2]
                is_made = name.decode() in IMPLICIT
                owner = class_name if is_made else class_name + b"." + name if class_name else name
                indent, in_header = depth, True
                # Whoever calls the function calls what its decorators make of it.
                yield from ((owner, decorator) for decorator in decorators)
            if text.startswith(b"@") and not owner:
                decorators.append(line)
                decorated = depth
            elif text and depth <= decorated and text[0] not in b")]}":
                decorators.clear()
            yield (b"" if in_header else owner), line
            if in_header and line.partition(b"#")[0].rstrip().endswith(b":"):
                in_header = False


def _without_self(owner: bytes, body: bytes) -> bytes:
    """``self.method(`` as ``C.method(``."""
    class_name = owner.partition(b".")[0]
    return re.sub(rb"\b(?:self|cls)\.", class_name + b".", body)


def _inherited(name: bytes, bases: bytes, names: set[bytes]) -> set[bytes]:
    words = set(re.findall(rb"[\w.]+", bases))
    return {
        name + known[len(base) :]
        for known in names
        for base in words
        if known == base or known.startswith(base + b".")
    }


def _mentioned(names: set[bytes], data: bytes) -> set[bytes]:
    """Those of ``names`` that may be called in ``data``: a pattern of many names is slow."""
    return {name for name in names if _may_call(name, data)}


def _may_call(name: bytes, data: bytes) -> bool:
    _, dot, last = name.rpartition(b".")
    # A property is called without brackets.
    return dot + last in data if dot else name in data


@lru_cache(maxsize=1024)
def _calls(names: frozenset[bytes]) -> re.Pattern[bytes]:
    """Where one of ``names`` is called, decorates or is a base; ``C.name`` on an object too."""
    plain = b"|".join(re.escape(name) for name in sorted(names) if b"." not in name)
    dotted = b"|".join(
        re.escape(head) + rb"(?:\([^()\n]*\))?\." + re.escape(last)
        for head, dot, last in (name.rpartition(b".") for name in sorted(names))
        if dot
    )
    ways = []
    if plain:
        # Its own definition is no call.
        ways += [rb"(?<!\bdef )(?<!\bclass )\b(?:%s)[ \t]*\(" % plain, rb"@[ \t]*(?:%s)\b" % plain]
        ways.append(rb"\bclass[ \t]+\w+[ \t]*\([^:]*\b(?:%s)\b" % plain)
    if dotted:
        ways.append(rb"\b(?:%s)\b" % dotted)
    return re.compile(b"|".join(ways))


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


def _stem(path: str) -> tuple[bytes, bytes]:
    """The last two parts of the dotted name of a module."""
    parts = path.removesuffix(".py").removesuffix(f"{os.sep}__init__").split(os.sep)
    return parts[-2].encode() if len(parts) > 1 else b"", parts[-1].encode()


def _content(path: str) -> bytes:
    try:
        return read_bytes(path)
    except UnparsedSourceError:
        return b""  # It has gone since it was discovered.
