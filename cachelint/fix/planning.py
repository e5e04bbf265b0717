"""From the plans of rules to changes of one file: what the rest of it, and others, object to."""

from __future__ import annotations

from functools import partial

from cachelint.config import GET_CACHE_STYLE
from cachelint.dataclass import dataclass
from cachelint.diagnostic import Applicability, Diagnostic, Edit, FixPlan
from cachelint.fix.document import DeclinedError, Document
from cachelint.fix.guards import NameFacts, find_expression, refuse_lost_comments
from cachelint.fix.imports import bound_names
from cachelint.fix.inlining import inline, is_inlined
from cachelint.fix.outcome import Left
from cachelint.fix.rewrites import Rewriting, Subject, rewrite
from cachelint.fix.surroundings import Surroundings
from cachelint.source import Source

#: Findings to fix, with the edits and the names of the helper that each needs.
Chosen = dict[Diagnostic, Rewriting]


@dataclass
class Planner:
    """Decides which findings of a file are fixed, and how."""

    surroundings: Surroundings
    unsafe: bool
    """Whether fixes that need a look are made, too."""

    def choose(
        self, source: Source, document: Document, diagnostics: list[Diagnostic]
    ) -> tuple[Chosen, list[Left]]:
        """What is done about each of ``diagnostics``, which are of this state of the file."""
        names = NameFacts(source.tree)
        chosen: Chosen = {}
        left: list[Left] = []
        for diagnostic in diagnostics:
            plan = diagnostic.fix
            if plan is None:
                left.append(Left.without_plan(diagnostic))
                continue
            reason = plan.reason or self._objection(diagnostic, plan, names)
            if (reason or plan.applicability is Applicability.UNSAFE) and not self.unsafe:
                left.append(Left(diagnostic, reason, with_unsafe=True))
                continue
            try:
                if plan.helper_names:
                    self.surroundings.helper_of(source.path)
                names.refuse_unbound(plan.reads, diagnostic.span.row)
                made = self._rewriting(source, document, diagnostic, plan, reason)
            except DeclinedError as error:
                left.append(Left(diagnostic, str(error)))
            else:
                chosen[diagnostic] = made
        return chosen, left

    def _objection(self, diagnostic: Diagnostic, plan: FixPlan, names: NameFacts) -> str:
        objection = names.objection(plan.targets, diagnostic.span.row)
        mentions = self.surroundings.mentions_of
        if plan.memo and not objection:
            return mentions(diagnostic.path).memo_user(plan.memo.rpartition(".")[2])
        if objection or not plan.helper_names:
            return objection
        for target in plan.targets:
            patcher = mentions(diagnostic.path).patched(diagnostic.path, target)
            if patcher is not None:
                return f"a string in {patcher} names `{target}`, as mock.patch does"
        return ""

    def _rewriting(
        self,
        source: Source,
        document: Document,
        diagnostic: Diagnostic,
        plan: FixPlan,
        objection: str,
    ) -> Rewriting:
        judge = self.surroundings.judge
        facts = judge.modules.facts(source.path)
        assert facts is not None
        imported_by = partial(self.surroundings.mentions_of(source.path).imported, source.path)
        subject = Subject(source, document, facts, diagnostic, imported_by)
        if plan.rewrite:
            return rewrite(subject)
        for name in plan.builtins:
            if name in bound_names(source.tree):
                raise DeclinedError(f"`{name}` means something else in this file")
        for edit in plan.edits:
            if edit.is_expression:
                find_expression(source, edit.span, document)
                refuse_lost_comments(document, edit)
        if judge.configuration.style == GET_CACHE_STYLE and is_inlined(plan) and not objection:
            helper = self.surroundings.helper_of(source.path).dotted
            try:
                return inline(subject, plan, helper)
            except DeclinedError:
                pass  # A wrapper is right, too, where a use of the name is not known.
        return Rewriting(plan.edits, plan.helper_names)


def without_overlaps(edits: set[Edit]) -> list[Edit]:
    """Of edits that overlap the one that begins first, and of those the longest."""
    kept: list[Edit] = []
    ordered = sorted(
        edits,
        key=lambda e: (e.span.row, e.span.column, -e.span.end_row, -e.span.end_column, e.content),
    )
    for edit in ordered:
        last = kept[-1].span if kept else None
        start = (edit.span.row, edit.span.column)
        if last is None or start >= (last.end_row, last.end_column):
            kept.append(edit)
    return kept
