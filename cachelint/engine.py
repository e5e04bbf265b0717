"""Sources → facts → project → rules → suppressions → sorted diagnostics.

``check_paths`` serves the command line: it finds the files and brings them to the ``Judge``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cachelint.config import Configuration
from cachelint.diagnostic import Diagnostic
from cachelint.discovery import Discovery, Found
from cachelint.facts.records import FileFacts
from cachelint.judge import UNRESOLVED, Judge, diagnostic_of
from cachelint.noqa import Suppressions
from cachelint.places import project_folder
from cachelint.project import Callers
from cachelint.rules import all_rules
from cachelint.selection import check_that_paths_exist, compiled
from cachelint.settings.reader import ProjectSettings, SettingsReader
from cachelint.source import (
    Source,
    UnparsedSourceError,
    decode,
    load,
    read_bytes,
    split_lines,
)
from cachelint.template_search import TemplateComments, TemplateSearch
from cachelint.unused_noqa import UnusedNoqa

if TYPE_CHECKING:
    from cachelint.templates import Template

UNPARSED = "CCH001"


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


def check_paths(
    paths: Sequence[str], configuration: Configuration, reader: SettingsReader | None = None
) -> Report:
    """Check the Python files under ``paths`` (files or folders that exist).

    ``reader`` knows the settings around them, where that is not to be found out.
    Raises ConfigurationError for a path that does not exist and for wrong selectors.
    """
    check_that_paths_exist(paths)
    judge = Judge(configuration)
    if reader is not None:
        judge.reader = reader
    judge.prepare()
    if configuration.exclude:
        compiled(configuration.exclude, configuration.place_of("exclude"))
    suffixes = configuration.all_template_suffixes if judge.template_rules else ()
    discovery = Discovery(paths, configuration.exclude, configuration.base, suffixes)
    return _Check(judge, discovery, paths).run()


def check_text(path: str, data: bytes, configuration: Configuration) -> Report:
    """Check ``data`` as if it were what the Python file or template at ``path`` holds.

    The file need not exist. Raises ConfigurationError for wrong selectors.
    """
    judge = Judge(configuration)
    judge.prepare()
    return _Check(judge, Discovery([], (), configuration.base), [path]).run_text(path, data)


def read_settings(path: str, configuration: Configuration) -> ProjectSettings:
    """What the settings modules around and below ``path`` say.

    Raises ConfigurationError for a path that does not exist and a module that is not there.
    """
    check_that_paths_exist([path])
    return Judge(configuration).reader.around(path)


@dataclass
class _Check:
    judge: Judge
    discovery: Discovery
    paths: Sequence[str] = ()
    diagnostics: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, Sequence[str]] = field(default_factory=dict)
    files: int = 0
    judged: int = 0
    suppressed: int = 0
    _callers: Callers | None = None
    _found: dict[str, Found] = field(default_factory=dict)
    _using: list[FileFacts] = field(default_factory=list)
    """Facts of the files in which a rule may fire."""

    def run(self) -> Report:
        is_folder_given = any(os.path.isdir(path) for path in self.paths)
        if is_folder_given and any(rule.needs_project for rule in self.judge.rules):
            self._callers = Callers(self.judge.modules)
        self._noqa = UnusedNoqa(self.judge, is_whole=self._callers is not None)
        self._search = TemplateSearch(self.paths, self.judge.configuration, self.judge.reader)
        self.judge.library = self._search.library
        for found in self.discovery.files():
            if found.may_be_template:
                self._search.add(found)
                continue
            self.files += 1
            try:
                self._file(found)
            except UnparsedSourceError as error:
                self._unparsed(found, error)
        self._templates()
        self.files += self._search.count
        if self._callers is not None:
            self._together(self._callers)
        notes = tuple(self.judge.unresolved_settings())
        if self.judge.configuration.strict_settings:
            self.diagnostics += [note for note in notes if self._is_asked_for(note.path)]
            notes = ()
        self._add_unused_noqa()
        self._add_evidence_sources()
        diagnostics = tuple(sorted(self.diagnostics, key=lambda d: d.sort_key))
        return Report(diagnostics, self.files, self.judged, self.suppressed, self.sources, notes)

    def run_text(self, path: str, data: bytes) -> Report:
        """Judge one file of which only the content is given."""
        is_template = path.endswith(self.judge.configuration.all_template_suffixes)
        found = Found(path, named=True, may_be_template=is_template)
        self._search = TemplateSearch(self.paths, self.judge.configuration, self.judge.reader)
        self.judge.library = self._search.library
        self._noqa = UnusedNoqa(self.judge, is_whole=False)
        self.files = 1
        try:
            if is_template:
                self._judge_template(found, data)
            else:
                self._judge_source(found, data)
        except UnparsedSourceError as error:
            self._unparsed(found, error)
        self._add_unused_noqa()
        self._add_evidence_sources()
        diagnostics = tuple(sorted(self.diagnostics, key=lambda d: d.sort_key))
        return Report(diagnostics, self.files, self.judged, self.suppressed, self.sources)

    def _is_asked_for(self, path: str) -> bool:
        """Whether ``path`` is one of the given paths, or lies below one."""
        wanted = os.path.abspath(path)
        given = map(os.path.abspath, self.paths)
        return any(wanted == one or wanted.startswith(one + os.sep) for one in given)

    def _file(self, found: Found) -> None:
        if found.error is not None:
            raise UnparsedSourceError(f"cannot be read: {found.error}")
        data = read_bytes(found.path)
        self._search.add_python(found.path, data)
        if self._callers is not None:
            self._callers.add(found.path, data)
            self._found[os.path.abspath(found.path)] = found
        if not (found.named or self.judge.is_candidate(data)) or self.discovery.is_ignored(found):
            return
        self._judge_source(found, data)

    def _judge_source(self, found: Found, data: bytes) -> None:
        source = load(found.path, data)
        diagnostics = self.judge.judge(source, alone=self._callers is None or found.named)
        self.judged += 1
        self._noqa.add(source, found.named)
        self._remember(found.path)
        self._keep(source, diagnostics, Suppressions(source))

    def _templates(self) -> None:
        for found, data in self._search.candidates(self.discovery.is_ignored):
            try:
                self._judge_template(found, data)
            except UnparsedSourceError as error:
                self._unparsed(found, error)

    def _judge_template(self, found: Found, data: bytes) -> None:
        template = self._search.read(found, data)
        self.judged += 1
        self._noqa.add(template, found.named)
        diagnostics = self.judge.judge_template(template, self._search.library)
        self._keep(template, diagnostics, TemplateComments(template))

    def _remember(self, path: str) -> None:
        facts = self.judge.modules.facts(path) if self._callers is not None else None
        if facts is not None:
            self._using.append(facts)

    def _together(self, callers: Callers) -> None:
        """Judge what only all files together show, those around the given paths included."""
        folders = [os.path.abspath(path) for path in self.paths if os.path.isdir(path)]
        around = {project_folder(folder) for folder in folders}
        for project in sorted(around):
            if not any(os.path.commonpath([folder, project]) == folder for folder in folders):
                self._read_around(callers, project)
        by_path: dict[str, list[Diagnostic]] = {}
        for diagnostic in self.judge.judge_project(callers, self._using):
            by_path.setdefault(os.path.abspath(diagnostic.path), []).append(diagnostic)
        for path, diagnostics in sorted(by_path.items()):
            found = self._found.get(path)
            if found is not None and not found.named and not self.discovery.is_ignored(found):
                shown = [replace(diagnostic, path=found.path) for diagnostic in diagnostics]
                source = load(found.path, read_bytes(found.path))
                self._keep(source, shown, Suppressions(source))

    def _read_around(self, callers: Callers, folder: str) -> None:
        for found in Discovery([folder], self.judge.configuration.exclude, folder).files():
            if found.error is not None or callers.knows(found.path):
                continue
            try:
                data = read_bytes(found.path)
            except UnparsedSourceError:
                continue  # Its own diagnostic is due where it is linted.
            callers.add(found.path, data)
            if self.judge.is_candidate(data):
                self._remember(found.path)

    def _keep(
        self,
        source: Source | Template,
        diagnostics: list[Diagnostic],
        suppressions: Suppressions | TemplateComments,
    ) -> None:
        kept = []
        for diagnostic in diagnostics:
            if suppressions.cover(diagnostic.code, diagnostic.span.row):
                self._noqa.note(diagnostic)
            else:
                kept.append(diagnostic)
        self.suppressed += len(diagnostics) - len(kept)
        if kept:
            self.diagnostics += kept
            self.sources[source.path] = source.lines

    def _unparsed(self, found: Found, error: UnparsedSourceError) -> None:
        # Loaded here: most runs parse every file they look at.
        from cachelint.rules.cch001_unparsed_file import finding

        if not self.discovery.is_ignored(found):
            rule = all_rules()[UNPARSED]
            self.diagnostics.append(diagnostic_of(rule, found.path, finding(error)))
            self.sources[found.path] = split_lines(error.text)

    def _add_unused_noqa(self) -> None:
        for diagnostic, lines in self._noqa.diagnostics():
            self.diagnostics.append(diagnostic)
            self.sources[diagnostic.path] = lines

    def _add_evidence_sources(self) -> None:
        for diagnostic in self.diagnostics:
            paths = [evidence.path for evidence in diagnostic.evidence]
            if diagnostic.code == UNRESOLVED:
                paths.append(diagnostic.path)
            for path in paths:
                if path not in self.sources:
                    self.sources[path] = split_lines(decode(read_bytes(path)))
