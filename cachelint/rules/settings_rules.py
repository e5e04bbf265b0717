"""What the rules for ``settings.CACHES`` share: the dicts that configure aliases, and their places.

A rule judges settings modules one by one and says where in the sources its verdict stands. One
place, inherited by five settings modules, is one finding in the file that has it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator

from cachelint.dataclass import dataclass, replace
from cachelint.diagnostic import Evidence, Span
from cachelint.places import shown_path
from cachelint.rules.rule import FileView, Finding
from cachelint.settings.backends import Family, family_of
from cachelint.settings.records import (
    Alias,
    Choice,
    Condition,
    Constant,
    Known,
    Mapping,
    Place,
    Settings,
)

#: What a file that configures an alias has, if only one level of it.
WORDS = (b"CACHES", b"BACKEND")

#: Options that name a class which gets the other options, or the location.
_READERS: dict[Family | None, tuple[str, ...]] = {
    Family.CORE_REDIS: ("pool_class",),
    Family.DJANGO_REDIS: (
        "CLIENT_CLASS", "COMPRESSOR", "CONNECTION_FACTORY", "CONNECTION_POOL_CLASS", "SERIALIZER",
    ),
}  # fmt: skip
_REDIS_PACKAGES = ("django.", "django_redis.", "redis.")
_LOGIN = re.compile(r"^.*@", re.DOTALL)
_FIRST_ROW = Span(1, 1, 1, 1)


@dataclass(frozen=True)
class Entry:
    """One of the dicts that may configure an alias of a settings module.

    ``condition`` is when: that of the alias, else that of the dict.
    """

    settings: Settings
    alias: Alias
    mapping: Mapping
    condition: Condition | None

    @property
    def family(self) -> Family | None:
        """What stands behind the backend; None where that is not known for certain."""
        path = self.backend
        return family_of(path) if path is not None else None

    @property
    def backend(self) -> str | None:
        """The backend's dotted path, where there is one only."""
        value = only_value(self.mapping, "BACKEND")
        return value.value if isinstance(value, Constant) and isinstance(value.value, str) else None

    @property
    def options(self) -> tuple[Mapping, ...]:
        return tuple(v for v in values_of(self.mapping, "OPTIONS") if isinstance(v, Mapping))


@dataclass(frozen=True)
class Verdict:
    """What a rule says of a place in the settings."""

    settings: Settings
    place: Place
    message: str
    help: str
    cause: str
    evidence: tuple[Evidence, ...] = ()

    @property
    def finding(self) -> Finding:
        return Finding(self.place.span, self.message, self.help, self.cause, self.evidence)


def entries(settings: Settings) -> Iterator[Entry]:
    for alias in settings.aliases.values():
        for choice in alias.choices:
            if isinstance(choice.value, Mapping):
                condition = alias.condition or choice.condition
                yield Entry(settings, alias, choice.value, condition)


def values_of(mapping: Mapping, key: str) -> Iterator[Known]:
    """Everything that an entry of ``mapping`` may be."""
    item = mapping.get(key)
    return (choice.value for choice in item.choices) if item is not None else iter(())


def only_value(mapping: Mapping, key: str) -> Known | None:
    """What an entry is, where it can be one thing only."""
    item = mapping.get(key)
    if item is None or not item.is_definite or len(item.choices) != 1:
        return None
    return item.choices[0].value


def certain_constant(choices: tuple[Choice, ...]) -> Constant | None:
    """The constant that a setting is in every run, None where it may be something else."""
    if len(choices) != 1 or choices[0].condition is not None:
        return None
    value = choices[0].value
    return value if isinstance(value, Constant) else None


def is_read_by_others(entry: Entry, options: Mapping) -> bool:
    """Whether a class of neither redis-py nor django-redis may read options, or the location."""
    return any(
        not (
            isinstance(value, Constant)
            and isinstance(value.value, str)
            and value.value.startswith(_REDIS_PACKAGES)
        )
        for key in _READERS.get(entry.family, ())
        for value in values_of(options, key)
    )


def masked(text: str) -> str:
    """A location as it may be shown: without what stands before the host."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    return scheme + separator + _LOGIN.sub("***@", rest)


def report(
    view: FileView, judge: Callable[[Settings, FileView], Iterable[Verdict]]
) -> Iterator[Finding]:
    """A finding for each place in the file of ``view`` that ``judge`` has something to say of."""
    # A linted file may be written `./conf/settings.py`, places of settings never are.
    path = shown_path(os.path.abspath(view.facts.path))
    standing: dict[Span, list[Verdict]] = {}
    for settings in view.settings.modules:
        for verdict in judge(settings, view):
            if verdict.place.path == path:
                standing.setdefault(verdict.place.span, []).append(verdict)
    for verdicts in standing.values():
        first = verdicts[0]
        inherited = tuple(dict.fromkeys(_inheritance(verdict) for verdict in verdicts))
        evidence = (*first.evidence, *(found for found in inherited if found is not None))
        yield replace(first.finding, evidence=evidence)


def _inheritance(verdict: Verdict) -> Evidence | None:
    """The settings module that has the place from another file."""
    module = verdict.settings.module
    if module.path == verdict.place.path and module.configuration is None:
        return None
    return Evidence(module.path, _FIRST_ROW, f"`{module.label}` has it")
