"""Values of Python ↔ values of the interpreter.

Knows texts, numbers, lists and dicts of them; what cannot be told so is refused or unknown.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from cachelint.settings.interpreter.operators import NotComputedError
from cachelint.settings.interpreter.values import DictObject, Found, ListObject, PathObject, Value
from cachelint.settings.records import Constant

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls


def plain_value(value: Value) -> Any:
    """The Python value of constants and of lists of constants; raises NotComputedError."""
    if isinstance(value, Constant):
        return value.value
    if isinstance(value, PathObject):
        return value.text
    if isinstance(value, ListObject) and not value.openings:
        return [plain_value(item) for _, item in value.items]
    raise NotComputedError


def lifted(machine: Calls, value: Any, node: ast.expr) -> Value:
    """A Python value (texts, numbers, lists, dicts of them) as one of ours."""
    place = machine.place(node)
    if value is None or isinstance(value, (str, bytes, int, float)):
        return Constant(value, place)
    if isinstance(value, (list, tuple)):
        items: Found = [(machine.running, lifted(machine, item, node)) for item in value]
        return ListObject(place, "list" if isinstance(value, list) else "tuple", items)
    if isinstance(value, dict):
        new = DictObject(place)
        for key, item in value.items():
            machine.set_item(new, key, [(machine.running, lifted(machine, item, node))], place)
        return new
    return machine.opaque(node)
