"""Fixes in templates: the same plans, proven with the same rules; no Python is parsed."""

from __future__ import annotations

from collections import Counter

from cachelint.dataclass import dataclass, field
from cachelint.diagnostic import Applicability, Diagnostic, Edit
from cachelint.fix.document import DeclinedError, Document
from cachelint.fix.outcome import Left
from cachelint.judge import Judge
from cachelint.templates import Library, Template, read_template


@dataclass
class FixedTemplate:
    """What becomes of a template; ``new`` is None where nothing changes."""

    new: bytes | None = None
    done: list[Diagnostic] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


@dataclass
class TemplateFix:
    """Fixes templates, one at a time."""

    judge: Judge
    library: Library
    unsafe: bool

    def fix(self, path: str, data: bytes, diagnostics: list[Diagnostic]) -> FixedTemplate:
        """Raises UnparsedSourceError where the template cannot be read."""
        result = FixedTemplate()
        template = read_template(path, data)
        chosen = self._choose(diagnostics, result)
        before = self._codes(template)
        for diagnostic, edits in chosen.items():
            wanted = [*result.done, diagnostic]
            try:
                every = [edit for done in result.done for edit in chosen[done]]
                new = Document(template.text, "utf-8").apply([*every, *edits]).to_bytes()
                self._verify(path, new, before, wanted)
            except DeclinedError as error:
                result.left.append(Left(diagnostic, str(error)))
            else:
                result.new, result.done = new, wanted
        return result

    def _choose(
        self, diagnostics: list[Diagnostic], result: FixedTemplate
    ) -> dict[Diagnostic, tuple[Edit, ...]]:
        chosen = {}
        for diagnostic in diagnostics:
            plan = diagnostic.fix
            if plan is None:
                result.left.append(Left.without_plan(diagnostic))
            elif plan.applicability is Applicability.UNSAFE and not self.unsafe:
                result.left.append(Left(diagnostic, plan.reason, with_unsafe=True))
            else:
                chosen[diagnostic] = plan.edits
        return chosen

    def _codes(self, template: Template) -> Counter[str]:
        return Counter(d.code for d in self.judge.judge_template(template, self.library))

    def _verify(self, path: str, new: bytes, before: Counter[str], fixed: list[Diagnostic]) -> None:
        """Raise DeclinedError unless the fixed findings are gone and no other has come."""
        after = self._codes(read_template(path, new))
        allowed = before - Counter(diagnostic.code for diagnostic in fixed)
        if not after <= allowed:
            codes = ", ".join(sorted(after - allowed))
            raise DeclinedError(f"the result would still have, or newly have, {codes}")
