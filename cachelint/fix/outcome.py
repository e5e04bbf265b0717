"""What becomes of findings: files that change, and what is left with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from cachelint.diagnostic import Diagnostic


@dataclass(frozen=True)
class Left:
    """A finding that stays, and why. ``with_unsafe``: ``--unsafe-fixes`` would try it."""

    diagnostic: Diagnostic
    reason: str
    with_unsafe: bool = False


@dataclass(frozen=True)
class FixedFile:
    """A file that changes, and the findings that are gone then."""

    path: str
    old: bytes
    new: bytes
    fixed: tuple[Diagnostic, ...]


@dataclass(frozen=True)
class FixReport:
    """What changes, what is created (path and content), and what is left."""

    files: tuple[FixedFile, ...]
    created: tuple[tuple[str, bytes], ...]
    left: tuple[Left, ...]
