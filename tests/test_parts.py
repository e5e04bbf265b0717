"""Repositories side by side, each judged by a process: what is said is the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cachelint import disk, engine, per_file
from cachelint.config import Configuration
from cachelint.engine import check_paths
from cachelint.judge import Judge
from cachelint.parts import divided
from cachelint.per_file import can_fork
from cachelint.report import Report
from tests.test_fixtures import FIXTURES

pytestmark = pytest.mark.skipif(not can_fork(), reason="no fork on this system")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two shops, a clinic with templates, one with an open CACHES, comments for nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(per_file, "WORTH_PROCESSES", 0)
    for name, project in (("a", "shop"), ("b", "clinic"), ("c", "shop")):
        shutil.copytree(FIXTURES / "projects" / project, tmp_path / name)
    opened = tmp_path / "d"
    opened.mkdir()
    (opened / "manage.py").write_text(
        "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n"
    )
    (opened / "settings.py").write_text("from elsewhere import *\nCACHES = CACHES\n")
    (opened / "use.py").write_text(
        "from django.core.cache import caches\nx = 1  # noqa: CCH101\n"
        "def f():\n    return caches['sessions']  # noqa: CCH201\n"
    )
    return tmp_path


def _said(jobs: int) -> tuple[Report, disk.Journal]:
    with disk.noting() as journal:
        report = check_paths(["."], Configuration(preview=True), jobs=jobs)
    return report, journal


def test_the_same_is_said(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    divisions = []
    real = engine.divided
    monkeypatch.setattr(
        engine, "divided", lambda *given: divisions.append(real(*given)) or divisions[-1]
    )
    alone, needed = _said(1)
    assert divisions == []
    assert {"CCH002", "CCH101", "CCH103", "CCH201"} <= {d.code for d in alone.diagnostics}
    assert alone.notes
    for jobs in (2, 3, 8):
        together, asked = _said(jobs)
        assert together == alone
        assert together.notes == alone.notes
        # To divide the tree, too, is to ask.
        assert asked.listed == needed.listed and asked.read == needed.read
        assert asked.asked >= needed.asked and asked.denied >= needed.denied
    assert [division.number for division in divisions] == [2, 3, 4]


def test_a_process_may_judge_several_parts(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def here(job: Callable[[int], object], count: int) -> Iterator[Iterator[object]]:
        yield map(job, range(1, count))

    monkeypatch.setattr(engine, "elsewhere", here)
    alone, _ = _said(1)
    together, _ = _said(8)
    assert together == alone
    assert together.notes == alone.notes


def test_what_lies_in_another_is_one_part_with_it(tree: Path) -> None:
    (tree / "a" / "vendor").mkdir()
    (tree / "a" / "vendor" / "setup.py").touch()
    (tree / "a" / ".git").mkdir()
    (tree / "a" / "vendor" / ".git").mkdir()
    files = [tree / "a" / "x.py", tree / "a" / "vendor" / "y.py", tree / "c" / "z.py"]
    parts = divided([(str(file), 1) for file in files], 8)
    assert parts.number == 2
    numbers = [parts.part_of(str(file)) for file in files]
    assert numbers[0] == numbers[1] != numbers[2]


def test_an_error_there_is_raised_here(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Judge.judge

    def fail(judge: Judge, source: object, *given: object) -> object:
        if source.path.startswith("./b") or source.path.startswith("b/"):  # type: ignore[attr-defined]
            raise ZeroDivisionError(source.path)  # type: ignore[attr-defined]
        return real(judge, source, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Judge, "judge", fail)
    for jobs in (1, 4):
        with pytest.raises(ZeroDivisionError):
            check_paths(["."], Configuration(), jobs=jobs)


def test_a_folder_inside_of_a_project_is_judged_with_all_of_it(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "elsewhere", None)
    alone = check_paths(["a/shop", "c"], Configuration(), jobs=1)
    assert check_paths(["a/shop", "c"], Configuration(), jobs=4) == alone
