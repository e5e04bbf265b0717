"""Which statements can matter for CACHES: a backward slice over names.

Settings modules do much that has nothing to do with caches: they parse versions, look for plugins,
build logging. Following all of that costs time and tests and decides nothing. A statement matters
where it writes a name that CACHES is made of; the names that it reads then matter too. Names count
by their spelling in all files alike, which takes rather too much than too little.
(M. Weiser, "Program Slicing", 1981.) What does not matter is evaluated without entering functions
of the tree.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: Names through which any other can be written.
_NAMESPACE = frozenset({
    "CACHES", "globals", "locals", "vars", "exec", "eval", "setattr", "delattr", "__dict__",
    "modules", "include", "import_module", "__import__", "__name__", "execfile",
})  # fmt: skip
_WRITING_METHODS = frozenset({
    "add", "append", "clear", "extend", "insert", "pop", "popitem", "remove", "setdefault",
    "update", "__setitem__",
})  # fmt: skip
#: Methods of built-in types: as names they say nothing of what they are called on.
_METHODS = frozenset(name for type_ in (dict, list, set, str) for name in dir(type_))
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_Block = (
    ast.If | ast.For | ast.AsyncFor | ast.While | ast.Try | ast.With | ast.AsyncWith | ast.Match
)


@dataclass
class _Unit:
    """A statement without what is nested in it; ``parents`` are the statements around it."""

    node: ast.stmt
    written: frozenset[str]
    mentioned: frozenset[str]
    parents: tuple[ast.stmt, ...]


class Relevance:
    """The statements that matter, of the files that were added."""

    def __init__(self, reach: int | None = None) -> None:
        """``reach``: how many steps names are followed back from CACHES; None: all of them."""
        self._reach = reach
        self._names: dict[str, int] = dict.fromkeys(_NAMESPACE, 0)
        self._statements: set[int] = set()
        self._waiting: list[_Unit] = []
        self._trees: list[ast.Module] = []

    def add(self, tree: ast.Module) -> None:
        """Take in a file; what matters there may make more of the other files matter."""
        self._trees.append(tree)
        library = frozenset(_library_names(tree))
        self._waiting += [
            _Unit(unit.node, unit.written, unit.mentioned - library, unit.parents)
            for unit in _units(tree.body, ())
        ]
        changed = True
        while changed:
            changed = False
            waiting, self._waiting = self._waiting, []
            for unit in waiting:
                known = [self._names[name] for name in unit.written if name in self._names]
                steps = min(known, default=None)
                if steps is None:
                    self._waiting.append(unit)
                    continue
                found: set[str] = set()
                if self._reach is None or steps < self._reach:
                    found |= unit.mentioned
                if isinstance(unit.node, _FUNCTIONS):
                    # Who calls it may write by it.
                    found |= {unit.node.name, f"{unit.node.name}()"}
                if isinstance(unit.node, ast.ClassDef):
                    found |= unit.written & {f"{unit.node.name}()"}
                if "CACHES" in unit.mentioned:
                    # It may be another name of the same dict.
                    found |= unit.written
                for name in found:
                    if self._names.get(name, steps + 2) > steps + 1:
                        self._names[name] = steps + 1
                        changed = True
                self._statements.update(map(id, (unit.node, *unit.parents)))

    def matters(self, statement: ast.stmt) -> bool:
        """Whether ``statement``, or one nested in it, can matter."""
        return id(statement) in self._statements


def _library_names(tree: ast.Module) -> Iterator[str]:
    """Names that are imported from the standard library: nobody writes to them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] in sys.stdlib_module_names:
                    yield alias.asname or alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            root = "" if node.level else (node.module or "").partition(".")[0]
            if root in sys.stdlib_module_names:
                yield from (alias.asname or alias.name for alias in node.names)


def _units(body: Iterable[ast.stmt], parents: tuple[ast.stmt, ...]) -> Iterator[_Unit]:
    for statement in body:
        if isinstance(statement, _FUNCTIONS):
            mentioned = frozenset(_mentioned(statement))
            effects = {name for inner in _inner(statement) for name in _written(inner)}
            defaults = {name for value in _defaults(statement) for name in _bases(value)}
            written = {statement.name, *(effects & _NAMESPACE), *_called(effects), *defaults}
            yield _Unit(statement, frozenset(written), mentioned, parents)
        elif isinstance(statement, ast.ClassDef):
            inner = (*parents, statement)
            yield from _units(statement.body, inner)
            bases = frozenset(
                name
                for part in (*statement.bases, *statement.decorator_list)
                for name in _mentioned(part)
            )
            members = {name for unit in _units(statement.body, ()) for name in unit.written}
            written = {statement.name} | (members & _NAMESPACE)
            if _NAMESPACE & {
                name for unit in _units(_implicit(statement), ()) for name in unit.written
            }:
                # Who makes one, or enters it, writes by it.
                written.add(f"{statement.name}()")
            yield _Unit(statement, frozenset(written), bases, parents)
        elif isinstance(statement, _Block):
            inner = (*parents, statement)
            heads = frozenset(name for part in _heads(statement) for name in _mentioned(part))
            for unit in _nested(statement, inner):
                # The test of a branch decides about what is in it.
                yield _Unit(unit.node, unit.written, unit.mentioned | heads, unit.parents)
            yield _Unit(statement, frozenset(_bound(statement)), heads, parents)
        else:
            mentioned = frozenset(_mentioned(statement))
            yield _Unit(statement, frozenset(_written(statement)), mentioned, parents)


def writes_settings(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
    """Whether the body of ``function`` itself may write CACHES, under its name or by any."""
    body = [ast.Expr(function.body)] if isinstance(function, ast.Lambda) else function.body
    names = {name for unit in _units(body, ()) for name in unit.written}
    return bool(names & (_NAMESPACE - {"modules", "include", "import_module", "vars"}))


def written_names(statement: ast.stmt) -> Iterator[str]:
    """Names that ``statement``, or one nested in it, may write, or the content of which it may."""
    for unit in _units((statement,), ()):
        yield from unit.written


def _inner(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.stmt]:
    return (
        node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function
    )


def _implicit(cls: ast.ClassDef) -> list[ast.stmt]:
    """The methods that run without being named."""
    names = ("__init__", "__new__", "__enter__", "__exit__", "__call__")
    return [node for node in cls.body if isinstance(node, _FUNCTIONS) and node.name in names]


def _defaults(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    """Objects that the function has between its calls, and may write to."""
    parameters = function.args
    for value in (*parameters.defaults, *parameters.kw_defaults):
        if isinstance(value, (ast.Name, ast.Attribute)):
            yield value


def _called(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if name.endswith("()"))


def _nested(statement: ast.stmt, parents: tuple[ast.stmt, ...]) -> Iterator[_Unit]:
    for field in ("body", "orelse", "finalbody"):
        yield from _units(getattr(statement, field, ()), parents)
    for handler in getattr(statement, "handlers", ()):
        yield from _units(handler.body, parents)
    for case in getattr(statement, "cases", ()):
        yield from _units(case.body, parents)


def _heads(statement: ast.stmt) -> Iterator[ast.AST]:
    """The expressions of a block that stand outside of its bodies."""
    for name in ("test", "iter", "target", "subject"):
        part = getattr(statement, name, None)
        if part is not None:
            yield part
    for item in getattr(statement, "items", ()):
        yield item.context_expr
        if item.optional_vars is not None:
            yield item.optional_vars
    for case in getattr(statement, "cases", ()):
        yield case.pattern
        if case.guard is not None:
            yield case.guard


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Names that the head of a block binds, or may write to."""
    for part in _heads(statement):
        for node in ast.walk(part):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, ast.Call):
                yield from _written_by_call(node)
            elif isinstance(node, ast.Name) and node.id in _NAMESPACE - {"__name__"}:
                yield node.id


def _mentioned(part: ast.AST) -> Iterator[str]:
    for node in ast.walk(part):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            if node.attr not in _METHODS:
                yield node.attr
        elif isinstance(node, ast.alias) and node.name != "*":
            yield node.asname or node.name.partition(".")[0]
            yield node.name.rpartition(".")[2]
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.Global):
            yield from node.names


def _written(statement: ast.stmt) -> Iterator[str]:
    """Names that a simple statement may write, or the content of which it may."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        for alias in statement.names:
            yield alias.asname or alias.name.partition(".")[0]
        if any(alias.name == "*" for alias in statement.names):
            yield "CACHES"
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, (ast.Store, ast.Del)) or node.id in _NAMESPACE - {"__name__"}:
                yield node.id
        elif isinstance(node, (ast.Subscript, ast.Attribute)):
            if isinstance(node.ctx, (ast.Store, ast.Del)):
                yield from _bases(node)
            elif isinstance(node, ast.Attribute) and node.attr == "CACHES":
                yield "CACHES"
        elif isinstance(node, ast.Call):
            yield from _written_by_call(node)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        function = statement.value.func
        yield from _bases(function.value if isinstance(function, ast.Attribute) else function)


def _written_by_call(node: ast.Call) -> Iterator[str]:
    """Names of which a call may change the content: arguments, and receivers of writing methods;
    and ``f()`` for the function that is called."""
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        value = argument.value if isinstance(argument, ast.Starred) else argument
        if isinstance(value, (ast.Name, ast.Attribute)):
            yield from _bases(value)
    name = node.func.attr if isinstance(node.func, ast.Attribute) else None
    name = node.func.id if isinstance(node.func, ast.Name) else name
    if name is not None:
        yield f"{name}()"
    if isinstance(node.func, ast.Attribute) and node.func.attr in _WRITING_METHODS:
        yield from _bases(node.func.value)


def _bases(node: ast.expr) -> Iterator[str]:
    """``a``, ``b`` and ``c`` of ``a.b["x"].c``."""
    while True:
        if isinstance(node, ast.Attribute):
            yield node.attr
            node = node.value
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            break
    if isinstance(node, ast.Name):
        yield node.id
