"""Whether a cached fragment shows one visitor what belongs to another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.templates.lexer import Template
from cachelint.templates.library import Library
from cachelint.templates.records import (
    ELEMENT,
    FLAGS,
    Argument,
    Environment,
    Family,
    Fragment,
    Inclusion,
    Reading,
)
from cachelint.templates.walking import walk

#: Variables of a context that may well stand for a user: a view has put them there.
_NAMES_SOMEBODY = re.compile(
    r"user|account|profile|member|session|owner|customer|viewer|visitor|person|perm|login"
    r"|auth(?!or)|staff|admin|role|key|hash|token|cookie|uid|ident",
    re.IGNORECASE,
)
#: What a message of django.contrib.messages has; a model of messages has something else.
_OF_A_MESSAGE = frozenset({"extra_tags", "level", "level_tag", "message", "tags"})
_WHOLE_NUMBER = re.compile(r"-?\d+")


def leaking_readings(
    fragment: Fragment, template: Template, library: Library
) -> tuple[Reading, ...]:
    """What ``fragment`` stores of one visitor for all."""
    is_stored = not (_WHOLE_NUMBER.fullmatch(fragment.timeout) and int(fragment.timeout) <= 0)
    if not (fragment.is_django and fragment.is_effective and is_stored):
        return ()
    found = list(dict.fromkeys([*fragment.readings, *_included(fragment, template, library)]))
    found = [reading for reading in _of_visitors(found) if not _is_covered(reading, fragment)]
    found = _as_others_see_it(found, template, library) if found else []
    return () if found and library.has_own_cache_tag(template.path) else tuple(found)


def _included(fragment: Fragment, template: Template, library: Library) -> Iterator[Reading]:
    seen: set[object] = set()
    for inclusion in fragment.inclusions:
        yield from _read_in(inclusion, template.path, library, seen)


def _read_in(
    inclusion: Inclusion, origin: str, library: Library, seen: set[object]
) -> list[Reading]:
    """What an included template reads; where several may be meant, only what all of them read.

    ``seen`` are the templates that have been read, each with the names that it was given.
    """
    if inclusion.name is None:
        return []
    environment = inclusion.environment
    names = (tuple(sorted(environment.names.items(), key=str)), environment.is_isolated)
    found = []
    for template in library.named(inclusion.name, origin):
        if (template.path, names) in seen:
            continue
        seen.add((template.path, names))
        walked = walk(template, environment)
        readings = list(walked.readings)
        for inner in walked.inclusions:
            readings += _read_in(inner, template.path, library, seen)
        found.append(readings)
    return found[0] if found and all(found) else []


def _of_visitors(readings: list[Reading]) -> list[Reading]:
    """Without ``messages`` that are no messages of django.contrib.messages."""
    parts = [r.attributes for r in readings if r.family is Family.MESSAGES and r.attributes]
    elements = [attributes[1:] for attributes in parts if attributes[0] == ELEMENT]
    is_django = bool(elements) and all(
        not attributes or attributes[0] in _OF_A_MESSAGE for attributes in elements
    )
    return [r for r in readings if r.family is not Family.MESSAGES or is_django]


def _is_covered(reading: Reading, fragment: Fragment) -> bool:
    """Whether who reads something else gets another fragment."""
    is_known = fragment.is_for_anonymous or (fragment.is_of_one and fragment.arguments)
    if reading.family is Family.USER and is_known:
        return True
    return any(_separates(argument, reading) for argument in fragment.arguments)


def _separates(argument: Argument, reading: Reading) -> bool:
    attributes = argument.attributes
    if argument.family is None:
        return _NAMES_SOMEBODY.search(argument.text) is not None
    if argument.family is Family.USER:
        # Many users have the same flags; what is read of permissions may follow from them.
        is_flag = attributes[:1] != () and attributes[0] in FLAGS
        return not is_flag or reading.is_flag or reading.origin == "perms"
    if argument.family is Family.SESSION:
        is_same = reading.family is Family.SESSION and reading.attributes[:1] == attributes[:1]
        return is_same or attributes[:1] in (("session_key",), ("sessionid",))
    return reading.family is Family.MESSAGES


def _as_others_see_it(
    readings: list[Reading], template: Template, library: Library
) -> list[Reading]:
    """Without names that mean something else where the template is included or rendered."""
    if library.is_rendered_by_a_tag(template.path):
        readings = [r for r in readings if r.origin.partition(".")[0] in ("request", "view")]
    for inclusion in library.inclusions_of(template.path):
        readings = [
            reading
            for reading in readings
            if _means_the_same(reading, inclusion.environment)
            and not (inclusion.is_for_anonymous and reading.family is Family.USER)
        ]
    return readings


def _means_the_same(reading: Reading, environment: Environment) -> bool:
    origin = tuple(reading.origin.split("."))
    return environment.resolve(origin) == origin
