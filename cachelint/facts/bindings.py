"""Statements that bind names: assignments, imports, functions and classes."""

from __future__ import annotations

import ast
import sys
from functools import cached_property

from cachelint.dataclass import dataclass, field
from cachelint.facts.annotations import annotated_values
from cachelint.facts.arguments import summed
from cachelint.facts.context import Context
from cachelint.facts.expressions import ExpressionWalker
from cachelint.facts.locals import parameter_names, parameters_of
from cachelint.facts.paths import join_path
from cachelint.facts.records import ClassFacts, Decorator, Import, Phase, Value, Values
from cachelint.facts.scope import Scope, ScopeKind, extend, known_value, merge

_INITIALISERS = frozenset({"__init__", "__new__", "__post_init__"})
_FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class BindingWalker(ExpressionWalker):
    """Binds names and attributes, and walks into functions and classes."""

    imports: list[Import] = field(default_factory=list)
    classes: dict[str, ClassFacts] = field(default_factory=dict)
    declared_all: tuple[str, ...] | None = None

    @cached_property
    def _eager_annotations(self) -> bool:
        """Before Python 3.14 annotations are evaluated where they stand."""
        return sys.version_info < (3, 14) and not _postpones_annotations(self.source.tree)

    def walk_body(self, body: list[ast.stmt]) -> None:
        """Walk the body of a function or class."""
        raise NotImplementedError

    def bind(self, target: ast.expr, values: Values) -> None:
        """Bind ``target``; what lies inside it (``caches[x] = …``) is evaluated, not read."""
        if isinstance(target, ast.Name):
            self.scope.bind(target.id, values)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, ())
        elif isinstance(target, (ast.Tuple, ast.List)):
            for element in target.elts:
                self.bind(element, ())
        elif isinstance(target, ast.Attribute):
            for value in self.evaluate(target.value):
                self._bind_attribute(value, target.attr, values)
        elif isinstance(target, ast.Subscript):
            self.evaluate(target.value)
            self.evaluate(target.slice)

    def _bind_attribute(self, instance: Value, attribute: str, values: Values) -> None:
        facts = self.classes.get(instance.path.removeprefix(":"))
        if facts is not None and instance.path.startswith(":"):
            if any(value.mentions_cache for value in values):
                self.scope.add_cache_name(attribute)
            facts.attributes[attribute] = merge(facts.attributes.get(attribute), values)

    def execute_assignment(self, node: ast.Assign) -> None:
        elements = _elements(node.value)
        targets = [_elements(target) for target in node.targets]
        if elements and all(target and len(target) == len(elements) for target in targets):
            columns = list(zip(*targets, strict=True))
            found = [
                self.evaluate_bound(element, list(column))
                for element, column in zip(elements, columns, strict=True)
            ]
            for column, values in zip(columns, found, strict=True):
                for target in column:
                    self.bind(target, values)
            return
        if any(isinstance(target, (ast.Tuple, ast.List)) for target in node.targets):
            values = self.evaluate_consumed(node.value)
        else:
            values = self.evaluate_bound(node.value, node.targets)
            if self.context.in_class_body:
                self.record_run(node.value, values, ".__set_name__()")
        for whole in node.targets:
            is_all = isinstance(whole, ast.Name) and whole.id == "__all__"
            if is_all and self.scope.kind is ScopeKind.MODULE:
                self.declared_all = _strings(node.value)
            self.bind(whole, values)

    def execute_annotated_assignment(self, node: ast.AnnAssign) -> None:
        if self.scope.kind is not ScopeKind.FUNCTION:
            self._annotation(node.annotation)
        annotated = annotated_values(node.annotation, lambda name: self._type(name, self.scope))
        if node.value is not None:
            values = self.evaluate_bound(node.value, [node.target])
            self.bind(node.target, values or annotated)
        elif annotated or not isinstance(node.target, ast.Name):
            self.bind(node.target, annotated)

    def execute_augmented_assignment(self, node: ast.AugAssign) -> None:
        self.evaluate_consumed(node.value)
        if isinstance(node.target, ast.Name) and node.target.id == "__all__":
            self._add_to_all(_strings(node.value))
        if isinstance(node.target, ast.Name):
            before = self.scope.look_up(node.target.id)
            self.bind(node.target, summed(before, node.op, node.value))
        else:
            self.evaluate(_as_read(node.target))

    def _add_to_all(self, more: tuple[str, ...] | None) -> None:
        if self.scope.kind is ScopeKind.MODULE:
            known = self.declared_all
            self.declared_all = None if known is None or more is None else known + more

    def execute_expression(self, node: ast.Expr) -> None:
        self.evaluate(node.value, "statement")
        call = node.value if isinstance(node.value, ast.Call) else None
        function = call.func if call is not None else None
        if (
            call is not None
            and isinstance(function, ast.Attribute)
            and isinstance(function.value, ast.Name)
            and function.value.id == "__all__"
        ):
            extends = function.attr == "extend" and call.args
            self._add_to_all(_strings(call.args[0] if extends else ast.Tuple(call.args)))

    def _annotation(self, node: ast.expr | None) -> None:
        if node is not None and self._eager_annotations:
            self.evaluate(node)

    def execute_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.scope.names.pop(target.id, None)
            else:
                self.bind(target, ())

    def execute_import(self, node: ast.Import) -> None:
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            path = alias.name if alias.asname else bound
            self._record_import(alias.name, bound, alias)
            self.scope.bind(bound, known_value(path))

    def execute_import_from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self._record_import(module, "*", node)
                self.scope.bind_star(module)
                continue
            bound, path = alias.asname or alias.name, join_path(module, alias.name)
            self._record_import(path, bound, alias)
            self.scope.bind(bound, known_value(path))

    def _record_import(self, path: str, bound: str, node: ast.alias | ast.ImportFrom) -> None:
        span = self.source.span(node)
        self.imports.append(Import(path, bound, span, self.context.phase, self.context.guards))

    # -- definitions -------------------------------------------------------------------------

    def _qualify(self, name: str) -> str:
        owner = self.context.owner
        if not owner:
            return name
        separator = "." if self.context.in_class_body else ".<locals>."
        return owner + separator + name

    def execute_function(self, node: _FunctionDef) -> None:
        decorators = tuple(map(self._decorator, node.decorator_list))
        self.evaluate_defaults(node.args)
        for argument in parameters_of(node.args):
            self._annotation(argument.annotation)
        self._annotation(node.returns)
        name = self._qualify(node.name)
        is_async = isinstance(node, ast.AsyncFunctionDef)
        context = self.context.deferred(self._phase_of(node.name), name, is_async)
        instance = self._instance_parameter(node)
        owner, parent = self.context.owner, self.scope
        if self.context.in_class_body:
            self.classes[owner].methods[node.name] = tuple(parameter_names(node.args))
        self.scope.bind(node.name, known_value(f":{name}"))
        self.defined.add(name)

        def walk() -> None:
            scope = self.function_scope(parent, node.args, node.body)
            if instance is not None:
                scope.bind(instance, known_value(f":{owner}"))
            self.inside(scope, context, lambda: self.walk_body(node.body))
            self.add_function(name, node, scope, decorators)

        # ``self`` in a class of that name is, as far as spelling tells, something of a cache.
        self.defer(node, walk, is_of_cache=instance is not None and "cach" in owner.lower())

    def _decorator(self, node: ast.expr) -> Decorator:
        values = self.evaluate(node)
        if self.thorough:
            # The definition calls what stands behind the @.
            self.record(node, extend(values, "()"), "")
        return Decorator(self.source.span(node), values)

    def _phase_of(self, name: str) -> Phase:
        if self.context.in_class_body:
            if name in _INITIALISERS:
                return Phase.INIT
            if name == "ready":
                return Phase.READY
        return Phase.CALL

    def _instance_parameter(self, node: _FunctionDef) -> str | None:
        """The name of ``self`` or ``cls`` in a method."""
        parameters = [*node.args.posonlyargs, *node.args.args]
        if not parameters or not self.context.in_class_body:
            return None
        decorators = [value.path for d in node.decorator_list for value in self.peek(d)]
        return None if "builtins.staticmethod" in decorators else parameters[0].arg

    def _base_class(self, node: ast.expr) -> Values:
        values = self.evaluate(node)
        self.record_run(node, values, ".__init_subclass__()")
        self.record_run(node, values, ".__class__()")
        return values

    def execute_class(self, node: ast.ClassDef) -> None:
        decorators = tuple(v for d in node.decorator_list for v in self._decorator(d).values)
        bases = tuple(v for base in node.bases for v in self._base_class(base))
        metaclass: Values = ()
        for keyword in node.keywords:
            values = self.evaluate(keyword.value)
            if keyword.arg == "metaclass":
                metaclass = values
                self.record_run(keyword.value, values, "()")
        name = self._qualify(node.name)
        facts = ClassFacts(
            bases, metaclass, decorators, {}, _annotated_names(node), {}, self._header(node)
        )
        self.classes[name] = facts
        scope = Scope(ScopeKind.CLASS, self.scope)
        context = Context(self.context.phase, self.context.guards, name, in_class_body=True)
        self.inside(scope, context, lambda: self.walk_body(node.body))
        facts.attributes.update(scope.names)
        self.scope.bind(node.name, known_value(f":{name}"))


def _annotated_names(node: ast.ClassDef) -> frozenset[str]:
    return frozenset(
        statement.target.id
        for statement in node.body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and "ClassVar" not in ast.unparse(statement.annotation)
    )


def _as_read(node: ast.Attribute | ast.Subscript) -> ast.expr:
    """The target of ``x.y += 1`` or ``x[y] += 1``, which is read too."""
    read: ast.expr
    if isinstance(node, ast.Attribute):
        read = ast.Attribute(node.value, node.attr, ast.Load())
    else:
        read = ast.Subscript(node.value, node.slice, ast.Load())
    return ast.copy_location(read, node)


def _elements(node: ast.expr) -> list[ast.expr]:
    """The elements of a tuple or list display without a star, to be bound one by one."""
    if not isinstance(node, (ast.Tuple, ast.List)):
        return []
    return [] if any(isinstance(e, ast.Starred) for e in node.elts) else node.elts


def _strings(node: ast.expr) -> tuple[str, ...] | None:
    elements = node.elts if isinstance(node, (ast.Tuple, ast.List)) else None
    if elements is None:
        return None
    strings = [
        e.value for e in elements if isinstance(e, ast.Constant) and isinstance(e.value, str)
    ]
    return tuple(strings) if len(strings) == len(elements) else None


def _postpones_annotations(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
        for node in tree.body
    )
