"""Freeze expressions: names by what binds them in the scopes around, calls, and nothing else."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator

from cachelint.dataclass import dataclass, field
from cachelint.facts.locals import parameter_names, target_names
from cachelint.facts.paths import join_path
from cachelint.facts.view_records import (
    OPAQUE,
    Call,
    Choice,
    Display,
    Expression,
    Given,
    Imported,
    Inline,
    Literal,
    Method,
    Name,
    Parameter,
    Routine,
)
from cachelint.source import Source

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

#: Expressions nested deeper than this, assignments followed included, are no views of anybody.
_MAX_DEPTH = 25
#: How many assignments are followed from a name of a function to what it stands for.
_MAX_ASSIGNMENTS = 3
_MAX_ALTERNATIVES = 8
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


@dataclass(frozen=True)
class RawBinding:
    """What binds a name: an import's path, a definition, an assigned value, or None."""

    end_row: int
    certain: bool
    bound: str | ast.AST | None


@dataclass
class NameScope:
    """The names of a module, class or function, in the order in which they are bound."""

    parent: NameScope | None = None
    is_class: bool = False
    function: FunctionNode | None = None
    instance: str | None = None
    """The name of ``self`` in a method."""
    names: dict[str, list[RawBinding]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)

    def bind(self, name: str, end_row: int, certain: bool, bound: str | ast.AST | None) -> None:
        self.names.setdefault(name, []).append(RawBinding(end_row, certain, bound))

    def visible(self, name: str, row: int | None) -> list[RawBinding]:
        found = []
        for binding in reversed(self.names.get(name, ())):
            if row is None or binding.end_row < row:
                found.append(binding)
                if binding.certain:
                    break
        return found


def collect_names(scope: NameScope, body: list[ast.stmt], certain: bool = True) -> None:
    """Bind in ``scope`` what the statements bind, not what the functions in them do."""
    for statement in body:
        _bind_statement(scope, statement, certain)
        for block in _BLOCKS:
            if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                for inner in getattr(statement, block, ()):
                    nested = [inner] if isinstance(inner, ast.stmt) else inner.body
                    is_with = isinstance(statement, (ast.With, ast.AsyncWith))
                    collect_names(scope, nested, certain and is_with)


def _bind_statement(scope: NameScope, node: ast.stmt, certain: bool) -> None:
    end = node.end_lineno or node.lineno
    if isinstance(node, _Definition):
        scope.bind(node.name, end, certain, node)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            path = alias.name if alias.asname else first
            scope.bind(alias.asname or first, end, certain, path)
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                scope.stars.append(module)
            else:
                path = join_path(module, alias.name)
                scope.bind(alias.asname or alias.name, end, certain, path)
    elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            plain = isinstance(target, ast.Name)
            for name in target_names(target):
                scope.bind(name, end, certain, node.value if plain else None)
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        for name in target_names(node.target):
            scope.bind(name, node.lineno - 1, False, None)
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            for name in target_names(item.optional_vars) if item.optional_vars else ():
                scope.bind(name, node.lineno - 1, certain, None)


def function_scope(node: FunctionNode, parent: NameScope, instance: str | None) -> NameScope:
    scope = NameScope(parent, function=node, instance=instance)
    for name in parameter_names(node.args):
        scope.bind(name, 0, True, node.args)
    if not isinstance(node, ast.Lambda):
        collect_names(scope, node.body)
    return scope


@dataclass
class Freezer:
    """Turns expressions of one file into records; ``build`` makes the routine of a function."""

    source: Source
    build: Callable[[FunctionNode, NameScope], Routine | None]
    root_of: Callable[[ast.expr, NameScope], str | None]
    _depth: int = 0
    _assignments: int = 0
    _assigned: dict[tuple[ast.expr, int], Expression] = field(default_factory=dict)

    def freeze(self, node: ast.expr, scope: NameScope) -> Expression:
        if self._depth >= _MAX_DEPTH:
            return OPAQUE
        self._depth += 1
        frozen = self._freeze(node, scope)
        self._depth -= 1
        return frozen

    def _freeze(self, node: ast.expr, scope: NameScope) -> Expression:
        if isinstance(node, ast.Call):
            return self._call(node, scope)
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self._chain(node, scope)
        if isinstance(node, ast.Constant):
            return OPAQUE if node.value is ... else Literal(node.value)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return Display(tuple(self.freeze(element, scope) for element in node.elts))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return Display(tuple(self.freeze(part, scope) for part in _summands(node)))
        if isinstance(node, ast.IfExp):
            return Choice((self.freeze(node.body, scope), self.freeze(node.orelse, scope)))
        if isinstance(node, ast.BoolOp):
            return Choice(tuple(self.freeze(part, scope) for part in node.values))
        if isinstance(node, ast.Lambda):
            return self._inline(node, scope)
        if isinstance(node, (ast.Await, ast.NamedExpr, ast.Starred)):
            return self.freeze(node.value, scope)
        return OPAQUE

    def _call(self, node: ast.Call, scope: NameScope) -> Call:
        arguments = []
        for argument in node.args:
            keyword = "*" if isinstance(argument, ast.Starred) else None
            arguments.append(self._given(keyword, argument, scope))
        for given in node.keywords:
            arguments.append(self._given(given.arg or "**", given.value, scope))
        function = self.freeze(node.func, scope)
        text = self.source.segment(node.func)
        return Call(function, tuple(arguments), self.source.span(node), text)

    def _given(self, keyword: str | None, node: ast.expr, scope: NameScope) -> Given:
        root = self.root_of(node, scope)
        return Given(keyword, self.freeze(node, scope), self.source.span(node), root)

    def _chain(self, node: ast.Name | ast.Attribute, scope: NameScope) -> Expression:
        attributes: list[str] = []
        base: ast.expr = node
        while isinstance(base, ast.Attribute):
            attributes.insert(0, base.attr)
            base = base.value
        if isinstance(base, ast.Name):
            if attributes and base.id == instance_name(scope):
                return Method(attributes[0], False) if len(attributes) == 1 else OPAQUE
            return self._name(base, tuple(attributes), scope)
        if is_super(base) and len(attributes) == 1:
            return Method(attributes[0], True)
        return OPAQUE

    def _name(self, node: ast.Name, attributes: tuple[str, ...], scope: NameScope) -> Expression:
        at_import = inner_function(scope) is None
        row: int | None = node.lineno
        place: NameScope | None = scope
        while place is not None and place.parent is not None:
            if node.id in place.names and (not place.is_class or place is scope):
                return self._bound(place, node.id, attributes, row)
            if place.function is not None:
                row = None
            place = place.parent
        module = place or scope
        if node.id in module.names or module.stars:
            return Name(node.id, attributes, node.lineno if at_import else None)
        if hasattr(builtins, node.id):
            return Imported(".".join(("builtins", node.id, *attributes)))
        return OPAQUE

    def _bound(
        self, scope: NameScope, name: str, attributes: tuple[str, ...], row: int | None
    ) -> Expression:
        """What a name of a function or class body stands for."""
        found = [
            self._binding(binding, name, attributes, scope)
            for binding in scope.visible(name, row)[:_MAX_ALTERNATIVES]
        ]
        if len(found) == 1:
            return found[0]
        return Choice(tuple(found)) if found else OPAQUE

    def _binding(
        self, binding: RawBinding, name: str, attributes: tuple[str, ...], scope: NameScope
    ) -> Expression:
        bound = binding.bound
        if isinstance(bound, str):
            return Imported(".".join((bound, *attributes)))
        if isinstance(bound, ast.arguments):
            return Parameter(name, attributes)
        if isinstance(bound, (ast.FunctionDef, ast.AsyncFunctionDef)) and not attributes:
            return self._inline(bound, scope)
        if isinstance(bound, ast.expr):
            return _with_attributes(self._assigned_value(bound, scope), attributes)
        return OPAQUE

    def _assigned_value(self, value: ast.expr, scope: NameScope) -> Expression:
        if self._assignments >= _MAX_ASSIGNMENTS:
            return OPAQUE
        key = (value, self._assignments)
        if key not in self._assigned:
            self._assignments += 1
            self._assigned[key] = self.freeze(value, scope)
            self._assignments -= 1
        return self._assigned[key]

    def _inline(self, node: FunctionNode, scope: NameScope) -> Expression:
        routine = self.build(node, scope)
        return OPAQUE if routine is None else Inline(routine)


def _with_attributes(value: Expression, attributes: tuple[str, ...]) -> Expression:
    if not attributes:
        return value
    if isinstance(value, Imported):
        return Imported(".".join((value.path, *attributes)))
    if isinstance(value, (Name, Parameter)):
        more = (*value.attributes, *attributes)
        return Name(value.name, more, value.row) if isinstance(value, Name) else OPAQUE
    return OPAQUE


def _summands(node: ast.BinOp) -> Iterator[ast.expr]:
    left: ast.expr = node
    right: list[ast.expr] = []
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
        right.append(left.right)
        left = left.left
    yield left
    yield from reversed(right)


def inner_function(scope: NameScope | None) -> NameScope | None:
    """The function whose body ``scope`` lies in; None for what runs at import."""
    while scope is not None and scope.function is None:
        scope = scope.parent
    return scope


def instance_name(scope: NameScope | None) -> str | None:
    """The name of ``self`` in ``scope``, also in a function inside of the method."""
    while scope is not None:
        if scope.instance is not None:
            return scope.instance
        scope = scope.parent
    return None


def is_super(node: ast.expr) -> bool:
    """Whether this is ``super()``, or ``super(Class, self)``."""
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
    )
