"""What a run finds, as it comes: diagnostics, the lines that show them, and what is suppressed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cachelint.dataclass import dataclass, field
from cachelint.diagnostic import Diagnostic
from cachelint.judge import UNRESOLVED, diagnostic_of
from cachelint.noqa import Suppressions
from cachelint.rules import all_rules
from cachelint.source import (
    Source,
    UnparsedSourceError,
    decode,
    read_bytes,
    split_lines,
)
from cachelint.template_search import TemplateComments
from cachelint.unused_noqa import UnusedNoqa

if TYPE_CHECKING:
    from cachelint.templates import Template

UNPARSED = "CCH001"


@dataclass
class Findings:
    """``sources`` has the lines of each file that a diagnostic shows.

    ``judged`` counts the files in which a rule could fire, ``suppressed`` the diagnostics under a
    ``noqa`` comment. ``notes`` say what could not be judged.
    """

    diagnostics: list[Diagnostic] = field(default_factory=list)
    notes: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, Sequence[str]] = field(default_factory=dict)
    judged: int = 0
    suppressed: int = 0

    def keep(
        self,
        source: Source | Template,
        diagnostics: list[Diagnostic],
        suppressions: Suppressions | TemplateComments,
        noqa: UnusedNoqa,
    ) -> None:
        """Take the diagnostics of a file, apart from those that its comments suppress."""
        kept = []
        for diagnostic in diagnostics:
            if suppressions.cover(diagnostic.code, diagnostic.span.row):
                noqa.note(diagnostic)
            else:
                kept.append(diagnostic)
        self.suppressed += len(diagnostics) - len(kept)
        if kept:
            self.diagnostics += kept
            self.sources[source.path] = source.lines

    def keep_unparsed(self, path: str, error: UnparsedSourceError) -> None:
        """Take that a file could not be read, or parsed."""
        # Loaded here: most runs parse every file they look at.
        from cachelint.rules.cch001_unparsed_file import finding

        self.diagnostics.append(diagnostic_of(all_rules()[UNPARSED], path, finding(error)))
        self.sources[path] = split_lines(error.text)

    def keep_unused(self, noqa: UnusedNoqa) -> None:
        """Take what comments suppress nothing, when all of their files have been judged."""
        for diagnostic, lines in noqa.diagnostics():
            self.diagnostics.append(diagnostic)
            self.sources[diagnostic.path] = lines

    def add(self, other: Findings) -> None:
        """Take what was found elsewhere."""
        self.diagnostics += other.diagnostics
        self.notes += other.notes
        self.sources |= other.sources
        self.judged += other.judged
        self.suppressed += other.suppressed

    def read_evidence(self) -> None:
        """Have the lines of all that the diagnostics point to."""
        for diagnostic in self.diagnostics:
            paths = [evidence.path for evidence in diagnostic.evidence]
            if diagnostic.code == UNRESOLVED:
                paths.append(diagnostic.path)
            for path in paths:
                if path not in self.sources:
                    self.sources[path] = split_lines(decode(read_bytes(path)))
