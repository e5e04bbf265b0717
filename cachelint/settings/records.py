"""What the reader says of a settings module. Frozen, picklable, without ast nodes.

Three ways in which a value is less than known are kept apart: an alias may be there only under a
*condition*, a part of a value may be *unknown*, and a module may be *open*: something that cannot
be read may add aliases to what was read.
"""

from __future__ import annotations

from enum import Enum

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Span


class Role(Enum):
    """What a settings module is for."""

    DEPLOYABLE = "deployable"
    """What servers run: named by wsgi, asgi, a container, or by its own name."""
    LOCAL = "local"
    """A developer's machine."""
    TEST = "test"
    """Test runs and CI."""


@dataclass(frozen=True)
class Place:
    """A piece of a file; ``path`` as it is shown."""

    path: str
    span: Span

    @property
    def row(self) -> int:
        return self.span.row


@dataclass(frozen=True)
class Mention:
    """Why a file counts as a settings module: who names it, and how, in words."""

    path: str
    row: int
    reason: str


@dataclass(frozen=True)
class SettingsModule:
    """A settings module and how it was found.

    ``path`` is the file, as it is shown; ``root`` the folder that makes ``module`` importable;
    ``project`` the folder of the Django project that it belongs to (two projects of one repository
    have two). ``configuration`` is the class of django-configurations.
    """

    module: str
    path: str
    root: str
    project: str
    role: Role
    found_by: tuple[Mention, ...]
    configuration: str | None = None

    @property
    def label(self) -> str:
        return f"{self.module}:{self.configuration}" if self.configuration else self.module


@dataclass(frozen=True)
class Cause:
    """Why the reader cannot say more: what stands at ``place``, in words."""

    place: Place
    message: str


@dataclass(frozen=True)
class Constant:
    """A text, number, truth value or None."""

    value: str | bytes | int | float | complex | bool | None
    place: Place


@dataclass(frozen=True)
class Unknown:
    """A value that only the running program knows.

    ``text`` is the expression as written. ``variable`` is the environment variable it is read from;
    ``may_be_none``: it is None where that variable is not set, and no guard keeps that away.
    ``called`` is the qualified name of the function that makes it (``datetime.timedelta``).
    """

    text: str
    place: Place
    cause: str = ""
    variable: str | None = None
    may_be_none: bool = False
    called: str | None = None


@dataclass(frozen=True)
class Text:
    """A text with unknown parts: ``f"redis://:{password}@{host}"``, in the order of the parts."""

    parts: tuple[str | Unknown, ...]
    place: Place

    @property
    def beginning(self) -> str:
        """What the text is certain to begin with."""
        return self.parts[0] if self.parts and isinstance(self.parts[0], str) else ""


@dataclass(frozen=True)
class Choice:
    """One of the values that something may have, and when (None: whenever it is there)."""

    value: Known
    condition: Condition | None = None


@dataclass(frozen=True)
class Item:
    """An entry of a dict. ``is_definite``: it is there in every run in which its dict is."""

    key: str
    choices: tuple[Choice, ...]
    is_definite: bool
    place: Place
    """Where the key was last written."""


@dataclass(frozen=True)
class Mapping:
    """A dict; ``causes``: what may add or change entries that are not listed."""

    items: tuple[Item, ...]
    place: Place
    causes: tuple[Cause, ...] = ()

    def get(self, key: str) -> Item | None:
        return next((item for item in self.items if item.key == key), None)


@dataclass(frozen=True)
class Listing:
    """A list, tuple or set; ``causes``: what may add elements that are not listed."""

    items: tuple[Choice, ...]
    place: Place
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True)
class Reference:
    """A class or function, by its qualified name (``shop.caches.Tiered``)."""

    name: str
    place: Place


Known = Constant | Text | Unknown | Mapping | Listing | Reference


@dataclass(frozen=True)
class Condition:
    """When something holds, as the settings write it: ``REDIS_URL and not TESTING``.

    ``flags`` are the names of settings that alone decide it where they are true, with a "not "
    before it where they are false; ``arguments`` the texts that it looks for in ``sys.argv``.
    """

    text: str
    place: Place
    flags: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


class Certainty(Enum):
    """How sure it is that an alias is there."""

    DEFINITE = "definite"
    CONDITIONAL = "conditional"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Alias:
    """An alias of ``settings.CACHES``. ``condition`` where it is conditional.

    ``choices`` are the dicts that may configure it. ``place`` is where its key is written last;
    None for the ``default`` that Django has where there is no CACHES.
    """

    name: str
    certainty: Certainty
    place: Place | None
    choices: tuple[Choice, ...]
    condition: Condition | None = None


@dataclass(frozen=True)
class Settings:
    """What a settings module says.

    ``causes``: what may add or replace aliases; without any, the module is closed. ``values`` are
    the other settings that rules ask for (SESSION_ENGINE, MIDDLEWARE …); one that is not set, or
    only under a condition, has fewer choices than there are cases. ``files`` are all files that
    were read for it, as they are shown. ``bindings`` are where CACHES itself is bound.
    """

    module: SettingsModule
    aliases: dict[str, Alias]
    causes: tuple[Cause, ...]
    values: dict[str, tuple[Choice, ...]]
    files: tuple[str, ...]
    bindings: tuple[Place, ...] = ()

    @property
    def is_open(self) -> bool:
        return bool(self.causes)
