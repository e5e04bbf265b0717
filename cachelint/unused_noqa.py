"""Which ``noqa`` comments suppress nothing (CCH002): asked when every rule has spoken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cachelint.dataclass import dataclass, field, replace
from cachelint.diagnostic import Diagnostic
from cachelint.judge import Judge, diagnostic_of
from cachelint.noqa import Code, Comment, comments_with_codes, is_ignored_by
from cachelint.rules import Rule, all_rules
from cachelint.source import Source, UnparsedSourceError, parse, split_lines
from cachelint.template_search import comments_with_codes as template_comments_with_codes
from cachelint.templates import Template

UNUSED = "CCH002"
_PREFIX = "CCH"
#: Findings that no comment suppresses, or that are no findings.
_NEVER_JUDGED = frozenset({"CCH001", UNUSED, "CCH003"})


@dataclass(frozen=True)
class _File:
    """A file with comments that name our codes."""

    path: str
    text: str
    comments: tuple[Comment, ...]
    is_template: bool
    is_named: bool
    suppressed: set[tuple[str, int]] = field(default_factory=set)


@dataclass
class UnusedNoqa:
    """Collects comments and what they suppress; ``is_whole``: all files are judged together."""

    judge: Judge
    is_whole: bool
    _files: dict[str, _File] = field(default_factory=dict)

    @property
    def _is_wanted(self) -> bool:
        return all_rules()[UNUSED] in self.judge.rules

    def add(self, source: Source | Template, is_named: bool) -> None:
        """Take a file that is judged."""
        text = source.text.lower()
        if "noqa" not in text or _PREFIX.lower() not in text or not self._is_wanted:
            return
        is_template = isinstance(source, Template)
        found = (
            template_comments_with_codes(source)
            if isinstance(source, Template)
            else comments_with_codes(source)
        )
        ours = tuple(comment for comment in found if any(map(_is_ours, comment.codes)))
        if ours:
            self._files[source.path] = _File(source.path, source.text, ours, is_template, is_named)

    def note(self, diagnostic: Diagnostic) -> None:
        """Take a diagnostic that a comment suppresses."""
        file = self._files.get(diagnostic.path)
        if file is not None:
            file.suppressed.add((diagnostic.code, diagnostic.span.row))

    def diagnostics(self) -> Iterator[tuple[Diagnostic, Sequence[str]]]:
        """The findings, each with the lines of its file."""
        for file in self._files.values():
            if UNUSED in self.judge.ignored_codes(file.path):
                continue
            unused = {comment: self._unused(file, comment) for comment in file.comments}
            if any(unused.values()) and not file.is_template:
                file.suppressed.update(self._seen_by_flake8(file))
                unused = {comment: self._unused(file, comment) for comment in file.comments}
            for comment, codes in unused.items():
                if codes:
                    yield _diagnostic(file, comment, codes), split_lines(file.text)

    def _unused(self, file: _File, comment: Comment) -> list[Code]:
        if any(code.text.upper() == UNUSED for code in comment.codes):
            return []
        return [
            code
            for code in comment.codes
            if _is_ours(code) and self._is_judged(file, code) and not _is_used(file, comment, code)
        ]

    def _is_judged(self, file: _File, code: Code) -> bool:
        """Whether every rule that ``code`` stands for has been asked about the file."""
        meant = _rules_of(code)
        if any(rule.code in _NEVER_JUDGED for rule in meant):
            return False
        # The beginning of a code means rules in preview only where these are wanted.
        wanted = [rule for rule in meant if rule.code == code.text.upper() or not rule.is_preview]
        asked = set(self.judge.rules)
        ignored = self.judge.ignored_codes(file.path)
        return all(
            rule in asked
            and rule.code not in ignored
            and (not rule.needs_project or (self.is_whole and not file.is_named))
            and (not rule.needs_settings or self.judge.reader.around(file.path).is_closed)
            for rule in wanted or meant
        )

    def _seen_by_flake8(self, file: _File) -> set[tuple[str, int]]:
        """What the plugin, which sees one file at a time, may report there."""
        everything = replace(
            self.judge.configuration,
            select=("ALL",), extend_select=(), ignore=(), per_file_ignores=(), preview=True,
        )  # fmt: skip
        judge = Judge(everything, whole_project=False)
        try:
            found = judge.judge(parse(file.path, file.text))
        except UnparsedSourceError:
            return set()
        return {(diagnostic.code, diagnostic.span.row) for diagnostic in found}


def _is_ours(code: Code) -> bool:
    return code.text.upper().startswith(_PREFIX)


def _rules_of(code: Code) -> list[Rule]:
    return [rule for known, rule in all_rules().items() if known.startswith(code.text.upper())]


def _is_used(file: _File, comment: Comment, code: Code) -> bool:
    return comment.counts and any(
        comment.line.first <= row <= comment.line.last
        and is_ignored_by(f"# noqa: {code.text}", found)
        for found, row in file.suppressed
    )


def _diagnostic(file: _File, comment: Comment, unused: list[Code]) -> Diagnostic:
    from cachelint.rules.cch002_unused_noqa import finding

    unknown = [code for code in unused if not _rules_of(code)]
    return diagnostic_of(all_rules()[UNUSED], file.path, finding(comment, unused, unknown))
