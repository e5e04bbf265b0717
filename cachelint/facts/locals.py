"""Which names a function binds: Python decides that before the function runs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class LocalNames:
    bound: frozenset[str]
    global_names: frozenset[str]
    nonlocal_names: frozenset[str]


def parameter_names(arguments: ast.arguments) -> list[str]:
    """The parameters in the order in which they are written."""
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    parameters += [star for star in (arguments.vararg, arguments.kwarg) if star is not None]
    return [parameter.arg for parameter in parameters]


def collect_local_names(arguments: ast.arguments, body: Iterable[ast.AST]) -> LocalNames:
    """The names bound, and those declared ``global`` or ``nonlocal``, in a function."""
    bound = set(parameter_names(arguments))
    global_names: set[str] = set()
    nonlocal_names: set[str] = set()
    for node in _walk(body):
        if isinstance(node, ast.Global):
            global_names.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            nonlocal_names.update(node.names)
        else:
            bound.update(_bound_by(node))
    declared = global_names | nonlocal_names
    return LocalNames(
        frozenset(bound - declared), frozenset(global_names), frozenset(nonlocal_names)
    )


def captured_names(pattern: ast.pattern) -> Iterator[str]:
    """The names that a ``case`` pattern binds."""
    for node in ast.walk(pattern):
        yield from _bound_by(node)


def _bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, _DEFINITIONS):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


def _walk(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All nodes that belong to the function itself, not to one inside it."""
    stack = list(body)
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, (*_DEFINITIONS, ast.Lambda)):
            continue
        if isinstance(node, _COMPREHENSIONS):
            # Its targets are its own; only ``:=`` reaches the function around it.
            for inner in ast.walk(node):
                if isinstance(inner, ast.NamedExpr):
                    yield inner.target
            continue
        stack.extend(ast.iter_child_nodes(node))
