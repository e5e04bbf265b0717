"""Every page of a file that ``cache_page`` stores for all although it belongs to one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from cachelint.diagnostic import Span
from cachelint.facts.view_records import (
    Call,
    Decorator,
    Display,
    Expression,
    Routine,
    ViewClass,
    ViewFacts,
)
from cachelint.modules import Modules
from cachelint.project.pages import vocabulary as known
from cachelint.project.pages.classes import (
    AROUND_HANDLER,
    ClassView,
)
from cachelint.project.pages.layers import (
    ClassCore,
    FunctionCore,
    Kind,
    Layer,
    Layers,
    Stack,
)
from cachelint.project.pages.names import Lookup, Outside
from cachelint.project.pages.reads import Read, Reader, permission_reads
from cachelint.project.pages.responses import Response, Responses


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
    decorators: tuple[Decorator, ...] = ()
    wrapped: Span | None = None
    """The view that a call of ``cache_page(…)`` wraps."""


@dataclass(frozen=True)
class _View:
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


class Pages:
    """The cached pages of a project, a file at a time."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._lookup = Lookup(modules)
        self._layers = Layers(self._lookup)
        self._responses = Responses(self._lookup)
        self._classes: dict[tuple[str, str, int], ClassView] = {}

    def of(self, path: str) -> Iterator[CachedPage]:
        """The pages that the file at ``path`` lets leak, each once."""
        file = self._modules.views(path)
        if file is None:
            return
        seen: set[Span] = set()
        for page in self._all(file):
            if page.span not in seen:
                seen.add(page.span)
                yield page

    def _all(self, file: ViewFacts) -> Iterator[CachedPage]:
        for routine in file.routines:
            layers = self._layers.of_decorators(routine.decorators, file)
            if _is_cached(layers):
                stack = Stack(layers, FunctionCore(file, routine))
                page = self._judged(stack, routine.name, routine.span, Where.FUNCTION, file)
                if page is not None:
                    yield replace(page, decorators=routine.decorators)
        for cls in file.classes:
            yield from self._of_class(self._class_view(file, cls))
        for expression in self._expressions(file):
            yield from self._of_expression(expression, file)

    def _expressions(self, file: ViewFacts) -> Iterator[Expression]:
        yield from file.statements
        for routine in file.routines:
            yield from () if routine.reads else routine.wrappings

    def _class_view(self, file: ViewFacts, cls: ViewClass) -> ClassView:
        key = (file.path, cls.name, cls.span.row)
        if key not in self._classes or self._classes[key].cls is not cls:
            self._classes[key] = ClassView(file, cls, self._lookup, self._layers)
        return self._classes[key]

    # -- classes -----------------------------------------------------------------------------

    def _of_class(self, view: ClassView) -> Iterator[CachedPage]:
        """The pages of a class that its own decorators store, or those of a class above it."""
        own = view.cls
        found = []
        for handler in view.handlers():
            judged = self._judge(self._class_parts(view, handler, ()))
            if judged is not None:
                found.append(judged)
        for page in found:
            name = own.name
            method = self._method_that_caches(view, page.cache)
            if method is not None:
                yield replace(
                    page, name=method.name, span=method.span, where=Where.METHOD,
                    decorators=method.decorators,
                )  # fmt: skip
            elif any(self._is_from(d, page.cache, view.file) for d in own.decorators):
                decorators = own.decorators
                yield replace(
                    page, name=name, span=own.span, where=Where.CLASS, decorators=decorators
                )
            else:
                yield replace(page, name=name, span=own.span, where=Where.CALL)

    def _method_that_caches(self, view: ClassView, cache: Layer) -> Routine | None:
        for routine in view.cls.methods.values():
            if any(self._is_from(d, cache, view.file) for d in routine.decorators):
                return routine
        return None

    def _is_from(self, decorator: Decorator, cache: Layer, file: ViewFacts) -> bool:
        return cache in self._layers.of_decorators((decorator,), file)

    def _class_parts(self, view: ClassView, handler: str, before: tuple[Layer, ...]) -> _View:
        dispatch = (*before, *view.around("as_view"), *view.around("dispatch"))
        permissions = view.permissions()
        reader = Reader(self._lookup, view)
        member = view.member(handler)
        if member is not None:
            reader.follow_method(member, is_handler=True)
        else:
            reader.follow_hooks()
        around = Reader(self._lookup, view)
        for name in ("dispatch", *sorted(AROUND_HANDLER)):
            hook = view.member(name)
            if hook is not None:
                around.follow_method(hook)
        return _View(
            layers=(*dispatch, *permissions, *self._authentication(view), *view.around(handler)),
            reads=tuple(reader.found),
            around=((len(dispatch), tuple(around.found)),),
            response=self._responses.of_class(view, handler),
            is_rest=view.is_rest,
            shows_user=self._class_shows_user(view, handler),
            replaces_user=any(
                m is not None and m.routine.replaces_user
                for m in (member, view.member("dispatch"), view.member("setup"))
            ),
        )

    def _authentication(self, view: ClassView) -> tuple[Layer, ...]:
        listed = view.attribute("authentication_classes")
        if listed is None or not view.is_rest:
            return ()
        name = "authentication_classes"
        return (Layer(Kind.AUTHENTICATION, name, listed[1].path, listed=(listed,)),)

    def _class_shows_user(self, view: ClassView, handler: str) -> bool:
        if view.is_rest:
            return False
        member = view.member(handler)
        if member is None:
            return any(known.is_rendering_class(path) for path in view.outside)
        return self._responses.shows_the_user(member.routine.returns, member.file)

    # -- calls -------------------------------------------------------------------------------

    def _of_expression(self, expression: Expression, file: ViewFacts) -> Iterator[CachedPage]:
        """The wrapped views in an expression such as ``[path("…", cache_page(60)(view))]``."""
        if isinstance(expression, Display):
            for element in expression.elements:
                yield from self._of_expression(element, file)
        if not isinstance(expression, Call):
            return
        stack = self._layers.of_view(expression, file)
        if stack is not None and self._wraps_here(stack, expression):
            cache = next(x for x in stack.layers if x.kind is Kind.CACHE)
            span = cache.span or expression.span
            page = self._judged(stack, _name_of(stack), span, Where.CALL, file)
            if page is not None:
                yield replace(page, wrapped=_wrapped_by(expression, span))
            return
        for given in expression.arguments:
            yield from self._of_expression(given.value, file)

    def _wraps_here(self, stack: Stack, call: Call) -> bool:
        """Whether the cache stands in this call, not at the definition of what it wraps."""
        return any(
            layer.kind is Kind.CACHE and layer.span is not None and _contains(call.span, layer.span)
            for layer in stack.layers
        )

    # -- judging -----------------------------------------------------------------------------

    def _judged(
        self, stack: Stack, name: str, span: Span, where: Where, file: ViewFacts
    ) -> CachedPage | None:
        core = stack.core
        page = None
        if isinstance(core, FunctionCore):
            page = self._judge(self._function_parts(core, stack.layers))
        elif isinstance(core, ClassCore):
            view = self._class_view(core.file, core.cls)
            for handler in view.handlers():
                page = page or self._judge(self._class_parts(view, handler, stack.layers))
        elif isinstance(core, Outside):
            page = self._judge(_View(stack.layers, (), (), Response.UNKNOWN, False, False, False))
        return None if page is None else replace(page, name=name, span=span, where=where)

    def _function_parts(self, core: FunctionCore, layers: tuple[Layer, ...]) -> _View:
        reader = Reader(self._lookup)
        reader.follow_function(core.file, core.routine)
        is_rest = any(layer.kind is Kind.API for layer in layers)
        response = self._responses.of_function(core.file, core.routine)
        body = self._layers.of_headers(core.routine, core.file)
        shows = self._responses.shows_the_user(core.routine.returns, core.file)
        return _View(
            layers=(*_with_permissions_in_place(layers), *body),
            reads=tuple(reader.found),
            around=(),
            response=Response.LATE if is_rest else response,
            is_rest=is_rest,
            shows_user=shows and not is_rest,
            replaces_user=core.routine.replaces_user,
        )

    def _judge(self, view: _View) -> CachedPage | None:
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

    def _judge_cache(self, view: _View, index: int, by_header: bool) -> CachedPage | None:
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
                found = permission_reads(layer.listed, self._lookup, self._class_view)
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
                found |= set(self._class_view(target.file, target.definition).outside)
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


def _with_permissions_in_place(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """``api_view`` asks what the decorators below it say."""
    places = [index for index, layer in enumerate(layers) if layer.kind is Kind.API]
    if not places:
        return layers
    late = (Kind.PERMISSIONS, Kind.AUTHENTICATION)
    moved = [layer for layer in layers if layer.kind in late]
    rest = [layer for layer in layers[places[0] + 1 :] if layer.kind not in late]
    return (*layers[: places[0] + 1], *moved, *rest)


def _is_cached(layers: tuple[Layer, ...]) -> bool:
    return any(layer.kind is Kind.CACHE for layer in layers)


def _contains(outer: Span, inner: Span) -> bool:
    starts = (outer.row, outer.column) <= (inner.row, inner.column)
    return starts and (inner.end_row, inner.end_column) <= (outer.end_row, outer.end_column)


def _name_of(stack: Stack) -> str:
    if isinstance(stack.core, FunctionCore):
        return stack.core.routine.name
    if isinstance(stack.core, ClassCore):
        return stack.core.cls.name
    return stack.core.path.rpartition(".")[2] if isinstance(stack.core, Outside) else "the view"


def _wrapped_by(call: Call, span: Span) -> Span | None:
    """The argument of the call whose function is the call at ``span``."""
    if isinstance(call.function, Call) and call.function.span == span and call.positional:
        return call.positional[0].span
    for given in call.positional:
        found = _wrapped_by(given.value, span) if isinstance(given.value, Call) else None
        if found is not None:
            return found
    return None
