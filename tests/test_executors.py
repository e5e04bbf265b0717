"""Whoever collects the facts, the findings are the same, in the same order."""

from __future__ import annotations

import multiprocessing
import pickle
import shutil
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from cachelint import per_file
from cachelint.config import Configuration
from cachelint.engine import check_paths
from cachelint.source import UnparsedSourceError
from tests.test_fixtures import FIXTURES
from tests.test_order import generate


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shop, a generated package, what cannot be parsed, and what is nested too deeply."""
    monkeypatch.chdir(tmp_path)
    # Many batches, so that one overtakes another.
    monkeypatch.setattr(per_file, "BATCH", 500)
    shutil.copytree(FIXTURES / "projects" / "shop", tmp_path / "shop")
    generate(tmp_path / "package", 3)
    (tmp_path / "broken.py").write_text("import caches\nx = = 1\n", encoding="utf-8")
    (tmp_path / "bytes.py").write_bytes(b"x = 'caches \xff'\n")
    deep = f"from django.core.cache import caches\nx = caches['a']{'.a' * 3000}\n"
    (tmp_path / "deep.py").write_text(deep, encoding="utf-8")
    page = (
        "from django.views.decorators.cache import cache_page\n@cache_page(60)\ndef f(request):\n"
    )
    (tmp_path / "views.py").write_text(f"{page}    return g(request.user)\n", encoding="utf-8")


@pytest.fixture(params=["threads", "forked processes", "spawned processes"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param == "threads":
        found: Executor = ThreadPoolExecutor(3)
    else:
        method = request.param.partition("ed ")[0]
        if method not in multiprocessing.get_all_start_methods():
            pytest.skip(f"no {method} on this system")
        found = ProcessPoolExecutor(2, multiprocessing.get_context(method))
    with found:
        yield found


def test_executors(tree: None, executor: Executor) -> None:
    configuration = Configuration(preview=True)
    alone = check_paths(["."], configuration)
    assert {"CCH001", "CCH101", "CCH201"} <= {d.code for d in alone.diagnostics}
    assert check_paths(["."], configuration, executor=executor) == alone


def test_own_processes(tree: None, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = check_paths(["."], Configuration())
    monkeypatch.setattr(per_file, "WORTH_PROCESSES", 0)
    assert check_paths(["."], Configuration(), jobs=3) == alone


def test_small_trees_start_no_process(tree: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", None)
    assert check_paths(["."], Configuration(), jobs=8).diagnostics


def test_a_cluster(tree: None) -> None:
    """The executor of Dask's ``distributed`` (docs/performance.md)."""
    distributed = pytest.importorskip(
        "distributed", reason="distributed is not installed: python -m pip install distributed"
    )
    alone = check_paths(["."], Configuration())
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert check_paths(["."], Configuration(), executor=client.get_executor()) == alone


def test_errors_travel() -> None:
    error = UnparsedSourceError("why", 3, 4, "text")
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.cause, copy.row, copy.column, copy.text) == ("why", 3, 4, "text")
