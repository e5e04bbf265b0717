"""Functions of the tree: how they are made, and how their bodies are run for a call.

Storey above objects. Must not know how a call is written nor what else can be called.
"""

from __future__ import annotations

import ast

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.frames import Frame
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.objects import Objects
from cachelint.settings.interpreter.values import (
    Choices,
    DictObject,
    FunctionObject,
    ListObject,
    Opaque,
    Scope,
)
from cachelint.settings.records import Constant

#: Functions of the tree that call one another more deeply are not followed (SETTINGS.md has 5;
#: class-based settings need some more for their constructors and properties).
MAX_DEPTH = 8


class Functions(Objects):
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
        depth = sum(frame.function is not None for frame in self.frames)
        if not self.is_relevant:
            cause = self.cause(node, f"{function.name}() is not followed")
            for choices in arguments.all():
                for value in self.each(choices):
                    self.escape(value, cause)
            return [(self.running, Opaque(f"{function.name}()", self.place(node)))]
        if depth >= MAX_DEPTH or isinstance(function.node, ast.AsyncFunctionDef):
            return self._not_entered(function, arguments, node)
        scope = Scope("function", function.scope)
        self._bind_parameters(function, arguments, scope)
        receiver = None
        if arguments.positional and len(arguments.positional[0]) == 1:
            receiver = arguments.positional[0][0][1]
        frame = Frame(function.module, scope, function, receiver, function.owner, self.is_relevant)
        loops, self.loops = self.loops, []
        self.frames.append(frame)
        try:
            return self._body_of(function, frame)
        finally:
            self.frames.pop()
            self.loops = loops

    def _body_of(self, function: FunctionObject, frame: Frame) -> Choices:
        if isinstance(function.node, ast.Lambda):
            return self.evaluate(function.node.body)
        mark = len(self.dead)
        self.block(function.node.body)
        place = function.place
        ended = (self.running, Constant(None, place))
        found = self.told_apart(function.name, self.merged([*frame.returned, ended]))
        self.running = self.union(guard for guard, _ in found)
        self.revive(mark)
        if frame.yielded or _is_generator(function.node):
            items = ListObject(place, "generator", list(frame.yielded))
            return [(self.running, items)] if self.running != NEVER else []
        return found

    def _not_entered(
        self, function: FunctionObject, arguments: Arguments, node: ast.AST
    ) -> Choices:
        cause = self.cause(node, f"{function.name}() is not followed so deeply")
        if isinstance(function.node, ast.AsyncFunctionDef):
            cause = self.cause(node, f"{function.name}() is a coroutine")
        else:
            for choices in arguments.all():
                for value in self.each(choices):
                    self.escape(value, cause)
            self.release(function.module.scope, cause, replaces=False)
        opaque = Opaque(f"{function.name}()", self.place(node), "", cause.message)
        return [(self.running, opaque)]

    def _bind_parameters(
        self, function: FunctionObject, arguments: Arguments, scope: Scope
    ) -> None:
        parameters = function.node.args
        names = [parameter.arg for parameter in (*parameters.posonlyargs, *parameters.args)]
        keywords = dict(arguments.keywords)
        place = function.place
        for index, name in enumerate(names):
            if index < len(arguments.positional):
                self.bind(scope, name, arguments.positional[index])
                continue
            self._bind_named(function, scope, name, keywords, arguments.is_complete)
        for parameter in parameters.kwonlyargs:
            self._bind_named(function, scope, parameter.arg, keywords, arguments.is_complete)
        if parameters.vararg is not None:
            rest = ListObject(place, "tuple")
            for choices in arguments.positional[len(names) :]:
                rest.items += self.only(choices)
            self.bind(scope, parameters.vararg.arg, [(self.running, rest)])
        if parameters.kwarg is not None:
            more = DictObject(place)
            for name, choices in keywords.items():
                self.set_item(more, name, choices, place)
            if not arguments.is_complete:
                from cachelint.settings.records import Cause

                self.open(more, Cause(place, "an argument that is not known here"))
            self.bind(scope, parameters.kwarg.arg, [(self.running, more)])

    def _bind_named(
        self,
        function: FunctionObject,
        scope: Scope,
        name: str,
        keywords: dict[str, Choices],
        is_complete: bool,
    ) -> None:
        given = self.only(keywords.pop(name, ()))
        missing = self.guards.without(self.running, self.union(guard for guard, _ in given))
        choices = list(given)
        with self.under(missing):
            if self.running != NEVER:
                default = self.only(function.defaults.get(name, ()))
                if not is_complete:
                    default = [(self.running, Opaque(name, function.place))]
                choices += default
        self.bind(scope, name, choices)


def _is_generator(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
    waiting: list[ast.AST] = list(ast.iter_child_nodes(node))
    while waiting:
        child = waiting.pop()
        if isinstance(child, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(child)
    return False
