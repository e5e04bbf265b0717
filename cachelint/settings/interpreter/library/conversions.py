"""Built-in functions that make a text or a number of something, or ask for its type.

Constants are for operators.py.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from cachelint.settings.interpreter.arguments import Arguments, one_constant
from cachelint.settings.interpreter.guards import ALWAYS, NEVER
from cachelint.settings.interpreter.library.handler import Handler
from cachelint.settings.interpreter.operators import NotComputedError, converted
from cachelint.settings.interpreter.plain import lifted, plain_value
from cachelint.settings.interpreter.values import (
    Choices,
    DictObject,
    Found,
    ListObject,
    Opaque,
    PathObject,
    Template,
    Value,
)
from cachelint.settings.records import Constant

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls


def _convert(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    name = function.path.rpartition(".")[2]
    found: Found = []
    combinations = machine.combinations(arguments.positional)
    if combinations is None or arguments.keywords:
        return machine.unknown(node)
    for values in combinations:
        found.append((machine.running, _converted(machine, name, values, node)))
    return machine.only(found)


def _converted(machine: Calls, name: str, values: tuple[Value, ...], node: ast.Call) -> Value:
    is_partly_known = len(values) == 1 and isinstance(values[0], (Template, PathObject, Opaque))
    if name == "str" and is_partly_known:
        return machine.template(values, node)
    if name == "bool" and len(values) == 1:
        guard = machine.truth(values[0], node.args[0])
        if guard in (NEVER, ALWAYS):
            return Constant(bool(guard), machine.place(node))
    try:
        return lifted(machine, converted(name, [plain_value(value) for value in values]), node)
    except NotComputedError as failure:
        if failure.error is not None:
            machine.fail(failure.error)
        machine.may_fail(node, None, f"an error in `{machine.text(node)}`")
        return machine.opaque(node)


def _range(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    bounds = [one_constant(machine.only(choices)) for choices in arguments.positional]
    numbers = [b.value for b in bounds if b is not None and type(b.value) is int]
    if len(numbers) != len(bounds) or not numbers or (len(numbers) == 3 and not numbers[2]):
        return machine.unknown(node)
    values = range(*numbers)
    return [(machine.running, lifted(machine, list(values[:1000]), node))]


def _isinstance(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    types = machine.only(arguments.get(1) or ())
    names = {value.path for _, value in types if isinstance(value, Opaque)}
    found: Found = []
    for value in machine.each(arguments.get(0) or ()):
        kind = _type_name(value)
        if kind is None or len(types) != 1 or not names or "" in names:
            found += machine.unknown(node)
        else:
            result = f"builtins.{kind}" in names or (kind == "bool" and "builtins.int" in names)
            known = all(name.startswith("builtins.") for name in names)
            found += machine.constant(result, node) if known else machine.unknown(node)
    return machine.merged(found)


def _type_name(value: Value) -> str | None:
    if isinstance(value, Constant):
        return type(value.value).__name__
    if isinstance(value, DictObject):
        return "dict" if not value.openings else None
    if isinstance(value, ListObject):
        return value.kind
    return "str" if isinstance(value, Template) else None


FUNCTIONS: dict[str, Handler] = {
    "builtins.str": _convert, "builtins.int": _convert, "builtins.float": _convert,
    "builtins.bool": _convert, "builtins.len": _convert, "builtins.repr": _convert,
    "builtins.abs": _convert, "builtins.chr": _convert, "builtins.ord": _convert,
    "builtins.range": _range, "builtins.isinstance": _isinstance,
}  # fmt: skip
