"""Branches: ``if`` and ``match``.

Storey above definitions. A branch narrows the runs at hand; nothing is merged behind it.
"""

from __future__ import annotations

import ast

from cachelint.settings.interpreter.definitions import Definitions
from cachelint.settings.interpreter.guards import NEVER, Guard
from cachelint.settings.interpreter.values import Value
from cachelint.settings.records import Constant


class Branches(Definitions):
    """Runs branches."""

    def _if(self, node: ast.If) -> None:
        self._branch(self.is_true(node.test), node.body, node.orelse)

    def _branch(self, true: Guard, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        outer = self.running
        mark = len(self.dead)
        self.running = entered = self.guards.both(outer, true)
        self.block(body)
        after = self.running
        if after == entered and not orelse:
            # Nobody has left meanwhile.
            self.running = outer
        else:
            self.running = others = self.guards.without(outer, true)
            self.block(orelse)
            if after == entered and self.running == others:
                self.running = outer
            else:
                self.running = self.guards.either(after, self.running)
        self.revive(mark)

    def _match(self, node: ast.Match) -> None:
        subjects = self.evaluate(node.subject)
        mark = len(self.dead)
        after = NEVER
        for case in node.cases:
            outer = self.running
            if outer == NEVER:
                break
            matched = NEVER
            for subject in self.each(subjects):
                holds = self._matches(case.pattern, subject, node.subject)
                matched = self.guards.either(matched, self.guards.both(self.running, holds))
            self.running = self.guards.both(outer, matched)
            if case.guard is not None and self.running != NEVER:
                matched = self.is_true(case.guard)
                self.running = self.guards.both(self.running, matched)
            waiting = self.guards.without(outer, self.running)
            self.block(case.body)
            after = self.guards.either(after, self.running)
            self.running = waiting
        self.running = self.guards.either(after, self.running)
        self.revive(mark)

    def _matches(self, pattern: ast.pattern, subject: Value, node: ast.expr) -> Guard:
        if isinstance(pattern, ast.MatchAs):
            holds = self.running
            if pattern.pattern is not None:
                holds = self._matches(pattern.pattern, subject, node)
            if pattern.name is not None:
                with self.under(holds):
                    self.bind(self.frame.scope, pattern.name, [(self.running, subject)])
            return holds
        if isinstance(pattern, ast.MatchOr):
            return self.union(self._matches(p, subject, node) for p in pattern.patterns)
        if isinstance(pattern, ast.MatchValue):
            test = ast.copy_location(ast.Compare(node, [ast.Eq()], [pattern.value]), node)
            found = NEVER
            for value in self.each(self.evaluate(pattern.value)):
                equal = self.compared(ast.Eq(), subject, value, test)
                found = self.guards.either(found, self.guards.both(self.running, equal))
            return found
        if isinstance(pattern, ast.MatchSingleton):
            constant = Constant(pattern.value, self.place(node))
            test = ast.copy_location(ast.Compare(node, [ast.Is()], [node]), node)
            return self.compared(ast.Is(), subject, constant, test)
        for child in ast.walk(pattern):
            name = getattr(child, "name", None) or getattr(child, "rest", None)
            if isinstance(name, str):
                self.bind(self.frame.scope, name, self.unknown(node))
        return self.fresh_test(node, f"`{self.text(node)}` matches line {pattern.lineno}")
