"""Methods of dicts.

What reading and writing do to a dict is for the storey containers.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.values import Choices, DictObject, Found, ListObject
from cachelint.settings.records import Constant

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls


def dict_method(
    machine: Calls, receiver: DictObject, name: str, arguments: Arguments, node: ast.Call
) -> Choices:
    handler = _METHODS.get(name)
    if handler is None or not arguments.is_complete:
        machine.open(receiver, machine.cause(node, f"`{machine.text(node)}` is not followed"))
        return machine.unknown(node)
    found: Choices = handler(machine, receiver, arguments, node)
    return found


def _get(machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call) -> Choices:
    keys = arguments.get(0) or ()
    default = arguments.get(1, "default") or machine.constant(None, node)
    choices: Found = []
    for key in machine.each(keys):
        constant = machine.key_of(key)
        if constant is None:
            present, missing = machine.item_under(found, key, node)
        else:
            present, missing = machine.item(found, constant, node)
        choices += present
        with machine.under(missing):
            choices += machine.only(default)
    return machine.merged(choices)


def _setdefault(machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call) -> Choices:
    default = arguments.get(1, "default") or machine.constant(None, node)
    choices: Found = []
    for key in machine.each(arguments.get(0) or ()):
        constant = machine.key_of(key)
        if constant is None:
            present, missing = machine.item_under(found, key, node)
            choices += present
            with machine.under(missing):
                choices += machine.only(default)
                machine.set_value(found, key, default, node)
            continue
        there = machine.has_key(found, constant, machine.place(node), machine.text(node))
        with machine.under(machine.guards.negate(there)):
            machine.set_item(found, constant.value, default, machine.place(node))
        choices += machine.item(found, constant, node)[0]
    return machine.merged(choices)


def _pop(machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call) -> Choices:
    default = arguments.get(1, "default")
    choices: Found = []
    for key in machine.each(arguments.get(0) or ()):
        constant = machine.key_of(key)
        if constant is None:
            present, missing = machine.item_under(found, key, node)
            machine.remove_any(found, node)
        else:
            is_required = default is None
            present, missing = machine.item(found, constant, node, is_required=is_required)
            machine.delete_item(found, constant.value)
        choices += present
        if default is None:
            choices += machine.error("KeyError", node, missing)
        else:
            with machine.under(missing):
                choices += machine.only(default)
    return machine.merged(machine.only(choices))


def _popitem(machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call) -> Choices:
    filled = machine.truth(found, node)
    machine.fail("KeyError", machine.guards.without(machine.running, filled))
    machine.remove_any(found, node)
    return machine.unknown(node)


def _update(machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call) -> Choices:
    for choices in arguments.positional:
        for value in machine.each(choices):
            machine.merge(found, value, node)
    for key, choices in arguments.keywords.items():
        machine.set_item(found, key, choices, machine.place(node))
    return machine.constant(None, node)


def _copy(machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call) -> Choices:
    return [(machine.running, machine.copied(found, node, deep=False))]


def _clear(machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call) -> Choices:
    for key in list(found.slots):
        machine.delete_item(found, key)
    found.openings = [
        (machine.guards.without(guard, machine.running), cause) for guard, cause in found.openings
    ]
    found.openings = [opening for opening in found.openings if opening[0] != NEVER]
    return machine.constant(None, node)


def _keys(machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call) -> Choices:
    items: Found = [(guard, Constant(key, place)) for guard, key, place in machine.keys(found)]
    return [(machine.running, _view(machine, found, items, node))]


def _view(machine: Calls, found: DictObject, items: Found, node: ast.Call) -> ListObject:
    view = ListObject(machine.place(node), "list", items)
    view.openings, view.is_ordered = list(found.openings), found.is_ordered
    return view


def _values(machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call) -> Choices:
    items = machine.only(
        [(slot.guard, slot.value) for slots in found.slots.values() for slot in slots]
    )
    return [(machine.running, _view(machine, found, items, node))]


def _items(machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call) -> Choices:
    pairs: Found = []
    for key, slots in found.slots.items():
        for slot in slots:
            guard = machine.guards.both(slot.guard, machine.running)
            if guard != NEVER:
                own: Found = [(guard, Constant(key, slot.place)), (guard, slot.value)]
                pairs.append((guard, ListObject(slot.place, "tuple", own)))
    return [(machine.running, _view(machine, found, pairs, node))]


def _set(machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call) -> Choices:
    for key in machine.each(arguments.get(0) or ()):
        machine.set_value(found, key, arguments.get(1) or (), node)
    return machine.constant(None, node)


def _delete(machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call) -> Choices:
    for key in machine.each(arguments.get(0) or ()):
        machine.remove_item(found, key, node)
    return machine.constant(None, node)


def _item(machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call) -> Choices:
    choices: Found = []
    for key in machine.each(arguments.get(0) or ()):
        choices += machine.item_of(found, key, node)
    return choices


def _update_in_place(
    machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call
) -> Choices:
    _update(machine, found, arguments, node)
    return [(machine.running, found)]


_METHODS: dict[str, Any] = {
    "get": _get, "setdefault": _setdefault, "pop": _pop, "popitem": _popitem, "update": _update,
    "copy": _copy, "clear": _clear, "keys": _keys, "values": _values, "items": _items,
    "__setitem__": _set, "__getitem__": _item,
    "__delitem__": _delete, "__ior__": _update_in_place,
}  # fmt: skip
