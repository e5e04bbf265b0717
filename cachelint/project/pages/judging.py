"""Whether what stands around a cached page keeps its visitors apart."""

from __future__ import annotations

from enum import Enum

from cachelint.dataclass import dataclass, replace
from cachelint.diagnostic import Span
from cachelint.facts.view_records import Decorator, Display, Expression, ViewClass, ViewFacts
from cachelint.project.pages import vocabulary as known
from cachelint.project.pages.names import Lookup, Outside
from cachelint.project.pages.reads import MakeView, Read, permission_reads
from cachelint.project.pages.responses import Response
from cachelint.project.pages.stacks import Kind, Layer


class Where(Enum):
    """How ``cache_page`` is written, and so where its finding stands and what a fix inserts."""

    FUNCTION = "function"
    METHOD = "method"
    CLASS = "class"
    CALL = "call"


@dataclass(frozen=True)
class CachedPage:
    """A page that is stored for all, and why that is wrong."""

    name: str
    span: Span
    where: Where
    cache: Layer
    reads: tuple[Read, ...]
    login: Layer | None
    """The login that the stored page goes past, where it lies inside of the cache."""
    outer_login: Layer | None
    vary_outside: Layer | None
    """A vary decorator that comes too late."""
    by_header: bool
    """Visitors are known by a header alone, not by a cookie."""
    is_rest: bool
    cached_by: Decorator | None = None
    """The decorator of the function or class at ``span`` that caches."""
    varied_by: Decorator | None = None
    """The decorator there that varies too late."""
    method: str = ""
    """The method that a decorator of a class is for."""
    wrapped: Span | None = None
    """The view that a call of ``cache_page(…)`` wraps."""
    templates: tuple[str, ...] = ()
    """The names of the templates that may make the page, where all are known."""


@dataclass(frozen=True)
class JudgedView:
    """A view as it is judged: what stands around it in order, and what each part reads."""

    layers: tuple[Layer, ...]
    reads: tuple[Read, ...]
    """In the view itself."""
    around: tuple[tuple[int, tuple[Read, ...]], ...]
    """In what runs around the handler: before how many of the layers."""
    response: Response
    is_rest: bool
    shows_user: bool
    replaces_user: bool
    templates: tuple[str, ...] = ()


class Judging:
    """Judges views; ``make`` makes a ClassView of a class."""

    def __init__(self, lookup: Lookup, make: MakeView) -> None:
        self._lookup = lookup
        self._make = make

    def judge(self, view: JudgedView) -> CachedPage | None:
        if view.replaces_user or any(layer.kind is Kind.POST for layer in view.layers):
            return None
        if view.response is Response.UNSTORED:
            return None
        by_header = self._is_by_header(view.layers)
        for index, layer in enumerate(view.layers):
            if layer.kind is Kind.CACHE:
                page = self._judge_cache(view, index, by_header)
                if page is not None:
                    return page
        return None

    def judge_form(self, view: JudgedView) -> CachedPage | None:
        """The page that is stored with what its template has of one visitor, if it is stored."""
        if not view.templates or view.response is Response.UNSTORED or view.is_rest:
            return None
        kinds = [layer.kind for layer in view.layers]
        if Kind.POST in kinds or Kind.CACHE not in kinds:
            return None
        index = len(kinds) - 1 - kinds[::-1].index(Kind.CACHE)
        inner = view.layers[index + 1 :]
        # What is further out still counts where the response is stored when it is rendered.
        effective = inner if view.response is Response.PLAIN else view.layers
        is_exempt = any(x.kind is Kind.CSRF and x.text == "csrf_exempt" for x in view.layers)
        if is_exempt or any(x.kind is Kind.CSRF for x in inner):
            return None
        # Visitors without any cookie share a page that varies on it. Whether there are such
        # visitors depends on more than this view: a middleware may ask all of them to log in.
        if any(layer.kind in (Kind.PRIVATE, Kind.VARY) for layer in effective):
            return None
        return CachedPage(
            name="", span=Span(1, 1, 1, 1), where=Where.CALL, cache=view.layers[index], reads=(),
            login=None, outer_login=None, vary_outside=None, by_header=False, is_rest=False,
            templates=view.templates,
        )  # fmt: skip

    def _judge_cache(self, view: JudgedView, index: int, by_header: bool) -> CachedPage | None:
        outer, inner = view.layers[:index], view.layers[index + 1 :]

        def keeps_apart(layer: Layer) -> bool:
            return _keeps_apart(layer, by_header, view.is_rest)

        apart_outside = [layer for layer in outer if keeps_apart(layer)]
        if any(map(keeps_apart, inner)):
            return None
        if apart_outside and view.response is not Response.PLAIN:
            return None
        reads = [read for position, found in view.around if position > index for read in found]
        reads += [Read(x.path, read) for x in inner if x.kind is Kind.GUARD for read in x.reads]
        login = self._login(inner)
        outer_login = self._login(outer)
        reads += view.reads
        if login is None and not reads and (outer_login is None or not view.shows_user):
            return None
        vary = [layer for layer in apart_outside if layer.kind is Kind.VARY]
        return CachedPage(
            name="", span=Span(1, 1, 1, 1), where=Where.CALL, cache=view.layers[index],
            reads=tuple(dict.fromkeys(reads)), login=login, outer_login=outer_login,
            vary_outside=vary[0] if vary else None, by_header=by_header, is_rest=view.is_rest,
        )  # fmt: skip

    def _login(self, layers: tuple[Layer, ...]) -> Layer | None:
        """The first layer that only a visitor passes who is known."""
        for layer in layers:
            if layer.kind is Kind.LOGIN:
                return layer
            if layer.kind is Kind.PERMISSIONS:
                found = permission_reads(layer.listed, self._lookup, self._make)
                if found is not None:
                    return replace(layer, kind=Kind.LOGIN, text=found[0])
        return None

    def _is_by_header(self, layers: tuple[Layer, ...]) -> bool:
        """Whether authentication_classes name nothing but ways to log in by a header."""
        listed = [pair for x in layers if x.kind is Kind.AUTHENTICATION for pair in x.listed]
        found = set()
        for expression, file in listed:
            elements = expression.elements if isinstance(expression, Display) else (expression,)
            for element in elements:
                paths = self._ancestors(element, file)
                found.add(not known.HEADER_AUTHENTICATION.isdisjoint(paths))
        return found == {True}

    def _ancestors(self, expression: Expression, file: ViewFacts) -> set[str]:
        found: set[str] = set()
        for target in self._lookup.targets(expression, file):
            if isinstance(target, Outside):
                found.add(target.path)
            elif isinstance(target.definition, ViewClass):
                found |= set(self._make(target.file, target.definition).outside)
        return found


def _keeps_apart(layer: Layer, by_header: bool, is_rest: bool) -> bool:
    """Whether visitors do not share what is stored inside of the layer."""
    if layer.kind is Kind.PRIVATE:
        return True
    if layer.kind is not Kind.VARY:
        return False
    if layer.headers - known.NEUTRAL_HEADERS - {"cookie", "authorization"}:
        # "*", or a header of the project's own: nobody else knows who sends it.
        return True
    wanted = {"authorization"} if by_header else {"cookie"}
    if is_rest and not by_header:
        wanted.add("authorization")
    return not layer.headers.isdisjoint(wanted)
