"""Items: ``base[key]``, slices, and the variables of the environment, which are items too.

Storey above operations. Must not know how base and key are written.
"""

from __future__ import annotations

import ast

from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.operations import Operations
from cachelint.settings.interpreter.operators import NotComputedError, subscript
from cachelint.settings.interpreter.values import (
    Choices,
    ListObject,
    NamespaceObject,
    Opaque,
    Value,
)
from cachelint.settings.records import Constant


class Items(Operations):
    """Subscripts of values."""

    # Storey above

    def module_by_name(self, name: Constant | None, node: ast.expr) -> Choices:
        raise NotImplementedError

    # Subscripts

    def item_of(self, base: Value, key: Value, node: ast.expr) -> Choices:
        """``base[key]``."""
        constant = self.key_of(key)
        if isinstance(base, Opaque) and base.path == "os.environ" and constant is not None:
            return self.variable(str(constant.value), node, None, is_required=True)
        if isinstance(base, Opaque) and base.path == "sys.modules":
            return self.module_by_name(constant, node)
        if isinstance(base, Opaque) and base.content is None:
            self.may_fail(node, None, f"an error in `{self.text(node)}`")
            return self.unknown(node, base.cause, f"{base.path}[]" if base.path else "")
        if constant is None:
            self.may_fail(node, None, f"an error in `{self.text(node)}`")
            return self.unknown(node)
        if isinstance(base, NamespaceObject):
            choices, absent = self.own(base.scope, str(constant.value), node)
            return [*self.forced(choices, node), *self.error("KeyError", node, absent)]
        found = self.as_dict(base)
        if found is not None:
            choices, missing = self.item(found, constant, node, is_required=True)
            return self.only([*choices, *self.error("KeyError", node, missing)])
        if isinstance(base, ListObject):
            return self._element(base, constant, node)
        if isinstance(base, Constant) and isinstance(base.value, (str, bytes)):
            try:
                return self.constant(subscript(base.value, constant.value), node)
            except NotComputedError as failure:
                return self.error(failure.error or "ValueError", node)
        return self.unknown(node)

    def _element(self, base: ListObject, index: Constant, node: ast.expr) -> Choices:
        running = self.running
        is_plain = all(self.guards.implies(running, guard) for guard, _ in base.items)
        number = index.value
        if not is_plain or self.opening(base) != NEVER or not isinstance(number, int):
            self.may_fail(node, None, f"an error in `{self.text(node)}`")
            return self.unknown(node)
        if -len(base.items) <= number < len(base.items):
            return [(running, base.items[number][1])]
        return self.error("IndexError", node)

    def sliced(self, base: Value, index: slice, node: ast.expr) -> Value:
        if isinstance(base, Constant) and isinstance(base.value, (str, bytes)) and index.step != 0:
            return Constant(base.value[index], self.place(node))
        if (
            isinstance(base, ListObject)
            and not base.openings
            and index.step != 0
            and all(self.guards.implies(self.running, guard) for guard, _ in base.items)
        ):
            return ListObject(self.place(node), base.kind, base.items[index])
        if isinstance(base, Opaque):
            return self.opaque(node, f"{base.path}[]" if base.path else "", base.cause)
        return self.opaque(node)

    def variable(
        self, name: str, node: ast.expr, default: Constant | None, is_required: bool = False
    ) -> Choices:
        """An environment variable; ``default`` None: None where it is not set."""
        if is_required:
            self.may_fail(node, "KeyError", f"{name} is not set")
        key = f"{name}={default.value if default else None!r}{is_required}"
        if key not in self.variables:
            value = self.opaque(node)
            value.variable, value.default = name, default
            value.may_be_none = not is_required and (default is None or default.value is None)
            value.cause = f"{name} is read from the environment"
            self.variables[key] = value
        return [(self.running, self.variables[key])]
