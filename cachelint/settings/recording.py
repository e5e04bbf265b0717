"""Values of the interpreter → records: what a value is in the runs in which a guard holds.

Knows how far down records go and how a condition is told; must not know which settings there are
nor how they were read.
"""

from __future__ import annotations

from collections.abc import Sequence

from cachelint.settings.interpreter.guards import ALWAYS, NEVER, Guard, Test, TooLongError
from cachelint.settings.interpreter.modules_by_name import Interpreter
from cachelint.settings.interpreter.values import (
    ClassObject,
    DictObject,
    FunctionObject,
    ListObject,
    MemberObject,
    Opaque,
    PathObject,
    Scope,
    Template,
    Value,
)
from cachelint.settings.records import (
    Cause,
    Choice,
    Condition,
    Constant,
    Item,
    Known,
    Listing,
    Mapping,
    Place,
    Reference,
    Text,
    Unknown,
)

#: `TEMPLATES` has the most storeys of what rules ask for, `OPTIONS: {loaders: [(…, […])]}`.
_MAX_DEPTH = 6
#: Real settings have some hundreds of values; dicts that stand in each other have no end of them.
_MAX_RECORDS = 20_000


class Recorder:
    """Makes records of what a machine has read."""

    def __init__(self, machine: Interpreter, scope: Scope, start: Place) -> None:
        """``scope``: where settings stand that a condition may be told by; ``start``: its file."""
        self.machine = machine
        self.scope = scope
        self.start = start
        self.tells_flags = True
        """Whether a condition names the settings that hold with it; for each value it is dear."""
        self.reached: Sequence[Guard] = ()
        """Factors of the runs that count (see Guards.factors); none: all do."""
        self._flags: dict[str, tuple[Guard, list[Test]]] | None = None
        self._records = 0

    def known(self, value: Value, guard: Guard, depth: int = 0) -> Known:
        """``value`` as a record, as the runs in which ``guard`` holds see it.

        Raises TooLongError where it has no end.
        """
        self._records += 1
        if self._records > _MAX_RECORDS:
            raise TooLongError
        if isinstance(value, Constant):
            return value
        if isinstance(value, Template):
            parts = tuple(p if isinstance(p, str) else self._unknown(p, guard) for p in value.parts)
            return Text(parts, value.place)
        if isinstance(value, Opaque):
            if value.content is not None and value.content.slots and depth < _MAX_DEPTH:
                return self._mapping(value.content, guard, depth)
            return self._unknown(value, guard)
        if isinstance(value, DictObject) and depth < _MAX_DEPTH:
            return self._mapping(value, guard, depth)
        if isinstance(value, ListObject) and depth < _MAX_DEPTH:
            return self._listing(value, guard, depth)
        if isinstance(value, PathObject):
            return Constant(value.text, value.place)
        if isinstance(value, MemberObject):
            return self.known(value.value, guard, depth)
        if isinstance(value, (ClassObject, FunctionObject)):
            return Reference(f"{value.module.name}.{value.name}", value.place)
        place = getattr(value, "place", self.start)
        return Unknown(type(value).__name__, place)

    def _unknown(self, value: Opaque, guard: Guard) -> Unknown:
        machine = self.machine
        may_be_none = value.may_be_none and (
            self.alive(machine.guards.both(guard, machine.is_none(value))) != NEVER
        )
        called = value.path.removesuffix("()") if value.path.endswith("()") else None
        return Unknown(value.text, value.place, value.cause, value.variable, may_be_none, called)

    def _mapping(self, value: DictObject, guard: Guard, depth: int) -> Mapping:
        guards = self.machine.guards
        items = []
        for key, slots in value.slots.items():
            choices = []
            present = NEVER
            for slot in slots:
                both = self.alive(guards.both(slot.guard, guard))
                if both != NEVER:
                    present = guards.either(present, both)
                    known = self.known(slot.value, both, depth + 1)
                    choices.append(Choice(known, self.when(both, guard, slot.place)))
            if choices and isinstance(key, str):
                is_definite = guards.implies(self.alive(guard, present), present)
                items.append(Item(key, tuple(choices), is_definite, slots[-1].place))
        causes = [
            cause for g, cause in value.openings if self.alive(guards.both(g, guard)) != NEVER
        ]
        return Mapping(tuple(items), value.place, tuple(dict.fromkeys(causes)))

    def _causes(self, value: DictObject | ListObject, guard: Guard) -> list[Cause]:
        both = self.machine.guards.both
        return [c for opened, c in value.openings if self.alive(both(opened, guard)) != NEVER]

    def _listing(self, value: ListObject, guard: Guard, depth: int) -> Listing:
        guards = self.machine.guards
        items = []
        for own, item in value.items:
            both = self.alive(guards.both(own, guard))
            if both != NEVER:
                known = self.known(item, both, depth + 1)
                place = getattr(item, "place", value.place)
                items.append(Choice(known, self.when(both, guard, place)))
        causes = [
            cause for g, cause in value.openings if self.alive(guards.both(g, guard)) != NEVER
        ]
        if not value.is_ordered:
            causes.append(Cause(value.place, "the order of what is in it is not known"))
        return Listing(tuple(items), value.place, tuple(dict.fromkeys(causes)))

    # Conditions

    def alive(self, guard: Guard, other: Guard = ALWAYS) -> Guard:
        """The runs of ``guard`` that count, as far as its tests and those of ``other`` tell."""
        if not self.reached:
            return guard
        guards = self.machine.guards
        counting = guards.both(guards.among(guard, self.reached), guards.among(other, self.reached))
        return guards.both(guard, counting)

    def when(self, guard: Guard, where: Guard, place: Place) -> Condition | None:
        """The condition of ``guard`` among the runs of ``where``; None where it always holds."""
        if self.machine.guards.implies(self.alive(where, guard), guard):
            return None
        return self.condition(guard, where, place)

    def condition(self, guard: Guard, where: Guard, place: Place) -> Condition:
        guards = self.machine.guards
        simple = guards.simplified(guard, self.alive(where, guard))
        tests = guards.tests_of(simple)
        asked = set(tests)
        flags = [] if not self.tells_flags else [
            flag
            for flag, (true, tests_of_flag) in self._known_flags().items()
            if not asked.isdisjoint(tests_of_flag) and guards.implies(true, guard)
        ]  # fmt: skip
        return Condition(
            guards.text(simple),
            tests[0].place if tests else place,
            tuple(flags),
            tuple(dict.fromkeys(a for test in tests for a in test.arguments)),
        )

    def _known_flags(self) -> dict[str, tuple[Guard, list[Test]]]:
        """Where each setting that a test has asked for is true, and (``not X``) where it is not."""
        if self._flags is None:
            self._flags = {}
            for name, choices in self.scope.names.items():
                true = self.machine.known_truth(choices) if name.isupper() else None
                if true is not None:
                    guards = self.machine.guards
                    for flag, holds in ((name, true), (f"not {name}", guards.negate(true))):
                        self._flags[flag] = holds, guards.tests_of(holds)
        return self._flags
