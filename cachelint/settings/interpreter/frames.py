"""What is being run: modules, functions and loops, and the runs that have left them.

Knows guards and values; must not know how anything is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable

from cachelint.dataclass import dataclass, field
from cachelint.settings.interpreter.guards import NEVER, Guard
from cachelint.settings.interpreter.values import (
    Choices,
    ClassObject,
    Found,
    FunctionObject,
    ListObject,
    ModuleObject,
    Scope,
    Value,
)


@dataclass
class Frame:
    """A module, class or function that is being run."""

    module: ModuleObject
    scope: Scope
    function: FunctionObject | None = None
    receiver: Value | None = None
    """The first argument of a method."""
    owner: ClassObject | None = None
    is_relevant: bool = False
    """Whether it runs for a statement that can matter for CACHES."""
    returned: Found = field(default_factory=list)
    yielded: ListObject | None = None
    take: Callable[[Choices], None] | None = None
    """Who takes what is yielded at once: a ``with`` whose body runs in between."""


@dataclass
class Jumps:
    """The runs that have left a loop, and those that have gone on to its next round."""

    broken: Guard = NEVER
    continued: Guard = NEVER


@dataclass
class Raised:
    """The runs that an error has taken out of a ``try``; ``name`` None: of an unknown class."""

    guard: Guard
    name: str | None
