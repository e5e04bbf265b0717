"""Calls: functions and classes of the tree are entered, what lies outside is asked in library.

Storey above objects.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from cachelint.settings.interpreter.frames import Frame
from cachelint.settings.interpreter.guards import NEVER, Guard
from cachelint.settings.interpreter.objects import Objects
from cachelint.settings.interpreter.values import (
    BoundMethod,
    Choices,
    ClassObject,
    DictObject,
    FunctionObject,
    InstanceObject,
    ListObject,
    MemberObject,
    Opaque,
    Scope,
    Value,
)
from cachelint.settings.records import Constant

#: Functions of the tree that call one another more deeply are not followed (SETTINGS.md has 5;
#: class-based settings need some more for their constructors and properties).
MAX_DEPTH = 8
#: Rounds of a loop over known items.
MAX_ROUNDS = 64

#: Methods of a dict that are followed on something unknown, which then is taken for a dict.
_WRITING = frozenset({"update", "setdefault", "pop", "clear", "__setitem__"})


@dataclass
class Arguments:
    """The arguments of a call. ``is_complete``: no ``*`` or ``**`` of something unknown."""

    positional: list[Choices] = field(default_factory=list)
    keywords: dict[str, Choices] = field(default_factory=dict)
    is_complete: bool = True

    def get(self, index: int, name: str = "") -> Choices | None:
        if index < len(self.positional):
            return self.positional[index]
        return self.keywords.get(name)

    def all(self) -> Iterator[Choices]:
        yield from self.positional
        yield from self.keywords.values()


class Calls(Objects):
    """Evaluates calls."""

    def block(self, body: list[ast.stmt]) -> None:
        raise NotImplementedError

    def is_in_tree(self, path: str) -> bool:
        raise NotImplementedError

    def import_dynamically(
        self, names: Choices, package: Choices | None, node: ast.Call
    ) -> Choices:
        raise NotImplementedError

    def include(self, value: Value, node: ast.Call) -> None:
        raise NotImplementedError

    def call(self, node: ast.Call) -> Choices:
        functions = self.evaluate(node.func)
        arguments = self.arguments(node)
        found: list[tuple[Guard, Value]] = []
        for function in self.each(functions):
            found += self.call_value(function, arguments, node)
        return self.merged(self.only(found))

    def arguments(self, node: ast.Call) -> Arguments:
        found = Arguments()
        for argument in node.args:
            choices = self.evaluate(argument)
            if not isinstance(argument, ast.Starred):
                found.positional.append(choices)
                continue
            only = self.only(choices)
            value = only[0][1] if len(only) == 1 else None
            if isinstance(value, ListObject) and not value.openings:
                found.positional += [[item] for item in self.only(value.items)]
            else:
                found.is_complete = False
        for keyword in node.keywords:
            choices = self.evaluate(keyword.value)
            if keyword.arg is not None:
                found.keywords[keyword.arg] = choices
                continue
            for value in self.each(choices):
                self._spread(found, value)
        return found

    def _spread(self, found: Arguments, value: Value) -> None:
        if not isinstance(value, DictObject) or value.openings:
            found.is_complete = False
            return
        for key, slots in value.slots.items():
            choices = self.only([(slot.guard, slot.value) for slot in slots])
            if choices:
                name = str(key)
                found.keywords[name] = [*found.keywords.get(name, ()), *choices]

    def call_value(self, function: Value, arguments: Arguments, node: ast.Call) -> Choices:
        """``function(*arguments)``."""
        from cachelint.settings.interpreter.library import call_outside
        from cachelint.settings.interpreter.methods import call_method

        if isinstance(function, FunctionObject):
            return self.enter(function, arguments, node)
        if isinstance(function, BoundMethod):
            if isinstance(function.function, FunctionObject):
                own = [[(self.running, function.receiver)], *arguments.positional]
                with_self = Arguments(list(own), arguments.keywords, arguments.is_complete)
                return self.enter(function.function, with_self, node)
            return call_method(self, function.receiver, function.function, arguments, node)
        if isinstance(function, ClassObject):
            return self.instantiate(function, arguments, node)
        if isinstance(function, InstanceObject):
            choices = self.attribute(function, "__call__", node)
            found: list[tuple[Guard, Value]] = []
            for method in self.each(choices):
                found += self.call_value(method, arguments, node)
            return found
        if isinstance(function, Opaque):
            receiver = function.receiver
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            is_used = receiver is not None and (name in _WRITING or receiver.content is not None)
            if receiver is not None and is_used and receiver.path != "os.environ":
                content = self.as_dict(receiver)
                assert content is not None
                return call_method(self, content, name, arguments, node)
            return call_outside(self, function, arguments, node)
        return self.unknown_call(arguments, node)

    def unknown_call(self, arguments: Arguments, node: ast.Call, path: str = "") -> Choices:
        """A call of something that lies outside: it may write to all that it is given."""
        name = self.text(node.func)
        cause = self.cause(node, f"{name}()")
        for choices in arguments.all():
            for value in self.each(choices):
                self.escape(value, cause)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            if isinstance(argument, ast.Name) and argument.id == "__name__":
                self.release(self.frame.module.scope, cause, replaces=True)
        self.variables.clear()
        self.may_fail(node, None, f"an error in {name}()")
        return self.unknown(node, path=path)

    # Functions of the tree

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

    # Classes of the tree

    def instantiate(self, cls: ClassObject, arguments: Arguments, node: ast.Call) -> Choices:
        """``cls(*arguments)``."""
        if self.is_enum(cls):
            return self._member_by_value(cls, arguments, node)
        if not self.is_relevant:
            return self.unknown(node)
        instance = InstanceObject(cls, Scope("instance"), self.place(node))
        order = self.order(cls)
        functions: list[tuple[Guard, Value]] = []
        for one in order:
            if isinstance(one, ClassObject):
                functions, _ = list(self.own(one.scope, "__init__", node)[0]), None
                if functions:
                    break
        if not functions:
            for name, choices in zip(cls.fields, arguments.positional, strict=False):
                self.bind(instance.scope, name, choices)
            for name, choices in arguments.keywords.items():
                self.bind(instance.scope, name, choices)
        for function in self.each(functions):
            if isinstance(function, FunctionObject):
                own = [[(self.running, instance)], *arguments.positional]
                with_self = Arguments(list(own), arguments.keywords, arguments.is_complete)
                self.enter(function, with_self, node)
        return [(self.running, instance)]

    def _member_by_value(self, cls: ClassObject, arguments: Arguments, node: ast.Call) -> Choices:
        choices = arguments.get(0) or ()
        found: list[tuple[Guard, Value]] = []
        for value in self.each(choices):
            constant = self.key_of(value)
            member: Value = self.opaque(node)
            for name, bound in cls.scope.names.items():
                for _, own in bound:
                    one = MemberObject(cls, name, own)
                    if constant is not None and _is_constant(own, constant):
                        member = one
            found.append((self.running, member))
        return self.only(found)

    # Loops without statements

    def rounds(self, iterables: Choices, node: ast.expr) -> Iterator[tuple[Value, bool]]:
        """The items of an iterable, each with its runs; True: one stands for unknown ones."""
        for iterable in self.each(iterables):
            items, cause = self.items_of(iterable, node)
            if len(items) > MAX_ROUNDS:
                cause = self.cause(node, f"more than {MAX_ROUNDS} rounds")
                items = items[:MAX_ROUNDS]
            for guard, item in items:
                with self.under(guard):
                    if self.running != NEVER:
                        yield item, False
            if cause is not None:
                text = f"`{self.text(node)}` has items"
                with self.under(self.fresh_test(node, text, f"`{self.text(node)}` has none")):
                    value = self.opaque(node, cause=cause.message)
                    yield value, True

    def comprehension(self, node: ast.expr) -> Choices:
        assert isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp))
        if not self.is_relevant:
            return self.unknown(node)
        place = self.place(node)
        new: DictObject | ListObject = (
            DictObject(place) if isinstance(node, ast.DictComp)
            else ListObject(place, "set" if isinstance(node, ast.SetComp) else "list")
        )  # fmt: skip
        scope = Scope("function", self.frame.scope)
        frame = Frame(
            self.frame.module,
            scope,
            self.frame.function,
            self.frame.receiver,
            self.frame.owner,
            self.is_relevant,
        )
        first = self.evaluate(node.generators[0].iter)
        outer = self.running
        self.frames.append(frame)
        try:
            self._generate(node, new, 0, first)
        finally:
            self.frames.pop()
        del outer
        return [(self.running, new)] if self.running != NEVER else []

    def _generate(
        self,
        node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
        new: DictObject | ListObject,
        depth: int,
        iterables: Choices,
    ) -> None:
        generator = node.generators[depth]
        for item, is_unknown in self.rounds(iterables, generator.iter):
            self.step()
            self.assign(generator.target, [(self.running, item)])
            true = self.running
            for test in generator.ifs:
                with self.under(true):
                    true = self.is_true(test)
            with self.under(true):
                if self.running == NEVER:
                    continue
                if depth + 1 < len(node.generators):
                    inner = self.evaluate(node.generators[depth + 1].iter)
                    self._generate(node, new, depth + 1, inner)
                else:
                    self._add_element(node, new)
                if is_unknown:
                    self.open(new, self.cause(generator.iter, self._unknown_items(generator)))

    def _unknown_items(self, generator: ast.comprehension) -> str:
        return f"what `{self.text(generator.iter)}` holds is not known here"

    def _add_element(
        self,
        node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
        new: DictObject | ListObject,
    ) -> None:
        if isinstance(node, ast.DictComp):
            assert isinstance(new, DictObject)
            keys, values = self.evaluate(node.key), self.evaluate(node.value)
            for key in self.each(keys):
                self.set_value(new, key, values, node.key)
        else:
            assert isinstance(new, ListObject)
            new.items += self.only(self.evaluate(node.elt))

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


def _is_constant(value: Value, constant: Constant) -> bool:
    return isinstance(value, Constant) and value.value == constant.value


def _is_generator(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
    waiting: list[ast.AST] = list(ast.iter_child_nodes(node))
    while waiting:
        child = waiting.pop()
        if isinstance(child, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(child)
    return False
