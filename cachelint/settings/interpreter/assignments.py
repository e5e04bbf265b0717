"""Assignments and ``del``: which name, item or attribute a statement writes.

Storey above calls. What writing does to a dict, list or namespace is for the storeys below.
"""

from __future__ import annotations

import ast

from cachelint.settings.interpreter.calls import Calls
from cachelint.settings.interpreter.values import (
    Choices,
    DictObject,
    Found,
    ListObject,
    NamespaceObject,
    Opaque,
    Scope,
    Value,
)


class Assignments(Calls):
    """Runs statements that bind and unbind."""

    # Targets

    def assign(self, target: ast.expr, choices: Choices) -> None:
        """``target = …``."""
        if isinstance(target, ast.Name):
            scope = self.frame.scope
            self.bind(scope.declared.get(target.id, scope), target.id, self.only(choices))
        elif isinstance(target, ast.Subscript):
            self._assign_item(target, choices)
        elif isinstance(target, ast.Attribute):
            for owner in self.each(self.evaluate(target.value)):
                self.set_attribute(owner, target.attr, self.only(choices), target)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, choices)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target, choices)

    def _assign_item(self, target: ast.Subscript, choices: Choices) -> None:
        owners = self.evaluate(target.value)
        if isinstance(target.slice, ast.Slice):
            self._assign_slice(owners, choices, target)
            return
        keys = self.evaluate(target.slice)
        pairs = self.combinations([owners, keys])
        if pairs is None:
            cause = self.cause(target, f"`{self.text(target)}` has too many possibilities")
            for owner in self.each(owners):
                self.escape(owner, cause)
            return
        for owner, key in pairs:
            self._set_item_of(owner, key, self.only(choices), target)

    def _set_item_of(
        self, owner: Value, key: Value, choices: Choices, target: ast.Subscript
    ) -> None:
        given = [[(self.running, key)], choices]
        if self.special(owner, "__setitem__", given, target) is not None:
            return
        if isinstance(owner, NamespaceObject):
            constant = self.key_of(key)
            if constant is not None:
                self.bind(owner.scope, str(constant.value), choices)
            else:
                text = self.text(target)
                self.release(owner.scope, self.cause(target, f"`{text} = …`"), replaces=True)
        elif isinstance(owner, Opaque) and owner.path in ("os.environ", "sys.modules"):
            self.variables.clear()
        elif isinstance(owner, ListObject):
            constant = self.key_of(key)
            index = constant.value if constant is not None else None
            if isinstance(index, int) and self.has_positions(owner):
                self.fail("IndexError", self.replaced(owner, index, choices)[1])
            else:
                self.may_fail(target, None, f"an error in `{self.text(target)}`")
                self.disturb(owner, target)
                owner.items += choices
        else:
            found = self.as_dict(owner)
            if found is not None:
                self.set_value(found, key, choices, target.slice)

    def _assign_slice(self, owners: Choices, choices: Choices, target: ast.Subscript) -> None:
        assert isinstance(target.slice, ast.Slice)
        bounds = (target.slice.lower, target.slice.upper, target.slice.step)
        for part in bounds:
            if part is not None:
                self.evaluate(part)
        for owner in self.each(owners):
            if isinstance(owner, ListObject):
                self.disturb(owner, target)
                for value in self.each(choices):
                    self.extend(owner, value, target)

    def _unpack(self, target: ast.Tuple | ast.List, choices: Choices) -> None:
        star = next((n for n, e in enumerate(target.elts) if isinstance(e, ast.Starred)), None)
        for value in self.each(choices):
            items = self._unpacked(value, target)
            if items is None:
                for element in target.elts:
                    self.assign(element, self.unknown(element))
                continue
            wanted = len(target.elts)
            lengths = self.lengths(items)
            fitting = lengths[wanted : wanted + 1] if star is None else lengths[wanted - 1 :]
            self.fail("ValueError", self.guards.negate(self.union(fitting)))
            for number, element in enumerate(target.elts):
                if star is None or number < star:
                    self.assign(element, self.element(items, number)[0])
                elif number > star:
                    self.assign(element, self.element(items, number - wanted)[0])
                else:
                    rest = self.sliced(items, slice(star, star + 1 - wanted or None), target)
                    starred = ListObject(self.place(element))
                    self.extend(starred, rest, target)
                    self.assign(element, [(self.running, starred)])

    def _unpacked(self, value: Value, target: ast.expr) -> ListObject | None:
        """What is unpacked as a list with positions."""
        items = value
        if not isinstance(value, ListObject):
            items = ListObject(self.place(target))
            self.extend(items, value, target)
        if isinstance(items, ListObject) and self.has_positions(items):
            return items
        self.may_fail(target, None, f"an error in `{self.text(target)} = …`")
        self.escape(items, self.cause(target, f"`{self.text(target)} = …`"))
        return None

    def _assignment(self, node: ast.Assign) -> None:
        if len(node.targets) == 1 and self._assign_pairwise(node.targets[0], node.value):
            return
        choices = self.evaluate(node.value)
        for target in node.targets:
            self.assign(target, choices)

    def _assign_pairwise(self, target: ast.expr, value: ast.expr) -> bool:
        """``a, b = x, y``: each stays the very object that it is."""
        displays = (ast.Tuple, ast.List)
        if not isinstance(target, displays) or not isinstance(value, displays):
            return False
        has_star = any(isinstance(e, ast.Starred) for e in (*target.elts, *value.elts))
        if has_star or len(target.elts) != len(value.elts):
            return False
        found = [self.evaluate(element) for element in value.elts]
        for element, choices in zip(target.elts, found, strict=True):
            self.assign(element, choices)
        return True

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value))

    def _augmented(self, node: ast.AugAssign) -> None:
        target = node.target
        load: ast.expr
        if isinstance(target, ast.Name):
            load = ast.copy_location(ast.Name(target.id, ast.Load()), target)
        elif isinstance(target, ast.Attribute):
            load = ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
        else:
            load = ast.copy_location(ast.Subscript(target.value, target.slice, ast.Load()), target)
        olds, news = self.evaluate(load), self.evaluate(node.value)
        found: Found = []
        pairs = self.combinations([olds, news])
        if pairs is None:
            self.assign(target, self.unknown(load))
            return
        for old, new in pairs:
            found.append((self.running, self._combined(node, old, new)))
        self.assign(target, self.merged(self.only(found)))

    def _combined(self, node: ast.AugAssign, old: Value, new: Value) -> Value:
        """``old op= new``: lists, sets and dicts are changed in place."""
        if isinstance(old, ListObject) and old.kind != "tuple":
            if not isinstance(node.op, (ast.Add, ast.BitOr)):
                self.disturb(old, node.target)
                if not isinstance(node.op, (ast.Sub, ast.BitAnd)):
                    self.open(old, self.cause(node, f"`{self.text(node.target)}` is changed here"))
                return old
            self.extend(old, new, node.value)
            return old
        if isinstance(node.op, ast.BitOr):
            is_dict = DictObject in (type(old), type(new))
            content = self.as_dict(old) if is_dict else None
            if content is not None:
                self.merge(content, new, node.value)
                return old
        target = node.target
        choices = self.binary(node.op, [(self.running, old)], [(self.running, new)], target)
        return choices[0][1] if len(choices) == 1 else self.opaque(target)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                scope = self.frame.scope
                self.unbind(scope.declared.get(target.id, scope), target.id)
            elif isinstance(target, ast.Subscript):
                self._delete_item(target)
            elif isinstance(target, ast.Attribute):
                for owner in self.each(self.evaluate(target.value)):
                    scope_of = getattr(owner, "scope", None)
                    if isinstance(scope_of, Scope):
                        self.unbind(scope_of, target.attr)

    def _delete_item(self, target: ast.Subscript) -> None:
        owners = self.evaluate(target.value)
        if isinstance(target.slice, ast.Slice):
            self._assign_slice(owners, (), target)
            return
        for owner, key in self.combinations([owners, self.evaluate(target.slice)]) or ():
            constant = self.key_of(key)
            given = [[(self.running, key)]]
            if self.special(owner, "__delitem__", given, target) is not None:
                continue
            if isinstance(owner, ListObject):
                self._set_item_of(owner, key, (), target)
                continue
            if isinstance(owner, NamespaceObject) and constant is not None:
                self.unbind(owner.scope, str(constant.value))
                continue
            found = self.as_dict(owner) if isinstance(owner, (DictObject, Opaque)) else None
            if found is None:
                continue
            self.remove_item(found, key, target)

    def _global(self, node: ast.Global) -> None:
        for name in node.names:
            self.frame.scope.declared[name] = self.frame.module.scope

    def _nonlocal(self, node: ast.Nonlocal) -> None:
        for name in node.names:
            scope = self.frame.scope.parent
            while scope is not None and (scope.kind != "function" or name not in scope.names):
                scope = scope.parent
            if scope is not None:
                self.frame.scope.declared[name] = scope
