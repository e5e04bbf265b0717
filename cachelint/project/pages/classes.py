"""Classes that are views: their order of resolution, and what stands around their methods."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from cachelint.dataclass import dataclass
from cachelint.facts.view_records import (
    Call,
    Decorator,
    Display,
    Expression,
    Literal,
    Method,
    Routine,
    ViewClass,
    ViewFacts,
)
from cachelint.project.pages import vocabulary as known
from cachelint.project.pages.layers import Layers
from cachelint.project.pages.names import Lookup, Outside, Placed
from cachelint.project.pages.stacks import Hole, Kind, Layer

#: Methods that run around the handler of a request, inside of dispatch().
AROUND_HANDLER = frozenset({
    "check_permissions", "get_authenticators", "get_permission_required", "get_permissions",
    "get_test_func", "get_throttles", "has_permission", "initial", "initialize_request",
    "perform_authentication", "setup", "test_func",
})  # fmt: skip
HANDLERS = ("get", "list", "retrieve")
_NO_HANDLERS = frozenset({
    "as_view", "create", "delete", "destroy", "dispatch", "partial_update", "patch", "post", "put",
    "setup", "update",
})  # fmt: skip
#: What the handlers of Django and Django REST framework call.
_HOOKS = frozenset({
    "check_object_permissions", "filter_queryset", "paginate_queryset", "render_to_response",
})  # fmt: skip


@dataclass(frozen=True)
class Member:
    """A method, and the class that defines it."""

    file: ViewFacts
    cls: ViewClass
    routine: Routine


class ClassView:
    """A class with all that it inherits, as far as the project shows it."""

    def __init__(self, file: ViewFacts, cls: ViewClass, lookup: Lookup, layers: Layers) -> None:
        self.file = file
        self.cls = cls
        self._lookup = lookup
        self._layers = layers

    @cached_property
    def order(self) -> tuple[Placed | Outside, ...]:
        """The class and its bases, nearly in Python's order of resolution."""
        found = list(self._bases(Placed(self.file, self.cls), 0))
        # A base that several classes share comes after all of them.
        last = {_key(place): index for index, place in enumerate(found)}
        return tuple(p for index, p in enumerate(found) if last[_key(p)] == index)

    def _bases(self, place: Placed | Outside, depth: int) -> Iterator[Placed | Outside]:
        yield place
        if isinstance(place, Placed) and isinstance(place.definition, ViewClass) and depth < 12:
            for base in place.definition.bases:
                for target in self._lookup.targets(base, place.file):
                    is_class = isinstance(target, Placed) and isinstance(
                        target.definition, ViewClass
                    )
                    if isinstance(target, Outside) or is_class:
                        yield from self._bases(target, depth + 1)

    @cached_property
    def outside(self) -> tuple[str, ...]:
        """The qualified names of the bases that the project does not define."""
        return tuple(place.path for place in self.order if isinstance(place, Outside))

    @property
    def is_rest(self) -> bool:
        return any(known.is_rest_class(path) for path in self.outside)

    @property
    def classes(self) -> Iterator[tuple[ViewFacts, ViewClass]]:
        for place in self.order:
            if isinstance(place, Placed) and isinstance(place.definition, ViewClass):
                yield place.file, place.definition

    def member(self, name: str, after: ViewClass | None = None) -> Member | None:
        """The method ``name``; ``after``: as ``super()`` in a method of that class finds it."""
        waiting = after is not None
        for file, cls in self.classes:
            if waiting:
                waiting = cls is not after
            elif name in cls.methods:
                return Member(file, cls, cls.methods[name])
        return None

    def attribute(self, name: str) -> tuple[Expression, ViewFacts] | None:
        for file, cls in self.classes:
            if name in cls.attributes:
                return cls.attributes[name], file
        return None

    # -- layers ------------------------------------------------------------------------------

    def around(self, method: str) -> tuple[Layer, ...]:
        """What stands around a method, through all classes that have a part in it."""
        found: list[Layer] = []
        for place in self.order:
            if isinstance(place, Outside):
                if method == "dispatch" and known.is_login_mixin(place.path):
                    found.append(Layer(Kind.LOGIN, place.path.rpartition(".")[2], self.file.path))
                continue
            cls = place.definition
            if not isinstance(cls, ViewClass):
                continue
            found += self._of_class(cls, place.file, method)
            routine = cls.methods.get(method)
            if routine is not None:
                found += self.of_method(routine, place.file, method)
                if method != "dispatch" and not _calls_super(routine, method):
                    break
        return tuple(found)

    def _of_class(self, cls: ViewClass, file: ViewFacts, method: str) -> list[Layer]:
        """What the decorators of a class put around one of its methods."""
        found: list[Layer] = []
        for decorator in cls.decorators:
            if decorated_method(decorator) == method:
                found += self._layers.of_decorators((decorator,), file)
        return found

    def of_method(self, routine: Routine, file: ViewFacts, method: str) -> list[Layer]:
        """The decorators of a method, and what it puts around the one it calls through super()."""
        found = [*self._layers.of_decorators(routine.decorators, file)]
        wrapped: tuple[Expression, ...] = routine.wrappings
        if method == "as_view":
            wrapped = routine.returns
        if not routine.reads:
            for expression in wrapped:
                stack = self._layers.of_view(expression, file)
                if stack is None and isinstance(expression, Call):
                    stack = self._layers.of_view(expression.function, file)
                if stack is not None and isinstance(stack.core, Hole) and stack.core.method:
                    found += [layer for layer in stack.layers if layer not in found]
        found += self._layers.of_headers(routine, file)
        return found

    def permissions(self) -> tuple[Layer, ...]:
        """permission_classes, where Django REST framework asks them: before the handler."""
        listed = self.attribute("permission_classes")
        if listed is None or not self.is_rest:
            return ()
        layer = Layer(Kind.PERMISSIONS, "permission_classes", listed[1].path, listed=(listed,))
        return (layer,)

    # -- methods -----------------------------------------------------------------------------

    def handlers(self) -> list[str]:
        """The methods that answer GET requests."""
        own: dict[str, Routine] = {}
        for _, cls in reversed([*self.classes]):
            own |= cls.methods
        found = {name: None for name in HANDLERS if name in own}
        found |= {name: None for name, routine in own.items() if self._is_handler(routine)}
        for _, cls in self.classes:
            found |= {name: None for d in cls.decorators if (name := decorated_method(d))}
        handlers = [name for name in found if name not in _NO_HANDLERS]
        return handlers or ["get"]

    def _is_handler(self, routine: Routine) -> bool:
        """A method that is an action, or that is cached: some router leads to it."""
        layers = self._layers.of_decorators(routine.decorators, self.file)
        is_cached = any(layer.kind is Kind.CACHE for layer in layers)
        return is_cached or self._is_action(routine)

    def _is_action(self, routine: Routine) -> bool:
        """A method that ``@action`` makes a handler of GET requests."""
        for decorator in routine.decorators:
            call = decorator.expression
            if isinstance(call, Call) and known.ACTION in self._lookup.called(call, self.file):
                methods = call.keyword("methods")
                if not isinstance(methods, Display):
                    return methods is None
                names = [e.value for e in methods.elements if isinstance(e, Literal)]
                return any(isinstance(name, str) and name.lower() == "get" for name in names)
        return False

    def hooks(self) -> Iterator[Member]:
        """What a handler of Django or Django REST framework may call."""
        seen: set[str] = set()
        for file, cls in self.classes:
            for name, routine in cls.methods.items():
                is_hook = name.startswith("get_") or name in _HOOKS
                if is_hook and name not in AROUND_HANDLER and name not in seen:
                    seen.add(name)
                    yield Member(file, cls, routine)


def decorated_method(decorator: Decorator) -> str | None:
    """The method that a ``method_decorator(…, name="get")`` on a class is for."""
    call = decorator.expression
    if not isinstance(call, Call):
        return None
    name = call.keyword("name")
    if name is None and len(call.positional) > 1:
        name = call.positional[1].value
    value = name.value if isinstance(name, Literal) else None
    return value if isinstance(value, str) else None


def _calls_super(routine: Routine, method: str) -> bool:
    return any(call.function == Method(method, True) for call in routine.calls)


def _key(place: Placed | Outside) -> object:
    if isinstance(place, Outside):
        return place.path
    cls = place.definition
    return (place.file.path, cls.name if isinstance(cls, ViewClass) else "")
