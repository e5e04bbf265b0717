"""``with``: what runs before and after a body, and which errors of it are swallowed.

Storey above errors. A context manager outside of the tree lets all errors through.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.errors import Errors
from cachelint.settings.interpreter.frames import Raised
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.values import (
    Choices,
    Found,
    GeneratorObject,
    InstanceObject,
    Opaque,
)


class Contexts(Errors):
    """Runs ``with``."""

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        mark = len(self.dead)
        self._enter_item(node, 0)
        self.revive(mark)

    def _enter_item(self, node: ast.With | ast.AsyncWith, number: int) -> None:
        if number == len(node.items):
            self.block(node.body)
            return
        item = node.items[number]

        def body(choices: Choices) -> None:
            if item.optional_vars is not None:
                self.assign(item.optional_vars, choices)
            self._enter_item(node, number + 1)

        for manager in self.each(self.evaluate(item.context_expr)):
            if isinstance(manager, InstanceObject):
                self._inside_instance(manager, item.context_expr, body)
            elif isinstance(manager, GeneratorObject) and manager.is_context:
                self._inside_generator(manager, body)
            elif isinstance(manager, Opaque) and manager.path == "contextlib.suppress()":
                self._suppressing(item.context_expr, body)
            else:
                is_file = isinstance(manager, Opaque) and manager.path.startswith("file:")
                value = manager if is_file else self.opaque(item.context_expr)
                body([(self.running, value)])

    def _inside_instance(
        self, manager: InstanceObject, node: ast.expr, body: Callable[[Choices], None]
    ) -> None:
        entered = self.running
        choices = self._call_method(manager, "__enter__", node)
        self.catching.append([])
        body(choices)
        raised = self.catching.pop()
        after = self.running
        failed = self.union(error.guard for error in raised)
        # Runs that have left by a return or a jump leave through it, too.
        self.running = self.guards.without(entered, self.guards.either(after, failed))
        self._call_method(manager, "__exit__", node)
        self.running = after
        self._call_method(manager, "__exit__", node)
        after = self.running
        for error in raised:
            self.running = error.guard
            swallowed = NEVER
            for value in self.each(self._call_method(manager, "__exit__", node)):
                true = self.guards.both(self.running, self.truth(value, node))
                swallowed = self.guards.either(swallowed, true)
            self.pass_on([Raised(self.guards.without(self.running, swallowed), error.name)])
            after = self.guards.either(after, swallowed)
        self.running = after

    def _call_method(self, manager: InstanceObject, name: str, node: ast.expr) -> Choices:
        if self.running == NEVER:
            return []
        found: Found = []
        unknown = [self.unknown(node) for _ in range(3 if name == "__exit__" else 0)]
        call = ast.copy_location(ast.Call(node, [], []), node)
        for method in self.each(self.attribute(manager, name, node)):
            found += self.call_value(method, Arguments(list(unknown)), call)
        return self.only(found)

    def _inside_generator(self, manager: GeneratorObject, body: Callable[[Choices], None]) -> None:
        frame, loops = self.frame, self.loops

        def take(choices: Choices) -> None:
            with self.outside(frame, loops):
                body(choices)

        manager.produce(take)

    def _suppressing(self, node: ast.expr, body: Callable[[Choices], None]) -> None:
        """``with suppress(…)``: the errors are those of the call, if that is what stands here."""
        self.catching.append([])
        body(self.unknown(node))
        raised = self.catching.pop()
        after = self.running
        for error in raised:
            if isinstance(node, ast.Call):
                hit = self.caught(node.args, error, node)
            else:
                test = self.fresh_test(node, f"`{self.text(node)}` takes the error")
                hit = self.guards.both(error.guard, test)
            after = self.guards.either(after, hit)
            self.pass_on([Raised(self.guards.without(error.guard, hit), error.name)])
        self.running = after
