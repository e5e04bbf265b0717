"""Conditions: in which runs a value is true, equals another or is in it.

Storey above containers. Asks for values that are there already; must not know how an expression is
evaluated. ``node`` is only how a test is written.
"""

from __future__ import annotations

import ast

from cachelint.settings.interpreter.containers import Containers
from cachelint.settings.interpreter.guards import NEVER, Guard, Test
from cachelint.settings.interpreter.machine import Finder, ParsedFiles
from cachelint.settings.interpreter.operators import NotComputedError, compare
from cachelint.settings.interpreter.values import (
    Choices,
    ClassObject,
    DictObject,
    Key,
    ListObject,
    NamespaceObject,
    Opaque,
    Template,
    Value,
    describe,
)
from cachelint.settings.records import Constant

_TYPES = frozenset(
    f"builtins.{name}"
    for name in ("str", "int", "float", "bool", "dict", "list", "tuple", "set", "bytes")
)


class Conditions(Containers):
    """Truth, comparison and membership of values."""

    def __init__(
        self, modules: Finder, reach: int | None = None, parsed: ParsedFiles | None = None
    ) -> None:
        super().__init__(modules, reach, parsed)
        self._equal: dict[int, dict[Key, Guard]] = {}
        """Of something unknown, by identity: where it equals which constant."""

    # Truth

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
        for name in ("__bool__", "__len__"):
            made = self.special(value, name, [], node)
            if made is not None:
                true = (
                    self.guards.both(self.running, self.truth(v, node)) for v in self.each(made)
                )
                return self.union(true)
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

    def narrowed(self, value: Opaque) -> Opaque:
        """``value`` as these runs see it: not None where a test around it has seen to that."""
        if not value.may_be_none:
            return value
        if self.guards.both(self.running, self.is_none(value)) != NEVER:
            return value
        return Opaque(value.text, value.place, value.path, value.cause, value.variable)

    # Comparisons

    def compared(self, op: ast.cmpop, left: Value, right: Value, node: ast.Compare) -> Guard:
        if isinstance(op, (ast.NotEq, ast.NotIn, ast.IsNot)):
            positive = {ast.NotEq: ast.Eq, ast.NotIn: ast.In, ast.IsNot: ast.Is}[type(op)]
            return self.guards.negate(self.compared(positive(), left, right, node))
        first, second = self.key_of(left) or left, self.key_of(right) or right
        subject, other = (second, first) if isinstance(op, ast.In) else (first, second)
        name = "__contains__" if isinstance(op, ast.In) else f"__{type(op).__name__.lower()}__"
        made = self.special(subject, name, [[(self.running, other)]], node)
        if made is not None and not isinstance(op, ast.Is):
            true = (self.guards.both(self.running, self.truth(v, node)) for v in self.each(made))
            return self.union(true)
        if isinstance(op, ast.In):
            return self.contained(first, second, node)
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
            types = [_type_path(value) for value in (first, second)]
            if None not in types:
                return self.running if types[0] == types[1] else NEVER
            if isinstance(op, ast.Is) and not isinstance(first, Opaque | Template):
                return NEVER if not isinstance(second, Opaque) else self.undecided(node)
        else:
            self.may_fail(node, "TypeError", f"an error in `{self.text(node)}`")
        return self.undecided(node)

    def undecided(self, node: ast.expr) -> Guard:
        text = self.text(node)
        test = Test(text, f"not ({text})", self.place(node), _argv_texts(node))
        return self.guards.test(test)

    def equals(self, value: Opaque, constant: Constant, node: ast.AST) -> Guard:
        """Where something unknown equals a constant: it equals one of several at most."""
        if constant.value is None:
            return self.is_none(value)
        name = value.text
        if isinstance(node, ast.Compare) and isinstance(node.left, (ast.Name, ast.Attribute)):
            name = self.text(node.left)
        known = self._equal.setdefault(id(value), {})
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

    # Membership

    def contained(self, item: Value, container: Value, node: ast.Compare) -> Guard:
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
        if isinstance(container, DictObject) and isinstance(item, Opaque):
            return self._contained_in_dict(item, container, node)
        if isinstance(container, ListObject):
            return self._contained_in_list(item, container, node)
        if isinstance(container, Opaque) and isinstance(item, Constant):
            if container.content is None and not container.path.startswith(("sys.", "os.environ")):
                self.may_fail(node, "TypeError", f"an error in `{self.text(node)}`")
            may_be_dict = not container.path and container.variable is None
            found = self.as_dict(container) if container.content or may_be_dict else None
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
        self.may_fail(node, "TypeError", f"an error in `{self.text(node)}`")
        return self.undecided(node)

    def _contained_in_dict(self, item: Opaque, found: DictObject, node: ast.Compare) -> Guard:
        holds = self.guards.both(self.opening(found), self.undecided(node))
        for guard, key, place in self.keys(found):
            same = self.equals(item, Constant(key, place), node)
            holds = self.guards.either(holds, self.guards.both(guard, same))
        return holds

    def _has_key(self, found: DictObject, item: Constant, node: ast.Compare) -> Guard:
        text = f"{describe(item)} in {self.text(node.comparators[0])}"
        return self.has_key(found, item, self.place(node), text)

    def _contained_in_list(self, item: Value, container: ListObject, node: ast.Compare) -> Guard:
        found = self.guards.both(self.opening(container), self.undecided(node))
        for guard, other in container.items:
            with self.under(guard):
                equal = self.compared(ast.Eq(), item, other, node)
                found = self.guards.either(found, self.guards.both(self.running, equal))
        return found


def _type_path(value: Value) -> str | None:
    """The name of a built-in type, or of a class of the tree."""
    if isinstance(value, ClassObject):
        return f"{value.module.name}:{id(value)}"
    if isinstance(value, Opaque) and value.path in _TYPES:
        return value.path
    return None


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
