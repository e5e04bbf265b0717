"""The small expressions of templates: variables with filters, tests, assignments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cachelint.templates.lexer import Word

#: A variable as its parts: ``request.user.pk``.
Variable = tuple[str, ...]

_STRING = re.compile(r"""_?\(?(?:"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*')\)?""")
_VARIABLE = re.compile(r"[^\W\d][\w.]*")
_ASSIGNMENT = re.compile(r"(\w+)=(.+)", re.DOTALL)
OPERATORS = frozenset({
    "and", "or", "not", "in", "is", "==", "!=", "<", ">", "<=", ">=",
})  # fmt: skip
_CONSTANTS = frozenset({"True", "False", "None"})


def variables(expression: str) -> list[Variable]:
    """The variables of ``user.name|default:request.user``: the filtered one first, if it is one."""
    found: list[Variable] = []
    for index, part in enumerate(_STRING.sub('""', expression).split("|")):
        text = part.strip() if index == 0 else part.partition(":")[2].strip()
        match = _VARIABLE.fullmatch(text)
        if match and text not in _CONSTANTS:
            found.append(tuple(text.split(".")))
    return found


def constant(expression: str) -> str | None:
    """The text that a quoted word is; None for anything else, filters included."""
    if len(expression) > 1 and expression[0] in "\"'" and expression[-1] == expression[0]:
        inner = expression[1:-1]
        return None if expression[0] in inner or "\\" in inner else inner
    return None


def assignment(word: str) -> tuple[str, str] | None:
    """``name=expression``."""
    match = _ASSIGNMENT.fullmatch(word)
    return (match[1], match[2]) if match else None


def assignments(words: Iterable[Word]) -> Iterator[tuple[str, Word]]:
    """What ``with`` binds: ``name=expression`` or ``expression as name``."""
    listed = list(words)
    for index, word in enumerate(listed):
        found = assignment(word.text)
        if found is not None:
            yield found[0], Word(found[1], word.span)
        elif word.text == "as" and 0 < index < len(listed) - 1:
            yield listed[index + 1].text, listed[index - 1]


def terms(words: list[str], operator: str) -> list[list[str]]:
    """A test split at ``and`` or ``or``; empty where it has the other one too."""
    other = "or" if operator == "and" else "and"
    if other in words:
        return []
    found: list[list[str]] = [[]]
    for word in words:
        if word == operator:
            found.append([])
        else:
            found[-1].append(word)
    return found
