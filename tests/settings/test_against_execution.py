"""Generated settings modules, executed in every environment and read statically.

What the reader calls definite must be there in every run that gets to the end; where it calls the
module closed, every alias of every run must be known to it, and what each alias and setting is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from unittest import mock

from hypothesis import HealthCheck, given, settings

from cachelint.modules import Modules
from cachelint.settings.evaluate import evaluate
from cachelint.settings.records import (
    Certainty,
    Choice,
    Constant,
    Known,
    Role,
    Settings,
    SettingsModule,
)
from cachelint.settings.records import Mapping as KnownMapping
from tests.settings.programs import CLASS_PROGRAMS, ENVIRONMENTS, PROGRAMS, PROLOGUE, Lines

#: What ends a program for its users as well: such runs have no settings.
ERRORS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, NameError, RuntimeError, TypeError,
    ValueError,
)  # fmt: skip


def executed(
    code: str, configuration: str | None = None
) -> Iterator[tuple[dict[str, str], dict[str, object]]]:
    """The settings of every environment in which the module gets to its end."""
    program = compile(code, "settings", "exec")
    for environment in ENVIRONMENTS:
        module = ModuleType("settings")
        module.__package__ = ""
        modules = mock.patch.dict(sys.modules, {"settings": module})
        with mock.patch.dict(os.environ, environment), modules:
            try:
                exec(program, vars(module))
            except ERRORS:
                continue
        found = {"CACHES": {"default": {}}, **vars(module)}
        if configuration is not None:
            try:
                found["CACHES"] = getattr(vars(module)[configuration](), "CACHES", {"default": {}})
                if callable(found["CACHES"]):
                    found["CACHES"] = found["CACHES"]()
            except ERRORS:
                continue
        if isinstance(found["CACHES"], Mapping):
            yield environment, found


def read(code: str, folder: Path, configuration: str | None = None) -> Settings:
    path = folder / "settings.py"
    path.write_text(code)
    place = (str(path), str(folder), str(folder))
    module = SettingsModule("settings", *place, Role.DEPLOYABLE, (), configuration)
    return evaluate(module, Modules(), frozenset({"BASE", "REF"}))


EXAMPLES = int(os.environ.get("CACHELINT_EXAMPLES", "100"))
AT_LENGTH = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@AT_LENGTH
@given(lines=PROGRAMS)
def test_definite_is_always_there_and_a_closed_module_has_nothing_else(
    tmp_path: Path, lines: Lines
) -> None:
    check_program("\n".join([PROLOGUE, *lines]), tmp_path)


@settings(AT_LENGTH, max_examples=EXAMPLES // 4)
@given(lines=CLASS_PROGRAMS)
def test_the_same_holds_for_a_class_of_settings(tmp_path: Path, lines: Lines) -> None:
    check_program("\n".join([PROLOGUE, *lines]), tmp_path, "Chosen")


def check_program(code: str, folder: Path, configuration: str | None = None) -> None:
    found = read(code, folder, configuration)
    definite = {n for n, alias in found.aliases.items() if alias.certainty is Certainty.DEFINITE}
    for environment, names in executed(code, configuration):
        caches = names["CACHES"]
        assert isinstance(caches, Mapping)
        aliases = {str.__str__(alias) for alias in caches if isinstance(alias, str)}
        assert definite <= aliases, (environment, definite - aliases, code)
        if found.is_open:
            continue
        assert aliases <= set(found.aliases), (environment, aliases - set(found.aliases), code)
        for alias in aliases:
            place = found.aliases[alias].place
            is_said = place is None or may_be(found.aliases[alias].choices, caches[alias])
            assert is_said, (environment, alias, code)
        for name, choices in found.values.items():
            is_compared = name in ("F0", "F1", "MODE", "BASE", "REF") and configuration is None
            if is_compared and name in names:
                assert may_be(choices, names[name]), (environment, name, names[name], code)


def may_be(choices: Iterable[Choice], value: object) -> bool:
    """Whether one of ``choices`` is ``value``, as far as it says."""
    return any(fits(choice.value, value) for choice in choices)


def fits(known: Known, value: object) -> bool:
    if isinstance(known, Constant):
        return known.value == value
    if isinstance(known, KnownMapping):
        if not isinstance(value, Mapping):
            return False
        items = {item.key: item for item in known.items}
        required = {item.key for item in known.items if item.is_definite}
        texts = {key for key in value if isinstance(key, str)}
        if known.causes:
            return required <= texts
        return required <= texts <= items.keys() and all(
            may_be(items[key].choices, value[key]) for key in texts
        )
    return True
