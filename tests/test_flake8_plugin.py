"""The plugin inside real flake8: the same findings as ``check``, however flake8 runs it."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cachelint.config import Configuration
from cachelint.engine import check_paths
from tests.conftest import ROOT, write_tree
from tests.warm import Warm

#: Rules that ask how long an object lives and who calls a function.
WIDE = " CCH(?:002|102|103|105|107|505) "
BAD = "from django.core.cache import caches\n\nx = caches['a']\n"


Flake8 = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def flake8(tmp_path: Path, warm_cachelint: Warm) -> Flake8:
    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        done = warm_cachelint.module(
            "flake8", "--select", "CCH,E9", *arguments, folder=tmp_path, data=stdin.encode()
        )
        out, error = done.stdout.decode(), done.stderr.decode()
        return subprocess.CompletedProcess(done.args, done.returncode, out, error)

    return run


def checked(cwd: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(cwd)
    # flake8 shows what is selected by the beginning of a code, in preview or not.
    report = check_paths(["."], Configuration(base=str(cwd), preview=True))
    return sorted(
        f"./{d.path}:{d.span.row}:{d.span.column}: {d.code} {d.message}" for d in report.diagnostics
    )


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_same_findings_as_check(
    jobs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flake8: Flake8
) -> None:
    for path in (ROOT / "fixtures").rglob("*.py"):
        relative = path.relative_to(ROOT / "fixtures")
        # This is about how flake8 runs the plugin; tests/test_fixtures.py asks it of every fixture.
        is_wanted = relative.parts[0] == "projects" or (
            "cases" in relative.parts if jobs == "1" else path.name == "bad.py"
        )
        if is_wanted and relative.parts[0] != "unparsed-file":
            write_tree(tmp_path, {str(relative): path.read_bytes()})
    # Not only by code: some rules that are on have findings in preview.
    (tmp_path / "pyproject.toml").write_text("[tool.cachelint]\npreview = true\n")
    # What they ask is for the whole project to say, flake8 shows one file of it.
    expected = [line for line in checked(tmp_path, monkeypatch) if not re.search(WIDE, line)]
    assert len(expected) > 50
    result = flake8("-j", jobs, ".")
    assert result.stderr == ""
    lines = [line for line in result.stdout.splitlines() if not re.search(f" E9|{WIDE}", line)]
    assert sorted(lines) == [line for line in expected if " CCH001 " not in line]


def test_spawned_workers(tmp_path: Path) -> None:
    write_tree(tmp_path, {f"m{i}.py": BAD for i in range(4)})
    program = (
        "import multiprocessing, sys\n"
        "if __name__ == '__main__':\n"
        "    multiprocessing.set_start_method('spawn')\n"
        "    from flake8.main.cli import main\n"
        "    sys.exit(main(['--select', 'CCH', '-j', '2', 'm0.py', 'm1.py', 'm2.py', 'm3.py']))\n"
    )
    (tmp_path / "run_spawned.py").write_text(program)
    result = subprocess.run(
        [sys.executable, "run_spawned.py"], cwd=tmp_path, capture_output=True, encoding="utf-8",
        timeout=60,
    )  # fmt: skip
    assert (result.stderr, result.stdout.count("CCH101")) == ("", 4)


def test_stdin_resolves_names_where_the_file_would_be(tmp_path: Path, flake8: Flake8) -> None:
    write_tree(tmp_path, {"shop/__init__.py": "", "shop/store.py": BAD[:37]})
    text = "from .store import caches\nx = caches['a']\n"
    result = flake8("--stdin-display-name", "shop/views.py", "-", stdin=text)
    assert result.stdout.startswith("shop/views.py:2:5: CCH101 ")
    assert flake8("-", stdin=BAD).stdout.startswith("stdin:3:5: CCH101 ")


def test_columns_behind_wide_characters_and_a_byte_order_mark(
    tmp_path: Path, flake8: Flake8
) -> None:
    text = "from django.core.cache import caches\nx = '漢字😀', caches['a']\n"
    write_tree(tmp_path, {"a.py": b"\xef\xbb\xbf" + text.encode()})
    assert flake8("a.py").stdout.startswith("a.py:2:12: CCH101 ")


def test_noqa(tmp_path: Path, flake8: Flake8) -> None:
    write_tree(tmp_path, {"a.py": BAD.replace("['a']", "['a']  # noqa: CCH101")})
    result = flake8("a.py")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_broken_files_are_flake8s_to_report(tmp_path: Path, flake8: Flake8) -> None:
    write_tree(tmp_path, {"a.py": "caches = (\n", "b.py": BAD})
    result = flake8("a.py", "b.py")
    assert "a.py:1:" in result.stdout and "E999" in result.stdout
    assert "b.py:3:5: CCH101" in result.stdout
    assert "CCH001" not in result.stdout


CLOSE_ALL = "from django.core.cache import caches\n\n\ndef f():\n    caches.close_all()\n"


@pytest.mark.parametrize(
    ("tree", "arguments", "flagged"),
    [
        pytest.param({}, [], False, id="nothing said"),
        pytest.param({}, ["--cachelint-django-version", "3.2"], True, id="option"),
        pytest.param({"setup.cfg": "[flake8]\ncachelint-django-version = 3.2\n"}, [], True, id="cfg"),
        pytest.param(
            {"pyproject.toml": '[tool.cachelint]\ndjango-version = "3.2"\n'}, [], True, id="pyproject"
        ),
        pytest.param(
            {"pyproject.toml": '[tool.cachelint]\ndjango-version = "3.2"\n'},
            ["--cachelint-django-version", "5.2"],
            False,
            id="option wins",
        ),
    ],
)  # fmt: skip
def test_django_version(
    tmp_path: Path, flake8: Flake8, tree: dict[str, str], arguments: list[str], flagged: bool
) -> None:
    write_tree(tmp_path, {"a.py": CLOSE_ALL, **tree})
    result = flake8(*arguments, "a.py")
    assert ("CCH301" in result.stdout, result.returncode, result.stderr) == (flagged, flagged, "")


@pytest.mark.parametrize(
    ("tree", "arguments", "message"),
    [
        ({"pyproject.toml": "[tool.cachelint]\nslect = []\n"}, [], ':2: unknown key "slect"'),
        ({"pyproject.toml": "[tool.cachelint\n"}, [], "not valid TOML"),
        ({}, ["--cachelint-django-version", "new"], "--cachelint-django-version must be"),
    ],
)
def test_a_broken_configuration_is_one_clear_message(
    tmp_path: Path, flake8: Flake8, tree: dict[str, str], arguments: list[str], message: str
) -> None:
    write_tree(tmp_path, {"a.py": BAD, **tree})
    result = flake8(*arguments, "a.py")
    output = result.stdout + result.stderr
    assert result.returncode == 1
    assert "cachelint: " in output and message in output
    assert "Traceback" not in output
