"""The style ``get-cache``: a name that keeps a cache disappears, each use of it opens the cache."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cachelint.diagnostic import Edit, FixPlan
from cachelint.fix.document import DeclinedError
from cachelint.fix.guards import find_expression
from cachelint.fix.imports import bindings, bound_names, find_import, statement_rows
from cachelint.fix.rewrites import Rewriting, Subject
from cachelint.source import Source

_WRAPPER = "LazyCacheWrapper("
_GET_CACHE = "get_cache"


def is_inlined(plan: FixPlan) -> bool:
    """Whether ``plan`` binds one plain name to a wrapper."""
    is_wrapper = len(plan.edits) == 1 and plan.edits[0].content.startswith(_WRAPPER)
    return is_wrapper and len(plan.targets) == 1 and plan.targets[0].isidentifier()


def inline(subject: Subject, plan: FixPlan, helper: str) -> Rewriting:
    """``X = caches[A]`` goes, and each ``X`` in a function becomes ``get_cache(A)``.

    ``helper`` is the module of the helper. Raises DeclinedError where a use of the name is not
    known, or runs while the module is imported.
    """
    source, name = subject.source, plan.targets[0]
    edit = plan.edits[0]
    arguments = edit.content.removeprefix(_WRAPPER).removesuffix(")")
    statement = _statement(source, edit, name)
    subject.refuse_if_shared(name)
    _refuse_rebound(source, name)
    _refuse_changing(source, arguments)
    is_bound = _GET_CACHE in bound_names(source.tree)
    if is_bound and find_import(source.tree, helper, _GET_CACHE) is None:
        raise DeclinedError(f"`{_GET_CACHE}` means something else in this file")
    uses = list(_uses(source.tree, name, is_later=False))
    if not uses or not all(is_later for _, is_later in uses):
        raise DeclinedError(f"`{name}` is used while the module is imported, or nowhere")
    edits = [Edit(statement_rows(source, statement), "")]
    for use, _ in uses:
        span = source.span(use)
        find_expression(source, span, subject.document)
        edits.append(Edit(span, f"{_GET_CACHE}({arguments})"))
    return Rewriting(tuple(edits), (_GET_CACHE,))


def _statement(source: Source, edit: Edit, name: str) -> ast.stmt:
    """The statement of the module body that binds ``name`` and does nothing else."""
    for statement in source.tree.body:
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        else:
            continue
        if len(targets) == 1 and source.span(value) == edit.span:
            above = source.lines[statement.lineno - 2] if statement.lineno > 1 else ""
            if above.lstrip().startswith("#"):
                raise DeclinedError(f"a comment stands above `{name}`")
            return statement
    raise DeclinedError(f"`{name}` is not bound by a statement of its own")


def _refuse_rebound(source: Source, name: str) -> None:
    if sum(bound == name for bound in bindings(source.tree)) != 1:
        raise DeclinedError(f"`{name}` is bound elsewhere too")


def _refuse_changing(source: Source, arguments: str) -> None:
    """Raise DeclinedError where an alias may be another one when a function runs."""
    if "#" in arguments or "\n" in arguments:
        raise DeclinedError("the alias takes more than a row, or has a comment")
    bound = list(bindings(source.tree))
    call = ast.parse(f"f({arguments})", mode="eval").body
    assert isinstance(call, ast.Call)
    for part in (*call.args, *(keyword.value for keyword in call.keywords)):
        for node in ast.walk(part):
            if isinstance(node, ast.Name) and bound.count(node.id) != 1:
                raise DeclinedError(f"`{node.id}` may be something else in a function")
            if not isinstance(node, (ast.Name, ast.Attribute, ast.Constant, ast.expr_context)):
                raise DeclinedError("the alias is an expression")


def _uses(node: ast.AST, name: str, *, is_later: bool) -> Iterator[tuple[ast.Name, bool]]:
    """Each place that reads ``name``, and whether it runs only when a function is called."""
    if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
        yield node, is_later
    later: list[ast.AST] = []
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        later = [*node.body]
    elif isinstance(node, ast.Lambda):
        later = [node.body]
    for child in ast.iter_child_nodes(node):
        yield from _uses(child, name, is_later=is_later or child in later)
