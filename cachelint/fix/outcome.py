"""What becomes of findings: files that change, and what is left with its reason."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from cachelint.dataclass import dataclass, replace
from cachelint.diagnostic import Diagnostic, Span


@dataclass(frozen=True)
class Left:
    """A finding that stays, and why. ``with_unsafe``: ``--unsafe-fixes`` would try it."""

    diagnostic: Diagnostic
    reason: str
    with_unsafe: bool = False

    @classmethod
    def without_plan(cls, diagnostic: Diagnostic) -> Left:
        """For a finding about which its rule would do nothing."""
        return cls(diagnostic, f"no automatic fix: {diagnostic.no_fix}")


@dataclass(frozen=True)
class FixedFile:
    """A file that changes, and the findings that are gone then."""

    path: str
    old: bytes
    new: bytes
    fixed: tuple[Diagnostic, ...]


@dataclass(frozen=True)
class FixReport:
    """What changes, what is created (path and content), and what is left.

    ``gone`` are findings of files that stay as they are, which go with the fixes of others.
    """

    files: tuple[FixedFile, ...]
    created: tuple[tuple[str, bytes], ...]
    left: tuple[Left, ...]
    gone: tuple[Diagnostic, ...] = ()

    @property
    def count(self) -> int:
        """How many findings are gone then."""
        return sum(len(file.fixed) for file in self.files) + len(self.gone)


def moved(left: Iterable[Left], files: Iterable[FixedFile]) -> tuple[Left, ...]:
    """What is left, in the rows where it stands when ``files`` are written."""
    changes = {file.path: _shifts(file) for file in files}
    return tuple(
        replace(one, diagnostic=_shifted(one.diagnostic, changes[one.diagnostic.path]))
        if one.diagnostic.path in changes
        else one
        for one in left
    )


def _shifts(file: FixedFile) -> list[tuple[int, int]]:
    """From which old row on (counted from 1) rows are how many further down."""
    before, after = file.old.splitlines(), file.new.splitlines()
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    return [(old + 1, new - old) for old, new, _ in matcher.get_matching_blocks()]


def _shifted(diagnostic: Diagnostic, shifts: list[tuple[int, int]]) -> Diagnostic:
    span = diagnostic.span
    by = max(((first, shift) for first, shift in shifts if first <= span.row), default=(0, 0))[1]
    return replace(
        diagnostic, span=Span(span.row + by, span.column, span.end_row + by, span.end_column)
    )
