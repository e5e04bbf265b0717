"""Follow all other expressions: operators, conditions, lambdas and comprehensions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from cachelint.dataclass import dataclass, field, replace
from cachelint.diagnostic import Span
from cachelint.facts.annotations import annotated_values
from cachelint.facts.arguments import carried, summed, text_values
from cachelint.facts.chains import ChainWalker
from cachelint.facts.conditions import Condition, read_condition
from cachelint.facts.context import Context, Deferred
from cachelint.facts.locals import collect_local_names, parameter_names
from cachelint.facts.records import Decorator, FunctionFacts, Value, Values
from cachelint.facts.scope import Scope, ScopeKind, extend, known_value, merge
from cachelint.facts.signatures import empty_defaults, is_plain, rebound_names
from cachelint.facts.vocabulary import is_canonical
from cachelint.trees import children

_DISPLAYS = (ast.Dict, ast.List, ast.Set, ast.Tuple)
_MAPPING = frozenset({"builtins.filter", "builtins.map"})
_FILLING = (ast.DictComp, ast.ListComp, ast.SetComp)
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass
class ExpressionWalker(ChainWalker):
    """Evaluates every kind of expression."""

    functions: dict[str, FunctionFacts] = field(default_factory=dict)
    typing_names: dict[str, Values] = field(default_factory=dict)
    """Names imported under ``if TYPE_CHECKING``, which only annotations know."""
    handle_functions: set[str] = field(default_factory=set)
    """The functions of the file that may give a cache handle back."""

    def evaluate_other(self, node: ast.expr, outer: str) -> Values:
        is_kept = outer in ("value", "element")
        if is_kept and isinstance(node, _FILLING):
            return self._comprehension(node, containers=self.display_containers)
        evaluator = _EVALUATORS.get(type(node))
        if evaluator is not None:
            return evaluator(self, node)
        is_display = is_kept and isinstance(node, _DISPLAYS)
        containers = self.display_containers if is_display else []
        for child in children(node):
            if is_display and isinstance(child, ast.expr):
                self.evaluate_element(child, outer, containers)
            elif isinstance(child, ast.expr):
                self.evaluate(child)
            elif isinstance(child, ast.keyword):
                self.evaluate(child.value)
        return ()

    def evaluate_consumed(self, node: ast.expr, outer: str = "") -> Values:
        """As evaluate, for a place that iterates over ``node`` at once."""
        if isinstance(node, ast.GeneratorExp):
            return self._comprehension(node, consumed=True)
        values = self.evaluate(node, outer)
        self.record_run(node, values, ".__iter__()")
        if self.thorough and isinstance(node, ast.Call):
            self._mapped(node)
        return values

    def _mapped(self, node: ast.Call) -> None:
        """``list(map(f, …))`` calls f."""
        if node.args and any(value.path in _MAPPING for value in self.peek(node.func)):
            self.record_run(node, self.peek(node.args[0]), "()")

    def read_condition(self, test: ast.expr) -> Condition:
        return read_condition(test, self.peek)

    def _await(self, node: ast.Await) -> Values:
        return extend(self.evaluate(node.value, "awaited"), ".__await__()")

    def _starred(self, node: ast.Starred) -> Values:
        self.evaluate_consumed(node.value)
        return ()

    def _binary_operation(self, node: ast.BinOp) -> Values:
        # A sum of a thousand strings is nested a thousand deep on its left side.
        left: ast.expr = node
        found: Values = ()
        right: Values = ()
        operation = node
        while isinstance(left, ast.BinOp):
            right = self.evaluate(left.right)
            found += carried(right)
            operation, left = left, left.left
        values = self.evaluate(left)
        if operation is node:
            found += summed(values, node.op, node.right) + summed(right, node.op, node.left)
        return found + carried(values)

    def _text(self, node: ast.JoinedStr | ast.FormattedValue) -> Values:
        """A text is what its parts are."""
        found: Values = ()
        for child in children(node):
            if isinstance(child, ast.expr):
                found += carried(self.evaluate(child))
        return found

    def _boolean_operation(self, node: ast.BoolOp) -> Values:
        values: Values | None = None
        before = self.context
        for part in node.values:
            values = merge(values, self.evaluate(part))
            condition = self.read_condition(part)
            branch = condition.true if isinstance(node.op, ast.And) else condition.false
            if branch.never:
                break
            self.context = self.context.under(branch)
        self.context = before
        return values or ()

    def _conditional(self, node: ast.IfExp) -> Values:
        self.evaluate(node.test)
        condition = self.read_condition(node.test)
        values: Values | None = None
        before = self.context
        for branch, expression in ((condition.true, node.body), (condition.false, node.orelse)):
            if not branch.never:
                self.context = before.under(branch)
                values = merge(values, self.evaluate(expression))
        self.context = before
        return values or ()

    def _named(self, node: ast.NamedExpr) -> Values:
        values = self.evaluate(node.value)
        scope = self.scope
        while scope.kind is ScopeKind.COMPREHENSION and scope.parent is not None:
            scope = scope.parent
        scope.bind(node.target.id, values)
        return values

    def _comparison(self, node: ast.Compare) -> Values:
        identity = any(isinstance(operator, (ast.Is, ast.IsNot)) for operator in node.ops)
        outer = "examined" if identity else ""
        self.evaluate(node.left, outer)
        for operator, comparator in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, (ast.In, ast.NotIn)):
                values = self.evaluate_consumed(comparator, "membership")
                self.record(node, extend(values, ".__contains__()"), "")
            else:
                self.evaluate(comparator, outer)
        return ()

    def call_lambda(self, node: ast.Lambda) -> None:
        self._lambda(node, at_once=True)

    def _lambda(self, node: ast.Lambda, at_once: bool = False) -> Values:
        self.evaluate_defaults(node.args)
        context = self.context if at_once else self.context.deferred()
        parent, name = self.scope, f"<lambda {node.lineno}:{node.col_offset}>"
        self.defined.add(name)

        def walk() -> None:
            scope = self.function_scope(parent, node.args, [node.body])

            def evaluate_body() -> None:
                outer = "" if at_once else "value"
                scope.returns[0, 0] = self.evaluate(node.body, outer)

            self.inside(scope, context, evaluate_body)
            self.add_function(name, node, scope)

        if at_once:
            walk()
        else:
            self.defer(node, walk)
        return known_value(f":{name}")

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Values:
        scope: Scope | None = self.scope
        while scope is not None and scope.kind is not ScopeKind.FUNCTION:
            scope = scope.parent
        if scope is not None:
            scope.is_generator = True
        if node.value is not None:
            self.evaluate(node.value)
        return ()

    def _comprehension(
        self,
        node: _Comprehension,
        consumed: bool = False,
        containers: list[ast.expr] | None = None,
    ) -> Values:
        # The first iterable is evaluated outside, at once; a generator does the rest when asked.
        first = node.generators[0]
        self.evaluate_consumed(first.iter)
        lazy = isinstance(node, ast.GeneratorExp) and not consumed
        context = self.context.deferred() if lazy else self.context
        if isinstance(node, ast.GeneratorExp):
            # With an `await` it would be another thing, which next() and sum() do not take.
            context = replace(context, is_async=False)
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
            element = node.value if isinstance(node, ast.DictComp) else node.elt
            self.evaluate_element(element, "element" if containers else "", containers or [])

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

    def defer(
        self, node: ast.expr | ast.stmt, walk: Callable[[], None], is_of_cache: bool = False
    ) -> None:
        """Walk the body of ``node`` when everything around it has been walked."""
        last = node.end_lineno or node.lineno
        is_inner = self.scope.is_in_function
        self.pending.append(Deferred(node.lineno, last, walk, is_inner, is_of_cache))

    def function_scope(self, parent: Scope, arguments: ast.arguments, body: list[Any]) -> Scope:
        """The scope of a function or lambda in ``parent``; its parameters may be anything."""
        names = collect_local_names(arguments, body, walrus=self.source.has_walrus)
        scope = Scope(
            ScopeKind.FUNCTION, parent, {}, names.bound, names.global_names, names.nonlocal_names
        )
        for name in parameter_names(arguments):
            scope.bind(name, ())
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            values = annotated_values(argument.annotation, lambda node: self._type(node, parent))
            if values:
                scope.bind(argument.arg, values)
        return scope

    def _type(self, node: ast.expr, scope: Scope) -> Values:
        """What an annotation in ``scope`` names; imports for the type checker alone count too."""
        before, self.scope = self.scope, scope
        values = self.peek(node)
        self.scope = before
        if not values and isinstance(node, ast.Name):
            return self.typing_names.get(node.id, ())
        return values

    def add_function(
        self,
        name: str,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        scope: Scope,
        decorators: tuple[Decorator, ...] = (),
    ) -> None:
        """Keep what the walk of a body, now over, has shown of the function.

        Of two functions of one name the later one counts; where they stand in branches, either.
        """
        before = self.functions.get(name)
        returns = tuple(scope.returns.values())
        if any(self._may_be_handle(value) for values in returns for value in values):
            self.handle_functions.add(name)
            # Bodies that call it are of interest, whatever it is spelled like.
            scope.add_cache_name(name.rpartition(".")[2])
        replaces = node.col_offset == 0
        if before is not None and before.first_row > node.lineno:
            return
        if before is not None and not replaces:
            returns += before.returns
        self.functions[name] = FunctionFacts(
            span=self._header(node),
            parameters=tuple(parameter_names(node.args)),
            bound=scope.bound,
            global_names=scope.global_names,
            decorators=decorators,
            returns=returns,
            is_plain=is_plain(node) and (before is None or replaces),
            is_deferred=scope.is_generator or isinstance(node, ast.AsyncFunctionDef),
            first_row=node.lineno if replaces else 0,
            empty_defaults=empty_defaults(node) if self.thorough else frozenset(),
            rebound=rebound_names(node, self.source.has_walrus) if self.thorough else frozenset(),
        )

    def _may_be_handle(self, value: Value) -> bool:
        """Whether ``value`` may be an item of the handler, or the result of a function for one."""
        last = value.path.rpartition(".")[2].lower()
        is_result = last.endswith("()") and not is_canonical(value.path)
        is_spelled = "cach" in last and (last.endswith("[]") or is_result)
        return self.gives_handle(value) or (is_spelled and not value.path.startswith(":"))

    def gives_handle(self, value: Value) -> bool:
        """Whether ``value`` is the result of such a function of this file."""
        name = value.path.removesuffix("()")
        is_result = name != value.path and name.startswith(":")
        return is_result and name[1:] in self.handle_functions

    def _header(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
    ) -> Span:
        """The span of a lambda, or of the row with ``def`` or ``class``."""
        span = self.source.span(node)
        if isinstance(node, ast.Lambda):
            return span
        return Span(span.row, span.column, span.row, len(self.source.lines[span.row - 1]) + 1)

    def evaluate_defaults(self, arguments: ast.arguments) -> None:
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.evaluate_bound(default, [])


#: A table of plain functions: bound methods would tie the walker, and the tree with it, into a
#: cycle that only the garbage collector can free.
_EVALUATORS: dict[type[ast.AST], Callable[[ExpressionWalker, Any], Values]] = {
    ast.Constant: lambda walker, node: text_values(node.value),
    ast.Await: ExpressionWalker._await,
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
    ast.JoinedStr: ExpressionWalker._text,
    ast.FormattedValue: ExpressionWalker._text,
    ast.Yield: ExpressionWalker._yield,
    ast.YieldFrom: ExpressionWalker._yield,
}
