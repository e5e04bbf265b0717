"""What may raise an error, and who swallows it."""

from __future__ import annotations

import ast

from cachelint.diagnostic import Span
from cachelint.facts.records import Values
from cachelint.source import Source


def risks(source: Source, body: list[ast.stmt]) -> tuple[Span, ...]:
    """What in ``body`` may raise KeyError: items, calls, ``raise`` and ``del``."""
    nodes = (node for statement in body for node in ast.walk(statement))
    return tuple(
        source.span(node)
        for node in nodes
        if isinstance(node, (ast.Subscript, ast.Call, ast.Raise, ast.Delete))
    )


def swallows(values: Values) -> bool:
    """Whether a context manager is known to swallow the exceptions it is given."""
    return any(
        value.path in ("contextlib.suppress()", "pytest.raises()")
        or value.path.endswith((".assertRaises()", ".assertRaisesMessage()"))
        for value in values
    )
