"""The records of views: what decorates and wraps them, what they read of their user and return.

Frozen, picklable, without ast nodes, like all facts. Expressions are kept as far as decorators,
wrapped views and responses need them: names and calls; everything else is ``OPAQUE``.
"""

from __future__ import annotations

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Span

#: The root of ``self.request``; any other root is the name of a parameter.
SELF_REQUEST = "self.request"


@dataclass(frozen=True)
class Name:
    """A name of the module and the attributes read of it, in the row where it is read.

    ``row`` is None where it is read later than everything in the module: in a function.
    """

    name: str
    attributes: tuple[str, ...]
    row: int | None


@dataclass(frozen=True)
class Imported:
    """What an import binds: ``path`` as in Value, attributes included."""

    path: str


@dataclass(frozen=True)
class Parameter:
    """A parameter of the function around, and the attributes read of it."""

    name: str
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class Method:
    """``self.name``, or ``super().name``."""

    name: str
    of_super: bool


@dataclass(frozen=True)
class Literal:
    """A constant of the source."""

    value: str | int | float | bytes | bool | complex | None


@dataclass(frozen=True)
class Display:
    """A list, tuple or set, or a sum of them."""

    elements: tuple[Expression, ...]


@dataclass(frozen=True)
class Choice:
    """One of several: a conditional expression, a name that branches bind."""

    alternatives: tuple[Expression, ...]


@dataclass(frozen=True)
class Inline:
    """A function that is written where it is used: a lambda, a function inside of a function."""

    routine: Routine


@dataclass(frozen=True)
class Opaque:
    """Anything else."""


@dataclass(frozen=True)
class Given:
    """An argument; ``root`` where it is a request: which parameter of the function around."""

    keyword: str | None
    value: Expression
    span: Span
    root: str | None = None


@dataclass(frozen=True)
class Call:
    function: Expression
    arguments: tuple[Given, ...]
    span: Span
    text: str
    """What is called, as written."""

    @property
    def positional(self) -> tuple[Given, ...]:
        return tuple(given for given in self.arguments if given.keyword is None)

    def keyword(self, name: str) -> Expression | None:
        return next((given.value for given in self.arguments if given.keyword == name), None)


Expression = (
    Name | Imported | Parameter | Method | Literal | Display | Choice | Inline | Call | Opaque
)
OPAQUE = Opaque()


@dataclass(frozen=True)
class Decorator:
    """A decorator; ``rows`` are the whole lines from ``first_row`` to before ``end_row``."""

    expression: Expression
    first_row: int
    end_row: int
    rows: str
    text: str


@dataclass(frozen=True)
class UserRead:
    """A place that reads data of the visitor: ``request.user``, ``session``, ``COOKIES``, …"""

    root: str
    text: str
    span: Span


@dataclass(frozen=True)
class HeaderWrite:
    """``response["Vary"] = …``, ``Cache-Control`` alike; None for what is no constant."""

    header: str
    content: str | None


@dataclass(frozen=True)
class Routine:
    """A function, method or lambda, as far as a GET request runs it."""

    name: str
    span: Span
    """From ``def`` to the name."""
    parameters: tuple[str, ...]
    decorators: tuple[Decorator, ...] = ()
    reads: tuple[UserRead, ...] = ()
    calls: tuple[Call, ...] = ()
    """Calls that are given a request, and calls of own methods."""
    attributes: frozenset[str] = frozenset()
    """What is read of self: it may be a property."""
    returns: tuple[Expression, ...] = ()
    headers: tuple[HeaderWrite, ...] = ()
    replaces_user: bool = False
    wrappings: tuple[Call, ...] = ()
    """Calls of what a call returns, as ``cache_page(60)(view)(request)``."""


@dataclass(frozen=True)
class ViewClass:
    """A class that may be a view, or a part of one."""

    name: str
    span: Span
    decorators: tuple[Decorator, ...]
    bases: tuple[Expression, ...]
    methods: dict[str, Routine]
    attributes: dict[str, Expression]


Definition = Routine | ViewClass | Expression


@dataclass(frozen=True)
class Binding:
    """``certain``: no earlier binding of the name is left when this has run."""

    end_row: int
    certain: bool
    definition: Definition


@dataclass(frozen=True)
class ViewFacts:
    """What a file knows of views."""

    path: str
    bindings: dict[str, tuple[Binding, ...]]
    stars: tuple[str, ...]
    statements: tuple[Expression, ...]
    """The values of the statements of the module, and of its class bodies."""

    def look_up(self, name: str, row: int | None) -> tuple[Definition, ...]:
        """What ``name`` may stand for when it is read in ``row``; None: later than all."""
        return visible(self.bindings.get(name, ()), row)

    @property
    def classes(self) -> tuple[ViewClass, ...]:
        definitions = (b.definition for found in self.bindings.values() for b in found)
        return tuple(d for d in definitions if isinstance(d, ViewClass))

    @property
    def routines(self) -> tuple[Routine, ...]:
        definitions = (b.definition for found in self.bindings.values() for b in found)
        return tuple(d for d in definitions if isinstance(d, Routine))


def visible(bindings: tuple[Binding, ...], row: int | None) -> tuple[Definition, ...]:
    """What the bindings of a name leave for a place in ``row``."""
    found: list[Definition] = []
    for binding in reversed(bindings):
        if row is None or binding.end_row < row:
            found.append(binding.definition)
            if binding.certain:
                break
    return tuple(found)
