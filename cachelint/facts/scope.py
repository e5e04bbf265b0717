"""Names and what they may stand for: scopes, look-up, and joining branches.

Python decides at compile time to which scope a name belongs, and at run time what it holds. A
module or class body is followed in order; function bodies are looked at after everything around
them, so the names they close over are in their final state.
"""

from __future__ import annotations

import builtins
from enum import Enum

from cachelint.dataclass import dataclass, field
from cachelint.facts.paths import join_path
from cachelint.facts.records import Value, Values
from cachelint.facts.vocabulary import STAR_EXPORTS

#: Branches double the values of a name at worst; a name with more than this many is given up.
MAX_VALUES = 32
#: ``x = x.next`` in ever new branches makes paths grow; real chains are far shorter.
MAX_PATH = 300


#: Something of no interest, beside values that are: what keeps them from being certain.
SOMETHING = Value("?")
_SOMETHING = (SOMETHING,)


class ScopeKind(Enum):
    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    COMPREHENSION = "comprehension"


@dataclass
class Scope:
    """One scope while it is walked: ``names`` is its state at this point of the walk."""

    kind: ScopeKind
    parent: Scope | None = None
    names: dict[str, Values] = field(default_factory=dict)
    bound: frozenset[str] = frozenset()
    """Names that a function binds anywhere: local throughout, whatever lies outside."""
    global_names: frozenset[str] = frozenset()
    nonlocal_names: frozenset[str] = frozenset()
    stars: list[str] = field(default_factory=list)
    traces: list[dict[str, Values]] = field(default_factory=list)
    """For each ``try`` body being walked: all that its names have been, for the handlers."""
    left: dict[str, Values] = field(default_factory=dict)
    """All that the names of a function were where it was left: closures may see any of it."""
    returns: dict[tuple[int, int], Values] = field(default_factory=dict)
    """What a function returns, by the place of the return statement."""
    is_generator: bool = False
    cache_names: set[str] = field(default_factory=set)
    """Names that stand for something of a cache somewhere in the file; one set for all scopes."""
    open_names: set[str] = field(default_factory=set)
    """Those that other functions can see: of the module, of classes and attributes."""

    def __post_init__(self) -> None:
        if self.parent is not None:
            self.cache_names = self.parent.cache_names
            self.open_names = self.parent.open_names

    def add_cache_name(self, name: str) -> None:
        """Note a name of something of a cache that other functions can see."""
        self.cache_names.add(name)
        self.open_names.add(name)

    @property
    def module(self) -> Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    @property
    def is_in_function(self) -> bool:
        scope: Scope | None = self
        while scope is not None:
            if scope.kind is ScopeKind.FUNCTION:
                return True
            scope = scope.parent
        return False

    def look_up(self, name: str) -> Values:
        """What ``name`` may be when it is read in this scope now."""
        if name in self.global_names:
            return self.module._own(name)
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                # Functions and comprehensions do not see the scope of a class around them.
                if scope.kind is not ScopeKind.CLASS or scope is self:
                    return scope.names[name]
            elif name in scope.bound:
                return ()
            if scope.parent is None:
                return scope._own(name)
            scope = scope.parent
        return ()

    def _own(self, name: str) -> Values:
        """``name`` in a module scope: bound, imported by a star, or a builtin."""
        if name in self.names:
            return self.names[name]
        builtin = f"builtins.{name}" if hasattr(builtins, name) else ""
        if not builtin and not self.stars:
            return ()
        starred = tuple((join_path(module, name), len(builtin)) for module in self.stars)
        return (Value(builtin, unless=starred),)

    def bind(self, name: str, values: Values) -> None:
        """Let ``name`` be ``values`` from here on."""
        if values and any(value.mentions_cache for value in values):
            self.cache_names.add(name)
            if self.kind in (ScopeKind.MODULE, ScopeKind.CLASS) or name in self.global_names:
                self.open_names.add(name)
        if name in self.global_names:
            module = self.module
            module.names[name] = merge(module.names.get(name), values)
            return
        for trace in self.traces:
            trace[name] = merge(trace.get(name), values)
        if name not in self.nonlocal_names:
            self.names[name] = values

    def bind_star(self, module: str) -> None:
        """``from module import *``: may rebind every name that is bound already."""
        if module in STAR_EXPORTS:
            for name in STAR_EXPORTS[module]:
                self.bind(name, known_value(join_path(module, name)))
            return
        for name, values in self.names.items():
            if values and not name.startswith("_"):
                starred = join_path(module, name)
                self.names[name] = tuple(
                    value._replace(unless=(*value.unless, (starred, len(value.path))))
                    for value in values
                )
        self.stars.append(module)


def known_value(path: str) -> Values:
    """The values of something that is one thing only."""
    return (Value(path),)


def is_any(values: Values, paths: frozenset[str]) -> bool:
    """Whether one of ``values`` may be one of ``paths``."""
    for value in values:  # noqa: SIM110 - a generator costs more than the question
        if value.path in paths:
            return True
    return False


def merge(first: Values | None, second: Values) -> Values:
    """The values of a name that is one or the other; None for one that was not bound at all."""
    if first is None or first == second:
        return second
    merged = tuple(dict.fromkeys((first or _SOMETHING) + (second or _SOMETHING)))
    return merged if len(merged) <= MAX_VALUES else ()


def join(first: dict[str, Values], second: dict[str, Values]) -> dict[str, Values]:
    """The names after two branches."""
    if first is second:
        return first
    joined = dict(first)
    for name, values in second.items():
        joined[name] = merge(joined[name], values) if name in joined else values
    return joined


def extend(values: Values, step: str) -> Values:
    """``values`` after an attribute, an item or a call."""
    if not values:
        return values
    return tuple(
        value
        if value is SOMETHING or value == SOMETHING
        else Value(value.path + step, value.alias, value.unless, value.key)
        for value in values
        if len(value.path) < MAX_PATH
    )
