"""What the rest of a file may do with a name, so that a fix of it is no longer safe."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass

from cachelint.diagnostic import Span
from cachelint.fix.document import DeclinedError, Document
from cachelint.source import Source

_ASKING = frozenset({"isinstance", "issubclass", "type", "id"})


@dataclass(frozen=True)
class NameFacts:
    """Names by what is done to them anywhere in the file."""

    bound: Counter[str]
    examined: frozenset[str]

    @classmethod
    def of(cls, tree: ast.Module) -> NameFacts:
        bound: Counter[str] = Counter()
        examined: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, (ast.Name, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
                bound[ast.unparse(node)] += 1
            elif isinstance(node, (ast.Global, ast.Nonlocal)):
                bound.update(node.names)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                bound.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                bound[node.name] += 1
            examined.update(_examined_by(node))
        return cls(bound, frozenset(examined))

    def objection(self, targets: tuple[str, ...]) -> str:
        """Why a wrapper in ``targets`` might not do what the cache did; empty where it does."""
        for target in targets:
            if self.bound[target] > 1:
                return f"`{target}` is bound elsewhere too"
            if target in self.examined:
                return f"`{target}` is compared by identity, asked for its type or pickled"
        return ""


def _examined_by(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Compare):
        parts = [node.left, *node.comparators]
        identity = any(isinstance(operator, (ast.Is, ast.IsNot)) for operator in node.ops)
        # `X is None` is false of a handle and of a wrapper.
        if identity and not any(isinstance(part, ast.Constant) for part in parts):
            return [ast.unparse(part) for part in parts]
    elif isinstance(node, ast.Attribute) and node.attr == "__class__":
        return [ast.unparse(node.value)]
    elif isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in _ASKING or (attribute in ("dump", "dumps") and _mentions(node.func, "pickle")):
            return [ast.unparse(argument) for argument in node.args]
    return []


def _mentions(node: ast.expr, name: str) -> bool:
    return any(isinstance(inner, ast.Name) and name in inner.id for inner in ast.walk(node))


def find_expression(source: Source, span: Span, document: Document) -> ast.expr:
    """The one expression at ``span``, whose text says the same as the tree.

    Raises DeclinedError where the position is not certain (an f-string of an old Python).
    """
    found = [
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.expr) and node.lineno == span.row and source.span(node) == span
    ]
    if len(found) == 1:
        try:
            again = ast.parse(f"({document.slice(span)}\n)", mode="eval").body
        except SyntaxError:
            raise DeclinedError("its position in the file is not certain") from None
        if ast.dump(again) == ast.dump(found[0]):
            return found[0]
    raise DeclinedError("its position in the file is not certain")
