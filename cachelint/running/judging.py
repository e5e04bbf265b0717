"""The rules about aliases, settings and the order of middleware, on the settings of a process."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint import disk
from cachelint.config import Configuration
from cachelint.dataclass import dataclass, replace
from cachelint.diagnostic import Diagnostic
from cachelint.engine import check_paths
from cachelint.judge import Judge, diagnostic_of
from cachelint.modules import Modules
from cachelint.noqa import Suppressions
from cachelint.places import shown_path
from cachelint.rules import all_rules
from cachelint.rules.rule import Finding
from cachelint.rules.settings_rules import entries, only_value
from cachelint.running.locations import judge_locations
from cachelint.running.values import Answer, running_settings
from cachelint.settings.reader import ProjectSettings, SettingsReader
from cachelint.settings.records import Constant, Role, Settings, SettingsModule
from cachelint.source import UnparsedSourceError, load, read_bytes

UNKNOWN_BACKEND = "CCH402"
#: Rules about what the code of the project uses.
_USES = ("CCH201", "CCH204")
#: What silences a rule where only one environment counts: the same, seen from the sources.
_SAME = {"CCH201": "CCH202"}


@dataclass(frozen=True)
class Environment:
    """What a process runs with, and the sources around it.

    ``read`` is what was read of the same settings module, ``elsewhere`` of the others.
    """

    folder: str
    settings: Settings
    errors: dict[str, str]
    read: Settings | None = None
    elsewhere: tuple[Settings, ...] = ()

    @classmethod
    def around(
        cls, answer: Answer, configuration: Configuration, role: Role, reasons: dict[str, str]
    ) -> Environment:
        """The environment of a probe's answer. Raises ConfigurationError.

        ``reasons``: by alias, in words, why its backend cannot be imported.
        """
        path = shown_path(answer.file) if answer.file else answer.module or "settings.configure()"
        folder = answer.folder
        # The settings that count are those that run, whatever the configuration names.
        found = Judge(replace(configuration, settings=())).reader.around(folder).modules
        read = next((settings for settings in found if _is_read_from(settings, answer)), None)
        module = SettingsModule(
            answer.module or "settings.configure()", path, folder, folder, role,
            read.module.found_by if read is not None else (), answer.configuration,
        )  # fmt: skip
        settings = running_settings(answer, module, read)
        others = tuple(settings for settings in found if settings is not read)
        return cls(folder, settings, reasons, read, others)


def _is_read_from(settings: Settings, answer: Answer) -> bool:
    module = settings.module
    return (module.module, module.configuration) == (answer.module, answer.configuration)


class RunningReader(SettingsReader):
    """For every file of the project: the settings of one process, and no others."""

    def __init__(self, modules: Modules, environment: Environment) -> None:
        super().__init__(modules)
        own = environment.settings
        # Evidence is shown with its line, and settings may stand in no file.
        bindings = tuple(place for place in own.bindings if disk.is_file(place.path))
        settings = replace(own, bindings=bindings)
        self._running = ProjectSettings((settings,), (), environment.elsewhere)

    def around(self, path: str) -> ProjectSettings:
        return self._running

    @property
    def all_read(self) -> tuple[Settings, ...]:
        return self._running.modules


def judge_running(
    environment: Environment, configuration: Configuration, with_uses: bool = True
) -> list[Diagnostic]:
    """What the selected rules say of an environment, sorted. Raises ConfigurationError.

    ``with_uses``: of the aliases too that the code of the project uses.
    """
    judge = Judge(configuration)
    judge.reader = RunningReader(judge.modules, environment)
    selected = frozenset(rule.code for rule in judge.rules)
    found = list(judge.judge_settings(environment.settings))
    known = {(one.code, one.cause) for one in found}
    found += (one for one in _only_running(environment) if (one.code, one.cause) not in known)
    if with_uses:
        found += _uses(environment, configuration, selected)
    kept = [
        one
        for one in found
        if one.code in selected - judge.ignored_codes(one.path) and not _is_silenced(one)
    ]
    return sorted(dict.fromkeys(kept), key=lambda one: (one.code, one.sort_key))


def _only_running(environment: Environment) -> Iterator[Diagnostic]:
    rules = all_rules()
    for located in judge_locations(environment.settings):
        verdict = located.verdict
        yield diagnostic_of(rules[located.code], verdict.place.path, verdict.finding)
    for entry in entries(environment.settings):
        reason = environment.errors.get(entry.alias.name)
        backend = only_value(entry.mapping, "BACKEND")
        if reason is None or not isinstance(backend, Constant):
            continue
        name = entry.alias.name
        finding = Finding(
            backend.place.span,
            f'backend "{backend.value!s}" of alias "{name}" cannot be used here: {reason}',
            "install what is missing, or name a class that can be imported",
            cause=str(backend.value),
        )
        yield diagnostic_of(rules[UNKNOWN_BACKEND], backend.place.path, finding)


def _uses(
    environment: Environment, configuration: Configuration, selected: frozenset[str]
) -> list[Diagnostic]:
    codes = tuple(code for code in _USES if code in selected)
    if not codes:
        return []
    narrowed = replace(configuration, select=codes, extend_select=(), settings=())
    judge = Judge(narrowed)
    judge.reader = RunningReader(judge.modules, environment)
    report = check_paths([shown_path(environment.folder)], narrowed, judge=judge)
    return [found for found in report.diagnostics if found.code in codes]


def _is_silenced(found: Diagnostic) -> bool:
    """Whether a comment in the source says that it is known."""
    path = found.path
    if not path.endswith(".py") or not disk.is_file(path):
        return False
    try:
        suppressions = Suppressions(load(path, read_bytes(path)))
    except UnparsedSourceError:
        return False
    codes = (found.code, _SAME.get(found.code, found.code))
    return any(suppressions.cover(code, found.span.row) for code in codes)
