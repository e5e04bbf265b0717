"""Which variables of a context know something of the visitor."""

from __future__ import annotations

from cachelint.diagnostic import Span
from cachelint.templates.expressions import Variable
from cachelint.templates.records import Family, Reading


def split_variable(variable: Variable) -> tuple[Variable, tuple[str, ...], Family] | None:
    """A variable of the context as origin and attributes, and what it knows of the visitor."""
    if variable[:2] == ("view", "request"):
        found = split_variable(variable[1:])
        return None if found is None else (("view", *found[0]), found[1], found[2])
    if variable[:2] == ("request", "user"):
        return variable[:2], variable[2:], Family.USER
    if variable[0] == "request" and variable[1:2] in (("session",), ("COOKIES",)):
        return variable[:2], variable[2:], Family.SESSION
    if variable[0] in ("user", "perms"):
        return variable[:1], variable[1:], Family.USER
    if variable[0] == "messages":
        return variable[:1], variable[1:], Family.MESSAGES
    return None


def family_of(variable: Variable) -> Family | None:
    found = split_variable(variable)
    return found[2] if found is not None else None


def attributes_of(variable: Variable) -> tuple[str, ...]:
    found = split_variable(variable)
    return found[1] if found is not None else ()


def reading_of(
    resolved: Variable, variable: Variable, path: str, span: Span, is_looked_in: bool
) -> Reading | None:
    found = split_variable(resolved)
    if found is None:
        return None
    origin, attributes, family = found
    if origin == ("perms",) and not attributes and not is_looked_in:
        # Django's cannot be printed or iterated over: somebody's own.
        return None
    return Reading(family, ".".join(origin), attributes, ".".join(variable), path, span)
