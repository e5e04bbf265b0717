"""Parameters: which argument of a call each parameter of a function gets.

Storey above objects. Must not know what becomes of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.objects import Objects
from cachelint.settings.interpreter.values import (
    Choices,
    DictObject,
    Found,
    FunctionObject,
    ListObject,
    Opaque,
    Scope,
)
from cachelint.settings.records import Cause


class Parameters(Objects):
    """Binds parameters."""

    def bind_parameters(self, function: FunctionObject, arguments: Arguments, scope: Scope) -> None:
        """Bind the parameters of ``function`` in ``scope``."""
        parameters = function.node.args
        names = [parameter.arg for parameter in (*parameters.posonlyargs, *parameters.args)]
        positional, keywords = list(arguments.positional), dict(arguments.keywords)
        for name in names:
            given = self.only(positional.pop(0) if positional else ())
            given += self.only(keywords.pop(name, ()))
            self._bind_parameter(function, scope, name, given, arguments.is_complete)
        for parameter in parameters.kwonlyargs:
            given = self.only(keywords.pop(parameter.arg, ()))
            self._bind_parameter(function, scope, parameter.arg, given, arguments.is_complete)
        cause = Cause(function.place, "an argument that is not known here")
        if parameters.vararg is not None:
            rest = ListObject(function.place, "tuple")
            for choices in positional:
                rest.items += self.only(choices)
            if not arguments.is_complete:
                self.open(rest, cause)
            self.bind(scope, parameters.vararg.arg, [(self.running, rest)])
        else:
            self._refuse(positional)
        if parameters.kwarg is not None:
            more = DictObject(function.place)
            for name, choices in keywords.items():
                self.set_item(more, name, choices, function.place)
            if not arguments.is_complete:
                self.open(more, cause)
            self.bind(scope, parameters.kwarg.arg, [(self.running, more)])
        else:
            self._refuse(keywords.values())

    def _bind_parameter(
        self, function: FunctionObject, scope: Scope, name: str, given: Found, is_complete: bool
    ) -> None:
        missing = self.guards.without(self.running, self.union(guard for guard, _ in given))
        with self.under(missing):
            if self.running != NEVER:
                default = self.only(function.defaults.get(name, ()))
                if not is_complete:
                    default = [(self.running, Opaque(name, function.place))]
                if not default:
                    self.fail("TypeError")
                given += default
        self.bind(scope, name, given)

    def _refuse(self, arguments: Iterable[Choices]) -> None:
        """Arguments for which the function has no parameter."""
        for choices in arguments:
            self.fail("TypeError", self.union(guard for guard, _ in choices))
