"""Tests around a fragment: whom they let pass."""

from __future__ import annotations

from cachelint.templates.expressions import terms, variables
from cachelint.templates.records import Environment, Family
from cachelint.templates.visitors import attributes_of, family_of

#: Attributes that are true of every user who has logged in, and of nobody else.
_KNOWS_WHO = frozenset({"is_authenticated", "pk", "id", "username"})


def is_for_anonymous(words: list[str], is_true: bool, environment: Environment) -> bool:
    """Whether a test with this outcome lets nobody pass who has logged in."""
    operator = "and" if is_true else "or"
    return any(_is_no_user(term, is_true, environment) for term in terms(words, operator))


def is_of_one(words: list[str], is_true: bool, environment: Environment) -> bool:
    """Whether a test with this outcome says which user this is: ``user == post.author``."""
    for term in terms(words, "and") if is_true else ():
        if len(term) == 3 and term[1] == "==" and not {"True", "False"}.intersection(term):
            sides = (_of_user(term[0], environment), _of_user(term[2], environment))
            if any(side is not None for side in sides):
                return True
    return False


def _is_no_user(term: list[str], is_true: bool, environment: Environment) -> bool:
    if term[:1] == ["not"]:
        return _is_no_user(term[1:], not is_true, environment)
    if len(term) == 3 and term[1] in ("is", "=="):
        if term[2] in ("None", "False"):
            return _is_no_user(term[:1], not is_true, environment)
        if term[2] == "True":
            return _is_no_user(term[:1], is_true, environment)
    attributes = _of_user(term[0], environment) if len(term) == 1 else None
    if attributes is None or len(attributes) != 1:
        return False
    return attributes[0] == "is_anonymous" if is_true else attributes[0] in _KNOWS_WHO


def _of_user(expression: str, environment: Environment) -> tuple[str, ...] | None:
    """The attributes of the user that an expression is; None for another."""
    found = variables(expression)
    resolved = environment.resolve(found[0]) if len(found) == 1 else None
    if resolved is None or family_of(resolved) is not Family.USER or resolved[0] == "perms":
        return None
    return attributes_of(resolved)
