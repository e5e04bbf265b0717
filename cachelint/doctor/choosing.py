"""Which settings module is active, and who chose it."""

from __future__ import annotations

import ast
import os
from collections.abc import Sequence

from cachelint.doctor.records import CannotLookError, Choice, Fault
from cachelint.places import shown_path
from cachelint.settings.reader import ProjectSettings
from cachelint.settings.records import Role, SettingsModule
from cachelint.settings.search.survey import Kind
from cachelint.source import UnparsedSourceError, load, read_bytes

VARIABLE, CLASS_VARIABLE = "DJANGO_SETTINGS_MODULE", "DJANGO_CONFIGURATION"


def choose(
    found: ProjectSettings, named: Sequence[str], environment: dict[str, str]
) -> tuple[Choice, SettingsModule | None]:
    """The active settings module; None where it is not in the tree. Raises CannotLookError."""
    modules = [settings.module for settings in found.modules]
    if named:
        module = next((m for m in modules if named[0] in (m.label, m.module)), None)
        return Choice(module.label if module is not None else named[0], "--settings"), module
    variable = environment.get(VARIABLE)
    if variable:
        return _by_variable(modules, variable, environment.get(CLASS_VARIABLE))
    for kind in (Kind.MANAGE, Kind.SERVER, Kind.CONTAINER, Kind.WORKER):
        for module in modules:
            for mention in module.found_by:
                if mention.reason == kind.value:
                    who = f"{mention.path}:{mention.row}, {mention.reason}"
                    return Choice(module.label, who), module
    candidates = [m for m in modules if m.role is not Role.TEST] or modules
    if not candidates:
        raise CannotLookError(_nothing_found(found))
    first = candidates[0]
    mention = first.found_by[0]
    return Choice(first.label, f"{mention.path}:{mention.row}, {mention.reason}"), first


def _by_variable(
    modules: Sequence[SettingsModule], name: str, configuration: str | None
) -> tuple[Choice, SettingsModule | None]:
    own = [module for module in modules if module.module == name]
    exact = [module for module in own if module.configuration == configuration]
    module = next(iter((*exact, *own)), None)
    label = module.label if module is not None else name
    return Choice(label, f"the environment variable {VARIABLE}"), module


def _nothing_found(found: ProjectSettings) -> str:
    if found.unresolved:
        cause = found.unresolved[0]
        return f"{cause.place.path}:{cause.place.row}: {cause.message}"
    return (
        "no settings module found: name yours by --settings, or by the environment variable"
        f" {VARIABLE}"
    )


def variable_faults(
    folder: str, environment: dict[str, str], found: ProjectSettings
) -> list[Fault]:
    """What is wrong with the variable that chooses, or with how manage.py uses it."""
    value = environment.get(VARIABLE)
    manage = os.path.join(folder, "manage.py")
    if value is None:
        return []
    if not value:
        return [
            Fault(
                "empty-variable",
                f"{VARIABLE} is set, but empty: os.environ.setdefault does not replace it, and"
                " every command raises ImproperlyConfigured",
                f"unset {VARIABLE}, or name a settings module",
            )
        ]
    row = assigned_row(manage)
    names = {m.module for s in found.modules for m in [s.module]
             if any(f.reason == Kind.MANAGE.value for f in m.found_by)}  # fmt: skip
    if row is not None and value not in names:
        return [
            Fault(
                "ignored-variable",
                f"{VARIABLE} is {value}, and manage.py sets another without asking: its commands"
                " run with other settings than the servers",
                "write os.environ.setdefault(…)",
                place=f"{shown_path(manage)}:{row}",
            )
        ]
    return []


def assigned_row(path: str) -> int | None:
    """Where a program sets the variable whether or not it is set already."""
    try:
        tree = load(shown_path(path), read_bytes(path)).tree
    except UnparsedSourceError:
        return None
    for node in ast.walk(tree):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            key = target.slice if isinstance(target, ast.Subscript) else None
            if isinstance(key, ast.Constant) and key.value == VARIABLE:
                return target.lineno
    return None
