"""What a rule says: where, what, why, and the way out.

Knows nothing of Django, files or output formats; every layer above speaks these types.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, order=True)
class Span:
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

    @property
    def sort_key(self) -> tuple[str, Span, str]:
        return (self.path, self.span, self.code)
