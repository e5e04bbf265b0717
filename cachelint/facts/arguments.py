"""What can be told of an argument by its form, and what its text is made of."""

from __future__ import annotations

import ast

from cachelint.facts.records import Values

#: Builtins whose result differs from process to process.
UNSTABLE = frozenset({"builtins.hash()", "builtins.id()"})
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


def formats(function: Values, node: ast.expr) -> bool:
    """Whether a call makes a text of its arguments: ``str(x)``, ``"…".format(x)``."""
    of_text = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Constant)
    return of_text or any(value.path in _FORMATTING for value in function)
