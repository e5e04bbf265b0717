"""What becomes of findings that are not fixed."""

from __future__ import annotations

from dataclasses import dataclass

from cachelint.diagnostic import Diagnostic

NO_FIX = "there is no automatic fix"


@dataclass(frozen=True)
class Left:
    """A finding that stays, and why. ``with_unsafe``: ``--unsafe-fixes`` would try it."""

    diagnostic: Diagnostic
    reason: str
    with_unsafe: bool = False
