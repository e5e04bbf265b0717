"""What the rest of a file may do with a name, so that a fix of it is no longer safe."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Edit, Span
from cachelint.fix.document import DeclinedError, Document
from cachelint.fix.imports import NAMED
from cachelint.source import Source

_ASKING = frozenset({"isinstance", "issubclass", "type", "id"})


_Scope = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True)
class _Binding:
    """A place where a name, or an attribute such as ``self.x``, is bound."""

    name: str
    scope: int
    first_row: int
    last_row: int


class NameFacts:
    """Names by what is done to them anywhere in the file."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree

    @cached_property
    def _bindings(self) -> list[_Binding]:
        return [*_bindings(self._tree)]

    @cached_property
    def _examined(self) -> frozenset[str]:
        """The last parts of what is asked for its identity or type, or pickled."""
        examined = {name for node in ast.walk(self._tree) for name in _examined_by(node)}
        return frozenset(name.rpartition(".")[2] for name in examined)

    def objection(self, targets: tuple[str, ...], row: int) -> str:
        """Why a wrapper in ``targets``, bound in ``row``, might not do what the cache did."""
        for target in targets:
            bindings = [binding for binding in self._bindings if binding.name == target]
            counts = Counter(binding.scope for binding in bindings)
            for binding in bindings:
                is_here = binding.first_row <= row <= binding.last_row
                if is_here and counts[binding.scope] > 1:
                    return f"`{target}` is bound elsewhere too"
            if target.rpartition(".")[2] in self._examined:
                return f"`{target}` is compared by identity, asked for its type or pickled"
        return ""

    def refuse_unbound(self, reads: tuple[str, ...], row: int) -> None:
        """Raise DeclinedError for a name of the module that cannot be read in ``row`` already."""
        for name in reads:
            rows = [b.last_row for b in self._bindings if b.name == name and b.scope == 0]
            if not any(last_row < row for last_row in rows):
                raise DeclinedError(f"`{name}` may not be bound yet where it is then read")


def _bindings(tree: ast.Module) -> Iterator[_Binding]:
    """All bindings of a file; attributes belong to the class around them."""
    waiting: list[tuple[ast.AST, _Scope, _Scope]] = [(tree, tree, tree)]
    while waiting:
        node, scope, owner = waiting.pop()
        rows = _rows_of(node)
        for name, is_attribute, is_global in _bound_by(node):
            target = owner if is_attribute else scope
            yield _Binding(
                name, 0 if is_global or isinstance(target, ast.Module) else id(target), *rows
            )
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            scope = node
        elif isinstance(node, ast.ClassDef):
            scope = owner = node
        waiting += [(child, scope, owner) for child in ast.iter_child_nodes(node)]


def _rows_of(node: ast.AST) -> tuple[int, int]:
    first = getattr(node, "lineno", 0)
    return first, getattr(node, "end_lineno", first) or first


def _bound_by(node: ast.AST) -> Iterator[tuple[str, bool, bool]]:
    """What a node binds itself: name, whether it is an attribute, whether a module's global."""
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor, ast.NamedExpr)):
        targets = [node.target]
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        targets = [node.optional_vars]
    elif isinstance(node, ast.Delete):
        targets = node.targets
    elif isinstance(node, ast.Global):
        yield from ((name, False, True) for name in node.names)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0], False, False
    elif isinstance(node, NAMED) and node.name:
        yield node.name, False, False
    for target in targets:
        for inner in ast.walk(target):
            if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
                yield inner.id, False, False
            elif isinstance(inner, ast.Attribute) and not isinstance(inner.ctx, ast.Load):
                yield ast.unparse(inner), True, False


def _examined_by(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Compare):
        compared = [node.left, *node.comparators]
        identity = any(isinstance(operator, (ast.Is, ast.IsNot)) for operator in node.ops)
        # `X is None` is false of a handle and of a wrapper.
        if identity and not any(isinstance(part, ast.Constant) for part in compared):
            return [ast.unparse(part) for part in compared]
    elif isinstance(node, ast.Attribute) and node.attr == "__class__":
        return [ast.unparse(node.value)]
    elif isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in _ASKING or (attribute in ("dump", "dumps") and _mentions(node.func, "pickle")):
            # Names inside of a container too: pickle.dumps({"cache": X}).
            parts = (part for argument in node.args for part in ast.walk(argument))
            return [ast.unparse(p) for p in parts if isinstance(p, (ast.Name, ast.Attribute))]
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


def refuse_lost_comments(document: Document, edit: Edit) -> None:
    """Raise DeclinedError where the new code lacks a comment of the old."""
    code = f"({document.slice(edit.span)}\n)"
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT and token.string not in edit.content:
            raise DeclinedError("a comment would be lost")
