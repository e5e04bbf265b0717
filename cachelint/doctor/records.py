"""What the doctor finds. No record holds a password: texts are masked where they are made."""

from __future__ import annotations

from cachelint.dataclass import dataclass, field


class CannotLookError(Exception):
    """Nothing can be said: what is missing, and what to do about it."""


@dataclass(frozen=True)
class Options:
    """``python`` is the interpreter of the project; pings may take ``seconds``."""

    python: str
    seconds: float = 3.0
    start_seconds: float = 30.0


@dataclass(frozen=True)
class Fault:
    """Something that is wrong. ``kind`` is a word for programs, or the code of a rule.

    ``place`` is file and line, where there is one.
    """

    kind: str
    message: str
    help: str = ""
    environment: str | None = None
    alias: str | None = None
    place: str | None = None


@dataclass(frozen=True)
class Choice:
    """Which settings module counts, and who says so, in words."""

    label: str
    chosen_by: str


@dataclass(frozen=True)
class Cache:
    """An alias of an environment. ``read`` is whether the sources have it, ``runs`` the process.

    None: nobody knows. ``milliseconds`` is how long a ping took, None where there was none.
    """

    alias: str
    read: str | None
    runs: bool | None
    backend: str | None
    location: str | None
    milliseconds: int | None = None
    fault: Fault | None = None


@dataclass
class Patient:
    """A settings module. ``is_asked``: it is the active one, or was named; its caches were pinged.

    ``error`` is why it cannot be loaded, in words.
    """

    label: str
    path: str
    role: str
    named_by: str
    is_asked: bool
    error: str | None = None
    caches: tuple[Cache, ...] = ()
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_loaded(self) -> bool:
        return self.error is None


@dataclass
class Examination:
    """Everything that was seen. ``versions`` are of the interpreter and of packages."""

    python: str
    folder: str
    choice: Choice
    versions: dict[str, str] = field(default_factory=dict)
    patients: list[Patient] = field(default_factory=list)
    differences: tuple[str, ...] = ()
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def all_faults(self) -> list[Fault]:
        """What is wrong, each once: of the whole, then of the settings modules."""
        found = [*self.faults]
        for patient in self.patients:
            found += patient.faults
            found += (cache.fault for cache in patient.caches if cache.fault is not None)
        return list(dict.fromkeys(found))
