"""How long the objects of a class live, as far as the project shows where they are made."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from cachelint.facts.locals import LocalNames, collect_local_names, parameter_names
from cachelint.facts.records import FileFacts
from cachelint.modules import Modules
from cachelint.places import project_folder
from cachelint.source import UnparsedSourceError, load, read_bytes

_Class = tuple[FileFacts, str]

#: Decorators that keep what a function returns for the life of the process.
_MEMOS = frozenset({"cache", "lru_cache"})


def lifetimes(
    modules: Modules, facts: FileFacts, class_name: str, whole_project: bool
) -> Iterator[bool]:
    """For each object that is made of the class, or of a subclass, whether it may outlive the call.

    It does not where it is made inside a function that does not keep it.
    """
    waiting = [(facts, class_name)]
    family: set[tuple[str, str]] = set()
    while waiting:
        cls = waiting.pop()
        if (cls[0].path, cls[1]) in family:
            continue
        family.add((cls[0].path, cls[1]))
        short = cls[1].rpartition(".")[2]
        others = modules.files_with(short, project_folder(facts.path)) if whole_project else []
        for path in (facts.path, *others):
            other = modules.facts(path)
            if other is None:
                continue  # Its own diagnostic (CCH001) is due where it is linted.
            # An object of a subclass is an object of the class.
            waiting += [(other, name) for name in _subclasses(modules, other, cls)]
            yield from _instances_in(modules, other, cls)


def _is_same(modules: Modules, path: str, facts: FileFacts, cls: _Class) -> bool:
    """Whether ``path``, met in the file of ``facts``, names the class."""
    target = modules.find_class(path, facts)
    return target is not None and (target[0].path, target[1]) == (cls[0].path, cls[1])


def _subclasses(modules: Modules, facts: FileFacts, cls: _Class) -> Iterator[str]:
    for name, candidate in facts.classes.items():
        if any(_is_same(modules, base.path, facts, cls) for base in candidate.bases):
            yield name


def _instances_in(modules: Modules, facts: FileFacts, cls: _Class) -> Iterator[bool]:
    """For each object of the class that the file makes whether it may outlive the call."""
    short = cls[1].rpartition(".")[2]
    names = {cls[1]} if facts.path == cls[0].path else set()
    for imported in facts.imports:
        if _is_same(modules, imported.path, facts, cls):
            names.add(imported.bound)
        elif _is_same(modules, f"{imported.path}.{short}", facts, cls):
            names |= {f"{imported.bound}.{short}", f"{imported.path}.{short}"}
    try:
        tree = load(facts.path, read_bytes(facts.path)).tree
    except UnparsedSourceError:
        return  # It has changed since its facts were collected.
    yield from _instances(tree, names)


_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def _instances(tree: ast.Module, names: set[str]) -> Iterator[bool]:
    """For each object that is made whether it may outlive the call."""
    names = names | _other_names(tree, names)
    called = _called_at_import(tree)
    waiting: list[tuple[ast.AST, _Function | None]] = [(tree, None)]
    while waiting:
        node, function = waiting.pop()
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            yield function is None or _keeps(function, node, called)
        for child in ast.iter_child_nodes(node):
            waiting.append((child, node if _is_body(node, child) else function))


def _is_body(node: ast.AST, child: ast.AST) -> TypeGuard[_Function]:
    """Whether ``child`` runs when ``node`` is called; decorators and defaults do not."""
    if isinstance(node, ast.Lambda):
        return child is node.body
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and child in node.body


def _other_names(tree: ast.Module, names: set[str]) -> set[str]:
    """Names that the module gives the class: ``Store = PriceCache``."""
    return {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.value) in names
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _called_at_import(tree: ast.Module) -> set[str]:
    """Functions that a module-level assignment calls: what they return lives as long as it."""
    return {
        node.value.func.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
    }


def _keeps(function: _Function, call: ast.Call, called: set[str]) -> bool:
    """Whether the object stays: memoised, bound to a global, a class, a middleware or an item of
    something that lies outside of the function, or returned to an assignment of the module."""
    if isinstance(function, ast.Lambda):
        return False
    memos = {ast.unparse(d).partition("(")[0].rpartition(".")[2] for d in function.decorator_list}
    if function.name in called or not memos.isdisjoint(_MEMOS):
        return True
    local = collect_local_names(function.args, function.body, walrus=True)
    lasting = _names_of_middleware(function)
    return any(
        _is_outside(target, local, lasting)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and any(inner is call for inner in _parts(node.value))
        for target in node.targets
    )


def _parts(value: ast.expr) -> Iterator[ast.AST]:
    """What may stay with ``value``: not what it is only asked for an attribute, item or method."""
    waiting: list[ast.AST] = [value]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.Call):
            waiting += [*node.args, *(keyword.value for keyword in node.keywords)]
        elif not isinstance(node, (ast.Attribute, ast.Subscript)):
            waiting += ast.iter_child_nodes(node)


def _names_of_middleware(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """``self`` in the constructor of a middleware, of which there is one for all threads."""
    names = parameter_names(function.args)
    is_constructor = function.name == "__init__" and names[1:2] == ["get_response"]
    return set(names[:1]) if is_constructor else set()


def _is_outside(target: ast.expr, local: LocalNames, lasting: set[str]) -> bool:
    if isinstance(target, ast.Name):
        return target.id in local.global_names
    base = target
    while isinstance(base, (ast.Attribute, ast.Subscript)):
        base = base.value
    # An attribute of self lives as long as self, which is not known else; one of a class stays.
    if not isinstance(base, ast.Name):
        return False
    return base.id == "cls" or base.id in lasting or base.id not in local.bound
