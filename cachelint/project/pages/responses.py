"""What a view answers with: stored at once, stored when rendered, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from cachelint.facts.view_records import (
    Call,
    Choice,
    Expression,
    Literal,
    Method,
    Parameter,
    Routine,
    ViewFacts,
)
from cachelint.project.pages import vocabulary as known
from cachelint.project.pages.classes import ClassView
from cachelint.project.pages.names import Lookup, Outside

_MAX_CALLS = 4


class Response(Enum):
    PLAIN = "plain"
    """An HttpResponse: stored before decorators further out have touched it."""
    LATE = "late"
    """Stored when it has been rendered, after all decorators."""
    UNSTORED = "unstored"
    """Streamed, or a status that is not stored."""
    UNKNOWN = "unknown"


class Responses:
    """Tells responses from what functions return."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def of_function(
        self, file: ViewFacts, routine: Routine, view: ClassView | None = None, depth: int = 0
    ) -> Response:
        found = {self._of(result, file, view, depth) for result in routine.returns}
        if found != {Response.UNSTORED}:
            found.discard(Response.UNSTORED)
        return found.pop() if len(found) == 1 else Response.UNKNOWN

    def of_class(self, view: ClassView, handler: str) -> Response:
        if view.is_rest:
            return Response.LATE
        member = view.member(handler)
        if member is not None:
            return self.of_function(member.file, member.routine, view)
        return self._of_framework(view)

    def _of_framework(self, view: ClassView) -> Response:
        if view.member("render_to_response") is not None:
            return Response.UNKNOWN
        late = any(known.is_rendering_class(path) for path in view.outside)
        return Response.LATE if late else Response.UNKNOWN

    def _of(
        self, result: Expression, file: ViewFacts, view: ClassView | None, depth: int
    ) -> Response:
        if isinstance(result, Choice):
            found = {self._of(e, file, view, depth) for e in result.alternatives}
            return found.pop() if len(found) == 1 else Response.UNKNOWN
        if not isinstance(result, Call) or depth > _MAX_CALLS:
            return Response.UNKNOWN
        if isinstance(result.function, Method):
            return self._of_method(result.function, view, depth)
        found = set()
        for target in self._lookup.targets(result.function, file):
            if isinstance(target, Outside):
                found.add(self._of_path(target.path, result))
            elif isinstance(target.definition, Routine) and not target.attributes:
                place = target.file
                found.add(self.of_function(place, target.definition, None, depth + 1))
        return found.pop() if len(found) == 1 else Response.UNKNOWN

    def _of_path(self, path: str, call: Call) -> Response:
        if path in known.PLAIN_RESPONSES:
            status = call.keyword("status")
            if isinstance(status, Literal) and status.value not in (200, 304):
                return Response.UNSTORED
            return Response.PLAIN
        if path in known.LATE_RESPONSES:
            return Response.LATE
        return Response.UNSTORED if path in known.UNSTORED_RESPONSES else Response.UNKNOWN

    def _of_method(self, method: Method, view: ClassView | None, depth: int) -> Response:
        member = view.member(method.name) if view is not None and not method.of_super else None
        if member is not None and depth < _MAX_CALLS:
            return self.of_function(member.file, member.routine, view, depth + 1)
        if view is not None and method.name in ("get", "render_to_response", "list", "retrieve"):
            return self._of_framework(view)
        return Response.UNKNOWN

    def shows_the_user(self, results: Iterable[Expression], file: ViewFacts) -> bool:
        """Whether a response is rendered with the request: its template may name the user."""
        return any(self._has_context(result, file) for result in results)

    def _has_context(self, result: Expression, file: ViewFacts) -> bool:
        if isinstance(result, Choice):
            return self.shows_the_user(result.alternatives, file)
        if not isinstance(result, Call):
            return False
        paths = self._lookup.called(result, file)
        renders = paths & ({"django.shortcuts.render", "django.template.response.TemplateResponse"})
        return bool(renders) and any(
            isinstance(given.value, Parameter) or given.root is not None
            for given in result.positional[:1]
        )
