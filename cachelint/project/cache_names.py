"""The names of a module through which its code that uses caches can be called."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.facts.records import FileFacts, Phase, Use
from cachelint.facts.vocabulary import (
    HANDLE_GETTERS,
    HANDLER,
    HELPER_GET_CACHE,
    LAZY_CACHES,
    REDIS_CONNECTION,
)
from cachelint.modules import Modules

#: Methods that Python calls where the class, or an object of it, is used.
IMPLICIT = frozenset({
    "__call__", "__enter__", "__get__", "__init__", "__init_subclass__", "__iter__", "__new__",
    "__post_init__", "__set_name__",
})  # fmt: skip
#: How paths begin of what opens a cache, or a connection.
_REACHING = (
    f"{HANDLER}[]", f"{REDIS_CONNECTION}()", f"{HELPER_GET_CACHE}().",
    *(f"{path}." for path in LAZY_CACHES),
)  # fmt: skip


def names_using_caches(facts: FileFacts, modules: Modules) -> Iterator[str]:
    """The names of the module through which code that uses a cache can be called."""
    owners: set[str] = set()
    for use in facts.uses:
        if use.owner and not use.in_class_body and use.phase not in (Phase.IMPORT, Phase.MAIN):
            owner = _called_as(use.owner)
            if owner not in owners and _is_cache(use, facts, modules):
                owners.add(owner)
    yield from owners
    for name, values in facts.exports.items():
        for value in values:
            local = value.path.removeprefix(":").replace("()", "")
            if value.path.startswith(":"):
                yield from (
                    name + owner[len(local) :]
                    for owner in owners
                    if owner == local or owner.startswith(f"{local}.")
                )
    for imported in facts.imports:
        for getter in HANDLE_GETTERS:
            if f"{getter}.".startswith(f"{imported.path}."):
                yield imported.bound + getter[len(imported.path) :]


def _called_as(owner: str) -> str:
    """``f.<locals>.g`` → ``f``; a constructor is called by its class."""
    name = owner.partition(".<locals>.")[0]
    head, _, last = name.rpartition(".")
    return head if head and last in IMPLICIT else name


def _is_cache(use: Use, facts: FileFacts, modules: Modules) -> bool:
    return any(
        resolved.path.startswith(_REACHING) or resolved.path.removesuffix("()") in HANDLE_GETTERS
        for resolved in modules.resolve(use.values, facts.path)
    )
