"""Calls: of functions and classes of the tree, of methods, and of what lies outside.

Storey above comprehensions. Knows who can be called; what built-in methods and libraries do is for
methods and library.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Sequence

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.comprehensions import Comprehensions
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.library import call_outside
from cachelint.settings.interpreter.methods import call_method
from cachelint.settings.interpreter.values import (
    BoundMethod,
    Choices,
    ClassObject,
    DictObject,
    Found,
    FunctionObject,
    InstanceObject,
    ListObject,
    MemberObject,
    Opaque,
    PartialObject,
    Scope,
    Value,
)
from cachelint.settings.records import Constant

#: Methods of a dict that are followed on something unknown, which then is taken for a dict.
_WRITING = frozenset({"update", "setdefault", "pop", "clear", "__setitem__"})


class Calls(Comprehensions):
    """Evaluates calls."""

    # Storeys above

    def is_in_tree(self, path: str) -> bool:
        raise NotImplementedError

    def import_dynamically(
        self, names: Choices, package: Choices | None, node: ast.Call
    ) -> Choices:
        raise NotImplementedError

    def include(self, value: Value, node: ast.Call) -> None:
        raise NotImplementedError

    # Calls

    def call(self, node: ast.Call) -> Choices:
        functions = self.evaluate(node.func)
        arguments = self.arguments(node)
        found: Found = []
        for function in self.each(functions):
            found += self.call_value(function, arguments, node)
        return self.merged(self.only(found))

    def arguments(self, node: ast.Call) -> Arguments:
        found = Arguments()
        for argument in node.args:
            choices = self.evaluate(argument)
            if isinstance(argument, ast.Starred):
                self._spread_list(found, choices, argument, argument is node.args[-1])
            elif found.is_complete:
                found.positional.append(choices)
            else:
                self._lose(choices, argument)
        for keyword in node.keywords:
            choices = self.evaluate(keyword.value)
            if keyword.arg is not None:
                found.keywords[keyword.arg] = choices
                continue
            for value in self.each(choices):
                self._spread(found, value, keyword.value)
        return found

    def _spread_list(
        self, found: Arguments, choices: Choices, node: ast.Starred, is_last: bool
    ) -> None:
        """``*list``; arguments behind one whose length is not known have no place."""
        items = ListObject(self.place(node))
        for value in self.each(choices):
            self.extend(items, value, node)
        lengths = self.lengths(items) if self.has_positions(items) else []
        is_certain = sum(guard != NEVER for guard in lengths) == 1
        if found.is_complete and lengths and (is_certain or is_last):
            number = max(n for n, guard in enumerate(lengths) if guard != NEVER)
            found.positional += [self.element(items, n)[0] for n in range(number)]
        else:
            found.is_complete = False
            self._lose([(self.running, items)], node)

    def _lose(self, choices: Choices, node: ast.expr) -> None:
        for value in self.each(choices):
            self.escape(value, self.cause(node, f"`{self.text(node)}` is not followed"))

    def _spread(self, found: Arguments, value: Value, node: ast.expr) -> None:
        """``**dict``."""
        if not isinstance(value, DictObject):
            found.is_complete = False
            self._lose([(self.running, value)], node)
            return
        found.is_complete &= self.opening(value) == NEVER
        for key, slots in value.slots.items():
            choices = self.only([(slot.guard, slot.value) for slot in slots])
            if choices:
                name = str(key)
                found.keywords[name] = [*found.keywords.get(name, ()), *choices]

    def call_value(self, function: Value, arguments: Arguments, node: ast.Call) -> Choices:
        """``function(*arguments)``."""
        if isinstance(function, FunctionObject):
            return self.enter(function, arguments, node)
        if isinstance(function, BoundMethod):
            if isinstance(function.function, FunctionObject):
                own = [[(self.running, function.receiver)], *arguments.positional]
                with_self = Arguments(list(own), arguments.keywords, arguments.is_complete)
                return self.enter(function.function, with_self, node)
            return call_method(self, function.receiver, function.function, arguments, node)
        if isinstance(function, PartialObject):
            given = Arguments(
                [*function.positional, *arguments.positional],
                {**function.keywords, **arguments.keywords},
                arguments.is_complete,
            )
            return self.call_value(function.function, given, node)
        if isinstance(function, ClassObject):
            return self.instantiate(function, arguments, node)
        if isinstance(function, InstanceObject):
            choices = self.attribute(function, "__call__", node)
            found: Found = []
            for method in self.each(choices):
                found += self.call_value(method, arguments, node)
            return found
        if isinstance(function, Opaque):
            receiver = function.receiver
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            is_used = receiver is not None and (name in _WRITING or receiver.content is not None)
            is_dict = is_used and not function.path.startswith(("os.environ.", "builtins."))
            if receiver is not None and is_dict:
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

    # Classes of the tree

    def special(
        self, value: Value, name: str, arguments: Sequence[Choices], node: ast.AST
    ) -> Choices | None:
        if not isinstance(value, InstanceObject):
            return None
        for cls in self.order(value.cls):
            functions = cls.scope.names.get(name, ()) if isinstance(cls, ClassObject) else ()
            found: Found = []
            for function in self.each(functions):
                if isinstance(function, FunctionObject):
                    own: Choices = [(self.running, value)]
                    found += self.enter(function, Arguments([own, *arguments]), node)
            if functions:
                return self.only(found)
        return None

    def instantiate(self, cls: ClassObject, arguments: Arguments, node: ast.Call) -> Choices:
        """``cls(*arguments)``."""
        if self.is_enum(cls):
            return self._member_by_value(cls, arguments, node)
        if not self.is_relevant:
            return self.unknown(node)
        instance = InstanceObject(cls, Scope("instance"), self.place(node))
        order = self.order(cls)
        self.may_call_all(order, ("__new__",), node)
        functions: Choices = ()
        for one in order:
            if isinstance(one, ClassObject) and not functions:
                functions, _ = self.own(one.scope, "__init__", node)
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

    def may_call_all(self, order: Iterable[Value], names: Iterable[str], node: ast.AST) -> None:
        """Methods that Python calls by itself, and that are not followed any further."""
        classes = [cls for cls in order if isinstance(cls, ClassObject)]
        for cls, name in itertools.product(classes, names):
            for value in self.each(cls.scope.names.get(name, ())):
                if isinstance(value, FunctionObject):
                    self.may_call(value, self.cause(node, f"{cls.name}.{name}()"))

    def _member_by_value(self, cls: ClassObject, arguments: Arguments, node: ast.Call) -> Choices:
        choices = arguments.get(0) or ()
        found: Found = []
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


def _is_constant(value: Value, constant: Constant) -> bool:
    return isinstance(value, Constant) and value.value == constant.value
