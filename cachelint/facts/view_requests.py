"""Which request an expression is, and whether a test lets GET requests pass."""

from __future__ import annotations

import ast

from cachelint.facts.view_names import NameScope, inner_function, instance_name
from cachelint.facts.view_records import SELF_REQUEST

_STORED_METHODS = frozenset({"GET", "HEAD"})


def root_of(node: ast.expr, scope: NameScope, depth: int = 0) -> str | None:
    """Which request ``node`` may be: a parameter of a function around, or ``self.request``.

    Whether the parameter is a request only the caller knows.
    """
    while isinstance(node, ast.Attribute) and node.attr == "_request":
        node = node.value
    if isinstance(node, ast.Attribute):
        of_self = isinstance(node.value, ast.Name) and node.value.id == instance_name(scope)
        return SELF_REQUEST if of_self and node.attr == "request" else None
    if not isinstance(node, ast.Name) or depth > 3:
        return None
    place: NameScope | None = inner_function(scope)
    while place is not None:
        bindings = place.names.get(node.id, ())
        if bindings:
            roots = {
                node.id
                if isinstance(b.bound, ast.arguments)
                else root_of(b.bound, place, depth + 1)
                if isinstance(b.bound, ast.expr)
                else None
                for b in bindings
            }
            roots.discard(None)
            return roots.pop() if len(roots) == 1 else None
        place = inner_function(place.parent)
    return None


def runs_on_get(test: ast.expr, scope: NameScope) -> bool | None:
    """Whether ``test`` is true of every GET request, of none, or that is not known."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = runs_on_get(test.operand, scope)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        stops = isinstance(test.op, ast.Or)
        parts = [runs_on_get(part, scope) for part in test.values]
        if stops in parts:
            return stops
        return None if None in parts else not stops
    if isinstance(test, ast.Attribute) and test.attr in ("POST", "FILES"):
        return False if root_of(test.value, scope) is not None else None
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _comparison_on_get(test.left, test.ops[0], test.comparators[0], scope)
    return None


def _comparison_on_get(
    left: ast.expr, operator: ast.cmpop, right: ast.expr, scope: NameScope
) -> bool | None:
    if isinstance(operator, (ast.Eq, ast.NotEq)) and is_request_method(right, scope):
        left, right = right, left
    if not is_request_method(left, scope):
        return None
    if isinstance(right, (ast.Name, ast.Attribute)):
        name = right.id if isinstance(right, ast.Name) else right.attr
        methods = {*_STORED_METHODS} if name == "SAFE_METHODS" else set()
    else:
        methods = _constants(right)
    if not methods:
        return None
    is_stored = not methods.isdisjoint(_STORED_METHODS)
    negated = isinstance(operator, (ast.NotEq, ast.NotIn))
    return not is_stored if negated else is_stored


def is_request_method(node: ast.expr, scope: NameScope) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value if node.func.attr in ("upper", "lower") else node
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "method"
        and root_of(node.value, scope) is not None
    )


def _constants(node: ast.AST) -> set[str]:
    """The strings in an expression or pattern, in capitals."""
    return {
        inner.value.upper()
        for inner in ast.walk(node)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
    }


def is_other_method(pattern: ast.pattern) -> bool:
    """Whether a case stands for methods, and none of them is stored."""
    methods = _constants(pattern)
    return bool(methods) and methods.isdisjoint(_STORED_METHODS)
