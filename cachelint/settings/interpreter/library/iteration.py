"""Built-in functions that go through the items of something: ``zip``, ``any``, ``map`` and others.

How items are gone through is for the storey comprehensions.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.library.handler import Handler
from cachelint.settings.interpreter.values import Choices, Found, ListObject, Opaque
from cachelint.settings.records import Constant

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls


def _pairs(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    """``enumerate(x)`` and ``zip(x, y)`` of what is known wholly."""
    lists = []
    for choices, argument in zip(arguments.positional, node.args, strict=False):
        only = machine.only(choices)
        if len(only) != 1:
            return machine.unknown(node)
        items, cause = machine.items_of(only[0][1], argument)
        if cause is not None or any(
            not machine.guards.implies(machine.running, guard) for guard, _ in items
        ):
            return machine.unknown(node)
        lists.append([value for _, value in items])
    place = machine.place(node)
    if function.path == "builtins.enumerate":
        lists = [[Constant(i, place) for i in range(len(lists[0]))], lists[0]]
    running = machine.running
    rows: Found = [
        (running, ListObject(place, "tuple", [(running, value) for value in row]))
        for row in zip(*lists, strict=False)
    ]
    return [(running, ListObject(place, "list", rows))]


def _any_all(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    is_any = function.path == "builtins.any"
    found = NEVER
    for iterable in machine.each(arguments.get(0) or ()):
        items, cause = machine.items_of(iterable, node.args[0])
        for guard, item in items:
            with machine.under(guard):
                true = machine.guards.both(machine.running, machine.truth(item, node))
                hit = true if is_any else machine.guards.without(machine.running, true)
                found = machine.guards.either(found, hit)
        if cause is not None:
            extra = machine.fresh_test(node, machine.text(node))
            found = machine.guards.either(found, machine.guards.both(machine.running, extra))
    place = machine.place(node)
    hit = machine.guards.both(machine.running, found)
    rest = machine.guards.without(machine.running, found)
    choices: Found = [(hit, Constant(is_any, place)), (rest, Constant(not is_any, place))]
    return [choice for choice in choices if choice[0] != NEVER]


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


FUNCTIONS: dict[str, Handler] = {
    "builtins.enumerate": _pairs, "builtins.zip": _pairs, "builtins.any": _any_all,
    "builtins.all": _any_all, "builtins.map": _map, "builtins.filter": _map,
}  # fmt: skip
