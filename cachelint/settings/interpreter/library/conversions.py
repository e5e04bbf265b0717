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
    ClassObject,
    DictObject,
    Found,
    InstanceObject,
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
    found: Found = []
    for types in machine.each(arguments.get(1) or ()):
        kinds = [one for _, one in types.items] if isinstance(types, ListObject) else [types]
        for value in machine.each(arguments.get(0) or ()):
            answers = {_is_instance(machine, value, kind) for kind in kinds}
            if True in answers or answers == {False}:
                found += machine.constant(True in answers, node)
            else:
                found += machine.unknown(node)
    return machine.merged(found)


def _type(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    found: Found = []
    for value in machine.each(arguments.get(0) or ()):
        kind = _type_name(value)
        if isinstance(value, InstanceObject):
            found.append((machine.running, value.cls))
        elif kind is not None and len(arguments.positional) == 1:
            found += machine.unknown(node, path=f"builtins.{kind}")
        else:
            found += machine.unknown(node, path="builtins.type()")
    return machine.merged(found)


def _is_instance(machine: Calls, value: Value, type_: Value) -> bool | None:
    """Whether ``value`` is of ``type_``; None: nobody knows."""
    kind = _type_name(value)
    if isinstance(type_, ClassObject):
        if isinstance(value, InstanceObject):
            order = machine.order(value.cls)
            return True if type_ in order else None if _has_unknown(order) else False
        return False if kind is not None else None
    if not isinstance(type_, Opaque) or not type_.path.startswith("builtins.") or kind is None:
        return None
    return type_.path == f"builtins.{kind}" or (kind, type_.path) == ("bool", "builtins.int")


def _has_unknown(order: list[Value]) -> bool:
    return any(not isinstance(cls, ClassObject) for cls in order)


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
    "builtins.range": _range, "builtins.isinstance": _isinstance, "builtins.type": _type,
}  # fmt: skip
