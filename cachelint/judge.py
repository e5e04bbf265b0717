"""A source → its diagnostics: facts, project and the selected rules.

Knows configuration and rules. ``Judge`` serves everyone who has a source already: flake8, the
fixer, and the engine, which brings the files.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from cachelint.config import COMMAND_LINE, Configuration
from cachelint.dataclass import dataclass, field
from cachelint.diagnostic import Diagnostic, FixPlan
from cachelint.facts.records import FileFacts
from cachelint.modules import Modules
from cachelint.per_file import facts_of, outline_of
from cachelint.project import Callers, Project
from cachelint.rules import FileView, Finding, Rule, all_rules, named_rules
from cachelint.selection import compiled, resolve_selectors
from cachelint.settings.reader import SettingsReader
from cachelint.settings.records import Settings
from cachelint.source import (
    Source,
    UnparsedSourceError,
    contains_any,
    has_cache_word,
)

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from cachelint.templates import Library, Template

UNRESOLVED = "CCH003"
#: How the body of a function binds names of the module.
_BINDS_OUTSIDE = b"global "
#: What a file must say for anybody to ask about its views.
CACHED_PAGES = "cache_page"


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
        words = self._all_words
        needed = [word for word in words if not any(o in word for o in words if o != word)]
        # What is met most comes first: who has one word need not be searched for the others.
        return tuple(sorted(needed, key=lambda word: (b"cache" not in word, word)))

    @cached_property
    def _all_words(self) -> frozenset[bytes]:
        return frozenset(word for rule in self._python_rules for word in rule.words)

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

    @cached_property
    def _words_suffice(self) -> bool:
        """Whether no file has one of the words without having a cache word."""
        return all(map(has_cache_word, self.words))

    def is_candidate(self, data: bytes) -> bool:
        """Whether a rule can fire on a file with these bytes."""
        # The question that most files answer with no comes first.
        return (self._words_suffice or has_cache_word(data)) and contains_any(data, self.words)

    @cached_property
    def outlines_suffice(self) -> bool:
        """Whether no selected rule has anything to say of the body of a function."""
        return not any(rule.looks_into_functions for rule in self._python_rules)

    def may_find(self, path: str, data: bytes) -> bool:
        """Whether a rule may have something to say of the file.

        Told by its outline, where that suffices. What it says then, all of the file decides: how
        safe a fix is, for example.
        """
        if not self.outlines_suffice or _BINDS_OUTSIDE in data:
            return True
        outline = outline_of(path, data)
        if outline is None:
            return True
        view = self._view(outline, Project(self.modules, self.whole_project))
        return any(True for rule in self._python_rules for _ in rule.check(view))

    def judge(
        self, source: Source, alone: bool = True, facts: FileFacts | None = None
    ) -> list[Diagnostic]:
        """The diagnostics of one file, sorted; ``noqa`` comments are not applied.

        ``facts``: those of ``source``, where they have been collected already.
        ``alone`` is false where all files together are judged later (judge_project).
        Raises UnparsedSourceError where the file is nested too deeply to be followed.
        """
        if facts is None:
            facts = facts_of(source)
        self.modules.add(facts, source, may_differ=alone)
        try:
            if CACHED_PAGES in source.text:
                self.modules.add_views(source)
        except RecursionError as error:
            raise UnparsedSourceError("cannot be followed: nested too deeply") from error
        project = Project(self.modules, self.whole_project)
        view = self._view(facts, project)
        ignored = self.ignored_codes(source.path)
        # A rule without its words has nothing to say; some would read the settings to find out.
        data = source.text.encode(errors="surrogatepass")
        words = {word for word in self._all_words if word in data}
        diagnostics = [
            diagnostic_of(rule, source.path, finding)
            for rule in self._python_rules
            if rule.code not in ignored and (alone or not rule.needs_project)
            if rule.needs_project or not words.isdisjoint(rule.words)
            for finding in rule.check(view)
        ]
        return sorted(dict.fromkeys(diagnostics), key=lambda diagnostic: diagnostic.sort_key)

    def judge_template(self, template: Template, library: Library) -> list[Diagnostic]:
        """The diagnostics of a template, sorted; ``noqa`` comments are not applied."""
        from cachelint.rules.template_view import TemplateView

        known = frozenset(self.configuration.aliases)
        place = self.modules.relative_path(template.path)
        view = TemplateView(template, library, self.reader, known, place)
        ignored = self.ignored_codes(template.path)
        diagnostics = [
            diagnostic_of(rule, template.path, finding)
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
                    if rule.code not in self.ignored_codes(path):
                        yield diagnostic_of(rule, path, finding)

    def judge_settings(self, settings: Settings) -> Iterator[Diagnostic]:
        """What the rules about settings say of one settings module, wherever it is inherited."""
        nothing = FileFacts(settings.module.path, (), (), {}, {}, {}, (), None)
        view = self._view(nothing, Project(self.modules, True))
        for rule in self.rules:
            if rule.is_for_settings:
                for verdict in rule.judge(settings, view):
                    yield diagnostic_of(rule, verdict.place.path, verdict.finding)

    def unresolved_settings(self) -> Iterator[Diagnostic]:
        """What kept rules from judging aliases, once for each settings module that was read."""
        # Loaded here: most runs have settings that can be read.
        rule = all_rules()[UNRESOLVED]
        if rule not in self.rules:
            return
        from cachelint.rules.cch003_unresolved_settings import finding, unresolved

        for cause in self.reader.all_unresolved:
            yield diagnostic_of(rule, cause.place.path, unresolved(cause))
        for settings in self.reader.all_read:
            for cause in settings.causes[:1]:
                yield diagnostic_of(rule, cause.place.path, finding(settings, cause))

    def _views(self, paths: Iterable[str], project: Project) -> Iterator[FileView]:
        for path in paths:
            facts = self.modules.outline(path)
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

    def ignored_codes(self, path: str) -> frozenset[str]:
        """The codes that ``per-file-ignores`` has for a file."""
        relative = os.path.relpath(os.path.abspath(path), self.configuration.base)
        codes: frozenset[str] = frozenset()
        for spec, ignored in self._per_file_ignores:
            if spec.match_file(relative.replace(os.sep, "/")):
                codes |= ignored
        return codes


def diagnostic_of(rule: Rule, path: str, finding: Finding) -> Diagnostic:
    """A finding as others see it, with the name of its rule and a reason where it has no fix."""
    plan = finding.fix
    if isinstance(plan, FixPlan):
        fix, no_fix = plan, ""
    else:
        fix, no_fix = None, plan.reason if plan is not None else rule.no_fix
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
        fix=fix,
        no_fix=no_fix,
        fails_in=finding.fails_in,
    )
