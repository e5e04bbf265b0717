"""What a Python program says about settings modules: which it chooses, where it looks for them."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Sequence

from cachelint import disk
from cachelint.dataclass import dataclass
from cachelint.settings.search.programs import Program, Programs
from cachelint.settings.search.texts import HOLE, SETTINGS_VARIABLE, Evaluation, default_of

_VARIABLES = (SETTINGS_VARIABLE, "DJANGO_CONFIGURATION")
_SETTERS = frozenset(
    {"setdefault", "setenv", "putenv", "get", "getenv", "env", "config", "str", "pop"}
)
_OPTION = re.compile(r"--(?:settings|ds)=([\w.]+)")


@dataclass(frozen=True)
class Choice:
    """An expression whose value becomes an environment variable, or the value itself."""

    variable: str
    node: ast.expr
    values: tuple[str, ...]


def choices(programs: Programs, program: Program) -> Iterator[Choice]:
    """Every place in ``program`` that says which settings module or configuration to take."""
    evaluation = Evaluation(programs, program)
    for node in program.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            option = _OPTION.fullmatch(node.value)
            if option is not None:
                yield Choice(SETTINGS_VARIABLE, node, (option[1],))
            continue
        for key, value in _settings_of(node):
            for variable in evaluation.values(key) if key is not None else ():
                if variable in _VARIABLES:
                    yield Choice(variable, value, evaluation.values(value))


def _settings_of(node: ast.AST) -> Iterator[tuple[ast.expr | None, ast.expr]]:
    """What ``node`` writes, as pairs of key and value."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                yield target.slice, node.value
    elif isinstance(node, ast.Dict):
        yield from zip(node.keys, node.values, strict=True)
    elif isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg in _VARIABLES:
                yield ast.Constant(keyword.arg), keyword.value
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        value = default_of(node)
        if name in _SETTERS and node.args and value is not None:
            yield node.args[0], value


def search_path(programs: Programs, program: Program) -> Iterator[str]:
    """The folders that ``program`` adds to ``sys.path``, where they are known and exist."""
    evaluation = Evaluation(programs, program)
    for node in program.nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        of = node.func.value
        if not isinstance(of, ast.Attribute) or of.attr != "path" or not node.args:
            continue
        if node.func.attr in ("insert", "append", "extend"):
            last = node.args[-1]
            added: Sequence[ast.expr] = last.elts if isinstance(last, ast.List) else [last]
            for value in evaluation.every(added):
                # A relative path counts from where the program is started: its own folder.
                path = os.path.normpath(os.path.join(os.path.dirname(program.path), value))
                if HOLE not in value and disk.is_folder(path):
                    yield path
