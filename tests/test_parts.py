"""Projects side by side, each judged by a process: what is said is the same."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cachelint import disk, engine
from cachelint.config import Configuration
from cachelint.engine import check_paths
from cachelint.judge import Judge
from cachelint.parts import each, projects_below
from cachelint.per_file import can_fork
from cachelint.report import Report
from cachelint.source import Source
from tests.conftest import write_tree
from tests.test_fixtures import FIXTURES

pytestmark = pytest.mark.skipif(not can_fork(), reason="no fork on this system")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two shops, a clinic with templates, one with an open CACHES, comments for nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engine, "WORTH_DIVIDING", 5)
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
    undivided, needed = _undivided()
    assert {"CCH002", "CCH101", "CCH103", "CCH201"} <= {d.code for d in undivided.diagnostics}
    assert undivided.notes
    divided = []
    monkeypatch.setattr(engine, "each", lambda *given: divided.append(given[1:]) or each(*given))
    for jobs in (1, 2, 3, 8):
        together, asked = _said(jobs)
        assert together == undivided
        assert together.notes == undivided.notes
        assert _absolute(asked.listed) == _absolute(needed.listed)
        assert _absolute(asked.read) == _absolute(needed.read)
    assert divided == [(["a", "b", "c", "d"], jobs) for jobs in (1, 2, 3, 8)]


def _absolute(paths: set[str]) -> set[str]:
    return {os.path.abspath(path) for path in paths}


def _undivided() -> tuple[Report, disk.Journal]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "WORTH_DIVIDING", 1_000_000)
        return _said(1)


@pytest.mark.parametrize("jobs", [1, 2])
def test_settings_of_what_can_be_fixed_are_known_afterwards(tree: Path, jobs: int) -> None:
    (tree / "d" / "use.py").unlink()
    judge = Judge(Configuration())
    check_paths(["."], Configuration(), judge=judge, jobs=jobs)
    known = {path.partition(os.sep)[0] for path, *_ in judge.reader.readings}
    assert known == {"a", "b", "c"}


def test_where_nothing_can_be_forked(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = _said(1)[0]
    monkeypatch.setattr(engine, "can_fork", lambda: False)
    monkeypatch.setattr(os, "fork", None)
    assert _said(2)[0] == expected


def _below(*paths: Path, without: str = "") -> list[str]:
    return projects_below([str(path) for path in paths], lambda path: path.endswith(without or "/"))


def test_projects_by_their_markers(tmp_path: Path) -> None:
    files = (
        "a/manage.py", "a/vendor/.git/HEAD", "a/vendor/setup.py",
        "b/pkg/__init__.py", "b/docs/conf.py",
        "group/c/pyproject.toml", "group/c/src/x.py", "group/d/e/script.py",
        "marked/__init__.py", "marked/setup.py",
        "empty/notes.md", "node_modules/f/g.py", "pages/templates/h.html",
    )  # fmt: skip
    write_tree(tmp_path, dict.fromkeys(files, ""))
    expected = ["a", "b", "group/c", "group/d/e", "marked", "pages/templates"]
    assert _below(tmp_path) == [str(tmp_path / name) for name in expected]
    assert _below(tmp_path / "a", tmp_path / "b") == [str(tmp_path / "a"), str(tmp_path / "b")]
    assert str(tmp_path / "group/c") not in _below(tmp_path, without="group/c")


@pytest.mark.parametrize(
    "above", ["manage.py", ".gitignore", "x.py", ".git/HEAD", "a/__init__.py", "__init__.py"]
)
def test_a_tree_that_is_one_project(tmp_path: Path, above: str) -> None:
    write_tree(tmp_path, dict.fromkeys(("a/x.py", "b/y.py", above), ""))
    assert len(_below(tmp_path)) <= 1


def test_paths_that_are_not_divided(tmp_path: Path) -> None:
    write_tree(tmp_path, dict.fromkeys(("a/manage.py", "a/shop/x.py", "b/manage.py"), ""))
    a, b = tmp_path / "a", tmp_path / "b"
    assert _below(a / "shop", b) == [], "a part of a project is judged with all of it"
    assert _below(a / "manage.py", b) == _below(a, tmp_path) == _below(a, a) == []


def test_a_project_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, dict.fromkeys(("a/manage.py", "b/manage.py"), ""))
    real = disk.entries

    def refuse(folder: str) -> object:
        if folder.endswith("b"):
            raise PermissionError(folder)
        return real(folder)

    monkeypatch.setattr(disk, "entries", refuse)
    assert _below(tmp_path) == [str(tmp_path / "a"), str(tmp_path / "b")]


def test_an_error_there_is_raised_here(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Judge.judge

    def fail(judge: Judge, source: Source, *given: object) -> object:
        if source.path.startswith("b/"):
            raise ZeroDivisionError(source.path)
        return real(judge, source, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Judge, "judge", fail)
    for jobs in (1, 4):
        with pytest.raises(ZeroDivisionError):
            check_paths(["."], Configuration(), jobs=jobs)


def test_a_process_that_is_killed() -> None:
    def die(part: str) -> str:
        if part == "b":
            os.kill(os.getpid(), 9)
        return part

    with pytest.raises(ChildProcessError, match="ended with -9"):
        each(die, ["a", "b", "c", "d"], 2)


def test_so_many_at_a_time(tmp_path: Path) -> None:
    def job(part: str) -> tuple[str, int]:
        return part * 100_000, os.getpid()

    for count in (2, 3, 10):
        done = each(job, ["a", "b", "c", "d", "e"], count)
        assert [text[:1] for text, _ in done] == ["a", "b", "c", "d", "e"]
        assert len({process for _, process in done}) == 5 and os.getpid() not in dict(done).values()


def test_a_folder_inside_of_a_project_is_judged_with_all_of_it(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "each", None)
    alone = check_paths(["a/shop", "c"], Configuration(), jobs=1)
    assert check_paths(["a/shop", "c"], Configuration(), jobs=4) == alone


def test_settings_that_are_named_belong_to_one_project(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "each", None)
    wanted = Configuration(settings=("settings",))
    assert check_paths(["."], wanted, jobs=4) == check_paths(["."], wanted, jobs=1)


def test_what_was_asked_is_noted_only_for_somebody(tree: Path) -> None:
    with disk.noting_if_noted() as alone:
        assert disk.is_file("a/manage.py")
    assert alone == disk.Journal()
    with disk.noting(), disk.noting_if_noted() as noted:
        assert disk.is_file("a/manage.py")
    assert noted == disk.Journal(asked={"a/manage.py"})
