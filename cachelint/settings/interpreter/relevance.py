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
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from cachelint.settings.interpreter.effects import (
    NAMESPACE,
    Function,
    Renaming,
    bases,
    changed,
    handed_on,
    locals_of,
    mentioned,
    renamings,
    written,
)

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_Block = (
    ast.If | ast.For | ast.AsyncFor | ast.While | ast.Try | ast.With | ast.AsyncWith | ast.Match
)


@dataclass
class _Unit:
    """A statement without what is nested in it; ``parents`` are the statements around it."""

    node: ast.stmt
    written: frozenset[str]
    changed: frozenset[str]
    mentioned: frozenset[str]
    parents: tuple[ast.stmt, ...]


class Relevance:
    """The statements that matter, of the files that were added."""

    def __init__(self, reach: int | None = None) -> None:
        """``reach``: how many steps names are followed back from CACHES; None: all of them."""
        self._reach = reach
        self._names: dict[str, int] = dict.fromkeys(NAMESPACE, 0)
        self._statements: set[int] = set()
        self._waiting: list[_Unit] = []
        self._trees: list[ast.Module] = []
        self._renamings: list[Renaming] = []
        self._changed: set[str] = set()
        """Names the content of which some statement may change."""
        self._same: set[str] = {"CACHES"}
        """Names that may mean the very dict that CACHES is, or one that matters for it."""

    def add(self, tree: ast.Module) -> None:
        """Take in a file; what matters there may make more of the other files matter."""
        self._trees.append(tree)
        library = frozenset(_library_names(tree))
        self._waiting += [
            replace(unit, mentioned=unit.mentioned - library) for unit in _units(tree.body, ())
        ]
        self._renamings += renamings(tree)
        self._changed.update(changed(tree))
        self._follow_names()
        is_new = True
        while is_new:
            is_new = False
            waiting, self._waiting = self._waiting, []
            for unit in waiting:
                known = [self._names[name] for name in unit.written if name in self._names]
                if unit.changed & self._same:
                    known.append(1)
                steps = min(known, default=None)
                if steps is None:
                    self._waiting.append(unit)
                    continue
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
        for renaming in self._renamings:
            if renaming.is_container:
                self._same |= {name for name in renaming.names if name in self._names} - NAMESPACE
        size = -1
        while size < (size := len(self._same) + len(self._changed)):
            for renaming in self._renamings:
                if renaming.names & self._changed:
                    self._changed |= renaming.held
                if renaming.names & self._same:
                    self._same |= renaming.same
                if renaming.held & self._same:
                    self._same |= renaming.names & self._changed

    def matters(self, statement: ast.stmt) -> bool:
        """Whether ``statement``, or one nested in it, can matter."""
        return id(statement) in self._statements


def _library_names(tree: ast.Module) -> Iterator[str]:
    """Names that are imported from the standard library: nobody writes to them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] in sys.stdlib_module_names:
                    yield alias.asname or alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            root = "" if node.level else (node.module or "").partition(".")[0]
            if root in sys.stdlib_module_names:
                yield from (alias.asname or alias.name for alias in node.names)


def _units(body: Iterable[ast.stmt], parents: tuple[ast.stmt, ...]) -> Iterator[_Unit]:
    for statement in body:
        if isinstance(statement, _FUNCTIONS):
            outer = _with_sources(written(statement), statement) - locals_of(statement)
            names = {statement.name, *(outer & NAMESPACE), *_called(outer), *_defaults(statement)}
            said = frozenset(mentioned(statement))
            yield _Unit(statement, frozenset(names), outer, said, parents)
        elif isinstance(statement, ast.ClassDef):
            inner = (*parents, statement)
            yield from _units(statement.body, inner)
            around = (*statement.bases, *statement.decorator_list)
            heads = frozenset(name for part in around for name in mentioned(part))
            members = {name for unit in _units(statement.body, ()) for name in unit.written}
            names = {statement.name} | (members & NAMESPACE)
            if NAMESPACE & {
                name for unit in _units(_implicit(statement), ()) for name in unit.written
            }:
                # Who makes one, or enters it, writes by it.
                names.add(f"{statement.name}()")
            makers = (*around, *(keyword.value for keyword in statement.keywords))
            names |= {f"{name}()" for part in makers for name in bases(part)}
            yield _Unit(statement, frozenset(names), frozenset(), heads, parents)
        elif isinstance(statement, _Block):
            inner = (*parents, statement)
            heads = frozenset(name for part in _heads(statement) for name in mentioned(part))
            for unit in _nested(statement, inner):
                # The test of a branch decides about what is in it.
                yield replace(unit, mentioned=unit.mentioned | heads)
            names = {name for part in _heads(statement) for name in written(part)}
            yield _Unit(statement, frozenset(names), frozenset(changed(statement)), heads, parents)
        else:
            said = frozenset(mentioned(statement))
            effects = frozenset(changed(statement))
            yield _Unit(statement, frozenset(written(statement)), effects, said, parents)


def writes_settings(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
    """Whether the body of ``function`` itself may write CACHES, under its name or by any."""
    body = [ast.Expr(function.body)] if isinstance(function, ast.Lambda) else function.body
    names = {name for unit in _units(body, ()) for name in unit.written}
    return bool(names & (NAMESPACE - {"modules", "include", "import_module", "vars"}))


def written_names(statement: ast.stmt) -> Iterator[str]:
    """Names that ``statement``, or one nested in it, may write, or the content of which it may."""
    names = (name for unit in _units((statement,), ()) for name in unit.written)
    yield from _with_sources(names, statement)


def _with_sources(names: Iterable[str], part: ast.AST) -> frozenset[str]:
    """``names``, and those of the objects that ``part`` gives these names to."""
    found, size = set(names), -1
    given = list(renamings(part))
    while size < (size := len(found)):
        found |= {name for one in given if one.names & found for name in one.held}
    return frozenset(found)


def _implicit(cls: ast.ClassDef) -> list[ast.stmt]:
    """The methods that run without being named."""
    names = ("__init__", "__new__", "__enter__", "__exit__", "__call__", "__init_subclass__")
    return [node for node in cls.body if isinstance(node, _FUNCTIONS) and node.name in names]


def _called(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if name.endswith("()"))


def _defaults(function: Function) -> Iterator[str]:
    """Objects that the function has between its calls, and may write to."""
    for value in (*function.args.defaults, *function.args.kw_defaults):
        if value is not None:
            yield from handed_on(value)


def _nested(statement: ast.stmt, parents: tuple[ast.stmt, ...]) -> Iterator[_Unit]:
    for field in ("body", "orelse", "finalbody"):
        yield from _units(getattr(statement, field, ()), parents)
    for handler in getattr(statement, "handlers", ()):
        yield from _units(handler.body, parents)
    for case in getattr(statement, "cases", ()):
        yield from _units(case.body, parents)


def _heads(statement: ast.stmt) -> Iterator[ast.AST]:
    """The expressions of a block that stand outside of its bodies."""
    for name in ("test", "iter", "target", "subject"):
        part = getattr(statement, name, None)
        if part is not None:
            yield part
    for item in getattr(statement, "items", ()):
        yield item.context_expr
        if item.optional_vars is not None:
            yield item.optional_vars
    for case in getattr(statement, "cases", ()):
        yield case.pattern
        if case.guard is not None:
            yield case.guard
