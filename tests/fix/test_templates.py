"""Fixes in templates: the fixtures as they are left, in ``bad.unsafe.html``."""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from cachelint.cli import main
from cachelint.config import Configuration
from cachelint.diagnostic import Diagnostic
from cachelint.engine import check_paths
from cachelint.fix import FixReport, fix_paths
from tests.conftest import ROOT, write_tree

LEAK = "{% load cache %}\r\n{% cache 9 x %}{{ user }}{% endcache %}\r\n"
FIXTURES = [
    pytest.param(path, id=f"{path.parent.name}/{path.name}")
    for path in sorted((ROOT / "fixtures").glob("*/bad*.html"))
    if not path.stem.endswith(".unsafe")
]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def fixed(path: str) -> FixReport:
    return fix_paths([path], Configuration(base=os.getcwd()), unsafe=True)


def found(path: str) -> tuple[Diagnostic, ...]:
    return check_paths([path], Configuration(base=os.getcwd())).diagnostics


@pytest.mark.parametrize("fixture", FIXTURES)
def test_golden(fixture: Path) -> None:
    shutil.copy(fixture, ".")
    name, old = fixture.name, fixture.read_bytes()
    before = Counter(d.code for d in found(name))
    report = fixed(name)
    new = report.files[0].new if report.files else old
    golden = fixture.with_suffix(".unsafe.html")
    if os.environ.get("CACHELINT_REGENERATE") == "1":
        golden.unlink(missing_ok=True)
        if new != old:
            golden.write_bytes(new)
    assert (golden.read_bytes() if golden.exists() else old).decode() == new.decode()
    Path(name).write_bytes(new)
    done = Counter(d.code for file in report.files for d in file.fixed)
    assert Counter(d.code for d in found(name)) == before - done
    assert fixed(name).files == ()


def test_nothing_is_written_without_leave() -> None:
    write_tree(Path(), {"templates/a.html": LEAK})
    assert main(["fix", "."]) == 1
    assert Path("templates/a.html").read_bytes() == LEAK.encode()


def test_all_other_bytes_stay() -> None:
    write_tree(Path(), {"templates/a.html": b"\xef\xbb\xbf" + LEAK.encode()})
    assert main(["fix", "--unsafe-fixes", "."]) == 0
    expected = LEAK.replace("9 x %}", "9 x user.pk %}").encode()
    assert Path("templates/a.html").read_bytes() == b"\xef\xbb\xbf" + expected


def test_what_is_no_template_is_left_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    write_tree(Path(), {"templates/a.html": b"\xff endcache"})
    assert main(["fix", "--unsafe-fixes", "."]) == 1
    assert "is not valid utf-8" in capsys.readouterr().out
