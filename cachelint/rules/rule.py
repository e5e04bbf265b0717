"""What a rule sees of a file, and what it answers.

A rule module has a docstring (its page) and three names: ``WORDS``, of which a file must contain
one for the rule to fire (the prefilter), ``SEVERITY``, and ``check(view)``, which yields findings.
``PREVIEW = True`` keeps a rule off until its own code or name, or ``preview``, asks for it; a rule
that is on can ask ``view.in_preview`` whether its doubtful findings are wanted.
``NO_FIX`` says why people must repair what it finds, where no finding brings a reason of its own.
A rule about settings has ``judge(settings, view)``, which judges one settings module, be it read or
running. With ``NEEDS_PROJECT = True`` it also has ``check_project(views)``, for all files together.
``LOOKS_INTO_FUNCTIONS = False``: all that it finds stands outside of the bodies of functions.
A rule for templates has ``check_template(view)`` instead of ``check``.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Evidence, FixPlan, NoFix, Severity, Span
from cachelint.facts.records import FileFacts, Guard, GuardKind, Import, Use, Value, Values
from cachelint.facts.vocabulary import HANDLE, MODULE, OLDEST_DJANGO, STAR_EXPORTS
from cachelint.modules import Resolved
from cachelint.places import is_test_path
from cachelint.project import AliasValue, CachedPage, Project
from cachelint.settings.reader import ProjectSettings, SettingsReader
from cachelint.settings.records import Settings

if TYPE_CHECKING:
    from cachelint.rules.settings_rules import Verdict
    from cachelint.rules.template_view import TemplateView
    from cachelint.templates import Library

Version = tuple[int, ...]

#: The versions that a comparison is tried with: from the oldest that counts to some far away.
_DJANGOS = tuple(
    (major, minor, micro)
    for major in range(3, 12)
    for minor in range(3)
    for micro in range(40)
    if (major, minor) >= OLDEST_DJANGO
)
_PYTHONS = tuple((3, minor, micro) for minor in range(6, 30) for micro in range(30))
#: What follows in the tuple of a release, as numbers: "final", 0.
_FINAL = (0, 0)
_COMPARISONS: dict[str, Callable[[Version, Version], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_ALWAYS_THERE = frozenset(f"{MODULE}.{name}" for name in STAR_EXPORTS[MODULE])


@dataclass(frozen=True)
class Finding:
    """What a rule says of a place; the engine adds the rule's code, name and severity."""

    span: Span
    message: str
    help: str
    cause: str
    evidence: tuple[Evidence, ...] = ()
    fix: FixPlan | NoFix | None = None
    """The plan, or why there is none; None: the reason is the rule's, its ``NO_FIX``."""
    fails_in: tuple[str, ...] = ()
    """The settings modules with which whatever imports the file dies of this."""


@dataclass
class FileView:
    """A file as the rules see it: its facts, resolved through the project around it.

    ``django_version`` is the version that the project runs on, None for any from 3.2 on.
    """

    facts: FileFacts
    project: Project
    django_version: Version | None = None
    reader: SettingsReader | None = None
    known_aliases: frozenset[str] = frozenset()
    """Aliases that exist although no settings module has them."""
    alias_settings: tuple[str, ...] = ()
    """Settings of the project that hold an alias, keys of dicts after dots."""
    in_preview: frozenset[str] = frozenset()
    """Codes of rules whose findings in preview are wanted too."""
    library: Library | None = None
    """The templates of the project; None where nobody has looked for them."""

    @cached_property
    def settings(self) -> ProjectSettings:
        """What the settings modules of the project around the file say; read when first asked."""
        return self.reader.around(self.facts.path) if self.reader is not None else ProjectSettings()

    @property
    def is_test(self) -> bool:
        return is_test_path(self.project.relative_path(self.facts))

    @property
    def runnable_uses(self) -> Iterator[Use]:
        """Every use that can run on the Django in question, as this file alone shows it."""
        return (use for use in self.facts.uses if self._can_run(use.guards))

    @cached_property
    def uses(self) -> list[tuple[Use, Resolved]]:
        """Every use that can run on the Django in question, with each thing that it may be.

        What only refers to a thing that another place made is left out.
        """
        return [
            (use, resolved)
            for use in self.runnable_uses
            for resolved in self.project.resolve(use.values, self.facts)
            if not resolved.is_reference
        ]

    @cached_property
    def leaking_pages(self) -> tuple[CachedPage, ...]:
        """Pages of one user that ``cache_page``, as this file writes it, stores for all."""
        return self.project.leaking_pages(self.facts)

    @property
    def imports(self) -> Iterator[Import]:
        """Every import that can run on the Django in question."""
        return (found for found in self.facts.imports if self._can_run(found.guards))

    def resolve(self, values: Values) -> tuple[Resolved, ...]:
        return self.project.resolve(values, self.facts)

    def alias_values(self, code: str, use: Use) -> tuple[AliasValue, ...]:
        """What the alias ``code`` in ``use`` may be."""
        return self.project.alias_values(code, self.facts, use.owner, use.span.row)

    def opens(self, use: Use, value: Value) -> bool:
        """Whether ``value`` of ``use`` is a handle that is opened here, not handed on."""
        return any(
            resolved.path == HANDLE and not resolved.is_reference
            for resolved in self.resolve((value,))
        )

    def is_a(self, class_name: str, bases: frozenset[str]) -> bool:
        """Whether a class of this file derives from one of ``bases``, at any distance."""
        return not bases.isdisjoint(self.project.ancestors(self.facts, class_name))

    def is_unharmed(self, use: Use, errors: frozenset[str]) -> bool:
        """Whether one of ``errors`` (qualified names), or any error, is caught around ``use``."""
        catching = errors | {"*", "builtins.Exception", "builtins.BaseException"}
        return any(
            guard.kind is GuardKind.EXCEPT and not catching.isdisjoint(guard.names)
            for guard in use.guards
        )

    def is_certain(self, use: Use) -> bool:
        """Whether ``use`` can be one thing only; else it is reported and not fixed."""
        return len(use.values) == 1 and len(self.resolve(use.values)) == 1

    def is_asked_for(self, use: Use, path: str) -> bool:
        """Whether ``use`` runs only where ``hasattr()`` has found ``path``."""
        return any(
            guard.kind is GuardKind.HAS_ATTRIBUTE and path in guard.names for guard in use.guards
        )

    def link_evidence(self, resolved: Resolved) -> tuple[Evidence, ...]:
        """The re-exports through which ``resolved`` was reached, each at its import."""
        found = []
        for link in resolved.links:
            facts = self.project.facts(link.path)
            for imported in facts.imports if facts is not None else ():
                if facts is not None and imported.bound == link.name:
                    message = f"`{link.name}` is Django's: re-exported here"
                    found.append(Evidence(facts.path, imported.span, message))
        return tuple(found)

    def _can_run(self, guards: tuple[Guard, ...]) -> bool:
        return not any(self._excludes(guard) for guard in guards)

    def _excludes(self, guard: Guard) -> bool:
        if guard.kind in (GuardKind.AFTER_IMPORT_ERROR, GuardKind.LACKS_ATTRIBUTE):
            # What every supported Django has sends nobody to the handler or the else branch.
            return _ALWAYS_THERE.issuperset(guard.names)
        if guard.kind is GuardKind.VERSION and guard.test is not None:
            versions = _PYTHONS if guard.names == ("sys.version_info",) else _DJANGOS
            if guard.names == ("django.VERSION",) and self.django_version is not None:
                versions = tuple(v for v in versions if v[:2] == self.django_version)
            return not any(_holds(guard.test, version) for version in versions)
        return False


def _holds(test: tuple[str, Version, int | None], version: Version) -> bool:
    """Whether a comparison holds for one version; a whole one has five parts, which counts."""
    symbol, bound, parts = test
    compared = (*version, *_FINAL) if parts is None else version[:parts]
    if symbol in ("==", "!="):
        return _COMPARISONS[symbol](compared, bound)
    return _COMPARISONS[symbol](compared[: max(len(bound) + 1, 1)], bound)


@dataclass(frozen=True)
class Rule:
    """A rule by its code and name; its module is loaded when it is first asked for more."""

    code: str
    name: str
    module_name: str

    @cached_property
    def _module(self) -> ModuleType:
        return import_module(self.module_name)

    @property
    def words(self) -> tuple[bytes, ...]:
        words: tuple[bytes, ...] = self._module.WORDS
        return words

    @property
    def severity(self) -> Severity:
        severity: Severity = self._module.SEVERITY
        return severity

    @property
    def is_preview(self) -> bool:
        return bool(getattr(self._module, "PREVIEW", False))

    @property
    def no_fix(self) -> str:
        """Why findings without a plan have none."""
        reason: str = getattr(self._module, "NO_FIX", "")
        return reason

    @property
    def page(self) -> str:
        """The rule's documentation, Markdown."""
        return inspect.cleandoc(self._module.__doc__ or "")

    @property
    def summary(self) -> str:
        """The first paragraph of what it does, on one line."""
        does = self.page.partition("## What it does\n")[2]
        return " ".join(does.strip().partition("\n\n")[0].split())

    @property
    def needs_project(self) -> bool:
        """Whether ``check_project`` is to judge all files together, when all have been read."""
        return getattr(self._module, "NEEDS_PROJECT", False)

    @property
    def looks_into_functions(self) -> bool:
        """Whether it may find something in the body of a function."""
        return getattr(self._module, "LOOKS_INTO_FUNCTIONS", True)

    @property
    def needs_settings(self) -> bool:
        """Whether it may be silent where the settings cannot all be read."""
        return getattr(self._module, "NEEDS_SETTINGS", False)

    def check_project(self, views: Iterable[FileView]) -> Iterator[tuple[str, Finding]]:
        findings: Iterator[tuple[str, Finding]] = self._module.check_project(views)
        return findings

    @property
    def is_for_templates(self) -> bool:
        return hasattr(self._module, "check_template")

    def check_template(self, view: TemplateView) -> Iterator[Finding]:
        findings: Iterator[Finding] = self._module.check_template(view)
        return findings

    @property
    def is_for_settings(self) -> bool:
        return hasattr(self._module, "judge")

    def judge(self, settings: Settings, view: FileView) -> Iterator[Verdict]:
        verdicts: Iterator[Verdict] = self._module.judge(settings, view)
        return verdicts

    def check(self, view: FileView) -> Iterator[Finding]:
        findings: Iterator[Finding] = self._module.check(view)
        return findings
