"""A file as it is written: its tree, where its nodes stand, how they read.

Functions and loops of a file are run many times, and a file by several evaluations: what is told of
a node is told once. Must not know what the nodes stand for.
"""

from __future__ import annotations

import ast
from functools import cached_property

from cachelint.diagnostic import Span
from cachelint.settings.interpreter.outlines import Outline, outline
from cachelint.settings.records import Place
from cachelint.source import Source, one_line

#: Words without which a module that is imported cannot do anything to the settings by being run.
_TOUCHING = ("CACHES", "globals()", "sys.modules", "exec(", "execfile(")


class Written:
    """A parsed file."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.outline: Outline = outline(source.tree)
        self._places: dict[ast.AST, Place] = {}
        self._texts: dict[ast.AST, str] = {}

    def place(self, node: ast.AST) -> Place:
        found = self._places.get(node)
        if found is None:
            span = Span(1, 1, 1, 1)
            if not isinstance(node, ast.Module):
                assert isinstance(node, (ast.expr, ast.stmt, ast.alias, ast.ExceptHandler))
                span = self.source.span(node)
            found = self._places[node] = Place(self.source.path, span)
        return found

    def text(self, node: ast.expr) -> str:
        """``node`` as it is written, on one line."""
        found = self._texts.get(node)
        if found is None:
            found = self._texts[node] = one_line(self.source.segment(node))
        return found

    @cached_property
    def touches_settings(self) -> bool:
        """Whether being run may do anything to other modules."""
        return any(word in self.source.text for word in _TOUCHING)
