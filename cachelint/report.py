"""What a check found, for whoever shows it."""

from __future__ import annotations

from collections.abc import Sequence

from cachelint.dataclass import dataclass, field
from cachelint.diagnostic import Diagnostic


@dataclass(frozen=True)
class Report:
    """What ``check_paths`` found.

    ``files`` counts the Python files and templates under the paths, ``judged`` those that a rule
    has looked into.
    ``sources`` has the lines of the files that diagnostics or their evidence speak of.
    """

    diagnostics: tuple[Diagnostic, ...]
    files: int
    judged: int
    suppressed: int
    sources: dict[str, Sequence[str]]
    notes: tuple[Diagnostic, ...] = ()
    """Why rules about aliases were silent (CCH003), where that is no finding."""
    known: int = 0
    """How many more findings a baseline knows."""
    held: object = field(default=None, repr=False, compare=False)
    """What the check was made with: a program that ends soon need not take it apart."""
