"""Methods of paths, and the content of files.

Only files of the project are read, and only as text.
"""

from __future__ import annotations

import ast
import os
from typing import TYPE_CHECKING

from cachelint import disk
from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.values import Choices, Found, PathObject

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls

#: Of a longer file beside the settings the beginning is read.
_MAX_TEXT = 1_000_000


def path_method(
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
        return file_content(machine, receiver.text, node, is_open=name == "open")
    if name == "with_name":
        combinations = machine.combinations(arguments.positional)
        folder = PathObject(os.path.dirname(receiver.text), receiver.place)
        return [
            (machine.running, machine.joined_path(folder, values, node))
            for values in combinations or ()
        ]
    machine.may_fail(node, None, f"an error in `{machine.text(node)}`")
    return machine.unknown(node)


def file_content(machine: Calls, path: str, node: ast.expr, is_open: bool = False) -> Choices:
    """The content of a file beside the settings, or the file where it ``is_open``."""
    machine.may_fail(node, "FileNotFoundError", f"{os.path.basename(path)} cannot be read")
    if is_open:
        return machine.unknown(node, f"it is read from {os.path.basename(path)}", f"file:{path}")
    if machine.is_in_tree(path):
        try:
            text = disk.read(path).decode()[:_MAX_TEXT]
            return machine.constant(text.replace("\r\n", "\n").replace("\r", "\n"), node)
        except (OSError, UnicodeDecodeError):
            pass
    return machine.unknown(node, f"it is read from {os.path.basename(path)}")
