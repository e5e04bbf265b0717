"""Does a call that runs while a module is imported reach a cache? And by which way?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum, IntEnum

from cachelint.dataclass import dataclass, field, replace
from cachelint.diagnostic import Span
from cachelint.facts.records import FileFacts, GuardKind, Phase, Use, Value
from cachelint.facts.vocabulary import (
    BACKEND_ERRORS,
    HANDLE,
    HANDLE_GETTERS,
    HELPER_GET_CACHE,
    LAZY_CACHES,
    QUIET_CACHE_API,
    REDIS_CONNECTION,
)
from cachelint.modules import Modules
from cachelint.project.absent import NONE, absent_in, needs
from cachelint.project.definitions import Definition, Definitions, is_decorator
from cachelint.project.handles import Opened, is_in, returned_handles
from cachelint.project.outlines import CONSTRUCTORS, Outlines

#: Calls that lead to calls are followed so far; real chains have one to four.
MAX_CALLS = 8
_SUPER = "builtins.super()."
_OPENED_BY_USE = "|".join(map(re.escape, (*LAZY_CACHES, HANDLE, f"{HELPER_GET_CACHE}()")))
_FIRST_STEP = re.compile(rf"(?:{_OPENED_BY_USE})\.(\w+)(\(\))?")
#: What an expression does that does not keep the value.
_ON_THE_SPOT = frozenset({"attribute", "item", "membership", "statement"})
_EVERYTHING = frozenset({"*", "builtins.Exception", "builtins.BaseException"})


class Effect(Enum):
    """What happens at the end of a chain."""

    KEEPS = "keeps"
    """A handle is opened, and given back or kept by the object that is made."""
    OPENS = "opens"
    """A handle is opened for a while."""
    CONNECTS = "connects"
    """The server is asked."""
    REDIS = "redis"
    """A connection of django-redis is opened."""


@dataclass(frozen=True)
class Step:
    """A place on the way: a call, at the end the use of the cache."""

    path: str
    use: Use


@dataclass(frozen=True)
class Reached:
    """What calling something does in the end, and the way there."""

    effect: Effect
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Site:
    """A call at import that reaches a cache. ``callee`` is what it calls."""

    facts: FileFacts = field(compare=False)
    use: Use
    callee: Definition
    reached: Reached
    returned: tuple[Opened, ...] = ()


class _Caught(IntEnum):
    """Which errors are caught somewhere on the way."""

    NOTHING = 0
    BACKEND = 1
    EVERYTHING = 2


@dataclass(frozen=True)
class _Action:
    """A use in the body of a function that has an effect, or calls other functions."""

    use: Use
    effect: Effect | None
    leads_to: tuple[Definition, ...]


@dataclass(frozen=True)
class _Visit:
    body: Definition
    steps: tuple[Step, ...]
    caught: _Caught
    absent: frozenset[str]
    """Parameters of the body that the call leaves empty."""


class ImportTime:
    """Follows calls through the files that ``follows`` lets it read."""

    def __init__(self, modules: Modules, follows: Callable[[str], bool]) -> None:
        self._modules = modules
        self._follows = follows
        self._definitions = Definitions(modules, self._facts_of)
        self._outlines = Outlines(modules, follows)
        self._reaches: dict[tuple[Definition, frozenset[str]], Reached | None] = {}
        self._actions: dict[Definition, tuple[_Action, ...]] = {}

    def sites(self, path: str) -> Iterator[Site]:
        """The calls at import in the file at ``path`` that reach a cache, each once."""
        # What runs at import stands outside of functions: of this file no more is needed.
        facts = self._modules.outline(path)
        if facts is None:
            return
        promising = self._promising(facts)
        found: set[Span] = set()
        for use in facts.uses:
            if use.span in found or use.span not in promising:
                continue
            for callee in _callees(self._definitions, facts, use):
                reached = self._reached(callee, use)
                if reached is not None and use.outer in _ON_THE_SPOT:
                    reached = replace(reached, effect=_over_at_once(reached.effect))
                if reached is not None and not _is_saved(_caught_around(use), reached.effect):
                    found.add(use.span)
                    returned = returned_handles(self._modules, self._definitions, callee)
                    yield Site(facts, use, callee, reached, returned)
                    break

    def _facts_of(self, path: str) -> FileFacts | None:
        return self._modules.thorough_facts(path) if self._follows(path) else None

    def _promising(self, outline: FileFacts) -> frozenset[Span]:
        """The calls at import where looking into functions can show anything."""
        return frozenset(
            use.span
            for use in outline.uses
            if any(map(self._outlines.may_reach, _callees(self._outlines, outline, use)))
        )

    def _reached(self, callee: Definition, use: Use) -> Reached | None:
        """What the call ``use`` does, by the shortest way; None where it reaches no cache."""
        bodies = self._bodies(callee)
        absent = absent_in(bodies[0], use, NONE) if len(bodies) == 1 else NONE
        key = (callee, absent)
        if key not in self._reaches:
            self._reaches[key] = self._kept(callee, absent) or self._search(callee, bodies, absent)
        return self._reaches[key]

    def _kept(self, callee: Definition, absent: frozenset[str]) -> Reached | None:
        """What is known without following calls: the function gives back what it has opened."""
        if callee.name in HANDLE_GETTERS and callee.facts is None:
            return Reached(Effect.KEEPS)
        for opened in returned_handles(self._modules, self._definitions, callee, absent):
            return Reached(Effect.KEEPS, (Step(opened.facts.path, opened.use),))
        return None

    def _search(
        self, callee: Definition, bodies: tuple[Definition, ...], absent: frozenset[str]
    ) -> Reached | None:
        """Breadth first, so that the answer does not depend on what was asked before."""
        is_made = callee.function is None
        level = [_Visit(body, (), _Caught.NOTHING, absent) for body in bodies]
        seen = {(visit.body, visit.caught, visit.absent) for visit in level}
        for _ in range(MAX_CALLS):
            following: list[_Visit] = []
            for visit in level:
                for action in self._actions_of(visit.body):
                    if needs(action.use, visit.absent):
                        continue
                    caught = max(visit.caught, _caught_around(action.use))
                    steps = (*visit.steps, Step(visit.body.path, action.use))
                    effect = action.effect
                    if effect is Effect.KEEPS and not (is_made and visit.body in bodies):
                        effect = Effect.OPENS  # The object is not what the call at import made.
                    if effect is not None and not _is_saved(caught, effect):
                        return Reached(effect, steps)
                    for body in action.leads_to:
                        left = absent_in(body, action.use, visit.absent)
                        if (body, caught, left) not in seen:
                            seen.add((body, caught, left))
                            following.append(_Visit(body, steps, caught, left))
            level = following
        return None

    def _bodies(self, callee: Definition) -> tuple[Definition, ...]:
        """The functions that a call of ``callee`` runs: itself, or its constructors."""
        if callee.facts is None:
            return ()
        if callee.name in callee.facts.classes:
            found = (self._definitions.method(callee, name) for name in CONSTRUCTORS)
            return tuple(method for methods in found for method in methods if method.facts)
        if callee.function is None or is_decorator(callee.function):
            return ()
        if callee.function.is_deferred and not callee.is_run:
            return ()
        return (callee, *self._wrappers(callee))

    def _wrappers(self, callee: Definition) -> Iterator[Definition]:
        """What the decorators of a function have put around it."""
        assert callee.function is not None
        for decorator in callee.function.decorators:
            for value in decorator.values:
                wrapped = value._replace(path=f"{value.path}()")
                found = [*self._definitions.find_value(wrapped, callee.path)]
                found += filter(_is_decorator, self._definitions.find_value(value, callee.path))
                for wrapper in found:
                    if wrapper.function is not None and not wrapper.function.is_deferred:
                        yield wrapper

    def _actions_of(self, body: Definition) -> tuple[_Action, ...]:
        """What a function does that may matter, in the order of its code."""
        if body not in self._actions:
            self._actions[body] = tuple(self._find_actions(body))
        return self._actions[body]

    def _find_actions(self, body: Definition) -> Iterator[_Action]:
        facts, function = body.facts, body.function
        if facts is None or function is None:
            return
        for use in facts.uses:
            if is_in(use, body.name, function) and use.phase is not Phase.MAIN:
                effect = self._effect(facts, use)
                leads_to = () if effect is not None else self._led_to(facts, use)
                if effect is not None or leads_to:
                    yield _Action(use, effect, leads_to)

    def _led_to(self, facts: FileFacts, use: Use) -> tuple[Definition, ...]:
        found = (self._bodies(callee) for callee in _callees(self._definitions, facts, use))
        return tuple(dict.fromkeys(body for bodies in found for body in bodies))

    def _effect(self, facts: FileFacts, use: Use) -> Effect | None:
        for resolved in self._modules.resolve(use.values, facts.path):
            if resolved.is_reference:
                continue
            if resolved.path == HANDLE and use.outer not in ("attribute", "membership"):
                kept = use.phase is Phase.INIT and any("." in target for target in use.targets)
                return Effect.KEEPS if kept else Effect.OPENS
            if resolved.path == f"{REDIS_CONNECTION}()":
                return Effect.REDIS
            match = _FIRST_STEP.fullmatch(resolved.path)
            if match is None or (use.outer == "call" and match[2] is None):
                continue
            if match[1].startswith("__") and match[2] is None:
                continue
            quiet = match[2] is None or match[1] in QUIET_CACHE_API
            return Effect.OPENS if quiet else Effect.CONNECTS
        return None


def _callees(definitions: Definitions, facts: FileFacts, use: Use) -> Iterator[Definition]:
    for value in use.values:
        if not value.path.endswith("()"):
            continue
        called = value._replace(path=value.path[:-2])
        if called.path.startswith(_SUPER):
            yield from _inherited(definitions, facts, use, called.path.removeprefix(_SUPER))
        else:
            yield from definitions.find_value(called, facts.path)


def _inherited(
    definitions: Definitions, facts: FileFacts, use: Use, method: str
) -> Iterator[Definition]:
    cls = facts.classes.get(use.owner.rpartition(".")[0])
    for base in cls.bases if cls is not None else ():
        path = f"{base.path}.{method}"
        yield from definitions.find_value(Value(path, None, base.unless), facts.path)


def _is_decorator(definition: Definition) -> bool:
    return definition.function is not None and is_decorator(definition.function)


def _over_at_once(effect: Effect) -> Effect:
    return Effect.OPENS if effect is Effect.KEEPS else effect


def _caught_around(use: Use) -> _Caught:
    caught = _Caught.NOTHING
    for guard in use.guards:
        if guard.kind is GuardKind.EXCEPT and not _EVERYTHING.isdisjoint(guard.names):
            return _Caught.EVERYTHING
        if guard.kind is GuardKind.EXCEPT and not BACKEND_ERRORS.isdisjoint(guard.names):
            caught = _Caught.BACKEND
    return caught


def _is_saved(caught: _Caught, effect: Effect) -> bool:
    """Whether the error that the effect may end in is caught, and nothing stays of it."""
    if effect is Effect.KEEPS:
        return False
    return caught is _Caught.EVERYTHING or (caught is _Caught.BACKEND and effect is Effect.OPENS)
