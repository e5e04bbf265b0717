"""What the statements of a file do to names: what relevance asks of them.

Depends on nothing but the tree, so that a file that several settings modules import is gone through
once.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from cachelint.dataclass import dataclass
from cachelint.settings.interpreter.effects import (
    NAMESPACE,
    Function,
    Renaming,
    bases,
    bound,
    changed,
    handed_on,
    locals_of,
    mentioned,
    renamings,
    written,
)
from cachelint.trees import walk

_T = TypeVar("_T")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_Block = (
    ast.If | ast.For | ast.AsyncFor | ast.While | ast.Try | ast.With | ast.AsyncWith | ast.Match
)


@dataclass
class Unit:
    """A statement without what is nested in it; ``parents`` are the statements around it."""

    node: ast.stmt
    written: frozenset[str]
    changed: frozenset[str]
    mentioned: frozenset[str]
    parents: tuple[ast.stmt, ...]


@dataclass
class Outline:
    """All that relevance needs to know of a tree, which is kept: statements go by identity."""

    tree: ast.Module
    changed: frozenset[str]
    containers: frozenset[str]
    """Names of dicts, lists and sets that are made there."""
    writing: dict[str, list[Unit]]
    """By a name the statements that write it; those that change what it means; and so on."""
    changing: dict[str, list[Unit]]
    naming: dict[str, list[Renaming]]
    holding: dict[str, list[Renaming]]


def outline(tree: ast.Module) -> Outline:
    nodes = walk(tree)
    library = frozenset(_library_names(nodes))
    units = list(_units(tree.body, ()))
    if library:
        for unit in units:
            unit.mentioned -= library
    found = list(renamings(nodes))
    return Outline(
        tree,
        frozenset(changed(nodes)),
        frozenset(name for one in found if one.is_container for name in one.names),
        _by_name((unit, unit.written) for unit in units),
        _by_name((unit, unit.changed) for unit in units),
        _by_name((one, one.names) for one in found),
        _by_name((one, one.held) for one in found),
    )


def _by_name(found: Iterable[tuple[_T, Iterable[str]]]) -> dict[str, list[_T]]:
    index: dict[str, list[_T]] = {}
    for one, names in found:
        for name in names:
            index.setdefault(name, []).append(one)
    return index


def _library_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Names that are imported from the standard library: nobody writes to them."""
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] in sys.stdlib_module_names:
                    yield alias.asname or alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            root = "" if node.level else (node.module or "").partition(".")[0]
            if root in sys.stdlib_module_names:
                yield from (alias.asname or alias.name for alias in node.names)


def _units(body: Iterable[ast.stmt], parents: tuple[ast.stmt, ...]) -> Iterator[Unit]:
    for statement in body:
        if isinstance(statement, _FUNCTIONS):
            nodes = walk(statement)
            outer = _with_sources(written(nodes), nodes) - locals_of(statement)
            names = {statement.name, *(outer & NAMESPACE), *_called(outer), *_defaults(statement)}
            said = frozenset(mentioned(nodes))
            yield Unit(statement, frozenset(names), outer, said, parents)
        elif isinstance(statement, ast.ClassDef):
            inside = list(_units(statement.body, (*parents, statement)))
            yield from inside
            around = (*statement.bases, *statement.decorator_list)
            heads = frozenset(name for part in around for name in mentioned(walk(part)))
            members = {name for unit in inside for name in unit.written}
            names = {statement.name} | (members & NAMESPACE)
            if NAMESPACE & {
                name for unit in _units(_implicit(statement), ()) for name in unit.written
            }:
                # Who makes one, or enters it, writes by it.
                names.add(f"{statement.name}()")
            makers = (*around, *(keyword.value for keyword in statement.keywords))
            names |= {f"{name}()" for part in makers for name in bases(part)}
            yield Unit(statement, frozenset(names), frozenset(), heads, parents)
        elif isinstance(statement, _Block):
            inner = (*parents, statement)
            nodes = [node for part in _heads(statement) for node in walk(part)]
            heads = frozenset(mentioned(nodes))
            for unit in _nested(statement, inner):
                # The test of a branch decides about what is in it.
                unit.mentioned |= heads
                yield unit
            effects = frozenset(changed(walk(statement)))
            yield Unit(statement, frozenset(written(nodes)), effects, heads, parents)
        else:
            nodes = walk(statement)
            effects = frozenset(changed(nodes))
            names = {*bound(nodes), *effects}
            yield Unit(statement, frozenset(names), effects, frozenset(mentioned(nodes)), parents)


def writes_settings(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
    """Whether the body of ``function`` itself may write CACHES, under its name or by any."""
    body = [ast.Expr(function.body)] if isinstance(function, ast.Lambda) else function.body
    names = {name for unit in _units(body, ()) for name in unit.written}
    return bool(names & (NAMESPACE - {"modules", "include", "import_module", "vars"}))


def written_names(statement: ast.stmt) -> Iterator[str]:
    """Names that ``statement``, or one nested in it, may write, or the content of which it may."""
    names = (name for unit in _units((statement,), ()) for name in unit.written)
    yield from _with_sources(names, walk(statement))


def _with_sources(names: Iterable[str], nodes: Iterable[ast.AST]) -> frozenset[str]:
    """``names``, and those of the objects that ``nodes`` give these names to."""
    found, size = set(names), -1
    given = list(renamings(nodes))
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


def _nested(statement: ast.stmt, parents: tuple[ast.stmt, ...]) -> Iterator[Unit]:
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
