"""Sources → facts → project → rules → suppressions → sorted diagnostics.

The only place that knows both configuration and rules. ``check_paths`` serves the command line,
``Judge`` everyone who has a source already (flake8).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from cachelint.config import Configuration
from cachelint.diagnostic import Diagnostic
from cachelint.discovery import Discovery, Found
from cachelint.facts import collect_facts
from cachelint.facts.records import FileFacts
from cachelint.modules import Modules, project_folder
from cachelint.project import Callers, Project
from cachelint.rules import FileView, Finding, Rule, all_rules, named_rules
from cachelint.selection import check_that_paths_exist, compiled, resolve_selectors
from cachelint.settings.locate import COMMAND_LINE
from cachelint.settings.reader import ProjectSettings, SettingsReader
from cachelint.source import (
    Source,
    Suppressions,
    UnparsedSourceError,
    contains_any,
    decode,
    has_cache_word,
    load,
    read_bytes,
    split_lines,
)
from cachelint.template_search import TemplateComments, TemplateSearch

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from cachelint.templates import Library, Template

UNPARSED = "CCH001"
UNRESOLVED = "CCH003"
#: What a file must say for anybody to ask about its views.
CACHED_PAGES = "cache_page"


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


@dataclass
class Judge:
    """Applies the selected rules to sources, one file at a time."""

    configuration: Configuration = field(default_factory=Configuration)
    modules: Modules = field(default_factory=Modules)
    whole_project: bool = True
    """Whether files that the judged one does not import may be searched."""
    preview: bool | None = None
    """Whether findings in preview count; None: as the configuration says."""
    library: Library | None = None
    """The templates around, for rules that follow a view to its template."""

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The selected rules. Raises ConfigurationError."""
        place_of = self.configuration.place_of
        rules = all_rules()
        select, ignore = self.configuration.select, self.configuration.ignore
        extended, preview = self.configuration.extend_select, self.configuration.preview
        codes = resolve_selectors(
            ("ALL",) if select is None else select, place_of("select"), preview=preview
        )
        codes |= resolve_selectors(extended, place_of("extend-select"), preview=preview)
        codes -= resolve_selectors(ignore, place_of("ignore"))
        return tuple(rule for code, rule in rules.items() if code in codes)

    @cached_property
    def _python_rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if not rule.is_for_templates)

    @cached_property
    def template_rules(self) -> tuple[Rule, ...]:
        """The selected rules that judge templates."""
        return tuple(rule for rule in self.rules if rule.is_for_templates)

    @cached_property
    def words(self) -> tuple[bytes, ...]:
        """The words of the selected rules, those that contain another left out."""
        words = {word for rule in self._python_rules for word in rule.words}
        return tuple(
            sorted(word for word in words if not any(o in word for o in words if o != word))
        )

    @cached_property
    def _per_file_ignores(self) -> list[tuple[GitIgnoreSpec, frozenset[str]]]:
        if not self.configuration.per_file_ignores:
            return []
        where = self.configuration.place_of("per-file-ignores")
        return [
            (compiled([pattern], where), resolve_selectors(codes, where))
            for pattern, codes in self.configuration.per_file_ignores
        ]

    @cached_property
    def reader(self) -> SettingsReader:
        configuration = self.configuration
        row = dict(configuration.rows).get("settings")
        origin = COMMAND_LINE if row is None else configuration.origin
        roots = [name.partition(".")[0] for name in configuration.alias_settings]
        return SettingsReader(
            self.modules, configuration.settings, origin, row or 1, structured=frozenset(roots)
        )

    def prepare(self) -> None:
        """Resolve every selector now. Raises ConfigurationError."""
        _ = self.words, self._per_file_ignores

    def is_candidate(self, data: bytes) -> bool:
        """Whether a rule can fire on a file with these bytes."""
        return contains_any(data, self.words) and has_cache_word(data)

    def judge(self, source: Source, alone: bool = True) -> list[Diagnostic]:
        """The diagnostics of one file, sorted; ``noqa`` comments are not applied.

        ``alone`` is false where all files together are judged later (judge_project).
        Raises UnparsedSourceError where the file is nested too deeply to be followed.
        """
        try:
            facts = collect_facts(source)
            self.modules.add(facts, source)
            if CACHED_PAGES in source.text:
                self.modules.add_views(source)
        except RecursionError as error:
            raise UnparsedSourceError("cannot be followed: nested too deeply") from error
        project = Project(self.modules, self.whole_project)
        view = self._view(facts, project)
        ignored = self._ignored_codes(source.path)
        diagnostics = [
            _diagnostic(rule, source.path, finding)
            for rule in self._python_rules
            if rule.code not in ignored and (alone or not rule.needs_project)
            for finding in rule.check(view)
        ]
        return sorted(dict.fromkeys(diagnostics), key=lambda diagnostic: diagnostic.sort_key)

    def judge_template(self, template: Template, library: Library) -> list[Diagnostic]:
        """The diagnostics of a template, sorted; ``noqa`` comments are not applied."""
        from cachelint.rules.template_view import TemplateView

        known = frozenset(self.configuration.aliases)
        place = self.modules.relative_path(template.path)
        view = TemplateView(template, library, self.reader, known, place)
        ignored = self._ignored_codes(template.path)
        diagnostics = [
            _diagnostic(rule, template.path, finding)
            for rule in self.template_rules
            if rule.code not in ignored
            for finding in rule.check_template(view)
        ]
        return sorted(dict.fromkeys(diagnostics), key=lambda diagnostic: diagnostic.sort_key)

    def judge_project(self, callers: Callers, using: Sequence[FileFacts]) -> Iterator[Diagnostic]:
        """The diagnostics of the rules that ask who calls what; ``using`` are files with caches."""
        callers.spread(using)
        project = Project(self.modules, True, callers.follows)
        paths = list(callers.calling_at_import())
        for rule in self.rules:
            if rule.needs_project:
                views = self._views(paths, project)
                for path, finding in rule.check_project(views):
                    if rule.code not in self._ignored_codes(path):
                        yield _diagnostic(rule, path, finding)

    def unresolved_settings(self) -> Iterator[Diagnostic]:
        """What kept rules from judging aliases, once for each settings module that was read."""
        # Loaded here: most runs have settings that can be read.
        rule = all_rules()[UNRESOLVED]
        if rule not in self.rules:
            return
        from cachelint.rules.cch003_unresolved_settings import finding, unresolved

        for cause in self.reader.all_unresolved:
            yield _diagnostic(rule, cause.place.path, unresolved(cause))
        for settings in self.reader.all_read:
            for cause in settings.causes[:1]:
                yield _diagnostic(rule, cause.place.path, finding(settings, cause))

    def _views(self, paths: Iterable[str], project: Project) -> Iterator[FileView]:
        for path in paths:
            facts = self.modules.thorough_facts(path)
            if facts is not None:
                yield self._view(facts, project)

    def _view(self, facts: FileFacts, project: Project) -> FileView:
        configuration = self.configuration
        return FileView(
            facts,
            project,
            configuration.django_version,
            self.reader,
            frozenset(configuration.aliases),
            configuration.alias_settings,
            self._in_preview,
            self.library,
        )

    @cached_property
    def _in_preview(self) -> frozenset[str]:
        """The rules whose findings in preview are wanted: all, or those named one by one."""
        wanted = self.configuration
        wants_all = wanted.preview if self.preview is None else self.preview
        return named_rules(
            all_rules() if wants_all else (*(wanted.select or ()), *wanted.extend_select)
        )

    def _ignored_codes(self, path: str) -> frozenset[str]:
        relative = os.path.relpath(os.path.abspath(path), self.configuration.base)
        codes: frozenset[str] = frozenset()
        for spec, ignored in self._per_file_ignores:
            if spec.match_file(relative.replace(os.sep, "/")):
                codes |= ignored
        return codes


def check_paths(paths: Sequence[str], configuration: Configuration) -> Report:
    """Check the Python files under ``paths`` (files or folders that exist).

    Raises ConfigurationError for a path that does not exist and for wrong selectors.
    """
    check_that_paths_exist(paths)
    judge = Judge(configuration)
    judge.prepare()
    if configuration.exclude:
        compiled(configuration.exclude, configuration.place_of("exclude"))
    suffixes = configuration.all_template_suffixes if judge.template_rules else ()
    discovery = Discovery(paths, configuration.exclude, configuration.base, suffixes)
    return _Check(judge, discovery, paths).run()


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
        self._add_evidence_sources()
        diagnostics = tuple(sorted(self.diagnostics, key=lambda d: d.sort_key))
        return Report(diagnostics, self.files, self.judged, self.suppressed, self.sources, notes)

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
        source = load(found.path, data)
        diagnostics = self.judge.judge(source, alone=self._callers is None or found.named)
        self.judged += 1
        self._remember(found.path)
        self._keep(source, diagnostics, Suppressions(source))

    def _templates(self) -> None:
        for found, data in self._search.candidates(self.discovery.is_ignored):
            try:
                template = self._search.read(found, data)
            except UnparsedSourceError as error:
                self._unparsed(found, error)
                continue
            self.judged += 1
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
        kept = [d for d in diagnostics if not suppressions.cover(d.code, d.span.row)]
        self.suppressed += len(diagnostics) - len(kept)
        if kept:
            self.diagnostics += kept
            self.sources[source.path] = source.lines

    def _unparsed(self, found: Found, error: UnparsedSourceError) -> None:
        # Loaded here: most runs parse every file they look at.
        from cachelint.rules.cch001_unparsed_file import finding

        if not self.discovery.is_ignored(found):
            rule = all_rules()[UNPARSED]
            self.diagnostics.append(_diagnostic(rule, found.path, finding(error)))
            self.sources[found.path] = split_lines(error.text)

    def _add_evidence_sources(self) -> None:
        for diagnostic in self.diagnostics:
            paths = [evidence.path for evidence in diagnostic.evidence]
            if diagnostic.code == UNRESOLVED:
                paths.append(diagnostic.path)
            for path in paths:
                if path not in self.sources:
                    self.sources[path] = split_lines(decode(read_bytes(path)))


def _diagnostic(rule: Rule, path: str, finding: Finding) -> Diagnostic:
    return Diagnostic(
        code=rule.code,
        name=rule.name,
        message=finding.message,
        path=path,
        span=finding.span,
        severity=rule.severity,
        help=finding.help,
        cause=finding.cause,
        evidence=finding.evidence,
        fix=finding.fix,
    )
