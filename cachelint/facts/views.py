"""From the tree of a file to what it knows of views; only asked for where pages are cached."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cachelint.dataclass import dataclass, field
from cachelint.diagnostic import Span
from cachelint.facts.locals import parameter_names
from cachelint.facts.view_bodies import BodyWalker
from cachelint.facts.view_names import (
    Freezer,
    FunctionNode,
    NameScope,
    RawBinding,
    collect_names,
    function_scope,
)
from cachelint.facts.view_records import (
    OPAQUE,
    Binding,
    Decorator,
    Definition,
    Expression,
    Imported,
    Routine,
    ViewClass,
    ViewFacts,
)
from cachelint.facts.view_requests import root_of
from cachelint.source import Source

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def collect_views(source: Source) -> ViewFacts:
    """What ``source`` knows of views. Raises RecursionError where it is nested too deeply."""
    return _Collector(source.whole()).collect()


@dataclass
class _Collector:
    source: Source
    module: NameScope = field(default_factory=NameScope)
    _routines: dict[ast.AST, Routine | None] = field(default_factory=dict)

    def collect(self) -> ViewFacts:
        body = self.source.tree.body
        collect_names(self.module, body)
        self.freezer = Freezer(self.source, self._inner_routine, root_of)
        bindings = {
            name: tuple(Binding(b.end_row, b.certain, self._definition(b)) for b in found)
            for name, found in self.module.names.items()
        }
        statements = tuple(self._values(body, self.module))
        return ViewFacts(self.source.path, bindings, tuple(self.module.stars), statements)

    def _definition(self, binding: RawBinding) -> Definition:
        bound = binding.bound
        if isinstance(bound, str):
            return Imported(bound)
        if isinstance(bound, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return self._routine(bound, self.module, bound.name) or OPAQUE
        if isinstance(bound, ast.ClassDef):
            return self._class(bound)
        if isinstance(bound, ast.expr):
            return self.freezer.freeze(bound, self.module)
        return OPAQUE

    def _values(self, body: list[ast.stmt], scope: NameScope) -> Iterator[Expression]:
        """What the statements evaluate, other than to define something."""
        for statement in body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr)):
                if statement.value is not None:
                    yield self.freezer.freeze(statement.value, scope)
            elif isinstance(statement, ast.ClassDef) and scope is self.module:
                inner = self._class_scope(statement)
                yield from self._values(statement.body, inner)
            elif not isinstance(statement, _Definition):
                for block in ("body", "orelse", "finalbody", "handlers"):
                    for inner_statement in getattr(statement, block, ()):
                        is_plain = isinstance(inner_statement, ast.stmt)
                        nested = [inner_statement] if is_plain else inner_statement.body
                        yield from self._values(nested, scope)

    # -- definitions -------------------------------------------------------------------------

    def _class_scope(self, node: ast.ClassDef) -> NameScope:
        scope = NameScope(self.module, is_class=True)
        collect_names(scope, node.body)
        return scope

    def _class(self, node: ast.ClassDef) -> ViewClass:
        scope = self._class_scope(node)
        methods: dict[str, Routine] = {}
        attributes: dict[str, Expression] = {}
        for name, found in scope.names.items():
            bound = found[-1].bound
            if isinstance(bound, (ast.FunctionDef, ast.AsyncFunctionDef)):
                routine = self._routine(bound, scope, f"{node.name}.{name}", _instance(bound))
                if routine is not None:
                    methods[name] = routine
            elif isinstance(bound, ast.expr):
                attributes[name] = self.freezer.freeze(bound, scope)
        return ViewClass(
            name=node.name,
            span=self._header(node),
            decorators=self._decorators(node, self.module),
            bases=tuple(self.freezer.freeze(base, self.module) for base in node.bases),
            methods=methods,
            attributes=attributes,
        )

    def _inner_routine(self, node: FunctionNode, scope: NameScope) -> Routine | None:
        name = "lambda" if isinstance(node, ast.Lambda) else node.name
        return self._routine(node, scope, name)

    def _routine(
        self, node: FunctionNode, parent: NameScope, name: str, instance: str | None = None
    ) -> Routine | None:
        """The record of a function; None while that is being made: it speaks of itself."""
        if node not in self._routines:
            self._routines[node] = None
            self._routines[node] = self._new_routine(node, parent, name, instance)
        return self._routines[node]

    def _new_routine(
        self, node: FunctionNode, parent: NameScope, name: str, instance: str | None
    ) -> Routine:
        scope = function_scope(node, parent, instance)
        walker = BodyWalker(self.source, self.freezer, scope)
        if isinstance(node, ast.Lambda):
            walker.block([ast.copy_location(ast.Return(node.body), node.body)])
        else:
            walker.block(node.body)
        is_lambda = isinstance(node, ast.Lambda)
        return Routine(
            name=name,
            span=self.source.span(node) if isinstance(node, ast.Lambda) else self._header(node),
            parameters=tuple(parameter_names(node.args)),
            decorators=() if isinstance(node, ast.Lambda) else self._decorators(node, parent),
            reads=tuple(walker.reads),
            calls=tuple(walker.calls),
            attributes=frozenset(walker.attributes),
            returns=tuple(walker.returns),
            headers=tuple(walker.headers),
            replaces_user=walker.replaces_user and not is_lambda,
            wrappings=tuple(walker.wrappings),
        )

    def _header(self, node: _Definition) -> Span:
        """From ``def`` or ``class`` to the name."""
        span = self.source.span(node)
        line = self.source.lines[span.row - 1]
        end = line.find(node.name, span.column - 1) + len(node.name)
        return Span(span.row, span.column, span.row, end + 1)

    def _decorators(self, node: _Definition, scope: NameScope) -> tuple[Decorator, ...]:
        return tuple(
            Decorator(
                expression=self.freezer.freeze(decorator, scope),
                first_row=decorator.lineno,
                end_row=(decorator.end_lineno or decorator.lineno) + 1,
                rows="".join(
                    f"{line}\n"
                    for line in self.source.lines[decorator.lineno - 1 : decorator.end_lineno]
                ),
                text=" ".join(self.source.segment(decorator).split()),
            )
            for decorator in node.decorator_list
        )


def _instance(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    """The name of ``self`` or ``cls``."""
    parameters = [*node.args.posonlyargs, *node.args.args]
    is_static = any(
        isinstance(decorator, ast.Name) and decorator.id == "staticmethod"
        for decorator in node.decorator_list
    )
    return parameters[0].arg if parameters and not is_static else None
