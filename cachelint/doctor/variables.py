"""Environment variables that are not set, or empty, and what has become of a LOCATION with them.

The sources say which variable goes where, the process whether it is set, and the running LOCATION
whether that has come out: only where all three agree something is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cachelint.dataclass import dataclass
from cachelint.doctor.records import Fault
from cachelint.rules.settings_rules import entries, values_of
from cachelint.settings.records import Known, Listing, Settings, Text, Unknown

_PASSWORDS = ("PASSWORD", "password")


@dataclass(frozen=True)
class _Slot:
    """A value that is made from variables: of which alias, and which value."""

    alias: str
    key: str
    value: Text | Unknown


def variables_of(settings: Settings) -> list[str]:
    """Every variable that goes into a LOCATION or a password."""
    names = [part.variable for slot in _slots(settings) for part in _unknown(slot.value)]
    return list(dict.fromkeys(name for name in names if name is not None))


def variable_faults(
    settings: Settings, states: dict[str, str], running: dict[str, Any]
) -> Iterator[Fault]:
    """``states`` are of the variables, ``running`` the described aliases of the process."""
    seen = set()
    for slot in _slots(settings):
        texts = list(_texts(_get(running.get(slot.alias), slot.key)))
        for part in _unknown(slot.value) if slot.key == "LOCATION" else ():
            state = states.get(part.variable or "")
            key = (slot.alias, part.variable)
            came_out = any(_matches(slot.value, part, state, states, text) for text in texts)
            if state in ("empty", "unset") and came_out and key not in seen:
                seen.add(key)
                yield _fault(settings, slot, part, state)


def password_hints(settings: Settings, states: dict[str, str]) -> dict[str, str]:
    """By alias: a variable for its password that is not set, for whoever finds none sent."""
    found = {}
    for slot in _slots(settings):
        for part in _unknown(slot.value):
            state = states.get(part.variable or "")
            if state in ("empty", "unset") and (slot.key in _PASSWORDS or slot.key == "LOCATION"):
                what = "is not set" if state == "unset" else "is empty"
                found[slot.alias] = f"`{part.variable}` {what}"
    return found


def _fault(settings: Settings, slot: _Slot, part: Unknown, state: str) -> Fault:
    place = slot.value.place
    if state == "unset":
        kind, what = "unset-variable", "is not set, and is None"
    else:
        kind, what = "empty-variable", "is set, but empty, and nothing is there"
    return Fault(
        kind,
        f'the environment variable `{part.variable}` {what} in LOCATION of alias "{slot.alias}"',
        f'set it; os.environ["{part.variable}"] would say so at the start',
        settings.module.label,
        slot.alias,
        f"{place.path}:{place.row}",
    )


def _slots(settings: Settings) -> Iterator[_Slot]:
    for entry in entries(settings):
        for value in values_of(entry.mapping, "LOCATION"):
            for one in _parts(value):
                yield _Slot(entry.alias.name, "LOCATION", one)
        for options in entry.options:
            for key in _PASSWORDS:
                for value in values_of(options, key):
                    for one in _parts(value):
                        yield _Slot(entry.alias.name, key, one)


def _parts(value: Known) -> Iterator[Text | Unknown]:
    if isinstance(value, Listing):
        for choice in value.items:
            yield from _parts(choice.value)
    elif isinstance(value, Text) or (isinstance(value, Unknown) and value.variable is not None):
        yield value


def _unknown(value: Text | Unknown) -> Iterator[Unknown]:
    parts = value.parts if isinstance(value, Text) else (value,)
    return (part for part in parts if isinstance(part, Unknown) and part.variable is not None)


def _matches(
    value: Text | Unknown, part: Unknown, state: str | None, states: dict[str, str], text: str
) -> bool:
    """Whether ``text`` is what ``value`` is where ``part`` is None, or empty."""
    if state == "unset" and not part.may_be_none:
        return False
    parts = value.parts if isinstance(value, Text) else (value,)
    pattern = ""
    for one in parts:
        if isinstance(one, str):
            pattern += re.escape(one)
        elif one == part:
            pattern += "None" if state == "unset" else ""
        elif states.get(one.variable or "") == "unset" and one.may_be_none:
            pattern += "None"
        else:
            pattern += ".*"
    return re.fullmatch(pattern, text, re.DOTALL) is not None


def _get(described: Any, key: str) -> Any:
    pairs = described.get("dict", ()) if isinstance(described, dict) else ()
    return next((value for own, value in pairs if own == key), None)


def _texts(described: Any) -> Iterator[str]:
    """The texts of a described LOCATION; None itself counts as the text that it would be."""
    if isinstance(described, dict):
        for one in described.get("list", ()):
            yield from _texts(one)
    elif described is None or isinstance(described, str):
        yield str(described)
