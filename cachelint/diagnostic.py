"""What a rule says: where, what, why, and the way out.

Knows nothing of Django, files or output formats; every layer above speaks these types.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from cachelint.dataclass import dataclass


class Span(NamedTuple):
    """A stretch of a file.

    Rows and columns count from 1, columns in characters (not bytes); the end is exclusive.
    """

    row: int
    column: int
    end_row: int
    end_column: int


class Severity(Enum):
    """How bad it is; shown, never part of the exit code."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Evidence:
    """A place that supports a diagnostic: ``message`` says what is to be seen there."""

    path: str
    span: Span
    message: str


class Applicability(Enum):
    """How much trust a fix asks for."""

    SAFE = "safe"
    """The same behaviour, apart from when the alias is resolved."""
    UNSAFE = "unsafe"
    """Needs a look; ``reason`` of the plan says at what."""


@dataclass(frozen=True)
class Edit:
    """Replace what stands at ``span`` by ``content``, whose lines end in ``\\n``."""

    span: Span
    content: str
    is_comment: bool = False
    """Whether it changes a comment and nothing else."""

    @property
    def is_expression(self) -> bool:
        """Whether one expression is replaced: no insertion, no whole rows, no comment."""
        if self.is_comment:
            return False
        span = self.span
        inserts = (span.row, span.column) == (span.end_row, span.end_column)
        return not inserts and not span.column == span.end_column == 1


@dataclass(frozen=True)
class FixPlan:
    """What a rule would do about a finding; ``fix`` turns it into new source or declines.

    ``edits`` replace expressions or whole rows, or insert. ``rewrite`` names a change of whole
    statements instead. ``helper_names`` are the names of the lazy helper that the new code needs,
    ``imports`` other names by their paths, ``drops`` imported paths that may be unused afterwards,
    ``targets`` what is bound to the result,
    ``builtins`` what the new code takes from there, ``reads`` names that it reads
    earlier than the old code did, ``memo`` the function that remembers nothing any more.
    ``repeats`` are codes of findings that the new code may have because it says itself what a
    function said that was called: the finding stands at both places then.
    """

    title: str
    applicability: Applicability
    reason: str = ""
    edits: tuple[Edit, ...] = ()
    rewrite: str = ""
    helper_names: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    builtins: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    memo: str = ""
    repeats: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether ``edits`` are all that changes: no imports, no whole statements."""
        return not (self.rewrite or self.helper_names or self.imports or self.drops)


@dataclass(frozen=True)
class NoFix:
    """Why a rule has no plan for a finding: what stands in the way, for those who look for it."""

    reason: str


@dataclass(frozen=True)
class Diagnostic:
    """One finding.

    ``message`` states the fact and its consequence in one line; ``help`` is the remedy.
    ``cause`` is equal for findings that one change of mind would repair (the same alias opened at
    import in nine modules); the text report groups by it.
    """

    code: str
    name: str
    message: str
    path: str
    span: Span
    severity: Severity
    help: str
    cause: str
    evidence: tuple[Evidence, ...] = ()
    fix: FixPlan | None = None
    no_fix: str = ""
    """Why there is no fix; empty where there is one."""
    fails_in: tuple[str, ...] = ()
    """The settings modules with which whatever imports the file dies of this."""

    @property
    def sort_key(self) -> tuple[str, Span, str]:
        return (self.path, self.span, self.code)
