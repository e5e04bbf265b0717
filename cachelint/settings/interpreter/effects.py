"""What a statement does to names, by their spelling: which it mentions, writes, renames.

Pure functions of the tree, without scopes or flow; they rather say too much than too little. Those
that are asked of whole statements take the nodes as ``trees.walk`` gives them, so that a statement
is walked once.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from cachelint.dataclass import dataclass
from cachelint.trees import children, walk

#: Names through which any other can be written.
NAMESPACE = frozenset({
    "CACHES", "globals", "locals", "vars", "exec", "eval", "setattr", "delattr", "__dict__",
    "modules", "include", "import_module", "__import__", "__name__", "execfile",
})  # fmt: skip
_WRITING_METHODS = frozenset({
    "add", "append", "clear", "extend", "insert", "pop", "popitem", "remove", "setdefault",
    "update", "__setitem__",
})  # fmt: skip
#: Methods of built-in types: as names they say nothing of what they are called on.
_METHODS = frozenset(name for type_ in (dict, list, set, str) for name in dir(type_))

Function = ast.FunctionDef | ast.AsyncFunctionDef


def mentioned(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
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


def written(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Names that ``nodes`` may bind, or the content of which they may change."""
    yield from bound(nodes)
    yield from changed(nodes)


def bound(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            yield node.id
        elif isinstance(node, ast.alias):
            yield "CACHES" if node.name == "*" else node.asname or node.name.partition(".")[0]


def changed(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Names the content of which ``nodes`` may change; and ``f()`` for what it calls."""
    for node in nodes:
        if isinstance(node, ast.Name):
            if node.id in NAMESPACE - {"__name__"}:
                yield node.id
        elif isinstance(node, (ast.Subscript, ast.Attribute)):
            if isinstance(node.ctx, (ast.Store, ast.Del)):
                yield from bases(node)
            elif isinstance(node, ast.Attribute) and node.attr == "CACHES":
                yield "CACHES"
        elif isinstance(node, ast.AugAssign):
            yield from bases(node.target)
        elif isinstance(node, ast.withitem):
            yield from bases(node.context_expr)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield from (f"{name}()" for part in node.decorator_list for name in bases(part))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function = node.value.func
            yield from bases(function.value if isinstance(function, ast.Attribute) else function)
        elif isinstance(node, ast.Call):
            yield from _changed_by_call(node)


def _changed_by_call(node: ast.Call) -> Iterator[str]:
    """Arguments, receivers of writing methods, and ``f()`` for the function that is called."""
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        yield from handed_on(argument)
    name = node.func.attr if isinstance(node.func, ast.Attribute) else None
    name = node.func.id if isinstance(node.func, ast.Name) else name
    if name is not None:
        yield f"{name}()"
    if isinstance(node.func, ast.Attribute) and node.func.attr in _WRITING_METHODS:
        yield from bases(node.func.value)


def bases(node: ast.expr) -> Iterator[str]:
    """``a``, ``b`` and ``c`` of ``a.b["x"].c``."""
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            yield node.attr
            node = node.value
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id == "getattr":
                yield "setattr"
            node = node.func
        else:
            return
    yield node.id


#: Methods that hand on what is in a dict or list.
_READING_METHODS = frozenset({"get", "setdefault", "pop", "values", "items"})


def same(node: ast.expr) -> Iterator[str]:
    """Names of objects that ``node`` may be."""
    if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        yield from bases(node)
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            yield node.func.id
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                yield from same(argument)
        elif isinstance(node.func, ast.Attribute) and node.func.attr in _READING_METHODS:
            yield from bases(node.func.value)
    elif isinstance(node, ast.IfExp):
        yield from same(node.body)
        yield from same(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from same(value)
    elif isinstance(node, (ast.Starred, ast.NamedExpr, ast.Await)):
        yield from same(node.value)


def handed_on(node: ast.expr) -> Iterator[str]:
    """Names of objects that ``node`` may be, or hold: whoever gets it may change them."""
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        yield from handed_on(node.value if isinstance(node, ast.DictComp) else node.elt)
        for generator in node.generators:
            yield from handed_on(generator.iter)
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.BinOp, ast.Starred)):
        for child in children(node):
            if isinstance(child, ast.expr):
                yield from handed_on(child)
    else:
        yield from same(node)


_CONTAINERS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)


@dataclass
class Renaming:
    """Names that are bound; those of the objects that they may be, and of those in them as well."""

    names: frozenset[str]
    same: frozenset[str]
    held: frozenset[str]
    is_container: bool
    """Whether it is a dict, list or set that is made there."""


def renamings(nodes: Iterable[ast.AST]) -> Iterator[Renaming]:
    """What of ``nodes`` gives an object another name, be it as text."""
    for node in nodes:
        for targets, values in _bindings(node):
            names = {name for target in targets for name in (*handed_on(target), *_texts(target))}
            held = frozenset(name for value in values for name in handed_on(value))
            found = frozenset(name for value in values for name in same(value))
            is_taken_apart = isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)) or any(
                isinstance(target, (ast.Tuple, ast.List)) for target in targets
            )
            found = held if is_taken_apart else found
            is_container = any(isinstance(value, _CONTAINERS) for value in values)
            yield Renaming(frozenset(names), found, held, is_container)


def _bindings(node: ast.AST) -> Iterator[tuple[list[ast.expr], list[ast.expr]]]:
    """Targets, and the values that they get."""
    if isinstance(node, ast.Assign):
        yield node.targets, [node.value]
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
        yield [node.target], [node.value] if node.value is not None else []
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        yield [node.target], [node.iter]
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield [node.optional_vars], [node.context_expr]
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield [ast.Name(node.name, ast.Store())], list(_results(node))
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant):
                yield [key], [value]
    elif isinstance(node, ast.Call):
        for keyword in node.keywords:
            yield [ast.Constant(keyword.arg)], [keyword.value]
        if isinstance(node.func, ast.Attribute) and node.func.attr in _WRITING_METHODS:
            yield [node.func.value, *node.args[:1]], node.args
        elif isinstance(node.func, ast.Name) and node.func.id == "setattr":
            yield node.args[:2], node.args[2:]


def _texts(target: ast.expr) -> Iterator[str]:
    """Names as texts: ``globals()["CACHES"]``."""
    if isinstance(target, ast.Subscript):
        target = target.slice
    if isinstance(target, ast.Constant) and isinstance(target.value, str):
        yield target.value


def _results(function: Function) -> Iterator[ast.expr]:
    for node in walk(function):
        if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)) and node.value is not None:
            yield node.value


def locals_of(function: Function) -> set[str]:
    """Names that are the function's own."""
    parameters = function.args
    own = {parameter.arg for parameter in (
        *parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs,
        *filter(None, (parameters.vararg, parameters.kwarg)),
    )}  # fmt: skip
    shared: set[str] = set()
    for node in walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.add(node.id)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            shared |= set(node.names)
    return own - shared
