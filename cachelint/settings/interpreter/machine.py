"""The state of an evaluation: which runs are still going, and what they have met so far.

``running`` is the guard of all runs that reach the statement at hand. Whatever is written is
written for these runs only, so that branches need no merging afterwards: a branch narrows
``running``, a ``return``, ``break`` or error takes runs out of it. Must not know statements or
expressions.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from cachelint.settings.interpreter.frames import Frame, Jumps, Raised
from cachelint.settings.interpreter.guards import ALWAYS, NEVER, Guard, Guards, Test, TooLongError
from cachelint.settings.interpreter.relevance import Relevance
from cachelint.settings.interpreter.values import (
    Choices,
    Found,
    ModuleObject,
    Opaque,
    Template,
    Value,
    is_same,
)
from cachelint.settings.interpreter.written import Written
from cachelint.settings.records import Cause, Constant, Place
from cachelint.source import UnparsedSourceError

#: More combinations of what the parts of an expression may be are not told apart.
MAX_COMBINATIONS = 64
#: More texts or numbers that one name may be are not told apart.
MAX_CHOICES = 8
#: Expressions looked at until an evaluation is given up: real settings need some thousands.
MAX_STEPS = 150_000

#: Files that several evaluations read, or why one cannot be read.
ParsedFiles = dict[str, Written | UnparsedSourceError]


class Finder(Protocol):
    """Knows where modules are."""

    def find(self, dotted: str, origin: str) -> str | None:
        """The file of the module ``dotted``, as an import in the file ``origin`` would find it."""


class _Under:
    """Some runs go on, the others wait; faster than a generator."""

    __slots__ = ("_guard", "_inner", "_machine", "_mark", "_outer")

    def __init__(self, machine: Machine, guard: Guard) -> None:
        self._machine = machine
        self._guard = guard
        self._outer = outer = machine.running
        self._inner = outer if guard == outer else machine.guards.both(outer, guard)
        self._mark = len(machine.dead)

    def __enter__(self) -> None:
        self._machine.running = self._inner

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is not None:
            return
        machine = self._machine
        if machine.running == self._inner:
            # Nobody has left meanwhile.
            machine.running = self._outer
        else:
            waiting = machine.guards.without(self._outer, self._guard)
            machine.running = machine.guards.either(waiting, machine.running)
        machine.revive(self._mark)


class Machine:
    """What all storeys of the interpreter share."""

    def __init__(
        self, modules: Finder, reach: int | None = None, parsed: ParsedFiles | None = None
    ) -> None:
        self.modules = modules
        self.parsed: ParsedFiles = {} if parsed is None else parsed
        self.guards = Guards()
        self.running: Guard = ALWAYS
        self.frames: list[Frame] = []
        self.loops: list[Jumps] = []
        self.catching: list[list[Raised]] = []
        self.statement: tuple[ModuleObject, ast.stmt] | None = None
        """The statement at hand."""
        self.dead: list[Guard] = []
        """The runs that ended the program before the settings were complete. What becomes of them
        does not matter: they go on behind the statement that ended them, so that ``running`` stays
        simple, and are left out of the result."""
        self.ended: Place | None = None
        """The last statement that ended a program."""
        self.files: dict[str, ModuleObject | None] = {}
        self.unparsed: dict[str, str] = {}
        self.variables: dict[str, Opaque] = {}
        """Environment variables that were read, while nobody may have changed them."""
        self.relevance = Relevance(reach)
        self.is_relevant = False
        """Whether the statement at hand can matter for CACHES; else no function is entered."""
        self.awaits_errors = False
        """Whether a ``try`` around the statement at hand can matter: errors decide about it."""
        self.forcing: set[tuple[str, str]] = set()
        """The names of modules that are being looked up."""
        self._tests: dict[tuple[object, ...], Guard] = {}
        self._kept: list[object] = []
        self._steps = 0

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    @contextmanager
    def inside(self, frame: Frame) -> Iterator[None]:
        """Go on in ``frame``; loops around it are none of its own."""
        loops, self.loops = self.loops, []
        self.frames.append(frame)
        try:
            yield
        finally:
            self.frames.pop()
            self.loops = loops

    @contextmanager
    def outside(self, frame: Frame, loops: list[Jumps]) -> Iterator[None]:
        """Go on in ``frame``, which waits below, and in its ``loops``."""
        frames, self.frames = self.frames, self.frames[: self.frames.index(frame) + 1]
        inner, self.loops = self.loops, loops
        try:
            yield
        finally:
            self.frames, self.loops = frames, inner

    def step(self) -> None:
        """Count a step; raises TooLongError when there were too many."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooLongError

    # Places and what is told of them

    def place(self, node: ast.AST) -> Place:
        return self.frames[-1].module.written.place(node)

    def text(self, node: ast.expr) -> str:
        """The expression as it is written, on one line."""
        return self.frames[-1].module.written.text(node)

    def cause(self, node: ast.AST, message: str) -> Cause:
        return Cause(self.place(node), message)

    @property
    def position(self) -> Place | None:
        """The statement at hand."""
        if self.statement is None:
            return None
        module, statement = self.statement
        return module.written.place(statement)

    def opaque(self, node: ast.expr, path: str = "", cause: str = "") -> Opaque:
        return Opaque(self.text(node), self.place(node), path, cause)

    def unknown(self, node: ast.expr, cause: str = "", path: str = "") -> Choices:
        return [(self.running, self.opaque(node, path, cause))]

    def constant(self, value: object, node: ast.AST) -> Choices:
        assert value is None or isinstance(value, (str, bytes, int, float, complex, bool))
        return [(self.running, Constant(value, self.place(node)))]

    # Choices

    def only(self, choices: Choices) -> Found:
        """What of ``choices`` the runs at hand may meet."""
        running = self.running
        if running == ALWAYS:
            return list(choices)
        found: Found = []
        for choice in choices:
            guard, value = choice
            if guard == running:
                found.append(choice)
                continue
            guard = self.guards.both(guard, running)
            if guard != NEVER:
                found.append((guard, value))
        return found

    def merged(self, choices: Iterable[tuple[Guard, Value]]) -> Found:
        """``choices`` with those of one value made one."""
        found: Found = []
        for choice in choices:
            guard, value = choice
            if guard == NEVER:
                continue
            for index, (other, known) in enumerate(found):
                if is_same(known, value):
                    found[index] = (self.guards.either(other, guard), known)
                    break
            else:
                found.append(choice)
        return found

    def told_apart(self, name: str, choices: Found) -> Choices:
        """``choices``, or something unknown in the place of too many texts and numbers."""
        if len(choices) <= MAX_CHOICES:
            return choices
        if not all(isinstance(value, (Constant, Opaque, Template)) for _, value in choices):
            return choices
        last = choices[-1][1]
        assert isinstance(last, (Constant, Opaque, Template))
        opaque = Opaque(name, last.place, "", f"{name} has too many possible values")
        return [(self.union(guard for guard, _ in choices), opaque)]

    def union(self, found: Iterable[Guard]) -> Guard:
        union = NEVER
        for guard in found:
            union = self.guards.either(union, guard)
        return union

    def under(self, guard: Guard) -> _Under:
        """Go on with the runs in which ``guard`` holds; the others wait."""
        return _Under(self, guard)

    def each(self, choices: Choices) -> Iterator[Value]:
        """Every value with the runs that meet it, one after the other."""
        guards = self.guards
        for guard, value in choices:
            outer = self.running
            inner = outer if guard == outer else guards.both(outer, guard)
            if inner != NEVER:
                mark = len(self.dead)
                self.running = inner
                yield value
                if self.running == inner:
                    self.running = outer
                else:
                    self.running = guards.either(guards.without(outer, guard), self.running)
                self.revive(mark)

    def combinations(self, parts: Sequence[Choices]) -> Iterator[tuple[Value, ...]] | None:
        """Every combination of what ``parts`` may be, as ``each``; None where these are too many.

        What cannot be together is left out.
        """
        number = 1
        for part in parts:
            number *= max(len(part), 1)
        if number > MAX_COMBINATIONS:
            return None
        return self._combinations(parts)

    def _combinations(self, parts: Sequence[Choices]) -> Iterator[tuple[Value, ...]]:
        for picked in itertools.product(*parts):
            guard = self.running
            for other, _ in picked:
                if other != guard:
                    guard = self.guards.both(guard, other)
            if guard != NEVER:
                with self.under(guard):
                    yield tuple([value for _, value in picked])

    # Undecided tests

    def test(self, key: tuple[object, ...] | None, test: Test) -> Guard:
        """The guard of an undecided test; the same ``key`` gives the same guard."""
        if key is not None and key in self._tests:
            return self._tests[key]
        guard = self.guards.test(test)
        if key is not None:
            self._tests[key] = guard
            # Keys hold identities: what they stand for must stay.
            self._kept.append(key)
        return guard

    def fresh_test(self, node: ast.AST, text: str, negated: str | None = None) -> Guard:
        negated = f"not {text}" if negated is None else negated
        return self.guards.test(Test(text, negated, self.place(node)))

    # Errors

    def fail(self, name: str | None, guard: Guard | None = None) -> None:
        """The runs in which ``guard`` holds (default: all at hand) meet an error.

        It counts only where a ``try`` waits for it. Elsewhere it would end the program, which
        works for its users, so that the reader must have understood something wrongly.
        """
        guard = self.running if guard is None else self.guards.both(guard, self.running)
        if guard != NEVER and self.catching:
            self.catching[-1].append(Raised(guard, name))
            self.running = self.guards.without(self.running, guard)

    def error(self, name: str, node: ast.expr, guard: Guard | None = None) -> Choices:
        """``fail`` in the place of a value: unknown where the runs go on."""
        self.fail(name, guard)
        guard = self.running if guard is None else self.guards.both(guard, self.running)
        if guard == NEVER:
            return []
        return [(guard, self.opaque(node, cause=f"`{self.text(node)}` is not found"))]

    def end(self, name: str | None, guard: Guard | None = None) -> None:
        """The runs in which ``guard`` holds leave: by ``raise``, ``assert`` or ``sys.exit()``."""
        if self.catching:
            self.fail(name, guard)
            return
        guard = self.running if guard is None else self.guards.both(guard, self.running)
        if guard != NEVER:
            self.dead.append(guard)
            self.running = self.guards.without(self.running, guard)
            self.ended = self.position

    def settled(self, name: str) -> Guard:
        """No longer wait for errors: the runs that met one of this name; others are passed on."""
        raised = self.catching.pop()
        self.pass_on(error for error in raised if error.name not in (name, None))
        return self.union(error.guard for error in raised if error.name in (name, None))

    def pass_on(self, errors: Iterable[Raised]) -> None:
        """Errors that nobody has caught go on to whoever waits around this place."""
        for error in errors:
            if error.guard == NEVER:
                continue
            if self.catching:
                self.catching[-1].append(error)
            else:
                self.dead.append(error.guard)

    def revive(self, mark: int) -> None:
        """Let the runs go on that have ended since ``dead`` had ``mark`` entries."""
        for guard in self.dead[mark:]:
            self.running = self.guards.either(self.running, guard)

    def may_fail(self, node: ast.AST, name: str | None, text: str) -> None:
        """An error is possible here; it counts only where a ``try`` waits for it.

        Elsewhere it ends the program, and no settings are left to be judged.
        """
        if self.catching and self.running != NEVER:
            self.fail(name, self.fresh_test(node, text, f"no {text}"))
