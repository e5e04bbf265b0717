"""Reads decorators and wrapped views: what stands around a view, from the outside in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cachelint.facts.view_records import (
    Call,
    Choice,
    Decorator,
    Display,
    Expression,
    Imported,
    Inline,
    Method,
    Name,
    Parameter,
    Routine,
    ViewClass,
    ViewFacts,
)
from cachelint.project.pages import vocabulary as known
from cachelint.project.pages.names import Lookup, Outside, Placed
from cachelint.project.pages.stacks import (
    UNKNOWN_HEADER,
    Bound,
    ClassCore,
    Environment,
    FunctionCore,
    Hole,
    Kind,
    Layer,
    Stack,
    bind,
    chosen,
    first_stack,
    header_layer,
    last_name,
    layers_by_name,
    placed_at,
    plain_layers,
    without_last_name,
)

_MAX_DEPTH = 12


class Layers:
    """Reads decorators and wrapped views."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._depth = 0

    def of_decorators(self, decorators: Iterable[Decorator], file: ViewFacts) -> tuple[Layer, ...]:
        """What decorators put around a view, in their order."""
        found: list[Layer] = []
        for decorator in decorators:
            found += self.of_decorator(decorator.expression, file, {})
        return tuple(found)

    def of_decorator(
        self, expression: Expression, file: ViewFacts, environment: Environment
    ) -> tuple[Layer, ...]:
        if self._depth > _MAX_DEPTH:
            return ()
        self._depth += 1
        found = self._of_decorator(expression, file, environment)
        self._depth -= 1
        return found

    def _of_decorator(
        self, expression: Expression, file: ViewFacts, environment: Environment
    ) -> tuple[Layer, ...]:
        if isinstance(expression, Display):
            parts = [self.of_decorator(e, file, environment) for e in expression.elements]
            return tuple(layer for part in parts for layer in part)
        if isinstance(expression, Choice):
            parts = [self.of_decorator(e, file, environment) for e in expression.alternatives]
            return chosen(parts)
        if isinstance(expression, Call):
            return self._of_call(expression, file, environment)
        if isinstance(expression, Inline):
            return self._of_wrapper(expression.routine, file, environment)
        if isinstance(expression, Parameter):
            bound = environment.get(expression.name)
            if isinstance(bound, Bound) and not expression.attributes:
                return self.of_decorator(bound.expression, bound.file, bound.environment)
            return ()
        found: list[tuple[Layer, ...]] = []
        for target in self._lookup.targets(expression, file):
            if isinstance(target, Outside):
                found.append(plain_layers(target.path, expression, file))
            elif isinstance(target.definition, Routine):
                found.append(self._of_wrapper(target.definition, target.file, {}))
            elif not isinstance(target.definition, ViewClass) and not target.attributes:
                found.append(self.of_decorator(target.definition, target.file, {}))
        return chosen(found)

    def _of_call(self, call: Call, file: ViewFacts, environment: Environment) -> tuple[Layer, ...]:
        function = call.function
        if isinstance(function, Inline):
            return self._of_factory(function.routine, call, file, environment, file)
        found: list[tuple[Layer, ...]] = []
        for target in self._lookup.targets(function, file):
            if isinstance(target, Outside):
                found.append(self._called(target.path, call, file, environment))
            elif isinstance(target.definition, Routine):
                routine, place = target.definition, target.file
                found.append(self._of_factory(routine, call, file, environment, place))
        return chosen(found)

    def _called(
        self, path: str, call: Call, file: ViewFacts, environment: Environment
    ) -> tuple[Layer, ...]:
        """What a decorator of Django does that is called with arguments."""

        def layer(kind: Kind, headers: frozenset[str] = frozenset()) -> tuple[Layer, ...]:
            return (Layer(kind, call.text, file.path, call.span, headers),)

        if path == known.CACHE_PAGE:
            return layer(Kind.CACHE) if self._stores(call, file) else ()
        if path == known.METHOD_DECORATOR:
            inner = call.positional[0].value if call.positional else call.keyword("decorator")
            if inner is None:
                return ()
            return self.of_decorator(inner, file, environment)
        if path == known.VARY_ON_HEADERS:
            names = self.header_names((g.value for g in call.positional), file, environment)
            return layer(Kind.VARY, names)
        if path == known.CACHE_CONTROL:
            keywords = {given.keyword for given in call.arguments}
            apart = keywords & {"private", "no_cache", "no_store", "**"}
            return layer(Kind.PRIVATE) if apart else ()
        if path == known.REQUIRE_METHODS:
            methods = {
                m.upper() for m in self.header_names((g.value for g in call.positional), file)
            }
            stored = methods & {"GET", "HEAD", UNKNOWN_HEADER}
            return () if stored or not methods else layer(Kind.POST)
        if path == known.API_VIEW:
            return layer(Kind.API)
        if path in (known.PERMISSION_CLASSES, known.AUTHENTICATION_CLASSES):
            kind = Kind.PERMISSIONS if path == known.PERMISSION_CLASSES else Kind.AUTHENTICATION
            listed = tuple((g.value, file) for g in call.positional)
            return (replace(layer(kind)[0], listed=listed),)
        return plain_layers(path, call.function, file, call.span)

    def _stores(self, call: Call, file: ViewFacts) -> bool:
        """Whether a ``cache_page(…)`` stores for all what it stores."""
        timeout = call.positional[0].value if call.positional else call.keyword("timeout")
        seconds = self._lookup.literal(timeout, file)
        if seconds is not None and seconds.value == 0 and seconds.value is not None:
            return False
        prefix = call.keyword("key_prefix")
        if isinstance(prefix, Call):
            # An object that says something else for each request, as a function may do.
            targets = self._lookup.targets(prefix.function, file)
            return not any(isinstance(target, Placed) for target in targets)
        return True

    def header_names(
        self,
        expressions: Iterable[Expression],
        file: ViewFacts,
        environment: Environment | None = None,
    ) -> frozenset[str]:
        """Names of headers in small letters; ``?`` for what is not known."""
        found: set[str] = set()
        for expression in expressions:
            if isinstance(expression, Display):
                found |= self.header_names(expression.elements, file, environment)
                continue
            if isinstance(expression, Parameter):
                bound = (environment or {}).get(expression.name)
                if isinstance(bound, Bound):
                    found |= self.header_names((bound.expression,), bound.file, bound.environment)
                    continue
            literal = self._lookup.literal(expression, file)
            is_text = literal is not None and isinstance(literal.value, str)
            found.add(str(literal.value).lower() if literal and is_text else UNKNOWN_HEADER)
        return frozenset(found)

    # -- decorators of the project -----------------------------------------------------------

    def _of_factory(
        self,
        routine: Routine,
        call: Call,
        file: ViewFacts,
        environment: Environment,
        place: ViewFacts,
    ) -> tuple[Layer, ...]:
        """What ``@routine(…)`` does: the call's result is the decorator."""
        bound = bind(routine, call, file, environment)
        found = [self.of_decorator(result, place, bound) for result in routine.returns]
        return tuple(placed_at(layer, call, file) for layer in chosen(found))

    def _of_wrapper(
        self, routine: Routine, file: ViewFacts, environment: Environment
    ) -> tuple[Layer, ...]:
        """What ``@routine`` does, which is given the view and answers with another."""
        if not routine.parameters:
            return ()
        inner: Environment = {**environment, routine.parameters[0]: Hole()}
        found = []
        for result in routine.returns:
            stack = self.of_view(result, file, inner)
            if stack is not None and isinstance(stack.core, Hole):
                found.append(stack.layers)
        if found:
            return chosen(found)
        return layers_by_name(routine.name, file)

    # -- views -------------------------------------------------------------------------------

    def of_view(
        self, expression: Expression, file: ViewFacts, environment: Environment | None = None
    ) -> Stack | None:
        """The view that an expression stands for, with all around it; None for no view."""
        if self._depth > _MAX_DEPTH:
            return None
        self._depth += 1
        found = self._of_view(expression, file, environment or {})
        self._depth -= 1
        return found

    def _of_view(
        self, expression: Expression, file: ViewFacts, environment: Environment
    ) -> Stack | None:
        if isinstance(expression, Choice):
            return first_stack(
                [self.of_view(e, file, environment) for e in expression.alternatives]
            )
        if isinstance(expression, Call):
            return self._of_wrapped(expression, file, environment)
        if isinstance(expression, Method):
            return Stack((), Hole(expression.name))
        if isinstance(expression, Inline):
            return self._of_inline(expression.routine, file, environment)
        if isinstance(expression, Parameter):
            bound = environment.get(expression.name)
            if isinstance(bound, Hole):
                return Stack((), bound)
            if isinstance(bound, Bound):
                return self.of_view(bound.expression, bound.file, bound.environment)
            return None
        found: list[Stack | None] = []
        for target in self._lookup.targets(expression, file):
            if isinstance(target, Outside):
                found.append(Stack((), target))
            elif target.attributes or isinstance(target.definition, ViewClass):
                continue
            elif isinstance(target.definition, Routine):
                found.append(self.of_routine(target.definition, target.file))
            else:
                found.append(self.of_view(target.definition, target.file))
        return first_stack(found)

    def of_routine(self, routine: Routine, file: ViewFacts) -> Stack:
        """A function with its own decorators."""
        layers = self.of_decorators(routine.decorators, file)
        return Stack(layers, FunctionCore(file, routine))

    def _of_inline(
        self, routine: Routine, file: ViewFacts, environment: Environment
    ) -> Stack | None:
        """A function inside of a decorator, or a view that is written where it is used."""
        wraps = any(isinstance(bound, (Hole, Bound)) for bound in environment.values())
        if not wraps:
            return self.of_routine(routine, file)
        layers = [*self.of_decorators(routine.decorators, file)]
        layers += self._of_body(routine, file, environment)
        return Stack(tuple(layers), Hole())

    def _of_body(self, routine: Routine, file: ViewFacts, environment: Environment) -> list[Layer]:
        """What the function inside of a decorator does to the view that it calls."""
        layers = [*self.of_headers(routine, file)]
        request = routine.parameters[0] if routine.parameters else ""
        reads = tuple(read for read in routine.reads if read.root == request)
        if routine.replaces_user:
            layers.append(Layer(Kind.PRIVATE, routine.name, file.path))
        if reads:
            # Who asks who the visitor is may cache for some only: no CACHE here.
            layers.append(Layer(Kind.GUARD, routine.name, file.path, routine.span, reads=reads))
            return layers
        for wrapping in routine.wrappings:
            stack = self.of_view(wrapping, file, environment)
            if stack is not None and isinstance(stack.core, Hole):
                layers += stack.layers
        return layers

    def of_headers(self, routine: Routine, file: ViewFacts) -> list[Layer]:
        """What the body of a view or decorator says of who may share its response."""
        found = [header_layer(header, file) for header in routine.headers]
        for call in routine.calls:
            for path in self._lookup.called(call, file):
                name = path.removeprefix("django.utils.cache.")
                values = [given.value for given in call.positional[1:]]
                if name == "patch_vary_headers":
                    headers = self.header_names(values, file)
                    found.append(Layer(Kind.VARY, call.text, file.path, headers=headers))
                elif name == "add_never_cache_headers" or (
                    name == "patch_cache_control"
                    and any(g.keyword in ("private", "**") for g in call.arguments)
                ):
                    found.append(Layer(Kind.PRIVATE, call.text, file.path))
        return [layer for layer in found if layer is not None]

    def _of_wrapped(self, call: Call, file: ViewFacts, environment: Environment) -> Stack | None:
        """``decorator(view)`` and ``View.as_view()``."""
        if isinstance(call.function, Method):
            return Stack((), Hole(call.function.name)) if not call.positional else None
        if last_name(call.function) == "as_view":
            made = self._of_as_view(call.function, file)
            return replace(made, made_by=call) if made is not None else None
        if not call.positional:
            return None
        inner = self.of_view(call.positional[0].value, file, environment)
        if inner is None:
            return None
        layers = self._applied(call, file, environment)
        return replace(inner, layers=(*layers, *inner.layers))

    def _applied(self, call: Call, file: ViewFacts, environment: Environment) -> tuple[Layer, ...]:
        """What calling a decorator with a view puts around it."""
        if isinstance(call.function, (Name, Imported)):
            found = []
            for target in self._lookup.targets(call.function, file):
                if isinstance(target, Placed) and isinstance(target.definition, Routine):
                    bound = bind(target.definition, call, file, environment)
                    place = target.file
                    layers = self._of_wrapper(target.definition, place, bound)
                    found.append(tuple(placed_at(one, call, file) for one in layers))
            if found:
                return chosen(found)
        layers = self.of_decorator(call.function, file, environment)
        if isinstance(call.function, (Name, Imported)):
            # A decorator that has been made elsewhere wraps here.
            return tuple(placed_at(layer, call, file) for layer in layers)
        return layers

    def _of_as_view(self, function: Expression, file: ViewFacts) -> Stack | None:
        for target in self._lookup.targets(without_last_name(function), file):
            if isinstance(target, Outside):
                return Stack((), target)
            if isinstance(target.definition, ViewClass) and not target.attributes:
                return Stack((), ClassCore(target.file, target.definition))
        return None
