"""Paths and files: os.path, pathlib, ``open``, json.

Only files of the project are read; that a file may be missing is said where it is read.
"""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.library.handler import Handler
from cachelint.settings.interpreter.methods.paths import file_content
from cachelint.settings.interpreter.plain import lifted
from cachelint.settings.interpreter.values import Choices, Found, Opaque, PathObject, Value
from cachelint.settings.records import Constant

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls


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


FUNCTIONS: dict[str, Handler] = {
    "os.path.join": _path_text, "os.path.dirname": _path_text, "os.path.basename": _path_text,
    "os.path.abspath": _path_text, "os.path.realpath": _path_text, "os.path.normpath": _path_text,
    "os.path.expanduser": _path_text, "os.fspath": _path_text, "builtins.open": _open,
    "io.open": _open, "pathlib.Path": _path, "pathlib.PurePath": _path, "json.loads": _load_json,
    "json.load": _load_json,
}  # fmt: skip
