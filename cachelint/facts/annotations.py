"""Annotations that say "a cache": ``BaseCache``, ``BaseCache | None``, ``"BaseCache"``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from cachelint.facts.records import Values
from cachelint.facts.scope import known_value
from cachelint.facts.vocabulary import BACKENDS, CACHE_OBJECT

_CACHE = known_value(CACHE_OBJECT)
_WRAPPERS = frozenset({"Annotated", "Final", "Optional", "Union"})


def annotated_values(annotation: ast.expr | None, peek: Callable[[ast.expr], Values]) -> Values:
    """A cache of any backend, where the annotation says so; else nothing is known."""
    if annotation is None:
        return ()
    named = (value for node in _alternatives(annotation) for value in peek(node))
    return _CACHE if any(value.path in BACKENDS for value in named) else ()


def imported_types(body: list[ast.stmt]) -> dict[str, Values]:
    """What a branch imports that never runs, as ``if TYPE_CHECKING`` does for annotations."""
    return {
        alias.asname or alias.name: known_value(f"{statement.module}.{alias.name}")
        for statement in body
        if isinstance(statement, ast.ImportFrom) and not statement.level
        for alias in statement.names
    }


def _alternatives(node: ast.expr) -> Iterator[ast.expr]:
    """The classes that an annotation allows."""
    if isinstance(node, (ast.Name, ast.Attribute)):
        yield node
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _alternatives(node.left)
        yield from _alternatives(node.right)
    elif isinstance(node, ast.Subscript):
        name = node.value.attr if isinstance(node.value, ast.Attribute) else node.value
        if (name.id if isinstance(name, ast.Name) else name) in _WRAPPERS:
            inner = node.slice
            for element in inner.elts if isinstance(inner, ast.Tuple) else [inner]:
                yield from _alternatives(element)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            yield from _alternatives(ast.parse(node.value.strip(), mode="eval").body)
        except SyntaxError:
            return
