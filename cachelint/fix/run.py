"""From findings to new files: choose, edit, prove that nothing got worse. Writes nothing itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from cachelint.config import Configuration
from cachelint.diagnostic import Applicability, Diagnostic, Edit, FixPlan
from cachelint.engine import check_paths
from cachelint.fix.document import DeclinedError, Document
from cachelint.fix.guards import NameFacts, find_expression, refuse_lost_comments
from cachelint.fix.helper import HelperModule, choose_helper, helper_source
from cachelint.fix.imports import add_import, bound_names, drop_import
from cachelint.fix.mentions import Mentions
from cachelint.fix.outcome import NO_FIX, Left
from cachelint.fix.rewrites import Subject, rewrite
from cachelint.fix.templates import TemplateFix
from cachelint.judge import Judge
from cachelint.places import project_folder, shown_path
from cachelint.source import Source, UnparsedSourceError, load, read_bytes
from cachelint.template_search import TemplateSearch
from cachelint.templates import Library


@dataclass(frozen=True)
class FixedFile:
    """A file that changes, and the findings that are gone then."""

    path: str
    old: bytes
    new: bytes
    fixed: tuple[Diagnostic, ...]


@dataclass(frozen=True)
class FixReport:
    """What changes, what is created (path and content), and what is left."""

    files: tuple[FixedFile, ...]
    created: tuple[tuple[str, bytes], ...]
    left: tuple[Left, ...]


def fix_paths(
    paths: Sequence[str],
    configuration: Configuration,
    *,
    unsafe: bool = False,
    new_files: bool = True,
) -> FixReport:
    """Fix the files under ``paths`` in memory.

    ``unsafe`` allows fixes that need a look, without ``new_files`` nothing is fixed that needs a
    helper which is not there. Raises ConfigurationError as check_paths does, and where the place of
    a new helper is not clear.
    """
    report = check_paths(paths, configuration)
    judge = Judge(configuration)
    library = TemplateSearch(paths, configuration, judge.reader).library
    fixer = _Fixer(judge, library, unsafe, new_files)
    by_path: dict[str, list[Diagnostic]] = {}
    for diagnostic in report.diagnostics:
        by_path.setdefault(diagnostic.path, []).append(diagnostic)
    for path, diagnostics in by_path.items():
        fixer.fix_file(path, diagnostics)
    return fixer.report()


#: Findings to fix, with the edits and the names of the helper that each needs.
_Chosen = dict[Diagnostic, tuple[tuple[Edit, ...], tuple[str, ...]]]


@dataclass
class _Fixer:
    judge: Judge
    library: Library
    unsafe: bool
    new_files: bool
    files: list[FixedFile] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    _helpers: dict[str, HelperModule] = field(default_factory=dict)
    _mentions: dict[str, Mentions] = field(default_factory=dict)
    _before: Counter[str] = field(default_factory=Counter)
    """How often each code was found in the file that is being fixed."""
    _needed: set[str] = field(default_factory=set)
    """Folders of projects whose helper a fixed file imports."""

    def report(self) -> FixReport:
        source = helper_source().encode() if self._needed else b""
        new = (self._helpers[folder].path for folder in sorted(self._needed))
        created = tuple((path, source) for path in new if path is not None)
        return FixReport(tuple(self.files), created, tuple(self.left))

    def fix_file(self, path: str, diagnostics: list[Diagnostic]) -> None:
        """Fix what can be fixed in one file; the rest is left, each with its reason."""
        if path.endswith(self.judge.configuration.all_template_suffixes):
            self._fix_template(path, diagnostics)
            return
        try:
            data = read_bytes(path)
            source = load(path, data)
            document = Document.from_bytes(data)
        except (UnparsedSourceError, DeclinedError) as error:
            self.left += [Left(diagnostic, str(error)) for diagnostic in diagnostics]
            return
        chosen = self._choose(source, document, diagnostics)
        if not chosen:
            return
        self._before = Counter(diagnostic.code for diagnostic in self.judge.judge(source))
        new, done = self._together(source, document, chosen)
        if new is None:
            new, done = self._one_by_one(source, document, chosen)
        self.judge.judge(source)
        if new is not None:
            self.files.append(FixedFile(path, data, new.to_bytes(), tuple(done)))
            if any(names for _, names in done.values()):
                self._needed.add(project_folder(path))

    def _fix_template(self, path: str, diagnostics: list[Diagnostic]) -> None:
        fixed = TemplateFix(self.judge, self.library, self.unsafe).fix(path, diagnostics)
        self.left += fixed.left
        if fixed.new is not None:
            self.files.append(FixedFile(path, fixed.old, fixed.new, tuple(fixed.done)))

    def _together(
        self, source: Source, document: Document, chosen: _Chosen
    ) -> tuple[Document | None, _Chosen]:
        try:
            new = self._edit(source, document, chosen)
            self._verify(source, new, list(chosen))
        except DeclinedError:
            return None, {}
        return new, chosen

    def _one_by_one(
        self, source: Source, document: Document, chosen: _Chosen
    ) -> tuple[Document | None, _Chosen]:
        """As many as go together: one that does not go stops no other."""
        new: Document | None = None
        done: _Chosen = {}
        for diagnostic, change in chosen.items():
            attempt = {**done, diagnostic: change}
            try:
                edited = self._edit(source, document, attempt)
                self._verify(source, edited, list(attempt))
            except DeclinedError as error:
                self.left.append(Left(diagnostic, str(error)))
            else:
                new, done = edited, attempt
        return new, done

    def _choose(self, source: Source, document: Document, diagnostics: list[Diagnostic]) -> _Chosen:
        """The findings to fix, with the edits and the names of the helper that each needs."""
        names = NameFacts.of(source.tree)
        chosen: _Chosen = {}
        for diagnostic in diagnostics:
            plan = diagnostic.fix
            if plan is None:
                self.left.append(Left(diagnostic, NO_FIX))
                continue
            reason = plan.reason or self._objection(diagnostic, plan, names)
            if (reason or plan.applicability is Applicability.UNSAFE) and not self.unsafe:
                self.left.append(Left(diagnostic, reason, with_unsafe=True))
                continue
            try:
                if plan.helper_names:
                    self._helper_of(source.path)
                names.refuse_unbound(plan.reads, diagnostic.span.row)
                chosen[diagnostic] = self._edits(source, document, diagnostic, plan)
            except DeclinedError as error:
                self.left.append(Left(diagnostic, str(error)))
        return chosen

    def _objection(self, diagnostic: Diagnostic, plan: FixPlan, names: NameFacts) -> str:
        objection = names.objection(plan.targets, diagnostic.span.row)
        if plan.memo and not objection:
            return self._mentions_of(diagnostic.path).memo_user(plan.memo.rpartition(".")[2])
        if objection or not plan.helper_names:
            return objection
        for target in plan.targets:
            patcher = self._mentions_of(diagnostic.path).patched(diagnostic.path, target)
            if patcher is not None:
                return f"a string in {patcher} names `{target}`, as mock.patch does"
        return ""

    def _edits(
        self, source: Source, document: Document, diagnostic: Diagnostic, plan: FixPlan
    ) -> tuple[tuple[Edit, ...], tuple[str, ...]]:
        if plan.rewrite:
            facts = self.judge.modules.facts(source.path)
            assert facts is not None
            mentions = self._mentions_of(source.path)
            imported_by = partial(mentions.imported, source.path)
            done = rewrite(Subject(source, document, facts, diagnostic, imported_by))
            return done.edits, done.helper_names
        for name in plan.builtins:
            if name in bound_names(source.tree):
                raise DeclinedError(f"`{name}` means something else in this file")
        for edit in plan.edits:
            if edit.is_expression:
                find_expression(source, edit.span, document)
                refuse_lost_comments(document, edit)
        return plan.edits, plan.helper_names

    def _edit(
        self,
        source: Source,
        document: Document,
        chosen: _Chosen,
    ) -> Document:
        edits = _without_overlaps({edit for found, _ in chosen.values() for edit in found})
        changing = list(edits)
        for module, names in self._imports(source.path, chosen).items():
            added = add_import(source, module, sorted(names), changing, self._is_ours)
            edits += [added] if added is not None else []
        new = document.apply(edits)
        for dropped in {path for d in chosen if d.fix is not None for path in d.fix.drops}:
            new = self._drop(source.path, new, dropped)
        return new

    def _imports(self, path: str, chosen: _Chosen) -> dict[str, set[str]]:
        """The names that the new code needs, by their modules."""
        imports: dict[str, set[str]] = {}
        for diagnostic, (_, helper_names) in chosen.items():
            if helper_names:
                imports.setdefault(self._helper_of(path).dotted, set()).update(helper_names)
            for dotted in diagnostic.fix.imports if diagnostic.fix is not None else ():
                module, _, name = dotted.rpartition(".")
                imports.setdefault(module, set()).add(name)
        return dict(sorted(imports.items()))

    def _is_ours(self, source: Source, package: str) -> bool:
        return self.judge.modules.find(package, source.path) is not None

    def _drop(self, path: str, document: Document, dropped: str) -> Document:
        module, _, name = dropped.rpartition(".")
        while True:
            edit = drop_import(_parsed(path, document), document, module, name)
            if edit is None or self._mentions_of(path).imported(path, name) is not None:
                return document
            document = document.apply([edit])

    def _verify(self, source: Source, new: Document, fixed: list[Diagnostic]) -> None:
        """Raise DeclinedError unless the fixed findings are gone and no other has come."""
        after = Counter(d.code for d in self.judge.judge(_parsed(source.path, new)))
        allowed = self._before - Counter(diagnostic.code for diagnostic in fixed)
        if not after <= allowed:
            codes = ", ".join(sorted(after - allowed))
            raise DeclinedError(f"the result would still have, or newly have, {codes}")

    def _helper_of(self, path: str) -> HelperModule:
        folder = project_folder(path)
        if folder not in self._helpers:
            self._helpers[folder] = choose_helper(self.judge.configuration.helper, folder)
        helper = self._helpers[folder]
        if helper.path is not None and not self.new_files:
            command = f"cachelint helper --write {shown_path(helper.path)}"
            raise DeclinedError(f"the lazy helper is missing: run {command}")
        return helper

    def _mentions_of(self, path: str) -> Mentions:
        folder = project_folder(path)
        if folder not in self._mentions:
            self._mentions[folder] = Mentions(folder, self.judge.modules)
        return self._mentions[folder]


def _parsed(path: str, document: Document) -> Source:
    try:
        return load(path, document.to_bytes())
    except UnparsedSourceError as error:
        raise DeclinedError(f"the result would not parse: {error}") from error


def _without_overlaps(edits: set[Edit]) -> list[Edit]:
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
