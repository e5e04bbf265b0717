"""What the probe tells of running settings → the records that rules know.

Everything in them is certain. Where the same thing stands in the sources, the settings as they were
read say; a value that they do not have is placed at the module as a whole.
"""

from __future__ import annotations

import os
from typing import Any

from cachelint.dataclass import dataclass, field
from cachelint.diagnostic import Span
from cachelint.places import project_folder
from cachelint.settings.records import (
    Alias,
    Certainty,
    Choice,
    Constant,
    Item,
    Known,
    Listing,
    Mapping,
    Place,
    Reference,
    Settings,
    SettingsModule,
    Unknown,
)

#: The place of what stands nowhere in particular.
SOMEWHERE = Span(1, 1, 1, 1)
#: As the probe describes an error: the outermost first.
Error = list[dict[str, Any]]
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_TIMEDELTA = "datetime.timedelta"
_DEFAULT = {"dict": [["BACKEND", "django.core.cache.backends.locmem.LocMemCache"]]}


@dataclass(frozen=True)
class Answer:
    """What the probe says of settings. ``errors``: by alias why its backend cannot be imported."""

    module: str
    configuration: str | None
    file: str | None
    settings: dict[str, Any]
    errors: dict[str, Error] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """The project that the settings belong to; installed ones serve the one that is here."""
        if self.file is None or _INSTALLED & set(self.file.split(os.sep)):
            return project_folder(os.curdir)
        return project_folder(self.file)

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Answer:
        errors = {alias: error for alias, error in answer["backends"].items() if error}
        return cls(
            answer["module"], answer["configuration"], answer["file"], answer["settings"], errors
        )


def running_settings(answer: Answer, module: SettingsModule, read: Settings | None) -> Settings:
    """Running settings as records; ``read`` is what their source says."""
    somewhere = Place(module.path, SOMEWHERE)
    values: dict[str, tuple[Choice, ...]] = {
        name: (Choice(_known(value, somewhere, _choices_of(read, name))),)
        for name, value in answer.settings.items()
        if name != "CACHES"
    }
    has_caches = "CACHES" in answer.settings
    bindings = (read.bindings if read is not None else ()) or (somewhere,)
    return Settings(
        module,
        _aliases(answer.settings.get("CACHES", {"dict": [["default", _DEFAULT]]}), read, somewhere),
        (),
        values,
        read.files if read is not None else (module.path,),
        bindings if has_caches else (),
    )


def _choices_of(read: Settings | None, name: str) -> tuple[Choice, ...]:
    return read.values.get(name, ()) if read is not None else ()


def _aliases(described: Any, read: Settings | None, somewhere: Place) -> dict[str, Alias]:
    found = {}
    pairs = described.get("dict", []) if isinstance(described, dict) else []
    for name, value in pairs:
        known = read.aliases.get(name) if read is not None else None
        place = known.place if known is not None else somewhere
        choices = known.choices if known is not None else ()
        mapping = _known(value, place or somewhere, choices)
        found[name] = Alias(name, Certainty.DEFINITE, place, (Choice(mapping),))
    return found


def _known(described: Any, place: Place, read: tuple[Choice, ...]) -> Known:
    """A described value; ``read`` are the values that the sources may have there."""
    values = [choice.value for choice in read]
    place = values[-1].place if values else place
    if not isinstance(described, dict):
        return Constant(described, place)
    if "dict" in described:
        items = []
        for key, value in described["dict"]:
            own = [v.get(key) for v in values if isinstance(v, Mapping)]
            last = next((item for item in reversed(own) if item is not None), None)
            at = last.place if last is not None else place
            known = _known(value, at, last.choices if last is not None else ())
            items.append(Item(key, (Choice(known),), True, at))
        return Mapping(tuple(items), place)
    if "list" in described:
        return Listing(tuple(_elements(described["list"], place, values)), place)
    if "class" in described:
        return Reference(described["class"], place)
    called = _TIMEDELTA if described["other"] == _TIMEDELTA else None
    return Unknown(described["other"], place, "no constant", called=called)


def _elements(described: list[Any], place: Place, read: list[Known]) -> list[Choice]:
    places = {
        choice.value.value: choice.value.place
        for listing in read
        for choice in (listing.items if isinstance(listing, Listing) else ())
        if isinstance(choice.value, Constant)
    }
    found = []
    for element in described:
        at = places.get(element, place) if isinstance(element, str) else place
        found.append(Choice(_known(element, at, ())))
    return found
