"""The examination: settings modules one after the other, each in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cachelint.config import Configuration
from cachelint.dataclass import dataclass, field, replace
from cachelint.diagnostic import Diagnostic
from cachelint.doctor.choosing import CLASS_VARIABLE, VARIABLE, choose, variable_faults
from cachelint.doctor.comparing import compare
from cachelint.doctor.pings import Pinged, reason_of
from cachelint.doctor.process import Answers, ask, end_all
from cachelint.doctor.records import (
    Cache,
    CannotLookError,
    Examination,
    Fault,
    Options,
    Patient,
)
from cachelint.doctor.scripts import script_faults
from cachelint.doctor.variables import password_hints, variables_of
from cachelint.doctor.variables import variable_faults as location_faults
from cachelint.doctor.versions import version_faults
from cachelint.judge import Judge
from cachelint.places import project_folder, shown_path
from cachelint.running import Answer, Environment, judge_running
from cachelint.running.reasons import (
    Secrets,
    import_reason,
    kinds,
    location_shown,
    missing_module,
    told,
)
from cachelint.settings.records import Certainty, Role, Settings, SettingsModule
from cachelint.source import masked

_STARTS = {
    "setup": ("setup", "django.setup() fails, and with it every command and server"),
    "urls": ("urls", "the URLs cannot be imported, which kills `check`, `runserver` and requests"),
}

_PROCESSES = 4
#: Rules about what an empty variable makes of a LOCATION.
_OF_LOCATIONS = frozenset({"CCH405", "CCH406"})
#: Errors whose texts say which variable, name or file is missing, and no value of any.
_TELLING = frozenset({
    "AttributeError", "FileNotFoundError", "ImportError", "ImproperlyConfigured", "KeyError",
    "NameError", "SyntaxError", "TypeError", "UndefinedValueError",
})  # fmt: skip


def examine(
    path: str, configuration: Configuration, options: Options, named: Sequence[str] = ()
) -> Examination:
    """Examine the project around ``path``; ``named`` settings modules, else all.

    Raises CannotLookError where there is nothing to look at or with, and ConfigurationError.
    """
    return _Examination(path, configuration, options, named).run()


@dataclass
class _Case:
    """A settings module: what was read of it, and what its process has answered."""

    label: str
    module: SettingsModule | None
    read: Settings | None
    is_asked: bool
    is_active: bool
    answers: Answers = field(default_factory=Answers)

    @property
    def role(self) -> Role:
        return self.module.role if self.module is not None else Role.DEPLOYABLE


class _Examination:
    def __init__(
        self, path: str, configuration: Configuration, options: Options, named: Sequence[str]
    ) -> None:
        self._folder = project_folder(path)
        self._configuration = configuration
        self._options = options
        self._environment = dict(os.environ)
        self._found = Judge(configuration).reader.around(self._folder)
        choice, module = choose(self._found, named, self._environment)
        self._named = named
        self._active = module
        self.report = Examination(options.python, shown_path(self._folder), choice)

    def run(self) -> Examination:
        report = self.report
        cases = list(self._cases())
        # They wait for processes, most of the time.
        with ThreadPoolExecutor(_PROCESSES) as pool:
            try:
                for case, answers in zip(cases, pool.map(self._ask, cases), strict=True):
                    case.answers = answers
                    self._note_versions(answers)
            except (KeyboardInterrupt, CannotLookError):
                end_all()
                raise
        for case in cases:
            report.patients.append(self._patient(case))
        report.differences = tuple(compare(report.patients))
        report.faults += variable_faults(self._folder, self._environment, self._found)
        has_variable = bool(self._environment.get(VARIABLE))
        report.faults += script_faults(self._folder, self._configuration, has_variable)
        return report

    def _cases(self) -> Iterator[_Case]:
        """The active settings module, then those that were named, or all that are not for tests."""
        by_module = {settings.module: settings for settings in self._found.modules}
        read = by_module.get(self._active) if self._active is not None else None
        yield _Case(self.report.choice.label, self._active, read, True, True)
        for settings in self._found.modules:
            module = settings.module
            is_named = bool(self._named)
            if module != self._active and (is_named or module.role is not Role.TEST):
                yield _Case(module.label, module, settings, is_named, False)

    def _ask(self, case: _Case) -> Answers:
        environment = dict(self._environment)
        name, _, configuration = case.label.partition(":")
        environment[VARIABLE] = name
        environment.pop(CLASS_VARIABLE, None)
        if configuration:
            environment[CLASS_VARIABLE] = configuration
        roots = [self._folder]
        if case.module is not None:
            roots.append(os.path.abspath(case.module.root))
        request: dict[str, Any] = {
            "path": list(dict.fromkeys(roots)),
            "variables": variables_of(case.read) if case.read is not None else [],
            "start": case.is_asked,
            "ping": case.is_asked,
            "seconds": self._options.seconds,
        }
        answers = ask(self._options, self._folder, environment, request)
        if "no-django" in answers.events:
            raise CannotLookError(
                f"Django is not installed for {self._options.python}: name the interpreter of the"
                " project by --python .venv/bin/python"
            )
        if case.is_asked and "settings" in answers.events and not answers.pings:
            # What hung in the project does not keep its caches from being asked.
            again = ask(self._options, self._folder, environment, {**request, "start": False})
            answers.pings = again.pings
        return answers

    def _note_versions(self, answers: Answers) -> None:
        event = answers.events.get("python")
        if event is not None and not self.report.versions:
            packages = event["packages"]
            versions = {name: package["version"] for name, package in packages.items()}
            self.report.versions = {"Python": event["version"], **versions}
            self.report.faults += version_faults(packages)

    # One settings module

    def _patient(self, case: _Case) -> Patient:
        module = case.module
        mention = module.found_by[0] if module is not None and module.found_by else None
        patient = Patient(
            case.label,
            module.path if module is not None else "not in the tree",
            case.role.value,
            f"{mention.path}:{mention.row} {mention.reason}" if mention is not None else "",
            case.is_asked,
        )
        event = case.answers.events.get("settings")
        if event is None:
            patient.error = self._why_not_loaded(case)
            if case.is_asked:
                message = f"the settings cannot be loaded: {patient.error}"
                patient.faults.append(Fault("settings", message, environment=case.label))
            patient.caches = tuple(_caches(case, {}, None))
            return patient
        answer = Answer.of(event)
        secrets = Secrets()
        caches = answer.settings.get("CACHES", {"dict": []})
        secrets.add_caches(caches)
        described = dict(caches["dict"]) if isinstance(caches, dict) and "dict" in caches else {}
        patient.faults += self._faults(case, answer, described, secrets)
        patient.caches = tuple(_caches(case, described, self._pings(case, described, secrets)))
        return patient

    def _why_not_loaded(self, case: _Case) -> str:
        error = case.answers.error("settings-error")
        if error is None:
            return f"no answer: {case.answers.stopped}"
        module = missing_module(error)
        if module is not None:
            return import_reason(error, self._folder, Secrets())
        # Nothing is known yet of what is secret: the class of the error and its place must do.
        for one in error:
            one["text"] = one["text"] if kinds([one]) & _TELLING else ""
        return told(error, self._folder, Secrets())

    def _faults(
        self, case: _Case, answer: Answer, described: dict[str, Any], secrets: Secrets
    ) -> Iterator[Fault]:
        reasons = {
            alias: import_reason(error, self._folder, secrets)
            for alias, error in answer.errors.items()
        }
        configuration = replace(self._configuration, django_version=self._django_version)
        environment = Environment.around(answer, configuration, case.role, reasons)
        causes = []
        if case.read is not None:
            causes = list(location_faults(case.read, case.answers.variables, described))
        yield from causes
        explained = {fault.place for fault in causes}
        for found in judge_running(environment, configuration):
            fault = _fault_of(found, case.label)
            if fault.kind not in _OF_LOCATIONS or fault.place not in explained:
                yield fault
        for step, (kind, what) in _STARTS.items():
            error = case.answers.error(step)
            if error is not None:
                message = f"{what}: {import_reason(error, self._folder, secrets)}"
                yield Fault(kind, message, environment=case.label)
        if case.answers.stopped is not None:
            yield Fault("stopped", case.answers.stopped, environment=case.label)

    @property
    def _django_version(self) -> tuple[int, int] | None:
        parts = self.report.versions.get("Django", "").split(".")
        return (int(parts[0]), int(parts[1])) if len(parts) > 1 and parts[1].isdigit() else None

    def _pings(
        self, case: _Case, described: dict[str, Any], secrets: Secrets
    ) -> dict[str, tuple[int, Fault | None]]:
        """By alias how long a ping took, and what was wrong with it."""
        hints = password_hints(case.read, case.answers.variables) if case.read is not None else {}
        found: dict[str, tuple[int, Fault | None]] = {}
        for alias, ping in case.answers.pings.items():
            fault = None
            if ping["error"]:
                kind, message, help_ = reason_of(
                    Pinged(
                        ping["error"],
                        ping["reach"],
                        _backend(described.get(alias)),
                        _get(described.get(alias), "LOCATION"),
                        dict(_pairs(_get(described.get(alias), "OPTIONS"))),
                        self._options.seconds,
                        self._folder,
                        self._options.python,
                        secrets,
                        hints.get(alias, ""),
                    )
                )
                message = f'alias "{alias}": {masked(message)}'
                fault = Fault(kind, message, help_, case.label, alias, _place(case, alias))
            found[alias] = (ping["milliseconds"], fault)
        return found


def _caches(
    case: _Case,
    described: dict[str, Any],
    pings: dict[str, tuple[int, Fault | None]] | None,
) -> Iterator[Cache]:
    """The aliases as they were read and as they run, side by side."""
    read = case.read.aliases if case.read is not None else {}
    is_loaded = pings is not None
    pings = pings or {}
    if is_loaded and not described:
        # Nobody has written any: Django has one of its own.
        default = [["BACKEND", "django.core.cache.backends.locmem.LocMemCache"]]
        described = {"default": {"dict": default}}
    for alias in dict.fromkeys((*read, *described)):
        milliseconds, fault = pings.get(alias, (None, None))
        backend, location = (
            _get(described.get(alias), key) for key in ("BACKEND", "LOCATION")
        )  # fmt: skip
        yield Cache(
            alias,
            _read(case.read, alias),
            alias in described if is_loaded else None,
            masked(str(backend)) if backend is not None else None,
            location_shown(location) if alias in described else None,
            milliseconds,
            fault,
        )


def _read(settings: Settings | None, alias: str) -> str | None:
    if settings is None:
        return None
    found = settings.aliases.get(alias)
    if found is None:
        return "?" if settings.is_open else "no"
    return "yes" if found.certainty is Certainty.DEFINITE else "if"


def _place(case: _Case, alias: str) -> str | None:
    found = case.read.aliases.get(alias) if case.read is not None else None
    return f"{found.place.path}:{found.place.row}" if found is not None and found.place else None


def _fault_of(found: Diagnostic, label: str) -> Fault:
    place = f"{found.path}:{found.span.row}"
    return Fault(found.code, masked(found.message), masked(found.help), label, None, place)


def _backend(described: Any) -> str | None:
    backend = _get(described, "BACKEND")
    return str(backend) if backend is not None else None


def _pairs(described: Any) -> list[list[Any]]:
    found: list[list[Any]] = described.get("dict", []) if isinstance(described, dict) else []
    return found


def _get(described: Any, key: str) -> Any:
    return next((value for own, value in _pairs(described) if own == key), None)
