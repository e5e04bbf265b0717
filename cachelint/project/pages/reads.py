"""Whose data a view reads: in its own body, and in functions of the project that it calls."""

from __future__ import annotations

from collections.abc import Callable

from cachelint.dataclass import dataclass, field
from cachelint.facts.view_records import (
    SELF_REQUEST,
    Call,
    Display,
    Expression,
    Inline,
    Method,
    Routine,
    UserRead,
    ViewClass,
    ViewFacts,
)
from cachelint.project.pages import vocabulary as known
from cachelint.project.pages.classes import ClassView, Member
from cachelint.project.pages.names import Lookup, Outside, Placed

#: How many calls deep data of the user is looked for.
_MAX_CALLS = 6
_MAX_ROUTINES = 200
#: Methods of Django's views, and Django REST framework's, that call the hooks of a class.
_CALL_HOOKS = frozenset({
    "dispatch", "get", "get_context_data", "get_form", "get_object", "get_serializer", "list",
    "retrieve",
})  # fmt: skip
MakeView = Callable[[ViewFacts, ViewClass], ClassView]


@dataclass(frozen=True)
class Read:
    """A read of the visitor's data, and the file in which it stands."""

    path: str
    read: UserRead

    @property
    def text(self) -> str:
        return self.read.text


@dataclass
class Reader:
    """Collects the reads that are reached from a view."""

    lookup: Lookup
    view: ClassView | None = None
    """The class whose methods ``self`` has."""
    found: list[Read] = field(default_factory=list)
    _seen: set[tuple[str, str, frozenset[str]]] = field(default_factory=set)

    def follow_function(self, file: ViewFacts, routine: Routine) -> None:
        """A view that is a function: its first parameter is the request."""
        if routine.parameters:
            self._follow(file, routine, frozenset(routine.parameters[:1]), None, 0)

    def follow_method(self, member: Member, depth: int = 0, is_handler: bool = False) -> None:
        """A method of a view: ``self.request`` is the request, and what is called so."""
        roots = {SELF_REQUEST} | ({"request"} & set(member.routine.parameters))
        if is_handler:
            roots |= set(member.routine.parameters[1:2])
        self._follow(member.file, member.routine, frozenset(roots), member.cls, depth)

    def follow_hooks(self, depth: int = 0) -> None:
        for hook in self.view.hooks() if self.view is not None else ():
            self.follow_method(hook, depth)

    def _follow(
        self,
        file: ViewFacts,
        routine: Routine,
        roots: frozenset[str],
        cls: ViewClass | None,
        depth: int,
    ) -> None:
        key = (file.path, f"{routine.name}:{routine.span.row}", roots)
        if depth > _MAX_CALLS or key in self._seen or len(self._seen) > _MAX_ROUTINES:
            return
        self._seen.add(key)
        if routine.replaces_user:
            return
        self.found += [Read(file.path, read) for read in routine.reads if read.root in roots]
        for call in (*routine.calls, *routine.wrappings):
            self._follow_call(file, call, roots, cls, depth + 1)
        for name in routine.attributes:
            self._follow_property(name, depth + 1)

    def _follow_call(
        self, file: ViewFacts, call: Call, roots: frozenset[str], cls: ViewClass | None, depth: int
    ) -> None:
        function = call.function
        if isinstance(function, Method):
            self._follow_own(function, call, roots, cls, depth)
            return
        if isinstance(function, Inline):
            given = _received(function.routine, call, roots, 0)
            self._follow(file, function.routine, given, cls, depth)
            return
        for target in self.lookup.targets(function, file):
            if isinstance(target, Outside):
                if target.path in known.USER_SOURCES:
                    read = UserRead("", f"{call.text}(…)", call.span)
                    self.found.append(Read(file.path, read))
            elif isinstance(target.definition, Routine) and not target.attributes:
                self._pass_on(target, target.definition, call, roots, 0, depth)
            elif isinstance(target.definition, ViewClass) and not target.attributes:
                initialiser = target.definition.methods.get("__init__")
                if initialiser is not None:
                    self._pass_on(target, initialiser, call, roots, 1, depth)

    def _pass_on(
        self,
        target: Placed,
        routine: Routine,
        call: Call,
        roots: frozenset[str],
        skip: int,
        depth: int,
    ) -> None:
        given = _received(routine, call, roots, skip)
        # A function that is given no request may still ask somebody who knows it.
        if given or not call.arguments:
            self._follow(target.file, routine, given, None, depth)

    def _follow_own(
        self,
        method: Method,
        call: Call,
        roots: frozenset[str],
        cls: ViewClass | None,
        depth: int,
    ) -> None:
        """``self.method(…)`` and ``super().method(…)``."""
        if self.view is None:
            return
        member = self.view.member(method.name, cls if method.of_super else None)
        if member is None:
            if self.view.outside and method.name in _CALL_HOOKS:
                self.follow_hooks(depth)
            return
        given = _received(member.routine, call, roots, 1) | {SELF_REQUEST}
        self._follow(member.file, member.routine, given, member.cls, depth)

    def _follow_property(self, name: str, depth: int) -> None:
        member = self.view.member(name) if self.view is not None else None
        if member is not None and any("property" in d.text for d in member.routine.decorators):
            self._follow(member.file, member.routine, frozenset({SELF_REQUEST}), member.cls, depth)


def _received(routine: Routine, call: Call, roots: frozenset[str], skip: int) -> frozenset[str]:
    """The parameters in which ``routine`` gets a request."""
    parameters = routine.parameters[skip:]
    received = {
        parameter
        for parameter, given in zip(parameters, call.positional, strict=False)
        if given.root in roots and given.root is not None
    }
    received |= {
        given.keyword
        for given in call.arguments
        if given.root in roots and given.keyword in parameters and given.keyword is not None
    }
    return frozenset(received)


def permission_reads(
    listed: tuple[tuple[Expression, ViewFacts], ...], lookup: Lookup, make: MakeView
) -> tuple[str, tuple[Read, ...]] | None:
    """The permission that only a visitor passes who is known, and what it reads of him."""
    for expression, file in listed:
        elements = expression.elements if isinstance(expression, Display) else ()
        for element in elements:
            for target in lookup.targets(element, file):
                if isinstance(target, Outside):
                    if _asks_for_a_user(target.path):
                        return target.path.rpartition(".")[2], ()
                elif isinstance(target.definition, ViewClass):
                    found = _of_permission(make(target.file, target.definition), lookup)
                    if found is not None:
                        return target.definition.name, found
    return None


def _of_permission(view: ClassView, lookup: Lookup) -> tuple[Read, ...] | None:
    reader = Reader(lookup, view)
    member = view.member("has_permission")
    if member is not None:
        reader.follow_method(member, is_handler=True)
        return tuple(reader.found) or None
    return () if any(_asks_for_a_user(path) for path in view.outside) else None


def _asks_for_a_user(path: str) -> bool:
    is_permission = path.startswith(f"{known.REST}permissions.")
    return is_permission and path not in known.OPEN_PERMISSIONS
