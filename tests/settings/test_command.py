"""`cachelint settings`, and what `check` says of settings that it cannot read."""

import json
from pathlib import Path

import pytest

from cachelint.cli import main
from tests.conftest import write_tree

MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf.local')\n"
WSGI = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf.production')\n"
LOCAL = """\
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "search": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
"""
PRODUCTION = """\
import os
CACHES = {"default": {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": "redis://shop:geheim@cache:6379/1",
}}
if os.getenv("SEARCH"):
    CACHES["search"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.getenv("SEARCH", "redis://:auch-geheim@search:6379"),
    }
"""
STOPPED = PRODUCTION + "from conf_of_the_server import *\n"
USE = "from django.core.cache import caches\n\n\ndef f():\n    return caches['search'].get('k')\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_tree(
        tmp_path,
        {
            "manage.py": MANAGE,
            "conf/__init__.py": "",
            "conf/wsgi.py": WSGI,
            "conf/local.py": LOCAL,
            "conf/production.py": PRODUCTION,
            "shop.py": USE,
        },
    )
    return tmp_path


def test_text(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 settings modules"
    assert (
        lines[1]
        == "  1  conf.production  deployable  closed  conf/wsgi.py:2 the server runs with it"
    )
    assert [line.split() for line in lines[4:7]] == [
        ["alias", "1", "2"],
        ['"default"', "yes", "yes"],
        ['"search"', "if", "yes"],
    ]
    assert "  2  conf/local.py:3       django.core.cache.backends.locmem.LocMemCache" in lines
    assert any(line.endswith('only if os.getenv("SEARCH")') for line in lines)


def test_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings", "--output-format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    production, local = document["modules"]
    assert (production["module"], production["role"]) == ("conf.production", "deployable")
    assert (local["path"], local["found_by"]) == ("conf/local.py", ["manage.py:2"])
    assert production["open"] is False and production["causes"] == []
    assert production["aliases"]["search"] == {
        "certainty": "conditional",
        "condition": 'os.getenv("SEARCH")',
        "backend": "django.core.cache.backends.redis.RedisCache",
        "location": '{os.getenv("SEARCH", "redis://***@search:6379")}',
        "filename": "conf/production.py",
        "row": 7,
    }
    assert production["aliases"]["default"]["location"] == "redis://***@cache:6379/1"
    assert document["notes"] == []


@pytest.mark.parametrize("output", ["text", "json"])
def test_no_password_is_shown(
    output: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tree(project, {"conf/production.py": STOPPED + 'exec("redis://:geheim@x")\n'})
    assert main(["settings", "--output-format", output]) == 0
    assert "geheim" not in capsys.readouterr().out


def test_what_stopped_the_reader(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_tree(project, {"conf/production.py": STOPPED})
    assert main(["settings"]) == 0
    shown = capsys.readouterr().out
    assert "  1  conf.production  deployable  open" in shown
    assert "  1  conf/production.py:11: " in shown
    assert "conf_of_the_server is not in the tree" in shown


def test_projects_stand_apart(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = "CACHES = {'default': {}, 'blog': {}}\n"
    manage = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'blog.settings')\n"
    tree = {
        "blog/manage.py": manage,
        "blog/blog/__init__.py": "",
        "blog/blog/settings.py": settings,
    }
    write_tree(project, tree)
    assert main(["settings"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("#")] == ["# .", "# blog"]
    assert [line.split() for line in lines if line.startswith('  "blog"')] == [['"blog"', "yes"]]


def test_a_module_that_is_named_and_not_there(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tree(project, {"conf/wsgi.py": WSGI.replace("production", "live")})
    assert main(["settings"]) == 0
    shown = capsys.readouterr().out
    assert "Settings modules that are named and not there:\n  conf/wsgi.py:2: names " in shown


def test_chosen_modules(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings", "--settings", "conf.local"]) == 0
    assert capsys.readouterr().out.startswith("1 settings module\n  1  conf.local ")
    assert main(["settings", "--settings", "conf.lokal"]) == 2
    assert 'no module "conf.lokal" in the tree; did you mean "conf.local"?' in (
        capsys.readouterr().err
    )


def test_no_settings_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["settings"]) == 0
    assert capsys.readouterr().out.startswith("No settings module found: ")
    assert main(["settings", "nowhere"]) == 2
    assert "nowhere: no such file or folder" in capsys.readouterr().err


def test_the_alias_that_production_lacks(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--output-format", "concise", "shop.py"]) == 1
    assert capsys.readouterr().out.startswith(
        'shop.py:5:12: CCH202 alias "search" exists in conf.local (conf/local.py:3) and in'
        " conf.production only where os.getenv(\"SEARCH\"): elsewhere `caches['search']` raises"
    )


def test_a_note_where_aliases_cannot_be_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tree(project, {"conf/production.py": STOPPED})
    assert main(["check"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("No findings")
    assert shown.err.startswith(
        "conf/production.py:11:1: note: CCH003 the aliases of `conf.production`"
    )
    assert shown.err.count("CCH003") == 1
    assert main(["check", "--ignore", "CCH003"]) == 0
    assert capsys.readouterr().err == ""


def test_strict_settings(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_tree(project, {"conf/production.py": STOPPED})
    assert main(["check", "--strict-settings", "--output-format", "concise"]) == 1
    shown = capsys.readouterr()
    assert shown.out.startswith("conf/production.py:11:1: CCH003 the aliases of `conf.production`")
    assert shown.err == ""
    # What is reported are the given paths.
    assert main(["check", "--strict-settings", "shop.py"]) == 0


def test_known_aliases(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_tree(project, {"pyproject.toml": '[tool.cachelint]\naliases = ["search"]\n'})
    assert main(["check"]) == 0
    assert capsys.readouterr().out.startswith("No findings")


@pytest.mark.parametrize("name", ["exec", "execfile"])
def test_a_file_that_is_executed_may_hold_anything(
    name: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python 2's execfile too: settings that still have it fill themselves with it."""
    write_tree(project, {"conf/production.py": f"for f in FILES:\n    {name}(f)\n"})
    assert main(["settings"]) == 0
    shown = capsys.readouterr().out
    assert f"  1  conf/production.py:2: {name}()" in shown
    assert "  1  conf.production  deployable  open" in shown


def test_hooks_of_configurations_that_nobody_can_read(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """django-configurations calls them, wherever they come from."""
    text = (
        "from configurations import Configuration\nfrom elsewhere import Mixin, hook\n\n\n"
        "class Live(Mixin, Configuration):\n    CACHES = {'default': {}}\n    setup = hook\n\n"
        "    @classmethod\n    def pre_setup(cls):\n        super().pre_setup()\n"
    )
    write_tree(project, {"conf/live.py": text})
    assert main(["settings", "--settings", "conf.live:Live"]) == 0
    assert "conf/live.py:" in capsys.readouterr().out
