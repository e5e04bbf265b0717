"""What the documents show is what happens."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cachelint.cli import main
from cachelint.config import find_configuration
from cachelint.judge import Judge
from cachelint.rules import all_rules
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> Iterator[str]:
    return (match[1] for match in re.finditer(rf"```{language}\n(.*?)```", README, re.DOTALL))


def test_the_shop_prints_what_the_readme_shows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["check", "fixtures/projects/shop"]) == 1
    settings, findings, _ = blocks("text")
    assert capsys.readouterr().out.endswith(findings)
    assert main(["settings", "fixtures/projects/shop"]) == 0
    assert capsys.readouterr().out.startswith(settings)


def test_the_commands_are_the_ones_that_ci_runs() -> None:
    test_command = 'python -m pip install -e ".[test]" && python -m pytest'
    assert f"{test_command}\n" in list(blocks("console"))
    assert test_command in (ROOT / ".ci" / "run").read_text()
    install = "python -m pip install . && cachelint check fixtures/projects/shop\n"
    assert install in list(blocks("console"))


def test_the_table_has_every_rule() -> None:
    rows = re.findall(r"^\| (CCH\d{3}) \| ([\w-]+) \|", README, re.MULTILINE)
    assert rows == [(code, rule.name) for code, rule in all_rules().items()]


def test_the_configuration_example_is_valid(tmp_path: Path) -> None:
    (example,) = blocks("toml")
    (tmp_path / "pyproject.toml").write_text(example)
    configuration = find_configuration(str(tmp_path))
    Judge(configuration).prepare()
    assert configuration.django_version == (4, 2)


def test_the_pre_commit_hook_runs_the_command() -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text()
    assert "entry: cachelint check\n" in hooks
    assert "pass_filenames: false\n" in hooks


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/ARCHITECTURE.md"])
def test_links_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / name).parent / target).exists(), target
