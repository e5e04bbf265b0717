"""Names at run time: ``globals()``, ``getattr``, ``super``, ``exec`` and their like.

What a namespace holds is for the storeys namespaces and objects.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from cachelint.settings.interpreter.arguments import Arguments, one_constant
from cachelint.settings.interpreter.guards import NEVER, Guard
from cachelint.settings.interpreter.library.handler import Handler
from cachelint.settings.interpreter.values import (
    Choices,
    ClassObject,
    Found,
    InstanceObject,
    ListObject,
    ModuleObject,
    NamespaceObject,
    Opaque,
    Scope,
    SuperObject,
    Value,
)
from cachelint.settings.records import Cause, Constant

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls


def _globals(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    module = machine.frame.module
    if function.path == "builtins.vars" and arguments.positional:
        found: Found = []
        for value in machine.each(arguments.positional[0]):
            if isinstance(value, (ModuleObject, ClassObject, InstanceObject)):
                found.append((machine.running, NamespaceObject(value.scope, module)))
            else:
                found += machine.unknown(node)
        return found
    scope = module.scope if function.path == "builtins.globals" else machine.frame.scope
    return [(machine.running, NamespaceObject(scope, module))]


def _dir(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    names = ListObject(machine.place(node))
    for value in machine.each(arguments.get(0) or _globals(machine, arguments, node, function)):
        for scope, opened in _scopes(machine, value):
            for name, guard in machine.bound_names(scope):
                names.items.append((guard, Constant(name, names.place)))
            names.openings += opened
        if isinstance(value, Opaque):
            machine.open(names, machine.cause(node, f"`{value.text}` is not known here"))
    return [(machine.running, names)] if machine.running != NEVER else []


def _scopes(machine: Calls, value: Value) -> list[tuple[Scope, list[tuple[Guard, Cause]]]]:
    if isinstance(value, ModuleObject):
        machine.run_module(value)
        return [(value.scope, value.scope.wild)]
    if isinstance(value, NamespaceObject):
        return [(value.scope, value.scope.wild)]
    own: list[tuple[Scope, list[tuple[Guard, Cause]]]] = []
    if isinstance(value, InstanceObject):
        own.append((value.scope, []))
    cls = value.cls if isinstance(value, InstanceObject) else value
    if isinstance(cls, ClassObject):
        own += [(one.scope, []) for one in machine.order(cls) if isinstance(one, ClassObject)]
    return own


def _getattr(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    default = arguments.get(2)
    combinations = machine.combinations([arguments.get(0) or (), arguments.get(1) or ()])
    if combinations is None:
        return machine.unknown(node)
    found: Found = []
    for value, name in combinations:
        if not isinstance(name, Constant):
            machine.may_fail(node, "AttributeError", f"an error in `{machine.text(node)}`")
            found += machine.unknown(node)
            continue
        if default is not None:
            machine.catching.append([])
        choices = machine.attribute(value, str(name.value), node)
        found += machine.only(choices)
        if default is not None:
            missing = machine.settled("AttributeError")
            after, machine.running = machine.running, missing
            found += machine.only(default)
            machine.running = machine.guards.either(after, machine.running)
        if default is not None and isinstance(value, Opaque):
            # An attribute outside of the tree may be missing; the default is a possibility.
            found = _with_default(machine, found, default)
    return machine.merged(found)


def _with_default(machine: Calls, found: Found, default: Choices) -> Found:
    constant = one_constant(machine.only(default))
    for _, value in found:
        if isinstance(value, Opaque):
            value.default = constant
            value.may_be_none = constant is not None and constant.value is None
    return found


def _hasattr(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    combinations = machine.combinations([arguments.get(0) or (), arguments.get(1) or ()])
    if combinations is None:
        return machine.unknown(node)
    found: Found = []
    for value, name in combinations:
        if isinstance(value, Opaque) or not isinstance(name, Constant):
            found += machine.unknown(node)
            continue
        before = machine.running
        machine.catching.append([])
        machine.attribute(value, str(name.value), node)
        missing = machine.settled("AttributeError")
        place = machine.place(node)
        found += [(machine.running, Constant(True, place)), (missing, Constant(False, place))]
        machine.running = before
    return [choice for choice in machine.merged(found) if choice[0] != NEVER]


def _setattr(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    combinations = machine.combinations([arguments.get(0) or (), arguments.get(1) or ()])
    cause = machine.cause(node, "setattr()")
    for target, name in combinations or ():
        if isinstance(name, Constant):
            machine.set_attribute(target, str(name.value), arguments.get(2) or (), node)
        else:
            machine.set_unknown_attribute(target, cause)
    return machine.constant(None, node)


def _super(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    frame = machine.frame
    owner, receiver = frame.owner, frame.receiver
    if len(arguments.positional) == 2:
        first, second = (machine.only(choices) for choices in arguments.positional)
        if len(first) == 1 == len(second):
            owner = first[0][1] if isinstance(first[0][1], ClassObject) else None
            receiver = second[0][1]
    if owner is None or receiver is None:
        return machine.unknown(node)
    return [(machine.running, SuperObject(receiver, owner))]


def execute(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    """``exec(text)``: anything may be written, in the namespaces that are given or else here."""
    name = f"{machine.text(node.func)}()"
    if function.path == "builtins.eval" and len(arguments.positional) == 1:
        tree = _expression(arguments)
        if isinstance(tree, ast.Name):
            return machine.look_up(tree.id, node)
        if tree is None or not any(
            isinstance(n, (ast.Call, ast.NamedExpr)) for n in ast.walk(tree)
        ):
            return machine.unknown(node, f"{name} makes it")
    cause = machine.cause(node, name)
    given = arguments.get(1)
    if given is not None:
        for value in machine.each(given):
            machine.escape(value, cause)
    else:
        scopes = (machine.frame.module.scope, machine.frame.scope)
        for scope in {id(scope): scope for scope in scopes}.values():
            machine.release(scope, cause, replaces=True)
    machine.variables.clear()
    machine.may_fail(node, None, f"an error in {name}")
    return machine.unknown(node)


def _expression(arguments: Arguments) -> ast.expr | None:
    """The expression in a text that is known."""
    text = one_constant(arguments.get(0))
    try:
        return ast.parse(str(text.value), mode="eval").body if text is not None else None
    except (SyntaxError, ValueError):
        return None


def _delattr(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    combinations = machine.combinations([arguments.get(0) or (), arguments.get(1) or ()])
    for target, name in combinations or ():
        scope = getattr(target, "scope", None)
        if isinstance(name, Constant) and isinstance(scope, Scope):
            machine.unbind(scope, str(name.value))
        else:
            machine.escape(target, machine.cause(node, "delattr()"))
    return machine.constant(None, node)


FUNCTIONS: dict[str, Handler] = {
    "builtins.globals": _globals, "builtins.locals": _globals, "builtins.vars": _globals,
    "builtins.dir": _dir, "builtins.getattr": _getattr, "builtins.hasattr": _hasattr,
    "builtins.setattr": _setattr, "builtins.super": _super, "builtins.exec": execute,
    "builtins.eval": execute, "builtins.delattr": _delattr,
}  # fmt: skip
