"""What an alias expression turns out to be, and what it is on the way there."""

from __future__ import annotations

from enum import Enum

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Evidence
from cachelint.facts.constant_records import ConstantFacts, Display, ScopeNames, Table
from cachelint.facts.records import Guard


class Kind(Enum):
    """What an alias expression may turn out to be."""

    TEXT = "text"
    NONE = "none"
    """None: an environment variable that is not set."""
    MEMBER = "member"
    """A member of an enum that is no text: no key of anything."""
    SETTING = "setting"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class AliasValue:
    """One thing that an alias expression may be.

    ``text`` is the alias; of a setting its path (``CACHE_ALIAS``, ``MY_APP.CACHE``), of None the
    environment variable, of a member its name. ``guards`` hold where it is this one, ``evidence``
    is where it is written. ``fallback`` is what a setting is where it is not set: one thing that
    it may be, or nothing at all for an error.
    """

    kind: Kind
    text: str = ""
    evidence: tuple[Evidence, ...] = ()
    guards: tuple[Guard, ...] = ()
    fallback: AliasValue | None = None


UNKNOWN = AliasValue(Kind.UNKNOWN)


@dataclass(frozen=True)
class At:
    """A place that reads names: a scope of a file."""

    facts: ConstantFacts
    owner: str
    row: int | None


@dataclass(frozen=True)
class ClassOf:
    """A class of the project."""

    facts: ConstantFacts
    name: str

    @property
    def scope(self) -> ScopeNames:
        return self.facts.scopes[self.name]


@dataclass(frozen=True)
class Outside:
    """Something of another package, or the settings, by its dotted name."""

    path: str


@dataclass(frozen=True)
class Member:
    """A member of an enum; ``is_text``: it equals its value."""

    cls: ClassOf
    name: str
    value: AliasValue
    is_text: bool


@dataclass(frozen=True)
class Kept:
    """A display or dict, and where its elements read their names."""

    form: Display | Table
    at: At


Found = AliasValue | ClassOf | Outside | Member | Kept


def as_alias(found: Found) -> AliasValue:
    if isinstance(found, AliasValue):
        return found
    if isinstance(found, Member) and found.is_text:
        return found.value
    if isinstance(found, Member):
        return AliasValue(Kind.MEMBER, f"{found.cls.name}.{found.name}", found.value.evidence)
    return UNKNOWN


def outer_name(owner: str) -> str:
    """The qualified name of what ``owner`` is defined in."""
    return owner.rpartition(".")[0].removesuffix(".<locals>")
