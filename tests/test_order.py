"""The findings are the same in whatever order the file system lists the files."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cachelint.config import Configuration
from cachelint.discovery import Discovery, Found
from cachelint.engine import Report, check_paths
from tests.test_fixtures import FIXTURES

SEEDS = (1, 2)
#: In place of a seed. Any two files change places, which a shuffle brings to half of them.
BACKWARDS = -1
Shuffle = Callable[[int], None]

_DEFINITIONS = (
    "def open_{n}(alias='a'):\n    return caches[alias]\n",
    "def open_{n}():\n    return {other}()\n",
    "class Open_{n}:\n    def __init__(self):\n        self.store = caches['b']\n",
    "class Open_{n}:\n    @property\n    def store(self):\n        return {other}()\n",
    "def open_{n}(key='k'):\n    return cache.get(key)\n",
    "@{other}\ndef open_{n}():\n    return 1\n",
    "class Open_{n}Middleware:\n    def __init__(self, get_response):\n        self.x = {other}()\n",
    "open_{n} = lru_cache(lambda: caches['c'])\n",
    "open_{n} = {other}\n",
)
_USES = ("value_{n} = {other}()\n", "for _ in {other}():\n    pass\n", "from .m{m} import *\n")


@pytest.fixture
def shuffle(monkeypatch: pytest.MonkeyPatch) -> Shuffle:
    """Let every listing of files come in an order that depends on a seed."""
    plain = Discovery.files

    def shuffle(seed: int) -> None:
        def files(self: Discovery) -> Iterator[Found]:
            found = list(plain(self))
            if seed == BACKWARDS:
                found.reverse()
            else:
                random.Random(seed).shuffle(found)
            yield from found

        monkeypatch.setattr(Discovery, "files", files)

    return shuffle


def check_in_orders(shuffle: Shuffle, *seeds: int) -> Iterator[Report]:
    configuration = Configuration(preview=True)
    yield check_paths(["."], configuration)
    for seed in seeds:
        shuffle(seed)
        yield check_paths(["."], configuration)


def assert_same(reports: Iterator[Report]) -> Report:
    first = next(reports)
    for other in reports:
        assert other.diagnostics == first.diagnostics
        assert sorted(map(str, other.notes)) == sorted(map(str, first.notes))
        assert (other.files, other.suppressed) == (first.files, first.suppressed)
    return first


@pytest.mark.parametrize(
    "folder", ["projects/shop", *sorted(path.parent.name for path in FIXTURES.glob("*/cases"))]
)
def test_fixtures(
    folder: str, tmp_path: Path, shuffle: Shuffle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each folder with projects of several files as one project."""
    ignored = shutil.ignore_patterns("__pycache__", "*.fixed.py", "*.unsafe.py")
    shutil.copytree(FIXTURES / folder, tmp_path / "project", ignore=ignored)
    monkeypatch.chdir(tmp_path / "project")
    assert_same(check_in_orders(shuffle, BACKWARDS))


def generate(folder: Path, seed: int, modules: int = 12) -> None:
    """A package of modules that import from one another, in circles too, and call what they get."""
    chance = random.Random(seed)
    folder.mkdir()
    (folder / "__init__.py").touch()
    for n in range(modules):
        others = [(chance.randrange(modules), chance.choice("oO")) for _ in range(3)]
        lines = ["from functools import lru_cache\nfrom django.core.cache import cache, caches\n"]
        lines += [f"from .m{m} import {kind}pen_{m} as other_{m}\n" for m, kind in others]
        for template in (chance.choice(_DEFINITIONS), *chance.choices(_USES, k=2)):
            m = chance.choice(others)[0]
            lines.append(template.format(n=n, m=m, other=f"other_{m}"))
        (folder / f"m{n}.py").write_text("".join(lines), encoding="utf-8")


@pytest.mark.parametrize("seed", range(8))
def test_generated(
    seed: int, tmp_path: Path, shuffle: Shuffle, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(tmp_path / "package", seed)
    monkeypatch.chdir(tmp_path)
    report = assert_same(check_in_orders(shuffle, *SEEDS))
    assert report.diagnostics
