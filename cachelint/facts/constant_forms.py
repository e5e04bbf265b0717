"""Expressions → forms: how the alias of a cache may be written."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from cachelint.dataclass import dataclass
from cachelint.facts.conditions import read_condition
from cachelint.facts.constant_records import (
    UNREADABLE,
    Attribute,
    Call,
    Display,
    Either,
    Form,
    Item,
    Joined,
    Literal,
    Named,
    Option,
    Table,
)
from cachelint.facts.records import Value, Values
from cachelint.source import Source

#: Nested deeper, it is the alias of nobody.
_MAX_DEPTH = 12


def read_form(code: str, row: int | None, imports: dict[str, str]) -> Form:
    """The expression ``code``, which stands in ``row`` of its scope; None: in a later one."""
    try:
        tree = ast.parse(f"(\n{code}\n)", mode="eval")
    except SyntaxError:
        # A slice, `caches[a:b]`: nobody's alias.
        return UNREADABLE
    return FormReader(imports, row).read(tree.body)


@dataclass
class FormReader:
    """Expressions → forms."""

    imports: dict[str, str]
    row: int | None = None
    """Where names are read, for code without a place of its own."""
    source: Source | None = None
    """What the expressions stand in; None for code without a place of its own."""

    def read(self, node: ast.expr, depth: int = 0) -> Form:
        reader = _READERS.get(type(node)) if depth <= _MAX_DEPTH else None
        return reader(self, node, depth + 1) if reader is not None else UNREADABLE

    def values(self, node: ast.expr) -> Values:
        """What a name or a chain of attributes is, where an import tells."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.insert(0, node.attr)
            node = node.value
        path = self.imports.get(node.id) if isinstance(node, ast.Name) else None
        return (Value(".".join((path, *names))),) if path is not None else ()

    def _constant(self, node: ast.Constant, depth: int) -> Form:
        if node.value is ...:
            return UNREADABLE
        return Literal(node.value, self.source.span(node) if self.source is not None else None)

    def _name(self, node: ast.Name, depth: int) -> Form:
        return Named(node.id, node.lineno if self.source is not None else self.row)

    def _attribute(self, node: ast.Attribute, depth: int) -> Form:
        return Attribute(self.read(node.value, depth), node.attr)

    def _subscript(self, node: ast.Subscript, depth: int) -> Form:
        return Item(self.read(node.value, depth), self.read(node.slice, depth))

    def _call(self, node: ast.Call, depth: int) -> Form:
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            return UNREADABLE
        if any(keyword.arg is None for keyword in node.keywords):
            return UNREADABLE
        return Call(
            self.read(node.func, depth),
            tuple(self.read(argument, depth) for argument in node.args),
            tuple((str(k.arg), self.read(k.value, depth)) for k in node.keywords),
            ast.unparse(node),
        )

    def _display(self, node: ast.List | ast.Tuple | ast.Set, depth: int) -> Form:
        return Display(tuple(self.read(element, depth) for element in node.elts))

    def _dict(self, node: ast.Dict, depth: int) -> Form:
        if None in node.keys:
            return UNREADABLE
        items = zip(node.keys, node.values, strict=True)
        return Table(
            tuple((self.read(k, depth), self.read(v, depth)) for k, v in items if k is not None)
        )

    def _joined(self, node: ast.JoinedStr, depth: int) -> Form:
        parts: list[Form] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                if part.format_spec is not None or part.conversion not in (-1, ord("s")):
                    return UNREADABLE
                parts.append(self.read(part.value, depth))
            else:
                parts.append(self.read(part, depth))
        return Joined(tuple(parts))

    def _sum(self, node: ast.BinOp, depth: int) -> Form:
        if not isinstance(node.op, ast.Add):
            return UNREADABLE
        return Joined((self.read(node.left, depth), self.read(node.right, depth)))

    def _conditional(self, node: ast.IfExp, depth: int) -> Form:
        condition = read_condition(node.test, self.values)
        found = []
        for branch, part in ((condition.true, node.body), (condition.false, node.orelse)):
            if not branch.never:
                found.append(Option(self.read(part, depth), branch.guards))
        return Either(tuple(found))

    def _either(self, node: ast.BoolOp, depth: int) -> Form:
        if isinstance(node.op, ast.And):
            return UNREADABLE
        last = len(node.values) - 1
        return Either(
            tuple(
                Option(self.read(part, depth), needed=number != last)
                for number, part in enumerate(node.values)
            )
        )

    def _walrus(self, node: ast.NamedExpr, depth: int) -> Form:
        return self.read(node.value, depth)


_READERS: dict[type[ast.expr], Callable[[FormReader, Any, int], Form]] = {
    ast.Constant: FormReader._constant,
    ast.Name: FormReader._name,
    ast.Attribute: FormReader._attribute,
    ast.Subscript: FormReader._subscript,
    ast.Call: FormReader._call,
    ast.List: FormReader._display,
    ast.Tuple: FormReader._display,
    ast.Set: FormReader._display,
    ast.Dict: FormReader._dict,
    ast.JoinedStr: FormReader._joined,
    ast.BinOp: FormReader._sum,
    ast.IfExp: FormReader._conditional,
    ast.BoolOp: FormReader._either,
    ast.NamedExpr: FormReader._walrus,
}
