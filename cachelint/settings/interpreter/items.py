"""Items: ``base[key]``, slices, and the variables of the environment, which are items too.

Storey above operations. Must not know how base and key are written.
"""

from __future__ import annotations

import ast

from cachelint.settings.interpreter.guards import NEVER, Guard
from cachelint.settings.interpreter.machine import MAX_COMBINATIONS
from cachelint.settings.interpreter.operations import Operations
from cachelint.settings.interpreter.operators import NotComputedError, subscript
from cachelint.settings.interpreter.values import (
    Choices,
    DictObject,
    Found,
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
        own = self.special(base, "__getitem__", [[(self.running, key)]], node)
        if own is not None:
            return own
        if isinstance(base, Opaque) and base.path == "os.environ" and constant is not None:
            return self.variable(str(constant.value), node, None, is_required=True)
        if isinstance(base, Opaque) and base.path == "sys.modules":
            return self.module_by_name(constant, node)
        if isinstance(base, Opaque) and base.content is None:
            self.may_fail(node, None, f"an error in `{self.text(node)}`")
            return self.unknown(node, base.cause, f"{base.path}[]" if base.path else "")
        if isinstance(base, ListObject):
            return self._element(base, constant, node)
        if isinstance(base, NamespaceObject) and constant is not None:
            choices, absent = self.own(base.scope, str(constant.value), node)
            return [*self.forced(choices, node), *self.error("KeyError", node, absent)]
        found = self.as_dict(base)
        if found is not None and constant is not None:
            choices, missing = self.item(found, constant, node, is_required=True)
            return self.only([*choices, *self.error("KeyError", node, missing)])
        if found is not None:
            choices, missing = self.item_under(found, key, node)
            self.end("KeyError", missing)
            return self.only(choices)
        if isinstance(base, Constant) and constant is not None:
            try:
                return self.constant(subscript(base.value, constant.value), node)
            except NotComputedError as failure:
                return self.error(failure.error or "ValueError", node)
        self.may_fail(node, None, f"an error in `{self.text(node)}`")
        return self.unknown(node)

    def item_under(self, found: DictObject, key: Value, node: ast.expr) -> tuple[Choices, Guard]:
        """What stands under a key that is not known, and the runs in which there is nothing."""
        slots = [(name, slot) for name, slots in found.slots.items() for slot in slots]
        opened = self.opening(found)
        if not isinstance(key, Opaque) or len(slots) > MAX_COMBINATIONS:
            there = self.fresh_test(node, f"the key of `{self.text(node)}` is there")
            missing = self.guards.without(self.running, there)
            with self.under(there):
                items = [(slot.guard, slot.value) for _, slot in slots]
                cause = found.openings[0][1] if opened != NEVER else None
                return self.any_of(items, node, cause), missing
        choices: Found = []
        for name, slot in slots:
            same = self.equals(key, Constant(name, slot.place), node)
            choices.append((self.guards.both(slot.guard, same), slot.value))
        choices = self.only(choices)
        missing = self.guards.without(self.running, self.union(guard for guard, _ in choices))
        unread = self.guards.both(missing, opened)
        if unread != NEVER:
            self.may_fail(node, "KeyError", f"an error in `{self.text(node)}`")
            choices.append((unread, self.opaque(node, cause=found.openings[0][1].message)))
        return choices, self.guards.without(missing, unread)

    def _element(self, base: ListObject, index: Constant | None, node: ast.expr) -> Choices:
        number = index.value if index is not None else None
        if isinstance(number, int) and self.has_positions(base):
            choices, missing = self.element(base, number)
            return [*choices, *self.error("IndexError", node, missing)]
        self.may_fail(node, None, f"an error in `{self.text(node)}`")
        opened = self.opening(base) != NEVER
        return self.any_of(base.items, node, base.openings[0][1] if opened else None)

    def sliced(self, base: Value, index: slice | None, node: ast.expr) -> Value:
        """``base[index]``; ``index`` None: a slice that is not known."""
        if isinstance(base, ListObject):
            return self._part_of_list(base, index, node)
        if isinstance(base, Constant) and index is not None:
            try:
                return Constant(subscript(base.value, index), self.place(node))
            except NotComputedError as failure:
                self.fail(failure.error)
                return self.opaque(node)
        self.may_fail(node, None, f"an error in `{self.text(node)}`")
        if isinstance(base, Opaque):
            return self.opaque(node, f"{base.path}[]" if base.path else "", base.cause)
        return self.opaque(node)

    def _part_of_list(self, base: ListObject, index: slice | None, node: ast.expr) -> ListObject:
        new = ListObject(self.place(node), base.kind, [], list(base.openings))
        if index is None or index.step not in (None, 1, -1) or not self.has_positions(base):
            new.items = self.some_of(base, node)
            new.is_ordered = False
        elif index.step != -1:
            guards = self.part(base, slice(index.start, index.stop))
            new.items = [(guard, item) for guard, (_, item) in zip(guards, base.items, strict=True)]
            new.items = [item for item in new.items if item[0] != NEVER]
        elif (index.start, index.stop) == (None, None):
            new.items = self.only(base.items)[::-1]
        else:
            new.items = self.some_of(base, node)
            new.is_ordered = False
        return new

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
