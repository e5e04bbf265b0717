"""Which names a function binds: Python decides that before the function runs."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from cachelint.dataclass import dataclass
from cachelint.trees import children, walk

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class LocalNames:
    bound: frozenset[str]
    global_names: frozenset[str]
    nonlocal_names: frozenset[str]


def parameter_names(arguments: ast.arguments) -> list[str]:
    """The parameters in the order in which they are written."""
    return [parameter.arg for parameter in parameters_of(arguments)]


def parameters_of(arguments: ast.arguments) -> list[ast.arg]:
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return parameters + [star for star in (arguments.vararg, arguments.kwarg) if star is not None]


def collect_local_names(arguments: ast.arguments, body: list[Any], walrus: bool) -> LocalNames:
    """The names bound, and those declared ``global`` or ``nonlocal``, in a function or lambda.

    ``walrus`` is false where the file has no ``:=``; expressions then bind nothing.
    """
    bound = set(parameter_names(arguments))
    global_names: set[str] = set()
    nonlocal_names: set[str] = set()
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Global):
            global_names.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            nonlocal_names.update(node.names)
        elif isinstance(node, _DEFINITIONS):
            bound.add(node.name)
        elif isinstance(node, ast.expr):
            if walrus:
                bound.update(_walrus_names(node))
        else:
            bound.update(_bound_by(node))
            stack.extend(children(node))
    declared = global_names | nonlocal_names
    return LocalNames(
        frozenset(bound - declared), frozenset(global_names), frozenset(nonlocal_names)
    )


def captured_names(pattern: ast.pattern) -> Iterator[str]:
    """The names that a ``case`` pattern binds."""
    for node in walk(pattern):
        yield from _bound_by(node)


def target_names(target: ast.expr) -> Iterator[str]:
    """The names that an assignment target binds."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from target_names(element)
    elif isinstance(target, ast.Starred):
        yield from target_names(target.value)


def _bound_by(node: ast.AST) -> Iterator[str]:
    """The names that a statement, or a part of one, binds itself."""
    if isinstance(node, (ast.Assign, ast.Delete)):
        for target in node.targets:
            yield from target_names(target)
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor)):
        yield from target_names(node.target)
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield from target_names(node.optional_vars)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    elif sys.version_info >= (3, 12) and isinstance(node, ast.TypeAlias):
        yield node.name.id


def _walrus_names(node: ast.expr) -> Iterator[str]:
    """The names that ``:=`` binds in an expression; out of a comprehension too, not of a lambda."""
    stack: list[ast.AST] = [node]
    while stack:
        inner = stack.pop()
        if isinstance(inner, ast.NamedExpr):
            yield inner.target.id
        if not isinstance(inner, (ast.Name, ast.Constant, ast.Lambda)):
            stack.extend(children(inner))
