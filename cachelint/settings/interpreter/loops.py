"""Loops: rounds that are known, rounds that are not, and who leaves them.

Storey above branches. What a loop goes through is for the storeys below.
"""

from __future__ import annotations

import ast

from cachelint.settings.interpreter.branches import Branches
from cachelint.settings.interpreter.comprehensions import MAX_ROUNDS
from cachelint.settings.interpreter.frames import Jumps
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.outlines import written_names
from cachelint.settings.interpreter.values import DictObject, ListObject, Opaque, Scope, Value
from cachelint.settings.records import Constant

#: Rounds of a loop of which nobody knows how often it runs.
MAX_UNKNOWN_ROUNDS = 2


class Loops(Branches):
    """Runs loops."""

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        if not self.is_relevant:
            self._skip(node)
            return
        iterables = self.evaluate(node.iter)
        jumps = Jumps()
        mark = len(self.dead)
        self.loops.append(jumps)
        unknown: list[Value] = []
        for iterable in self.each(iterables):
            items, cause = self.items_of(iterable, node.iter)
            if len(items) > 4 * MAX_ROUNDS:
                items = items[: 4 * MAX_ROUNDS]
                cause = self.cause(node.iter, "so many rounds are not followed")
            for guard, item in items:
                with self.under(guard):
                    self._round(node.target, item, node.body, jumps)
            if cause is not None:
                unknown.append(iterable)
                self._unknown_rounds(node, jumps, self.opaque(node.iter, cause=cause.message))
        self.loops.pop()
        self.block(node.orelse)
        self.running = self.guards.either(self.running, jumps.broken)
        self.revive(mark)

    def _skip(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        """A loop that cannot matter for CACHES: what it may write is not known afterwards."""
        cause = self.cause(node, "a loop that is not followed")
        self.may_fail(node, None, f"an error in {cause.message}")
        for name in dict.fromkeys(written_names(node)):
            scope = self.frame.scope
            scope = scope.declared.get(name, scope)
            choices, _ = self.own(scope, name, node)
            for _, value in choices:
                if isinstance(value, (DictObject, ListObject)):
                    self.expose(value, cause)
            if not any(isinstance(value, (DictObject, ListObject)) for _, value in choices):
                self.bind(
                    scope, name, [(self.running, Opaque(name, cause.place, "", cause.message))]
                )

    def _round(
        self, target: ast.expr | None, item: Value, body: list[ast.stmt], jumps: Jumps
    ) -> None:
        if self.running == NEVER:
            return
        if target is not None:
            self.assign(target, [(self.running, item)])
        jumps.continued = NEVER
        self.block(body)
        self.running = self.guards.either(self.running, jumps.continued)
        jumps.continued = NEVER

    def _unknown_rounds(self, node: ast.For | ast.AsyncFor, jumps: Jumps, item: Opaque) -> None:
        """Rounds of which nobody knows how many there are: none, one, and some more."""
        text = self.text(node.iter)
        waiting = NEVER
        for number in range(MAX_UNKNOWN_ROUNDS):
            again = self.fresh_test(node, f"`{text}` has items", f"`{text}` has no more items")
            waiting = self.guards.either(waiting, self.guards.without(self.running, again))
            self.running = self.guards.both(self.running, again)
            before = self._written()
            fresh = Opaque(item.text, item.place, "", item.cause)
            self._round(node.target, fresh, node.body, jumps)
            if number and self._written() == before:
                break
        else:
            self._widen(node, before)
        self.running = self.guards.either(self.running, waiting)

    def _written(self) -> dict[str, int]:
        """What the names in reach are, roughly: to see whether one more round changes anything."""
        found: dict[str, int] = {}
        scope: Scope | None = self.frame.scope
        while scope is not None:
            for name, choices in scope.names.items():
                kinds = [
                    len(value.slots) if isinstance(value, DictObject)
                    else len(value.items) if isinstance(value, ListObject)
                    else hash(value.value) if isinstance(value, Constant) else 0
                    for _, value in choices
                ]  # fmt: skip
                found[f"{id(scope)}.{name}"] = hash(tuple(sorted(kinds)))
            scope = scope.parent
        return found

    def _widen(self, node: ast.For | ast.AsyncFor | ast.While, before: dict[str, int]) -> None:
        """More rounds than are followed may have done more of the same."""
        cause = self.cause(node, "a loop whose rounds are not known")
        scope: Scope | None = self.frame.scope
        after = self._written()
        while scope is not None:
            for name, choices in list(scope.names.items()):
                key = f"{id(scope)}.{name}"
                if before.get(key) == after.get(key):
                    continue
                for _, value in choices:
                    if isinstance(value, (DictObject, ListObject)):
                        self.open(value, cause)
                if all(isinstance(value, (Constant, Opaque)) for _, value in choices):
                    self.bind(scope, name, [(self.running, Opaque(name, cause.place))])
            scope = scope.parent

    def _while(self, node: ast.While) -> None:
        if not self.is_relevant:
            self._skip(node)
            return
        jumps = Jumps()
        self.loops.append(jumps)
        ended = NEVER
        undecided = 0
        before: dict[str, int] = {}
        for _ in range(MAX_ROUNDS):
            if self.running == NEVER:
                break
            true = self.is_true(node.test)
            going = self.guards.both(self.running, true)
            ended = self.guards.either(ended, self.guards.without(self.running, true))
            undecided += going not in (NEVER, self.running)
            self.running = going
            before = self._written()
            self._round(None, Constant(None, self.place(node.test)), node.body, jumps)
            if undecided == MAX_UNKNOWN_ROUNDS:
                break
        if self.running != NEVER:
            self._widen(node, before)
        self.running = self.guards.either(self.running, ended)
        self.loops.pop()
        self.block(node.orelse)
        self.running = self.guards.either(self.running, jumps.broken)

    def _break(self, node: ast.Break) -> None:
        if self.loops:
            jumps = self.loops[-1]
            jumps.broken = self.guards.either(jumps.broken, self.running)
        self.running = NEVER

    def _continue(self, node: ast.Continue) -> None:
        if self.loops:
            jumps = self.loops[-1]
            jumps.continued = self.guards.either(jumps.continued, self.running)
        self.running = NEVER
