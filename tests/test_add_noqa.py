"""``--add-noqa``: everything is silent afterwards, in flake8 too, and nothing but comments changed."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cachelint.cli import main
from tests.conftest import ROOT, write_tree
from tests.test_fixtures import FIXTURES, is_for_this_python, is_python

HEAD = "from django.core.cache import cache, caches\n"
Capture = pytest.CaptureFixture[str]
OPTIONS = ["--preview", "--select", "ALL"]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = caches['a']", "x = caches['a']  # noqa: CCH101"),
        ("x = caches['a']  ", "x = caches['a']  # noqa: CCH101"),
        ("x = caches['a']  # old", "x = caches['a']  # old  # noqa: CCH101"),
        ("x = caches['a']  # noqa: E501", "x = caches['a']  # noqa: E501, CCH101"),
        ("x = caches['a']  # noqa:E501,W605", "x = caches['a']  # noqa:E501,W605,CCH101"),
        ("x = caches['a']  # noqa: E501 W605 why", "x = caches['a']  # noqa: E501 W605 CCH101 why"),
        ("x = caches['a'], caches.get('b')", "x = caches['a'], caches.get('b')  # noqa: CCH101, CCH301"),
        ("x = caches[\n    'a'\n]", "x = caches[  # noqa: CCH101\n    'a'\n]"),
        ("x = caches['''\na''']", "x = caches['''\na''']  # noqa: CCH101"),
        ("x = caches['''\na'''], [\n1]", "x = caches['''\na'''], [  # noqa: CCH101\n1]"),
        ("x = \\\n    caches['a']", "x = \\\n    caches['a']  # noqa: CCH101"),
        ("x = [\n    caches['a'],  # one\n    caches['b'],\n]", "x = [\n    caches['a'],  # one  # noqa: CCH101\n    caches['b'],  # noqa: CCH101\n]"),
        ("x = '漢', caches['a']", "x = '漢', caches['a']  # noqa: CCH101"),
        ("x = caches['a']  # noqa", "x = caches['a']  # noqa"),
        ("def f(a=caches['a']): '''\n\n'''", "def f(a=caches['a']): '''\n\n'''  # noqa: CCH101"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "", "\r\ny = 2\r\n"])
def test_where_the_comment_stands(before: str, after: str, end: str, capsys: Capture) -> None:
    path = Path("a.py")
    path.write_bytes((HEAD + before + end).encode())
    assert main(["check", "--add-noqa"]) == 0
    assert path.read_bytes().decode() == HEAD + after + end
    assert main(["check"]) == 0
    capsys.readouterr()
    assert main(["check", "--add-noqa"]) == 0
    assert capsys.readouterr().out == "Silenced 0 findings in 0 files.\n"
    assert path.read_bytes().decode() == HEAD + after + end


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = '# noqa: E501', caches['a']", "a text that flake8 takes for the noqa comment"),
        ("x = caches[", "CCH001 no comment suppresses it"),
        ("x = 1  # noqa: CCH101", "CCH002 cachelint fix takes the unused comment away"),
    ],
)
def test_what_cannot_be_silenced_is_left(text: str, reason: str, capsys: Capture) -> None:
    content = f"{HEAD}{text}\n"
    Path("a.py").write_text(content)
    assert main(["check", "--add-noqa"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "Silenced 0 findings in 0 files.\n"
    assert captured.err.startswith("left a.py:2: ") and reason in captured.err
    assert Path("a.py").read_text() == content


TEMPLATE = "{% load cache %}{% cache 9 a %}{{ user }}{% endcache %}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{TEMPLATE} \r\n<p>", f"{TEMPLATE} {{# noqa: CCH504 #}}\r\n<p>"),
        (f"{TEMPLATE}{{# noqa: CCH204 #}}", f"{TEMPLATE}{{# noqa: CCH204, CCH504 #}}"),
        (f"{TEMPLATE}{{# old #}}", f"{TEMPLATE}{{# old #}}{{# noqa: CCH504 #}}"),
    ],
)
def test_templates(before: str, after: str) -> None:
    write_tree(Path(), {"templates/a.html": before.encode()})
    assert main(["check", "--add-noqa"]) == 0
    assert Path("templates/a.html").read_bytes().decode() == after


def test_a_row_whose_end_is_no_place_for_a_comment(capsys: Capture) -> None:
    text = f"{TEMPLATE}{{% verbatim %}}\n{{% endverbatim %}}"
    write_tree(Path(), {"templates/a.html": text})
    assert main(["check", "--add-noqa"]) == 1
    assert "a comment in its row would not suppress it" in capsys.readouterr().err
    assert Path("templates/a.html").read_text() == text


def test_standard_input_is_refused(capsys: Capture) -> None:
    assert main(["check", "--add-noqa", "-", "--stdin-filename", "a.py"]) == 2
    assert "standard input cannot be written to" in capsys.readouterr().err


def test_every_fixture_is_silent_afterwards(tmp_path: Path, capsys: Capture) -> None:
    """Together in one folder, each left as it was but for comments."""
    for path in sorted(FIXTURES.glob("*/bad.py")):
        if is_for_this_python(path) and is_python(path) and path.parent.name != "unused-noqa":
            shutil.copy(path, tmp_path / f"{path.parent.name}_{path.name}")
    trees = {path: ast.dump(ast.parse(path.read_bytes())) for path in tmp_path.glob("*.py")}
    assert main(["check", "--add-noqa", *OPTIONS]) in (0, 1)
    left = [line for line in capsys.readouterr().err.splitlines() if line.startswith("left ")]
    assert len(left) < len(trees) / 10, left
    main(["check", "--output-format", "concise", *OPTIONS])
    reported = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1][:6] for line in reported] == [
        one.split(": ")[1][:6] for one in left
    ]
    for path, tree in trees.items():
        assert ast.dump(ast.parse(path.read_bytes())) == tree
    flake8 = subprocess.run(
        [sys.executable, "-m", "flake8", "--isolated", "--select=CCH", "."],
        capture_output=True, encoding="utf-8", cwd=tmp_path, timeout=120,
        env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert flake8.stderr == ""
    # flake8, which sees one file at a time, says some of it in other places.
    heard = [line for line in flake8.stdout.splitlines() if " CCH103 " not in line]
    assert heard == []
