"""Operators: what ``+``, ``|``, ``%``, ``/`` and the others make of two values.

Storey above texts. Constants are for operators.py; must not know how operands are written.
"""

from __future__ import annotations

import ast

from cachelint.settings.interpreter.operators import NotComputedError, binary, unary
from cachelint.settings.interpreter.texts import Texts
from cachelint.settings.interpreter.values import (
    Choices,
    DictObject,
    Found,
    ListObject,
    Opaque,
    PathObject,
    Template,
    Value,
)
from cachelint.settings.records import Constant

_METHODS: dict[type[ast.operator], str] = {
    ast.Add: "__add__", ast.Sub: "__sub__", ast.Mult: "__mul__", ast.Div: "__truediv__",
    ast.FloorDiv: "__floordiv__", ast.Mod: "__mod__", ast.Pow: "__pow__", ast.BitOr: "__or__",
    ast.BitAnd: "__and__", ast.BitXor: "__xor__", ast.LShift: "__lshift__",
    ast.RShift: "__rshift__", ast.MatMult: "__matmul__",
}  # fmt: skip


class Operations(Texts):
    """Binary and unary operators."""

    def binary(self, op: ast.operator, left: Choices, right: Choices, node: ast.expr) -> Choices:
        """``left op right``."""
        combinations = self.combinations([left, right])
        if combinations is None:
            return self.unknown(node)
        found: Found = []
        for first, second in combinations:
            made = self.special(first, _METHODS[type(op)], [[(self.running, second)]], node)
            if made is not None:
                found += made
                continue
            value = self._binary_of(op, first, second, node)
            found.append((self.running, value))
        return self.merged(self.only(found))

    def unary(self, op: ast.unaryop, operand: Value, node: ast.expr) -> Value:
        """``op operand`` for all operators but ``not``."""
        if isinstance(operand, Constant):
            try:
                return Constant(unary(op, operand.value), self.place(node))
            except NotComputedError as failure:
                self.fail(failure.error)
        self.may_fail(node, "TypeError", f"an error in `{self.text(node)}`")
        return self.opaque(node)

    def _binary_of(self, op: ast.operator, left: Value, right: Value, node: ast.expr) -> Value:
        if isinstance(left, Constant) and isinstance(right, Constant):
            try:
                return Constant(binary(op, left.value, right.value), self.place(node))
            except NotComputedError as failure:
                if failure.error is not None:
                    self.fail(failure.error)
                return self.opaque(node)
        if _is_wrong(op, left, right):
            self.fail("TypeError")
            return self.opaque(node)
        if isinstance(op, ast.BitOr) and DictObject in (type(left), type(right)):
            base = self.as_dict(left)
            if base is not None:
                new = self.copied(base, node, deep=False)
                self.merge(new, right, node)
                return new
        if isinstance(op, ast.Add):
            return self._sum(left, right, node)
        if isinstance(op, ast.Div) and isinstance(left, PathObject):
            return self.joined_path(left, (right,), node)
        if isinstance(op, ast.Mod) and isinstance(left, Constant) and isinstance(left.value, str):
            return self.percent(left.value, right, node)
        if isinstance(left, ListObject) or isinstance(right, ListObject):
            return self._mixed(left, right, node)
        self.may_fail(node, None, f"an error in `{self.text(node)}`")
        return self.opaque(node)

    def _sum(self, left: Value, right: Value, node: ast.expr) -> Value:
        if isinstance(left, ListObject):
            new = ListObject(self.place(node), left.kind, self.only(left.items))
            new.openings += left.openings
            self.extend(new, right, node)
            return new
        if isinstance(right, Opaque) or isinstance(left, Opaque):
            self.may_fail(node, "TypeError", f"an error in `{self.text(node)}`")
        is_text = [isinstance(v, Template) or _is_text(v) for v in (left, right)]
        if any(is_text) and all(isinstance(v, (Constant, Template, Opaque)) for v in (left, right)):
            return self.template((left, right), node)
        return self.opaque(node)

    def _mixed(self, left: Value, right: Value, node: ast.expr) -> ListObject:
        """Lists and sets under other operators than ``+``: any item of either may be in it."""
        self.may_fail(node, "TypeError", f"an error in `{self.text(node)}`")
        new = ListObject(self.place(node), "set", is_ordered=False)
        for value in (left, right):
            if isinstance(value, ListObject):
                new.items += self.some_of(value, node)
            if not isinstance(value, (ListObject, Constant)):
                self.open(new, self.cause(node, f"`{self.text(node)}` is not followed"))
            elif isinstance(value, ListObject):
                new.openings += value.openings
        return new


def _is_wrong(op: ast.operator, left: Value, right: Value) -> bool:
    """Whether no operator is defined for the two."""
    if DictObject not in (type(left), type(right)):
        return False
    other = right if isinstance(left, DictObject) else left
    if not isinstance(op, ast.BitOr):
        return isinstance(other, (Constant, DictObject, ListObject, Template))
    return isinstance(other, (Constant, ListObject, Template))


def _is_text(value: Value) -> bool:
    return isinstance(value, Constant) and isinstance(value.value, str)
