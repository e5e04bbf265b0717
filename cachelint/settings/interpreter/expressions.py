"""Expressions: what each may be for the runs at hand.

Storey above containers. Attributes, calls and comprehensions are the next storeys'.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from cachelint.settings.interpreter.containers import Containers, describe
from cachelint.settings.interpreter.guards import NEVER, Guard, Test
from cachelint.settings.interpreter.operators import (
    NotComputedError,
    binary,
    compare,
    subscript,
    unary,
)
from cachelint.settings.interpreter.values import (
    Choices,
    Deferred,
    DictObject,
    ListObject,
    MemberObject,
    NamespaceObject,
    Opaque,
    PathObject,
    Scope,
    Template,
    Value,
)
from cachelint.settings.records import Constant

_BUILTIN_CONSTANTS = {"__debug__": True}


class Expressions(Containers):
    """Evaluates expressions; every result has choices for the runs at hand and no others."""

    def evaluate(self, node: ast.expr) -> Choices:
        """What ``node`` may be."""
        self.step()
        handler = _HANDLERS.get(type(node))
        if handler is None:
            return self.unknown(node)
        return handler(self, node)

    # The storeys above

    def attribute(self, value: Value, name: str, node: ast.expr) -> Choices:
        raise NotImplementedError

    def call(self, node: ast.Call) -> Choices:
        raise NotImplementedError

    def comprehension(self, node: ast.expr) -> Choices:
        raise NotImplementedError

    def function(self, node: ast.Lambda) -> Choices:
        raise NotImplementedError

    def force(self, value: Deferred, node: ast.AST) -> Choices:
        raise NotImplementedError

    def assign(self, target: ast.expr, choices: Choices) -> None:
        raise NotImplementedError

    # Names

    def look_up(self, name: str, node: ast.expr) -> Choices:
        """What a name means where it stands: own scope, functions around it, module, built-ins."""
        scope: Scope | None = self.frame.scope
        start = scope
        found: list[tuple[Guard, Value]] = []
        missing = self.running
        while scope is not None and missing != NEVER:
            if scope.kind != "class" or scope is start:
                target = scope.declared.get(name, scope)
                with self.under(missing):
                    choices, missing = self.own(target, name, node)
                found += choices
            scope = scope.parent
        if missing != NEVER:
            with self.under(missing):
                found += self._built_in(name, node)
        return self._forced(found, node)

    def _built_in(self, name: str, node: ast.expr) -> Choices:
        from cachelint.settings.interpreter.library import BUILTIN_NAMES

        if name in _BUILTIN_CONSTANTS:
            return self.constant(_BUILTIN_CONSTANTS[name], node)
        if name in BUILTIN_NAMES:
            return self.unknown(node, path=f"builtins.{name}")
        return self.error("NameError", node)

    def _forced(self, choices: Choices, node: ast.expr) -> Choices:
        if not any(isinstance(value, Deferred) for _, value in choices):
            return choices
        found: list[tuple[Guard, Value]] = []
        for value in self.each(choices):
            if isinstance(value, Deferred):
                found += self.force(value, node)
            else:
                found.append((self.running, value))
        return self.merged(found)

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

    def extend(self, target: ListObject, source: Value, node: ast.expr) -> None:
        """``target.extend(source)``."""
        items, cause = self.items_of(source, node)
        target.items += items
        if cause is not None:
            self.open(target, cause)

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
        found: list[tuple[Guard, Value]] = []
        for guard, value in choices:
            if isinstance(value, Constant) and node.format_spec is None:
                written = ascii(value.value) if node.conversion == ord("a") else repr(value.value)
                text = str(value.value) if node.conversion == ord("s") else written
                value = Constant(text, value.place)
            elif not isinstance(value, Opaque):
                value = self.opaque(node.value)
            found.append((guard, value))
        return found

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

    def narrowed(self, value: Opaque) -> Opaque:
        """``value`` as these runs see it: not None where a test around it has seen to that."""
        if not value.may_be_none:
            return value
        if self.guards.both(self.running, self.is_none(value)) != NEVER:
            return value
        return Opaque(value.text, value.place, value.path, value.cause, value.variable)

    # Operators

    def _binary(self, node: ast.BinOp) -> Choices:
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        return self.binary(node.op, left, right, node)

    def binary(self, op: ast.operator, left: Choices, right: Choices, node: ast.expr) -> Choices:
        """``left op right``."""
        combinations = self.combinations([left, right])
        if combinations is None:
            return self.unknown(node)
        found: list[tuple[Guard, Value]] = []
        for first, second in combinations:
            value = self._binary_of(op, first, second, node)
            found.append((self.running, value))
        return self.merged(self.only(found))

    def _binary_of(self, op: ast.operator, left: Value, right: Value, node: ast.expr) -> Value:
        if isinstance(left, Constant) and isinstance(right, Constant):
            try:
                return Constant(binary(op, left.value, right.value), self.place(node))
            except NotComputedError as failure:
                if failure.error is not None:
                    self.fail(failure.error)
                return self.opaque(node)
        if isinstance(op, ast.BitOr) and isinstance(left, (DictObject, Opaque)):
            base = self.as_dict(left)
            if base is not None and isinstance(right, DictObject):
                new = self.copied(base, node, deep=False)
                self.merge(new, right, node)
                return new
        if isinstance(op, ast.BitOr) and isinstance(left, DictObject):
            new = self.copied(left, node, deep=False)
            self.merge(new, right, node)
            return new
        if isinstance(op, ast.Add):
            return self._sum(left, right, node)
        if isinstance(op, ast.Div) and isinstance(left, PathObject):
            return self.joined_path(left, (right,), node)
        if isinstance(op, ast.Mod) and isinstance(left, Constant) and isinstance(left.value, str):
            return self._percent(left.value, right, node)
        return self.opaque(node)

    def _sum(self, left: Value, right: Value, node: ast.expr) -> Value:
        if isinstance(left, ListObject):
            new = ListObject(self.place(node), left.kind, self.only(left.items))
            new.openings += left.openings
            self.extend(new, right, node)
            return new
        is_text = [isinstance(v, Template) or _is_text(v) for v in (left, right)]
        if any(is_text) and all(isinstance(v, (Constant, Template, Opaque)) for v in (left, right)):
            return self.template((left, right), node)
        return self.opaque(node)

    def _percent(self, pattern: str, right: Value, node: ast.expr) -> Value:
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

    def _unary(self, node: ast.UnaryOp) -> Choices:
        if isinstance(node.op, ast.Not):
            return self._truth_values(self.guards.negate(self.is_true(node.operand)), node)
        found: list[tuple[Guard, Value]] = []
        for value in self.each(self.evaluate(node.operand)):
            result: Value = self.opaque(node)
            if isinstance(value, Constant):
                try:
                    result = Constant(unary(node.op, value.value), self.place(node))
                except NotComputedError as failure:
                    self.fail(failure.error)
            found.append((self.running, result))
        return self.only(found)

    def _truth_values(self, guard: Guard, node: ast.expr) -> Choices:
        place = self.place(node)
        true = self.guards.both(self.running, guard)
        false = self.guards.without(self.running, guard)
        choices = [(true, Constant(True, place)), (false, Constant(False, place))]
        return [choice for choice in choices if choice[0] != NEVER]

    def _boolean(self, node: ast.BoolOp) -> Choices:
        found: list[tuple[Guard, Value]] = []
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
        found: list[tuple[Guard, Value]] = []
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
        true = NEVER
        for value in self.each(self.evaluate(node)):
            holds = self.guards.both(self.running, self.truth(value, node))
            true = self.guards.either(true, holds)
        return true

    def truth(self, value: Value, node: ast.expr) -> Guard:
        """Where ``value`` is true; ``node`` is how it is written in the test."""
        if isinstance(value, Constant):
            return self.running if value.value else NEVER
        if isinstance(value, (DictObject, ListObject)):
            return self._is_filled(value, node)
        if isinstance(value, Opaque):
            text = self.text(node) if isinstance(node, (ast.Name, ast.Attribute)) else value.text
            arguments = _argv_texts(node) if value.path.startswith("sys.argv") else ()
            test = Test(text, f"not {text}", self.place(node), arguments)
            self._kept.append(value)
            return self.test((id(value), "true"), test)
        if isinstance(value, Template):
            if any(isinstance(part, str) and part for part in value.parts):
                return self.running
            return self.fresh_test(node, self.text(node))
        return self.running

    def known_truth(self, choices: Choices) -> Guard | None:
        """Where a name is true, if every test for that has been met already."""
        true = NEVER
        for guard, value in choices:
            if isinstance(value, Constant):
                holds: Guard | None = guard if value.value else NEVER
            else:
                holds = self._tests.get((id(value), "true"))
            if holds is None:
                return None
            true = self.guards.either(true, self.guards.both(guard, holds))
        return true

    def _is_filled(self, value: DictObject | ListObject, node: ast.expr) -> Guard:
        if isinstance(value, DictObject):
            filled = self.union(self.presence(value, key) for key in list(value.slots))
        else:
            filled = self.union(guard for guard, _ in self.only(value.items))
        asked = self.guards.without(self.opening(value), filled)
        if asked != NEVER:
            unknown = self.fresh_test(node, self.text(node))
            filled = self.guards.either(filled, self.guards.both(asked, unknown))
        return filled

    def is_none(self, value: Opaque) -> Guard:
        """Where something unknown is None: never where it is true."""
        if not value.may_be_none and value.variable is not None:
            return NEVER
        text = value.text
        true = self.test((id(value), "true"), Test(text, f"not {text}", value.place))
        none = Test(f"{text} is None", f"{text} is not None", value.place)
        self._kept.append(value)
        return self.guards.without(self.test((id(value), "none"), none), true)

    # Comparisons

    def _compare(self, node: ast.Compare) -> Choices:
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
                one = self.guards.both(self.running, self._compared(op, left, right, node))
                holds = self.guards.either(holds, one)
            true = self.guards.both(true, holds)
        return self._truth_values(true, node)

    def _compared(self, op: ast.cmpop, left: Value, right: Value, node: ast.Compare) -> Guard:
        if isinstance(op, (ast.NotEq, ast.NotIn, ast.IsNot)):
            positive = {ast.NotEq: ast.Eq, ast.NotIn: ast.In, ast.IsNot: ast.Is}[type(op)]
            return self.guards.negate(self._compared(positive(), left, right, node))
        first, second = self.key_of(left) or left, self.key_of(right) or right
        if isinstance(op, ast.In):
            return self._contained(first, second, node)
        if isinstance(first, Constant) and isinstance(second, Constant):
            try:
                return self.running if compare(op, first.value, second.value) else NEVER
            except NotComputedError as failure:
                self.fail(failure.error)
                return NEVER
        if isinstance(op, (ast.Eq, ast.Is)):
            for one, other in ((first, second), (second, first)):
                if isinstance(one, Opaque) and isinstance(other, Constant):
                    return self.equals(one, other, node)
            if first is second:
                return self.running
            if isinstance(op, ast.Is) and not isinstance(first, Opaque | Template):
                return NEVER if not isinstance(second, Opaque) else self._undecided(node)
        return self._undecided(node)

    def _undecided(self, node: ast.expr) -> Guard:
        text = self.text(node)
        test = Test(text, f"not ({text})", self.place(node), _argv_texts(node))
        return self.guards.test(test)

    def equals(self, value: Opaque, constant: Constant, node: ast.expr) -> Guard:
        """Where something unknown equals a constant: it equals one of several at most."""
        if constant.value is None:
            return self.is_none(value)
        key = (id(value), "equals")
        name = value.text
        if isinstance(node, ast.Compare) and isinstance(node.left, (ast.Name, ast.Attribute)):
            name = self.text(node.left)
        known: dict[Any, Guard] = self._equal.setdefault(key, {})
        if constant.value not in known:
            text = f"{name} == {describe(constant)}"
            negated = f"{name} != {describe(constant)}"
            arguments = (
                (describe(constant).strip('"'),) if value.path.startswith("sys.argv") else ()
            )
            guard = self.guards.test(Test(text, negated, self.place(node), arguments))
            guard = self.guards.without(guard, self.union(known.values()))
            if not constant.value:
                guard = self.guards.without(guard, self.test(
                    (id(value), "true"), Test(value.text, f"not {value.text}", value.place)
                ))  # fmt: skip
            self._kept.append(value)
            known[constant.value] = guard
        return known[constant.value]

    @property
    def _equal(self) -> dict[Any, dict[Any, Guard]]:
        found: dict[Any, dict[Any, Guard]] = self.__dict__.setdefault("_equalities", {})
        return found

    def _contained(self, item: Value, container: Value, node: ast.Compare) -> Guard:
        if isinstance(container, Constant) and isinstance(item, Constant):
            try:
                return self.running if compare(ast.In(), item.value, container.value) else NEVER
            except NotComputedError as failure:
                self.fail(failure.error)
                return NEVER
        if isinstance(container, DictObject) and isinstance(item, Constant):
            return self._has_key(container, item, node)
        if isinstance(container, NamespaceObject) and isinstance(item, Constant):
            _, absent = self.own(container.scope, str(item.value), node)
            return self.guards.without(self.running, absent)
        if isinstance(container, ListObject):
            return self._contained_in_list(item, container, node)
        if isinstance(container, Opaque) and isinstance(item, Constant):
            found = self.as_dict(container) if container.content or not container.path else None
            if found is not None:
                return self._has_key(found, item, node)
            text = f"{describe(item)} in {self.text(node.comparators[0])}"
            is_argv = container.path.startswith("sys.argv")
            arguments = (str(item.value),) if is_argv else ()
            negated = f"{describe(item)} not in {self.text(node.comparators[0])}"
            test = Test(text, negated, self.place(node), arguments)
            subject = container.path if is_argv else id(container)
            self._kept.append(container)
            return self.test((subject, "in", item.value), test)
        return self._undecided(node)

    def _has_key(self, found: DictObject, item: Constant, node: ast.Compare) -> Guard:
        text = f"{describe(item)} in {self.text(node.comparators[0])}"
        return self.has_key(found, item, self.place(node), text)

    def _contained_in_list(self, item: Value, container: ListObject, node: ast.Compare) -> Guard:
        found = self.guards.both(self.opening(container), self._undecided(node))
        for guard, other in container.items:
            with self.under(guard):
                equal = self._compared(ast.Eq(), item, other, node)
                found = self.guards.either(found, self.guards.both(self.running, equal))
        return found

    # Items

    def _subscript(self, node: ast.Subscript) -> Choices:
        bases = self.evaluate(node.value)
        if isinstance(node.slice, ast.Slice):
            return self._slice(bases, node)
        found: list[tuple[Guard, Value]] = []
        keys = self.evaluate(node.slice)
        combinations = self.combinations([bases, keys])
        if combinations is None:
            return self.unknown(node)
        for base, key in combinations:
            found += self.item_of(base, key, node)
        return self.merged(self.only(found))

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
            return [*self._forced(choices, node), *self.error("KeyError", node, absent)]
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

    def _slice(self, bases: Choices, node: ast.Subscript) -> Choices:
        assert isinstance(node.slice, ast.Slice)
        bounds: list[int | None] = []
        for part in (node.slice.lower, node.slice.upper, node.slice.step):
            choices = self.evaluate(part) if part is not None else self.constant(None, node)
            value = choices[0][1] if len(choices) == 1 else None
            if not isinstance(value, Constant) or not isinstance(value.value, (int, type(None))):
                return self.unknown(node)
            bounds.append(value.value)
        found: list[tuple[Guard, Value]] = []
        for base in self.each(bases):
            value = self._sliced(base, slice(*bounds), node)
            found.append((self.running, value))
        return self.only(found)

    def _sliced(self, base: Value, index: slice, node: ast.expr) -> Value:
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

    def module_by_name(self, name: Constant | None, node: ast.expr) -> Choices:
        raise NotImplementedError

    # The rest

    def _attribute(self, node: ast.Attribute) -> Choices:
        found: list[tuple[Guard, Value]] = []
        for value in self.each(self.evaluate(node.value)):
            found += self.attribute(value, node.attr, node)
        return self._forced(self.merged(self.only(found)), node)

    def _starred(self, node: ast.Starred) -> Choices:
        return self.evaluate(node.value)

    def _await(self, node: ast.Await) -> Choices:
        self.evaluate(node.value)
        return self.unknown(node)

    def _yield(self, node: ast.Yield) -> Choices:
        value = self.evaluate(node.value) if node.value else self.constant(None, node)
        self.frame.yielded += self.only(value)
        return self.unknown(node)


def _is_text(value: Value) -> bool:
    return isinstance(value, Constant) and isinstance(value.value, str)


def _argv_texts(node: ast.expr) -> tuple[str, ...]:
    """The texts in a test that looks at ``sys.argv``."""
    names = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)} | {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name)
    }
    if "argv" not in names:
        return ()
    return tuple(
        n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    )


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
    ast.Call: lambda machine, node: machine.call(node),
    ast.Lambda: lambda machine, node: machine.function(node),
    ast.ListComp: lambda machine, node: machine.comprehension(node),
    ast.SetComp: lambda machine, node: machine.comprehension(node),
    ast.DictComp: lambda machine, node: machine.comprehension(node),
    ast.GeneratorExp: lambda machine, node: machine.comprehension(node),
}
