"""Python files as trees, with what their names are bound to anywhere in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from cachelint.dataclass import dataclass, field
from cachelint.modules import Modules
from cachelint.places import shown_path
from cachelint.source import Source, load, read_bytes
from cachelint.trees import walk


@dataclass
class Bindings:
    """What the names of a file are bound to, in whichever scope that happens."""

    assigned: dict[str, list[ast.expr]] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)

    def take(self, node: ast.AST) -> None:
        """Take in one node of the tree."""
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            self._bind(node.target, node.value)
        elif isinstance(node, ast.FunctionDef):
            self.functions[node.name] = node
            self._bind_defaults(node.args)
        elif isinstance(node, ast.ClassDef):
            self.classes[node.name] = node

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.assigned.setdefault(target.id, []).append(value)

    def _bind_defaults(self, arguments: ast.arguments) -> None:
        """A parameter has its default …"""
        names = [*arguments.posonlyargs, *arguments.args]
        having = [*names[len(names) - len(arguments.defaults) :], *arguments.kwonlyargs]
        values = [*arguments.defaults, *arguments.kw_defaults]
        for name, value in zip(having, values, strict=True):
            if value is not None:
                self.assigned.setdefault(name.arg, []).append(value)

    def bind_arguments(self, call: ast.Call) -> None:
        """… and what the calls in this file give it."""
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name not in self.functions:
            return
        arguments = self.functions[name].args
        names = [*arguments.posonlyargs, *arguments.args]
        for parameter, value in zip(names, call.args, strict=False):
            self.assigned.setdefault(parameter.arg, []).append(value)
        for keyword in call.keywords:
            if keyword.arg is not None:
                self.assigned.setdefault(keyword.arg, []).append(keyword.value)


@dataclass
class Program:
    """A Python file; what was not asked for is not looked for."""

    path: str
    source: Source

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(walk(self.source.tree))

    @cached_property
    def bindings(self) -> Bindings:
        bindings = Bindings()
        for node in self.nodes:
            bindings.take(node)
        for node in self.nodes:
            if isinstance(node, ast.Call):
                bindings.bind_arguments(node)
        return bindings

    @cached_property
    def imported(self) -> dict[str, str]:
        """Names that come from elsewhere, with their dotted paths."""
        found = {}
        for node in self.nodes:
            if isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                for alias in node.names:
                    path = module + ("" if module.endswith(".") else ".") + alias.name
                    found[alias.asname or alias.name] = path
        return found

    def imports(self) -> Iterator[str]:
        """The dotted names of what the file imports, modules and names in them."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
        yield from self.imported.values()


class Programs:
    """The Python files that were asked for; each is parsed once."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self._programs: dict[str, Program] = {}
        self.known: dict[ast.expr, tuple[str, ...]] = {}
        """The values of expressions that were asked for."""

    def load(self, path: str) -> Program:
        """Raises UnparsedSourceError."""
        if path not in self._programs:
            source = load(shown_path(path), read_bytes(path))
            self._programs[path] = Program(path, source)
        return self._programs[path]

    def find(self, dotted: str, origin: Program) -> tuple[Program, str] | None:
        """The file and the name in it that ``dotted``, imported by ``origin``, means."""
        module, _, name = dotted.rpartition(".")
        if dotted.startswith(".") and not module.strip("."):
            module += "."
        path = self.modules.find(module, origin.path) if module else None
        return (self.load(path), name) if path is not None else None
