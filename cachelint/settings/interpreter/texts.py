"""Texts and paths that are put together from parts, of which some may not be known.

Storey above conditions. Must not know which expression puts them together.
"""

from __future__ import annotations

import ast

from cachelint.settings.interpreter.conditions import Conditions
from cachelint.settings.interpreter.values import (
    ListObject,
    MemberObject,
    Opaque,
    PathObject,
    Template,
    Value,
)
from cachelint.settings.records import Constant


class Texts(Conditions):
    """Templates and paths."""

    def template(self, values: tuple[Value, ...], node: ast.expr) -> Value:
        """The text that ``values`` make one after the other."""
        parts: list[str | Opaque] = []
        for value in values:
            for part in self._text_parts(value, node):
                if isinstance(part, str) and parts and isinstance(parts[-1], str):
                    parts[-1] += part
                else:
                    parts.append(part)
        if all(isinstance(part, str) for part in parts):
            return Constant("".join(str(part) for part in parts), self.place(node))
        return Template(tuple(parts), self.place(node))

    def _text_parts(self, value: Value, node: ast.expr) -> tuple[str | Opaque, ...]:
        if isinstance(value, Constant):
            return (str(value.value),)
        if isinstance(value, Template):
            return value.parts
        if isinstance(value, PathObject):
            return (value.text,)
        if isinstance(value, MemberObject) and self.is_text_member(value):
            return self._text_parts(value.value, node)
        if isinstance(value, Opaque):
            return (self.narrowed(value),)
        return (self.opaque(node),)

    def percent(self, pattern: str, right: Value, node: ast.expr) -> Value:
        """``"redis://%s:%d" % (host, port)``; other formats are not taken apart."""
        if isinstance(right, ListObject) and right.kind == "tuple" and not right.openings:
            values = [value for _, value in right.items]
        else:
            values = [right]
        pieces = pattern.replace("%d", "%s").split("%s")
        if len(pieces) != len(values) + 1 or "%" in "".join(pieces):
            return self.opaque(node)
        place = self.place(node)
        parts: list[Value] = [Constant(pieces[0], place)]
        for value, piece in zip(values, pieces[1:], strict=True):
            parts += [value, Constant(piece, place)]
        return self.template(tuple(parts), node)

    def joined_path(
        self, base: Value, rest: tuple[Value, ...], node: ast.expr, as_text: bool = False
    ) -> Value:
        """``base / rest``, or ``os.path.join(base, *rest)`` where it shall be a text."""
        import os

        if isinstance(base, PathObject):
            base = Constant(base.text, base.place)
        values = (base, *rest)
        if all(isinstance(value, (Constant, PathObject)) for value in values):
            texts = [v.text if isinstance(v, PathObject) else str(v.value) for v in values
                     if isinstance(v, (Constant, PathObject))]  # fmt: skip
            joined = os.path.join(*texts)
            place = self.place(node)
            return Constant(joined, place) if as_text else PathObject(joined, place)
        slash = Constant("/", self.place(node))
        parts: list[Value] = [base]
        for value in rest:
            parts += [slash, value]
        return self.template(tuple(parts), node)
