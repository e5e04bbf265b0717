"""Which texts and paths an expression of a program may be, read from its tree.

A value is a text or a path; ``*`` in it stands for what only the run knows. A name has every value
that the file gives it anywhere, both branches of a condition count, and of an environment variable
the default: the question is which modules *may* be chosen, not which one a certain run takes.
"""

from __future__ import annotations

import ast
import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cachelint.dataclass import dataclass
from cachelint.settings.search.programs import Program, Programs

#: The part of a value that only the running program knows.
HOLE = "*"
_MAX_VALUES = 16
_MAX_DEPTH = 40
_MAX_LENGTH = 500
_MAX_LEVELS = 100
_LOOKUPS = frozenset({"get", "getenv", "env", "config", "str", "pop"})
_SAME_PATH = frozenset({"abspath", "realpath", "normpath", "resolve", "absolute", "expanduser"})
_PATH_MAKERS = frozenset({"Path", "PurePath", "str", "fspath", "path"})
SETTINGS_VARIABLE = "DJANGO_SETTINGS_MODULE"


@dataclass
class Evaluation:
    """The values of expressions of one program."""

    programs: Programs
    program: Program
    depth: int = 0

    def values(self, node: ast.expr | None) -> tuple[str, ...]:
        """Every value that ``node`` may have; nothing for what leaves the variable as it is."""
        if node is None:
            return ()
        known = self.programs.known
        if node not in known:
            # What is asked for again on the way to itself (`x = x + "a"`) is unknown there.
            known[node] = (HOLE,)
            reader = _READERS.get(type(node)) if self.depth < _MAX_DEPTH else None
            self.depth += 1
            found = reader(self, node) if reader is not None else (HOLE,)
            self.depth -= 1
            short = (value if len(value) <= _MAX_LENGTH else HOLE for value in found)
            known[node] = tuple(dict.fromkeys(short))[:_MAX_VALUES]
        return known[node]

    def constant(self, node: ast.Constant) -> tuple[str, ...]:
        if isinstance(node.value, str):
            return (node.value,)
        if isinstance(node.value, int) and 0 <= node.value <= _MAX_LEVELS:
            return (str(int(node.value)),)
        return () if node.value is None else (HOLE,)

    def name(self, node: ast.Name) -> tuple[str, ...]:
        if node.id == "__file__":
            return (self.program.path,)
        if node.id in self.program.bindings.assigned:
            return self.every(self.program.bindings.assigned[node.id])
        dotted = self.program.imported.get(node.id)
        if dotted == "django.conf.ENVIRONMENT_VARIABLE":
            return (SETTINGS_VARIABLE,)
        found = self.programs.find(dotted, self.program) if dotted else None
        if found is None or found[1] not in found[0].bindings.assigned:
            return (HOLE,)
        return self._in(found[0]).every(found[0].bindings.assigned[found[1]])

    def attribute(self, node: ast.Attribute) -> tuple[str, ...]:
        if node.attr == "parent":
            return tuple(map(os.path.dirname, self.values(node.value)))
        if node.attr == "value":
            return self.values(node.value)
        if isinstance(node.value, ast.Name) and node.value.id in self.program.bindings.classes:
            body = self.program.bindings.classes[node.value.id].body
            assigns = [statement for statement in body if isinstance(statement, ast.Assign)]
            return self.every(a.value for a in assigns if _targets(a, node.attr)) or (HOLE,)
        return (HOLE,)

    def formatted(self, node: ast.JoinedStr) -> tuple[str, ...]:
        return self._joined(
            self.values(part.value if isinstance(part, ast.FormattedValue) else part)
            for part in node.values
        )

    def operation(self, node: ast.BinOp) -> tuple[str, ...]:
        left, right = self.values(node.left), self.values(node.right)
        if isinstance(node.op, ast.Add):
            return self._joined([left, right])
        if isinstance(node.op, ast.Div):
            return self._paths([left, right])
        if isinstance(node.op, ast.Sub):
            # django-environ: `environ.Path(__file__) - 3`
            counts = [_level(count) for count in right]
            return tuple(_above(path, count) for path in left for count in counts) or (HOLE,)
        if isinstance(node.op, ast.Mod):
            return self._percent(left, node.right)
        return (HOLE,)

    def _percent(self, patterns: tuple[str, ...], node: ast.expr) -> tuple[str, ...]:
        elements = node.elts if isinstance(node, ast.Tuple) else [node]
        values = [self.values(element) for element in elements]
        return tuple(
            _filled(re.split(r"%[sr]|%\(\w+\)[sr]", pattern), choice)
            for pattern in patterns
            for choice in _combined(values)
        )

    def choice(self, node: ast.IfExp) -> tuple[str, ...]:
        return self.every([node.body, node.orelse])

    def either(self, node: ast.BoolOp) -> tuple[str, ...]:
        return self.every(node.values)

    def named(self, node: ast.NamedExpr) -> tuple[str, ...]:
        return self.values(node.value)

    def container(self, node: ast.expr) -> tuple[str, ...]:
        """A list or dict is no text."""
        return ()

    def item(self, node: ast.Subscript) -> tuple[str, ...]:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
            counts = [_level(level) + 1 for level in self.values(node.slice)]
            paths = self.values(node.value.value)
            return tuple(_above(path, count) for path in paths for count in counts)
        if isinstance(node.value, ast.Attribute) and node.value.attr == "environ":
            return () if SETTINGS_VARIABLE in self.values(node.slice) else (HOLE,)
        return self._of_dict(node.value) or (HOLE,)

    def call(self, node: ast.Call) -> tuple[str, ...]:
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else ""
        name = function.id if isinstance(function, ast.Name) else name
        as_path = self._path_call(node, name)
        if as_path is not None:
            return as_path
        if isinstance(function, ast.Attribute):
            of_text = self._text_call(node, function)
            if of_text is not None:
                return of_text
        if name in _LOOKUPS and node.args:
            return self._lookup(node)
        if isinstance(function, ast.Name):
            return self._returned(function.id)
        return (HOLE,)

    def _lookup(self, node: ast.Call) -> tuple[str, ...]:
        """``os.environ.get("X", default)`` and its likes, also ``MODULES.get(x, default)``."""
        default = default_of(node)
        values = self.values(default)
        if isinstance(node.func, ast.Attribute):
            values = (*self._of_dict(node.func.value), *values)
        if not values and default is None and SETTINGS_VARIABLE not in self.values(node.args[0]):
            return (HOLE,)
        return values

    def _path_call(self, node: ast.Call, name: str) -> tuple[str, ...] | None:
        arguments = [self.values(argument) for argument in node.args]
        if name == "dirname" and len(arguments) == 1:
            return tuple(map(os.path.dirname, arguments[0]))
        if name == "basename" and len(arguments) == 1:
            return tuple(map(os.path.basename, arguments[0]))
        if name == "join" and len(arguments) > 1:
            return self._paths(arguments)
        if name == "joinpath" and isinstance(node.func, ast.Attribute):
            return self._paths([self.values(node.func.value), *arguments])
        if name in _SAME_PATH:
            of = node.func.value if isinstance(node.func, ast.Attribute) else None
            paths = arguments[0] if arguments else self.values(of)
            return tuple(os.path.normpath(path) for path in paths)
        if name in _PATH_MAKERS and len(arguments) == 1:
            return arguments[0]
        return None

    def _text_call(self, node: ast.Call, function: ast.Attribute) -> tuple[str, ...] | None:
        if function.attr in ("lower", "upper", "strip") and not node.args:
            return tuple(getattr(text, function.attr)() for text in self.values(function.value))
        if function.attr == "format":
            values = [self.values(argument) for argument in node.args]
            values += [self.values(keyword.value) for keyword in node.keywords]
            return tuple(
                _filled(re.split(r"\{\w*\}", pattern), choice)
                for pattern in self.values(function.value)
                for choice in _combined(values)
            )
        if (
            function.attr == "join"
            and node.args
            and isinstance(node.args[0], (ast.List, ast.Tuple))
        ):
            parts = [self.values(element) for element in node.args[0].elts]
            return tuple(
                separator.join(choice)
                for separator in self.values(function.value)
                for choice in _combined(parts)
            )
        return None

    def _returned(self, name: str) -> tuple[str, ...]:
        """What a function of the tree returns, whatever it is given."""
        program: Program = self.program
        if name not in program.bindings.functions and name in program.imported:
            found = self.programs.find(program.imported[name], program)
            program, name = found if found is not None else (program, "")
        function = program.bindings.functions.get(name)
        if function is None:
            return (HOLE,)
        returns = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
        return self._in(program).every(returns)

    def _of_dict(self, node: ast.expr) -> tuple[str, ...]:
        dicts = [node]
        if isinstance(node, ast.Name):
            dicts = self.program.bindings.assigned.get(node.id, [])
        return self.every(v for d in dicts if isinstance(d, ast.Dict) for v in d.values)

    def every(self, nodes: Iterable[ast.expr | None]) -> tuple[str, ...]:
        """The values of all ``nodes``."""
        return tuple(value for node in nodes for value in self.values(node))

    def _in(self, program: Program) -> Evaluation:
        return Evaluation(self.programs, program, self.depth)

    def _joined(self, parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
        return tuple("".join(choice) for choice in _combined(list(parts)))

    def _paths(self, parts: list[tuple[str, ...]]) -> tuple[str, ...]:
        return tuple(os.path.normpath(os.path.join(*choice)) for choice in _combined(parts))


_READERS: dict[type[ast.expr], Callable[[Evaluation, Any], tuple[str, ...]]] = {
    ast.Constant: Evaluation.constant,
    ast.Name: Evaluation.name,
    ast.Attribute: Evaluation.attribute,
    ast.JoinedStr: Evaluation.formatted,
    ast.BinOp: Evaluation.operation,
    ast.IfExp: Evaluation.choice,
    ast.BoolOp: Evaluation.either,
    ast.NamedExpr: Evaluation.named,
    ast.Subscript: Evaluation.item,
    ast.Call: Evaluation.call,
    ast.Dict: Evaluation.container,
    ast.List: Evaluation.container,
    ast.Tuple: Evaluation.container,
}


def default_of(node: ast.Call) -> ast.expr | None:
    if len(node.args) > 1:
        return node.args[1]
    return next((k.value for k in node.keywords if k.arg in ("default", "value")), None)


def _targets(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def _combined(parts: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    return itertools.islice(itertools.product(*(part or (HOLE,) for part in parts)), _MAX_VALUES)


def _filled(pieces: list[str], values: tuple[str, ...]) -> str:
    """``pieces`` with a value in each gap between them."""
    gaps = [*values, *[HOLE] * len(pieces)]
    return "".join(itertools.chain(*zip(pieces, [*gaps[: len(pieces) - 1], ""], strict=True)))


def _level(text: str) -> int:
    """How many folders to go up; none for what is no such number."""
    return int(text) if re.fullmatch("[0-9]{1,3}", text) else 0


def _above(path: str, count: int) -> str:
    for _ in range(count):
        path = os.path.dirname(path)
    return path
