"""Functions of the tree: how they are made, and how their bodies are run for a call.

Storey above parameters. Must not know how a call is written nor what else can be called.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from cachelint.settings.interpreter.arguments import Arguments, one_constant
from cachelint.settings.interpreter.frames import Frame
from cachelint.settings.interpreter.guards import NEVER, Test
from cachelint.settings.interpreter.outlines import writes_settings
from cachelint.settings.interpreter.parameters import Parameters
from cachelint.settings.interpreter.values import (
    Choices,
    Found,
    FunctionObject,
    GeneratorObject,
    ListObject,
    Opaque,
    Scope,
)
from cachelint.settings.records import Cause, Constant

#: Functions of the tree that call one another more deeply are not followed (SETTINGS.md has 5;
#: class-based settings need some more for their constructors and properties).
MAX_DEPTH = 8


class Functions(Parameters):
    """Makes and enters functions."""

    # Storey above

    def block(self, body: list[ast.stmt]) -> None:
        raise NotImplementedError

    # Making

    def function(self, node: ast.Lambda) -> Choices:
        return [(self.running, self.make_function(node))]

    def make_function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    ) -> FunctionObject:
        """The function of a ``def`` or ``lambda``, its defaults evaluated."""
        parameters = node.args
        names = [parameter.arg for parameter in (*parameters.posonlyargs, *parameters.args)]
        defaults: dict[str, Choices] = {}
        if parameters.defaults:
            tail = names[-len(parameters.defaults) :]
            for name, default in zip(tail, parameters.defaults, strict=True):
                defaults[name] = self.evaluate(default)
        for parameter, value in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True):
            if value is not None:
                defaults[parameter.arg] = self.evaluate(value)
        scope = self.frame.scope
        while scope.kind == "class" and scope.parent is not None:
            scope = scope.parent
        return FunctionObject(node, self.frame.module, scope, defaults, self.place(node))

    # Entering

    def run_function(
        self, function: FunctionObject, positional: list[Choices], node: ast.AST
    ) -> Choices:
        return self.enter(function, Arguments(positional), node)

    def enter(self, function: FunctionObject, arguments: Arguments, node: ast.AST) -> Choices:
        """Run the body of a function of the tree."""
        self.step()
        if not self.is_relevant:
            cause = self.cause(node, f"{function.name}() is not followed")
            for choices in arguments.all():
                for value in self.each(choices):
                    self.escape(value, cause)
            return [(self.running, Opaque(f"{function.name}()", self.place(node)))]
        depth = sum([frame.function is not None for frame in self.frames])
        if depth >= MAX_DEPTH or isinstance(function.node, ast.AsyncFunctionDef):
            return self._not_entered(function, arguments, node)
        if function.kind == "memoized":
            return self._remembered(function, arguments, node)
        return self._entered(function, arguments)

    def _remembered(self, function: FunctionObject, arguments: Arguments, node: ast.AST) -> Choices:
        """A call of a function that returns the same object for the same arguments."""
        keys = [one_constant(self.only(choices)) for choices in arguments.positional]
        key = tuple(constant.value for constant in keys if constant is not None)
        if len(key) < len(keys) or arguments.keywords or not arguments.is_complete:
            choices = self._entered(function, arguments)
            for value in self.each(choices):
                self.escape(value, self.cause(node, f"{function.name}() keeps it"))
            return choices
        found: Found = []
        for known, guard, choices in function.memo:
            if known == key:
                with self.under(guard):
                    found += self.only(choices)
        fresh = self.guards.without(self.running, self.union(guard for guard, _ in found))
        with self.under(fresh):
            if self.running != NEVER:
                made = self._entered(function, arguments)
                function.memo.append((key, self.running, made))
                found += made
        return self.merged(found)

    def _entered(self, function: FunctionObject, arguments: Arguments) -> Choices:
        scope = Scope("function", function.scope)
        self.bind_parameters(function, arguments, scope)
        receiver = None
        if arguments.positional and len(arguments.positional[0]) == 1:
            receiver = arguments.positional[0][0][1]
        frame = Frame(function.module, scope, function, receiver, function.owner, self.is_relevant)
        if function.is_generator:
            return [(self.running, self._generator(function, frame))]
        return self._body_of(function, frame)

    def _generator(self, function: FunctionObject, frame: Frame) -> GeneratorObject:
        def produce(take: Callable[[Choices], None] | None) -> ListObject:
            frame.take, frame.yielded = take, ListObject(function.place, "generator")
            self._body_of(function, frame)
            return frame.yielded

        return GeneratorObject(function.place, produce, function.kind == "context")

    def _body_of(self, function: FunctionObject, frame: Frame) -> Choices:
        with self.inside(frame):
            return self._returned(function, frame)

    def _returned(self, function: FunctionObject, frame: Frame) -> Choices:
        if isinstance(function.node, ast.Lambda):
            return self.evaluate(function.node.body)
        mark = len(self.dead)
        self.block(function.node.body)
        place = function.place
        ended = (self.running, Constant(None, place))
        found = self.told_apart(function.name, self.merged([*frame.returned, ended]))
        self.running = self.union(guard for guard, _ in found)
        self.revive(mark)
        return found

    def may_call(self, function: FunctionObject, cause: Cause) -> None:
        """Somebody outside of the tree has got ``function`` and may call it, with anything.

        That is followed where the function itself writes settings.
        """
        if self.is_relevant and self.statement is not None and writes_settings(function.node):
            called = Test(f"{cause.message} calls it", f"{cause.message} does not", cause.place)
            with self.under(self.guards.test(called)):
                unknown = Arguments(is_complete=False)
                self.enter(function, unknown, self.statement[1])

    def _not_entered(
        self, function: FunctionObject, arguments: Arguments, node: ast.AST
    ) -> Choices:
        cause = self.cause(node, f"{function.name}() is not followed so deeply")
        if isinstance(function.node, ast.AsyncFunctionDef):
            cause = self.cause(node, f"{function.name}() is a coroutine")
            self.escape(function, cause)
        else:
            for choices in arguments.all():
                for value in self.each(choices):
                    self.escape(value, cause)
            self.release(function.module.scope, cause, replaces=False)
        opaque = Opaque(f"{function.name}()", self.place(node), "", cause.message)
        return [(self.running, opaque)]
