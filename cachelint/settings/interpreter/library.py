"""What lies outside of the tree, as far as settings use it: built-ins, os, copy, pathlib, and the
libraries that settings are made with.

Everything else is unknown, and may write to what it is given.
"""

from __future__ import annotations

import ast
import builtins
import json
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from cachelint.settings.interpreter.guards import ALWAYS, NEVER, Guard
from cachelint.settings.interpreter.methods import lifted, plain_value
from cachelint.settings.interpreter.operators import NotComputedError, converted
from cachelint.settings.interpreter.values import (
    Choices,
    ClassObject,
    DictObject,
    InstanceObject,
    ListObject,
    ModuleObject,
    NamespaceObject,
    Opaque,
    PathObject,
    Scope,
    SuperObject,
    Template,
    Value,
)
from cachelint.settings.records import Cause, Constant, Place

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Arguments, Calls

BUILTIN_NAMES = frozenset(dir(builtins))
Found = list[tuple[Guard, Value]]
_Handler = Callable[["Calls", "Arguments", ast.Call, Opaque], Choices]

#: Roots whose functions neither keep nor write to the settings that they are given.
_HARMLESS_ROOTS = frozenset(sys.stdlib_module_names | {"django", "builtins", "pkg_resources"})
#: … but these run what they are given, or write to it.
_HARMFUL = frozenset({"builtins.exec", "builtins.eval", "runpy.run_path", "builtins.execfile"})
#: Functions that take ``__name__`` and only name something by it.
_NAMING = ("get_logger", "getLogger", "Celery", "gettext", "resource_filename", "files")

#: Functions that read one setting from the environment; the value where it is not set is
#: ``default`` (django-environ, environs, python-decouple, django-configurations' values).
_READERS = (
    "environ.Env()", "environ.FileAwareEnv()", "environs.Env()", "environs.FileAwareEnv()",
    "environs.env", "decouple.config", "decouple.AutoConfig()", "decouple.Config()",
    "prettyconf.config",
)  # fmt: skip


def call_outside(machine: Calls, function: Opaque, arguments: Arguments, node: ast.Call) -> Choices:
    """A call of something that is not in the tree."""
    handler = _FUNCTIONS.get(function.path)
    if handler is not None:
        return handler(machine, arguments, node, function)
    if any(_is_reader(function.path, reader) for reader in _READERS):
        return _read_setting(machine, arguments, node, function)
    path = f"{function.path}()" if function.path else ""
    root = function.path.partition(".")[0]
    if function.path in _HARMFUL:
        return _execute(machine, arguments, node, function)
    if function.path.endswith(_NAMING) or (root in _HARMLESS_ROOTS and function.path):
        machine.may_fail(node, None, f"an error in {machine.text(node.func)}()")
        return machine.unknown(node, path=path)
    return machine.unknown_call(arguments, node, path)


def _is_reader(path: str, reader: str) -> bool:
    rest = path.removeprefix(reader)
    return path.startswith(reader) and (not rest or (rest[0] == "." and rest.count(".") == 1))


def _constant(choices: Choices | None) -> Constant | None:
    """The one constant that ``choices`` are."""
    if choices is None or len(choices) != 1:
        return None
    value = choices[0][1]
    return value if isinstance(value, Constant) else None


# The environment


def _read_setting(
    machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque
) -> Choices:
    name = _constant(arguments.get(0, "var"))
    default = arguments.get(1, "default") if "decouple" not in function.path else None
    default = arguments.keywords.get("default", default)
    if "read_env" in function.path or "prefixed" in function.path:
        machine.variables.clear()
        return machine.unknown(node)
    value = machine.opaque(node, f"{function.path}()")
    value.default = _constant(default)
    value.variable = str(name.value) if name is not None else None
    value.may_be_none = value.default is not None and value.default.value is None
    value.cause = f"{machine.text(node)} is read from the environment"
    if default is None:
        machine.may_fail(node, None, f"{value.variable or 'a variable'} is not set")
    return [(machine.running, value)]


def _environ_get(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    name, default = _constant(arguments.get(0, "key")), arguments.get(1, "default")
    constant = _constant(default)
    if name is None or (default is not None and constant is None):
        return machine.unknown(node, "it is read from the environment")
    return machine.variable(str(name.value), node, constant)


def _environ_setdefault(
    machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque
) -> Choices:
    machine.variables.clear()
    return machine.unknown(node, "it is read from the environment")


# Built-in types


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
    # The order of a loop over aliases hardly ever matters; that of constants is kept.
    found = _list(machine, arguments, node, function)
    for _, value in found:
        assert isinstance(value, ListObject)
        if function.path == "builtins.reversed":
            value.items.reverse()
            continue
        texts = [item.value for _, item in value.items if isinstance(item, Constant)]
        if len(texts) == len(value.items) and all(isinstance(text, str) for text in texts):
            value.items.sort(key=lambda item: str(getattr(item[1], "value", "")))
    return found


def _convert(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    name = function.path.rpartition(".")[2]
    found: Found = []
    combinations = machine.combinations(arguments.positional)
    if combinations is None or arguments.keywords:
        return machine.unknown(node)
    for values in combinations:
        found.append((machine.running, _converted(machine, name, values, node)))
    return machine.only(found)


def _converted(machine: Calls, name: str, values: tuple[Value, ...], node: ast.Call) -> Value:
    is_partly_known = len(values) == 1 and isinstance(values[0], (Template, PathObject, Opaque))
    if name == "str" and is_partly_known:
        return machine.template(values, node)
    if name == "bool" and len(values) == 1:
        guard = machine.truth(values[0], node.args[0])
        if guard in (NEVER, ALWAYS):
            return Constant(bool(guard), machine.place(node))
    try:
        return lifted(machine, converted(name, [plain_value(value) for value in values]), node)
    except NotComputedError as failure:
        if failure.error is not None:
            machine.fail(failure.error)
        machine.may_fail(node, "ValueError", f"an error in `{machine.text(node)}`")
        return machine.opaque(node)


def _range(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    bounds = [_constant(machine.only(choices)) for choices in arguments.positional]
    numbers = [b.value for b in bounds if b is not None and type(b.value) is int]
    if len(numbers) != len(bounds) or not numbers or (len(numbers) == 3 and not numbers[2]):
        return machine.unknown(node)
    values = range(*numbers)
    return [(machine.running, lifted(machine, list(values[:1000]), node))]


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
    from cachelint.settings.interpreter.calls import Arguments as Given

    new = ListObject(machine.place(node))
    functions = arguments.get(0) or ()
    for item, is_unknown in machine.rounds(arguments.get(1) or (), node):
        for one in machine.each(functions):
            given = Given([[(machine.running, item)]])
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


# Names at run time


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
        before = machine.running
        if default is not None:
            machine.catching.append([])
        choices = machine.attribute(value, str(name.value), node)
        found += machine.only(choices)
        if default is not None:
            machine.catching.pop()
            after, machine.running = (
                machine.running,
                machine.guards.without(before, machine.running),
            )
            found += machine.only(default)
            machine.running = machine.guards.either(after, machine.running)
        if default is not None and isinstance(value, Opaque):
            # An attribute outside of the tree may be missing; the default is a possibility.
            found = _with_default(machine, found, default)
    return machine.merged(found)


def _with_default(machine: Calls, found: Found, default: Choices) -> Found:
    constant = _constant(machine.only(default))
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
        machine.catching.pop()
        missing = machine.guards.without(before, machine.running)
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


def _isinstance(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    types = machine.only(arguments.get(1) or ())
    names = {value.path for _, value in types if isinstance(value, Opaque)}
    found: Found = []
    for value in machine.each(arguments.get(0) or ()):
        kind = _type_name(value)
        if kind is None or len(types) != 1 or not names or "" in names:
            found += machine.unknown(node)
        else:
            result = f"builtins.{kind}" in names or (kind == "bool" and "builtins.int" in names)
            known = all(name.startswith("builtins.") for name in names)
            found += machine.constant(result, node) if known else machine.unknown(node)
    return machine.merged(found)


def _type_name(value: Value) -> str | None:
    if isinstance(value, Constant):
        return type(value.value).__name__
    if isinstance(value, DictObject):
        return "dict" if not value.openings else None
    if isinstance(value, ListObject):
        return value.kind
    return "str" if isinstance(value, Template) else None


def _execute(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    name = f"{machine.text(node.func)}()"
    if function.path == "builtins.eval" and len(arguments.positional) == 1:
        return machine.unknown(node, f"{name} makes it")
    cause = machine.cause(node, name)
    scopes = [machine.frame.module.scope, machine.frame.scope]
    given = arguments.get(1)
    if given is not None:
        scopes = [v.scope for _, v in given if isinstance(v, NamespaceObject)]
        for value in machine.each(given):
            machine.escape(value, cause)
    else:
        for scope in dict.fromkeys(map(id, scopes)):
            machine.release(next(s for s in scopes if id(s) == scope), cause, replaces=True)
    machine.variables.clear()
    machine.may_fail(node, None, f"an error in {name}")
    return machine.unknown(node)


# copy, os.path, pathlib, files


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
            value = ListObject(machine.place(node), value.kind, items, list(value.openings))
        elif deep:
            value = machine.deep_copied(value, node)
        found.append((machine.running, value))
    return found


def _same(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    index = 1 if function.path == "typing.cast" else 0
    return arguments.get(index) or machine.unknown(node)


_PATH_FUNCTIONS: dict[str, Callable[[str], str]] = {
    "dirname": os.path.dirname, "basename": os.path.basename, "normpath": os.path.normpath,
}  # fmt: skip


def _path_text(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    name = function.path.rpartition(".")[2]
    combinations = machine.combinations(arguments.positional)
    if combinations is None:
        return machine.unknown(node)
    found: Found = []
    for values in combinations:
        result: Value = machine.opaque(node)
        first = values[0] if values else None
        if name == "join" and first is not None:
            result = machine.joined_path(first, values[1:], node, as_text=True)
        elif isinstance(first, (Constant, PathObject)):
            text = first.text if isinstance(first, PathObject) else str(first.value)
            made = _PATH_FUNCTIONS[name](text) if name in _PATH_FUNCTIONS else text
            result = Constant(made, machine.place(node))
        found.append((machine.running, result))
    return machine.only(found)


def _path(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    combinations = machine.combinations(arguments.positional)
    found: Found = []
    for values in combinations or ():
        if values:
            found.append((machine.running, machine.joined_path(values[0], values[1:], node)))
    return found or machine.unknown(node)


def file_content(machine: Calls, path: str, node: ast.expr, is_open: bool = False) -> Choices:
    """The content of a file beside the settings, or the file where it ``is_open``."""
    machine.may_fail(node, "FileNotFoundError", f"{os.path.basename(path)} cannot be read")
    if is_open:
        return machine.unknown(node, f"it is read from {os.path.basename(path)}", f"file:{path}")
    if machine.is_in_tree(path):
        try:
            with open(path, encoding="utf-8") as file:
                return machine.constant(file.read(1_000_000), node)
        except (OSError, UnicodeDecodeError):
            pass
    return machine.unknown(node, f"it is read from {os.path.basename(path)}")


def _open(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    found: Found = []
    for value in machine.each(arguments.get(0, "file") or ()):
        if isinstance(value, (Constant, PathObject)):
            path = value.text if isinstance(value, PathObject) else str(value.value)
            found += file_content(machine, path, node, is_open=True)
        else:
            machine.may_fail(node, "FileNotFoundError", f"an error in `{machine.text(node)}`")
            found += machine.unknown(node, "it is read from a file")
    return machine.only(found)


def _load_json(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    found: Found = []
    for value in machine.each(arguments.get(0) or ()):
        if isinstance(value, Opaque) and value.path.startswith("file:"):
            path = value.path.removeprefix("file:")
            only = machine.only(file_content(machine, path, node))
            value = only[0][1] if only else value
        if isinstance(value, Constant) and isinstance(value.value, (str, bytes)):
            try:
                found.append((machine.running, lifted(machine, json.loads(value.value), node)))
                continue
            except (ValueError, RecursionError):
                machine.may_fail(node, "ValueError", "it is no JSON")
        found += machine.unknown(node, "it is read from a file")
    return machine.only(found)


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


def _exit(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    machine.end("SystemExit")
    return []


def _quiet(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    return machine.unknown(node)


_FUNCTIONS: dict[str, _Handler] = {
    "os.environ.get": _environ_get, "os.getenv": _environ_get, "os.environ.pop": _environ_get,
    "os.environ.setdefault": _environ_setdefault, "os.environ.update": _environ_setdefault,
    "builtins.dict": _dict, "collections.OrderedDict": _dict, "builtins.dict.fromkeys": _fromkeys,
    "builtins.list": _list, "builtins.tuple": _list, "builtins.set": _list,
    "builtins.frozenset": _list, "builtins.sorted": _sorted, "builtins.reversed": _sorted,
    "builtins.str": _convert, "builtins.int": _convert, "builtins.float": _convert,
    "builtins.bool": _convert, "builtins.len": _convert, "builtins.repr": _convert,
    "builtins.abs": _convert, "builtins.chr": _convert, "builtins.ord": _convert,
    "builtins.range": _range, "builtins.enumerate": _pairs, "builtins.zip": _pairs,
    "builtins.any": _any_all, "builtins.all": _any_all, "builtins.map": _map,
    "builtins.filter": _map, "builtins.globals": _globals, "builtins.locals": _globals,
    "builtins.vars": _globals, "builtins.dir": _dir, "builtins.getattr": _getattr,
    "builtins.hasattr": _hasattr, "builtins.setattr": _setattr, "builtins.super": _super,
    "builtins.isinstance": _isinstance, "builtins.exec": _execute, "builtins.eval": _execute,
    "copy.copy": _copy, "copy.deepcopy": _copy, "typing.cast": _same, "builtins.iter": _same,
    "os.path.join": _path_text, "os.path.dirname": _path_text, "os.path.basename": _path_text,
    "os.path.abspath": _path_text, "os.path.realpath": _path_text, "os.path.normpath": _path_text,
    "os.path.expanduser": _path_text, "os.fspath": _path_text, "builtins.open": _open,
    "io.open": _open,
    "pathlib.Path": _path, "pathlib.PurePath": _path, "json.loads": _load_json,
    "json.load": _load_json, "importlib.import_module": _import_module,
    "builtins.__import__": _import_module, "split_settings.tools.include": _include,
    "split_settings.tools.optional": _optional, "sys.exit": _exit, "os._exit": _exit,
    "builtins.exit": _exit, "builtins.quit": _exit, "builtins.print": _quiet,
    "builtins.min": _quiet, "builtins.max": _quiet, "builtins.callable": _quiet,
    "builtins.type": _quiet, "builtins.id": _quiet, "builtins.hash": _quiet,
    "functools.partial": _quiet,
}  # fmt: skip
