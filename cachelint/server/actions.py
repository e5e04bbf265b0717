"""Quick fixes: one for each finding that is touched, and all of a file together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types

from cachelint.config import ConfigurationError
from cachelint.dataclass import dataclass
from cachelint.diagnostic import Diagnostic
from cachelint.fix import FixReport
from cachelint.places import file_uri
from cachelint.server.translation import Units, diagnostic_item, edits_between, touches
from cachelint.server.workspace import Document, Workspace

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.cachelint"
#: Not below FIX_ALL: nobody wants these whenever a file is saved.
FIX_ALL_UNSAFE = "source.unsafeFixAll.cachelint"
KINDS = (types.CodeActionKind.QuickFix.value, FIX_ALL, FIX_ALL_UNSAFE)


@dataclass(frozen=True)
class Client:
    """What the editor can do."""

    units: Units
    versions_edits: bool
    creates_files: bool
    shows_disabled: bool


@dataclass(frozen=True)
class Actions:
    """The actions for one document."""

    workspace: Workspace
    document: Document
    client: Client

    def at(self, place: types.Range, wanted: Sequence[str] | None) -> Iterator[types.CodeAction]:
        """Those of the findings at ``place``, and for all; of the kinds ``wanted`` if any are."""
        touched = []
        for found in self.document.report.diagnostics:
            item = diagnostic_item(
                found, self.document.report, self.document.text, self.client.units
            )
            if touches(item.range, place):
                touched.append((found, item))
        if _is_wanted(types.CodeActionKind.QuickFix.value, wanted):
            for found, item in touched:
                yield from self._alone(found, item)
        # Nobody who moves the cursor about asks for a fix of the whole file.
        if touched or wanted is not None:
            yield from self._all_together(wanted)

    def _alone(self, found: Diagnostic, item: types.Diagnostic) -> Iterator[types.CodeAction]:
        title = f"{found.code}: {found.fix.title if found.fix is not None else 'fix'}"
        reason = ""
        for unsafe in (False, True):
            report, problem = self._fixed((found,), unsafe)
            if report.files:
                applicability = f"unsafe: {reason or 'needs a look'}" if unsafe else "safe"
                yield types.CodeAction(
                    f"{title} ({applicability})",
                    kind=types.CodeActionKind.QuickFix,
                    diagnostics=[item],
                    is_preferred=None if unsafe else True,
                    edit=self._edit(report),
                )
                return
            left = report.left[0] if report.left else None
            reason = problem or (left.reason if left is not None else "")
            if left is None or not left.with_unsafe:
                break
        if reason and self.client.shows_disabled and found.fix is not None:
            yield types.CodeAction(
                f"{title}: {reason}",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[item],
                disabled=types.CodeActionDisabled(reason),
            )

    def _all_together(self, wanted: Sequence[str] | None) -> Iterator[types.CodeAction]:
        safe, _ = self._fixed(None, unsafe=False)
        fixed = safe.count
        if fixed and _is_wanted(FIX_ALL, wanted):
            title = f"Fix all {fixed} that are safe to fix (cachelint)"
            yield types.CodeAction(title, kind=FIX_ALL, edit=self._edit(safe))
        if not _is_wanted(FIX_ALL_UNSAFE, wanted):
            return
        unsafe, _ = self._fixed(None, unsafe=True)
        more = unsafe.count
        if more > fixed:
            reasons = dict.fromkeys(left.reason for left in safe.left if left.with_unsafe)
            why = "; ".join(filter(None, reasons)) or "needs a look"
            title = f"Fix all {more}, with unsafe fixes (cachelint): {why}"
            yield types.CodeAction(title, kind=FIX_ALL_UNSAFE, edit=self._edit(unsafe))

    def _fixed(self, only: tuple[Diagnostic, ...] | None, unsafe: bool) -> tuple[FixReport, str]:
        """What the fixes make of it, or why there are none."""
        creates = self.client.creates_files
        try:
            return self.workspace.fixed(self.document, only, unsafe, creates), ""
        except ConfigurationError as error:
            return FixReport((), (), ()), str(error)

    def _edit(self, report: FixReport) -> types.WorkspaceEdit:
        """Only the file itself changes: a fix of one text knows no other; the helper is new."""
        document, client = self.document, self.client
        edits = edits_between(document.text, self._text(report.files[0].new), client.units)
        if not client.versions_edits:
            return types.WorkspaceEdit(changes={document.uri: edits})
        changes: list[types.CreateFile | types.TextDocumentEdit] = []
        for path, content in report.created:
            uri = file_uri(path)
            start = types.Position(0, 0)
            text = types.TextEdit(types.Range(start, start), content.decode())
            changes += [types.CreateFile(uri), _edited(uri, None, [text])]
        changes.append(_edited(document.uri, document.version, edits))
        return types.WorkspaceEdit(document_changes=changes)

    def _text(self, data: bytes) -> str:
        return data.decode(self.document.encoding)


def _edited(
    uri: str, version: int | None, edits: Sequence[types.TextEdit]
) -> types.TextDocumentEdit:
    return types.TextDocumentEdit(
        types.OptionalVersionedTextDocumentIdentifier(uri, version), list(edits)
    )


def _is_wanted(kind: str, wanted: Sequence[str] | None) -> bool:
    """Whether ``kind`` is one of those asked for, or below one: kinds are told apart by dots."""
    return wanted is None or any(kind == one or kind.startswith(f"{one}.") for one in wanted)
