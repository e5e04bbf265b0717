"""What a check said is said again only while nothing has changed that it depends on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cachelint.cli import kept, main
from cachelint.cli.recall import recalled
from tests.conftest import ROOT, write_tree
from tests.warm import Warm

FOUND = "from django.core.cache import caches\nx = caches['a']\n"
COMMAND = ["check", "--output-format", "concise"]
LONG_AGO = time.time() - 1000


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CACHELINT_NO_CACHE")
    monkeypatch.chdir(tmp_path)
    write_tree(tmp_path, {"a.py": FOUND, "b/c.py": "x = 1\n", "b/.gitignore": "d.py\n"})
    age(tmp_path)
    return tmp_path


def age(folder: Path) -> None:
    """Nothing is kept of files that may be changed once more within a tick of the clock."""
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (LONG_AGO, LONG_AGO))


def run(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, bool]:
    """Exit code, output, and whether that was recalled."""
    was_known = recalled([*COMMAND, *more]) is not None
    code = main([*COMMAND, *more])
    return code, capsys.readouterr().out, was_known


def test_the_second_time(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = run(capsys), run(capsys)
    assert "a.py:2:5: CCH101" in first[1]
    assert first[:2] == second[:2]
    assert [first[2], second[2]] == [False, True]
    assert (project / kept.FOLDER / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"a.py": "y = 1\n"}, id="a file that was read"),
        pytest.param({"b/c.py": FOUND}, id="a file without a cache word"),
        pytest.param({"e.py": FOUND}, id="a new file"),
        pytest.param({"b/f/g.py": FOUND}, id="a new folder"),
        pytest.param({"b/.gitignore": "c.py\n"}, id="a .gitignore"),
        pytest.param({"pyproject.toml": "[tool.cachelint]\n"}, id="a configuration"),
        pytest.param({"a.py": FOUND.replace("'a'", "'b'")}, id="as many bytes as before"),
    ],
)
def test_changes(project: Path, capsys: pytest.CaptureFixture[str], change: dict[str, str]) -> None:
    run(capsys)
    assert run(capsys)[2]
    write_tree(project, change)
    expected = main([*COMMAND, "--no-cache"]), capsys.readouterr().out
    assert run(capsys) == (*expected, False)


def test_a_file_that_has_gone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys)
    (project / "a.py").unlink()
    assert run(capsys) == (0, "", False)


def test_other_arguments_are_another_check(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys)
    assert run(capsys, "--ignore", "CCH1") == (0, "", False)


def test_fresh_files_are_not_trusted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # On a busy machine a tick may be over before the check begins.
    os.utime(project / "a.py", (time.time() + 60,) * 2)
    run(capsys)
    assert not run(capsys)[2]


def test_without(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, "--no-cache")
    monkeypatch.setenv("CACHELINT_NO_CACHE", "1")
    run(capsys)
    assert not (project / kept.FOLDER).exists()


@pytest.mark.parametrize("damage", [b"", b"\0\0\0\0", b"abc", None])
def test_damage(project: Path, capsys: pytest.CaptureFixture[str], damage: bytes | None) -> None:
    expected = run(capsys)
    files = [*(project / kept.FOLDER).glob("*.run")]
    assert len(files) == 2, "what was said, and what was found"
    for file in files:
        data = file.read_bytes()
        file.write_bytes(data[:-20] if damage is None else damage)
    assert run(capsys) == expected
    assert run(capsys)[2]


def test_a_folder_that_cannot_be_made(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CACHELINT_CACHE_DIR", str(project / "a.py" / "no"))
    assert run(capsys) == run(capsys)


def test_few_are_kept(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(kept._MAX_KEPT + 4):
        run(capsys, "--django-version", f"4.{number}")
    assert len(list((project / kept.FOLDER).glob("*.run"))) == kept._MAX_KEPT


#: Four processes at once that check the working directory three times each.
SEVERAL = """
import os, sys
from cachelint.cli import main
children = []
for _ in range(4):
    child = os.fork()
    if not child:
        codes = {main(sys.argv[1:]) for _ in range(3)}
        os._exit(codes.pop() if len(codes) == 1 else 99)
    children.append(child)
sys.exit(str([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]))
"""


def test_several_at_the_same_time(
    project: Path, capsys: pytest.CaptureFixture[str], warm_cachelint: Warm
) -> None:
    done = warm_cachelint.run(SEVERAL, *COMMAND, folder=project)
    assert done.stderr == "[1, 1, 1, 1]\n"
    # Theirs may be another terminal.
    assert run(capsys)[:2] == run(capsys)[:2]
    assert run(capsys)[2]
    assert not [path for path in (project / kept.FOLDER).iterdir() if path.suffix == ".tmp"]


def test_only_the_cache_is_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    run(capsys)
    after = {
        path: path.read_bytes()
        for path in project.rglob("*")
        if path.is_file() and kept.FOLDER not in path.parts
    }
    assert before == after


def test_recalling_loads_next_to_nothing(project: Path) -> None:
    program = (
        "import sys; before = set(sys.modules)\n"
        "from cachelint.cli import main; main(sys.argv[1:])\n"
        "loaded = set(sys.modules) - before\n"
        "heavy = loaded & {'argparse', 'ast', 're', 'dataclasses', 'typing', 'json'}\n"
        "print('heavy:', sorted(heavy))\n"
    )
    for expected in (True, False):
        result = subprocess.run(
            [sys.executable, "-c", program, *COMMAND],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=False,
            encoding="utf-8",
        )
        assert "CCH101" in result.stdout, result.stderr
        assert ("'ast'" in result.stdout) == expected
    assert "heavy: []" in result.stdout
