"""What several test modules share: writing small trees and checking them."""

import ast
import functools
import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from cachelint.config import Configuration
from cachelint.diagnostic import Diagnostic
from cachelint.engine import Report, check_paths
from tests.warm import Warm, modules_of_cachelint, modules_of_django

Tree = Mapping[str, str | bytes]
ROOT = Path(__file__).parent.parent

# A test that is run again shall check again.
os.environ["CACHELINT_NO_CACHE"] = "1"

# Else each of the processes that the tests start compiles all modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Without Phase.explain: it traces every line, which takes some ten times as long.
settings.register_profile(
    "untraced", phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
)
settings.load_profile("untraced")


def write_tree(root: Path, tree: Tree) -> None:
    for name, content in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest, mypy without its cache, first: else one worker ends with it alone."""
    items.sort(key=lambda item: item.path.name != "test_quality.py")


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    # Trees are many objects and no garbage: commands switch the collector off for them.
    gc.set_threshold(50_000, 10, 10)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Look for garbage among what is new only: all that is imported here takes 0.2 s to look at.

    Again after each test: commands unfreeze what they find frozen.
    """
    gc.collect(1)
    gc.freeze()


@functools.cache
def own_modules() -> tuple[tuple[Path, str, ast.Module], ...]:
    """Every file of the package, its text and its tree, which takes a second to make."""
    paths = sorted((ROOT / "cachelint").rglob("*.py"))
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return tuple((path, text, ast.parse(text)) for path, text in zip(paths, texts, strict=True))


@pytest.fixture(scope="session")
def warm_django(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """Runs scripts in processes of their own that need not load Django."""
    server = Warm(modules_of_django(), tmp_path_factory.mktemp("django"))
    yield server
    server.close()


@pytest.fixture(scope="session")
def warm_cachelint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """Runs cachelint, flake8 and libcst in processes of their own that need not load them."""
    server = Warm(modules_of_cachelint(), tmp_path_factory.mktemp("cachelint"))
    yield server
    server.close()


@pytest.fixture(scope="session")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of fixtures/projects, to be read: no check of it looks through this repository."""
    folder = tmp_path_factory.mktemp("copy") / "projects"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "fixtures" / "projects", folder, ignore=ignored)
    return folder


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Report]:
    """Write a tree into an empty folder, go there, and check it."""
    monkeypatch.chdir(tmp_path)

    def run(tree: Tree, *paths: str, configuration: Configuration | None = None) -> Report:
        write_tree(tmp_path, tree)
        return check_paths(paths or ["."], configuration or Configuration(base=str(tmp_path)))

    return run


def places(report: Report) -> list[str]:
    """``path:row code`` of every diagnostic."""
    return [place(diagnostic) for diagnostic in report.diagnostics]


def place(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.path}:{diagnostic.span.row} {diagnostic.code}"
