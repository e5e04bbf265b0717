"""Follow expressions: what each may be, and which of them use something of the cache framework."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from cachelint.facts.conditions import Condition, read_condition
from cachelint.facts.context import Context, Deferred
from cachelint.facts.locals import collect_local_names, parameter_names
from cachelint.facts.records import Alias, Argument, Use, Values
from cachelint.facts.scope import Scope, ScopeKind, extend, merge
from cachelint.source import Source

#: Builtins that run the whole of a generator that is their argument.
_CONSUMERS = frozenset(
    f"builtins.{name}"
    for name in (
        "all", "any", "dict", "frozenset", "list", "max", "min", "next", "set", "sorted", "sum",
        "tuple",
    )
)  # fmt: skip

#: Builtins that look into their first argument, so that the look is a use of it.
_LOOKING = frozenset({"builtins.len", "builtins.hasattr", "builtins.getattr"})

_ITEM_CALL = re.compile(r"\.(?:__getitem__|create_connection)\(\)$")

_Argument = tuple[str | None, ast.expr, Values]
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass
class ExpressionWalker:
    """Evaluates expressions in the current scope and context, and records uses."""

    source: Source
    scope: Scope = field(default_factory=lambda: Scope(ScopeKind.MODULE))
    context: Context = field(default_factory=Context)
    uses: list[Use] = field(default_factory=list)
    pending: list[Deferred] = field(default_factory=list)
    """Bodies that run later, walked when everything around them has been."""

    # -- entry points ------------------------------------------------------------------------

    def evaluate(self, node: ast.expr, outer: str = "") -> Values:
        """What ``node`` may be; records every use in it. ``outer``: see Use."""
        if isinstance(node, ast.Attribute):
            return self._attribute(node, outer)
        if isinstance(node, ast.Call):
            return self._call(node, outer)
        if isinstance(node, ast.Subscript):
            return self._subscript(node, outer)
        evaluator = _EVALUATORS.get(type(node))
        if evaluator is not None:
            return evaluator(self, node)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.evaluate(child)
            elif isinstance(child, ast.keyword):
                self.evaluate(child.value)
        return ()

    def evaluate_consumed(self, node: ast.expr, outer: str = "") -> Values:
        """As evaluate, for a place that iterates over ``node`` at once."""
        if isinstance(node, ast.GeneratorExp):
            return self._comprehension(node, consumed=True)
        return self.evaluate(node, outer)

    def peek(self, node: ast.expr) -> Values:
        """What a name or a chain of attributes may be, without recording anything."""
        if isinstance(node, ast.Name):
            return self.scope.look_up(node.id)
        if isinstance(node, ast.Attribute):
            return extend(self.peek(node.value), f".{node.attr}")
        return ()

    def read_condition(self, test: ast.expr) -> Condition:
        return read_condition(test, self.peek)

    # -- chains ------------------------------------------------------------------------------

    def _name(self, node: ast.Name) -> Values:
        return self.scope.look_up(node.id) if isinstance(node.ctx, ast.Load) else ()

    def _attribute(self, node: ast.Attribute, outer: str) -> Values:
        values = extend(self.evaluate(node.value, "attribute"), f".{node.attr}")
        if values and isinstance(node.ctx, ast.Load):
            self.record(node, values, outer)
        return values

    def _subscript(self, node: ast.Subscript, outer: str) -> Values:
        base = self.evaluate(node.value, "item")
        self.evaluate(node.slice)
        if not base:
            return ()
        values = self._with_alias(extend(base, "[]"), node.slice)
        if isinstance(node.ctx, ast.Load):
            self.record(node, values, outer)
        return values

    def _call(self, node: ast.Call, outer: str) -> Values:
        if isinstance(node.func, ast.Lambda):
            self._arguments(node, consumed=False)
            self._lambda(node.func, at_once=True)
            return ()
        function = self.evaluate(node.func, "call")
        consumed = self._is_consumer(node, function)
        arguments = self._arguments(node, consumed)
        if not function:
            return ()
        values = extend(function, "()")
        if node.args and not isinstance(node.args[0], ast.Starred):
            if any(_ITEM_CALL.search(value.path) for value in values):
                # caches.__getitem__(x) and caches.create_connection(x) are caches[x].
                values = tuple(
                    replace(value, path=_ITEM_CALL.sub("[]", value.path)) for value in values
                )
            values = self._with_alias(values, node.args[0])
        looks = any(value.path in _LOOKING for value in function)
        if looks or _may_matter(values) or any(_may_matter(v) for _, _, v in arguments):
            self.record(node, values, outer, self._describe(arguments))
        return values

    def _is_consumer(self, node: ast.Call, function: Values) -> bool:
        if len(node.args) != 1:
            return False
        if isinstance(node.func, ast.Attribute) and node.func.attr == "join":
            return isinstance(node.func.value, (ast.Constant, ast.JoinedStr))
        return any(value.path in _CONSUMERS for value in function)

    def _arguments(self, node: ast.Call, consumed: bool) -> list[_Argument]:
        found: list[_Argument] = []
        for argument in node.args:
            values = self.evaluate_consumed(argument) if consumed else self.evaluate(argument)
            found.append(("*" if isinstance(argument, ast.Starred) else None, argument, values))
        for keyword in node.keywords:
            found.append((keyword.arg or "**", keyword.value, self.evaluate(keyword.value)))
        return found

    def _describe(self, arguments: list[_Argument]) -> tuple[Argument, ...]:
        return tuple(
            Argument(keyword, self.source.segment(expression), values)
            for keyword, expression, values in arguments
        )

    def _with_alias(self, values: Values, node: ast.expr) -> Values:
        if not any(_takes_alias(value.path) for value in values) or not _may_matter(values):
            return values
        literal = node.value if isinstance(node, ast.Constant) else None
        alias = Alias(self.source.segment(node), literal if isinstance(literal, str) else None)
        return tuple(
            replace(value, alias=alias) if _takes_alias(value.path) else value for value in values
        )

    def record(
        self, node: ast.expr, values: Values, outer: str, arguments: tuple[Argument, ...] = ()
    ) -> None:
        """Record a use of ``values``, if one of them or of the arguments may be a cache."""
        if not arguments and not _may_matter(values):
            return
        self.uses.append(
            Use(
                values=values,
                span=self.source.span(node),
                text=self.source.segment(node),
                phase=self.context.phase,
                guards=self.context.guards,
                outer=outer,
                owner=self.context.owner,
                in_class_body=self.context.in_class_body,
                arguments=arguments,
            )
        )

    # -- other expressions -------------------------------------------------------------------

    def _starred(self, node: ast.Starred) -> Values:
        self.evaluate_consumed(node.value)
        return ()

    def _binary_operation(self, node: ast.BinOp) -> Values:
        # A sum of a thousand strings is nested a thousand deep on its left side.
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            self.evaluate(left.right)
            left = left.left
        self.evaluate(left)
        return ()

    def _boolean_operation(self, node: ast.BoolOp) -> Values:
        values: Values = ()
        before = self.context
        for part in node.values:
            values = merge(values, self.evaluate(part))
            condition = self.read_condition(part)
            branch = condition.true if isinstance(node.op, ast.And) else condition.false
            if branch.never:
                break
            self.context = self.context.under(branch)
        self.context = before
        return values

    def _conditional(self, node: ast.IfExp) -> Values:
        self.evaluate(node.test)
        condition = self.read_condition(node.test)
        values: Values = ()
        before = self.context
        for branch, expression in ((condition.true, node.body), (condition.false, node.orelse)):
            if not branch.never:
                self.context = before.under(branch)
                values = merge(values, self.evaluate(expression))
        self.context = before
        return values

    def _named(self, node: ast.NamedExpr) -> Values:
        values = self.evaluate(node.value)
        scope = self.scope
        while scope.kind is ScopeKind.COMPREHENSION and scope.parent is not None:
            scope = scope.parent
        scope.bind(node.target.id, values)
        return values

    def _comparison(self, node: ast.Compare) -> Values:
        self.evaluate(node.left)
        for operator, comparator in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, (ast.In, ast.NotIn)):
                values = self.evaluate_consumed(comparator, "membership")
                self.record(node, extend(values, ".__contains__()"), "")
            else:
                self.evaluate(comparator)
        return ()

    def _lambda(self, node: ast.Lambda, at_once: bool = False) -> Values:
        self.evaluate_defaults(node.args)
        context = self.context if at_once else self.context.deferred()
        parent = self.scope

        def walk() -> None:
            scope = self.function_scope(parent, node.args, [node.body])
            self.inside(scope, context, lambda: self.evaluate(node.body))

        if at_once:
            walk()
        else:
            self.defer(node, walk)
        return ()

    def _comprehension(self, node: _Comprehension, consumed: bool = False) -> Values:
        # The first iterable is evaluated outside, at once; a generator does the rest when asked.
        first = node.generators[0]
        self.evaluate_consumed(first.iter)
        lazy = isinstance(node, ast.GeneratorExp) and not consumed
        context = self.context.deferred() if lazy else self.context
        scope = Scope(ScopeKind.COMPREHENSION, self.scope)

        def walk() -> None:
            for generator in node.generators:
                if generator is not first:
                    self.evaluate_consumed(generator.iter)
                for name in ast.walk(generator.target):
                    if isinstance(name, ast.Name):
                        scope.bind(name.id, ())
                for test in generator.ifs:
                    self.evaluate(test)
                    self.context = self.context.under(self.read_condition(test).true)
            if isinstance(node, ast.DictComp):
                self.evaluate(node.key)
                self.evaluate(node.value)
            else:
                self.evaluate(node.elt)

        if lazy:
            self.defer(node, lambda: self.inside(scope, context, walk))
        else:
            self.inside(scope, context, walk)
        return ()

    # -- scopes ------------------------------------------------------------------------------

    def inside(self, scope: Scope, context: Context, walk: Callable[[], object]) -> None:
        """Run ``walk`` in another scope and context, and come back."""
        before = self.scope, self.context
        self.scope, self.context = scope, context
        walk()
        self.scope, self.context = before

    def defer(self, node: ast.expr | ast.stmt, walk: Callable[[], None]) -> None:
        """Walk the body of ``node`` when everything around it has been walked."""
        self.pending.append(Deferred(node.lineno, node.end_lineno or node.lineno, walk))

    def function_scope(self, parent: Scope, arguments: ast.arguments, body: list[Any]) -> Scope:
        """The scope of a function or lambda in ``parent``; its parameters may be anything."""
        names = collect_local_names(arguments, body, walrus=":=" in self.source.text)
        scope = Scope(
            ScopeKind.FUNCTION, parent, {}, names.bound, names.global_names, names.nonlocal_names
        )
        for name in parameter_names(arguments):
            scope.bind(name, ())
        return scope

    def evaluate_defaults(self, arguments: ast.arguments) -> None:
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.evaluate(default)


#: A table of plain functions: bound methods would tie the walker, and the tree with it, into a
#: cycle that only the garbage collector can free.
_EVALUATORS: dict[type[ast.AST], Callable[[ExpressionWalker, Any], Values]] = {
    ast.Name: ExpressionWalker._name,
    ast.Constant: lambda walker, node: (),
    ast.BinOp: ExpressionWalker._binary_operation,
    ast.BoolOp: ExpressionWalker._boolean_operation,
    ast.IfExp: ExpressionWalker._conditional,
    ast.NamedExpr: ExpressionWalker._named,
    ast.Compare: ExpressionWalker._comparison,
    ast.Lambda: ExpressionWalker._lambda,
    ast.ListComp: ExpressionWalker._comprehension,
    ast.SetComp: ExpressionWalker._comprehension,
    ast.DictComp: ExpressionWalker._comprehension,
    ast.GeneratorExp: ExpressionWalker._comprehension,
    ast.Starred: ExpressionWalker._starred,
}


def _may_matter(values: Values) -> bool:
    # What is defined in this file (":…") is judged when all of its attributes are known.
    return any(value.path.startswith(":") or value.mentions_cache for value in values)


def _takes_alias(path: str) -> bool:
    return path.endswith(("[]", "get_redis_connection()"))
