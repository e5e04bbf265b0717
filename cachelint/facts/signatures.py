"""What the definition of a function says of its parameters and its form."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cachelint.facts.locals import collect_local_names

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_NO_ARGUMENTS = ast.arguments(
    posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[], vararg=None, kwarg=None
)


def is_plain(node: FunctionNode) -> bool:
    """Whether the body is a return statement alone, apart from a docstring and imports."""
    if isinstance(node, ast.Lambda):
        return True
    *others, last = node.body
    return isinstance(last, ast.Return) and all(
        isinstance(statement, (ast.Import, ast.ImportFrom))
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in others
    )


def empty_defaults(node: FunctionNode) -> frozenset[str]:
    """The parameters whose default is false."""
    return frozenset(
        argument.arg for argument, default in _defaults(node.args) if _is_empty(default)
    )


def rebound_names(node: FunctionNode, walrus: bool) -> frozenset[str]:
    """The names that the body binds, parameters among them."""
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    return collect_local_names(_NO_ARGUMENTS, body, walrus).bound


def _defaults(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    positional = [*arguments.posonlyargs, *arguments.args]
    yield from zip(reversed(positional), reversed(arguments.defaults), strict=False)
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)


def _is_empty(node: ast.expr | None) -> bool:
    if isinstance(node, (ast.Tuple, ast.List)):
        return not node.elts
    if isinstance(node, ast.Dict):
        return not node.keys
    return isinstance(node, ast.Constant) and not node.value
