"""Each repository is fixed for itself, by the processes that there are; nobody sees a difference."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cachelint.config import Configuration, ConfigurationError
from cachelint.fix import FixReport, fix_paths, run
from tests.conftest import write_tree

BAD = "from django.core.cache import caches\n\nX = caches['x']\n"
#: Whoever makes a Store at import has a finding that goes with the fix of the class.
STORE = """\
from django.core.cache import caches


class Store:
    def __init__(self):
        self.cache = caches["x"]

    def get(self, key):
        return self.cache.get(key)
"""


@pytest.fixture
def repositories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three projects, one in another, and packages without any."""
    monkeypatch.chdir(tmp_path)
    tree = {f"loose/{name}/stores.py": BAD for name in "stuvwxyz"}
    for place in ("a", "b", "b/vendor/c"):
        name = f"app_{place[-1]}"
        tree[f"{place}/manage.py"] = tree[f"{place}/{name}/__init__.py"] = ""
        tree[f"{place}/{name}/constants.py"] = BAD
        tree[f"{place}/{name}/stores.py"] = STORE
        tree[f"{place}/{name}/use.py"] = f"from {name}.stores import Store\n\nX = Store()\n"
    write_tree(tmp_path, {"broken/x.py": "def caches(:\n", "a/pyproject.toml": "", **tree})
    return tmp_path


def _fixed(monkeypatch: pytest.MonkeyPatch, processes: int) -> FixReport:
    monkeypatch.setattr(run, "processes", lambda jobs: processes)
    configuration = Configuration(base=os.getcwd(), helper="cachelint.lazy")
    return fix_paths(["."], configuration, unsafe=True)


def test_the_same_is_done(repositories: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = _fixed(monkeypatch, 1)
    assert len(alone.files) > 10 and alone.left and alone.gone
    calls: list[list[list[str]]] = []
    each = run.each
    monkeypatch.setattr(run, "each", lambda *given: calls.append(given[1]) or each(*given))
    assert _fixed(monkeypatch, 2) == alone
    assert _fixed(monkeypatch, 3) == alone
    assert [len(shares) for shares in calls] == [8, 11]  # Of eleven repositories.
    for share in (share for shares in calls for share in shares):
        # Those that lie in one another stay together.
        assert len({path.partition("/")[0] for path in share} & {"b", "a"}) < 2


def test_what_one_raises(repositories: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the first by the order of paths, whoever raises first."""
    said = set()
    for processes in (1, 2, 11):
        monkeypatch.setattr(run, "processes", lambda jobs, count=processes: count)
        with pytest.raises(ConfigurationError, match=r"no folder for no\.where below") as raised:
            fix_paths(["."], Configuration(base=os.getcwd(), helper="no.where"))
        said.add(str(raised.value))
    assert len(said) == 1


@pytest.mark.parametrize("processes", [1, 2])
def test_progress(repositories: Path, monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    monkeypatch.setattr(run, "processes", lambda jobs: processes)
    told: list[tuple[int, int]] = []
    configuration = Configuration(base=os.getcwd(), helper="cachelint.lazy")
    fix_paths(["."], configuration, progress=lambda *counts: told.append(counts))
    assert told[0] == (0, 0)
    assert told == sorted(told) and len(told) > 5
    total = told[-1][1]
    assert told[-1] == (total, total)


def test_where_nothing_can_be_forked(repositories: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = _fixed(monkeypatch, 2)
    monkeypatch.setattr(run, "can_fork", lambda: False)
    monkeypatch.setattr("cachelint.engine.can_fork", lambda: False)
    monkeypatch.setattr(os, "fork", None)
    assert _fixed(monkeypatch, 2) == expected
