"""The schemas in docs/schemas describe what comes out, and what [tool.cachelint] may hold."""

import functools
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cachelint.cli import main
from cachelint.config import _READERS, ConfigurationError, read_configuration
from tests.conftest import ROOT, write_tree
from tests.test_fixtures import FIXTURES
from tests.test_readme import blocks

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib  # type: ignore[no-redef]

SCHEMAS = ROOT / "docs" / "schemas"
NAMES = ("baseline", "check", "configuration", "doctor", "fix", "rule", "settings", "statistics")


@functools.cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def output(*arguments: str) -> Any:
    out = io.StringIO()
    with redirect_stdout(out):
        assert main([*arguments, "--output-format", "json"]) in (0, 1)
    return json.loads(out.getvalue())


def test_every_schema_is_tested() -> None:
    assert tuple(sorted(path.stem for path in SCHEMAS.iterdir())) == NAMES


@pytest.fixture(autouse=True)
def _among_projects(projects: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(projects.parent)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        pytest.param("statistics", ("check", "projects/shop", "--statistics"), id="statistics"),
        pytest.param("fix", ("fix", "--check", "projects/shop"), id="fixes of the shop"),
        pytest.param("fix", ("fix", "--check", "--unsafe-fixes", "projects/clinic"), id="of the clinic"),
        pytest.param("rule", ("rule", "--all"), id="every rule"),
        pytest.param("rule", ("rule", "CCH101"), id="one rule"),
        pytest.param("doctor", ("doctor", "projects/shop"), id="the shop, running"),
        pytest.param("settings", ("settings", str(FIXTURES)), id="all settings"),
        pytest.param("settings", ("settings", "projects/shop"), id="settings of the shop"),
    ],
)  # fmt: skip
def test_output(name: str, arguments: tuple[str, ...]) -> None:
    document = output(*arguments)
    assert document
    assert [error.message for error in validator(name).iter_errors(document)] == []


def test_findings_of_most_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in FIXTURES.glob("*/bad.*"):
        if "." not in path.stem:
            folder = tmp_path / ("templates" if path.suffix == ".html" else "")
            folder.mkdir(exist_ok=True)
            shutil.copy(path, folder / f"{path.parent.name}{path.suffix}")
    monkeypatch.chdir(tmp_path)
    document = output("check", "--preview", "--select", "ALL", "--strict-settings")
    assert len({finding["code"] for finding in document}) > 25
    assert {finding["fix"] and finding["fix"]["applicability"] for finding in document} == {
        None,
        "safe",
        "unsafe",
    }
    assert [error.message for error in validator("check").iter_errors(document)] == []


def _objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for value in schema.values():
            yield from _objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _objects(value)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "configuration"])
def test_schemas_of_output_leave_nothing_open(name: str) -> None:
    """Else a key that is gone, or has come, would go unseen."""
    for found in _objects(validator(name).schema):
        assert found["additionalProperties"] is False
        assert found["required"] == list(found["properties"])


def test_baseline(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    assert main(["check", "projects/shop", "--baseline", str(path), "--write-baseline"]) == 0
    document = json.loads(path.read_text())
    assert len(document["findings"]) > 10
    assert [error.message for error in validator("baseline").iter_errors(document)] == []


def test_configuration_has_every_key() -> None:
    assert list(validator("configuration").schema["properties"]) == list(_READERS)


def accepts(tmp_path: Path, table: str) -> bool:
    write_tree(tmp_path, {"pyproject.toml": f"[tool.cachelint]\n{table}\n"})
    try:
        read_configuration(tmp_path / "pyproject.toml")
    except ConfigurationError:
        return False
    return True


def test_the_example_of_the_readme_is_valid() -> None:
    (example,) = blocks("toml")
    table = tomllib.loads(example)["tool"]["cachelint"]
    assert [error.message for error in validator("configuration").iter_errors(table)] == []


@pytest.mark.parametrize(
    "table",
    [
        "", "select = []", "select = ['CCH1', 'cache-access-in-init']", "select = 'CCH1'",
        "ignore = [1]", "preview = true", "preview = 'yes'", "django-version = '4.2'",
        "django-version = 4.2", "django-version = '4'", "django-version = '4.2.1'",
        "helper = 'shop.lazy'", "helper = 'shop lazy'", "helper = 1", "style = 'wrapper'",
        "style = 'other'", "settings = ['a.b', 'a.b:C', 'é']", "settings = ['a b']",
        "settings = ['a:b:c']", "settings = 'a'", "strict-settings = 1", "aliases = ['x y']",
        "aliases = [true]", "alias-settings = ['SHOP_CACHE', 'SHOP.CACHE']",
        "alias-settings = ['shop']", "template-suffixes = ['.djhtml']",
        "template-suffixes = ['djhtml']", "template-suffixes = ['.py']", "baseline = 'a.json'",
        "baseline = ''", "baseline = true", "per-file-ignores = ['a']",
        "per-file-ignores = {'a.py' = ['CCH1']}", "per-file-ignores = {'a.py' = 'CCH1'}",
        "exclude = ['a/']", "exclude = 'a/'", "selct = ['CCH1']", "extend-select = ['CCH1']",
    ],
)  # fmt: skip
def test_schema_and_reader_agree(table: str, tmp_path: Path) -> None:
    value = tomllib.loads(table)
    assert validator("configuration").is_valid(value) == accepts(tmp_path, table)
