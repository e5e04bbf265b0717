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

from cachelint.settings.interpreter.effects import NAMESPACE, Renaming
from cachelint.settings.interpreter.outlines import Outline, Unit

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Relevance:
    """The statements that matter, of the files that were added."""

    def __init__(self, reach: int | None = None) -> None:
        """``reach``: how many steps names are followed back from CACHES; None: all of them."""
        self._reach = reach
        self._names: dict[str, int] = dict.fromkeys(NAMESPACE, 0)
        self._statements: set[int] = set()
        self._waiting: list[Unit] = []
        self._outlines: list[Outline] = []
        self._asked: set[int] = set()
        """Statements of which somebody was told that they matter."""
        self._renamings: list[Renaming] = []
        self._containers: list[Renaming] = []
        self._holding: list[Renaming] = []
        self._meaning: list[Renaming] = []
        """Those of which neither name is known to be changed, and to mean such a dict."""
        self._changed: set[str] = set()
        """Names the content of which some statement may change."""
        self._same: set[str] = {"CACHES"}
        """Names that may mean the very dict that CACHES is, or one that matters for it."""

    def add(self, outline: Outline) -> None:
        """Take in a file; what matters there may make more of the other files matter."""
        self._outlines.append(outline)
        self._waiting += outline.units
        self._renamings += outline.renamings
        self._holding += outline.renamings
        self._meaning += outline.renamings
        self._containers += [renaming for renaming in outline.renamings if renaming.is_container]
        self._changed |= outline.changed
        self._follow_names()
        names, same = self._names.keys(), self._same
        is_new = True
        while is_new:
            is_new = False
            waiting, self._waiting = self._waiting, []
            for unit in waiting:
                if names.isdisjoint(unit.written) and same.isdisjoint(unit.changed):
                    self._waiting.append(unit)
                    continue
                known = [self._names[name] for name in unit.written if name in self._names]
                if unit.changed & self._same:
                    known.append(1)
                steps = min(known)
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
                for name in found:
                    if self._names.get(name, steps + 2) > steps + 1:
                        self._names[name] = steps + 1
                        is_new = True
                self._statements.update(map(id, (unit.node, *unit.parents)))
            self._follow_names()

    def _follow_names(self) -> None:
        """Find what may mean the same dict, as far as something is changed under that name."""
        same, changed = self._same, self._changed
        for renaming in self._containers:
            same |= {name for name in renaming.names if name in self._names} - NAMESPACE
        size = -1
        while size < (size := len(same) + len(changed)):
            # Each of these adds all that it can at once, and need not be asked again.
            left, self._holding = self._holding, []
            for renaming in left:
                if changed.isdisjoint(renaming.names):
                    self._holding.append(renaming)
                else:
                    changed |= renaming.held
            left, self._meaning = self._meaning, []
            for renaming in left:
                if same.isdisjoint(renaming.names):
                    self._meaning.append(renaming)
                else:
                    same |= renaming.same
            for renaming in self._renamings:
                if not same.isdisjoint(renaming.held) and not changed.isdisjoint(renaming.names):
                    same |= renaming.names & changed

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
