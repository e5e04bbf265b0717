"""What lies outside of the tree, as far as settings use it: built-ins, os, copy, pathlib, and the
libraries that settings are made with.

Every file here has a table of the functions that it answers for. Everything else is unknown, and
may write to what it is given.
"""

from __future__ import annotations

import ast
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
from cachelint.settings.interpreter.methods import call_method
from cachelint.settings.interpreter.values import Choices, Found, Opaque, PartialObject

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls

#: Roots whose functions neither keep nor write to the settings that they are given.
_HARMLESS_ROOTS = frozenset({
    "abc", "argparse", "ast", "base64", "binascii", "calendar", "codecs", "configparser", "csv",
    "datetime", "decimal", "email", "enum", "errno", "fnmatch", "fractions", "getpass", "gettext",
    "glob", "grp", "hashlib", "hmac", "html", "http", "importlib", "inspect", "io", "ipaddress",
    "json", "locale", "logging", "math", "mimetypes", "multiprocessing", "os", "pathlib", "pickle",
    "pkgutil", "platform", "posixpath", "pprint", "pwd", "random", "re", "resource", "secrets",
    "shlex", "shutil", "signal", "site", "socket", "sqlite3", "ssl", "stat", "statistics",
    "string", "subprocess", "sys", "sysconfig", "tempfile", "textwrap", "time", "tomllib",
    "traceback", "typing", "unicodedata", "urllib", "uuid", "warnings", "xml", "zlib", "zoneinfo",
    "django", "pkg_resources",
})  # fmt: skip
#: The same of built-in functions.
_HARMLESS = frozenset({
    "ascii", "bin", "bytes", "callable", "complex", "divmod", "format", "hash", "hex", "id",
    "input", "issubclass", "oct", "pow", "print", "round", "sum", "type",
})  # fmt: skip
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
    if function.path.endswith(_NAMING) or root in _HARMLESS_ROOTS:
        machine.may_fail(node, None, f"an error in {machine.text(node.func)}()")
        return machine.unknown(node, path=path)
    if root == "builtins":
        return _built_in(machine, function, arguments, node)
    return machine.unknown_call(arguments, node, path)


def _built_in(machine: Calls, function: Opaque, arguments: Arguments, node: ast.Call) -> Choices:
    """A function or class that is not followed, or ``dict.update(CACHES, …)``."""
    name, _, method = function.path.removeprefix("builtins.").partition(".")
    if name in ("dict", "list", "set", "str") and method and arguments.positional:
        found: Found = []
        rest = Arguments(arguments.positional[1:], arguments.keywords, arguments.is_complete)
        for receiver in machine.each(arguments.positional[0]):
            found += call_method(machine, receiver, method, rest, node)
        return machine.only(found)
    if name not in _HARMLESS:
        cause = machine.cause(node, f"{name}()")
        for choices in arguments.all():
            for value in machine.each(choices):
                machine.escape(value, cause)
    machine.may_fail(node, None, f"an error in {name}()")
    return machine.unknown(node, path=f"{function.path}()")


def _partial(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    if not arguments.positional or not arguments.is_complete:
        return machine.unknown_call(arguments, node)
    rest = tuple(arguments.positional[1:])
    return [
        (machine.running, PartialObject(one, rest, dict(arguments.keywords)))
        for one in machine.each(arguments.positional[0])
    ]


def _exit(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    machine.end("SystemExit")
    return []


_FUNCTIONS: dict[str, Handler] = {
    **containers.FUNCTIONS, **conversions.FUNCTIONS, **environment.FUNCTIONS, **files.FUNCTIONS,
    **iteration.FUNCTIONS, **modules.FUNCTIONS, **names.FUNCTIONS,
    "sys.exit": _exit, "os._exit": _exit, "builtins.exit": _exit, "builtins.quit": _exit,
    "functools.partial": _partial,
}  # fmt: skip
