"""Built-in functions that make dicts, lists, tuples and sets, and copies of them.

What is in them is for the storey containers.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.guards import NEVER, Guard
from cachelint.settings.interpreter.library.handler import Handler
from cachelint.settings.interpreter.values import (
    Choices,
    DictObject,
    Found,
    GeneratorObject,
    ListObject,
    Opaque,
)
from cachelint.settings.records import Place

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls


def _dict(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    new = DictObject(machine.place(node))
    for choices in arguments.positional:
        for value in machine.each(choices):
            machine.merge(new, value, node)
    for key, choices in arguments.keywords.items():
        machine.set_item(new, key, choices, _keyword_place(machine, node, key))
    if not arguments.is_complete:
        machine.open(new, machine.cause(node, f"`{machine.text(node)}` is not known here"))
    return [(machine.running, new)] if machine.running != NEVER else []


def _keyword_place(machine: Calls, node: ast.Call, key: str) -> Place:
    found = next((keyword for keyword in node.keywords if keyword.arg == key), None)
    return machine.place(found.value if found is not None else node)


def _fromkeys(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    new = DictObject(machine.place(node))
    default = arguments.get(1) or machine.constant(None, node)
    for item, _ in machine.rounds(arguments.get(0) or (), node):
        machine.set_value(new, item, default, node)
    return [(machine.running, new)] if machine.running != NEVER else []


def _list(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    kind = {"builtins.tuple": "tuple", "builtins.set": "set", "builtins.frozenset": "set"}
    new = ListObject(machine.place(node), kind.get(function.path, "list"))
    for choices in arguments.positional[:1]:
        for value in machine.each(choices):
            machine.extend(new, value, node.args[0])
    return [(machine.running, new)] if machine.running != NEVER else []


def _sorted(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    found = _list(machine, arguments, node, function)
    for _, value in found:
        assert isinstance(value, ListObject)
        if function.path == "builtins.reversed":
            value.items.reverse()
        else:
            machine.sort(value, arguments.keywords)
    return found


def _iter(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    found: Found = []
    for value in machine.each(arguments.get(0) or ()):
        if not isinstance(value, GeneratorObject):
            items = ListObject(machine.place(node), "generator")
            machine.extend(items, value, node)
            value = items
        found.append((machine.running, value))
    return found


def _next(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    found: Found = []
    for value in machine.each(arguments.get(0) or ()):
        if isinstance(value, GeneratorObject):
            value = machine.listed(value)
        default = arguments.get(1)
        if not isinstance(value, ListObject) or not machine.has_positions(value):
            machine.escape(value, machine.cause(node, f"`{machine.text(node)}` is not followed"))
            there = machine.fresh_test(node, f"`{machine.text(node)}` has items")
            missing = machine.guards.without(machine.running, there)
            with machine.under(there):
                found += machine.unknown(node)
            found += _absent(machine, missing, default, node)
            continue
        choices, missing = machine.replaced(value, 0, ())
        found += choices
        found += _absent(machine, missing, default, node)
    return machine.merged(machine.only(found))


def _absent(machine: Calls, missing: Guard, default: Choices | None, node: ast.Call) -> Choices:
    """What ``next()`` gives where there is nothing left."""
    if default is None:
        return machine.error("StopIteration", node, missing)
    with machine.under(missing):
        return machine.only(default)


def _copy(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    deep = function.path == "copy.deepcopy"
    found: Found = []
    for value in machine.each(arguments.get(0) or ()):
        if isinstance(value, Opaque):
            content = machine.as_dict(value)
            value = machine.copied(content, node, deep) if value.content and content else value
        elif isinstance(value, DictObject):
            value = machine.copied(value, node, deep)
        elif isinstance(value, ListObject) and not deep:
            items = machine.only(value.items)
            value = replace(value, items=items, openings=list(value.openings))
        elif deep:
            value = machine.deep_copied(value, node)
        found.append((machine.running, value))
    return found


def _same(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    index = 1 if function.path == "typing.cast" else 0
    return arguments.get(index) or machine.unknown(node)


FUNCTIONS: dict[str, Handler] = {
    "builtins.dict": _dict, "collections.OrderedDict": _dict, "builtins.dict.fromkeys": _fromkeys,
    "builtins.list": _list, "builtins.tuple": _list, "builtins.set": _list,
    "builtins.frozenset": _list, "builtins.sorted": _sorted, "builtins.reversed": _sorted,
    "copy.copy": _copy, "copy.deepcopy": _copy, "typing.cast": _same, "builtins.iter": _iter,
    "builtins.next": _next,
}  # fmt: skip
