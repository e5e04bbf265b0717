"""Whether an alias is there: a use of it against each settings module."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Evidence
from cachelint.facts.records import Guard, GuardKind, Phase
from cachelint.facts.vocabulary import BACKENDS, HANDLE, REDIS_CONNECTION
from cachelint.project import AliasKind, AliasValue
from cachelint.rules.alias_uses import AliasUse, asks_for
from cachelint.rules.rule import FileView
from cachelint.settings.reader import ProjectSettings
from cachelint.settings.records import (
    Alias,
    Certainty,
    Constant,
    Known,
    Mapping,
    Place,
    Role,
    Settings,
)


class Presence(Enum):
    """What a settings module has for an alias."""

    THERE = "there"
    SOMETIMES = "sometimes"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """The use may never run there, or it cannot be told what the alias is."""


@dataclass(frozen=True)
class State:
    """An alias in a settings module. ``evidence``: the setting that names it, if one does."""

    settings: Settings
    name: str
    presence: Presence
    evidence: tuple[Evidence, ...] = ()

    @property
    def alias(self) -> Alias | None:
        return self.settings.aliases.get(self.name)


def is_judged(view: FileView) -> bool:
    """Whether it is known which aliases there are for a file, and it is not a test."""
    return not view.is_test and view.settings.is_closed


def quoted(aliases: list[str]) -> str:
    """Aliases for a message."""
    return ", ".join(f'"{alias}"' for alias in aliases) or "none"


def states(view: FileView, use: AliasUse) -> list[State]:
    """What each settings module has for ``use``; nothing where the alias is not to be judged."""
    if use.value.kind not in (AliasKind.TEXT, AliasKind.SETTING) or asks_for(use.guards, use):
        return []
    backend = _backend_around(view, use)
    return [
        state
        for settings in view.settings.modules
        for state in _in_module(settings, use)
        if backend is None or _may_be_configured(settings, backend)
    ]


def _backend_around(view: FileView, use: AliasUse) -> str | None:
    """The cache backend in whose methods an alias is used: it only runs where it is configured."""
    name = use.use.owner.partition(".")[0]
    is_backend = name in view.facts.classes and view.is_a(name, BACKENDS)
    return name if is_backend else None


def _may_be_configured(settings: Settings, class_name: str) -> bool:
    backends = [
        choice.value
        for alias in settings.aliases.values()
        for entry in alias.choices
        if isinstance(entry.value, Mapping)
        for choice in getattr(entry.value.get("BACKEND"), "choices", ())
    ]
    return any(
        isinstance(found, Constant) and str(found.value).rpartition(".")[2] == class_name
        for found in backends
    )


def fails_in(view: FileView, use: AliasUse, missing: list[State]) -> tuple[str, ...]:
    """The settings modules with which an import of the file is certain to end in the error."""
    opens = any(r.path in (HANDLE, f"{REDIS_CONNECTION}()") for r in view.resolve(use.use.values))
    if use.use.phase is not Phase.IMPORT or use.guards or not opens:
        return ()
    return tuple(s.settings.module.label for s in missing if s.presence is Presence.MISSING)


def is_anywhere(view: FileView, name: str) -> bool:
    """Whether a settings module, or the configuration, has an alias of that name."""
    modules = view.settings.modules
    return name in view.known_aliases or any(name in settings.aliases for settings in modules)


def having(found: ProjectSettings, name: str) -> tuple[Evidence, ...]:
    """Where other environments have an alias of that name."""
    aliases = [(s.module.label, s.aliases.get(name)) for s in found.elsewhere or ()]
    return tuple(
        Evidence(alias.place.path, alias.place.span, f"`{label}` has it")
        for label, alias in aliases
        if alias is not None and alias.place is not None
    )


def is_for_users(settings: Settings) -> bool:
    """Whether a settings module is more than the settings of tests."""
    return settings.module.role is not Role.TEST


def _in_module(settings: Settings, use: AliasUse) -> Iterator[State]:
    runs = runs_with(settings, use.guards)
    for name, evidence in _names(settings, use.value):
        presence = _presence(settings, name, use.guards)
        if presence is Presence.THERE:
            # Also where the code does not run: who compares environments asks.
            yield State(settings, name, presence, evidence)
        elif runs is Runs.YES or (runs is Runs.MAYBE and presence is Presence.MISSING):
            yield State(settings, name, presence, evidence)
        else:
            yield State(settings, name, Presence.UNKNOWN)


def _presence(settings: Settings, name: str, guards: tuple[Guard, ...]) -> Presence:
    alias = settings.aliases.get(name)
    if alias is None:
        return Presence.MISSING
    if alias.certainty is Certainty.DEFINITE or alias.condition is None:
        return Presence.THERE
    asked = {flag for guard in guards if guard.kind is GuardKind.SETTING for flag in guard.names}
    if not asked.isdisjoint(alias.condition.flags):
        return Presence.THERE
    opposites = {f.removeprefix("not ") if f[:4] == "not " else f"not {f}" for f in asked}
    # The code runs exactly where the alias is not.
    return Presence.SOMETIMES if opposites.isdisjoint(alias.condition.flags) else Presence.MISSING


class Runs(Enum):
    """Whether code under guards runs with the settings of a module."""

    YES = "yes"
    MAYBE = "maybe"
    """Where the environment says so."""
    NO = "no"
    UNKNOWN = "unknown"


def runs_with(settings: Settings, guards: tuple[Guard, ...]) -> Runs:
    """Whether code under ``guards`` runs with ``settings``, as far as guards ask for settings."""
    outcomes = {_passes(settings, name) for guard in guards for name in _settings_asked(guard)}
    for outcome in (Runs.NO, Runs.UNKNOWN, Runs.MAYBE):
        if outcome in outcomes:
            return outcome
    return Runs.YES


def _settings_asked(guard: Guard) -> Iterator[str]:
    if guard.kind is GuardKind.SETTING:
        yield from guard.names
    elif guard.kind is GuardKind.HAS_ATTRIBUTE:
        prefix = "django.conf.settings."
        yield from (f"~{n.removeprefix(prefix)}" for n in guard.names if n.startswith(prefix))


def _passes(settings: Settings, asked: str) -> Runs:
    """Whether a setting is as ``asked``: ``X`` true, ``not X`` false, ``~X`` some test on it."""
    name = asked.removeprefix("not ").removeprefix("~")
    choices = settings.values.get(name, ())
    if not choices:
        # Not set, or a dict; of Django's own defaults this one decides over code.
        return Runs.YES if asked == "not DEBUG" else Runs.UNKNOWN
    values = [choice.value for choice in choices]
    constants = [bool(value.value) for value in values if isinstance(value, Constant)]
    if len(constants) < len(values):
        return Runs.MAYBE
    if asked.startswith("~"):
        return Runs.UNKNOWN
    wanted = not asked.startswith("not ")
    if wanted not in constants:
        return Runs.NO
    return Runs.YES if all(value is wanted for value in constants) else Runs.MAYBE


def _names(settings: Settings, value: AliasValue) -> Iterator[tuple[str, tuple[Evidence, ...]]]:
    """The aliases that ``value`` is with these settings, as far as they say so."""
    if value.kind is AliasKind.TEXT:
        yield value.text, value.evidence
        return
    if value.text.partition(".")[0] not in settings.values and value.fallback is not None:
        yield from _names(settings, value.fallback)
    for found in named_by(settings, value.text):
        message = f'`settings.{value.text}` is "{found.name}" in {settings.module.label}'
        yield found.name, (Evidence(found.place.path, found.place.span, message),)


@dataclass(frozen=True)
class NamedAlias:
    """An alias that a setting names, and where."""

    name: str
    place: Place


def named_by(settings: Settings, path: str) -> Iterator[NamedAlias]:
    """The aliases that a setting names, as far as they can be read; keys of dicts after dots."""
    root, *keys = path.split(".")
    for choice in settings.values.get(root, ()):
        for found in _reached(choice.value, keys):
            if isinstance(found, Constant) and isinstance(found.value, str) and found.value:
                yield NamedAlias(found.value, found.place)


def _reached(value: Known, keys: list[str]) -> Iterator[Known]:
    if not keys:
        yield value
    elif isinstance(value, Mapping):
        item = value.get(keys[0])
        for choice in item.choices if item is not None else ():
            yield from _reached(choice.value, keys[1:])
