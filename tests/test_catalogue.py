"""A rule is its module, its page, its fixtures, its proof and a line in two documents: all or none."""

import re
from pathlib import Path

import pytest

from cachelint.config import Configuration
from cachelint.engine import check_paths
from cachelint.rules import Rule, all_rules

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
RULES = [pytest.param(rule, id=rule.code) for rule in all_rules().values()]
HEADINGS = (
    "## What it does",
    "## Why is this bad?",
    "## Example",
    "## Use instead",
    "## Fix safety",
)
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
UNPARSED = "CCH001"
#: Rules whose examples are settings modules.
IS_SETTINGS = re.compile("CCH(4|203|003|503)")
#: The settings modules around an example, and their aliases.
SETTINGS_AROUND = {
    "CCH201": {"conf": ["default", "sessions"]},
    "CCH204": {"conf": ["default", "fragments"]},
    "CCH202": {"local": ["default", "sessions"], "production": ["default"]},
}
#: The templates around an example.
TEMPLATES_AROUND = {"CCH505": {"contact.html": "{% csrf_token %}"}}


def section_of(rule: Rule, heading: str) -> str:
    """What stands under ``heading``, up to the next heading."""
    after = rule.page.split(f"{heading}\n", 1)[1]
    return re.split(r"^## ", after, maxsplit=1, flags=re.MULTILINE)[0]


def first_block(rule: Rule, heading: str) -> tuple[str, str]:
    """Language and content of the first code block under ``heading``."""
    match = _BLOCK.search(section_of(rule, heading))
    assert match, f"no code block under {heading}"
    return match[1], match[2]


def codes_in(code: str, folder: Path, rule: Rule) -> list[str]:
    path = folder / f"example.{'html' if rule.is_for_templates else 'py'}"
    path.write_text(code, encoding="utf-8")
    for name, content in TEMPLATES_AROUND.get(rule.code, {}).items():
        (folder / "templates").mkdir(exist_ok=True)
        (folder / "templates" / name).write_text(content)
    others = SETTINGS_AROUND.get(rule.code, {})
    for name, aliases in others.items():
        caches: dict[str, object] = {alias: {} for alias in aliases}
        path.with_name(f"{name}.py").write_text(f"CACHES = {caches}\n")
    speaks_of_settings = IS_SETTINGS.match(rule.code) or "CACHES" in code
    settings = tuple(others) or (("example",) if speaks_of_settings else ())
    configuration = Configuration(
        base=str(folder), select=("ALL", rule.code), settings=settings, strict_settings=True
    )
    report = check_paths([str(path)], configuration)
    return [diagnostic.code for diagnostic in report.diagnostics]


def language_of(rule: Rule) -> str:
    return "html" if rule.is_for_templates else "python"


@pytest.mark.parametrize("rule", RULES)
def test_page_has_its_title_and_headings_in_order(rule: Rule) -> None:
    lines = rule.page.splitlines()
    assert lines[0] == f"# {rule.name} ({rule.code})"
    headings = [line for line in lines if line.startswith("## ") and line != "## References"]
    assert headings == list(HEADINGS)
    assert all(section_of(rule, heading).strip() for heading in HEADINGS)


@pytest.mark.parametrize("rule", RULES)
def test_example_raises_exactly_this_rule(rule: Rule, tmp_path: Path) -> None:
    language, code = first_block(rule, "## Example")
    assert language == ("text" if rule.code == UNPARSED else language_of(rule))
    assert codes_in(code, tmp_path, rule) == [rule.code]


@pytest.mark.parametrize("rule", RULES)
def test_what_to_use_instead_raises_nothing(rule: Rule, tmp_path: Path) -> None:
    language, code = first_block(rule, "## Use instead")
    assert language == language_of(rule)
    assert codes_in(code, tmp_path, rule) == []


@pytest.mark.parametrize("rule", RULES)
def test_rule_has_fixtures_and_a_proof(rule: Rule) -> None:
    folder = FIXTURES / rule.name
    suffix = "html" if rule.is_for_templates else "py"
    assert list(folder.glob(f"bad*.{suffix}")), "no bad fixture"
    assert list(folder.glob(f"good*.{suffix}")), "no good fixture"
    for name in (f"bad.{suffix}", f"good.{suffix}", "prove.py"):
        assert (folder / "proof" / name).is_file(), f"no proof/{name}"


def test_every_fixture_folder_belongs_to_a_rule() -> None:
    folders = {path.name for path in FIXTURES.iterdir() if path.is_dir()}
    folders -= {"projects", "__pycache__"}
    assert folders == {rule.name for rule in all_rules().values()}


@pytest.mark.parametrize("rule", RULES)
def test_changelog_names_the_rule(rule: Rule) -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"\b{rule.code}\b", changelog)


@pytest.mark.parametrize("rule", RULES)
def test_rule_table_of_the_readme_has_the_rule(rule: Rule) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if line.lstrip().startswith("|")]
    assert any(re.search(rf"\b{rule.code}\b", row) for row in rows)
