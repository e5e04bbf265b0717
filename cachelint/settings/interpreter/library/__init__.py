"""What lies outside of the tree, as far as settings use it: built-ins, os, copy, pathlib, and the
libraries that settings are made with.

Every file here has a table of the functions that it answers for. Everything else is unknown, and
may write to what it is given.
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.library import (
    containers,
    conversions,
    environment,
    files,
    iteration,
    modules,
    names,
)
from cachelint.settings.interpreter.library.environment import is_reader, read_setting
from cachelint.settings.interpreter.library.handler import Handler
from cachelint.settings.interpreter.library.names import execute
from cachelint.settings.interpreter.values import Choices, Opaque

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls

#: Roots whose functions neither keep nor write to the settings that they are given.
_HARMLESS_ROOTS = frozenset(sys.stdlib_module_names | {"django", "builtins", "pkg_resources"})
#: … but these run what they are given, or write to it.
_HARMFUL = frozenset({"builtins.exec", "builtins.eval", "runpy.run_path", "builtins.execfile"})
#: Functions that take ``__name__`` and only name something by it.
_NAMING = ("get_logger", "getLogger", "Celery", "gettext", "resource_filename", "files")


def call_outside(machine: Calls, function: Opaque, arguments: Arguments, node: ast.Call) -> Choices:
    """A call of something that is not in the tree."""
    handler = _FUNCTIONS.get(function.path)
    if handler is not None:
        return handler(machine, arguments, node, function)
    if is_reader(function.path):
        return read_setting(machine, arguments, node, function)
    path = f"{function.path}()" if function.path else ""
    root = function.path.partition(".")[0]
    if function.path in _HARMFUL:
        return execute(machine, arguments, node, function)
    if function.path.endswith(_NAMING) or (root in _HARMLESS_ROOTS and function.path):
        machine.may_fail(node, None, f"an error in {machine.text(node.func)}()")
        return machine.unknown(node, path=path)
    return machine.unknown_call(arguments, node, path)


def _exit(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    machine.end("SystemExit")
    return []


def _quiet(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    return machine.unknown(node)


_FUNCTIONS: dict[str, Handler] = {
    **containers.FUNCTIONS, **conversions.FUNCTIONS, **environment.FUNCTIONS, **files.FUNCTIONS,
    **iteration.FUNCTIONS, **modules.FUNCTIONS, **names.FUNCTIONS,
    "sys.exit": _exit, "os._exit": _exit, "builtins.exit": _exit, "builtins.quit": _exit,
    "builtins.print": _quiet, "builtins.min": _quiet, "builtins.max": _quiet,
    "builtins.callable": _quiet, "builtins.type": _quiet, "builtins.id": _quiet,
    "builtins.hash": _quiet, "functools.partial": _quiet,
}  # fmt: skip
