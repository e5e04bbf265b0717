"""The records of names that stand for constants. Frozen, picklable, without ast nodes.

A *form* is an expression as it is written, as far as the alias of a cache is ever written so:
names, attributes, items, calls, alternatives. What the names stand for is for the project to say.
"""

from __future__ import annotations

from cachelint.dataclass import dataclass, field
from cachelint.diagnostic import Span
from cachelint.facts.records import Guard


@dataclass(frozen=True)
class Literal:
    """A constant of the source."""

    value: str | int | float | bytes | bool | complex | None
    span: Span | None
    """Where it stands; None for one in the very place that asks."""


@dataclass(frozen=True)
class Named:
    """A name, as it is read in a row; ``row`` is None where it is read later than all are bound."""

    name: str
    row: int | None


@dataclass(frozen=True)
class Attribute:
    base: Form
    name: str


@dataclass(frozen=True)
class Item:
    base: Form
    key: Form


@dataclass(frozen=True)
class Call:
    function: Form
    arguments: tuple[Form, ...]
    keywords: tuple[tuple[str, Form], ...]
    text: str


@dataclass(frozen=True)
class Display:
    """A list, tuple or set."""

    elements: tuple[Form, ...]


@dataclass(frozen=True)
class Table:
    """A dict whose keys are all written out."""

    items: tuple[tuple[Form, Form], ...]


@dataclass(frozen=True)
class Joined:
    """Texts one after the other: ``f"{A}_x"``, ``A + "_x"``."""

    parts: tuple[Form, ...]


@dataclass(frozen=True)
class Option:
    """One of several, and what holds where it is taken; ``needed``: only if it is true."""

    form: Form
    guards: tuple[Guard, ...] = ()
    needed: bool = False


@dataclass(frozen=True)
class Either:
    """``a if test else b``; ``a or b``."""

    options: tuple[Option, ...]


@dataclass(frozen=True)
class Element:
    """What a loop takes out of something, one after the other."""

    iterable: Form


@dataclass(frozen=True)
class Imported:
    """What an import binds; ``path`` as in Value."""

    path: str


@dataclass(frozen=True)
class Defined:
    """A class of this file, by its qualified name."""

    name: str


@dataclass(frozen=True)
class Unreadable:
    """Anything else."""


Form = (
    Literal | Named | Attribute | Item | Call | Display | Table | Joined | Either | Element
    | Imported | Defined | Unreadable
)  # fmt: skip
UNREADABLE = Unreadable()


@dataclass(frozen=True)
class Binding:
    """What binds a name.

    ``certain``: no earlier binding is left when this has run. ``guards`` hold where it runs.
    """

    form: Form
    end_row: int
    certain: bool
    guards: tuple[Guard, ...] = ()
    is_parameter: bool = False
    """Whether ``form`` is only what a parameter is where nobody gives it."""
    owner: str | None = None
    """The scope whose names ``form`` reads, where that is another one."""


@dataclass(frozen=True)
class ScopeNames:
    """The names of a module, class or function by what binds them, in the order of the source.

    ``attributes`` are those of the instance that methods bind; ``instance`` is what a method calls
    it (``self``), or its class (``cls``).
    """

    names: dict[str, tuple[Binding, ...]]
    is_class: bool = False
    bases: tuple[Form, ...] = ()
    attributes: dict[str, tuple[Binding, ...]] = field(default_factory=dict)
    instance: str | None = None

    def visible(self, name: str, row: int | None) -> tuple[Binding, ...]:
        """The bindings that may have been the last one before ``row``; None: in the end."""
        found = []
        for binding in reversed(self.names.get(name, ())):
            if row is None or binding.end_row < row:
                found.append(binding)
                if binding.certain:
                    break
        return tuple(found)


@dataclass(frozen=True)
class ConstantFacts:
    """The scopes of a file by their qualified names; ``""`` is the module."""

    path: str
    scopes: dict[str, ScopeNames]
    imports: dict[str, str]
    """What the imports of the module bind, for tests."""
    stars: tuple[str, ...] = ()
