"""Blocks that are files: they parse, and whoever reads such files accepts them."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from cachelint.cli import main
from cachelint.cli.commands import parser_of
from cachelint.config import find_configuration
from cachelint.judge import Judge
from tests.conftest import ROOT, write_tree
from tests.guides.markdown import PAGES, Block, all_blocks, blocks_of, parameters
from tests.warm import Warm

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BAD = "from django.core.cache import caches\n\nsessions = caches['sessions']\n"
LANGUAGES = {"console", "text", "diff", "python", "toml", "yaml", "ini", "groovy", "lua"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_block_is_left_out(page: Path) -> None:
    blocks = blocks_of(page)
    assert {block.language for block in blocks} <= LANGUAGES
    assert page.read_text(encoding="utf-8").count("```") == 2 * len(blocks)


@pytest.mark.parametrize("block", parameters("toml"))
def test_toml(block: Block, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(block.code, encoding="utf-8")
    table = tomllib.loads(block.code)["tool"]
    assert set(table) <= {"cachelint", "ruff"}
    configuration = find_configuration(str(tmp_path))
    Judge(configuration).prepare()
    assert ("cachelint" in table) == (configuration.origin != find_configuration("/").origin)


def test_ruff_leaves_our_comments_alone(tmp_path: Path) -> None:
    (block,) = (block for block in all_blocks("toml") if "[tool.ruff" in block.code)
    (tmp_path / "a.py").write_text("x = 1  # noqa: CCH101\n")
    # Who removes them is RUF102 in new versions, first in preview.
    rules = ["--preview", "--select", "RUF100,RUF102"]
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", *rules, "a.py"]
    assert subprocess.run(ruff, cwd=tmp_path, capture_output=True).returncode == 1
    (tmp_path / "pyproject.toml").write_text(block.code)
    assert subprocess.run(ruff, cwd=tmp_path, capture_output=True).returncode == 0


def test_flake8_refuses_to_run_without_us(tmp_path: Path, warm_cachelint: Warm) -> None:
    def flake8() -> bytes:
        return warm_cachelint.module("flake8", "-j1", "a.py", folder=tmp_path).stdout

    (block,) = all_blocks("ini")
    (tmp_path / ".flake8").write_text(block.code)
    (tmp_path / "a.py").write_text(BAD)
    assert b"CCH101" in flake8()
    (tmp_path / ".flake8").write_text(block.code.replace("cachelint", "not-installed"))
    assert b"missing: not-installed" in flake8()


@pytest.mark.parametrize("block", parameters("lua"))
def test_editors_start_a_command_that_exists(block: Block) -> None:
    words = re.findall(r'"([^"]+)"', re.findall(r"cmd = \{(.*)\}", block.code)[0])
    assert words[0] == "cachelint"
    assert parser_of(words[1:]).parse_args(words[1:]).run


# YAML and Groovy: CI


def hooks_in(block: Block) -> list[dict[str, Any]]:
    content = yaml.safe_load(block.code)
    repositories = content["repos"] if isinstance(content, dict) and "repos" in content else content
    is_pre_commit = isinstance(repositories, list) and all("hooks" in one for one in repositories)
    return [hook for one in repositories for hook in one["hooks"]] if is_pre_commit else []


def commands_in(block: Block) -> list[str]:
    """Every command in a file for CI that starts cachelint."""
    if block.language == "groovy":
        return re.findall(r"sh '\S*\b(cachelint .*)'", block.code)
    hooks = hooks_in(block)
    if hooks:
        return [hook["entry"] for hook in hooks if "entry" in hook]
    return re.findall(r"^\s*(?:- run:|-|run:) (cachelint .*)$", block.code, re.MULTILINE)


@pytest.mark.parametrize("block", parameters("yaml", "groovy"))
def test_commands_of_ci(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_tree(tmp_path, {"src/a.py": BAD, "src/shop/__init__.py": "", "src/shop/a.py": BAD})
    for command in commands_in(block):
        words = shlex.split(command)[1:]
        options = parser_of(words).parse_args(words)
        assert main(words) == 1
        output = getattr(options, "output_file", None)
        if output is not None:
            assert block.code.count(output) == 2, "the report is written, and handed in"
            assert (tmp_path / output).read_text(encoding="utf-8")


def test_the_pages_have_commands_for_each_kind_of_ci() -> None:
    page = ROOT / "docs" / "ci.md"
    blocks = [block for block in blocks_of(page) if block.language in ("yaml", "groovy")]
    found = [command for block in blocks for command in commands_in(block)]
    formats = {word for command in found for word in command.split()}
    assert {"sarif", "gitlab", "junit", "--no-new-files"} <= formats


@pytest.mark.parametrize("block", parameters("yaml"))
def test_hooks_are_those_that_we_offer(block: Block) -> None:
    offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for hook in hooks_in(block):
        assert hook["additional_dependencies"] == ["cachelint"]
        for ours in offered:
            if ours["id"] == hook["id"]:
                same = {key: value for key, value in hook.items() if key in ours}
                assert same == {key: value for key, value in ours.items() if key != "description"}


def schema_of(content: Any) -> str | None:
    if not isinstance(content, dict) or "repos" in content:
        return None
    return "vendor.github-workflows" if "jobs" in content else "vendor.gitlab-ci"


@pytest.mark.parametrize("block", parameters("yaml"))
def test_workflows_are_valid(block: Block, tmp_path: Path) -> None:
    schema = schema_of(yaml.safe_load(block.code))
    if schema is not None:
        path = tmp_path / "ci.yml"
        path.write_text(block.code)
        check_schema(path, schema)


def test_the_action_is_valid() -> None:
    check_schema(ROOT / "action.yml", "vendor.github-actions")


def check_schema(path: Path, schema: str) -> None:
    """By the schemas that check-jsonschema carries."""
    command = pytest.importorskip("check_jsonschema").main
    done = CliRunner().invoke(command, ["--builtin-schema", schema, str(path)])
    assert done.exit_code == 0, done.output


def test_hook_files_are_valid(tmp_path: Path) -> None:
    """By pre-commit itself."""
    clientlib = pytest.importorskip("pre_commit.clientlib")
    assert clientlib.load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    for block in all_blocks("yaml"):
        if hooks_in(block):
            content = yaml.safe_load(block.code)
            path = tmp_path / "config.yaml"
            path.write_text(json.dumps(content if "repos" in content else {"repos": content}))
            assert clientlib.load_config(str(path))
