"""From the tree of a file to the names in it that may stand for constants.

Only asked for where the alias of a cache is no literal. Control is followed roughly: a binding in
a branch leaves the earlier ones possible, and what a later round of a loop binds is not seen.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from cachelint.dataclass import dataclass, field
from cachelint.facts.conditions import read_condition
from cachelint.facts.constant_forms import FormReader
from cachelint.facts.constant_records import (
    UNREADABLE,
    Binding,
    ConstantFacts,
    Defined,
    Display,
    Element,
    Form,
    Imported,
    ScopeNames,
)
from cachelint.facts.locals import captured_names, target_names
from cachelint.facts.paths import join_path
from cachelint.facts.records import Guard
from cachelint.source import Source

_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_Bind = Callable[..., None]
_TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))


def collect_constants(source: Source) -> ConstantFacts:
    """What ``source`` binds to what. Raises RecursionError where it is nested too deeply."""
    source = source.whole()
    collector = _Collector(source)
    collector.module(source.tree.body)
    return ConstantFacts(source.path, collector.scopes, collector.imports, tuple(collector.stars))


@dataclass
class _Scope:
    """The names of a scope while they are collected."""

    owner: str = ""
    names: dict[str, list[Binding]] = field(default_factory=dict)
    attributes: dict[str, list[Binding]] = field(default_factory=dict)
    instance: str | None = None
    is_class: bool = False
    own_class: _Scope | None = None
    """The class whose method this is."""
    global_names: set[str] = field(default_factory=set)

    def bind(self, name: str, binding: Binding) -> None:
        self.names.setdefault(name, []).append(binding)

    def frozen(self, bases: tuple[Form, ...] = ()) -> ScopeNames:
        return ScopeNames(
            {name: tuple(found) for name, found in self.names.items()},
            self.is_class,
            bases,
            {name: tuple(found) for name, found in self.attributes.items()},
            self.instance,
        )


@dataclass
class _Collector:
    source: Source
    scopes: dict[str, ScopeNames] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)

    def module(self, body: list[ast.stmt]) -> None:
        self._reader = FormReader(self.imports, source=self.source)
        scope = _Scope()
        self._block(scope, body, True, ())
        self.scopes[""] = scope.frozen()

    def _block(
        self, scope: _Scope, body: list[ast.stmt], certain: bool, guards: tuple[Guard, ...]
    ) -> None:
        for statement in body:
            self._bind(scope, statement, certain, guards)
            for inner, is_certain, more in self._parts(statement):
                self._block(scope, inner, certain and is_certain, (*guards, *more))

    def _parts(self, node: ast.stmt) -> Iterator[tuple[list[ast.stmt], bool, tuple[Guard, ...]]]:
        """The blocks in a statement: whether they run for certain, and what holds there."""
        if isinstance(node, ast.If):
            condition = read_condition(node.test, self._reader.values)
            for branch, body in ((condition.true, node.body), (condition.false, node.orelse)):
                if not branch.never:
                    yield body, False, branch.guards
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            yield node.body, True, ()
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            yield node.body, False, ()
            yield node.orelse, False, ()
        elif isinstance(node, ast.Match):
            for case in node.cases:
                yield case.body, False, ()
        elif isinstance(node, _TRIES):
            for block in (node.body, node.orelse, *(h.body for h in node.handlers)):
                yield block, False, ()
            yield node.finalbody, True, ()

    def _bind(
        self, scope: _Scope, node: ast.stmt, certain: bool, guards: tuple[Guard, ...]
    ) -> None:
        end = node.end_lineno or node.lineno

        def bind(name: str, form: Form, row: int = end, is_certain: bool = certain) -> None:
            scope.bind(name, Binding(form, row, is_certain, guards))

        if isinstance(node, ast.ClassDef):
            bind(node.name, Defined(self._class(scope, node)))
        elif isinstance(node, _FunctionNode):
            bind(node.name, UNREADABLE)
            self._function(scope, node)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._import(scope, node, bind)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            self._assign(scope, node, bind)
        elif isinstance(node, ast.AugAssign):
            for name in target_names(node.target):
                bind(name, UNREADABLE)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            element = Element(self._reader.read(node.iter))
            for name in target_names(node.target):
                plain = isinstance(node.target, ast.Name)
                bind(name, element if plain else UNREADABLE, node.lineno - 1)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                for name in target_names(item.optional_vars) if item.optional_vars else ():
                    bind(name, UNREADABLE, node.lineno - 1)
        elif isinstance(node, ast.Match):
            for case in node.cases:
                for name in captured_names(case.pattern):
                    bind(name, UNREADABLE, node.lineno - 1, False)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                for name in target_names(target):
                    bind(name, UNREADABLE)
        elif isinstance(node, ast.Global):
            scope.global_names.update(node.names)
        self._bind_inside(scope, node, guards)

    def _bind_inside(self, scope: _Scope, node: ast.stmt, guards: tuple[Guard, ...]) -> None:
        """The names that expressions of a statement bind: ``:=``, comprehensions, lambdas."""
        waiting: list[ast.AST] = [
            child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)
        ]
        while waiting:
            found = waiting.pop()
            row = getattr(found, "lineno", node.lineno) - 1
            if isinstance(found, ast.NamedExpr):
                form = self._reader.read(found.value)
                scope.bind(found.target.id, Binding(form, row, False, guards))
            elif isinstance(found, ast.comprehension):
                # What it is for stands before it.
                row = node.lineno - 1
                plain = isinstance(found.target, ast.Name)
                form = Element(self._reader.read(found.iter)) if plain else UNREADABLE
                for name in target_names(found.target):
                    scope.bind(name, Binding(form, row, True, guards))
            elif isinstance(found, ast.Lambda):
                for argument in ast.walk(found.args):
                    if isinstance(argument, ast.arg):
                        scope.bind(argument.arg, Binding(UNREADABLE, row, True, guards))
            waiting.extend(ast.iter_child_nodes(found))

    def _assign(self, scope: _Scope, node: ast.Assign | ast.AnnAssign, bind: _Bind) -> None:
        if node.value is None:
            return
        form = self._reader.read(node.value)
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                bind(target.id, form)
            elif isinstance(target, (ast.Tuple, ast.List)):
                parts = form.elements if isinstance(form, Display) else ()
                is_pairwise = len(parts) == len(target.elts) and not any(
                    isinstance(element, ast.Starred) for element in target.elts
                )
                for number, element in enumerate(target.elts):
                    for name in target_names(element):
                        plain = is_pairwise and isinstance(element, ast.Name)
                        bind(name, parts[number] if plain else UNREADABLE)
            elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                cls = scope.own_class
                if cls is not None and target.value.id == scope.instance:
                    # Its names are those of the method.
                    binding = Binding(form, node.lineno, False, owner=scope.owner)
                    cls.attributes.setdefault(target.attr, []).append(binding)

    def _import(self, scope: _Scope, node: ast.Import | ast.ImportFrom, bind: _Bind) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                first = alias.name.partition(".")[0]
                bound, path = alias.asname or first, alias.name if alias.asname else first
            elif alias.name == "*":
                self.stars.append("." * node.level + (node.module or ""))
                continue
            else:
                module = "." * node.level + (node.module or "")
                bound, path = alias.asname or alias.name, join_path(module, alias.name)
            bind(bound, Imported(path))
            self.imports.setdefault(bound, path)

    def _qualify(self, scope: _Scope, name: str, is_class: bool) -> str:
        if not scope.owner:
            return name
        return f"{scope.owner}{'.' if is_class else '.<locals>.'}{name}"

    def _class(self, scope: _Scope, node: ast.ClassDef) -> str:
        name = self._qualify(scope, node.name, scope.is_class)
        own = _Scope(name, is_class=True)
        self._block(own, node.body, True, ())
        bases = [self._reader.read(base) for base in node.bases]
        bases += [self._reader.read(k.value) for k in node.keywords if k.arg == "metaclass"]
        # Of two classes of the same name the later one wins.
        self.scopes[name] = own.frozen(tuple(bases))
        return name

    def _function(self, scope: _Scope, node: _FunctionNode) -> None:
        name = self._qualify(scope, node.name, scope.is_class)
        own = _Scope(name)
        arguments = node.args
        parameters = [*arguments.posonlyargs, *arguments.args]
        is_static = any(
            isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list
        )
        if scope.is_class and parameters and not is_static:
            own.instance, own.own_class = parameters[0].arg, scope
        elif scope.instance is not None:
            own.instance, own.own_class = scope.instance, scope.own_class
        defaults = [None] * (len(parameters) - len(arguments.defaults)) + arguments.defaults
        pairs = [*zip(parameters, defaults, strict=True)]
        pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        pairs += [(star, None) for star in (arguments.vararg, arguments.kwarg) if star]
        for parameter, default in pairs:
            form = self._reader.read(default) if default is not None else UNREADABLE
            own.bind(parameter.arg, Binding(form, 0, True, is_parameter=True))
        self._block(own, node.body, True, ())
        for global_name in own.global_names:
            own.names.pop(global_name, None)
        self.scopes[name] = own.frozen()
