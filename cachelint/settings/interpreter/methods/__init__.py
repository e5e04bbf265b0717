"""Methods of built-in values. Each kind of receiver has its file."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.methods.dicts import dict_method
from cachelint.settings.interpreter.methods.lists import list_method
from cachelint.settings.interpreter.methods.namespaces import namespace_method
from cachelint.settings.interpreter.methods.paths import path_method
from cachelint.settings.interpreter.methods.texts import text_method
from cachelint.settings.interpreter.values import (
    Choices,
    DictObject,
    ListObject,
    MemberObject,
    NamespaceObject,
    PathObject,
    Value,
)

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls


def call_method(
    machine: Calls, receiver: Value, name: str, arguments: Arguments, node: ast.Call
) -> Choices:
    """``receiver.name(…)`` for a value of a built-in type."""
    if isinstance(receiver, DictObject):
        return dict_method(machine, receiver, name, arguments, node)
    if isinstance(receiver, ListObject):
        return list_method(machine, receiver, name, arguments, node)
    if isinstance(receiver, NamespaceObject):
        return namespace_method(machine, receiver, name, arguments, node)
    if isinstance(receiver, PathObject):
        return path_method(machine, receiver, name, arguments, node)
    if isinstance(receiver, MemberObject):
        receiver = receiver.value
    return text_method(machine, receiver, name, arguments, node)
