"""Methods of lists, tuples and sets.

Knows which of them change what is in them; where an item stands is for the storey sequences.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cachelint.settings.interpreter.arguments import Arguments, one_constant
from cachelint.settings.interpreter.guards import NEVER, Guard
from cachelint.settings.interpreter.values import Choices, ListObject, Value, describe

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls

#: What these return has some of the items, or all of them with others.
_SELECTING = frozenset({"intersection", "difference", "union", "symmetric_difference"})


def list_method(
    machine: Calls, found: ListObject, name: str, arguments: Arguments, node: ast.Call
) -> Choices:
    """A method that is not known here may do anything to the list."""
    handler = _METHODS.get(name)
    if handler is not None and arguments.is_complete:
        return handler(machine, found, arguments, node)
    if name in ("count", "isdisjoint", "issubset", "issuperset"):
        machine.may_fail(node, None, f"an error in `{machine.text(node)}`")
        return machine.unknown(node)
    cause = machine.cause(node, f"`{machine.text(node)}` is not followed")
    if name in _SELECTING:
        return [(machine.running, _selected(machine, found, arguments, node))]
    machine.disturb(found, node)
    if name not in ("intersection_update", "difference_update"):
        machine.open(found, cause)
    return machine.unknown(node)


def _selected(
    machine: Calls, found: ListObject, arguments: Arguments, node: ast.Call
) -> ListObject:
    new = ListObject(machine.place(node), found.kind, is_ordered=False)
    new.items, new.openings = machine.some_of(found, node), list(found.openings)
    assert isinstance(node.func, ast.Attribute)
    if node.func.attr in ("union", "symmetric_difference"):
        new.items = machine.only(found.items) if node.func.attr == "union" else new.items
        other = ListObject(new.place, "set")
        for choices in arguments.positional:
            for value in machine.each(choices):
                machine.extend(other, value, node)
        new.items += other.items if node.func.attr == "union" else machine.some_of(other, node)
        new.openings += other.openings
    return new


def _append(machine: Calls, found: ListObject, arguments: Arguments, node: ast.Call) -> Choices:
    found.items += machine.only(arguments.get(0) or ())
    return machine.constant(None, node)


def _extend(machine: Calls, found: ListObject, arguments: Arguments, node: ast.Call) -> Choices:
    for choices in arguments.positional:
        for value in machine.each(choices):
            machine.extend(found, value, node)
    return machine.constant(None, node)


def _insert(machine: Calls, found: ListObject, arguments: Arguments, node: ast.Call) -> Choices:
    index = one_constant(machine.only(arguments.get(0) or ()))
    given = arguments.get(1) or ()
    if index is not None and isinstance(index.value, int) and machine.has_positions(found):
        machine.insert(found, index.value, given)
    else:
        found.items += machine.only(given)
        found.is_ordered = False
    return machine.constant(None, node)


def _pop(machine: Calls, found: ListObject, arguments: Arguments, node: ast.Call) -> Choices:
    given = arguments.get(0)
    index = one_constant(machine.only(given)) if given is not None else None
    number = -1 if given is None else index.value if index is not None else None
    if found.kind != "set" and isinstance(number, int) and machine.has_positions(found):
        choices, missing = machine.replaced(found, number, ())
        return [*choices, *machine.error("IndexError", node, missing)]
    machine.may_fail(node, None, f"an error in `{machine.text(node)}`")
    opened = machine.opening(found) != NEVER
    taken = machine.any_of(found.items, node, found.openings[0][1] if opened else None)
    machine.disturb(found, node)
    return taken


def _remove(machine: Calls, found: ListObject, arguments: Arguments, node: ast.Call) -> Choices:
    for value in machine.each(arguments.get(0) or ()):
        left = _remove_first(machine, found, value, node)
        opened = machine.guards.both(left, machine.opening(found))
        assert isinstance(node.func, ast.Attribute)
        if node.func.attr == "remove":
            error = "KeyError" if found.kind == "set" else "ValueError"
            machine.fail(error, machine.guards.without(left, opened))
            if opened != NEVER:
                machine.may_fail(node, error, f"an error in `{machine.text(node)}`")
    return machine.constant(None, node)


def _remove_first(machine: Calls, found: ListObject, value: Value, node: ast.Call) -> Guard:
    """Take out the first item that equals ``value``; the runs in which there is none."""
    guards, left = machine.guards, machine.running
    constant = machine.key_of(value)
    for index, (guard, item) in enumerate(found.items):
        hit = guards.both(guard, left)
        other = machine.key_of(item)
        if constant is None or other is None:
            text = f"{describe(item)} is what `{machine.text(node)}` removes"
            hit = guards.both(hit, machine.fresh_test(node, text)) if hit != NEVER else NEVER
        elif constant.value != other.value:
            continue
        found.items[index] = (guards.without(guard, hit), item)
        left = guards.without(left, hit)
    found.items = [item for item in found.items if item[0] != NEVER]
    return left


def _index(machine: Calls, found: ListObject, arguments: Arguments, node: ast.Call) -> Choices:
    """``found.index(value)``, where the same items stand in every run at hand."""
    wanted = [machine.key_of(value) for value in machine.each(arguments.get(0) or ())]
    is_fixed = machine.has_positions(found) and all(
        machine.guards.implies(machine.running, guard) for guard, _ in found.items
    )
    if len(wanted) == 1 and wanted[0] is not None and is_fixed:
        for position, (_, item) in enumerate(found.items):
            constant = machine.key_of(item)
            if constant is None:
                break
            if constant.value == wanted[0].value:
                return machine.constant(position, node)
    machine.may_fail(node, None, f"an error in `{machine.text(node)}`")
    return machine.unknown(node)


def _clear(machine: Calls, found: ListObject, arguments: Arguments, node: ast.Call) -> Choices:
    without, running = machine.guards.without, machine.running
    items = [(without(guard, running), item) for guard, item in found.items]
    openings = [(without(guard, running), cause) for guard, cause in found.openings]
    found.items = [item for item in items if item[0] != NEVER]
    found.openings = [opening for opening in openings if opening[0] != NEVER]
    return machine.constant(None, node)


def _copy(machine: Calls, found: ListObject, arguments: Arguments, node: ast.Call) -> Choices:
    items = machine.only(found.items)
    place = machine.place(node)
    copy = ListObject(place, found.kind, items, list(found.openings), found.is_ordered)
    return [(machine.running, copy)]


def _reorder(machine: Calls, found: ListObject, arguments: Arguments, node: ast.Call) -> Choices:
    assert isinstance(node.func, ast.Attribute)
    is_common = all(machine.guards.implies(guard, machine.running) for guard, _ in found.items)
    if node.func.attr == "reverse":
        found.items.reverse()
    else:
        machine.sort(found, arguments.keywords)
    found.is_ordered &= is_common
    return machine.constant(None, node)


_METHODS: dict[str, Callable[[Any, ListObject, Arguments, ast.Call], Choices]] = {
    "append": _append, "add": _append, "extend": _extend, "update": _extend, "insert": _insert,
    "pop": _pop, "remove": _remove, "discard": _remove, "clear": _clear, "copy": _copy,
    "index": _index, "reverse": _reorder, "sort": _reorder,
}  # fmt: skip
