"""Completion of shells, and what --help says."""

import argparse
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cachelint.cli import main
from cachelint.cli.commands import SHELLS, parser_of


def subparsers(*names: str) -> dict[str, argparse.ArgumentParser]:
    """The parsers of all commands; those named know their options."""
    actions = parser_of(names)._actions
    (found,) = (a.choices for a in actions if isinstance(a, argparse._SubParsersAction))
    return dict(found)


COMMANDS = tuple(subparsers())
#: Asks bash itself: the function that the script registers, for a line with the cursor at its end.
ASK = """
source cachelint.bash
COMP_WORDS=({words}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
function compopt {{ :; }}
$(complete -p cachelint | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def script_for(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    pytest.importorskip("shtab")
    with pytest.raises(SystemExit) as stop:
        main(["--print-completion", shell])
    assert not stop.value.code
    return capsys.readouterr().out


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cachelint sett", ["settings"]),
        ("cachelint check --output-fo", ["--output-format"]),
        ("cachelint check --output-format sa", ["sarif"]),
        ("cachelint rule CCH10", [f"CCH10{number}" for number in range(1, 9)]),
        ("cachelint rule import-time-redis", ["import-time-redis-connection"]),
        ("cachelint check --select AL", ["ALL"]),
        ("cachelint fix sho", ["shop", "shop.py"]),
        ("cachelint check --baseline kno", ["known.json"]),
    ],
)
def test_bash_completes(
    line: str, expected: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cachelint.bash").write_text(script_for("bash", capsys))
    (tmp_path / "shop").mkdir()
    for name in ("shop.py", "known.json"):
        (tmp_path / name).touch()
    ask = ASK.format(words=" ".join(map(shlex.quote, line.split())))
    done = subprocess.run(["bash", "-c", ask], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert sorted(done.stdout.split()) == expected, done.stderr


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_learns_commands(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    script = script_for(shell, capsys)
    assert all(word in script for word in ("strict-settings", "sarif", "CCH505", "get-cache"))


def test_without_shtab(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["--print-completion", "zsh"]) == 2
    assert "python -m pip install 'cachelint[completion]'" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_tells_what_holds_without_an_option(command: str) -> None:
    parser = subparsers(command)[command]
    assert parser.description and "examples:" in (parser.epilog or "")
    for action in parser._actions:
        assert action.help, action.dest
        takes_a_value = action.nargs != 0 and not action.required
        if takes_a_value and (action.option_strings or action.nargs == "*"):
            assert "default:" in action.help, action.dest
