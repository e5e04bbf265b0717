"""Which statements can matter for CACHES: a backward slice over names.

Settings modules do much that has nothing to do with caches: they parse versions, look for plugins,
build logging. Following all of that costs time and tests and decides nothing. A statement matters
where it writes a name that CACHES is made of; the names that it reads then matter too. Names count
by their spelling in all files alike, which takes rather too much than too little.
(M. Weiser, "Program Slicing", 1981.) What does not matter is evaluated without entering functions
of the tree.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from cachelint.settings.interpreter.effects import NAMESPACE
from cachelint.settings.interpreter.outlines import Outline, Unit

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Relevance:
    """The statements that matter, of the files that were added.

    What a name turns out to be makes more of other names, in this file and in others: each news is
    handed once to those whom it concerns.
    """

    def __init__(self, reach: int | None = None) -> None:
        """``reach``: how many steps names are followed back from CACHES; None: all of them."""
        self._reach = reach
        self._names: dict[str, int] = dict.fromkeys(NAMESPACE, 0)
        """The names that matter, and how many steps they are away where that is asked for."""
        self._statements: set[int] = set()
        self._outlines: list[Outline] = []
        self._asked: set[int] = set()
        """Statements of which somebody was told that they matter."""
        self._changed: set[str] = set()
        """Names the content of which some statement may change."""
        self._same: set[str] = {"CACHES"}
        """Names that may mean the very dict that CACHES is, or one that matters for it."""
        self._taken: dict[int, int] = {}
        """The statements that matter, by identity, and how many steps away they were found."""
        self._new_names: list[str] = []
        self._new_same: list[str] = []
        self._new_changed: list[str] = []

    def add(self, outline: Outline) -> None:
        """Take in a file; what matters there may make more of the other files matter."""
        self._outlines.append(outline)
        own = (outline,)
        for name in self._names.keys() & (outline.writing.keys() | outline.containers):
            self._tell_name(name, own)
        for name in self._same & (
            outline.changing.keys() | outline.naming.keys() | outline.holding.keys()
        ):
            self._tell_same(name, own)
        for name in self._changed & outline.naming.keys():
            self._tell_changed(name, own)
        self._change(outline.changed)
        while self._new_names or self._new_same or self._new_changed:
            while self._new_changed:
                self._tell_changed(self._new_changed.pop(), self._outlines)
            while self._new_same:
                self._tell_same(self._new_same.pop(), self._outlines)
            if self._new_names:
                self._tell_name(self._new_names.pop(), self._outlines)

    def _tell_name(self, name: str, outlines: Sequence[Outline]) -> None:
        for outline in outlines:
            if name in outline.containers and name not in NAMESPACE:
                self._mean((name,))
            for unit in outline.writing.get(name, ()):
                self._take(unit)

    def _tell_same(self, name: str, outlines: Sequence[Outline]) -> None:
        for outline in outlines:
            for unit in outline.changing.get(name, ()):
                self._take(unit)
            for renaming in outline.naming.get(name, ()):
                self._mean(renaming.same)
            for renaming in outline.holding.get(name, ()):
                self._mean(renaming.names & self._changed)

    def _tell_changed(self, name: str, outlines: Sequence[Outline]) -> None:
        for outline in outlines:
            for renaming in outline.naming.get(name, ()):
                self._change(renaming.held)
                if not self._same.isdisjoint(renaming.held):
                    self._mean((name,))

    def _change(self, names: Iterable[str]) -> None:
        new = set(names) - self._changed
        self._changed |= new
        self._new_changed += new

    def _mean(self, names: Iterable[str]) -> None:
        new = set(names) - self._same
        self._same |= new
        self._new_same += new

    def _take(self, unit: Unit) -> None:
        """``unit`` writes what matters: so does all that it is made of."""
        known = [self._names[name] for name in unit.written if name in self._names]
        if not self._same.isdisjoint(unit.changed):
            known.append(1)
        steps = 0 if self._reach is None else min(known)
        if self._taken.get(id(unit), steps + 1) <= steps:
            return
        self._taken[id(unit)] = steps
        found: set[str] = set()
        if self._reach is None or steps < self._reach:
            found |= unit.mentioned
        if isinstance(unit.node, _FUNCTIONS):
            # Who calls it may write by it.
            found |= {unit.node.name, f"{unit.node.name}()"}
        if isinstance(unit.node, ast.ClassDef):
            found |= unit.written & {f"{unit.node.name}()"}
        if "CACHES" in unit.mentioned:
            # It may be another name of the same dict.
            found |= unit.written
        away = 0 if self._reach is None else steps + 1
        for name in found:
            if self._names.get(name, away + 1) > away:
                self._names[name] = away
                self._new_names.append(name)
        self._statements.update(map(id, (unit.node, *unit.parents)))

    def matters(self, statement: ast.stmt) -> bool:
        """Whether ``statement``, or one nested in it, can matter."""
        if id(statement) not in self._statements:
            return False
        self._asked.add(id(statement))
        return True

    def is_as_with(self, reach: int | None) -> bool:
        """Whether all that has mattered so far would matter with another reach, too."""
        other = Relevance(reach)
        for outline in self._outlines:
            other.add(outline)
        return self._asked <= other._statements
