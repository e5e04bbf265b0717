"""The story: a shop that dies in production, one command, and it lives."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.redis import redis_server
from tests.warm import Warm

VISIT = """
import sys
sys.path.insert(0, "")
import django
django.setup()
from django.core.cache import caches
for alias in caches: caches[alias].clear()
from django.test import Client
client = Client(SERVER_NAME="localhost")
first, second = client.get("/"), client.get("/")
assert (first.status_code, second.status_code) == (200, 200), first
assert first.content == second.content
print(first.content.decode())
"""


class Shop:
    """A copy of the shop and the environment that it runs in."""

    def __init__(self, folder: Path, redis_url: str, django: Warm, cachelint: Warm) -> None:
        self.folder = folder
        self._django, self._cachelint = django, cachelint
        self._redis_url = redis_url

    def _environment(self, settings: str) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": f"shop.settings.{settings}",
            "SHOP_DATABASE": str(self.folder.with_name(f"{settings}.sqlite3")),
            "SHOP_REDIS_URL": self._redis_url,
            "PYTHONIOENCODING": "utf-8",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def manage(self, settings: str, command: str) -> subprocess.CompletedProcess[str]:
        arguments = (command, f"--settings=shop.settings.{settings}")
        environment = self._environment(settings)
        return self._django.run(self.folder / "manage.py", *arguments, environment=environment)

    def page(self, settings: str) -> str:
        environment = self._environment(settings)
        visited = self._django.run(VISIT, folder=self.folder, environment=environment)
        assert visited.returncode == 0, visited.stderr
        return visited.stdout

    def cachelint(self, *arguments: str, code: int) -> str:
        """What a command prints that ends with this exit code."""
        done = self._cachelint.module(
            "cachelint", *arguments, folder=self.folder, environment=self._environment("local")
        )
        assert done.returncode == code, done.stderr
        return done.stdout.decode()


@pytest.fixture(scope="module")
def shop(
    tmp_path_factory: pytest.TempPathFactory, warm_django: Warm, warm_cachelint: Warm
) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("story")
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "fixtures" / "projects" / "shop", folder / "shop", ignore=ignore)
    with redis_server(folder) as url:
        yield Shop(folder / "shop", url, warm_django, warm_cachelint)


def test_the_story(shop: Shop) -> None:
    for command in ("check", "migrate"):
        assert shop.manage("local", command).returncode == 0
        dead = shop.manage("production", command)
        assert dead.returncode != 0
        assert "InvalidCacheBackendError: The connection 'search' doesn't exist." in dead.stderr
    before = shop.page("local")

    fixed = shop.cachelint("fix", code=1)  # CCH104 and the unsafe ones are left
    assert "wrote shop/lazy_cache.py: the lazy cache helper\n" in fixed
    # The wrapper of an alias that production lacks is still a use of it, judged before it is written.
    assert "CCH202" in fixed and "Fixed 10 findings, 6 left." in fixed
    assert (shop.folder / "shop" / "lazy_cache.py").read_bytes() == (
        ROOT / "cachelint" / "lazy.py"
    ).read_bytes()

    for settings in ("local", "production"):
        for command in ("check", "migrate"):
            done = shop.manage(settings, command)
            assert done.returncode == 0, done.stderr
        assert shop.page(settings) == before
    assert shop.manage("test", "test").returncode == 0

    again = shop.cachelint("fix", code=1)
    assert "wrote shop" not in again and "Fixed 0 findings" in again
    everything = shop.cachelint("fix", "--unsafe-fixes", code=1)
    assert "fixed shop/orders/invoices.py" in everything
    assert shop.page("production") == before
    rest = shop.cachelint("check", "--output-format", "concise", code=1)
    # Where the cache of production is, nobody but its people can say.
    assert {line.split()[1] for line in rest.splitlines()} == {"CCH104", "CCH202"}
