"""Settings modules that were executed: what the reader says of them.

Each folder of ``cases`` has the sources of a project and ``expected.json``: the aliases with their
certainty, whether the module is open, and under ``executed`` what Django found in each environment.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from cachelint.modules import Modules
from cachelint.settings.evaluate import evaluate
from cachelint.settings.records import Role, Settings, SettingsModule

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.name for path in CASES.iterdir())


def read_case(name: str) -> tuple[dict[str, Any], Settings]:
    folder = CASES / name
    expected = json.loads((folder / "expected.json").read_text())
    dotted = expected["settings_module"]
    path = folder.joinpath(*dotted.split("."))
    file = path.with_suffix(".py")
    file = file if file.is_file() else path / "__init__.py"
    module = SettingsModule(
        dotted, str(file), str(folder), str(folder), Role.DEPLOYABLE, (), expected["configuration"]
    )
    return expected, evaluate(module, Modules())


def certainties(settings: Settings) -> dict[str, str]:
    return {name: alias.certainty.value for name, alias in settings.aliases.items()}


@pytest.mark.parametrize("name", NAMES)
def test_the_aliases_of_a_case_are_those_that_were_agreed(name: str) -> None:
    expected, settings = read_case(name)
    found = certainties(settings)
    also = expected.get("also_accepted")
    if also and sorted(found) == sorted(also["aliases"]) and settings.is_open == also["open"]:
        return
    lenient = expected.get("lenient_certainty", [])
    wanted = {name: alias["certainty"] for name, alias in expected["aliases"].items()}
    assert set(found) == set(wanted)
    assert {n: c for n, c in found.items() if n not in lenient} == {
        n: c for n, c in wanted.items() if n not in lenient
    }
    assert settings.is_open == expected["open"]


@pytest.mark.parametrize("name", NAMES)
def test_the_reader_agrees_with_every_execution(name: str) -> None:
    """Definite is always executed; where the module is closed nothing else is."""
    expected, settings = read_case(name)
    found = certainties(settings)
    definite = {alias for alias, certainty in found.items() if certainty == "definite"}
    for run in expected["executed"]:
        executed = set(run["aliases"])
        if not (settings.is_open and run["added_files"]):
            assert definite <= executed
        if not settings.is_open:
            assert executed <= set(found)
