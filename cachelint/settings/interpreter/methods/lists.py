"""Methods of lists, tuples and sets.

Knows which of them change what is in them; order is kept as far as rules ask for it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.values import Choices, Found, ListObject
from cachelint.settings.records import Constant

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls


def list_method(
    machine: Calls, found: ListObject, name: str, arguments: Arguments, node: ast.Call
) -> Choices:
    first = arguments.get(0)
    if name in ("append", "add") and first is not None:
        found.items += machine.only(first)
    elif name in ("extend", "update") and first is not None:
        for value in machine.each(first):
            machine.extend(found, value, node.args[0])
    elif name == "insert" and (second := arguments.get(1)) is not None:
        found.items[:0] = machine.only(second)
    elif name in ("remove", "discard") and first is not None:
        _remove(machine, found, first, node)
    elif name == "copy":
        copy = ListObject(machine.place(node), found.kind, machine.only(found.items))
        copy.openings = list(found.openings)
        return [(machine.running, copy)]
    elif name in ("sort", "reverse"):
        if name == "reverse":
            found.items.reverse()
    elif name not in ("index", "count"):
        machine.open(found, machine.cause(node, f"`{machine.text(node)}` is not followed"))
        return machine.unknown(node)
    else:
        return machine.unknown(node)
    return machine.constant(None, node)


def _remove(machine: Calls, found: ListObject, choices: Choices, node: ast.Call) -> None:
    for value in machine.each(choices):
        constant = machine.key_of(value)
        kept: Found = []
        for guard, item in found.items:
            is_it = (
                constant is not None and isinstance(item, Constant) and item.value == constant.value
            )
            kept.append((machine.guards.without(guard, machine.running) if is_it else guard, item))
        found.items = [item for item in kept if item[0] != NEVER]
