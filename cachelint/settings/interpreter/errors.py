"""Errors: who raises them, who waits for them, and which runs a handler takes.

Storey above loops. That an expression may fail is said where it is evaluated.
"""

from __future__ import annotations

import ast
import builtins

from cachelint.settings.interpreter.frames import Raised
from cachelint.settings.interpreter.guards import NEVER, Guard
from cachelint.settings.interpreter.loops import Loops
from cachelint.settings.interpreter.values import ClassObject, Opaque, Value


class Errors(Loops):
    """Runs ``raise``, ``assert`` and ``try``."""

    def _raise(self, node: ast.Raise) -> None:
        name: str | None = None
        if node.exc is not None:
            error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            for value in self.each(self.evaluate(error)):
                name = self._error_name(value)
        self.end(name)

    def _error_name(self, value: Value) -> str | None:
        if isinstance(value, Opaque) and value.path:
            return value.path.removeprefix("builtins.")
        return f":{value.name}" if isinstance(value, ClassObject) else None

    def _assert(self, node: ast.Assert) -> None:
        true = self.is_true(node.test)
        self.end("AssertionError", self.guards.without(self.running, true))

    def _try(self, node: ast.Try) -> None:
        entered = self.running
        mark = len(self.dead)
        awaited, self.awaits_errors = self.awaits_errors, self.is_relevant
        self.catching.append([])
        self.block(node.body)
        raised = self.catching.pop()
        self.awaits_errors = awaited
        self.block(node.orelse)
        after = self.running
        for handler in node.handlers:
            caught = NEVER
            remaining: list[Raised] = []
            for error in raised:
                hit = error.guard
                if handler.type is not None:
                    types = _displayed(handler.type)
                    hit = self.caught(types, error, handler)
                caught = self.guards.either(caught, hit)
                rest = self.guards.without(error.guard, hit)
                if rest != NEVER:
                    remaining.append(Raised(rest, error.name))
            raised = remaining
            if caught != NEVER:
                self.running = caught
                if handler.name is not None:
                    unknown = Opaque(handler.name, self.place(handler))
                    self.bind(self.frame.scope, handler.name, [(self.running, unknown)])
                self.block(handler.body)
                after = self.guards.either(after, self.running)
        self.pass_on(raised)
        if node.finalbody:
            self.running = entered
            self.block(node.finalbody)
            after = self.guards.both(after, self.running)
        self.running = after
        self.revive(mark)

    def caught(self, types: list[ast.expr], error: Raised, node: ast.AST) -> Guard:
        """The runs of ``error`` that ``except types`` takes."""
        self.running = error.guard
        caught = NEVER
        for type_ in types:
            for value in self.each(self.evaluate(type_)):
                answer = _is_caught(error.name, self._error_name(value))
                if answer is None:
                    name = self.text(type_)
                    test = self.fresh_test(node, f"{name} is raised", f"no {name}")
                    caught = self.guards.either(caught, self.guards.both(self.running, test))
                elif answer:
                    caught = self.guards.either(caught, self.running)
        return self.guards.both(caught, error.guard)


def _displayed(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _is_caught(raised: str | None, handled: str | None) -> bool | None:
    """Whether ``except handled`` takes an error of the class ``raised``; None: nobody knows."""
    if handled in ("Exception", "BaseException"):
        return raised != "SystemExit" or handled == "BaseException"
    if raised is None or handled is None:
        return None
    if raised == handled:
        return True
    known = [getattr(builtins, name, None) for name in (raised, handled)]
    first, second = known
    if isinstance(first, type) and isinstance(second, type):
        # It may have been one of a narrower class.
        return True if issubclass(first, second) else None if issubclass(second, first) else False
    # An error of Python is none of a library's; the other way round it may be.
    return False if isinstance(first, type) else None
