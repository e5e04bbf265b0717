"""Names: what they stand for, where they are found, and what may have written to them.

Storey above machine. Must not know what is in a dict, nor expressions.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Sequence

from cachelint.settings.interpreter.guards import ALWAYS, NEVER, Guard, Test
from cachelint.settings.interpreter.machine import Machine
from cachelint.settings.interpreter.values import (
    BoundMethod,
    Choices,
    ClassObject,
    Deferred,
    DictObject,
    Found,
    FunctionObject,
    InstanceObject,
    ListObject,
    ModuleObject,
    NamespaceObject,
    Opaque,
    PartialObject,
    PathObject,
    Scope,
    Template,
    Value,
)
from cachelint.settings.records import Cause, Constant

#: Python 2 had one more that fills a namespace.
_BUILTIN_NAMES = frozenset(dir(builtins)) | {"execfile"}
_BUILTIN_CONSTANTS = {"__debug__": True}


class Namespaces(Machine):
    """Reading, writing and losing sight of names."""

    # Storey above

    def may_call(self, function: FunctionObject, cause: Cause) -> None:
        raise NotImplementedError

    def special(
        self, value: Value, name: str, arguments: Sequence[Choices], node: ast.AST
    ) -> Choices | None:
        """What ``type(value).__name__(value, …)`` gives; None where no class of the tree has it."""
        raise NotImplementedError

    def force(self, value: Deferred, node: ast.AST) -> Choices:
        raise NotImplementedError

    # Reading

    def own(self, scope: Scope, name: str, node: ast.AST) -> tuple[Choices, Guard]:
        """What ``name`` is in ``scope`` itself, and the runs in which it has no such name.

        What may have bound any name has not bound ``globals`` or ``exec``.
        """
        found = self.only(scope.names.get(name, ()))
        if len(found) == 1 and found[0][0] == self.running:
            return found, NEVER
        absent = self.guards.without(self.running, self.union(guard for guard, _ in found))
        is_asked = absent != NEVER and name not in _BUILTIN_NAMES
        for wild, cause in scope.wild if is_asked else ():
            guard = self.guards.both(absent, wild)
            if guard != NEVER:
                found.append((guard, Opaque(name, cause.place, "", cause.message)))
                absent = self.guards.without(absent, guard)
        return found, absent

    def look_up(self, name: str, node: ast.expr) -> Choices:
        """What a name means where it stands: own scope, functions around it, module, built-ins."""
        scope: Scope | None = self.frame.scope
        start = scope
        found: Found = []
        missing = self.running
        while scope is not None and missing != NEVER:
            target = scope.declared.get(name, scope)
            is_open = name in target.names or target.wild
            if is_open and (scope.kind != "class" or scope is start):
                with self.under(missing):
                    choices, missing = self.own(target, name, node)
                found += choices
            scope = scope.parent
        if missing != NEVER:
            with self.under(missing):
                found += self._built_in(name, node)
        return self.forced(found, node)

    def _built_in(self, name: str, node: ast.expr) -> Choices:
        if name in _BUILTIN_CONSTANTS:
            return self.constant(_BUILTIN_CONSTANTS[name], node)
        if name in _BUILTIN_NAMES:
            return self.unknown(node, path=f"builtins.{name}")
        return self.error("NameError", node)

    def bound_names(self, scope: Scope) -> Iterable[tuple[str, Guard]]:
        """The names of a namespace with the runs, of those at hand, that have them."""
        for name, choices in list(scope.names.items()):
            guard = self.union(guard for guard, _ in self.only(choices))
            if guard != NEVER:
                yield name, guard

    def forced(self, choices: Choices, node: ast.AST) -> Choices:
        """``choices`` with the names of other modules looked up."""
        for _, value in choices:
            if isinstance(value, Deferred):
                break
        else:
            return choices
        found: Found = []
        for value in self.each(choices):
            if isinstance(value, Deferred):
                found += self.force(value, node)
            else:
                found.append((self.running, value))
        return self.merged(found)

    # Writing

    def bind(self, scope: Scope, name: str, choices: Choices) -> None:
        """Bind ``name`` for the runs at hand."""
        running, guards = self.running, self.guards
        if running == NEVER:
            return
        kept = [] if running == ALWAYS else [
            (guards.without(guard, running), value) for guard, value in scope.names.get(name, ())
        ]  # fmt: skip
        scope.names[name] = self.told_apart(name, self.merged([*kept, *self.only(choices)]))

    def unbind(self, scope: Scope, name: str) -> None:
        found = [
            (self.guards.without(guard, self.running), value)
            for guard, value in scope.names.get(name, ())
        ]
        scope.names[name] = [choice for choice in found if choice[0] != NEVER]

    # Losing sight

    def open(
        self, value: DictObject | ListObject, cause: Cause, guard: Guard | None = None
    ) -> None:
        """From here on ``value`` may have got entries that nobody knows."""
        guard = self.running if guard is None else guard
        if guard != NEVER:
            value.openings.append((guard, cause))

    def opening(self, found: DictObject | ListObject) -> Guard:
        """Where something unknown may have been added, among the runs at hand."""
        return self.guards.both(self.union(guard for guard, _ in found.openings), self.running)

    def release(self, scope: Scope, cause: Cause, replaces: bool) -> None:
        """Something unknown may write any name of ``scope``: the runs at hand cannot know.

        ``replaces``: also the dicts, which else may only have got more entries.
        """
        test = Test(f"{cause.message} sets it", f"unless {cause.message} replaces it", cause.place)
        # One test for all times that this place is run: a loop would have one for each round.
        written = self.guards.both(self.running, self.test(("release", cause), test))
        for name, choices in list(scope.names.items()):
            if not name.startswith("__"):
                changed: Found = []
                for choice in choices:
                    changed += self._released(choice, cause, written, replaces)
                scope.names[name] = self.told_apart(name, self.merged(changed))
        scope.wild.append((self.running, cause))

    def _released(
        self, choice: tuple[Guard, Value], cause: Cause, written: Guard, replaces: bool
    ) -> Choices:
        guard, value = choice
        if isinstance(value, (ModuleObject, FunctionObject, ClassObject, Deferred)):
            return [choice]
        if isinstance(value, DictObject):
            hit = self.guards.both(guard, written)
            if not replaces or not value.slots:
                self.open(value, cause, hit)
                return [choice]
            # What is set in it afterwards is known again.
            new = DictObject(cause.place, openings=[(ALWAYS, cause)])
            return [(self.guards.without(guard, hit), value), (hit, new)]
        opaque = Opaque("", cause.place, "", cause.message)
        hit = self.guards.both(guard, self.running)
        if not isinstance(value, (Constant, Opaque, Template, PathObject)):
            # Where it stays, what is written to it is written to what it holds.
            hit = self.guards.both(guard, written)
            if isinstance(value, ListObject):
                self.open(value, cause, guard)
        return [(self.guards.without(guard, hit), value), (hit, opaque)]

    def escape(self, value: Value, cause: Cause) -> None:
        """``value`` is handed to code outside of the tree, which may write to it."""
        self.expose(value, cause)
        # Whoever runs may also set environment variables.
        self.variables.clear()

    def expose(self, value: Value, cause: Cause) -> None:
        """Something may write to ``value`` and to all that it holds."""
        seen: set[int] = set()
        waiting: list[Value] = [value]
        while waiting:
            value = waiting.pop()
            if id(value) in seen:
                continue
            seen.add(id(value))
            if isinstance(value, NamespaceObject):
                self.release(value.scope, cause, replaces=True)
            elif isinstance(value, DictObject):
                waiting += [slot.value for slots in value.slots.values() for slot in slots]
                self.open(value, cause)
            elif isinstance(value, ListObject):
                waiting += [item for _, item in value.items]
                if value.kind != "tuple":
                    self.open(value, cause)
            elif isinstance(value, InstanceObject):
                waiting += [one for choices in value.scope.names.values() for _, one in choices]
            elif isinstance(value, BoundMethod):
                waiting.append(value.receiver)
                if isinstance(value.function, FunctionObject):
                    waiting.append(value.function)
            elif isinstance(value, PartialObject):
                waiting.append(value.function)
                given = (*value.positional, *value.keywords.values())
                waiting += [one for choices in given for _, one in choices]
            elif isinstance(value, FunctionObject):
                self.may_call(value, cause)
