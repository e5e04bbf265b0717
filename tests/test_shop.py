"""The shop of fixtures/projects runs under its local settings and dies under production ones."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.warm import Warm

Manage = Callable[[str, str], subprocess.CompletedProcess[str]]

SHOP = Path(__file__).parent.parent / "fixtures" / "projects" / "shop"
MISSING_ALIAS = "InvalidCacheBackendError: The connection 'search' doesn't exist."

VISIT_TWICE = """
import django
django.setup()
from django.test import Client
first, second = Client().get("/"), Client().get("/")
assert (first.status_code, second.status_code) == (200, 200)
assert first.content == second.content
print(first.content.decode())
"""

PRODUCTION_WITH_SEARCH = """
from .production import *
CACHES["search"] = CACHES["default"]
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, so that neither bytecode nor a database is written into the tree."""
    copy = tmp_path_factory.mktemp("projects") / "shop"
    shutil.copytree(SHOP, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def environment_of(shop: Path, settings: str) -> dict[str, str]:
    environment = {
        "DJANGO_SETTINGS_MODULE": f"shop.settings.{settings}",
        "PYTHONIOENCODING": "utf-8",
        "SHOP_DATABASE": str(shop.with_name(f"{settings}.sqlite3")),
    }
    if "SYSTEMROOT" in os.environ:  # Python does not start on Windows without it
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    return environment


@pytest.fixture
def manage(shop: Path, warm_django: Warm) -> Manage:
    def run(settings: str, command: str) -> subprocess.CompletedProcess[str]:
        arguments = (command, f"--settings=shop.settings.{settings}")
        environment = environment_of(shop, settings)
        return warm_django.run(shop / "manage.py", *arguments, environment=environment)

    return run


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_commands_succeed_under_local_settings(manage: Manage, command: str) -> None:
    done = manage("local", command)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_commands_die_of_the_missing_alias_under_production_settings(
    manage: Manage, command: str
) -> None:
    done = manage("production", command)
    assert done.returncode != 0
    assert done.stderr.rstrip().endswith(MISSING_ALIAS)


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_nothing_but_the_missing_alias_stops_production(
    shop: Path, manage: Manage, command: str
) -> None:
    settings = shop / "shop" / "settings" / "production_with_search.py"
    settings.write_text(PRODUCTION_WITH_SEARCH, encoding="utf-8")
    done = manage(settings.stem, command)
    assert done.returncode == 0, done.stderr


def test_product_page_is_the_same_on_every_visit(
    shop: Path, manage: Manage, warm_django: Warm
) -> None:
    migrated = manage("local", "migrate")
    assert migrated.returncode == 0, migrated.stderr
    environment = environment_of(shop, "local")
    visited = warm_django.run(VISIT_TWICE, folder=shop, environment=environment)
    assert visited.returncode == 0, visited.stderr
    assert "Teapot, 1 l</a> £19.20" in visited.stdout


def test_own_tests_of_the_shop_pass(manage: Manage) -> None:
    done = manage("test", "test")
    assert done.returncode == 0, done.stderr
    assert "Ran 0 tests" not in done.stderr
