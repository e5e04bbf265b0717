"""Dicts whose content depends on the run: what is in them, and what writing does. Whatever can be
iterated over.

Storey above sequences: reads and writes for the runs at hand. Must not know expressions.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from cachelint.settings.interpreter.guards import ALWAYS, NEVER, Guard, Test
from cachelint.settings.interpreter.machine import MAX_CHOICES
from cachelint.settings.interpreter.sequences import Sequences
from cachelint.settings.interpreter.values import (
    Choices,
    DictObject,
    Found,
    GeneratorObject,
    Key,
    ListObject,
    ModuleObject,
    NamespaceObject,
    Opaque,
    Slot,
    Template,
    Value,
    describe,
)
from cachelint.settings.records import Cause, Constant, Place


class Containers(Sequences):
    """Reading and writing of dicts."""

    def as_dict(self, value: Value) -> DictObject | None:
        """The dict that ``value`` is, as far as it may be one."""
        if isinstance(value, DictObject):
            return value
        if isinstance(value, Opaque):
            if value.content is None:
                cause = Cause(value.place, value.cause or f"`{value.text}` is not known here")
                value.content = DictObject(value.place, openings=[(ALWAYS, cause)])
            return value.content
        return None

    # Storey above

    def listed(self, generator: GeneratorObject) -> ListObject:
        raise NotImplementedError

    def equals(self, value: Opaque, constant: Constant, node: ast.AST) -> Guard:
        raise NotImplementedError

    # Dicts

    def presence(self, found: DictObject, key: Key) -> Guard:
        """Where ``key`` is certain to be there, among the runs at hand."""
        union = self.union(slot.guard for slot in _slots(found, key))
        return self.guards.both(union, self.running)

    def has_key(self, found: DictObject, key: Constant, place: Place, text: str) -> Guard:
        """Where ``key in found``; what an open dict may have is asked once, and then known."""
        present = self.presence(found, key.value)
        asked = self.guards.without(self.opening(found), present)
        if asked == NEVER:
            return present
        test = Test(text, f"not {text}", place)
        there = self.guards.both(asked, self.guards.test(test))
        cause = found.openings[0][1]
        added = Slot(there, Opaque(text, cause.place, cause=cause.message), cause.place)
        found.slots.setdefault(key.value, []).append(added)
        return self.guards.either(present, there)

    def item(
        self, found: DictObject, key: Constant, node: ast.expr, *, is_required: bool = False
    ) -> tuple[Choices, Guard]:
        """What stands under ``key``, and the runs in which it is not there.

        ``is_required``: without the key there is a KeyError. Where a ``try`` waits for it, an open
        dict has the key in some runs only.
        """
        choices = self.only([(slot.guard, slot.value) for slot in _slots(found, key.value)])
        missing = self.guards.without(self.running, self.union(guard for guard, _ in choices))
        opened = self.guards.both(missing, self.opening(found))
        if opened != NEVER and is_required and self.catching:
            text = self.text(node)
            opened = self.guards.both(opened, self.fresh_test(node, text, f"no {text}"))
        if opened != NEVER:
            choices.append((opened, self.opaque(node, cause=found.openings[0][1].message)))
            missing = self.guards.without(missing, opened)
        return choices, missing

    def set_item(self, found: DictObject, key: Key, choices: Choices, place: Place) -> None:
        """Write under ``key`` for the runs at hand."""
        if self.running == NEVER:
            return
        known = _slots(found, key)
        if known and not self.guards.implies(self.running, self.union(s.guard for s in known)):
            # In some runs the key is new, and comes last.
            found.is_ordered = False
        kept = self._without_running(found, key)
        written = [Slot(guard, value, place) for guard, value in self.only(choices)]
        found.slots[key] = kept + written

    def remove_item(self, found: DictObject, key: Value, node: ast.expr) -> None:
        """``del found[key]``."""
        constant = self.key_of(key)
        if constant is None:
            self.may_fail(node, "KeyError", f"an error in `{self.text(node)}`")
            self.remove_any(found, node)
            return
        there = self.has_key(found, constant, self.place(node), self.text(node))
        self.fail("KeyError", self.guards.without(self.running, there))
        self.delete_item(found, constant.value)

    def remove_any(self, found: DictObject, node: ast.expr) -> None:
        """One of the keys goes, nobody knows which."""
        for key in list(found.slots):
            text = f"`{self.text(node)}` removes {key!r}"
            with self.under(self.fresh_test(node, text, f"{key!r} stays")):
                self.delete_item(found, key)

    def delete_item(self, found: DictObject, key: Key) -> None:
        kept = self._without_running(found, key)
        if kept:
            found.slots[key] = kept
        else:
            found.slots.pop(key, None)

    def _without_running(self, found: DictObject, key: Key) -> list[Slot]:
        without = self.guards.without
        slots = [
            Slot(without(slot.guard, self.running), slot.value, slot.place)
            for slot in _slots(found, key)
        ]
        return [slot for slot in slots if slot.guard != NEVER]

    def set_value(self, found: DictObject, key: Value, choices: Choices, node: ast.AST) -> None:
        """``found[key] = …`` with a key that may be known only in part."""
        if isinstance(key, DictObject) or (isinstance(key, ListObject) and key.kind != "tuple"):
            self.fail("TypeError")
        place = self.place(node)
        constant = self.key_of(key)
        if constant is not None:
            self.set_item(found, constant.value, choices, place)
            return
        known = [(guard, name) for guard, name, _ in self.keys(found) if _may_be(key, name)]
        unset = NEVER
        if isinstance(key, Opaque) and key.default is not None:
            # In the runs in which the variable is not set, the default is the key.
            text = f"{key.variable or key.text} is not set"
            unset = self.test((id(key), "unset"), Test(text, f"{key.text} is set", key.place))
            with self.under(unset):
                self.set_item(found, key.default.value, choices, place)
            self._kept.append(key)
        with self.under(self.guards.negate(unset)):
            self._replace_any(found, known, key, choices, node)
        self.open(found, self.cause(node, f"the key {describe(key)} is not known here"))

    def _replace_any(
        self,
        found: DictObject,
        known: list[tuple[Guard, Key]],
        key: Value,
        choices: Choices,
        node: ast.AST,
    ) -> None:
        """The key may be one of those that are ``known`` to be there, each in its runs."""
        place, text = self.place(node), describe(key)
        if len(known) > MAX_CHOICES:
            # For so many it is not told which.
            tests = [self.fresh_test(node, f"the key {text} is there")] * len(known)
        elif isinstance(key, Opaque):
            tests = [self.equals(key, Constant(name, place), node) for _, name in known]
        else:
            tests = [self.fresh_test(node, f"the key {text} is {name!r}") for _, name in known]
        for (there, name), same in zip(known, tests, strict=True):
            with self.under(self.guards.both(same, there)):
                self.set_item(found, name, choices, place)

    def merge(self, target: DictObject, source: Value, node: ast.AST) -> None:
        """``target.update(source)``: of a dict, pairs, or something unknown."""
        if isinstance(source, GeneratorObject):
            source = self.listed(source)
        if isinstance(source, ListObject):
            for item in self.each(self.taken(source)):
                self._merge_pair(target, item, node)
            self._take_openings(target, source)
            return
        if isinstance(source, Opaque) and source.content is None:
            message = source.cause or f"`{source.text}` is not known here"
            self.may_fail(node, None, message)
            self.open(target, self.cause(node, message))
            return
        found = self.as_dict(source)
        if found is None:
            if isinstance(source, Constant):
                self.fail("ValueError" if isinstance(source.value, str) else "TypeError")
            else:
                self.open(target, self.cause(node, "what is added is not known here"))
            return
        for key, slots in list(found.slots.items()):
            for slot in slots:
                with self.under(slot.guard):
                    self.set_item(target, key, [(self.running, slot.value)], slot.place)
        self._take_openings(target, found)

    def _merge_pair(self, target: DictObject, item: Value, node: ast.AST) -> None:
        if not isinstance(item, ListObject) or not self.has_positions(item):
            self.open(target, self.cause(node, "a pair that is added is not known here"))
            return
        pairs = self.guards.both(self.running, [*self.lengths(item), NEVER, NEVER, NEVER][2])
        self.fail("ValueError", self.guards.negate(pairs))
        with self.under(pairs):
            values, _ = self.element(item, 1)
            for key in self.each(self.element(item, 0)[0]):
                self.set_value(target, key, self.only(values), node)

    def _take_openings(self, target: DictObject, source: DictObject | ListObject) -> None:
        target.is_ordered &= source.is_ordered
        for guard, cause in list(source.openings):
            self.open(target, cause, self.guards.both(guard, self.running))

    def copied(self, found: DictObject, node: ast.AST, deep: bool) -> DictObject:
        """A new dict with the entries that ``found`` has for the runs at hand."""
        new = DictObject(self.place(node))
        for key, slots in found.slots.items():
            for slot in slots:
                guard = self.guards.both(slot.guard, self.running)
                if guard != NEVER:
                    value = self.deep_copied(slot.value, node) if deep else slot.value
                    new.slots.setdefault(key, []).append(Slot(guard, value, slot.place))
        self._take_openings(new, found)
        return new

    def deep_copied(self, value: Value, node: ast.AST) -> Value:
        self.step()
        if isinstance(value, DictObject):
            return self.copied(value, node, deep=True)
        if isinstance(value, ListObject):
            items = [(guard, self.deep_copied(item, node)) for guard, item in value.items]
            return replace(value, items=items, openings=list(value.openings))
        return value

    def keys(self, found: DictObject) -> list[tuple[Guard, Key, Place]]:
        """The keys that are there for some of the runs at hand."""
        present = []
        for key, slots in list(found.slots.items()):
            guard = self.presence(found, key)
            if guard != NEVER:
                present.append((guard, key, slots[-1].place))
        return present

    # Everything that can be iterated over

    def items_of(self, value: Value, node: ast.expr) -> tuple[Found, Cause | None]:
        """The items of ``value``, each with the runs that meet it; and why there may be more."""
        if isinstance(value, DictObject):
            items: Found = [(guard, Constant(key, place)) for guard, key, place in self.keys(value)]
            return items, value.openings[0][1] if self.opening(value) != NEVER else None
        if isinstance(value, GeneratorObject):
            value = self.listed(value)
        if isinstance(value, ListObject):
            opened = self.opening(value) != NEVER
            return self.taken(value), value.openings[0][1] if opened else None
        if isinstance(value, Constant) and isinstance(value.value, str):
            return [(self.running, Constant(char, value.place)) for char in value.value], None
        if isinstance(value, (ModuleObject, NamespaceObject)):
            names = [
                (guard, Constant(name, self.place(node)))
                for name, guard in self.bound_names(value.scope)
            ]
            return list(names), value.scope.wild[0][1] if value.scope.wild else None
        if isinstance(value, Constant) and not isinstance(value.value, bytes):
            self.fail("TypeError")
            return [], None
        made = self.special(value, "__iter__", [], node)
        if made is not None:
            found: Found = []
            reasons: list[Cause] = []
            for one in self.each(made):
                own, reason = self.items_of(one, node)
                found += own
                reasons += [reason] if reason is not None else []
            return found, reasons[0] if reasons else None
        cause = self.cause(node, f"what `{self.text(node)}` holds is not known here")
        self.may_fail(node, "TypeError", cause.message)
        return [], cause


def _may_be(key: Value, name: Key) -> bool:
    """Whether a key that is not known may be ``name``."""
    if not isinstance(key, Template):
        return isinstance(key, Opaque)
    parts = (re.escape(part) if isinstance(part, str) else ".*" for part in key.parts)
    return isinstance(name, str) and re.fullmatch("".join(parts), name, re.DOTALL) is not None


def _slots(found: DictObject, key: Key) -> list[Slot]:
    return found.slots.get(key, [])
