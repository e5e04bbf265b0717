"""Which parameters a call leaves empty, so that `if refresh:` does not run."""

from __future__ import annotations

from cachelint.facts.records import GuardKind, Use
from cachelint.project.definitions import Definition

_EMPTY = frozenset({"None", "False", "0", '""', "''", "()", "[]", "{}"})
NONE: frozenset[str] = frozenset()


def absent_in(body: Definition, use: Use, around: frozenset[str] = NONE) -> frozenset[str]:
    """The parameters of ``body`` that the call ``use`` leaves without a value, or false.

    ``around`` are those of the function in which the call stands.
    """
    function = body.function
    is_known = use.code.endswith(")") and not any(a.keyword in ("*", "**") for a in use.arguments)
    if function is None or body.facts is None or body.is_run or not is_known:
        return NONE
    is_static = any(
        value.path == "builtins.staticmethod" for d in function.decorators for value in d.values
    )
    is_method = body.name.rpartition(".")[0] in body.facts.classes and not is_static
    positional = [argument for argument in use.arguments if argument.keyword is None]
    given = dict(zip(function.parameters[int(is_method) :], positional, strict=False))
    given |= {argument.keyword: argument for argument in use.arguments if argument.keyword}
    absent = {name for name, value in given.items() if value.code in _EMPTY | around}
    return frozenset(absent | (function.empty_defaults - given.keys())) - function.rebound


def needs(use: Use, absent: frozenset[str]) -> bool:
    """Whether ``use`` runs only where one of the parameters ``absent`` has a value."""
    return any(guard.kind is GuardKind.PRESENT and guard.names[0] in absent for guard in use.guards)
