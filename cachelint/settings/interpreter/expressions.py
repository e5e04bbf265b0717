"""Expressions: what each may be for the runs at hand.

Storey above items: says which parts are evaluated, in which order and for which runs. What comes of
them is for the storeys below; attributes, calls and comprehensions are the next storeys'.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from cachelint.settings.interpreter.arguments import one_constant
from cachelint.settings.interpreter.guards import NEVER, Guard
from cachelint.settings.interpreter.items import Items
from cachelint.settings.interpreter.values import (
    Choices,
    DictObject,
    Found,
    ListObject,
    Opaque,
    Value,
)
from cachelint.settings.records import Constant


class Expressions(Items):
    """Evaluates expressions; every result has choices for the runs at hand and no others."""

    def evaluate(self, node: ast.expr) -> Choices:
        """What ``node`` may be."""
        self.step()
        handler = _HANDLERS.get(node.__class__)
        if handler is None:
            return self.unknown(node)
        return handler(self, node)

    # Storeys above

    def attribute(self, value: Value, name: str, node: ast.expr) -> Choices:
        raise NotImplementedError

    def call(self, node: ast.Call) -> Choices:
        raise NotImplementedError

    def comprehension(self, node: ast.expr) -> Choices:
        raise NotImplementedError

    def function(self, node: ast.Lambda) -> Choices:
        raise NotImplementedError

    def assign(self, target: ast.expr, choices: Choices) -> None:
        raise NotImplementedError

    # Names

    def _name(self, node: ast.Name) -> Choices:
        return self.look_up(node.id, node)

    def _constant(self, node: ast.Constant) -> Choices:
        if node.value is Ellipsis:
            return self.unknown(node)
        return self.constant(node.value, node)

    # Displays

    def _dict(self, node: ast.Dict) -> Choices:
        new = DictObject(self.place(node))
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                for source in self.each(self.evaluate(value)):
                    self.merge(new, source, value)
                continue
            keys, values = self.evaluate(key), self.evaluate(value)
            for one in self.each(keys):
                self.set_value(new, one, values, key)
        return [(self.running, new)]

    def _sequence(self, node: ast.List | ast.Tuple | ast.Set) -> Choices:
        kind = {ast.List: "list", ast.Tuple: "tuple", ast.Set: "set"}[type(node)]
        new = ListObject(self.place(node), kind)
        for element in node.elts:
            if isinstance(element, ast.Starred):
                for value in self.each(self.evaluate(element.value)):
                    self.extend(new, value, element.value)
            else:
                new.items += self.only(self.evaluate(element))
        return [(self.running, new)]

    def _joined(self, node: ast.JoinedStr) -> Choices:
        parts = [self.evaluate(value) for value in node.values]
        combinations = self.combinations(parts)
        if combinations is None:
            return self.unknown(node)
        return [(self.running, self.template(values, node)) for values in combinations]

    def _formatted(self, node: ast.FormattedValue) -> Choices:
        choices = self.evaluate(node.value)
        if node.format_spec is None and node.conversion == -1:
            return choices
        found: Found = []
        for guard, value in choices:
            if isinstance(value, Constant) and node.format_spec is None:
                written = ascii(value.value) if node.conversion == ord("a") else repr(value.value)
                text = str(value.value) if node.conversion == ord("s") else written
                value = Constant(text, value.place)
            elif not isinstance(value, Opaque):
                value = self.opaque(node.value)
            found.append((guard, value))
        return found

    # Operators

    def _binary(self, node: ast.BinOp) -> Choices:
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        return self.binary(node.op, left, right, node)

    def _unary(self, node: ast.UnaryOp) -> Choices:
        if isinstance(node.op, ast.Not):
            return self._truth_values(self._is_false(node.operand), node)
        found: Found = []
        for value in self.each(self.evaluate(node.operand)):
            found.append((self.running, self.unary(node.op, value, node)))
        return self.only(found)

    def _truth_values(self, guard: Guard, node: ast.expr) -> Choices:
        place = self.place(node)
        true = self.guards.both(self.running, guard)
        false = self.guards.without(self.running, guard)
        choices = [(true, Constant(True, place)), (false, Constant(False, place))]
        return [choice for choice in choices if choice[0] != NEVER]

    def _boolean(self, node: ast.BoolOp) -> Choices:
        found: Found = []
        stops_at_true = isinstance(node.op, ast.Or)
        for index, part in enumerate(node.values):
            choices = self.evaluate(part)
            if index == len(node.values) - 1:
                found += self.only(choices)
                break
            stopped = NEVER
            for value in self.each(choices):
                true = self.guards.both(self.running, self.truth(value, part))
                stays = true if stops_at_true else self.guards.without(self.running, true)
                if stays != NEVER:
                    with self.under(stays):
                        narrowed = self.narrowed(value) if isinstance(value, Opaque) else value
                    found.append((stays, narrowed))
                    stopped = self.guards.either(stopped, stays)
            self.running = self.guards.without(self.running, stopped)
            if self.running == NEVER:
                break
        left = self.union(guard for guard, _ in found)
        self.running = self.guards.either(self.running, left)
        return self.merged(found)

    def _conditional(self, node: ast.IfExp) -> Choices:
        true = self.is_true(node.test)
        found: Found = []
        for guard, branch in ((true, node.body), (self.guards.negate(true), node.orelse)):
            if self.guards.both(self.running, guard) != NEVER:
                with self.under(guard):
                    for value in self.each(self.evaluate(branch)):
                        narrowed = self.narrowed(value) if isinstance(value, Opaque) else value
                        found.append((self.running, narrowed))
        return self.merged(self.only(found))

    def _walrus(self, node: ast.NamedExpr) -> Choices:
        choices = self.evaluate(node.value)
        self.assign(node.target, choices)
        return choices

    # Truth

    def is_true(self, node: ast.expr) -> Guard:
        """Where ``node`` is true, among the runs at hand."""
        if isinstance(node, ast.Compare):
            self.step()
            return self.guards.both(self.running, self._compared(node))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self.step()
            return self._is_false(node.operand)
        true = NEVER
        for value in self.each(self.evaluate(node)):
            holds = self.guards.both(self.running, self.truth(value, node))
            true = self.guards.either(true, holds)
        return true

    def _is_false(self, node: ast.expr) -> Guard:
        true = self.is_true(node)
        return self.guards.without(self.running, true)

    # Comparisons

    def _compare(self, node: ast.Compare) -> Choices:
        return self._truth_values(self._compared(node), node)

    def _compared(self, node: ast.Compare) -> Guard:
        """Where all of the comparison holds."""
        lefts = [node.left, *node.comparators]
        choices = [self.evaluate(part) for part in lefts]
        true = self.running
        for index, op in enumerate(node.ops):
            pair = [choices[index], choices[index + 1]]
            combinations = self.combinations(pair)
            if combinations is None:
                true = self.guards.both(true, self.fresh_test(node, self.text(node)))
                continue
            holds = NEVER
            for left, right in combinations:
                one = self.guards.both(self.running, self.compared(op, left, right, node))
                holds = self.guards.either(holds, one)
            true = self.guards.both(true, holds)
        return true

    # Items

    def _subscript(self, node: ast.Subscript) -> Choices:
        bases = self.evaluate(node.value)
        if isinstance(node.slice, ast.Slice):
            return self._slice(bases, node)
        found: Found = []
        keys = self.evaluate(node.slice)
        combinations = self.combinations([bases, keys])
        if combinations is None:
            return self.unknown(node)
        for base, key in combinations:
            found += self.item_of(base, key, node)
        return self.merged(self.only(found))

    def _slice(self, bases: Choices, node: ast.Subscript) -> Choices:
        assert isinstance(node.slice, ast.Slice)
        bounds: list[object] = []
        is_known = True
        for part in (node.slice.lower, node.slice.upper, node.slice.step):
            choices = self.evaluate(part) if part is not None else self.constant(None, node)
            value = one_constant(choices)
            is_known &= value is not None and isinstance(value.value, (int, type(None)))
            bounds.append(value.value if value is not None else None)
        found: Found = []
        for base in self.each(bases):
            index = slice(*bounds) if is_known and bounds[2] != 0 else None
            found.append((self.running, self.sliced(base, index, node)))
        return self.only(found)

    # Attributes and what is left

    def _attribute(self, node: ast.Attribute) -> Choices:
        found: Found = []
        for value in self.each(self.evaluate(node.value)):
            found += self.attribute(value, node.attr, node)
        return self.forced(self.merged(self.only(found)), node)

    def _starred(self, node: ast.Starred) -> Choices:
        return self.evaluate(node.value)

    def _await(self, node: ast.Await) -> Choices:
        self.evaluate(node.value)
        return self.unknown(node)

    def _yield(self, node: ast.Yield) -> Choices:
        value = self.evaluate(node.value) if node.value else self.constant(None, node)
        frame = self.frame
        if frame.take is not None:
            frame.take(value)
        elif frame.yielded is not None:
            frame.yielded.items += self.only(value)
        return self.unknown(node)

    def _yield_from(self, node: ast.YieldFrom) -> Choices:
        for value in self.each(self.evaluate(node.value)):
            if self.frame.yielded is not None:
                self.extend(self.frame.yielded, value, node.value)
        return self.unknown(node)


_Handler = Callable[[Any, Any], Choices]
_HANDLERS: dict[type[ast.expr], _Handler] = {
    ast.Name: Expressions._name,
    ast.Constant: Expressions._constant,
    ast.Dict: Expressions._dict,
    ast.List: Expressions._sequence,
    ast.Tuple: Expressions._sequence,
    ast.Set: Expressions._sequence,
    ast.JoinedStr: Expressions._joined,
    ast.FormattedValue: Expressions._formatted,
    ast.BinOp: Expressions._binary,
    ast.UnaryOp: Expressions._unary,
    ast.BoolOp: Expressions._boolean,
    ast.IfExp: Expressions._conditional,
    ast.NamedExpr: Expressions._walrus,
    ast.Compare: Expressions._compare,
    ast.Subscript: Expressions._subscript,
    ast.Attribute: Expressions._attribute,
    ast.Starred: Expressions._starred,
    ast.Await: Expressions._await,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._yield_from,
    ast.Call: lambda machine, node: machine.call(node),
    ast.Lambda: lambda machine, node: machine.function(node),
    ast.ListComp: lambda machine, node: machine.comprehension(node),
    ast.SetComp: lambda machine, node: machine.comprehension(node),
    ast.DictComp: lambda machine, node: machine.comprehension(node),
    ast.GeneratorExp: lambda machine, node: machine.comprehension(node),
}
