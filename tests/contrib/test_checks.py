"""System checks on real settings: what they find, that they open nothing, how they are silenced."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings

from tests.conftest import ROOT, write_tree

if not settings.configured:
    settings.configure(USE_TZ=True)
    django.setup()

from django.test import override_settings

from cachelint.contrib.django.checks import check_caches, check_deployed_caches
from cachelint.running import Answer

CORE = "django.core.cache.backends.redis.RedisCache"
THEIRS = "django_redis.cache.RedisCache"
LOCMEM = "django.core.cache.backends.locmem.LocMemCache"
URL = "redis://127.0.0.1:1/0"
Checked = Callable[..., list[str]]


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checked:
    """The ids of what is found for a CACHES in a project with some files."""
    monkeypatch.chdir(tmp_path)

    def run(caches: dict[str, Any], tree: dict[str, str] | None = None, **others: Any) -> list[str]:
        write_tree(tmp_path, {"manage.py": "", **(tree or {})})
        with override_settings(CACHES=caches, **others):
            run_messages[:] = check_caches(None)
        return [str(message.id) for message in run_messages]

    run_messages: list[Any] = []
    run.messages = run_messages  # type: ignore[attr-defined]
    return run


def core(**others: Any) -> dict[str, Any]:
    return {"default": {"BACKEND": CORE, "LOCATION": URL, **others}}


def theirs(**others: Any) -> dict[str, Any]:
    return {"default": {"BACKEND": THEIRS, "LOCATION": URL, **others}}


#: The rows of what Django's own checks do not see.
UNSEEN = {
    "options of django-redis": (core(OPTIONS={"CLIENT_CLASS": "x"}), "cachelint.E403"),
    "limits on Redis": (core(OPTIONS={"MAX_ENTRIES": 3}), "cachelint.E403"),
    "the password None": (core(LOCATION="redis://:None@h:1"), "cachelint.E405"),
    "no location but None": (core(LOCATION=None), "cachelint.E405"),
    "the port None": (core(LOCATION="redis://h:None"), "cachelint.E405"),
    "an unquoted character": (core(LOCATION="redis://:p#w@h:1"), "cachelint.E406"),
    "no scheme": (core(LOCATION="h:1"), "cachelint.E406"),
    "two passwords": (
        theirs(LOCATION="redis://:a@h:1", OPTIONS={"PASSWORD": "b"}),
        "cachelint.E403",
    ),
    "django-redis nowhere": ({"default": {"BACKEND": THEIRS}}, "cachelint.E406"),
    "a removed backend": (
        {"default": {"BACKEND": "django.core.cache.backends.memcached.MemcachedCache"}},
        "cachelint.E402",
    ),
    "a URL for a backend": ({"default": {"BACKEND": "locmem://"}}, "cachelint.E402"),
    "a package that is not there": ({"default": {"BACKEND": "a_cache.Cache"}}, "cachelint.E402"),
    "an unknown key": ({"default": {"BACKEND": LOCMEM, "TTL": 3}}, "cachelint.W404"),
    "a timeout in the options": (
        {"default": {"BACKEND": LOCMEM, "OPTIONS": {"TIMEOUT": 3}}},
        "cachelint.W404",
    ),
    "a timedelta": ({"default": {"BACKEND": LOCMEM, "TIMEOUT": timedelta(1)}}, "cachelint.W404"),
    "no default": ({"other": {"BACKEND": LOCMEM}}, "cachelint.E401"),
}


@pytest.mark.parametrize("case", UNSEEN)
def test_what_django_does_not_see(checked: Checked, case: str) -> None:
    caches, expected = UNSEEN[case]
    assert checked(caches) == [expected]


@pytest.mark.parametrize(
    "caches",
    [
        pytest.param(core(), id="core Redis"),
        pytest.param(core(OPTIONS={"db": 1}, TIMEOUT="60"), id="its options"),
        pytest.param(core(LOCATION=["redis://a:1", "redis://b:1"]), id="two servers"),
        pytest.param(theirs(OPTIONS={"PASSWORD": "x"}), id="django-redis"),
        pytest.param(theirs(LOCATION="redis://:x@h", OPTIONS={"PASSWORD": "x"}), id="the same"),
        pytest.param({"default": {"BACKEND": LOCMEM, "timeout": 3}}, id="lower case"),
        pytest.param(core(LOCATION="redis://None-such.example:1"), id="a host called so"),
    ],
)
def test_what_is_sound(checked: Checked, caches: dict[str, Any]) -> None:
    assert checked(caches) == []


def test_aliases_of_settings(checked: Checked) -> None:
    engine = "django.contrib.sessions.backends.cache"
    found = checked(core(), SESSION_ENGINE=engine, SESSION_CACHE_ALIAS="sessions")
    assert found == ["cachelint.E203"]
    assert checked(core(), SESSION_CACHE_ALIAS="sessions") == []


def test_the_order_of_middleware(checked: Checked) -> None:
    middleware = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.cache.UpdateCacheMiddleware",
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    assert checked(core(), MIDDLEWARE=middleware) == ["cachelint.E503"]
    middleware[:2] = middleware[1::-1]
    assert checked(core(), MIDDLEWARE=middleware) == []


USING = """\
from django.core.cache import caches

def load():
    return caches["search"].get("x")

def guarded():
    return caches["extra"] if "extra" in caches else None

def silenced():
    return caches["here"].get("x"), 1  # noqa: CCH201

def also_silenced():
    return caches["there"].get("x"), 1  # noqa: CCH202
"""


def test_aliases_that_the_code_uses(checked: Checked) -> None:
    local = (
        f"CACHES = {{'default': {{'BACKEND': '{LOCMEM}'}}, 'search': {{'BACKEND': '{LOCMEM}'}}}}"
    )
    manage = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf.local')\n"
    tree = {"app.py": USING, "conf/local.py": local, "manage.py": manage}
    assert checked(core(), tree) == ["cachelint.E201"]
    (message,) = checked.messages  # type: ignore[attr-defined]
    assert message.obj == "app.py:4"
    assert message.msg.startswith('alias "search" is not in CACHES of `settings.configure()`')
    assert "`conf.local` has it (conf/local.py:1)" in message.hint
    assert checked({**core(), "search": {"BACKEND": LOCMEM}}, tree) == []


def test_templates_count(checked: Checked) -> None:
    page = '{% load cache %}{% cache 300 x using="pages" %}x{% endcache %}'
    assert checked(core(), {"app/templates/page.html": page}) == ["cachelint.E204"]


def test_the_configuration_counts(checked: Checked) -> None:
    tree = {"app.py": USING, "pyproject.toml": "[tool.cachelint]\naliases = ['search']\n"}
    assert checked(core(), tree) == []
    tree["pyproject.toml"] = "[tool.cachelint]\nignore = ['CCH201', 'CCH403']\n"
    assert checked(core(OPTIONS={"MAX_ENTRIES": 3}), tree) == []
    tree["pyproject.toml"] = "[tool.cachelint]\nignroe = ['CCH201']\n"
    assert checked(core(), tree) == ["cachelint.E000"]


def test_what_is_silenced_is_not_looked_for(checked: Checked) -> None:
    silenced = ["cachelint.E201", "cachelint.E204"]
    assert checked(core(), {"app.py": USING}, SILENCED_SYSTEM_CHECKS=silenced) == []


def test_sessions_in_one_process_matter_where_servers_run(checked: Checked) -> None:
    caches = {"default": {"BACKEND": LOCMEM}}
    engine = "django.contrib.sessions.backends.cache"
    assert checked(caches, SESSION_ENGINE=engine) == []
    with override_settings(CACHES=caches, SESSION_ENGINE=engine):
        assert [m.id for m in check_deployed_caches(None)] == ["cachelint.W408"]
    with override_settings(CACHES=core(), SESSION_ENGINE=engine):
        assert check_deployed_caches(None) == []


def test_some_apps_alone_are_not_asked_for_settings() -> None:
    with override_settings(CACHES={}):
        assert check_caches(["an app"]) == check_deployed_caches(["an app"]) == []


def test_no_message_has_a_password(checked: Checked) -> None:
    for location in ("redis://:s3cret#x@h:1", "s3cret@h:1", "redis://:s3cret@h:None"):
        assert checked(core(LOCATION=location))
        assert "s3cret" not in str(checked.messages)  # type: ignore[attr-defined]
    assert checked({"default": {"BACKEND": "redis://:s3cret@h:1"}}) == ["cachelint.E402"]
    assert "s3cret" not in str(checked.messages)  # type: ignore[attr-defined]


def test_installed_settings_are_those_of_the_project_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody wants to have site-packages looked through."""
    write_tree(tmp_path, {"manage.py": "", "deep/er/x.py": ""})
    monkeypatch.chdir(tmp_path / "deep" / "er")
    installed = "/usr/lib/python3/site-packages/product/settings.py"
    assert Answer("product.settings", None, installed, {}).folder == str(tmp_path)


RUN = """
import io, os, sys
from django.core.management import call_command
from django.core.management.base import SystemCheckError
import django
django.setup()
from django.conf import settings

def run(*arguments):
    out = io.StringIO()
    try:
        call_command("check", *arguments, stdout=out, stderr=out)
    except SystemCheckError as error:
        out.write(str(error))
    print(out.getvalue())

run("--tag", "cachelint")
run("--tag", "cachelint", "--deploy")
settings.SILENCED_SYSTEM_CHECKS = ["cachelint.E201"]
run("--tag", "cachelint")
import shop.core.counting
print("opened", shop.core.counting.opened)
"""
PRODUCTION = """
from .production import *
INSTALLED_APPS = [*INSTALLED_APPS, "cachelint.contrib.django"]
CACHES = {**CACHES, "sessions": {"BACKEND": "shop.core.counting.Counting"}}
"""
COUNTING = """
from django.core.cache.backends.locmem import LocMemCache
opened = []

class Counting(LocMemCache):
    def __init__(self, *args, **kwargs):
        opened.append(args)
        raise RuntimeError("a cache was opened")
"""


def test_an_app_of_the_shop(tmp_path: Path) -> None:
    """``manage.py check --tag cachelint`` where plain ``check`` dies; and it opens no cache."""
    shop = tmp_path / "shop"
    shutil.copytree(ROOT / "fixtures" / "projects" / "shop", shop)
    write_tree(shop, {"shop/settings/checked.py": PRODUCTION, "shop/core/counting.py": COUNTING})
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=shop,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "shop.settings.checked",
            "PYTHONPATH": os.pathsep.join([str(shop), str(ROOT)]),
        },
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("shop/search/index.py:12: (cachelint.E201)") == 2
    assert "`shop.settings.local` has it (shop/settings/local.py:32)" in done.stdout
    assert "System check identified no issues (2 silenced)" in done.stdout
    assert "opened []" in done.stdout
