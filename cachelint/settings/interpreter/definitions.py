"""Definitions: ``def``, ``class``, decorators, ``return``.

Storey above assignments. Entering what is defined is for the storeys below.
"""

from __future__ import annotations

import ast

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.assignments import Assignments
from cachelint.settings.interpreter.frames import Frame
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.values import (
    Choices,
    ClassObject,
    Found,
    FunctionObject,
    Opaque,
    Scope,
    Value,
)

_KINDS = {
    "builtins.property": "property", "django.utils.functional.classproperty": "property",
    "functools.cached_property": "cached", "django.utils.functional.cached_property": "cached",
    "builtins.classmethod": "classmethod", "builtins.staticmethod": "staticmethod",
    "contextlib.contextmanager": "context", "functools.cache": "memoized",
    "functools.lru_cache": "memoized", "functools.lru_cache()": "memoized",
}  # fmt: skip
#: Decorators after which a function or class still does what it says.
_TRANSPARENT = frozenset({
    "functools.wraps()", "dataclasses.dataclass", "dataclasses.dataclass()", "enum.unique",
    "typing.final", "typing.overload", "typing.no_type_check", "typing.override",
    "typing.runtime_checkable", "typing_extensions.override", "functools.total_ordering",
    "configurations.pristinemethod",
})  # fmt: skip


class Definitions(Assignments):
    """Runs definitions."""

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        made = self.make_function(node)
        self._bind_decorated(node, made)

    def _bind_decorated(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, made: Value
    ) -> None:
        choices: Choices = [(self.running, made)]
        for decorator in reversed(node.decorator_list):
            choices = self._decorated(decorator, choices)
        self.assign(ast.copy_location(ast.Name(node.name, ast.Store()), node), choices)

    def _decorated(self, decorator: ast.expr, value: Choices) -> Choices:
        found: Found = []
        if isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter"):
            return self._with_setter(decorator, value)
        for function in self.each(self.evaluate(decorator)):
            if isinstance(function, Opaque) and function.path in _KINDS:
                for _, one in value:
                    if isinstance(one, FunctionObject):
                        one.kind = _KINDS[function.path]
                found += self.only(value)
            elif isinstance(function, Opaque) and function.path in _TRANSPARENT:
                found += self.only(value)
            elif isinstance(function, Opaque):
                cause = self.cause(decorator, f"@{self.text(decorator)}")
                for one in self.each(value):
                    self.escape(one, cause)
                found += self.unknown(decorator, f"@{self.text(decorator)} is not followed")
            else:
                call = ast.copy_location(ast.Call(decorator, [], []), decorator)
                found += self.call_value(function, Arguments([value]), call)
        return self.merged(self.only(found))

    def _with_setter(self, decorator: ast.Attribute, value: Choices) -> Choices:
        """``@name.setter``: the property ``name``, which is written by ``value`` from now on."""
        found: Found = []
        for function in self.each(self.evaluate(decorator.value)):
            for setter in self.each(value):
                if isinstance(function, FunctionObject) and isinstance(setter, FunctionObject):
                    function.setter = setter if decorator.attr == "setter" else function.setter
                    setter.owner = function.owner
            found.append((self.running, function))
        return found

    def _class(self, node: ast.ClassDef) -> None:
        bases: list[Value] = []
        for base in node.bases:
            choices = self.only(self.evaluate(base))
            bases.append(choices[0][1] if len(choices) == 1 else self.opaque(base))
        scope = Scope("class", self.frame.scope)
        cls = ClassObject(node.name, self.frame.module, tuple(bases), scope, self.place(node))
        cls.fields = [
            statement.target.id
            for statement in node.body
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        ]
        frame = Frame(self.frame.module, scope, self.frame.function)
        frame.is_relevant = self.frame.is_relevant
        with self.inside(frame):
            self.block(node.body)
        for name, bound in list(scope.names.items()):
            for value in self.each(bound):
                if isinstance(value, FunctionObject) and value.owner is None:
                    value.owner = cls
                given = [[(self.running, cls)], self.constant(name, node)]
                self.special(value, "__set_name__", given, node)
        self.may_call_all(self.order(cls)[1:], ("__init_subclass__",), node)
        for keyword in node.keywords:
            makers = [one for _, one in self.only(self.evaluate(keyword.value))]
            self.may_call_all(makers, ("__new__", "__init__", "__prepare__"), node)
        self._bind_decorated(node, cls)

    def _return(self, node: ast.Return) -> None:
        choices = self.evaluate(node.value) if node.value else self.constant(None, node)
        self.frame.returned += self.only(choices)
        self.running = NEVER
