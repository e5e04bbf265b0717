"""Handles that a file opens when its code runs: by itself, or by calling what returns one."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Evidence, FixPlan, NoFix
from cachelint.facts.records import Phase, Use
from cachelint.facts.vocabulary import HANDLE, HELPER_GET_CACHE, is_canonical
from cachelint.modules import Resolved
from cachelint.project import Opened
from cachelint.rules.lazy_fix import call_plan, helper_plan, wrapper_plan
from cachelint.rules.rule import FileView


@dataclass(frozen=True)
class OpenedHandle:
    """An expression that answers with a handle.

    ``resolved`` is what it is where it stands; ``by`` are the places where the function that is
    called opens the handle, none where that function lies in another package.
    """

    use: Use
    resolved: Resolved | None = None
    by: tuple[Opened, ...] = ()

    @property
    def cause(self) -> str:
        alias = self.resolved.value.alias if self.resolved is not None else None
        return alias.text if alias is not None else self.use.text

    def evidence(self, view: FileView) -> tuple[Evidence, ...]:
        if self.resolved is not None:
            return view.link_evidence(self.resolved)
        return tuple(
            Evidence(opened.facts.path, opened.use.span, f"`{opened.use.text}` is opened here")
            for opened in self.by
        )

    def plan(self, view: FileView) -> FixPlan | NoFix:
        if self.resolved is None:
            return call_plan(self.use, self.by)
        if self.resolved.path == HANDLE:
            return wrapper_plan(view, self.use, self.resolved)
        return helper_plan(view, self.use)


def opened_handles(view: FileView) -> Iterator[OpenedHandle]:
    """The handles that functions of the file open."""
    for use, resolved in view.uses:
        if resolved.path in (HANDLE, f"{HELPER_GET_CACHE}()") and use.phase is not Phase.IMPORT:
            yield OpenedHandle(use, resolved)
    for use in view.runnable_uses:
        if use.phase is not Phase.IMPORT:
            yield from _called(view, use)


def _called(view: FileView, use: Use) -> Iterator[OpenedHandle]:
    for value in use.values:
        called = value.path.removesuffix("()")
        if called == value.path or is_canonical(called):
            continue
        by = view.project.returned_handles(called, view.facts)
        if by or view.project.gives_handle(called, view.facts):
            yield OpenedHandle(use, None, by)
            return
