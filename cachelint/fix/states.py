"""A file while it is fixed, and what of its findings has gone, has come or is still there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from cachelint.dataclass import dataclass, field
from cachelint.diagnostic import Diagnostic
from cachelint.fix.outcome import Left
from cachelint.fix.planning import Chosen


@dataclass
class State:
    """A file on the way: as it was, as it is now, and what was found in it at first."""

    old: bytes
    new: bytes
    before: Counter[str] = field(default_factory=Counter)
    """The codes that were found in it, judged alone, where something around it changes."""
    words: Counter[tuple[str, str]] = field(default_factory=Counter)
    """The same with their messages."""
    fixed: list[Diagnostic] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    needs_helper: bool = False
    is_readable: bool = False
    chosen: Chosen = field(default_factory=dict)
    """What is to be done at first."""


def allowed_codes(before: Counter[str], fixed: Iterable[Diagnostic]) -> Counter[str]:
    """How often each code may be found when ``fixed`` are gone."""
    allowed = Counter(before)
    for diagnostic in fixed:
        allowed[diagnostic.code] -= 1
        if diagnostic.fix is not None:
            allowed.update(diagnostic.fix.repeats)
    return +allowed


def beyond(known: Counter[tuple[str, str]], found: list[Diagnostic]) -> Iterator[Diagnostic]:
    """Of ``found`` what was not there before: what is known may not go instead of it."""
    left = Counter(known)
    for diagnostic in found:
        said = words(diagnostic)
        if left[said] > 0:
            left[said] -= 1
        else:
            yield diagnostic


def paired(waiting: list[Left], found: list[Diagnostic]) -> dict[Diagnostic, Left]:
    """What is found now, with what was left of it before: rows have moved, words and order stay."""
    pairs: dict[Diagnostic, Left] = {}
    for left in waiting:
        said = words(left.diagnostic)
        again = [d for d in found if words(d) == said and d not in pairs]
        if again:
            pairs[again[0]] = left
    return pairs


def words(diagnostic: Diagnostic) -> tuple[str, str]:
    return diagnostic.code, diagnostic.message
