"""Methods of lists, tuples and sets.

Knows which of them change what is in them. The order of the items counts: MIDDLEWARE is a list.
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
    """``found.name(…)``."""
    first, second = arguments.get(0), arguments.get(1)
    if name in ("append", "add") and first is not None:
        found.items += machine.only(first)
    elif name in ("extend", "update") and first is not None:
        for value in machine.each(first):
            machine.extend(found, value, node.args[0])
    elif name == "insert" and first is not None and second is not None:
        _insert(machine, found, first, second, node)
    elif name in ("remove", "discard") and first is not None:
        _remove(machine, found, first, node)
    elif name == "copy":
        copy = ListObject(machine.place(node), found.kind, machine.only(found.items))
        copy.openings = list(found.openings)
        return [(machine.running, copy)]
    elif name == "reverse":
        found.items.reverse()
    elif name == "index" and first is not None:
        return _index(machine, found, first, node)
    elif name == "count":
        return machine.unknown(node)
    else:
        machine.open(found, machine.cause(node, f"`{machine.text(node)}` is not followed"))
        return machine.unknown(node)
    return machine.constant(None, node)


def _insert(
    machine: Calls, found: ListObject, positions: Choices, choices: Choices, node: ast.Call
) -> None:
    for value in machine.each(positions):
        constant = machine.key_of(value)
        number = constant.value if constant is not None else None
        if not isinstance(number, int) or (number != 0 and not _is_plain(machine, found)):
            # It is somewhere in the list; where, only the running program knows.
            machine.open(found, machine.cause(node, f"`{machine.text(node)}` is not followed"))
            number = 0
        found.items[number:number] = machine.only(choices)


def _index(machine: Calls, found: ListObject, wanted: Choices, node: ast.Call) -> Choices:
    constants = [machine.key_of(value) for value in machine.each(wanted)]
    if len(constants) != 1 or constants[0] is None or not _is_plain(machine, found):
        return machine.unknown(node)
    for position, (_, item) in enumerate(found.items):
        if not isinstance(item, Constant):
            break
        if item.value == constants[0].value:
            return machine.constant(position, node)
    return machine.unknown(node)


def _is_plain(machine: Calls, found: ListObject) -> bool:
    """Whether the list has, in the runs that get here, exactly the items that are listed."""
    return not found.openings and all(
        machine.guards.implies(machine.running, guard) for guard, _ in found.items
    )


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
