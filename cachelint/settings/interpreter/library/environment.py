"""What is read from the environment: os.environ, and the libraries that read settings from it.

Knows their names and defaults; what a variable is once it was read is for items.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from cachelint.settings.interpreter.arguments import Arguments, one_constant
from cachelint.settings.interpreter.library.handler import Handler
from cachelint.settings.interpreter.values import Choices, Opaque

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls


#: Functions that read one setting from the environment; the value where it is not set is
#: ``default`` (django-environ, environs, python-decouple, django-configurations' values).
_READERS = (
    "environ.Env()", "environ.FileAwareEnv()", "environs.Env()", "environs.FileAwareEnv()",
    "environs.env", "decouple.config", "decouple.AutoConfig()", "decouple.Config()",
    "prettyconf.config",
)  # fmt: skip


def is_reader(path: str) -> bool:
    """Whether the function reads one setting, as ``env(…)`` and ``env.bool(…)`` do."""
    for reader in _READERS:
        rest = path.removeprefix(reader)
        if path.startswith(reader) and (not rest or (rest[0] == "." and rest.count(".") == 1)):
            return True
    return False


def read_setting(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    name = one_constant(arguments.get(0, "var"))
    default = arguments.get(1, "default") if "decouple" not in function.path else None
    default = arguments.keywords.get("default", default)
    if "read_env" in function.path or "prefixed" in function.path:
        machine.variables.clear()
        return machine.unknown(node)
    value = machine.opaque(node, f"{function.path}()")
    value.default = one_constant(default)
    value.variable = str(name.value) if name is not None else None
    value.may_be_none = value.default is not None and value.default.value is None
    value.cause = f"{machine.text(node)} is read from the environment"
    if default is None:
        machine.may_fail(node, None, f"{value.variable or 'a variable'} is not set")
    return [(machine.running, value)]


def _environ_get(machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque) -> Choices:
    name, default = one_constant(arguments.get(0, "key")), arguments.get(1, "default")
    constant = one_constant(default)
    if name is None or (default is not None and constant is None):
        return machine.unknown(node, "it is read from the environment")
    return machine.variable(str(name.value), node, constant)


def _environ_write(
    machine: Calls, arguments: Arguments, node: ast.Call, function: Opaque
) -> Choices:
    machine.variables.clear()
    return machine.unknown(node, "it is read from the environment")


FUNCTIONS: dict[str, Handler] = {
    "os.environ.get": _environ_get, "os.getenv": _environ_get, "os.environ.pop": _environ_get,
    "os.environ.setdefault": _environ_write, "os.environ.update": _environ_write,
}  # fmt: skip
