"""The names of the templates that a view renders, as far as they are constants."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.facts.view_records import Call, Choice, Expression, Literal, Routine, ViewFacts
from cachelint.project.pages import vocabulary as known
from cachelint.project.pages.classes import ClassView, Member
from cachelint.project.pages.names import Lookup, Outside

#: Functions that answer with a template, and the keyword that names it.
_RENDERING = {
    "django.shortcuts.render": "template_name",
    "django.template.response.TemplateResponse": "template",
}
#: What decides of the template of a class, beside ``template_name``.
_DECIDING = ("get_template_names", "render_to_response")


class TemplateNames:
    """Reads names of templates off views."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def of_function(self, file: ViewFacts, routine: Routine) -> tuple[str, ...]:
        """The templates of a view; none where it may answer a GET request with an unknown one."""
        found: list[str] = []
        for result in routine.returns:
            for part in _alternatives(result):
                if self._is_unstored(part, file):
                    continue
                name = self._rendered(part, file)
                if name is None:
                    return ()
                found.append(name)
        return tuple(dict.fromkeys(found))

    def of_class(
        self, view: ClassView, handler: Member | None, given: tuple[str, ...] = ()
    ) -> tuple[str, ...]:
        """``given``: what as_view() gets."""
        if handler is not None:
            return self.of_function(handler.file, handler.routine)
        if any(view.member(name) is not None for name in _DECIDING):
            return ()
        if not any(known.is_rendering_class(path) for path in view.outside):
            return ()
        if given:
            return given
        named = view.attribute("template_name")
        literal = self._lookup.literal(*named) if named is not None else None
        return (literal.value,) if literal and isinstance(literal.value, str) else ()

    def of_outside(self, core: Outside, made_by: Call | None, file: ViewFacts) -> tuple[str, ...]:
        """``TemplateView.as_view(template_name="page.html")``"""
        return self.given_to(made_by, file) if known.is_rendering_class(core.path) else ()

    def given_to(self, made_by: Call | None, file: ViewFacts) -> tuple[str, ...]:
        """The template that an as_view() gets."""
        value = made_by.keyword("template_name") if made_by is not None else None
        literal = self._lookup.literal(value, file)
        return (literal.value,) if literal and isinstance(literal.value, str) else ()

    def _rendered(self, result: Expression, file: ViewFacts) -> str | None:
        if not isinstance(result, Call):
            return None
        for path in self._lookup.called(result, file) & _RENDERING.keys():
            value = result.keyword(_RENDERING[path])
            if value is None and len(result.positional) > 1:
                value = result.positional[1].value
            literal = self._lookup.literal(value, file)
            if isinstance(literal, Literal) and isinstance(literal.value, str):
                return literal.value
        return None

    def _is_unstored(self, result: Expression, file: ViewFacts) -> bool:
        return not known.UNSTORED_RESPONSES.isdisjoint(self._lookup.called(result, file))


def _alternatives(expression: Expression) -> Iterator[Expression]:
    if isinstance(expression, Choice):
        for alternative in expression.alternatives:
            yield from _alternatives(alternative)
    else:
        yield expression
