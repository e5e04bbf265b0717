"""Built-in functions that go through the items of something: ``zip``, ``any``, ``map`` and others.

How items are gone through is for the storey comprehensions.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from cachelint.settings.interpreter.arguments import Arguments, one_constant
from cachelint.settings.interpreter.guards import NEVER, Guard
from cachelint.settings.interpreter.library.handler import Handler
from cachelint.settings.interpreter.values import (
    Choices,
    Found,
    GeneratorObject,
    ListObject,
    Opaque,
    Value,
)
from cachelint.settings.records import Constant

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls


def _pairs(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    """``enumerate(x)`` and ``zip(x, y)``."""
    place = machine.place(node)
    is_counted = function.path == "builtins.enumerate"
    iterables = arguments.positional[:1] if is_counted else arguments.positional
    lists = [_listed(machine, choices, node) for choices in iterables]
    if is_counted:
        start = one_constant(arguments.get(1, "start") or machine.constant(0, node))
        first = start.value if start is not None else None
        if not isinstance(first, int) or not lists:
            lists = [ListObject(place, is_ordered=False)]
        else:
            count = range(first, first + len(lists[0].items))
            numbers: Found = [(machine.running, Constant(number, place)) for number in count]
            lists = [ListObject(place, "list", numbers), lists[0]]
    if not all(machine.has_positions(one) for one in lists):
        cause = machine.cause(node, f"`{machine.text(node)}` is not followed")
        for one in lists:
            machine.escape(one, cause)
        return machine.unknown(node)
    rows = ListObject(place, "generator")
    for number in range(min((len(one.items) for one in lists), default=0)):
        row = ListObject(place, "tuple")
        there = machine.running
        for one in lists:
            choices, missing = machine.element(one, number)
            there = machine.guards.without(there, missing)
            row.items += choices
        if there != NEVER:
            rows.items.append((there, row))
    return [(machine.running, rows)]


def _listed(machine: Calls, choices: Choices, node: ast.Call) -> ListObject:
    items = ListObject(machine.place(node))
    for value in machine.each(choices):
        machine.extend(items, value, node)
    return items


def _any_all(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    is_any = function.path == "builtins.any"
    found = NEVER
    for iterable in machine.each(arguments.get(0) or ()):
        found = machine.guards.either(found, _stopped(machine, iterable, is_any, node))
    place = machine.place(node)
    hit = machine.guards.both(machine.running, found)
    rest = machine.guards.without(machine.running, found)
    choices: Found = [(hit, Constant(is_any, place)), (rest, Constant(not is_any, place))]
    return [choice for choice in choices if choice[0] != NEVER]


def _stopped(machine: Calls, iterable: Value, is_any: bool, node: ast.Call) -> Guard:
    """Where an item decides about the whole; those after it are not made."""
    found = NEVER

    def take(choices: Choices) -> None:
        nonlocal found
        for item in machine.each(choices):
            true = machine.guards.both(machine.running, machine.truth(item, node))
            hit = true if is_any else machine.guards.without(machine.running, true)
            found = machine.guards.either(found, hit)
        machine.running = machine.guards.without(machine.running, found)

    before = machine.running
    if isinstance(iterable, GeneratorObject) and iterable.done == NEVER:
        iterable.done = machine.running
        made = iterable.produce(take)
        is_open = machine.opening(made) != NEVER
    else:
        items, cause = machine.items_of(iterable, node.args[0])
        take(items)
        is_open = cause is not None
    machine.running = machine.guards.either(machine.running, found)
    if is_open:
        extra = machine.fresh_test(node, machine.text(node))
        found = machine.guards.either(found, machine.guards.both(machine.running, extra))
    return machine.guards.both(found, before)


def _map(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    new = ListObject(machine.place(node))
    functions = arguments.get(0) or ()
    for item, is_unknown in machine.rounds(arguments.get(1) or (), node):
        for one in machine.each(functions):
            given = Arguments([[(machine.running, item)]])
            results = machine.call_value(one, given, node)
            if function.path == "builtins.map":
                new.items += machine.only(results)
                continue
            for result in machine.each(results):
                true = machine.guards.both(machine.running, machine.truth(result, node))
                if true != NEVER:
                    new.items.append((true, item))
        if is_unknown:
            machine.open(new, machine.cause(node, "what is iterated over is not known here"))
    return [(machine.running, new)] if machine.running != NEVER else []


def _extreme(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    """``max`` and ``min``: one of what they are given."""
    items = ListObject(machine.place(node), is_ordered=False)
    if len(arguments.positional) == 1:
        items = _listed(machine, arguments.positional[0], node)
    else:
        for choices in arguments.positional:
            items.items += machine.only(choices)
    items.items += machine.only(arguments.keywords.get("default", ()))
    machine.may_fail(node, None, f"an error in `{machine.text(node)}`")
    opened = machine.opening(items) != NEVER
    return machine.any_of(items.items, node, items.openings[0][1] if opened else None)


FUNCTIONS: dict[str, Handler] = {
    "builtins.enumerate": _pairs, "builtins.zip": _pairs, "builtins.any": _any_all,
    "builtins.max": _extreme, "builtins.min": _extreme, "builtins.all": _any_all,
    "builtins.map": _map, "builtins.filter": _map,
}  # fmt: skip
