"""Fixes that change whole statements, each by the name that a rule's plan calls it.

A rewrite gets the source and the diagnostic and answers with edits, or raises DeclinedError.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Diagnostic, Edit, Span
from cachelint.facts.records import FileFacts, GuardKind, Phase, Use
from cachelint.facts.vocabulary import CACHE_API, MODULE, PROXY, REDIS_API, REMOVED_GET_CACHE
from cachelint.fix.document import DeclinedError, Document
from cachelint.fix.imports import bound_names, find_import, is_named, without_name
from cachelint.source import Source


@dataclass(frozen=True)
class Subject:
    """What a rewrite works on."""

    source: Source
    document: Document
    facts: FileFacts
    diagnostic: Diagnostic
    imported_by: Callable[[str], str | None]
    """The other file that imports a name from this one."""

    def refuse_if_shared(self, name: str) -> None:
        """Raise DeclinedError where others need ``name`` to stay what it is here."""
        other = self.imported_by(name)
        if other is not None:
            raise DeclinedError(f"{other} uses `{name}` of this module")
        if is_named(self.source, name):
            raise DeclinedError(f"a string names `{name}`, as __all__ and mock.patch do")


@dataclass(frozen=True)
class Rewriting:
    """The edits, and the names of the helper that they need."""

    edits: tuple[Edit, ...]
    helper_names: tuple[str, ...] = ()


def rewrite(subject: Subject) -> Rewriting:
    """Carry out the rewrite of the diagnostic's plan. Raises DeclinedError."""
    assert subject.diagnostic.fix is not None
    return _REWRITES[subject.diagnostic.fix.rewrite](subject)


# -- try: X = caches[A] / except InvalidCacheBackendError: X = caches[B] -------------------------


def _guarded_fallback(subject: Subject) -> Rewriting:
    statement = _try_around(subject.source.tree, subject.diagnostic.span)
    first = _only_assignment(statement.body)
    second = _only_assignment(statement.handlers[0].body) if len(statement.handlers) == 1 else None
    if first is None or second is None or statement.orelse or statement.finalbody:
        raise DeclinedError("the try statement does more than to choose one of two caches")
    target, value = first
    other_target, other = second
    fallback = _fallback(subject, value, other)
    if ast.unparse(target) != ast.unparse(other_target) or fallback is None:
        raise DeclinedError("the handler does not bind the same name to another cache")
    assert isinstance(value, ast.Subscript)
    alias = subject.source.between_brackets(value)
    if "#" in alias or "#" in fallback:
        raise DeclinedError("a comment stands between the brackets")
    bound = statement.body[0]
    annotation = (
        f": {subject.source.segment(bound.annotation)}" if isinstance(bound, ast.AnnAssign) else ""
    )
    indent = " " * statement.col_offset
    comments = "".join(f"{comment}\n{indent}" for comment in _comments(subject, statement))
    content = (
        f"{comments}{subject.source.segment(target)}{annotation}"
        f" = LazyCacheWrapper({alias}, fallback={fallback})"
    )
    return Rewriting((Edit(subject.source.span(statement), content),), ("LazyCacheWrapper",))


def _try_around(tree: ast.Module, span: Span) -> ast.Try:
    """The innermost try statement whose body holds ``span``."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Try)
        and node.body[0].lineno <= span.row <= (node.body[-1].end_lineno or 0)
    ]
    if not found:
        raise DeclinedError("what catches the error is no try statement")
    return max(found, key=lambda node: node.lineno)


def _only_assignment(body: list[ast.stmt]) -> tuple[ast.expr, ast.expr] | None:
    statement = body[0] if len(body) == 1 else None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return statement.targets[0], statement.value
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return statement.target, statement.value
    return None


def _fallback(subject: Subject, value: ast.expr, other: ast.expr) -> str | None:
    """The alias of the other cache: ``caches[B]`` of the same handler, or Django's proxy."""
    if not isinstance(value, ast.Subscript):
        return None
    if isinstance(other, ast.Subscript) and ast.unparse(other.value) == ast.unparse(value.value):
        return subject.source.between_brackets(other)
    name = other.id if isinstance(other, ast.Name) else ""
    if [known.path for known in subject.facts.exports.get(name, ())] == [PROXY]:
        return '"default"'
    return None


def _comments(subject: Subject, statement: ast.stmt) -> list[str]:
    lines = "\n".join(subject.source.lines)
    last = statement.end_lineno or statement.lineno
    return [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(lines).readline)
        # What follows the last row stays where it is.
        if token.type == tokenize.COMMENT and statement.lineno <= token.start[0] < last
    ]


# -- from django.core.cache import get_cache -----------------------------------------------------


def _removed_get_cache(subject: Subject) -> Rewriting:
    found = find_import(subject.source.tree, MODULE, "get_cache")
    if found is None or len(subject.facts.exports.get(found[1].asname or "get_cache", ())) != 1:
        raise DeclinedError("the import is not the only thing that binds the name")
    statement, alias = found
    local = alias.asname or "get_cache"
    subject.refuse_if_shared(local)
    calls = {
        use.span: use
        for use in subject.facts.uses
        if [value.path for value in use.values] == [f"{REMOVED_GET_CACHE}()"]
    }
    if _loads(subject.source.tree, local) != len(calls):
        raise DeclinedError(f"`{local}` is not only called")
    imported = find_import(subject.source.tree, MODULE, "caches")
    if "caches" in bound_names(subject.source.tree) and imported is None:
        raise DeclinedError("`caches` means something else in this file")
    edits = [_renamed_import(subject, statement, alias, imported is not None)]
    for span, use in calls.items():
        code = use.arguments[0].code
        kept = _is_kept(use)
        if kept and any(guard.kind is GuardKind.EXCEPT for guard in use.guards):
            raise DeclinedError("what catches the error of a get_cache() would be dead")
        edits.append(Edit(span, f"LazyCacheWrapper({code})" if kept else f"caches[{code}]"))
    kept_any = any(map(_is_kept, calls.values()))
    return Rewriting(tuple(edits), ("LazyCacheWrapper",) if kept_any else ())


def _is_kept(use: Use) -> bool:
    """Whether the cache outlives the call: at import, or on an object."""
    return use.phase is Phase.IMPORT or any("." in target for target in use.targets)


def _renamed_import(
    subject: Subject, statement: ast.ImportFrom, alias: ast.alias, is_there: bool
) -> Edit:
    if not is_there:
        return Edit(subject.source.span(alias), "caches")
    return _dropped(subject, statement, alias)


def _dropped(subject: Subject, statement: ast.ImportFrom, alias: ast.alias) -> Edit:
    edit = without_name(subject.source, subject.document, statement, alias)
    if edit is None:
        raise DeclinedError("the import has a comment, or another statement in its row")
    return edit


def _loads(tree: ast.Module, name: str) -> int:
    return sum(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))


# -- from django.core import cache ---------------------------------------------------------------


def _cache_module(subject: Subject) -> Rewriting:
    found = find_import(subject.source.tree, "django.core", "cache")
    if found is None:
        raise DeclinedError("the module is not imported by `from django.core import cache`")
    statement, alias = found
    local = alias.asname or "cache"
    subject.refuse_if_shared(local)
    asname = f" as {alias.asname}" if alias.asname else ""
    if _uses_as_cache(subject.source.tree, local) != _loads(subject.source.tree, local):
        raise DeclinedError(f"`{local}` is used as a module too")
    line = f"from {MODULE} import cache{asname}"
    span = subject.source.span(statement)
    if len(statement.names) == 1:
        return Rewriting((Edit(span, line),))
    dropped = _dropped(subject, statement, alias)
    return Rewriting((Edit(dropped.span, f"{dropped.content}\n{line}"),))


def _uses_as_cache(tree: ast.Module, name: str) -> int:
    """How often ``name`` is used as only a cache can be: its methods, ``key in name``."""
    count = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            used = [node.value] if node.attr in CACHE_API | REDIS_API else []
        elif isinstance(node, ast.Compare):
            pairs = zip(node.ops, node.comparators, strict=True)
            used = [c for operator, c in pairs if isinstance(operator, (ast.In, ast.NotIn))]
        else:
            continue
        count += sum(isinstance(part, ast.Name) and part.id == name for part in used)
    return count


# -- @lru_cache over a function that returns a cache ---------------------------------------------


def _memo(subject: Subject) -> Rewriting:
    """Drop the decorators that the rule has shown as its evidence."""
    spans = {place.span for place in subject.diagnostic.evidence}
    for function in ast.walk(subject.source.tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for decorator in function.decorator_list:
            if subject.source.span(decorator) in spans:
                return Rewriting((_dropped_rows(subject.source, decorator),))
    raise DeclinedError("the decorator is not where it was")


def _dropped_rows(source: Source, decorator: ast.expr) -> Edit:
    span = source.span(decorator)
    rows = source.lines[span.row - 1 : span.end_row]
    before, after = rows[0][: span.column - 1], rows[-1][span.end_column - 1 :]
    if before.strip() != "@" or after.strip() or any("#" in row for row in rows):
        raise DeclinedError("a comment stands at the decorator, or more code in its row")
    return Edit(Span(span.row, 1, span.end_row + 1, 1), "")


_REWRITES: dict[str, Callable[[Subject], Rewriting]] = {
    "guarded-fallback": _guarded_fallback,
    "removed-get-cache": _removed_get_cache,
    "cache-module": _cache_module,
    "memo": _memo,
}
