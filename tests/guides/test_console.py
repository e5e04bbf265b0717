"""Console blocks run, page by page in a copy of the shop, and print what the page shows."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cachelint.cli import main
from cachelint.cli.commands import parser_of
from tests.conftest import ROOT, write_tree
from tests.guides.markdown import PAGES, Block, blocks_of, inline_code

SHOP = "fixtures/projects/shop"
#: Beginnings of commands that other tests run, or that need the network.
NOT_RUN_HERE = ("python -m pip install ", "python -m pytest", "CACHELINT_REGENERATE=1 ")
#: Options in prose that are other programs'.
FOREIGN_OPTIONS = {"--strict", "--cachelint-django-version"}
WITH_CONSOLE = [page for page in PAGES if any(b.language == "console" for b in blocks_of(page))]
COMMANDS = ("check", "fix", "settings", "helper", "rule")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / SHOP, tmp_path / SHOP, ignore=ignored)
    write_tree(tmp_path, {"src/pages.py": "from django.core.cache import cache\n"})
    (tmp_path / "shop").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", WITH_CONSOLE, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_print_what_is_shown(
    page: Path, workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    printed: str | None = None
    for block in blocks_of(page):
        if block.language == "console":
            printed = run_block(block, workspace, capfd)
        elif block.language in ("text", "diff") and printed is not None:
            assert_shown(block.code, printed, block.name)


def run_block(block: Block, workspace: Path, capfd: pytest.CaptureFixture[str]) -> str:
    """Run each command; compare what stands below it, return all that was printed."""
    printed = ""
    for command, shown in commands_of(block.code):
        output = "".join(run(part, workspace, capfd) for part in command.split(" && "))
        if shown:
            assert_shown(shown, output, block.name)
        printed += output
    return printed


def commands_of(code: str) -> Iterator[tuple[str, str]]:
    """Commands and what is shown below them: without ``$ `` every line is a command."""
    if not code.startswith("$ "):
        yield from ((line, "") for line in code.splitlines())
        return
    for text in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
        command, _, shown = text.partition("\n")
        yield command, shown


def run(command: str, workspace: Path, capfd: pytest.CaptureFixture[str]) -> str:
    words = shlex.split(command.split(" > ")[0])
    if words[0] == "cachelint":
        capfd.readouterr()
        try:
            code = main(words[1:])
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capfd.readouterr()
        assert code in (0, 1), f"{command}: {err}"
        return out + err
    if words[:2] == ["python", "manage.py"]:
        return manage(words[1:], workspace)
    assert command.startswith(NOT_RUN_HERE), f"nobody knows whether this works: {command}"
    return ""


def manage(words: list[str], workspace: Path) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=workspace / SHOP,
        env={**os.environ, "SHOP_DATABASE": str(workspace / "shop.sqlite3")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
    )
    return done.stdout


def assert_shown(shown: str, printed: str, name: str) -> None:
    """All lines of ``shown`` were printed in this order; ``…`` stands for some more."""
    rest = f"\n{printed}"
    for piece in re.split(r"^…\n", shown, flags=re.MULTILINE):
        before, found, rest = rest.partition(f"\n{piece}")
        assert found, f"{name} shows what is not printed: {piece}\nprinted: {before[-3000:]}"
        rest = f"\n{rest}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_and_options_in_prose_exist(page: Path) -> None:
    commands = next(a for a in parser_of(COMMANDS)._actions if isinstance(a.choices, dict))
    options = {o for parser in commands.choices.values() for o in parser._option_string_actions}
    options |= set(parser_of([])._option_string_actions)
    for code in inline_code(page):
        words = code.split()
        if words[0] == "cachelint" and len(words) > 2 and words[1] in COMMANDS:
            parser_of(words[1:]).parse_args(words[1:])
        elif code.startswith("--"):
            name = re.split(r"[ =]", code)[0]
            assert name in options | FOREIGN_OPTIONS, code
