"""What an expression of a settings module may be, while it is being read.

Values are shared by reference as in Python: two names may mean one dict. What differs from run to
run is told by *choices*: pairs of a guard and a value, whose guards exclude one another. Knows
guards and records; must not know the tree of a program beyond what a function or class keeps of it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import cached_property

from cachelint.dataclass import dataclass, field
from cachelint.settings.interpreter.guards import NEVER, Guard
from cachelint.settings.interpreter.written import Written
from cachelint.settings.records import Cause, Constant, Place
from cachelint.source import Source
from cachelint.trees import children


@dataclass(eq=False)
class Opaque:
    """Something that only the running program knows, or that lies outside of the tree.

    ``path`` is its qualified name with what was done to it (``os.environ.get()``), as far as that
    is known. ``default`` is what it is where an environment variable is not set. ``cause`` says why
    it is not known, where that is not plain.
    """

    text: str
    place: Place
    path: str = ""
    cause: str = ""
    variable: str | None = None
    may_be_none: bool = False
    default: Constant | None = None
    receiver: Opaque | None = None
    """What it is an attribute of."""
    content: DictObject | None = None
    """The dict that it is, once it has been used as one."""


@dataclass(frozen=True)
class Template:
    """A text with unknown parts, or the path of a file with some."""

    parts: tuple[str | Opaque, ...]
    place: Place


@dataclass(frozen=True)
class PathObject:
    """A ``pathlib.Path``."""

    text: str
    place: Place


@dataclass(frozen=True)
class Slot:
    """What stands under a key where ``guard`` holds; ``place`` is where it was written."""

    guard: Guard
    value: Value
    place: Place


Key = str | int | float | complex | bool | bytes | None


@dataclass(eq=False)
class DictObject:
    """A dict. The guards of the slots of a key exclude one another; elsewhere it is absent.

    ``openings``: what may add or change entries, and where. ``is_ordered``: whether the keys stand
    in the order in which they do in every run.
    """

    place: Place
    slots: dict[Key, list[Slot]] = field(default_factory=dict)
    openings: list[tuple[Guard, Cause]] = field(default_factory=list)
    is_ordered: bool = True


@dataclass(eq=False)
class ListObject:
    """A list, tuple or set; ``kind`` says which. Each item is there where its guard holds.

    ``is_ordered``: whether the items stand in the order in which they do in every run.
    """

    place: Place
    kind: str = "list"
    items: list[tuple[Guard, Value]] = field(default_factory=list)
    openings: list[tuple[Guard, Cause]] = field(default_factory=list)
    is_ordered: bool = True


@dataclass(eq=False)
class Scope:
    """A namespace: of a module, class, function or comprehension.

    ``wild``: what may have bound any name, and where. ``declared``: names that a ``global`` or
    ``nonlocal`` statement sends to another scope.
    """

    kind: str
    parent: Scope | None = None
    names: dict[str, Choices] = field(default_factory=dict)
    wild: list[tuple[Guard, Cause]] = field(default_factory=list)
    declared: dict[str, Scope] = field(default_factory=dict)


@dataclass(eq=False)
class ModuleObject:
    """A file of the tree as a module; ``ran``: where its body has been run."""

    name: str
    written: Written
    file: str
    """Absolute path."""
    scope: Scope = field(default_factory=lambda: Scope("module"))
    ran: Guard = NEVER
    is_running: bool = False

    @property
    def source(self) -> Source:
        return self.written.source


@dataclass(eq=False)
class FunctionObject:
    """A function or lambda.

    ``kind``: plain, property, cached (property), memoized, context (manager), classmethod,
    staticmethod.
    """

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    module: ModuleObject
    scope: Scope
    defaults: dict[str, Choices]
    place: Place
    kind: str = "plain"
    owner: ClassObject | None = None
    setter: FunctionObject | None = None
    """What writes to it, if it is a property."""
    memo: list[tuple[tuple[Key, ...], Guard, Choices]] = field(default_factory=list)
    """What it has returned, where it keeps that."""

    @property
    def name(self) -> str:
        return "<lambda>" if isinstance(self.node, ast.Lambda) else self.node.name

    @cached_property
    def is_generator(self) -> bool:
        waiting = children(self.node)
        while waiting:
            child = waiting.pop()
            if isinstance(child, (ast.Yield, ast.YieldFrom)):
                return True
            if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                waiting += children(child)
        return False


@dataclass(eq=False)
class ClassObject:
    """A class; ``bases`` in order, each one thing."""

    name: str
    module: ModuleObject
    bases: tuple[Value, ...]
    scope: Scope
    place: Place
    fields: list[str] = field(default_factory=list)
    """Annotated names, in order: what the ``__init__`` of a dataclass takes."""


@dataclass(eq=False)
class InstanceObject:
    """An object of a class of the tree."""

    cls: ClassObject
    scope: Scope
    place: Place


@dataclass(frozen=True)
class MemberObject:
    """A member of an Enum."""

    cls: ClassObject
    name: str
    value: Value


@dataclass(eq=False)
class GeneratorObject:
    """Items that are made when somebody asks for them, for which ``done`` are the runs that have.

    ``produce`` makes them, or hands each over as soon as it is there. ``is_context``: it makes one,
    for a ``with``.
    """

    place: Place
    produce: Callable[[Callable[[Choices], None] | None], ListObject]
    is_context: bool = False
    done: Guard = NEVER
    content: ListObject | None = None
    """What was made and not yet taken."""


@dataclass(frozen=True)
class PartialObject:
    """A callable with some of its arguments (functools.partial)."""

    function: Value
    positional: tuple[Choices, ...]
    keywords: dict[str, Choices]


@dataclass(frozen=True)
class BoundMethod:
    """A method of a value: a function of the tree, or by name one of a built-in type."""

    receiver: Value
    function: FunctionObject | str


@dataclass(frozen=True)
class SuperObject:
    """``super()``: what the classes after ``after`` in the order of ``receiver`` have."""

    receiver: Value
    after: ClassObject


@dataclass(frozen=True)
class NamespaceObject:
    """``globals()``, ``vars()``, ``module.__dict__``."""

    scope: Scope
    module: ModuleObject


@dataclass(frozen=True)
class Deferred:
    """A name of a module that is read when somebody asks for it."""

    module: ModuleObject
    name: str


Value = (
    Constant
    | Opaque
    | Template
    | PathObject
    | DictObject
    | ListObject
    | ModuleObject
    | FunctionObject
    | ClassObject
    | InstanceObject
    | MemberObject
    | GeneratorObject
    | PartialObject
    | BoundMethod
    | SuperObject
    | NamespaceObject
    | Deferred
)
Choices = Sequence[tuple[Guard, Value]]
Found = list[tuple[Guard, Value]]
"""Choices while they are being gathered."""


def is_same(first: Value, second: Value) -> bool:
    """Whether two choices may be told as one."""
    if first is second:
        return True
    if isinstance(first, Constant) and isinstance(second, Constant):
        # True == 1 == 1.0: the type counts.
        same_type = type(first.value) is type(second.value)
        return same_type and first.value == second.value and first.place == second.place
    return False


def describe(value: Value) -> str:
    """A value for a message."""
    if isinstance(value, Constant):
        return f'"{value.value}"' if isinstance(value.value, str) else repr(value.value)
    if isinstance(value, Template):
        text = "".join(
            part if isinstance(part, str) else f"{{{part.text}}}" for part in value.parts
        )
        return f'"{text}"'
    if isinstance(value, Opaque):
        return f"`{value.text}`"
    if isinstance(value, MemberObject):
        return f"`{value.cls.name}.{value.name}`"
    return "of this kind"
