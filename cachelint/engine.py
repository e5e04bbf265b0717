"""Sources → facts → project → rules → suppressions → sorted diagnostics.

``check_paths`` serves the command line: it finds the files and brings them to the ``Judge``.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from cachelint import disk
from cachelint.collector import free_much
from cachelint.config import Configuration
from cachelint.dataclass import dataclass, field, replace
from cachelint.diagnostic import Diagnostic
from cachelint.discovery import Discovery, Found
from cachelint.facts.records import FileFacts
from cachelint.findings import Findings
from cachelint.judge import Judge
from cachelint.modules import Modules
from cachelint.noqa import Suppressions
from cachelint.parts import WORTH_DIVIDING, each, projects_below
from cachelint.per_file import Outcome, Task, can_fork, collect_with, own_processes, processes
from cachelint.places import project_folder
from cachelint.project import Callers
from cachelint.report import Report
from cachelint.selection import check_that_paths_exist, compiled
from cachelint.settings.reader import ProjectSettings, Readings
from cachelint.source import UnparsedSourceError, load, load_sparse, read_bytes, without_tree
from cachelint.template_search import TemplateComments, TemplateSearch
from cachelint.unused_noqa import UnusedNoqa

if TYPE_CHECKING:
    from concurrent.futures import Executor


__all__ = ["Report", "check_paths", "check_text", "read_settings"]


def check_paths(
    paths: Sequence[str],
    configuration: Configuration,
    *,
    judge: Judge | None = None,
    executor: Executor | None = None,
    jobs: int | None = 1,
) -> Report:
    """Check the Python files under ``paths`` (files or folders that exist).

    ``judge``, of the same configuration, may know afterwards what was read.
    ``executor`` collects the facts of the files; without one, processes of our own do, so that
    ``jobs`` of them work (None: as many as there are processors), as far as that pays.
    Raises ConfigurationError for a path that does not exist and for wrong selectors.
    """
    check_that_paths_exist(paths)
    judge = judge or Judge(configuration)
    judge.prepare()
    if configuration.exclude:
        compiled(configuration.exclude, configuration.place_of("exclude"))
    suffixes = configuration.all_template_suffixes if judge.template_rules else ()
    discovery = Discovery(paths, configuration.exclude, configuration.base, suffixes)
    return _Check(judge, discovery, paths, executor=executor, jobs=jobs).run()


def check_text(
    path: str, data: bytes, configuration: Configuration, *, judge: Judge | None = None
) -> Report:
    """Check ``data`` as if it were what the Python file or template at ``path`` holds.

    The file need not exist. ``judge`` is as for check_paths.
    Raises ConfigurationError for wrong selectors.
    """
    judge = judge or Judge(configuration)
    judge.prepare()
    check = _Check(judge, Discovery([], (), configuration.base), [path])
    # Who comes back to the file, as settings, for what it says shall find the same.
    with disk.with_unsaved({os.path.abspath(path): data}):
        return check.run_text(path, data)


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
    findings: Findings = field(default_factory=Findings)
    files: int = 0
    executor: Executor | None = None
    jobs: int | None = 1
    _callers: Callers | None = None
    _wanted_templates: list[tuple[Found, bytes]] = field(default_factory=list)
    """The templates with something to judge."""
    _waiting: list[tuple[Found, int]] = field(default_factory=list)
    """The files in which a rule may fire, and their sizes: to read them again is cheap."""
    _by_path: dict[str, Found] = field(default_factory=dict)
    _using: list[FileFacts] = field(default_factory=list)
    """Facts of the files in which a rule may fire."""

    def run(self) -> Report:
        self._begin()
        projects = self._projects()
        if projects:
            self._judge_each(projects)
        else:
            self._judge_found()
        return replace(self._report(), held=self)

    def _judge_found(self) -> None:
        """Find what there is to judge, and judge it."""
        for found in self.discovery.files():
            if found.may_be_template:
                self._search.add(found)
                continue
            self.files += 1
            try:
                self._file(found)
            except UnparsedSourceError as error:
                self._unparsed(found, error)
        self._wanted_templates = [*self._search.candidates(self.discovery.is_ignored)]
        self.files += self._search.count
        self._judge_waiting()
        self._templates()
        if self._callers is not None:
            free_much()  # Calls are followed with all that the files have left.
            self._together(self._callers)
        self.findings.notes += self.judge.unresolved_settings()
        self.findings.keep_unused(self._noqa)

    # -- several projects ------------------------------------------------------------------------

    def _projects(self) -> list[str]:
        """The projects to judge each for itself; none where that does not pay."""
        # Settings that are named belong to one of the projects.
        if self.executor is not None or self.judge.configuration.settings:
            return []
        projects = projects_below(self.paths, self.discovery.excludes)
        files = self._discovery_of(projects).files() if len(projects) > 1 else ()
        is_large = sum(1 for _ in islice(files, WORTH_DIVIDING)) == WORTH_DIVIDING
        return projects if is_large else []

    def _discovery_of(self, paths: Sequence[str]) -> Discovery:
        configuration = self.judge.configuration
        suffixes = self.discovery.template_suffixes
        return Discovery(paths, configuration.exclude, configuration.base, suffixes)

    def _judge_each(self, projects: list[str]) -> None:
        count = processes(self.jobs) if can_fork() else 1
        for findings, files, journal, readings in each(self._project, projects, count):
            self.findings.add(findings)
            self.files += files
            self.judge.reader.readings.update(readings)
            disk.add(journal)

    def _project(self, path: str) -> tuple[Findings, int, disk.Journal, Readings]:
        """What is found in a project, in how many files, and what was read for that."""
        # Whoever judged the next project, too, would still hold what this one needs.
        judge = replace(self.judge, modules=Modules(), library=None)
        check = _Check(judge, self._discovery_of([path]), [path])
        check._begin()
        with disk.noting_if_noted() as journal:
            check._judge_found()
        # Whoever has something to fix will ask for the settings again.
        can_fix = any(diagnostic.fix for diagnostic in check.findings.diagnostics)
        return check.findings, check.files, journal, judge.reader.readings if can_fix else {}

    def run_text(self, path: str, data: bytes) -> Report:
        """Judge one file of which only the content is given."""
        is_template = path.endswith(self.judge.configuration.all_template_suffixes)
        found = Found(path, os.path.abspath(path), named=True, may_be_template=is_template)
        self._begin()
        self.files = 1
        try:
            if is_template:
                self._judge_template(found, data)
            else:
                self._judge_source(found, data)
        except UnparsedSourceError as error:
            self._unparsed(found, error)
        self.findings.keep_unused(self._noqa)
        return self._report()

    def _begin(self) -> None:
        """Make ready for the files of a whole, or for one file alone."""
        is_folder_given = any(disk.is_folder(path) for path in self.paths)
        if is_folder_given and any(rule.needs_project for rule in self.judge.rules):
            self._callers = Callers(self.judge.modules)
        self._noqa = UnusedNoqa(self.judge, is_whole=self._callers is not None)
        self._search = TemplateSearch(self.paths, self.judge.configuration, self.judge.reader)
        self.judge.library = self._search.library

    def _report(self) -> Report:
        """All that was found, when everything has been judged."""
        findings = self.findings
        notes = sorted(dict.fromkeys(findings.notes), key=lambda note: note.sort_key)
        if self.judge.configuration.strict_settings:
            findings.diagnostics += [note for note in notes if self._is_asked_for(note.path)]
            notes = []
        findings.read_evidence()
        diagnostics = tuple(sorted(findings.diagnostics, key=lambda d: d.sort_key))
        counts = self.files, findings.judged, findings.suppressed
        return Report(diagnostics, *counts, findings.sources, tuple(notes))

    def _is_asked_for(self, path: str) -> bool:
        """Whether ``path`` is one of the given paths, or lies below one."""
        wanted = os.path.abspath(path)
        given = map(os.path.abspath, self.paths)
        return any(wanted == one or wanted.startswith(one + os.sep) for one in given)

    def _file(self, found: Found) -> None:
        if found.error is not None:
            raise UnparsedSourceError(f"cannot be read: {found.error}")
        data = read_bytes(found.path)
        self._search.add_python(found, data)
        if self._callers is not None:
            self._callers.add(found.absolute, data)
            self._by_path[found.absolute] = found
        if not (found.named or self.judge.is_candidate(data)) or self.discovery.is_ignored(found):
            return
        self._waiting.append((found, len(data)))

    def _judge_waiting(self) -> None:
        """Judge the files in which a rule may fire, in the order in which they were found."""
        own = None
        # To look at outlines takes less than to hand files over.
        if self.executor is None and not self.judge.outlines_suffice:
            own = own_processes(self.jobs, sum(size for _, size in self._waiting))
        executor = self.executor or own
        if executor is None:
            for found, data in self._contents():
                self._judged(found, data, None)
            return
        sent: deque[tuple[Found, bytes]] = deque()
        try:
            for outcome in collect_with(executor, self._tasks(sent)):
                self._judged(*sent.popleft(), outcome)
        finally:
            if own is not None:
                own.shutdown(cancel_futures=True)

    def _contents(self) -> Iterator[tuple[Found, bytes]]:
        for found, _ in self._waiting:
            try:
                yield found, read_bytes(found.path)
            except UnparsedSourceError as error:
                self._unparsed(found, error)

    def _tasks(self, sent: deque[tuple[Found, bytes]]) -> Iterator[Task]:
        for found, data in self._contents():
            sent.append((found, data))
            yield Task(found.path, data, found.named)

    def _judged(self, found: Found, data: bytes, outcome: Outcome | None) -> None:
        try:
            if isinstance(outcome, UnparsedSourceError):
                raise outcome
            self._judge_source(found, data, outcome)
        except UnparsedSourceError as error:
            self._unparsed(found, error)

    def _judge_source(self, found: Found, data: bytes, facts: FileFacts | None = None) -> None:
        alone = self._callers is None or found.named
        if facts is None and not alone:
            # Another file may have asked for what it imports from here.
            facts = self.judge.modules.known_facts(found.path)
        if facts is None and not found.named and not self.judge.may_find(found.path, data):
            self.findings.judged += 1
            return
        if facts is not None:
            source = without_tree(found.path, data)
        else:
            source = (load if found.named else load_sparse)(found.path, data)
        diagnostics = self.judge.judge(source, alone, facts)
        self.findings.judged += 1
        self._noqa.add(source, found.named)
        self._remember(found.path)
        self.findings.keep(source, diagnostics, Suppressions(source), self._noqa)

    def _templates(self) -> None:
        for found, data in self._wanted_templates:
            try:
                self._judge_template(found, data)
            except UnparsedSourceError as error:
                self._unparsed(found, error)

    def _judge_template(self, found: Found, data: bytes) -> None:
        template = self._search.read(found, data)
        self.findings.judged += 1
        self._noqa.add(template, found.named)
        diagnostics = self.judge.judge_template(template, self._search.library)
        self.findings.keep(template, diagnostics, TemplateComments(template), self._noqa)

    def _remember(self, path: str) -> None:
        facts = self.judge.modules.facts(path) if self._callers is not None else None
        if facts is not None:
            self._using.append(facts)

    def _together(self, callers: Callers) -> None:
        """Judge what only all files together show, those around the given paths included."""
        for project in self._outside():
            self._read_around(callers, project)
        by_path: dict[str, list[Diagnostic]] = {}
        for diagnostic in self.judge.judge_project(callers, self._using):
            by_path.setdefault(os.path.abspath(diagnostic.path), []).append(diagnostic)
        for path, diagnostics in sorted(by_path.items()):
            found = self._by_path.get(path)
            if found is not None and not found.named and not self.discovery.is_ignored(found):
                shown = [replace(diagnostic, path=found.path) for diagnostic in diagnostics]
                source = load(found.path, read_bytes(found.path))
                self.findings.keep(source, shown, Suppressions(source), self._noqa)

    def _outside(self) -> list[str]:
        """The projects around the given folders that reach beyond these."""
        folders = [os.path.abspath(path) for path in self.paths if disk.is_folder(path)]
        return [
            project
            for project in sorted({project_folder(folder) for folder in folders})
            if not any(os.path.commonpath([folder, project]) == folder for folder in folders)
        ]

    def _read_around(self, callers: Callers, folder: str) -> None:
        for found in Discovery([folder], self.judge.configuration.exclude, folder).files():
            if found.error is not None or callers.knows(found.absolute):
                continue
            try:
                data = read_bytes(found.path)
            except UnparsedSourceError:
                continue  # Its own diagnostic is due where it is linted.
            callers.add(found.absolute, data)
            if self.judge.is_candidate(data):
                self._remember(found.path)

    def _unparsed(self, found: Found, error: UnparsedSourceError) -> None:
        if not self.discovery.is_ignored(found):
            self.findings.keep_unparsed(found.path, error)
