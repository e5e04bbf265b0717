"""Methods of ``globals()`` and its like: a dict whose keys are names.

What binding a name does is for the storey namespaces.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.methods.dicts import dict_method
from cachelint.settings.interpreter.values import Choices, DictObject, NamespaceObject, Value
from cachelint.settings.records import Constant

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls


def namespace_method(
    machine: Calls, found: NamespaceObject, name: str, arguments: Arguments, node: ast.Call
) -> Choices:
    cause = machine.cause(node, f"{machine.text(node.func)}()")
    if name == "update":
        for choices in arguments.positional:
            for value in machine.each(choices):
                _update_namespace(machine, found, value, node)
        for name_, given in arguments.keywords.items():
            machine.bind(found.scope, name_, given)
        if not arguments.is_complete:
            machine.release(found.scope, cause, replaces=True)
        return machine.constant(None, node)
    key = machine.only(arguments.get(0) or ())
    constant = key[0][1] if len(key) == 1 else None
    if name in ("get", "setdefault") and isinstance(constant, Constant):
        present, missing = machine.own(found.scope, str(constant.value), node)
        choices = list(machine.forced(present, node))
        with machine.under(missing):
            default = arguments.get(1) or machine.constant(None, node)
            choices += machine.only(default)
            if name == "setdefault":
                machine.bind(found.scope, str(constant.value), default)
        return choices
    if name in ("keys", "items", "values", "copy"):
        content = DictObject(machine.place(node))
        for own in list(found.scope.names):
            present, _ = machine.own(found.scope, own, node)
            machine.set_item(content, own, machine.forced(present, node), content.place)
        content.openings += found.scope.wild
        return dict_method(machine, content, name, arguments, node)
    if name == "pop" and isinstance(constant, Constant):
        present, _ = machine.own(found.scope, str(constant.value), node)
        machine.unbind(found.scope, str(constant.value))
        return present
    machine.release(found.scope, cause, replaces=True)
    return machine.unknown(node)


def _update_namespace(machine: Calls, found: NamespaceObject, value: Value, node: ast.Call) -> None:
    if isinstance(value, DictObject):
        for key, slots in list(value.slots.items()):
            for slot in slots:
                with machine.under(slot.guard):
                    machine.bind(found.scope, str(key), [(machine.running, slot.value)])
        if machine.opening(value) == NEVER:
            return
    if isinstance(value, NamespaceObject):
        for name, choices in list(value.scope.names.items()):
            if not name.startswith("__"):
                machine.bind(found.scope, name, choices)
        return
    cause = machine.cause(node, f"{machine.text(node.func)}()")
    machine.release(found.scope, cause, replaces=True)
