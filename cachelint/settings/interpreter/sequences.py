"""Keys; lists and tuples by position, where it depends on the run who stands there.

Storey above namespaces. An item that is there in some runs only moves all that follow it: the runs
are told apart by how many items stand before one. Must not know who asks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cachelint.settings.interpreter.arguments import one_constant
from cachelint.settings.interpreter.guards import NEVER, Guard
from cachelint.settings.interpreter.namespaces import Namespaces
from cachelint.settings.interpreter.values import (
    Choices,
    DictObject,
    Found,
    ListObject,
    MemberObject,
    Opaque,
    Value,
    describe,
)
from cachelint.settings.records import Cause, Constant

#: Positions in longer lists are not told apart.
MAX_POSITIONS = 64
#: Nor in lists with more items that are there in some runs only: who stands where takes as many
#: guards as there are ways to choose among them.
MAX_UNCERTAIN = 6


#: Bases that make the members of an Enum equal to their values.
_TEXT_BASES = frozenset({
    "builtins.str", "builtins.int", "enum.StrEnum", "enum.IntEnum", "django.db.models.TextChoices",
    "django.db.models.IntegerChoices", "django.db.models.enums.TextChoices",
})  # fmt: skip


class Sequences(Namespaces):
    """Reading and writing of lists by position."""

    # Storey above

    def items_of(self, value: Value, node: ast.expr) -> tuple[Found, Cause | None]:
        raise NotImplementedError

    # Keys

    def key_of(self, value: Value) -> Constant | None:
        """The constant that ``value`` is as a key of a dict."""
        if isinstance(value, Constant):
            return value
        if isinstance(value, MemberObject) and self.is_text_member(value):
            return self.key_of(value.value)
        return None

    def is_text_member(self, member: MemberObject) -> bool:
        """Whether a member of an Enum equals its value."""
        return any(
            isinstance(base, Opaque) and base.path in _TEXT_BASES for base in member.cls.bases
        )

    # Positions

    def has_positions(self, found: ListObject) -> bool:
        """Whether it is known, for the runs at hand, which items stand where."""
        if not found.is_ordered or len(found.items) > MAX_POSITIONS:
            return False
        uncertain = sum(not self.guards.implies(self.running, guard) for guard, _ in found.items)
        return uncertain <= MAX_UNCERTAIN and self.opening(found) == NEVER

    def element(self, found: ListObject, index: int) -> tuple[Found, Guard]:
        """What stands at ``index``, and the runs in which the list is not that long."""
        places = self._at(found, index)
        return [(guard, found.items[n][1]) for guard, n in places], self._others(places)

    def replaced(self, found: ListObject, index: int, choices: Choices) -> tuple[Found, Guard]:
        """As ``element``; ``choices`` stand there from now on, or nothing."""
        places = self._at(found, index)
        old = [(guard, found.items[number][1]) for guard, number in places]
        for guard, number in reversed(places):
            own, value = found.items[number]
            with self.under(guard):
                rest = (self.guards.without(own, guard), value)
                found.items[number : number + 1] = [rest, *self.only(choices)]
        found.items = [item for item in found.items if item[0] != NEVER]
        return old, self._others(places)

    def insert(self, found: ListObject, index: int, choices: Choices) -> None:
        """``found.insert(index, …)``; beyond the list is at its end."""
        places = self._at(found, index)
        beyond = self._others(places)
        places.append((beyond, len(found.items) if index >= 0 else 0))
        for guard, number in sorted(places, key=lambda place: place[1], reverse=True):
            with self.under(guard):
                found.items[number:number] = self.only(choices)

    def part(self, found: ListObject, index: slice) -> list[Guard]:
        """Where each item is in the slice, whose step is 1."""
        guards = [guard for guard, _ in found.items]
        before = self._counted(guards)
        after = list(self._counted(guards[::-1]))[::-1]
        result = []
        for guard, left, right in zip(guards, before, after, strict=True):
            inside = self.guards.both(self.running, guard)
            for bound, is_lower in ((index.start, True), (index.stop, False)):
                if bound is None:
                    continue
                far = self.union((left if bound >= 0 else right)[abs(bound) :])
                if is_lower == (bound >= 0):
                    inside = self.guards.both(inside, far)
                else:
                    inside = self.guards.without(inside, far)
            result.append(inside)
        return result

    def lengths(self, found: ListObject) -> list[Guard]:
        """Where the list has 0, 1, 2 … items."""
        return list(self._counted([*(guard for guard, _ in found.items), NEVER]))[-1]

    def any_of(self, items: Choices, node: ast.expr, cause: Cause | None = None) -> Choices:
        """One of ``items``, nobody knows which; ``cause``: or something that is none of them."""
        items = self.only(items)
        left = self.running
        found: Found = []
        for number, (guard, value) in enumerate(items):
            later = self.union(guard for guard, _ in items[number + 1 :])
            picked = self.guards.both(left, guard)
            if cause is not None or self.guards.both(picked, later) != NEVER:
                text = f"`{self.text(node)}` is {describe(value)}"
                test = self.fresh_test(node, text, f"{text} not")
                sole = NEVER if cause is not None else self.guards.without(picked, later)
                picked = self.guards.either(sole, self.guards.both(picked, test))
            found.append((picked, value))
            left = self.guards.without(left, picked)
        if cause is not None and left != NEVER:
            found.append((left, self.opaque(node, cause=cause.message)))
        return [choice for choice in found if choice[0] != NEVER]

    def some_of(self, found: ListObject, node: ast.AST) -> Found:
        """The items of a list, of which any may be missing."""
        return [
            (self.guards.both(guard, self.fresh_test(node, f"{describe(item)} stays")), item)
            for guard, item in self.only(found.items)
        ]

    def taken(self, found: ListObject) -> Found:
        """All items, for somebody who goes through them: a generator has them once."""
        items = self.only(found.items)
        if found.kind == "generator":
            kept = [(self.guards.without(guard, self.running), item) for guard, item in found.items]
            found.items = [item for item in kept if item[0] != NEVER]
        return items

    def disturb(self, found: ListObject, node: ast.AST) -> None:
        """Nobody knows what is left of a list, nor where it stands."""
        kept = [(self.guards.without(guard, self.running), item) for guard, item in found.items]
        found.items = [item for item in kept if item[0] != NEVER] + self.some_of(found, node)
        found.is_ordered = False

    def sort(self, found: ListObject, keywords: Mapping[str, Choices]) -> None:
        """Sort texts or numbers that are all known; else nobody knows how they stand."""
        reverse = one_constant(keywords["reverse"]) if "reverse" in keywords else None
        is_known = "key" not in keywords and ("reverse" not in keywords or reverse is not None)
        keys = [(self.key_of(choice[1]), choice) for choice in found.items]
        constants: list[tuple[Any, tuple[Guard, Value]]] = [
            (key.value, choice) for key, choice in keys if key is not None
        ]
        kinds = {type(value) for value, _ in constants}
        found.is_ordered = (
            is_known and len(constants) == len(found.items) and kinds in ({str}, {int}, set())
        )
        if found.is_ordered:
            is_reverse = reverse is not None and bool(reverse.value)
            constants.sort(key=lambda constant: constant[0], reverse=is_reverse)
            found.items = [choice for _, choice in constants]

    def extend(self, target: ListObject, source: Value, node: ast.expr) -> None:
        """``target.extend(source)``."""
        items, cause = self.items_of(source, node)
        target.items += items
        if isinstance(source, (DictObject, ListObject)):
            target.is_ordered &= source.is_ordered
        if cause is not None:
            self.open(target, cause)

    # Counting

    def _at(self, found: ListObject, index: int) -> list[tuple[Guard, int]]:
        """The numbers of the items that stand at ``index``, each with its runs."""
        order = range(len(found.items)) if index >= 0 else range(len(found.items))[::-1]
        position = index if index >= 0 else -index - 1
        places = []
        counts = self._counted([found.items[number][0] for number in order], position)
        for number, count in zip(order, counts, strict=True):
            if position < len(count):
                guard = self.guards.both(count[position], found.items[number][0])
                if guard != NEVER:
                    places.append((guard, number))
        return sorted(places, key=lambda place: place[1])

    def _counted(
        self, guards: Iterable[Guard], limit: int = MAX_POSITIONS
    ) -> Iterator[list[Guard]]:
        """For each item: where 0, 1, 2 … of those before it are there, up to ``limit``."""
        counts = [self.running]
        for guard in guards:
            yield counts
            stayed = [self.guards.without(count, guard) for count in counts]
            moved = [self.guards.both(count, guard) for count in counts]
            pairs = zip([*stayed, NEVER], [NEVER, *moved], strict=True)
            counts = [self.guards.either(stay, move) for stay, move in pairs][: limit + 1]

    def _others(self, choices: Iterable[tuple[Guard, object]]) -> Guard:
        """The runs at hand that none of ``choices`` has."""
        return self.guards.without(self.running, self.union(guard for guard, _ in choices))
