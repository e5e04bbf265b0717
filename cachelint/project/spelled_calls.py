"""Where the text of a file may call a name, and in which function that stands. No trees.

What is found is a possibility, too much rather than too little: a comment or a string that reads
like a call is one, too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from cachelint.project.cache_names import IMPLICIT

#: The owner of what runs while the file is imported.
AT_IMPORT = b""
# Patterns that begin with a word are searched for as fast as the word.
_DEF = re.compile(rb"def[ \t]+(\w+)")
_CLASS = re.compile(rb"class[ \t]+(\w+)")
_SUBCLASS = re.compile(rb"class[ \t]+(\w+)[ \t]*\(([^:]+)")
_BASES = re.compile(rb"\bclass[ \t]+\w+[ \t]*\([^:]*\Z")
_OPENING = re.compile(rb"[ \t]*\(")
_HEADER_END = re.compile(rb":[ \t]*(?:#[^\n]*)?\n")
_ARGUMENTS = re.compile(rb"\([^()\n]*\)\Z")
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_SELF = (b"self", b"cls")


class _Function(NamedTuple):
    """A function that stands in no other one, by offsets of its text."""

    start: int
    body: int
    end: int
    indent: int
    owner: bytes
    """What calls it: ``f``, ``C.method``, or ``C`` for what the class itself calls."""
    class_name: bytes


class SpelledCode:
    """The text of a file, of which functions and calls are known by their spelling."""

    def __init__(self, data: bytes) -> None:
        self._data = data.replace(b"\r", b"\n") if b"\r" in data else data

    def owners(self, name: bytes) -> set[bytes]:
        """The functions in which ``name`` may be called, be a base, or decorate.

        ``name`` is ``f``, ``C.method`` or ``module.f``. A function that is decorated is an owner
        as well: whoever calls it calls what the decorator made of it.
        """
        return {owner for place in self._places(name) for owner in self._owners_at(place)}

    def is_called_at_import(self, name: bytes) -> bool:
        """Whether ``name`` may be called, be a base, or decorate outside of functions."""
        return any(AT_IMPORT in self._owners_at(place) for place in self._places(name))

    def inherited(self, name: bytes) -> Iterator[bytes]:
        """``name``, if it is a class or of one, as the classes here have it from that."""
        dot = len(name)
        while dot >= 0:
            for subclass in self._subclasses.get(name[:dot], ()):
                yield subclass + name[dot:]
            dot = name.rfind(b".", 0, dot)

    @cached_property
    def _subclasses(self) -> dict[bytes, list[bytes]]:
        """The classes by each word among their bases."""
        found: dict[bytes, list[bytes]] = {}
        for name, bases in _SUBCLASS.findall(self._data):
            for word in set(re.findall(rb"[\w.]+", bases)):
                found.setdefault(word, []).append(name)
        return found

    def _places(self, name: bytes) -> Iterator[int]:
        """Where ``name`` may be called."""
        head, dot, last = name.rpartition(b".")
        # A property is called without brackets.
        is_called = self._is_attribute_of if dot else self._is_called
        wanted = dot + last
        start = self._data.find(wanted)
        while start >= 0:
            end = start + len(wanted)
            if is_called(head or name, start, end):
                yield start
            start = self._data.find(wanted, end)

    def _is_called(self, name: bytes, start: int, end: int) -> bool:
        """Whether ``name``, from ``start`` to ``end``, is called, decorates or is a base."""
        data = self._data
        if start and data[start - 1] in _WORD:
            return False
        if _OPENING.match(data, end) is not None:
            # Its own definition is no call.
            return not data.endswith((b"def ", b"class "), max(0, start - 6), start)
        if end < len(data) and data[end] in _WORD:
            return False
        if data[max(0, start - 80) : start].rstrip(b" \t").endswith(b"@"):
            return True
        colon = data.rfind(b":", 0, start)
        return _BASES.search(data, colon + 1, start) is not None

    def _is_attribute_of(self, head: bytes, dot: int, end: int) -> bool:
        """Whether the attribute from ``dot`` to ``end`` is taken of ``head``, or of an object."""
        if end < len(self._data) and self._data[end] in _WORD:
            return False
        if self._is_word_before(dot, head):
            return True
        if self._data[dot - 1 : dot] == b")":
            opening = self._data.rfind(b"(", 0, dot)
            arguments = _ARGUMENTS.match(self._data, max(0, opening), dot)
            return arguments is not None and self._is_word_before(opening, head)
        if any(self._is_word_before(dot, word) for word in _SELF):
            function = self._function_at(dot)
            return function is not None and function.class_name == head
        return False

    def _is_word_before(self, end: int, word: bytes) -> bool:
        start = end - len(word)
        if start < 0 or not self._data.startswith(word, start):
            return False
        return start == 0 or self._data[start - 1] not in _WORD

    def _owners_at(self, place: int) -> tuple[bytes, ...]:
        """The function in whose body ``place`` is; for a decorator the decorated one, too."""
        function = self._function_at(place)
        if function is not None and place >= function.body:
            is_on_first_line = self._data.find(b"\n", function.start, place) < 0
            return (AT_IMPORT, function.owner) if is_on_first_line else (function.owner,)
        line = self._data.rfind(b"\n", 0, place) + 1
        text = self._data[line:place].lstrip(b" \t")
        if function is not None or not text.startswith(b"@"):
            return (AT_IMPORT,)
        decorated = self._functions[bisect_right(self._starts, place) :][:1]
        return (AT_IMPORT, *(one.owner for one in decorated if self._decorates(line, one)))

    def _decorates(self, line: int, function: _Function) -> bool:
        """Whether nothing but decorators and their arguments stands between."""
        between = self._data[line : function.start].splitlines()
        outside = (text for text in between if text[: function.indent + 1].strip())
        return all(text.lstrip()[:1] in b"@)]}#" for text in outside)

    def _function_at(self, place: int) -> _Function | None:
        number = bisect_right(self._starts, place) - 1
        if number < 0 or place >= self._functions[number].end:
            return None
        return self._functions[number]

    @cached_property
    def _starts(self) -> list[int]:
        return [function.start for function in self._functions]

    @cached_property
    def _functions(self) -> list[_Function]:
        found: list[_Function] = []
        classes: list[tuple[int, bytes]] = []
        for start, indent, is_class, owner in self._blocks():
            if found and start < found[-1].end:
                continue
            while classes and classes[-1][0] <= start:
                classes.pop()
            body, end = self._body(start, indent)
            if is_class:
                classes.append((end, owner))
                continue
            class_name = classes[-1][1] if classes else b""
            if class_name:
                is_made = owner.decode() in IMPLICIT
                owner = class_name if is_made else class_name + b"." + owner
            found.append(_Function(start, body, end, indent, owner, class_name))
        return found

    def _blocks(self) -> list[tuple[int, int, bool, bytes]]:
        """Each function and class: its line, how far it is indented, which it is, its name."""
        found = []
        for pattern in (_DEF, _CLASS):
            for match in pattern.finditer(self._data):
                line = self._data.rfind(b"\n", 0, match.start()) + 1
                before = self._data[line : match.start()]
                word = before.strip()
                if not word or (word == b"async" and pattern is _DEF):
                    indent = len(before) - len(before.lstrip()) if word else len(before)
                    found.append((line, indent, pattern is _CLASS, match[1]))
        return sorted(found)

    def _body(self, start: int, indent: int) -> tuple[int, int]:
        """Where the body of the function or class at ``start`` begins and ends."""
        data = self._data
        line_end = data.find(b"\n", start)
        line = data[start : line_end if line_end >= 0 else len(data)]
        header = _HEADER_END.search(data, start)
        if header is None or header.end() - 1 > line_end:
            if line.count(b"(") == line.count(b")") and b":" in line:
                return start, start + len(line)  # All on one line.
            if header is None:
                return len(data), len(data)
        end = _dedent(indent).search(data, header.end() - 1)
        return header.end(), len(data) if end is None else end.start() + 1


@lru_cache(maxsize=64)
def _dedent(indent: int) -> re.Pattern[bytes]:
    """The next line of code that is indented so far at most."""
    return re.compile(rb"\n[ \t]{0,%d}[^\s#]" % indent)
