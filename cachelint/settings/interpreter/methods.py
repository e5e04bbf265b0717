"""Methods of built-in values: dicts, texts, paths, namespaces; those of lists are in ``lists``."""

from __future__ import annotations

import ast
import os
from typing import TYPE_CHECKING, Any

from cachelint.settings.interpreter.guards import NEVER, Guard
from cachelint.settings.interpreter.lists import list_method
from cachelint.settings.interpreter.operators import NotComputedError, method
from cachelint.settings.interpreter.values import (
    Choices,
    DictObject,
    ListObject,
    MemberObject,
    NamespaceObject,
    PathObject,
    Template,
    Value,
)
from cachelint.settings.records import Constant

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Arguments, Calls

Found = list[tuple[Guard, Value]]


def call_method(
    machine: Calls, receiver: Value, name: str, arguments: Arguments, node: ast.Call
) -> Choices:
    """``receiver.name(…)`` for a value of a built-in type."""
    if isinstance(receiver, DictObject):
        handler = _DICT.get(name)
        if handler is None or not arguments.is_complete:
            machine.open(receiver, machine.cause(node, f"`{machine.text(node)}` is not followed"))
            return machine.unknown(node)
        found: Choices = handler(machine, receiver, arguments, node)
        return found
    if isinstance(receiver, ListObject):
        return list_method(machine, receiver, name, arguments, node)
    if isinstance(receiver, NamespaceObject):
        return _namespace_method(machine, receiver, name, arguments, node)
    if isinstance(receiver, PathObject):
        return _path_method(machine, receiver, name, arguments, node)
    if isinstance(receiver, MemberObject):
        receiver = receiver.value
    return _text_method(machine, receiver, name, arguments, node)


# Dicts


def _get(machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call) -> Choices:
    keys = arguments.get(0) or ()
    default = arguments.get(1, "default") or machine.constant(None, node)
    choices: Found = []
    for key in machine.each(keys):
        constant = machine.key_of(key)
        if constant is None:
            choices += machine.unknown(node)
            continue
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
            machine.set_value(found, key, default, node)
            choices += machine.unknown(node)
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
            _remove_unknown(machine, found, node)
            choices += machine.unknown(node)
            continue
        present, missing = machine.item(found, constant, node, is_required=default is None)
        choices += present
        machine.delete_item(found, constant.value)
        if default is None:
            choices += machine.error("KeyError", node, missing)
        else:
            with machine.under(missing):
                choices += machine.only(default)
    return machine.merged(machine.only(choices))


def _remove_unknown(machine: Calls, found: DictObject, node: ast.Call) -> None:
    """One of the keys goes, nobody knows which."""
    for key in list(found.slots):
        text = f"`{machine.text(node)}` removes {key!r}"
        with machine.under(machine.fresh_test(node, text, f"{key!r} stays")):
            machine.delete_item(found, key)


def _popitem(machine: Calls, found: DictObject, arguments: Arguments, node: ast.Call) -> Choices:
    _remove_unknown(machine, found, node)
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
    view.openings = list(found.openings)
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


_DICT: dict[str, Any] = {
    "get": _get, "setdefault": _setdefault, "pop": _pop, "popitem": _popitem, "update": _update,
    "copy": _copy, "clear": _clear, "keys": _keys, "values": _values, "items": _items,
    "__setitem__": _set, "__getitem__": _get,
}  # fmt: skip


# Namespaces


def _namespace_method(
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
        choices = list(machine.forced_all(present, node))
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
            machine.set_item(content, own, machine.forced_all(present, node), content.place)
        content.openings += found.scope.wild
        return call_method(machine, content, name, arguments, node)
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


# Texts and paths


def _text_method(
    machine: Calls, receiver: Value, name: str, arguments: Arguments, node: ast.Call
) -> Choices:
    combinations = machine.combinations([*arguments.positional, *arguments.keywords.values()])
    if combinations is None or not arguments.is_complete:
        return machine.unknown(node)
    found: Found = []
    for values in combinations:
        positional = values[: len(arguments.positional)]
        keywords = dict(zip(arguments.keywords, values[len(positional) :], strict=True))
        result = _text_result(machine, receiver, name, positional, keywords, node)
        found.append((machine.running, result))
    return machine.only(found)


def _text_result(
    machine: Calls,
    receiver: Value,
    name: str,
    positional: tuple[Value, ...],
    keywords: dict[str, Value],
    node: ast.Call,
) -> Value:
    if isinstance(receiver, Constant):
        try:
            plain = [plain_value(value) for value in positional]
            named = {key: plain_value(value) for key, value in keywords.items()}
            result = method(receiver.value, name, plain, named)
        except NotComputedError as failure:
            if failure.error is not None:
                machine.fail(failure.error)
            elif name == "format" and isinstance(receiver.value, str):
                return _format(machine, receiver.value, positional, keywords, node)
            return machine.opaque(node)
        return lifted(machine, result, node)
    if isinstance(receiver, Template) and name in ("strip", "rstrip", "lower"):
        return receiver
    return machine.opaque(node)


def plain_value(value: Value) -> Any:
    """The Python value of constants and of lists of constants; raises NotComputedError."""
    if isinstance(value, Constant):
        return value.value
    if isinstance(value, PathObject):
        return value.text
    if isinstance(value, ListObject) and not value.openings:
        return [plain_value(item) for _, item in value.items]
    raise NotComputedError


def lifted(machine: Calls, value: Any, node: ast.expr) -> Value:
    """A Python value (texts, numbers, lists, dicts of them) as one of ours."""
    place = machine.place(node)
    if value is None or isinstance(value, (str, bytes, int, float)):
        return Constant(value, place)
    if isinstance(value, (list, tuple)):
        items: Found = [(machine.running, lifted(machine, item, node)) for item in value]
        return ListObject(place, "list" if isinstance(value, list) else "tuple", items)
    if isinstance(value, dict):
        new = DictObject(place)
        for key, item in value.items():
            machine.set_item(new, key, [(machine.running, lifted(machine, item, node))], place)
        return new
    return machine.opaque(node)


def _format(
    machine: Calls,
    pattern: str,
    positional: tuple[Value, ...],
    keywords: dict[str, Value],
    node: ast.Call,
) -> Value:
    """``"redis://{}:{port}".format(host, port=port)`` with parts that are not known."""
    import string

    parts: list[Value] = []
    place = machine.place(node)
    numbers = iter(range(len(positional)))
    try:
        pieces = list(string.Formatter().parse(pattern))
    except ValueError:
        return machine.opaque(node)
    for literal, field, spec, conversion in pieces:
        parts.append(Constant(literal, place))
        if field is None:
            continue
        index = next(numbers, -1) if field == "" else int(field) if field.isdigit() else -1
        value = positional[index] if 0 <= index < len(positional) else keywords.get(field)
        if value is None or spec or conversion:
            return machine.opaque(node)
        parts.append(value)
    return machine.template(tuple(parts), node)


def _path_method(
    machine: Calls, receiver: PathObject, name: str, arguments: Arguments, node: ast.Call
) -> Choices:
    if name in ("resolve", "absolute", "expanduser"):
        return [(machine.running, receiver)]
    if name in ("joinpath", "__truediv__"):
        found: Found = []
        combinations = machine.combinations(arguments.positional)
        for values in combinations or ():
            found.append((machine.running, machine.joined_path(receiver, values, node)))
        return found or machine.unknown(node)
    if name in ("as_posix", "__str__", "__fspath__"):
        return machine.constant(receiver.text, node)
    if name in ("read_text", "read_bytes", "open"):
        from cachelint.settings.interpreter.library import file_content

        return file_content(machine, receiver.text, node, is_open=name == "open")
    if name == "with_name":
        combinations = machine.combinations(arguments.positional)
        folder = PathObject(os.path.dirname(receiver.text), receiver.place)
        return [
            (machine.running, machine.joined_path(folder, values, node))
            for values in combinations or ()
        ]
    machine.may_fail(node, None, f"an error in `{machine.text(node)}`")
    if isinstance(receiver, PathObject) and name == "exists":
        return machine.unknown(node)
    return machine.unknown(node)
