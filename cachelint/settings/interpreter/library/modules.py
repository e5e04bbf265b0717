"""Modules that are asked for by name: importlib and django-split-settings.

How a module is found and run is for the storey imports.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.library.handler import Handler
from cachelint.settings.interpreter.values import Choices, Found, Opaque
from cachelint.settings.records import Constant

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls


def _import_module(
    machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque
) -> Choices:
    return machine.import_dynamically(arguments.get(0) or (), arguments.get(1), node)


def _include(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    for choices in arguments.positional:
        for value in machine.each(choices):
            machine.include(value, node)
    return machine.constant(None, node)


def _optional(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    found: Found = []
    for value in machine.each(arguments.get(0) or ()):
        path = "split_settings.tools.optional()"
        wrapped = machine.opaque(node, path)
        wrapped.default = value if isinstance(value, Constant) else None
        found.append((machine.running, wrapped))
    return found


FUNCTIONS: dict[str, Handler] = {
    "importlib.import_module": _import_module, "builtins.__import__": _import_module,
    "split_settings.tools.include": _include, "split_settings.tools.optional": _optional,
}  # fmt: skip
