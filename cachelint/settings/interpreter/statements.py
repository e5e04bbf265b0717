"""Statements, in the order in which Python runs them.

Storey above contexts: sends each to the storey that runs it. Imports are the last storey's.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from cachelint.settings.interpreter.contexts import Contexts
from cachelint.settings.interpreter.guards import NEVER


class Statements(Contexts):
    """Runs statements for the runs at hand."""

    # Storey above

    def import_names(self, node: ast.Import) -> None:
        raise NotImplementedError

    def import_from(self, node: ast.ImportFrom) -> None:
        raise NotImplementedError

    # Statements

    def block(self, body: list[ast.stmt]) -> None:
        for statement in body:
            if self.running == NEVER:
                return
            self.step()
            self.statement = self.frame.module, statement
            handler = _HANDLERS.get(type(statement))
            if handler is None:
                continue
            outer = self.is_relevant
            matters = self.awaits_errors or self.relevance.matters(statement)
            self.is_relevant = self.frame.is_relevant or matters
            handler(self, statement)
            self.is_relevant = outer

    def _expression(self, node: ast.Expr) -> None:
        self.evaluate(node.value)


_Handler = Callable[[Any, Any], None]
_HANDLERS: dict[type[ast.stmt], _Handler] = {
    ast.Assign: Statements._assignment,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.Delete: Statements._delete,
    ast.Expr: Statements._expression,
    ast.Global: Statements._global,
    ast.Nonlocal: Statements._nonlocal,
    ast.FunctionDef: Statements._function,
    ast.AsyncFunctionDef: Statements._function,
    ast.ClassDef: Statements._class,
    ast.Return: Statements._return,
    ast.If: Statements._if,
    ast.Match: Statements._match,
    ast.For: Statements._for,
    ast.AsyncFor: Statements._for,
    ast.While: Statements._while,
    ast.Break: Statements._break,
    ast.Continue: Statements._continue,
    ast.Raise: Statements._raise,
    ast.Assert: Statements._assert,
    ast.Try: Statements._try,
    ast.With: Statements._with,
    ast.AsyncWith: Statements._with,
    ast.Import: lambda machine, node: machine.import_names(node),
    ast.ImportFrom: lambda machine, node: machine.import_from(node),
}
if hasattr(ast, "TryStar"):
    _HANDLERS[ast.TryStar] = Statements._try
