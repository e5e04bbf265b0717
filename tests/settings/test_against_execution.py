"""Generated settings modules, executed in every environment and read statically.

What the reader calls definite must be there in every run that gets to the end; where it calls the
module closed, every alias of every run must be known to it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from unittest import mock

from hypothesis import HealthCheck, given, settings

from cachelint.modules import Modules
from cachelint.settings.evaluate import evaluate
from cachelint.settings.records import Certainty, Role, Settings, SettingsModule
from tests.settings.programs import ENVIRONMENTS, PROGRAMS, PROLOGUE, Lines

#: What ends a program for its users as well: such runs have no settings.
ERRORS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, NameError, RuntimeError, TypeError,
    ValueError,
)  # fmt: skip


def executed(code: str) -> Iterator[tuple[dict[str, str], set[str]]]:
    """The aliases of every environment in which the module gets to its end."""
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
        caches = getattr(module, "CACHES", {"default": {}})
        if isinstance(caches, Mapping):
            yield environment, {str.__str__(a) for a in caches if isinstance(a, str)}


def read(code: str, folder: Path) -> Settings:
    path = folder / "settings.py"
    path.write_text(code)
    module = SettingsModule("settings", str(path), str(folder), str(folder), Role.DEPLOYABLE, ())
    return evaluate(module, Modules())


@settings(
    max_examples=int(os.environ.get("CACHELINT_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(lines=PROGRAMS)
def test_definite_is_always_there_and_a_closed_module_has_nothing_else(
    tmp_path: Path, lines: Lines
) -> None:
    check_program("\n".join([PROLOGUE, *lines]), tmp_path)


def check_program(code: str, folder: Path) -> None:
    found = read(code, folder)
    definite = {n for n, alias in found.aliases.items() if alias.certainty is Certainty.DEFINITE}
    for environment, aliases in executed(code):
        assert definite <= aliases, (environment, definite - aliases, code)
        if not found.is_open:
            assert aliases <= set(found.aliases), (environment, aliases - set(found.aliases), code)
