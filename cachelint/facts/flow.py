"""Follow the flow of control: branches, loops, errors and early exits."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from cachelint.dataclass import dataclass, field, replace
from cachelint.facts.annotations import imported_types
from cachelint.facts.bindings import BindingWalker
from cachelint.facts.conditions import Branch
from cachelint.facts.errors import risks, swallows
from cachelint.facts.locals import captured_names
from cachelint.facts.records import Guard, GuardKind, KeyErrorHandler, Values
from cachelint.facts.scope import ScopeKind, join, known_value
from cachelint.trees import children

#: How often the body of a loop is tried before it is walked for good: a name that is handed from
#: variable to variable, one an iteration, arrives within so many steps.
MAX_TRIALS = 4
_IMPORT_ERRORS = frozenset({"builtins.ImportError", "builtins.ModuleNotFoundError"})
_ANY_ERRORS = _IMPORT_ERRORS | {"builtins.Exception", "builtins.BaseException", "*"}
#: Statements that can fail at most as imports do.
_HARMLESS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.Pass)
_Names = dict[str, Values]
_Walk = Callable[[], bool]


@dataclass
class FlowWalker(BindingWalker):
    """Walks statements. What walks a block answers whether it leaves: never reaches its end."""

    _breaks: list[list[_Names]] = field(default_factory=list)
    """For each loop around: the names at its ``break`` statements."""
    _continues: list[list[_Names]] = field(default_factory=list)

    def walk_body(self, body: list[ast.stmt]) -> None:
        self.block(body)
        self.scope.names = join(self.scope.names, self.scope.left)

    def block(self, body: list[ast.stmt]) -> bool:
        """Walk statements in order; what follows an early exit runs only where it did not."""
        before = self.context
        leaves = False
        for statement in body:
            if self._statement(statement):
                leaves = True
                break
        self.context = before
        return leaves

    def _statement(self, node: ast.stmt) -> bool:
        executor = _EXECUTORS.get(type(node))
        if executor is not None:
            return bool(executor(self, node))
        self._evaluate_children(node)
        return False

    def _evaluate_children(self, node: ast.stmt) -> None:
        for child in children(node):
            if isinstance(child, ast.expr):
                self.evaluate(child)

    def _return(self, node: ast.Return) -> bool:
        values = self.evaluate_bound(node.value, []) if node.value is not None else ()
        if self.scope.kind is ScopeKind.FUNCTION:
            self.scope.returns[node.lineno, node.col_offset] = values
            self.scope.left = join(self.scope.left, self.scope.names)
        return True

    def _raise(self, node: ast.Raise) -> bool:
        self._evaluate_children(node)
        return True

    def _break(self, node: ast.Break) -> bool:
        self._breaks[-1].append(dict(self.scope.names))
        return True

    def _continue(self, node: ast.Continue) -> bool:
        self._continues[-1].append(dict(self.scope.names))
        return True

    # -- branches ----------------------------------------------------------------------------

    def _branches(self, branches: list[_Walk]) -> list[bool]:
        """Walk alternatives from the same names; those that leave contribute nothing."""
        start = self.scope.names
        leaving: list[bool] = []
        results: list[_Names] = []
        for walk in branches:
            self.scope.names = dict(start)
            leaving.append(walk())
            if not leaving[-1]:
                results.append(self.scope.names)
        if results:
            self.scope.names = results[0]
            for names in results[1:]:
                self.scope.names = join(self.scope.names, names)
        return leaving

    def _under(self, branch: Branch, body: list[ast.stmt]) -> _Walk:
        def walk() -> bool:
            if branch.never:
                self.typing_names.update(imported_types(body))
                return True
            before = self.context
            self.context = before.under(branch)
            leaves = self.block(body)
            self.context = before
            return leaves

        return walk

    def _if(self, node: ast.If) -> bool:
        self.evaluate(node.test)
        condition = self.read_condition(node.test)
        true, false = self._branches(
            [self._under(condition.true, node.body), self._under(condition.false, node.orelse)]
        )
        if true and not false:
            self.context = self.context.under(condition.false)
        elif false and not true:
            self.context = self.context.under(condition.true)
        return true and false

    def _match(self, node: ast.Match) -> bool:
        subject = self.evaluate(node.subject)

        def case_walk(case: ast.match_case) -> _Walk:
            def walk() -> bool:
                for name in captured_names(case.pattern):
                    self.scope.bind(name, ())
                for node in ast.walk(case.pattern):
                    if isinstance(node, ast.MatchValue):
                        self.evaluate(node.value)
                capture = case.pattern if isinstance(case.pattern, ast.MatchAs) else None
                if capture is not None and capture.name and capture.pattern is None:
                    self.scope.bind(capture.name, subject)
                if case.guard is not None:
                    self.evaluate(case.guard)
                return self.block(case.body)

            return walk

        branches = [case_walk(case) for case in node.cases]
        last = node.cases[-1]
        irrefutable = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
        if not irrefutable or last.guard is not None:
            branches.append(lambda: False)
        return all(self._branches(branches))

    # -- loops -------------------------------------------------------------------------------

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self.evaluate_consumed(node.iter)

        def iterate() -> None:
            self.bind(node.target, ())
            self.block(node.body)

        self._loop(iterate, node.orelse)

    def _while(self, node: ast.While) -> None:
        def iterate() -> None:
            self.evaluate(node.test)
            self._under(self.read_condition(node.test).true, node.body)()

        self._loop(iterate, node.orelse)

    def _loop(self, iterate: Callable[[], None], orelse: list[ast.stmt]) -> None:
        """Walk a loop whose body starts with what it, or an earlier round, has left behind."""
        for _ in range(MAX_TRIALS):
            start = dict(self.scope.names)
            recorded = len(self.uses), len(self.imports), len(self.pending)
            broken = self._round(iterate)
            if self.scope.names == start:
                break
            # This round was a trial: the next starts with what it bound.
            del self.uses[recorded[0] :], self.imports[recorded[1] :], self.pending[recorded[2] :]
        else:
            broken = self._round(iterate)
        self.block(orelse)
        # A break goes past the else.
        for names in broken:
            self.scope.names = join(self.scope.names, names)

    def _round(self, iterate: Callable[[], None]) -> list[_Names]:
        """Walk the body once; the names at its ``break`` statements."""
        start = dict(self.scope.names)
        self._breaks.append([])
        self._continues.append([])
        iterate()
        self.scope.names = join(start, self.scope.names)
        for names in self._continues.pop():
            self.scope.names = join(self.scope.names, names)
        return self._breaks.pop()

    # -- errors ------------------------------------------------------------------------------

    def _traced(self, body: list[ast.stmt]) -> tuple[bool, _Names]:
        """Walk a body that an error may leave anywhere; and the names with which it may do so."""
        start = dict(self.scope.names)
        trace: _Names = {}
        self.scope.traces.append(trace)
        leaves = self.block(body)
        self.scope.traces.pop()
        return leaves, join(start, trace)

    def _with(self, node: ast.With | ast.AsyncWith) -> bool:
        before, is_caught = self.context, False
        for item in node.items:
            values = self.evaluate(item.context_expr)
            self.record_run(item.context_expr, values, ".__enter__()")
            if item.optional_vars is not None:
                self.bind(item.optional_vars, ())
            if isinstance(item.context_expr, ast.Call) and swallows(values):
                caught = self._exception_names(item.context_expr.args)
                self._hold(GuardKind.EXCEPT, caught, item)
                is_caught = True
            else:
                self._hold(GuardKind.WITHIN, (self.source.segment(item.context_expr),), item)
        leaves, anywhere = self._traced(node.body)
        self.context = before
        if is_caught:
            self.scope.names = anywhere if leaves else join(self.scope.names, anywhere)
        return leaves and not is_caught

    def _hold(self, kind: GuardKind, names: tuple[str, ...], item: ast.withitem) -> None:
        guard = Guard(kind, names, item.context_expr.lineno)
        self.context = replace(self.context, guards=(*self.context.guards, guard))

    def _try(self, node: ast.Try) -> bool:
        before = self.context
        # A handler that ends by raising again saves nobody.
        saving = [h for h in node.handlers if not isinstance(h.body[-1], ast.Raise)]
        caught = tuple(name for handler in saving for name in self._caught_by(handler))
        if caught:
            key_error = self._key_error(node, saving)
            guard = Guard(GuardKind.EXCEPT, caught, node.lineno, key_error=key_error)
            self.context = replace(before, guards=(*before.guards, guard))
        first_import = len(self.imports)
        leaves, anywhere = self._traced(node.body)
        self.context = before
        tried = tuple(imported.path for imported in self.imports[first_import:])
        only_imports = all(isinstance(statement, _HARMLESS) for statement in node.body)

        def without_error() -> bool:
            return leaves or self.block(node.orelse)

        branches = [without_error]
        for handler in node.handlers:
            guards = partial(self._after_error, node, handler, tried, only_imports)
            branches.append(self._handler(handler, guards, anywhere))
        left = all(self._branches(branches))
        return self.block(node.finalbody) or left

    def _after_error(
        self, node: ast.Try, handler: ast.ExceptHandler, tried: tuple[str, ...], only_imports: bool
    ) -> tuple[Guard, ...]:
        names = self._caught_by(handler)
        caught = frozenset(names)
        guard = Guard(GuardKind.AFTER_ERROR, names, node.lineno)
        # A wide handler behind more than imports may be there for the rest.
        if tried and (caught <= _IMPORT_ERRORS or (only_imports and caught & _ANY_ERRORS)):
            return guard, Guard(GuardKind.AFTER_IMPORT_ERROR, tried, handler.lineno)
        return (guard,)

    def _handler(
        self, node: ast.ExceptHandler, guards: Callable[[], tuple[Guard, ...]], names: _Names
    ) -> _Walk:
        def walk() -> bool:
            self.scope.names = dict(names)
            if node.type is not None:
                self.evaluate(node.type)
            if node.name:
                self.scope.bind(node.name, ())
            before = self.context
            self.context = replace(before, guards=(*before.guards, *guards()))
            leaves = self.block(node.body)
            self.context = before
            if node.name:
                self.scope.names.pop(node.name, None)
            return leaves

        return walk

    def _key_error(
        self, node: ast.Try, handlers: list[ast.ExceptHandler]
    ) -> KeyErrorHandler | None:
        for handler in handlers:
            types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            for caught in types:
                if caught is not None and self._exception_names([caught]) == ("builtins.KeyError",):
                    return KeyErrorHandler(self.source.span(caught), risks(self.source, node.body))
        return None

    def _caught_by(self, handler: ast.ExceptHandler) -> tuple[str, ...]:
        if handler.type is None:
            return ("builtins.BaseException",)
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        return self._exception_names(types)

    def _exception_names(self, types: list[ast.expr]) -> tuple[str, ...]:
        """Qualified names; ``*``, which is any, for what cannot be told."""
        return tuple(
            value.path
            for expression in types
            for value in self.peek(expression) or known_value("*")
        )


_EXECUTORS: dict[type[ast.AST], Callable[[FlowWalker, Any], bool | None]] = {
    ast.FunctionDef: FlowWalker.execute_function,
    ast.AsyncFunctionDef: FlowWalker.execute_function,
    ast.ClassDef: FlowWalker.execute_class,
    ast.Import: FlowWalker.execute_import,
    ast.ImportFrom: FlowWalker.execute_import_from,
    ast.Assign: FlowWalker.execute_assignment,
    ast.AnnAssign: FlowWalker.execute_annotated_assignment,
    ast.AugAssign: FlowWalker.execute_augmented_assignment,
    ast.Delete: FlowWalker.execute_delete,
    ast.Expr: FlowWalker.execute_expression,
    ast.If: FlowWalker._if,
    ast.For: FlowWalker._for,
    ast.AsyncFor: FlowWalker._for,
    ast.While: FlowWalker._while,
    ast.With: FlowWalker._with,
    ast.AsyncWith: FlowWalker._with,
    ast.Try: FlowWalker._try,
    ast.Match: FlowWalker._match,
    ast.Return: FlowWalker._return,
    ast.Raise: FlowWalker._raise,
    ast.Break: FlowWalker._break,
    ast.Continue: FlowWalker._continue,
}
if sys.version_info >= (3, 11):
    _EXECUTORS[ast.TryStar] = FlowWalker._try
if sys.version_info >= (3, 12):
    # The value of ``type X = …`` is evaluated when somebody asks for it.
    _EXECUTORS[ast.TypeAlias] = lambda walker, node: walker.scope.bind(node.name.id, ())
