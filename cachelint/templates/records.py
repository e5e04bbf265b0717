"""What is known of templates: what they cache, and what they read of who asks for them."""

from __future__ import annotations

from enum import Enum

from cachelint.dataclass import dataclass, field
from cachelint.diagnostic import Span
from cachelint.templates.expressions import Variable
from cachelint.templates.lexer import Word

#: What a template must contain that caches a fragment.
CACHE_WORD = b"endcache"
#: Attributes that many users share.
FLAGS = frozenset({"is_active", "is_anonymous", "is_authenticated", "is_staff", "is_superuser"})
#: An element of what is iterated over.
ELEMENT = "*"


class Family(Enum):
    """What a variable knows of the visitor."""

    USER = "user"
    SESSION = "session"
    MESSAGES = "messages"


@dataclass
class Environment:
    """What names stand for: a variable of the context, None for anything else.

    ``is_isolated``: there is nothing but ``names``, as where ``only`` ends an inclusion.
    """

    names: dict[str, Variable | None] = field(default_factory=dict)
    is_isolated: bool = False

    def resolve(self, variable: Variable) -> Variable | None:
        """The variable of the context that ``variable`` is; None for one of the template's own."""
        if variable[0] in self.names:
            bound = self.names[variable[0]]
            return None if bound is None else (*bound, *variable[1:])
        return None if self.is_isolated else variable

    def with_names(self, names: dict[str, Variable | None]) -> Environment:
        return Environment({**self.names, **names}, self.is_isolated)


@dataclass(frozen=True)
class Reading:
    """A place that reads something of the visitor.

    ``origin`` is the variable of the context, ``attributes`` what is read of it.
    """

    family: Family
    origin: str
    attributes: tuple[str, ...]
    text: str
    path: str
    span: Span

    @property
    def is_flag(self) -> bool:
        return self.attributes[:1] != () and self.attributes[0] in FLAGS


@dataclass(frozen=True)
class Argument:
    """An argument of ``{% cache %}`` after its name; ``family``: what it knows of the visitor."""

    text: str
    family: Family | None
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CsrfToken:
    """``{% csrf_token %}``, and the names of the blocks around it."""

    span: Span
    blocks: tuple[str, ...]


@dataclass(frozen=True)
class Inclusion:
    """``{% include "name" %}``; ``name`` is None where only the running program knows it."""

    name: str | None
    environment: Environment
    is_for_anonymous: bool
    span: Span
    blocks: tuple[str, ...] = ()


@dataclass
class Fragment:
    """What stands between ``{% cache %}`` and ``{% endcache %}``.

    ``is_django``: the tag is Django's. ``is_effective``: it is rendered at all.
    ``is_for_anonymous``: visitors who have logged in do not get here. ``is_of_one``: the test
    around says who the user is.
    """

    span: Span
    name: str
    timeout: str
    arguments: tuple[Argument, ...]
    using: Word | None
    end: Span
    """Where an argument can be added."""
    is_django: bool
    is_effective: bool
    is_for_anonymous: bool
    is_of_one: bool
    environment: Environment
    readings: list[Reading] = field(default_factory=list)
    inclusions: list[Inclusion] = field(default_factory=list)
