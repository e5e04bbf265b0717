"""Import statements of the module body: one more name, one name less."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from cachelint.diagnostic import Edit, Span
from cachelint.fix.document import DeclinedError, Document
from cachelint.source import Source

#: Longer rows are broken by the usual formatters.
_LINE_LENGTH = 88
IsOurs = Callable[[Source, str], bool]

#: What binds a name of its own.
NAMED = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs,
    ast.MatchStar,
)  # fmt: skip


def bound_names(tree: ast.Module) -> set[str]:
    """Every name that anything in the file binds, in any scope."""
    return set(bindings(tree))


def bindings(tree: ast.Module) -> Iterator[str]:
    """The same, once for each place that binds it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            yield from node.names
        elif isinstance(node, NAMED) and node.name:
            yield node.name


def find_imports(
    tree: ast.Module, module: str, name: str
) -> Iterator[tuple[ast.ImportFrom, ast.alias]]:
    """The statements of the module body that import ``name`` from ``module``."""
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == module:
            for alias in statement.names:
                if alias.name == name and not statement.level:
                    yield statement, alias


def find_import(
    tree: ast.Module, module: str, name: str
) -> tuple[ast.ImportFrom, ast.alias] | None:
    """The first of them."""
    return next(find_imports(tree, module, name), None)


def add_import(
    source: Source, module: str, names: list[str], edits: list[Edit], is_ours: IsOurs
) -> Edit | None:
    """Import ``names`` from ``module`` before the first of ``edits`` that is no import itself.

    None where they are imported already. ``is_ours`` tells whether a package belongs to the
    project. Raises DeclinedError where one of the names means something else in this file.
    """
    statements = [s for s in source.tree.body if isinstance(s, (ast.Import, ast.ImportFrom))]
    import_rows = {row for s in statements for row in range(s.lineno, (s.end_lineno or 0) + 1)}
    rows = [edit.span.row for edit in edits if edit.span.row not in import_rows]
    if not rows:
        raise DeclinedError("it shares a row with an import")
    first_row = min(rows)
    missing = []
    for name in names:
        found = find_import(source.tree, module, name)
        if found is not None and found[1].asname is None and found[0].lineno < first_row:
            continue
        if name in bound_names(source.tree):
            raise DeclinedError(f"`{name}` means something else in this file")
        missing.append(name)
    if not missing:
        return None
    joined = _joined(source, module, missing, first_row)
    if joined is not None:
        return joined
    line = f"from {module} import {', '.join(sorted(missing, key=_isort_key))}\n"
    before = [s for s in statements if (s.end_lineno or s.lineno) < first_row]
    return _placed(source, line, module, before, first_row, is_ours)


def _isort_key(name: str) -> tuple[int, str]:
    """Constants, classes, functions: as isort and ruff sort the names of a statement."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2, name)


def _joined(source: Source, module: str, names: list[str], first_row: int) -> Edit | None:
    """``names`` added to an import from ``module`` that stands before ``first_row``.

    None where none does that has a shape which formatters leave alone: one row that stays short, or
    one name a row.
    """
    for statement in source.tree.body:
        if not isinstance(statement, ast.ImportFrom) or statement.module != module:
            continue
        if statement.level or (statement.end_lineno or 0) >= first_row:
            continue
        span = source.span(statement)
        rows = source.lines[span.row - 1 : span.end_row]
        old = [ast.unparse(alias) for alias in statement.names]
        new = sorted([*old, *names], key=_isort_key)
        if [name for name in new if name in old] != old:
            new = [*old, *sorted(names, key=_isort_key)]
        if rows == [f"from {module} import {', '.join(old)}"]:
            line = f"from {module} import {', '.join(new)}"
            return Edit(span, line) if len(line) <= _LINE_LENGTH else None
        indent = rows[1][: len(rows[1]) - len(rows[1].lstrip())] if len(rows) > 2 else ""
        if rows == [f"from {module} import (", *(f"{indent}{name}," for name in old), ")"]:
            lines = "".join(f"{indent}{name},\n" for name in new)
            return Edit(span, f"from {module} import (\n{lines})")
    return None


def _placed(
    source: Source,
    line: str,
    module: str,
    imports: list[ast.Import | ast.ImportFrom],
    first_row: int,
    is_ours: IsOurs,
) -> Edit:
    """Where isort would have it: behind the absolute imports, among those of the project, before
    the relative ones. ``imports`` are those of the module body before the first use."""
    relative = [i for i in imports if isinstance(i, ast.ImportFrom) and i.level]
    absolute = imports[: imports.index(relative[0])] if relative else imports
    own = _root(module)
    # Django stands with its like; the helper belongs to the project.
    joins_ours = own != "django"
    siblings = [
        i for i in absolute if _root(i) == own or (joins_ours and is_ours(source, _root(i)))
    ]
    if siblings:
        earlier = [i for i in siblings if _module_of(i) <= module]
        if earlier:
            return _after(source, earlier[-1], line)
        row = siblings[0].lineno
        return Edit(Span(row, 1, row, 1), line)
    if relative and relative == imports[len(absolute) :]:
        row = relative[0].lineno
        return Edit(Span(row, 1, row, 1), f"{line}\n")
    if absolute:
        return _after(source, absolute[-1], f"\n{line}")
    docstring = source.tree.body[0]
    if _is_docstring(docstring) and (docstring.end_lineno or 0) < first_row:
        return _after(source, docstring, f"\n{line}")
    row = _first_code_row(source)
    return Edit(Span(row, 1, row, 1), f"{line}\n")


def _after(source: Source, statement: ast.stmt, lines: str) -> Edit:
    row = (statement.end_lineno or statement.lineno) + 1
    if row > len(source.lines):
        raise DeclinedError("there is no place for an import")
    if source.lines[row - 1].strip() and lines.startswith("\n"):
        lines += "\n"
    return Edit(Span(row, 1, row, 1), lines)


def _module_of(statement: ast.Import | ast.ImportFrom) -> str:
    if isinstance(statement, ast.Import):
        return statement.names[0].name
    return statement.module or ""


def _root(module: str | ast.Import | ast.ImportFrom) -> str:
    name = module if isinstance(module, str) else _module_of(module)
    return name.partition(".")[0]


def _is_docstring(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _first_code_row(source: Source) -> int:
    """The row behind the comments at the top: an encoding cookie must stay in the first two."""
    for row, line in enumerate(source.lines, 1):
        if not line.lstrip("\ufeff").startswith("#"):
            return row
    return len(source.lines)


def drop_import(source: Source, document: Document, module: str, name: str) -> Edit | None:
    """Drop the import of ``name`` from ``module``; None where it must stay.

    It stays where the name is used, exported, or mentioned in a string, where it is not a statement
    of the module body, and where a comment would be lost.
    """
    for statement, alias in find_imports(source.tree, module, name):
        if not is_mentioned(source, alias.asname or name, statement):
            edit = without_name(source, document, statement, alias)
            if edit is not None:
                return edit
    return None


def without_name(
    source: Source, document: Document, statement: ast.ImportFrom, alias: ast.alias
) -> Edit | None:
    """Take one name out of an import; None where that would lose a comment or another statement."""
    span = source.span(statement)
    code = document.slice(span)
    rest = source.lines[span.end_row - 1][span.end_column - 1 :].strip()
    starts_line = not source.lines[span.row - 1][: span.column - 1].strip()
    if "#" in code or rest or not starts_line:
        return None
    if len(statement.names) == 1:
        return Edit(_whole_rows(source, span), "")
    return Edit(span, _without(code, statement.names.index(alias)))


def statement_rows(source: Source, statement: ast.stmt) -> Span:
    """The rows of a statement that goes. Raises DeclinedError where it shares them."""
    span = source.span(statement)
    rows = source.lines[span.row - 1 : span.end_row]
    before, after = rows[0][: span.column - 1], rows[-1][span.end_column - 1 :]
    if before.strip() or after.strip() or any("#" in row for row in rows):
        raise DeclinedError("a comment stands there, or more code in its row")
    return _whole_rows(source, span)


def _whole_rows(source: Source, span: Span) -> Span:
    """The rows of a statement; with the blank row below it, where none would be missed."""
    blank = [
        row == 0 or (row <= len(source.lines) and not source.lines[row - 1].strip())
        for row in (span.row - 1, span.end_row + 1)
    ]
    blank[0] = blank[0] or source.lines[span.row - 2].startswith("#")
    end_row = span.end_row + 2 if all(blank) else span.end_row + 1
    return Span(span.row, 1, min(end_row, len(source.lines)), 1)


def is_mentioned(source: Source, local: str, statement: ast.stmt) -> bool:
    """Whether the file uses, exports or names what ``statement`` imports as ``local``."""
    return is_named(source, local) or _is_read(source, local, statement)


def is_named(source: Source, local: str) -> bool:
    """Whether a string of the file is, or ends in, a name: ``__all__``, mock.patch."""
    word = re.compile(rf"(?:^|\W){re.escape(local)}$")
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and word.search(node.value) is not None
        for node in ast.walk(source.tree)
    )


def _is_read(source: Source, local: str, statement: ast.stmt) -> bool:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name) and node.id == local:
            return True
        if isinstance(node, (ast.Global, ast.Nonlocal)) and local in node.names:
            return True
        if isinstance(node, ast.ImportFrom) and node is not statement:
            bound = {alias.asname or alias.name for alias in node.names}
            if local in bound:
                return True
    return False


def _without(code: str, index: int) -> str:
    """The import statement ``code`` without its name number ``index``."""
    import libcst

    statement = libcst.ensure_type(libcst.parse_statement(code), libcst.SimpleStatementLine)
    imported = libcst.ensure_type(statement.body[0], libcst.ImportFrom)
    assert not isinstance(imported.names, libcst.ImportStar)
    kept = [alias for number, alias in enumerate(imported.names) if number != index]
    if index == len(kept):
        kept[-1] = kept[-1].with_changes(comma=imported.names[-1].comma)
    return libcst.Module([]).code_for_node(imported.with_changes(names=kept))
