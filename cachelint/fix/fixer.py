"""The findings of some files → what these files would be. Writes nothing itself.

Chooses, edits, and proves that nothing got worse.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from cachelint.config import Configuration
from cachelint.dataclass import dataclass, field
from cachelint.diagnostic import Diagnostic
from cachelint.fix.document import CHANGED, DeclinedError, Document
from cachelint.fix.editing import Editor, parsed
from cachelint.fix.outcome import FixedFile, FixReport, Left
from cachelint.fix.planning import Chosen, Planner
from cachelint.fix.states import State, allowed_codes, beyond, paired, words
from cachelint.fix.surroundings import Surroundings
from cachelint.fix.templates import TemplateFix
from cachelint.judge import Judge
from cachelint.noqa import Suppressions
from cachelint.per_file import facts_of
from cachelint.places import repository_folder
from cachelint.source import Source, UnparsedSourceError, load, read_bytes
from cachelint.template_search import TemplateSearch

#: How often what a fix has uncovered is fixed in turn; two have been seen.
_MAX_ROUNDS = 5

Progress = Callable[[int, int], None]
"""Told how many files have been fixed, of how many; of 0 while it is not known yet."""


@dataclass(frozen=True)
class _Result:
    """The text that a file would have, and whether it imports the helper."""

    document: Document
    needs_helper: bool = False

    def then(self, document: Document, chosen: Chosen) -> _Result:
        """After another round of changes."""
        helped = any(change.helper_names for change in chosen.values())
        return _Result(document, self.needs_helper or helped)


@dataclass
class Fixer:
    """Opens files with what was found in them, fixes them, reports."""

    judge: Judge
    planner: Planner
    editor: Editor
    templates: TemplateFix
    _states: dict[str, State] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        paths: Sequence[str],
        configuration: Configuration,
        unsafe: bool,
        new_files: bool,
        judge: Judge | None = None,
    ) -> Fixer:
        judge = judge or Judge(configuration)
        library = TemplateSearch(paths, configuration, judge.reader).library
        surroundings = Surroundings(judge, new_files)
        templates = TemplateFix(judge, library, unsafe)
        return cls(judge, Planner(surroundings, unsafe), Editor(surroundings), templates)

    def report(self) -> FixReport:
        changed = {path: state for path, state in self._states.items() if state.new != state.old}
        files = tuple(
            FixedFile(path, state.old, state.new, tuple(state.fixed))
            for path, state in changed.items()
        )
        helped = [path for path, state in changed.items() if state.needs_helper]
        left = tuple(left for state in self._states.values() for left in state.left)
        gone = tuple(
            diagnostic
            for path, state in self._states.items()
            if path not in changed
            for diagnostic in state.fixed
        )
        return FixReport(files, self.planner.surroundings.created(helped), left, gone)

    def open(
        self,
        path: str,
        diagnostics: list[Diagnostic],
        *,
        data: bytes | None = None,
        seen: Sequence[str] | None = None,
    ) -> None:
        """Choose what is to be fixed in one file; the rest is left, each with its reason.

        ``data`` is what it holds, if not what the disk has; ``seen`` the lines in which the
        diagnostics were found.
        """
        state = self._states[path] = State(b"", b"")
        try:
            state.old = state.new = read_bytes(path) if data is None else data
            if self._is_template(path):
                self._fix_template(path, state, diagnostics)
                return
            source = load(path, state.old)
            if seen is not None and list(seen) != list(source.lines):
                raise DeclinedError(CHANGED)
            document = Document.from_bytes(state.old)
            # What is chosen depends on the whole file, whatever a check has looked at.
            self.judge.modules.add(facts_of(source), source, may_differ=True)
            state.is_readable = True
        except (UnparsedSourceError, DeclinedError) as error:
            state.left = [Left(diagnostic, str(error)) for diagnostic in diagnostics]
            return
        state.chosen, state.left = self.planner.choose(source, document, diagnostics)

    def fix(self, progress: Progress | None = None) -> None:
        """Make the changes that are chosen, and those that they make possible."""
        changing = {path: state for path, state in self._states.items() if state.chosen}
        around = self._around(changing)
        for path in around:
            state = self._states[path]
            found = self._judged(load(path, state.old))
            state.before, state.words = Counter(d.code for d in found), Counter(map(words, found))
        for number, (path, state) in enumerate(changing.items()):
            if progress is not None:
                progress(number, len(changing))
            source, document = load(path, state.old), Document.from_bytes(state.old)
            state.left += self._fix(path, source, document, state.chosen)
        self._settle(around)

    def _around(self, changing: Collection[str]) -> list[str]:
        """The files that a change of ``changing`` may concern: those of their repositories."""
        folders = {path: os.path.join(repository_folder(path), "") for path in self._states}
        changed = {folders[path] for path in changing}
        return [
            path
            for path, state in self._states.items()
            if state.is_readable
            and any(
                folders[path].startswith(one) or one.startswith(folders[path]) for one in changed
            )
        ]

    def _is_template(self, path: str) -> bool:
        return path.endswith(self.judge.configuration.all_template_suffixes)

    def _fix_template(self, path: str, state: State, diagnostics: list[Diagnostic]) -> None:
        fixed = self.templates.fix(path, state.old, diagnostics)
        state.left, state.fixed = fixed.left, fixed.done
        state.new = state.old if fixed.new is None else fixed.new

    # -- one file --------------------------------------------------------------------------------

    def _fix(self, path: str, source: Source, document: Document, chosen: Chosen) -> list[Left]:
        """Make the changes, all together or as many as go together; the rest with its reasons."""
        state = self._states[path]
        refused: list[Left] = []
        done = chosen
        try:
            result = self._settled(source, document, state, chosen)
        except DeclinedError:
            # One that does not go stops no other.
            result, done = _Result(document), {}
            for diagnostic, change in chosen.items():
                attempt = {**done, diagnostic: change}
                try:
                    result, done = self._settled(source, document, state, attempt), attempt
                except DeclinedError as error:
                    refused.append(Left(diagnostic, str(error)))
        state.new = result.document.to_bytes()
        state.needs_helper |= result.needs_helper
        state.fixed += done
        # What other files see of this one is what it will be.
        self._judged(load(path, state.new))
        return refused

    def _settled(self, source: Source, document: Document, state: State, chosen: Chosen) -> _Result:
        """``document`` with ``chosen`` fixed, and whatever that uncovers.

        Raises DeclinedError unless the fixed findings are gone then, and no other has come.
        """
        gone = (*state.fixed, *chosen)
        allowed = allowed_codes(state.before, gone)
        known = state.words - Counter(map(words, gone))
        self._judged(source)
        result = _Result(document)
        worse: Counter[str] = Counter()
        for _ in range(_MAX_ROUNDS):
            if not chosen:
                break
            result = result.then(self.editor.edit(source, result.document, chosen), chosen)
            source = parsed(source.path, result.document)
            found = self._judged(source)
            worse = Counter(diagnostic.code for diagnostic in found) - allowed
            if not worse:
                return result
            uncovered = [d for d in beyond(known, found) if d.code in worse]
            chosen, _ = self.planner.choose(source, result.document, uncovered)
        codes = ", ".join(sorted(worse))
        raise DeclinedError(f"the result would still have, or newly have, {codes}")

    def _judged(self, source: Source) -> list[Diagnostic]:
        """What is found in a file as it stands now; other files see it so from here on."""
        suppressions = Suppressions(source)
        found = self.judge.judge(source)
        return [one for one in found if not suppressions.cover(one.code, one.span.row)]

    # -- all files -------------------------------------------------------------------------------

    def _settle(self, around: list[str]) -> None:
        """Fix what other fixes have made possible, and take back what does not go with them."""
        for _ in range(_MAX_ROUNDS):
            changed = any(state.new != state.old for state in self._states.values())
            if not changed or not sum(self._fix_again(path) for path in around):
                break
        while sum(self._taken_back(path) for path in around):
            pass
        for path in around:
            self._count_what_is_gone(path)

    def _fix_again(self, path: str) -> bool:
        """Whether something that was left before could be fixed now."""
        state = self._states[path]
        waiting = [left for left in state.left if not left.with_unsafe]
        if not waiting:
            return False
        source, document = load(path, state.new), Document.from_bytes(state.new)
        found = self._judged(source)
        pairs = paired(waiting, found)
        chosen, _ = self.planner.choose(source, document, list(pairs))
        if not chosen:
            return False
        refused = {left.diagnostic for left in self._fix(path, source, document, chosen)}
        done = [pairs[diagnostic] for diagnostic in chosen if diagnostic not in refused]
        state.left = [left for left in state.left if left not in done]
        return bool(done)

    def _count_what_is_gone(self, path: str) -> None:
        """What was left may have gone with the fix of something else: a call of what was fixed."""
        state = self._states[path]
        if not state.left:
            return
        now = self._judged(load(path, state.new))
        gone = state.words - Counter(map(words, state.fixed)) - Counter(map(words, now))
        # A fix beside it can also change what is said of a finding that stays.
        fewer = state.before - Counter(d.code for d in state.fixed) - Counter(d.code for d in now)
        for left in list(state.left):
            said = words(left.diagnostic)
            if gone[said] > 0 and fewer[said[0]] > 0:
                gone[said] -= 1
                fewer[said[0]] -= 1
                state.left.remove(left)
                state.fixed.append(left.diagnostic)

    def _taken_back(self, path: str) -> bool:
        """Whether the file had to be left as it was: fixed beside the others it would be worse."""
        state = self._states[path]
        if state.new == state.old:
            return False
        allowed = allowed_codes(state.before, state.fixed)
        found = self._judged(load(path, state.new))
        worse = Counter(diagnostic.code for diagnostic in found) - allowed
        if not worse:
            return False
        codes = ", ".join(sorted(worse))
        reason = f"together with the fixes of other files the result would have {codes}"
        state.left += [Left(diagnostic, reason) for diagnostic in state.fixed]
        state.new, state.fixed, state.needs_helper = state.old, [], False
        self._judged(load(path, state.old))
        return True
