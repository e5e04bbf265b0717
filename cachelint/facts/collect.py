"""Follow the statements of a module in the order in which Python runs them."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from cachelint.facts.bindings import BindingWalker
from cachelint.facts.conditions import Branch
from cachelint.facts.expressions import Deferred
from cachelint.facts.locals import captured_names
from cachelint.facts.paths import mentions_cache, split_class_attribute
from cachelint.facts.records import FileFacts, Guard, GuardKind, Use, Values
from cachelint.facts.scope import join
from cachelint.source import Source

_IMPORT_ERRORS = frozenset(
    f"builtins.{name}"
    for name in ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")
)


class _End(IntEnum):
    """How a block ends: it goes on, leaves the loop around it, or leaves the function."""

    GOES_ON = 0
    LEAVES_LOOP = 1
    LEAVES = 2


def collect_facts(source: Source) -> FileFacts:
    """The facts of ``source``. Raises RecursionError where it is nested too deeply."""
    return _StatementWalker(source).collect()


@dataclass
class _StatementWalker(BindingWalker):
    """Follows the flow of control."""

    def collect(self) -> FileFacts:
        module = self.scope
        self.block(self.source.tree.body)
        self._walk_pending()
        return FileFacts(
            path=self.source.path,
            imports=tuple(self.imports),
            uses=tuple(use for use in self.uses if self._concerns_caches(use)),
            classes=self.classes,
            exports=dict(module.names),
            stars=tuple(module.stars),
            declared_all=self.declared_all,
        )

    def _walk_pending(self) -> None:
        """Walk the bodies that may have to do with a cache, until none is left.

        That is all but those in which no cache word stands and no name that is bound, so far, to
        something of a cache: most of them, and walking is what costs.
        """
        words = ["(?i:cache)", "get_redis_connection"]
        if any(mentions_cache(module) for module in self.scope.stars):
            words.append("")  # Any name may come from there.
        irrelevant: list[Deferred] = []
        known: set[str] = set()
        while words:
            relevant = re.compile("|".join(words))
            self.pending, irrelevant = irrelevant + self.pending, []
            while self.pending:
                waiting, self.pending = self.pending, []
                for body in waiting:
                    text = "\n".join(self.source.lines[body.first_row - 1 : body.last_row])
                    if relevant.search(text):
                        body.walk()
                    else:
                        irrelevant.append(body)
            new = self.scope.cache_names - known
            known |= new
            # A name with "cache" in it has matched already.
            words = [
                rf"\b{re.escape(name)}\b" for name in sorted(new) if "cache" not in name.lower()
            ]

    def _concerns_caches(self, use: Use) -> bool:
        """Whether a recorded use is worth keeping, now that all attributes are known."""
        candidates = (use.values, *(argument.values for argument in use.arguments))
        return any(
            mentions_cache(path)
            for values in candidates
            for value in values
            for path in (value.path, *self._attribute_paths(value.path))
        )

    def _attribute_paths(self, path: str) -> list[str]:
        """What ``:C.attribute…`` may be, by the assignments to the attribute in this file."""
        found = split_class_attribute(path, self.classes)
        if found is None:
            return []
        attributes = self.classes[found.class_name].attributes
        return [value.path for value in attributes.get(found.attribute, ())]

    def walk_body(self, body: list[ast.stmt]) -> None:
        self.block(body)

    # -- blocks ------------------------------------------------------------------------------

    def block(self, body: list[ast.stmt]) -> _End:
        """Walk statements in order; what follows an early exit runs only where it did not."""
        before = self.context
        end = _End.GOES_ON
        for statement in body:
            ended = self._statement(statement)
            if ended is not None and ended is not _End.GOES_ON:
                end = ended
                break
        self.context = before
        return end

    def _statement(self, node: ast.stmt) -> _End | None:
        executor = _EXECUTORS.get(type(node))
        if executor is not None:
            return executor(self, node)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.evaluate(child)
        return None

    def _leave(self, node: ast.Return | ast.Raise) -> _End:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.evaluate(child)
        return _End.LEAVES

    def _branches(self, branches: list[Callable[[], _End]]) -> _End:
        """Walk alternatives from the same names; those that leave contribute nothing."""
        start = self.scope.names
        results: list[tuple[_End, dict[str, Values]]] = []
        for walk in branches:
            self.scope.names = dict(start)
            end = walk()
            results.append((end, self.scope.names))
        staying = [names for end, names in results if end is not _End.LEAVES]
        joined = (staying or [names for _, names in results])[0]
        for names in staying[1:]:
            joined = join(joined, names)
        self.scope.names = joined
        return min(end for end, _ in results)

    def _under(self, branch: Branch, body: list[ast.stmt]) -> Callable[[], _End]:
        def walk() -> _End:
            if branch.never:
                return _End.LEAVES
            before = self.context
            self.context = before.under(branch)
            end = self.block(body)
            self.context = before
            return end

        return walk

    def _if(self, node: ast.If) -> _End:
        self.evaluate(node.test)
        condition = self.read_condition(node.test)
        ends: list[_End] = []

        def remembering(walk: Callable[[], _End]) -> Callable[[], _End]:
            def remembered() -> _End:
                ends.append(walk())
                return ends[-1]

            return remembered

        end = self._branches(
            [
                remembering(self._under(condition.true, node.body)),
                remembering(self._under(condition.false, node.orelse)),
            ]
        )
        for ended, other in zip(ends, (condition.false, condition.true), strict=True):
            if ended is not _End.GOES_ON:
                self.context = self.context.under(other)
        return end

    def _loop(self, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        before = dict(self.scope.names)
        self.block(body)
        self.scope.names = join(before, self.scope.names)
        self.block(orelse)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self.evaluate_consumed(node.iter)
        self.bind(node.target, ())
        self._loop(node.body, node.orelse)

    def _while(self, node: ast.While) -> None:
        self.evaluate(node.test)
        before = self.context
        self.context = before.under(self.read_condition(node.test).true)
        self._loop(node.body, node.orelse)
        self.context = before

    def _with(self, node: ast.With | ast.AsyncWith) -> _End:
        before, names = self.context, dict(self.scope.names)
        for item in node.items:
            values = self.evaluate(item.context_expr)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, ())
            if isinstance(item.context_expr, ast.Call) and _swallows(values):
                caught = self._exception_names(item.context_expr.args)
                guard = Guard(GuardKind.EXCEPT, caught, item.context_expr.lineno)
                self.context = replace(self.context, guards=(*self.context.guards, guard))
        swallows = self.context is not before
        end = self.block(node.body)
        self.context = before
        if swallows:
            self.scope.names = join(names, self.scope.names)
            return _End.GOES_ON
        return end

    def _try(self, node: ast.Try) -> _End:
        start = dict(self.scope.names)
        before = self.context
        caught = tuple(name for handler in node.handlers for name in self._caught_by(handler))
        if caught:
            guard = Guard(GuardKind.EXCEPT, caught, node.lineno)
            self.context = replace(before, guards=(*before.guards, guard))
        first_import = len(self.imports)
        end = self.block(node.body)
        self.context = before
        tried = tuple(imported.path for imported in self.imports[first_import:])
        after = self.scope.names

        def without_error() -> _End:
            self.scope.names = dict(after)
            return end if end is not _End.GOES_ON else self.block(node.orelse)

        # An error may come before, between or after the bindings of the body.
        self.scope.names = join(start, after)
        branches: list[Callable[[], _End]] = [without_error]
        branches += [self._handler(handler, tried) for handler in node.handlers]
        end = self._branches(branches)
        return max(end, self.block(node.finalbody))

    def _handler(self, node: ast.ExceptHandler, tried: tuple[str, ...]) -> Callable[[], _End]:
        def walk() -> _End:
            if node.type is not None:
                self.evaluate(node.type)
            if node.name:
                self.scope.bind(node.name, ())
            before = self.context
            if tried and _IMPORT_ERRORS.intersection(self._caught_by(node)):
                guard = Guard(GuardKind.AFTER_IMPORT_ERROR, tried, node.lineno)
                self.context = replace(before, guards=(*before.guards, guard))
            end = self.block(node.body)
            self.context = before
            return end

        return walk

    def _caught_by(self, handler: ast.ExceptHandler) -> tuple[str, ...]:
        if handler.type is None:
            return ("*",)
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        return self._exception_names(types)

    def _exception_names(self, types: list[ast.expr]) -> tuple[str, ...]:
        return tuple(value.path for expression in types for value in self.peek(expression))

    def _match(self, node: ast.Match) -> _End:
        self.evaluate(node.subject)

        def case_walker(case: ast.match_case) -> Callable[[], _End]:
            def walk() -> _End:
                for name in captured_names(case.pattern):
                    self.scope.bind(name, ())
                if case.guard is not None:
                    self.evaluate(case.guard)
                return self.block(case.body)

            return walk

        branches = [case_walker(case) for case in node.cases]
        last = node.cases[-1]
        irrefutable = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
        if not irrefutable or last.guard is not None:
            branches.append(lambda: _End.GOES_ON)
        return self._branches(branches)


def _swallows(values: Values) -> bool:
    """Whether a context manager is known to swallow the exceptions it is given."""
    return any(
        value.path in ("contextlib.suppress()", "pytest.raises()")
        or value.path.endswith((".assertRaises()", ".assertRaisesMessage()"))
        for value in values
    )


_EXECUTORS: dict[type[ast.AST], Callable[[_StatementWalker, Any], _End | None]] = {
    ast.FunctionDef: _StatementWalker.execute_function,
    ast.AsyncFunctionDef: _StatementWalker.execute_function,
    ast.ClassDef: _StatementWalker.execute_class,
    ast.Import: _StatementWalker.execute_import,
    ast.ImportFrom: _StatementWalker.execute_import_from,
    ast.Assign: _StatementWalker.execute_assignment,
    ast.AnnAssign: _StatementWalker.execute_annotated_assignment,
    ast.AugAssign: _StatementWalker.execute_augmented_assignment,
    ast.Delete: _StatementWalker.execute_delete,
    ast.If: _StatementWalker._if,
    ast.For: _StatementWalker._for,
    ast.AsyncFor: _StatementWalker._for,
    ast.While: _StatementWalker._while,
    ast.With: _StatementWalker._with,
    ast.AsyncWith: _StatementWalker._with,
    ast.Try: _StatementWalker._try,
    ast.Match: _StatementWalker._match,
    ast.Return: _StatementWalker._leave,
    ast.Raise: _StatementWalker._leave,
    ast.Break: lambda walker, node: _End.LEAVES_LOOP,
    ast.Continue: lambda walker, node: _End.LEAVES_LOOP,
    ast.Pass: lambda walker, node: None,
    ast.Global: lambda walker, node: None,
    ast.Nonlocal: lambda walker, node: None,
}
if sys.version_info >= (3, 11):
    _EXECUTORS[ast.TryStar] = _StatementWalker._try
if sys.version_info >= (3, 12):
    # The value of ``type X = …`` is evaluated when somebody asks for it.
    _EXECUTORS[ast.TypeAlias] = lambda walker, node: walker.scope.bind(node.name.id, ())
