"""What stands around a view: records, and what single decorators come to."""

from __future__ import annotations

import re
from enum import Enum

from cachelint.dataclass import dataclass, replace
from cachelint.diagnostic import Span
from cachelint.facts.view_records import (
    OPAQUE,
    Call,
    Expression,
    HeaderWrite,
    Imported,
    Name,
    Routine,
    UserRead,
    ViewClass,
    ViewFacts,
)
from cachelint.project.pages import vocabulary as known
from cachelint.project.pages.names import Outside

#: What a decorator of somebody else may be called that keeps pages apart.
_KEEPS_APART = re.compile(r"vary|never_cache|no_?cache|private|anonymous", re.IGNORECASE)
UNKNOWN_HEADER = "?"


class Kind(Enum):
    CACHE = "cache"
    VARY = "vary"
    PRIVATE = "private"
    """Keeps the page from being stored."""
    LOGIN = "login"
    GUARD = "guard"
    """A decorator of the project that reads data of the user."""
    POST = "post"
    """Lets no GET request pass."""
    API = "api"
    """Makes a view of Django REST framework out of a function."""
    PERMISSIONS = "permissions"
    AUTHENTICATION = "authentication"
    CSRF = "csrf"
    """Sends the cookie of the token, or looks at no token at all."""
    METHOD = "method"
    """method_decorator: how the layer behind it is written on a method."""


@dataclass(frozen=True)
class Layer:
    """One thing around a view; ``text`` as written in the file at ``path``."""

    kind: Kind
    text: str
    path: str
    span: Span | None = None
    headers: frozenset[str] = frozenset()
    reads: tuple[UserRead, ...] = ()
    listed: tuple[tuple[Expression, ViewFacts], ...] = ()
    """The classes that permission_classes and authentication_classes name."""


@dataclass(frozen=True)
class FunctionCore:
    file: ViewFacts
    routine: Routine


@dataclass(frozen=True)
class ClassCore:
    file: ViewFacts
    cls: ViewClass


@dataclass(frozen=True)
class Hole:
    """What a decorator is applied to, or a method further up or down: somebody else knows."""

    method: str = ""


Core = FunctionCore | ClassCore | Hole | Outside
Environment = dict[str, "Bound | Hole"]


@dataclass(frozen=True)
class Bound:
    """An argument where the call stands."""

    expression: Expression
    file: ViewFacts
    environment: Environment


@dataclass(frozen=True)
class Stack:
    """A view and what stands around it, the outermost first. ``argument``: the innermost span."""

    layers: tuple[Layer, ...]
    core: Core
    made_by: Call | None = None
    """The ``as_view(…)`` that makes the view of a class."""

    @property
    def is_cached(self) -> bool:
        return any(layer.kind is Kind.CACHE for layer in self.layers)


def bind(routine: Routine, call: Call, file: ViewFacts, environment: Environment) -> Environment:
    bound: Environment = {}
    for parameter, given in zip(routine.parameters, call.positional, strict=False):
        bound[parameter] = Bound(given.value, file, environment)
    for given in call.arguments:
        if given.keyword in routine.parameters and given.keyword is not None:
            bound[given.keyword] = Bound(given.value, file, environment)
    return bound


def placed_at(layer: Layer, call: Call, file: ViewFacts) -> Layer:
    """A layer that a function of the project makes stands where that is called."""
    if layer.kind is Kind.CACHE:
        return replace(layer, text=call.text, path=file.path, span=call.span)
    return layer


def plain_layers(
    path: str, expression: Expression, file: ViewFacts, span: Span | None = None
) -> tuple[Layer, ...]:
    """What a decorator of Django, or of somebody else, does that needs no arguments."""
    text = path.rpartition(".")[2]
    if path == known.VARY_ON_COOKIE:
        return (Layer(Kind.VARY, text, file.path, span, frozenset({"cookie"})),)
    if path == known.NEVER_CACHE:
        return (Layer(Kind.PRIVATE, text, file.path, span),)
    if path in known.LOGIN_DECORATORS:
        return (Layer(Kind.LOGIN, text, file.path, span),)
    if path in known.CSRF_DECORATORS:
        return (Layer(Kind.CSRF, text, file.path, span),)
    if path == known.REQUIRE_POST:
        return (Layer(Kind.POST, text, file.path, span),)
    return () if path.startswith(("django.", "builtins.")) else layers_by_name(text, file)


def layers_by_name(name: str, file: ViewFacts) -> tuple[Layer, ...]:
    """What is not understood and calls itself so is taken at its word."""
    return (Layer(Kind.PRIVATE, name, file.path),) if _KEEPS_APART.search(name) else ()


def header_layer(header: HeaderWrite, file: ViewFacts) -> Layer | None:
    if header.header == "vary":
        names = frozenset({UNKNOWN_HEADER})
        if header.content is not None:
            names = frozenset(part.strip().lower() for part in header.content.split(","))
        return Layer(Kind.VARY, "Vary", file.path, headers=names)
    words = ("private", "no-cache", "no-store")
    if header.content is None or any(word in header.content.lower() for word in words):
        return Layer(Kind.PRIVATE, "Cache-Control", file.path)
    return None


def chosen(found: list[tuple[Layer, ...]]) -> tuple[Layer, ...]:
    """Of several possibilities one that caches, else the one that does most."""
    cached = [layers for layers in found if any(x.kind is Kind.CACHE for x in layers)]
    return max(cached or found, key=len, default=())


def first_stack(found: list[Stack | None]) -> Stack | None:
    stacks = [stack for stack in found if stack is not None]
    cached = [stack for stack in stacks if stack.is_cached]
    return next(iter(cached or stacks), None)


def last_name(expression: Expression) -> str:
    if isinstance(expression, Name):
        return expression.attributes[-1] if expression.attributes else ""
    return expression.path.rpartition(".")[2] if isinstance(expression, Imported) else ""


def without_last_name(expression: Expression) -> Expression:
    """``views.Account`` of ``views.Account.as_view``."""
    if isinstance(expression, Name):
        return Name(expression.name, expression.attributes[:-1], expression.row)
    if isinstance(expression, Imported):
        return Imported(expression.path.rpartition(".")[0])
    return OPAQUE
