"""Console blocks run, page by page in a copy of the shop, and print what the page shows."""

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cachelint.cli import main
from cachelint.cli.commands import parser_of
from tests.conftest import ROOT, write_tree
from tests.guides.markdown import PAGES, Block, blocks_of, inline_code
from tests.test_completion import COMMANDS
from tests.warm import Warm

SHOP = "fixtures/projects/shop"
#: Beginnings of commands that need the network, or that other tests run: tests/doctor,
#: tests/test_proving.py, tests/test_completion.py.
NOT_RUN_HERE = (
    "python -m pip install ",
    "python -m pytest",
    "cachelint doctor ",
    "cachelint rule CCH101 --prove",
    "cachelint --print-completion ",
)
#: Options in prose that are other programs'.
FOREIGN_OPTIONS = {"--cachelint-django-version", "--tag"}


def pages_with_commands() -> list[Path]:
    """Pages, each sequence of commands once: a translation shows those of its original."""
    found: dict[tuple[str, ...], Path] = {}
    for page in PAGES:
        blocks = [b for b in blocks_of(page) if b.language in ("console", "text", "diff")]
        if any(block.language == "console" for block in blocks):
            found.setdefault(tuple(block.code for block in blocks), page)
    return list(found.values())


WITH_CONSOLE = pages_with_commands()


@dataclass
class Shell:
    workspace: Path
    capfd: pytest.CaptureFixture[str]
    django: Warm

    def run(self, command: str) -> str | None:
        """What the command prints, or None where it is not run."""
        if command.startswith(NOT_RUN_HERE):
            return None
        words = shlex.split(command.split(" > ")[0])
        if words[0] == "cachelint":
            return self._cachelint(words[1:])
        if words[:2] == ["python", "manage.py"]:
            return self._manage(words[2:])
        raise AssertionError(f"nobody knows whether this works: {command}")

    def _cachelint(self, arguments: list[str]) -> str:
        self.capfd.readouterr()
        code = main(arguments)
        out, err = self.capfd.readouterr()
        assert code in (0, 1), f"{arguments}: {err}"
        return out + err

    def _manage(self, arguments: list[str]) -> str:
        environment = {**os.environ, "SHOP_DATABASE": str(self.workspace / "shop.sqlite3")}
        script = self.workspace / SHOP / "manage.py"
        done = self.django.run(script, *arguments, environment=environment)
        return done.stdout + done.stderr


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
    page: Path, workspace: Path, capfd: pytest.CaptureFixture[str], warm_django: Warm
) -> None:
    shell = Shell(workspace, capfd, warm_django)
    printed: str | None = None
    for block in blocks_of(page):
        if block.language == "console":
            printed = run_block(block, shell)
        elif block.language in ("text", "diff") and printed is not None:
            assert_shown(block.code, printed, block.name)
        elif block.code.startswith("INSTALLED_APPS"):
            with open(workspace / SHOP / "shop" / "settings" / "base.py", "a") as settings:
                settings.write(block.code)


def run_block(block: Block, shell: Shell) -> str | None:
    """Run each command; compare what stands below it, return all that was printed.

    None where something is left to other tests.
    """
    printed, is_whole = "", True
    for command, shown in commands_of(block.code):
        outputs = [shell.run(part) for part in command.split(" && ")]
        output = outputs[-1]
        if output is None:
            is_whole = False
            continue
        if shown:
            assert_shown(shown, output, block.name)
        printed += output
    return printed if is_whole else None


def commands_of(code: str) -> Iterator[tuple[str, str]]:
    """Commands and what is shown below them: without ``$ `` every line is a command."""
    if not code.startswith("$ "):
        yield from ((line, "") for line in code.splitlines())
        return
    for text in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
        command, _, shown = text.partition("\n")
        yield command, shown


def assert_shown(shown: str, printed: str, name: str) -> None:
    """All lines of ``shown`` were printed in this order; ``…`` stands for more lines, or text."""
    position = 0
    for piece in re.split(r"^…\n", shown, flags=re.MULTILINE):
        pattern = "^" + re.escape(piece).replace("…", "[^\n]*")
        found = re.compile(pattern, re.MULTILINE).search(printed, position)
        rest = printed[position:][-3000:]
        assert found, f"{name} shows what is not printed: {piece}\nprinted: {rest}"
        position = found.end()


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
