"""Which functions give a cache handle back, and where they open it."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.dataclass import dataclass, field
from cachelint.facts.records import FileFacts, FunctionFacts, Use, Value
from cachelint.facts.vocabulary import HANDLE, HANDLER
from cachelint.modules import Modules, Resolved
from cachelint.project.absent import NONE, absent_in, needs
from cachelint.project.definitions import Definition, Definitions

#: What opens a handle, and what is meant to (CCH301 says that it does not exist).
OPENING = frozenset({HANDLE, f"{HANDLER}.get()"})
#: Functions that give back what another gives: real chains have one or two links.
MAX_LINKS = 6


@dataclass(frozen=True)
class Opened:
    """A handle that a function opens and returns: the use, and what it resolves to."""

    facts: FileFacts = field(compare=False)
    use: Use
    resolved: Resolved
    is_direct: bool = field(default=True, compare=False)
    """Whether the function itself opens it, not one that it calls."""


def returned_handles(
    modules: Modules,
    definitions: Definitions,
    definition: Definition,
    absent: frozenset[str] = NONE,
) -> tuple[Opened, ...]:
    """The handles that the function gives back, opened by itself or by those that it calls.

    ``absent`` are the parameters that the call leaves empty.
    """
    return tuple(dict.fromkeys(_returned(modules, definitions, definition, MAX_LINKS, absent)))


def _returned(
    modules: Modules,
    definitions: Definitions,
    definition: Definition,
    links: int,
    absent: frozenset[str],
) -> Iterator[Opened]:
    facts, function = definition.facts, definition.function
    if facts is None or function is None or links == 0 or function.is_deferred:
        return
    returned = [value for values in function.returns for value in values]
    own = [value for value in returned if _is_handle(modules, facts, value)]
    uses = [use for use in facts.uses if is_in(use, definition.name, function)]
    for use in uses:
        if not set(use.values).isdisjoint(own) and not needs(use, absent):
            for resolved in modules.resolve(use.values, facts.path):
                if resolved.path in OPENING and not resolved.is_reference:
                    yield Opened(facts, use, resolved, links == MAX_LINKS)
    for value in returned:
        if value.path.endswith("()") and value not in own:
            called = Value(value.path[:-2], None, value.unless)
            calls = [use for use in uses if value in use.values]
            for inner in definitions.find_value(called, facts.path):
                # Where not every call is known the parameters may have values.
                left = absent_in(inner, calls[0], absent) if len(calls) == 1 else NONE
                if not calls or not all(needs(use, absent) for use in calls):
                    yield from _returned(modules, definitions, inner, links - 1, left)


def _is_handle(modules: Modules, facts: FileFacts, value: Value) -> bool:
    return any(resolved.path in OPENING for resolved in modules.resolve((value,), facts.path))


def is_in(use: Use, name: str, function: FunctionFacts) -> bool:
    """Whether ``use`` stands in the body of the function itself."""
    if not name.startswith("<lambda"):
        return use.owner == name and not use.is_deferred and use.span.row >= function.first_row
    start, end = (use.span.row, use.span.column), (use.span.end_row, use.span.end_column)
    around = function.span
    return (around.row, around.column) <= start and end <= (around.end_row, around.end_column)
