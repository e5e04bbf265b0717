"""The records of a file. Immutable, picklable, without ast nodes.

Of values, uses and their spans there are thousands in a file: they are tuples, which are made in
a third of the time of a frozen dataclass.

**Paths.** What a name or an expression stands for is written as a path: the qualified name of
where it comes from, and what was done to it since::

    django.core.cache.caches             from django.core.cache import caches
    django.core.cache.caches[]           caches["sessions"]
    django.core.cache.caches[].get()     caches["sessions"].get("k")
    ….get().__add__()                    caches["sessions"].get("k") + 1
    ..cache.get_redis                    from ..cache import get_redis   (relative to the file)
    :Throttle.cache                      defined in this file; self.cache in a method of Throttle

A path is a possibility, not a certainty: a name that two branches bind has both values.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from cachelint.dataclass import dataclass, field
from cachelint.diagnostic import Span
from cachelint.source import one_line


class Phase(Enum):
    """When a piece of code runs."""

    IMPORT = "import"
    """While the module is imported: module and class bodies, decorators, defaults."""
    MAIN = "main"
    """Under ``if __name__ == "__main__"``."""
    INIT = "init"
    """When an object is made: ``__init__``, ``__new__``, ``__post_init__``."""
    READY = "ready"
    """In a method ``ready()`` of a class; whether that is an AppConfig is for the project."""
    CALL = "call"
    """Whenever somebody calls the function."""


class GuardKind(Enum):
    """What stands around a use."""

    EXCEPT = "except"
    """In a ``try`` body; ``names`` are the exceptions caught, ``*`` for a bare ``except``."""
    AFTER_IMPORT_ERROR = "after-import-error"
    """In a handler of ImportError; ``names`` are the imports that were tried."""
    AFTER_ERROR = "after-error"
    """In a handler; ``names`` are the exceptions caught, ``row`` is that of the ``try``."""
    MEMBERSHIP = "membership"
    """Only where something is ``in`` a container; ``names`` are item and container as written."""
    HAS_ATTRIBUTE = "has-attribute"
    """Only where ``hasattr(path, name)``; ``names`` are paths with the name appended, and what was
    asked as written where it is no name."""
    LACKS_ATTRIBUTE = "lacks-attribute"
    """Only where ``hasattr(path, name)`` is false; ``names`` as above."""
    SETTING = "setting"
    """Only where a Django setting is true (``X``), false (``not X``) or passes a test (``~X``)."""
    PRESENT = "present"
    """Only where an expression is true, or is not None; ``names`` is the expression as written."""
    TEST = "test"
    """Only where a test comes out that asks for settings, a backend or a type; ``names`` is the
    test as written."""
    WITHIN = "within"
    """In the body of a ``with``; ``names`` are the context managers as written."""
    VERSION = "version"
    """Only for some versions; ``names`` is the path compared, ``test`` the comparison."""


@dataclass(frozen=True)
class Guard:
    """A condition under which a use runs, or an exception that it may raise unharmed."""

    kind: GuardKind
    names: tuple[str, ...]
    row: int
    test: tuple[str, tuple[int, ...], int | None] | None = None
    """For a version: operator, bound, and how many parts are compared (None: all five)."""
    key_error: KeyErrorHandler | None = None
    """For a handler of KeyError."""


@dataclass(frozen=True)
class KeyErrorHandler:
    """``KeyError`` in an ``except``: where it stands, and what in the ``try`` may raise it."""

    span: Span
    risks: tuple[Span, ...]


@dataclass(frozen=True)
class Alias:
    """The expression between the brackets of ``caches[…]``; ``literal`` where it is a string.

    ``code`` is all that stands there, comments and line ends included.
    """

    code: str
    literal: str | None
    span: Span | None = field(default=None, compare=False)
    """Where the expression stands, without what may stand around it."""

    @property
    def text(self) -> str:
        return one_line(self.code)


class Value(NamedTuple):
    """Something that a name or an expression may be.

    ``alias`` is the last cache alias on the way. ``unless`` are names that star imports may bring:
    where one of those modules exports the name, it stands for what the first so many characters
    of the path stand for. The path of a name that only a star import can have bound starts empty.
    ``key`` is the first argument, as written, of the ``get()`` on the way that may be of a cache.
    """

    path: str
    alias: Alias | None = None
    unless: tuple[tuple[str, int], ...] = ()
    key: str = ""

    @property
    def mentions_cache(self) -> bool:
        """Whether this may be something of a cache, here or once the project is known."""
        if _spells_cache(self.path):
            return True
        return bool(self.unless) and any(_spells_cache(starred) for starred, _ in self.unless)


@lru_cache(maxsize=8192)
def _spells_cache(path: str) -> bool:
    return "cach" in path.lower() or "get_redis_connection" in path


Values = tuple[Value, ...]


class Argument(NamedTuple):
    """An argument of a call; ``keyword`` is ``*`` or ``**`` for an unpacked one.

    ``form`` is ``lambda``, ``generator``, ``string``, ``call``, ``await`` or ``comprehension``
    where the argument is one. ``called`` is the code of what a call calls.
    """

    keyword: str | None
    code: str
    values: Values
    span: Span
    form: str = ""
    called: str = ""

    @property
    def text(self) -> str:
        return one_line(self.code)


class Use(NamedTuple):
    """An attribute, an item or a call on something that may belong to the cache framework.

    Each link of ``caches["x"].get("k")`` is a use of its own. ``outer`` names what the expression
    around it does with it: ``attribute``, ``item``, ``call``, ``membership``, ``examined`` (asks
    for its identity or type), ``statement`` (nothing); ``value`` where it is what an assignment
    binds, a default or returned, or an element of a display that is; ``element`` where a
    comprehension or a method as ``append()`` puts it into a container; ``awaited``; empty where
    that is unknown.
    ``base`` is the code of what an item is taken of or what is called, where that is a name or an
    attribute. ``targets`` are what the assignment binds, ``containers`` what it becomes an element
    of, as written.
    """

    values: Values
    span: Span
    code: str
    base: str
    phase: Phase
    guards: tuple[Guard, ...]
    outer: str
    owner: str
    """Qualified name of the class or function around it, ``""`` at module level."""
    in_class_body: bool
    arguments: tuple[Argument, ...] = ()
    targets: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    is_async: bool = False
    """In the body of an ``async def``, where ``await`` may stand."""
    is_deferred: bool = False
    """Whether it stands in a lambda or generator: a call of ``owner`` does not run it."""

    @property
    def text(self) -> str:
        return one_line(self.code)


@dataclass(frozen=True)
class Import:
    """One imported name: ``path`` as in Value, ``bound`` the name it gets (``*`` for a star)."""

    path: str
    bound: str
    span: Span
    phase: Phase
    guards: tuple[Guard, ...]


@dataclass(frozen=True)
class ClassFacts:
    """A class: its bases (and ``metaclass=``), its decorators and what its attributes may be."""

    bases: Values
    metaclass: Values
    decorators: Values
    attributes: dict[str, Values]
    annotated: frozenset[str]
    """Names annotated in the body, as fields of a dataclass are; not those of a ``ClassVar``."""
    methods: dict[str, tuple[str, ...]]
    """The parameters of the methods, ``self`` included."""
    span: Span
    """The row with ``class``."""


@dataclass(frozen=True)
class Decorator:
    """A decorator as written, and what it may be."""

    span: Span
    values: Values


@dataclass(frozen=True)
class FunctionFacts:
    """A function or lambda: how it is called, and what comes of a call.

    ``returns`` has what each return statement gives back. ``is_plain``: the body is a return
    statement alone, apart from a docstring and imports. ``bound`` are its local names.
    """

    span: Span
    parameters: tuple[str, ...]
    bound: frozenset[str]
    global_names: frozenset[str]
    decorators: tuple[Decorator, ...]
    returns: tuple[Values, ...]
    is_plain: bool
    is_deferred: bool
    """Whether a call does not run the body: a generator, a coroutine."""
    first_row: int
    """What stands above belongs to earlier functions of the same name, which this one replaces."""
    empty_defaults: frozenset[str] = frozenset()
    """Parameters that are false where a call leaves them out; known where calls are followed."""
    rebound: frozenset[str] = frozenset()
    """Names that the body binds; known where calls are followed."""


@dataclass(frozen=True)
class FileFacts:
    """Everything that the layers above know of a file."""

    path: str
    imports: tuple[Import, ...]
    uses: tuple[Use, ...]
    classes: dict[str, ClassFacts]
    functions: dict[str, FunctionFacts]
    """Functions by qualified name and lambdas by place, those that were followed (see collect)."""
    exports: dict[str, Values]
    """Final module scope; a name with no values is bound to something of no interest."""
    stars: tuple[str, ...]
    declared_all: tuple[str, ...] | None
