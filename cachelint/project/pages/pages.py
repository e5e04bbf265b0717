"""Every page of a file that ``cache_page`` stores for all although it belongs to one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

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
from cachelint.project.pages.classes import AROUND_HANDLER, ClassView, decorated_method
from cachelint.project.pages.judging import CachedPage, JudgedView, Judging, Where
from cachelint.project.pages.layers import Layers
from cachelint.project.pages.names import Lookup, Outside
from cachelint.project.pages.reads import Reader
from cachelint.project.pages.rendering import TemplateNames
from cachelint.project.pages.responses import Response, Responses
from cachelint.project.pages.stacks import ClassCore, FunctionCore, Kind, Layer, Stack


class Pages:
    """The cached pages of a project, a file at a time."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._lookup = Lookup(modules)
        self._layers = Layers(self._lookup)
        self._responses = Responses(self._lookup)
        self._classes: dict[tuple[str, str, int], ClassView] = {}
        self._judging = Judging(self._lookup, self._class_view)
        self._judge = self._judging.judge
        self._names = TemplateNames(self._lookup)

    def of(self, path: str) -> Iterator[CachedPage]:
        """The pages that the file at ``path`` lets leak, each once."""
        self._judge = self._judging.judge
        return self._each(path)

    def rendered(self, path: str) -> Iterator[CachedPage]:
        """The pages of the file at ``path`` that are stored as a template of known name makes them.

        Those that nobody may share, and those that see to the token of their forms, are left out.
        """
        self._judge = self._judging.judge_form
        return self._each(path)

    def _each(self, path: str) -> Iterator[CachedPage]:
        file = self._modules.judged_views(path)
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
                    yield self._decorated(page, routine.decorators, file)
        for cls in file.classes:
            yield from self._of_class(self._class_view(file, cls))
        for expression in self._expressions(file):
            yield from self._of_expression(expression, file)

    def _expressions(self, file: ViewFacts) -> Iterator[Expression]:
        yield from file.statements
        for routine in file.routines:
            # Who asks who the visitor is may cache for some only.
            if not routine.reads:
                yield from (*routine.wrappings, *routine.returns)

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
            judged = self._judge_handler(view, handler)
            if judged is not None:
                found.append(judged)
        for page in found:
            method = self._method_that_caches(view, page.cache)
            if method is not None:
                page = replace(page, name=method.name, span=method.span, where=Where.METHOD)
                yield self._decorated(page, method.decorators, view.file)
                continue
            page = self._decorated(page, own.decorators, view.file)
            where = Where.CALL if page.cached_by is None else Where.CLASS
            yield replace(page, name=own.name, span=own.span, where=where)

    def _decorated(
        self, page: CachedPage, decorators: tuple[Decorator, ...], file: ViewFacts
    ) -> CachedPage:
        """``page`` with the decorators that it is about."""

        def find(layer: Layer | None) -> Decorator | None:
            found = (d for d in decorators if layer and self._is_from(d, layer, file))
            return next(found, None)

        cached_by = find(page.cache)
        method = decorated_method(cached_by) if cached_by is not None else None
        varied_by = find(page.vary_outside)
        return replace(page, cached_by=cached_by, varied_by=varied_by, method=method or "")

    def _method_that_caches(self, view: ClassView, cache: Layer) -> Routine | None:
        for routine in view.cls.methods.values():
            if any(self._is_from(d, cache, view.file) for d in routine.decorators):
                return routine
        return None

    def _is_from(self, decorator: Decorator, cache: Layer, file: ViewFacts) -> bool:
        return cache in self._layers.of_decorators((decorator,), file)

    def _class_layers(
        self, view: ClassView, handler: str, before: tuple[Layer, ...]
    ) -> tuple[tuple[Layer, ...], int]:
        """What stands around a handler, and how many of it around the permissions."""
        dispatch = (*before, *view.around("as_view"), *view.around("dispatch"))
        inner = (*view.permissions(), *self._authentication(view), *view.around(handler))
        return (*dispatch, *inner), len(dispatch)

    def _judge_handler(
        self,
        view: ClassView,
        handler: str,
        before: tuple[Layer, ...] = (),
        templates: tuple[str, ...] = (),
    ) -> CachedPage | None:
        layers, of_dispatch = self._class_layers(view, handler, before)
        if not _is_cached(layers):
            return None
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
        judged = JudgedView(
            layers=layers,
            reads=tuple(reader.found),
            around=((of_dispatch, tuple(around.found)),),
            response=self._responses.of_class(view, handler),
            is_rest=view.is_rest,
            shows_user=self._class_shows_user(view, handler),
            replaces_user=any(
                m is not None and m.routine.replaces_user
                for m in (member, view.member("dispatch"), view.member("setup"))
            ),
            templates=self._names.of_class(view, member, templates),
        )
        return self._judge(judged)

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
                templates = self._names.given_to(stack.made_by, file)
                page = page or self._judge_handler(view, handler, stack.layers, templates)
        elif isinstance(core, Outside):
            templates = self._names.of_outside(core, stack.made_by, file)
            response = Response.LATE if templates else Response.UNKNOWN
            page = self._judge(
                JudgedView(stack.layers, (), (), response, False, False, False, templates)
            )
        return None if page is None else replace(page, name=name, span=span, where=where)

    def _function_parts(self, core: FunctionCore, layers: tuple[Layer, ...]) -> JudgedView:
        reader = Reader(self._lookup)
        reader.follow_function(core.file, core.routine)
        is_rest = any(layer.kind is Kind.API for layer in layers)
        response = self._responses.of_function(core.file, core.routine)
        body = self._layers.of_headers(core.routine, core.file)
        shows = self._responses.shows_the_user(core.routine.returns, core.file)
        return JudgedView(
            layers=(*_with_permissions_in_place(layers), *body),
            reads=tuple(reader.found),
            around=(),
            response=Response.LATE if is_rest else response,
            is_rest=is_rest,
            shows_user=shows and not is_rest,
            replaces_user=core.routine.replaces_user,
            templates=self._names.of_function(core.file, core.routine),
        )


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
    applied = call.function.span if isinstance(call.function, Call) else call.span
    if applied == span and call.positional:
        return call.positional[0].span
    for given in call.positional:
        found = _wrapped_by(given.value, span) if isinstance(given.value, Call) else None
        if found is not None:
            return found
    return None
