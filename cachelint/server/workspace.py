"""The open documents, judged as they are in the editor, saved or not."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator

from cachelint.config import Configuration, ConfigurationError, find_configuration
from cachelint.dataclass import dataclass, field
from cachelint.diagnostic import Diagnostic
from cachelint.discovery import DEFAULT_EXCLUDES
from cachelint.engine import check_text
from cachelint.fix import FixReport, fix_text
from cachelint.places import shown_path
from cachelint.report import Report
from cachelint.selection import compiled
from cachelint.server.kept import KeptJudge
from cachelint.source import UnparsedSourceError, encoding_of

_NOTHING = Report((), 0, 0, 0, {})


@dataclass
class Document:
    """A text that is open. ``report`` is of ``text`` unless ``is_changed``."""

    uri: str
    path: str
    text: str
    is_python: bool
    version: int | None = None
    report: Report = _NOTHING
    error: str = ""
    """Why it could not be judged: what is wrong with the configuration."""
    is_changed: bool = True
    encoding: str = "utf-8"
    kept: KeptJudge | None = None
    """The judge behind ``report``."""
    fixes: dict[tuple[Collection[Diagnostic] | None, bool, bool], FixReport] = field(
        default_factory=dict
    )

    @property
    def data(self) -> bytes:
        return _encoded(self.text, self.encoding)


@dataclass
class Workspace:
    """Opens, changes, closes and judges documents; knows nothing of the protocol."""

    documents: dict[str, Document] = field(default_factory=dict)
    """By URI."""
    _kept: dict[tuple[str, str], KeptJudge] = field(default_factory=dict)
    """By where the configuration comes from."""
    _unsaved: dict[str, bytes] = field(default_factory=dict)

    def put(
        self, uri: str, path: str, text: str, version: int | None, language: str | None = None
    ) -> None:
        """Take what a document says now."""
        is_python = language == "python" or path.endswith((".py", ".pyw"))
        new = Document(uri, os.path.abspath(path), text, is_python)
        known = self.documents.setdefault(uri, new)
        known.text, known.version, known.is_changed = text, version, True
        known.encoding = _encoding(text) if is_python else "utf-8"
        self._note_unsaved(known)

    def close(self, uri: str) -> None:
        document = self.documents.pop(uri)
        kept = document.kept
        if self._unsaved.pop(document.path, None) is not None:
            # The judge has seen what nobody has saved.
            self._kept = {key: one for key, one in self._kept.items() if one is not kept}
        elif kept is not None:
            kept.depend_on(document.path)

    def doubt(self) -> None:
        """Let all documents be judged again: one may rest on what another one says."""
        for document in self.documents.values():
            document.is_changed = True

    def _note_unsaved(self, document: Document) -> None:
        """What is on disk already needs nobody to stand for it."""
        try:
            with open(document.path, "rb") as file:
                is_saved = file.read() == document.data
        except OSError:
            is_saved = False
        if is_saved:
            self._unsaved.pop(document.path, None)
        else:
            self._unsaved[document.path] = document.data

    def refresh(self) -> Iterator[Document]:
        """Judge whatever may have changed: texts, and documents that rest on changed files."""
        for document in self.documents.values():
            self._note_unsaved(document)
        self._kept = {key: kept for key, kept in self._kept.items() if kept.is_current}
        # Those that have changed first: what they say, the others may see.
        for document in sorted(self.documents.values(), key=lambda one: not one.is_changed):
            if self._judge(document):
                yield document

    def _judge(self, document: Document) -> bool:
        """Bring the report of one document up to date; whether that took judging."""
        try:
            configuration = find_configuration(os.path.dirname(document.path))
            kept = self._kept_judge(configuration)
            if not document.is_changed and document.kept is kept and not document.error:
                return False
            report, error = _report(document, kept), ""
        except ConfigurationError as wrong:
            if not document.is_changed and str(wrong) == document.error:
                return False
            kept, report, error = None, _NOTHING, str(wrong)
        document.report, document.error, document.kept = report, error, kept
        document.is_changed = False
        document.fixes.clear()
        return True

    def _kept_judge(self, configuration: Configuration) -> KeptJudge:
        key = (configuration.origin, configuration.base)
        kept = self._kept.get(key)
        if kept is None or kept.configuration != configuration:
            kept = self._kept[key] = KeptJudge(configuration, self._unsaved)
        return kept

    def fixed(
        self,
        document: Document,
        only: tuple[Diagnostic, ...] | None,
        unsafe: bool,
        new_files: bool,
    ) -> FixReport:
        """What the fixes make of a judged document. Raises ConfigurationError."""
        key = (only, unsafe, new_files)
        kept = document.kept
        if kept is None:
            return FixReport((), (), ())
        if key not in document.fixes:
            path, data = shown_path(document.path), document.data
            with kept.at_work():
                document.fixes[key] = fix_text(
                    path,
                    data,
                    kept.configuration,
                    unsafe=unsafe,
                    new_files=new_files,
                    only=only,
                    judge=kept.judge,
                )
                # The judge has taken the results of fixes for the file.
                check_text(path, data, kept.configuration, judge=kept.judge)
        return document.fixes[key]


def _report(document: Document, kept: KeptJudge) -> Report:
    """Raises ConfigurationError."""
    configuration, data = kept.configuration, document.data
    is_template = document.path.endswith(configuration.all_template_suffixes)
    with kept.at_work() as journal:
        kept.judge.prepare()
        if _is_excluded(document.path, configuration):
            return _NOTHING
        is_candidate = document.is_python and kept.judge.is_candidate(data)
        if not (is_template or is_candidate):
            return _NOTHING
        path = shown_path(document.path)
        report = check_text(path, data, configuration, judge=kept.judge)
        baseline = configuration.baseline_path
        if baseline is not None:
            from cachelint.baseline import read_baseline

            journal.read.add(baseline)
            report, _ = read_baseline(baseline).without_known(report)
    return report


def _is_excluded(path: str, configuration: Configuration) -> bool:
    """Whether ``check`` on the folder would not look at the file; .gitignore files aside."""
    relative = os.path.relpath(path, configuration.base)
    if relative.startswith(os.pardir):
        return not DEFAULT_EXCLUDES.isdisjoint(path.split(os.sep))
    if not DEFAULT_EXCLUDES.isdisjoint(relative.split(os.sep)):
        return True
    spec = compiled(configuration.exclude, configuration.place_of("exclude"))
    return spec.match_file(relative.replace(os.sep, "/"))


def _encoding(text: str) -> str:
    """In which encoding Python source is saved, as its first lines say."""
    try:
        return encoding_of(text.encode(errors="surrogatepass"))
    except UnparsedSourceError:
        return "utf-8"


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except (LookupError, UnicodeError):
        # Such a file cannot be saved; whoever decodes it says why.
        return text.encode(errors="surrogatepass")
