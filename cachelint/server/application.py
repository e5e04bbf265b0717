"""The server itself: who calls what, and when. pygls speaks the protocol.

A text is judged as soon as nobody has typed for a moment, and before anything is answered about it.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path, urlparse

from cachelint import __version__
from cachelint.dataclass import dataclass, field
from cachelint.reporters.links import documentation_url
from cachelint.rules import all_rules
from cachelint.server.actions import KINDS, Actions, Client
from cachelint.server.translation import diagnostic_item, touches
from cachelint.server.workspace import Document, Workspace

#: Seconds without a keystroke after which a text is judged; more where that takes longer.
_QUIET, _MOST_QUIET = 0.15, 2.0
#: What findings may rest on, beside what is open: others may write it.
_WATCHED = "**/{*.py,*.pyw,*.html,*.txt,*.toml,*.cfg,*.ini,*.env,.env,.gitignore,Dockerfile}"


def serve() -> int:
    """Serve on standard input and output; the exit code is 1 where nobody asked to shut down."""
    application = _Application()
    application.register()
    # A copy: pygls closes what it writes to, and standard output is flushed once more at the end.
    with open(os.dup(sys.stdout.fileno()), "wb") as output:
        application.server.start_io(stdout=output)
    return 0 if application.is_shut_down else 1


@dataclass
class _Application:
    # Texts come whole: pygls splits lines also where Python and the protocol do not (form feeds),
    # so that it would apply changes of ranges in the wrong rows.
    server: LanguageServer = field(
        default_factory=lambda: LanguageServer(
            "cachelint",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
        )
    )
    workspace: Workspace = field(default_factory=Workspace)
    is_shut_down: bool = False
    _waiting: asyncio.TimerHandle | None = None
    _took: float = 0.0
    """Seconds that the last judging took."""
    _complaints: set[str] = field(default_factory=set)

    def register(self) -> None:
        handlers: dict[str, Callable[[Any], Any]] = {
            types.INITIALIZED: self._watch,
            types.TEXT_DOCUMENT_DID_OPEN: self._opened,
            types.TEXT_DOCUMENT_DID_CHANGE: self._changed,
            types.TEXT_DOCUMENT_DID_SAVE: self._saved,
            types.TEXT_DOCUMENT_DID_CLOSE: self._closed,
            types.WORKSPACE_DID_CHANGE_WATCHED_FILES: self._files_changed,
            types.TEXT_DOCUMENT_CODE_ACTION: self._actions,
            types.TEXT_DOCUMENT_HOVER: self._hover,
            types.SHUTDOWN: self._shut_down,
        }
        for method, handler in handlers.items():
            is_action = method == types.TEXT_DOCUMENT_CODE_ACTION
            options = types.CodeActionOptions(list(KINDS)) if is_action else None
            # pygls writes on what it registers, which a bound method does not allow.
            self.server.feature(method, options)(partial(handler))

    # -- what the editor tells --------------------------------------------------------------------

    def _watch(self, params: types.InitializedParams) -> None:
        workspace = self.server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace is not None else None
        if watching is None or not watching.dynamic_registration:
            return
        options = types.DidChangeWatchedFilesRegistrationOptions(
            [types.FileSystemWatcher(_WATCHED)]
        )
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        registration = types.Registration("cachelint-files", method, options)
        self.server.client_register_capability(types.RegistrationParams([registration]))

    def _opened(self, params: types.DidOpenTextDocumentParams) -> None:
        self._take(params.text_document.uri)
        self._refresh()

    def _changed(self, params: types.DidChangeTextDocumentParams) -> None:
        self._take(params.text_document.uri)
        if self._waiting is not None:
            self._waiting.cancel()
        quiet = min(max(_QUIET, self._took), _MOST_QUIET)
        self._waiting = asyncio.get_running_loop().call_later(quiet, self._refresh)

    def _saved(self, params: types.DidSaveTextDocumentParams) -> None:
        self.workspace.doubt()
        self._refresh()

    def _files_changed(self, params: types.DidChangeWatchedFilesParams) -> None:
        self._refresh()

    def _closed(self, params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        if uri in self.workspace.documents:
            self.workspace.close(uri)
            self.server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
            self._refresh()

    def _shut_down(self, params: None) -> None:
        self.is_shut_down = True

    def _take(self, uri: str) -> None:
        path = to_fs_path(uri) if urlparse(uri)[0] == "file" else None
        if path is not None:
            document = self.server.workspace.get_text_document(uri)
            language = document.language_id
            self.workspace.put(uri, path, document.source, document.version, language)

    # -- what it is told --------------------------------------------------------------------------

    def _refresh(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        start = time.monotonic()
        for document in self.workspace.refresh():
            self._publish(document)
        self._took = time.monotonic() - start
        errors = {one.error for one in self.workspace.documents.values() if one.error}
        for error in sorted(errors - self._complaints):
            self.server.window_show_message(
                types.ShowMessageParams(types.MessageType.Error, f"cachelint: {error}")
            )
        self._complaints = errors

    def _publish(self, document: Document) -> None:
        items = [
            diagnostic_item(found, document.report, document.text, self._units)
            for found in document.report.diagnostics
        ]
        self.server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(document.uri, items, document.version)
        )

    def _units(self, text: str) -> int:
        units: int = self.server.workspace.position_codec.client_num_units(text)
        return units

    def _judged(self, uri: str) -> Document | None:
        """A document with a report of what it says now."""
        if self._waiting is not None:
            self._refresh()
        return self.workspace.documents.get(uri)

    # -- what it asks -----------------------------------------------------------------------------

    def _actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        document = self._judged(params.text_document.uri)
        if document is None:
            return []
        wanted = params.context.only
        kinds = None if wanted is None else [getattr(kind, "value", kind) for kind in wanted]
        return list(Actions(self.workspace, document, self._client()).at(params.range, kinds))

    def _client(self) -> Client:
        known = self.server.client_capabilities
        edit = known.workspace.workspace_edit if known.workspace is not None else None
        versions = edit is not None and bool(edit.document_changes)
        operations = (edit.resource_operations if edit is not None else None) or ()
        actions = known.text_document.code_action if known.text_document is not None else None
        return Client(
            self._units,
            versions,
            versions and types.ResourceOperationKind.Create in operations,
            actions is not None and bool(actions.disabled_support),
        )

    def _hover(self, params: types.HoverParams) -> types.Hover | None:
        document = self._judged(params.text_document.uri)
        if document is None:
            return None
        place = types.Range(params.position, params.position)
        pages: dict[str, str] = {}
        covered = None
        for found in document.report.diagnostics:
            item = diagnostic_item(found, document.report, document.text, self._units)
            if touches(item.range, place):
                rule = all_rules()[found.code]
                url = documentation_url(rule)
                pages[found.code] = rule.page + (f"\n\n<{url}>" if url is not None else "")
                covered = covered or item.range
        if not pages:
            return None
        text = "\n\n---\n\n".join(pages.values())
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), covered)
