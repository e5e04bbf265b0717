"""The short way says what the usual way says."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachelint.cli import main
from cachelint.cli.quick import clean_files
from tests.conftest import write_tree


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_tree(
        tmp_path,
        {
            "a.py": "x = 1\n",
            "b.py": "",
            "broken.py": "x = = 1\n",
            "word.py": "# the Cache\n",
            "latin.py": "x = 'é'\n",
            "cookie.py": "# coding: utf-8\n",
            "null.py": "x = '\0'\n",
            "a.html": "",
            "configured/a.py": "x = 1\n",
            "configured/pyproject.toml": "[tool.cachelint]\nselect = ['CCH1']\n",
        },
    )


@pytest.mark.parametrize("paths", [["a.py"], ["a.py", "./b.py"], ["--no-cache", "b.py"]])
def test_the_same_words(
    paths: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clean = clean_files(["check", *paths])
    monkeypatch.setattr("cachelint.cli.clean_files", lambda arguments: None)
    assert main(["check", *paths]) == 0
    assert capsys.readouterr().out == clean


@pytest.mark.parametrize(
    "arguments",
    [
        ["broken.py"], ["word.py"], ["latin.py"], ["cookie.py"], ["null.py"], ["a.html"], ["."],
        ["missing.py"], ["a.py", "a.py"], ["--statistics", "a.py"], [], ["-"],
        ["configured/a.py"], ["a.py", "word.py"],
    ],
)  # fmt: skip
def test_whatever_is_not_plain_takes_the_usual_way(arguments: list[str]) -> None:
    assert clean_files(["check", *arguments]) is None
