"""What can be told of an argument by its form, and what its text is made of."""

from __future__ import annotations

import ast
from dataclasses import replace

from cachelint.facts.records import Values

#: Builtins whose result differs from process to process.
UNSTABLE = frozenset({"builtins.hash()", "builtins.id()"})
#: Builtins that make a number of what a cache gave.
_NUMBERS = frozenset({"builtins.float", "builtins.int"})
#: How a path ends that is a sum or difference with a number.
SUMS = (".__add__()", ".__sub__()")
_FORMATTING = frozenset({"builtins.str", "builtins.repr", "builtins.hex", "builtins.format"})
_FORMS: dict[type[ast.expr], str] = {
    ast.Lambda: "lambda", ast.GeneratorExp: "generator", ast.Call: "call", ast.Await: "await",
    ast.ListComp: "comprehension", ast.SetComp: "comprehension", ast.DictComp: "comprehension",
}  # fmt: skip


def form_of(node: ast.expr) -> str:
    """See Argument; empty for everything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return "string"
    return _FORMS.get(type(node), "")


def unstable(values: Values) -> Values:
    """Of what a part of a text may be, that which makes the text differ between processes."""
    return tuple(value for value in values if value.path in UNSTABLE)


def summed(values: Values, operator: ast.operator, other: ast.expr) -> Values:
    """Of what was read from a cache, the sum or difference with a number."""
    number = isinstance(other, ast.Constant) and type(other.value) in (int, float)
    if not number or not isinstance(operator, (ast.Add, ast.Sub)):
        return ()
    step = ".__add__()" if isinstance(operator, ast.Add) else ".__sub__()"
    return tuple(
        # The sum of a sum is one: a loop would make ever longer ones.
        value if value.path.endswith(SUMS) else replace(value, path=value.path + step)
        for value in values
        if value.key
    )


def number_of(function: Values, arguments: list[Values]) -> Values:
    """``int(cache.get(key))`` is, for us, what was read from the cache."""
    if len(arguments) != 1 or not any(value.path in _NUMBERS for value in function):
        return ()
    return tuple(value for value in arguments[0] if value.key)


def formats(function: Values, node: ast.expr) -> bool:
    """Whether a call makes a text of its arguments: ``str(x)``, ``"…".format(x)``."""
    of_text = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Constant)
    return of_text or any(value.path in _FORMATTING for value in function)
