"""What is active, what loads, what differs, which versions and scripts do not fit."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from cachelint.config import Configuration
from cachelint.doctor import CannotLookError, Options, examine
from tests.conftest import ROOT, write_tree
from tests.doctor.conftest import as_json, doctor, project
from tests.warm import Warm

LOCAL = """CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}\n"""
PLAIN = f"SECRET_KEY = 'x'\n{LOCAL}"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which a project is examined within this process."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("DJANGO_")]:
        monkeypatch.delenv(name)
    return tmp_path


def test_a_sound_project(tmp_path: Path) -> None:
    outcome = doctor(project(tmp_path, PLAIN))
    assert (outcome.code, outcome.error) == (0, "")
    assert outcome.out.startswith("cachelint doctor runs the project: ")
    assert "Active     conf.settings, chosen by manage.py:3, management commands" in outcome.out
    assert outcome.out.endswith("\nSound.\n")
    assert not list(tmp_path.rglob("__pycache__"))


def test_the_shop(projects: Path) -> None:
    """Local settings are asked, those of production loaded: they lack an alias that is used."""
    outcome = as_json(projects / "shop")
    local, production = outcome.document["environments"]
    assert outcome.code == 1
    assert (local["module"], local["asked"]) == ("shop.settings.local", True)
    assert (production["module"], production["asked"]) == ("shop.settings.production", False)
    assert "search" not in production["aliases"]
    assert production["aliases"]["default"]["ping"] is None
    assert {fault["place"] for fault in outcome.document["faults"]} == {
        "shop/search/index.py:12", "shop/search/terms.py:14"
    }  # fmt: skip
    assert any(
        line == '"search" is in shop.settings.local, and not in shop.settings.production'
        for line in outcome.document["differences"]
    )


# Who chooses


def test_the_variable_chooses(tmp_path: Path) -> None:
    folder = project(tmp_path, PLAIN, {"conf/live.py": PLAIN})
    outcome = as_json(folder, DJANGO_SETTINGS_MODULE="conf.live")
    assert outcome.document["active"] == {
        "module": "conf.live",
        "chosen_by": "the environment variable DJANGO_SETTINGS_MODULE",
    }
    assert outcome.code == 0


def test_an_empty_variable_stops_every_command(tmp_path: Path) -> None:
    outcome = as_json(project(tmp_path, PLAIN), DJANGO_SETTINGS_MODULE="")
    assert "is set, but empty" in outcome.fault("empty-variable")["message"]


def test_manage_may_not_ask_the_variable(tmp_path: Path) -> None:
    manage = "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'conf.settings'\n"
    folder = project(tmp_path, PLAIN, {"conf/live.py": PLAIN, "manage.py": manage})
    fault = as_json(folder, DJANGO_SETTINGS_MODULE="conf.live").fault("ignored-variable")
    assert fault["place"] == "manage.py:2"


def test_a_variable_that_names_nothing(tmp_path: Path) -> None:
    outcome = as_json(project(tmp_path, PLAIN), DJANGO_SETTINGS_MODULE="conf.nowhere")
    fault = outcome.fault("settings")
    assert fault["message"] == (
        "the settings cannot be loaded: there is no module `conf.nowhere`"
    )  # fmt: skip
    assert outcome.code == 1


def test_settings_by_name(tmp_path: Path) -> None:
    folder = project(tmp_path, PLAIN, {"conf/live.py": PLAIN})
    outcome = as_json(folder, "--settings", "conf.live", "--settings", "conf.settings")
    assert [e["module"] for e in outcome.document["environments"]] == ["conf.live", "conf.settings"]
    assert all(e["asked"] for e in outcome.document["environments"])
    unknown = doctor(folder, "--settings", "conf.lvie")
    assert (unknown.code, unknown.out) == (2, "")
    assert 'did you mean "conf.live"?' in unknown.error


# What does not load


def test_settings_that_lack_a_variable(tmp_path: Path) -> None:
    outcome = as_json(project(tmp_path, "import os\nSECRET_KEY = os.environ['NOT_THERE']\n"))
    message = outcome.fault("settings")["message"]
    assert message == "the settings cannot be loaded: KeyError: 'NOT_THERE' (conf/settings.py:2)"


def test_an_error_in_the_settings_shows_no_value(tmp_path: Path) -> None:
    outcome = as_json(project(tmp_path, "PORT = int('s3cret-value')\n"))
    assert "ValueError (conf/settings.py:1)" in outcome.fault("settings")["message"]
    assert "s3cret" not in outcome.out


def test_another_environment_need_not_load(tmp_path: Path) -> None:
    live = "import os\nKEY = os.environ['NOT_THERE']\n"
    wsgi = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf.live')\n"
    outcome = as_json(project(tmp_path, PLAIN, {"conf/live.py": live, "conf/wsgi.py": wsgi}))
    assert outcome.code == 0
    assert outcome.document["environments"][1]["error"].startswith("KeyError")


def test_an_app_that_does_not_start(tmp_path: Path) -> None:
    settings = f"{PLAIN}INSTALLED_APPS = ['app']\nROOT_URLCONF = 'conf.urls'\n"
    models = "from django.core.cache import caches\nSTORE = caches['nope']\n"
    folder = project(tmp_path, settings, {"app/__init__.py": "", "app/models.py": models})
    outcome = as_json(folder)
    assert "InvalidCacheBackendError" in outcome.fault("setup")["message"]
    assert "(app/models.py:2)" in outcome.fault("setup")["message"]
    assert outcome.document["environments"][0]["aliases"]["default"]["ping"]["fault"] is None


def test_settings_that_hang_are_ended(here: Path) -> None:
    project(here, f"{PLAIN}import time\ntime.sleep(60)\n")
    start = time.monotonic()
    found = examine(".", Configuration(), Options(sys.executable, 1, 2))
    assert time.monotonic() - start < 20
    assert found.patients[0].error == (
        "no answer: loading the settings does not end within 2 seconds"
    )  # fmt: skip


def test_an_app_that_hangs_keeps_no_cache_from_being_asked(here: Path) -> None:
    app = "import time\ntime.sleep(60)\n"
    project(here, f"{PLAIN}INSTALLED_APPS = ['app']\n", {"app/__init__.py": app})
    found = examine(".", Configuration(), Options(sys.executable, 1, 3))
    assert [fault.message for fault in found.all_faults] == [
        "django.setup() does not end within 3 seconds"
    ]
    assert found.patients[0].caches[0].milliseconds is not None


def test_settings_that_end_the_process(here: Path) -> None:
    project(here, f"{PLAIN}import os\nos._exit(0)\n")
    found = examine(".", Configuration(), Options(sys.executable, 1, 20))
    assert found.patients[0].error == "no answer: loading the settings ends the process"


def test_what_the_project_prints_is_no_answer(tmp_path: Path) -> None:
    outcome = as_json(project(tmp_path, f"{PLAIN}print('hello')\nimport os\nos.write(1, b'x')\n"))
    assert outcome.code == 0


def test_variables_that_the_settings_bring_themselves(tmp_path: Path) -> None:
    """As from a .env file: what counts is what is set when they have been loaded."""
    settings = (
        "import os\nSECRET_KEY = 'x'\nos.environ['FOLDER'] = '{folder}'\n"
        "CACHES = {{'default': {{'BACKEND': 'django.core.cache.backends.filebased.FileBasedCache',"
        " 'LOCATION': f\"{base}/{{os.getenv('FOLDER')}}\"}}}}\n"
    )
    assert as_json(project(tmp_path, settings.format(base=tmp_path, folder="x"))).code == 0
    outcome = as_json(project(tmp_path, settings.format(base=tmp_path, folder="")))
    assert outcome.fault("empty-variable", "default")["place"] == "conf/settings.py:4"


# What it looks with


def test_no_settings_at_all(here: Path) -> None:
    with pytest.raises(CannotLookError, match="no settings module found"):
        examine(".", Configuration(), Options(sys.executable))


def test_a_python_that_is_not_there(tmp_path: Path) -> None:
    outcome = doctor(project(tmp_path, PLAIN), "--python", "no/such/python")
    assert (outcome.code, outcome.out) == (2, "")
    assert "no/such/python cannot be started" in outcome.error


def test_a_python_that_is_none(tmp_path: Path) -> None:
    outcome = doctor(project(tmp_path, PLAIN), "--python", "false")
    assert outcome.code == 2
    assert "false is no Python" in outcome.error


def test_a_python_without_django(tmp_path: Path) -> None:
    (tmp_path / "stand-in").mkdir()
    (tmp_path / "stand-in" / "django.py").write_text("raise ImportError('none')\n")
    path = os.pathsep.join([str(tmp_path / "stand-in"), str(ROOT)])
    outcome = doctor(project(tmp_path / "p", PLAIN), PYTHONPATH=path)
    assert outcome.code == 2
    assert "Django is not installed for" in outcome.error


# Versions and scripts


def test_versions_that_do_not_fit(tmp_path: Path) -> None:
    write_tree(
        tmp_path / "packages",
        {
            "django_redis-5.4.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: django-redis\n"
            "Version: 5.4.0\nRequires-Dist: Django >=3.2\n"
            "Requires-Dist: redis !=4.0.0,!=4.0.1,>=3\nRequires-Dist: hiredis<1; extra == 'x'\n",
            "redis-2.10.6.dist-info/METADATA": "Metadata-Version: 2.1\nName: redis\n"
            "Version: 2.10.6\n",
        },
    )
    path = os.pathsep.join([str(tmp_path / "packages"), str(ROOT)])
    outcome = as_json(project(tmp_path / "p", PLAIN), PYTHONPATH=path)
    assert outcome.document["versions"]["redis"] == "2.10.6"
    messages = {f["message"] for f in outcome.document["faults"] if f["kind"] == "versions"}
    assert len(messages) == 2
    assert (
        "django-redis 5.4.0 requires redis!=4.0.0,!=4.0.1,>=3, and redis 2.10.6 is installed"
        in messages
    )
    assert any(
        message.endswith("requires redis>=3.0.0, and redis 2.10.6 is installed")
        for message in messages
    )


SCRIPTS = {
    "scripts/bad.py": "from django.core.cache import cache\nif __name__ == '__main__':\n    cache.get('x')\n",
    "scripts/models.py": "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'conf.settings'\n"
    "from app.models import Thing\nif __name__ == '__main__':\n    print(Thing)\n",
    "app/program.py": "#!/usr/bin/env python\nfrom django.conf import settings\n"
    "if __name__ == '__main__':\n    print(settings)\n",
    # What follows is fine.
    "app/management/commands/count.py": "#!/usr/bin/env python\nfrom django.conf import settings\n"
    "print(settings, __name__ == '__main__')\n",
    "app/management/commands/__init__.py": "",
    "scripts/named.py": "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'conf.settings'\n"
    "from django.core.cache import cache\nif __name__ == '__main__':\n    cache.get('x')\n",
    "scripts/good.py": "import django\ndjango.setup()\nfrom django.core.cache import cache\n"
    "if __name__ == '__main__':\n    cache.get('x')\n",
    "scripts/start.py": "import django\ndjango.setup()\n",
    "scripts/through.py": "import start\nfrom app.models import Thing\nif __name__ == '__main__':\n    print(Thing)\n",
    "app/__init__.py": "",
    "app/tools.py": "from django.conf import settings\nif __name__ == '__main__':\n    print(settings)\n",
    "scripts/test_it.py": "from django.conf import settings\nif __name__ == '__main__':\n    print(settings)\n",
    "scripts/fields.py": "from django.db.models import Q\nif __name__ == '__main__':\n    print(Q)\n",
}  # fmt: skip


def test_scripts_that_do_not_start_django(tmp_path: Path) -> None:
    outcome = as_json(project(tmp_path, PLAIN, SCRIPTS))
    faults = {f["place"]: f["message"] for f in outcome.document["faults"]}
    assert sorted(faults) == ["app/program.py:2", "scripts/bad.py:1", "scripts/models.py:3"]
    assert "ends with ImproperlyConfigured" in faults["scripts/bad.py:1"]
    assert "ends with AppRegistryNotReady" in faults["scripts/models.py:3"]


def test_with_the_variable_settings_can_be_read_anywhere(tmp_path: Path) -> None:
    folder = project(tmp_path, PLAIN, {"scripts/bad.py": SCRIPTS["scripts/bad.py"]})
    assert as_json(folder, DJANGO_SETTINGS_MODULE="conf.settings").code == 0


@pytest.mark.parametrize("name", ["bad.py", "models.py", "named.py", "good.py", "through.py"])
def test_scripts_really_end_so(tmp_path: Path, name: str, warm_django: Warm) -> None:
    """What is said of scripts is what happens when they are started."""
    app = {"app/models.py": "from django.db import models\nclass Thing(models.Model):\n    pass\n"}
    folder = project(tmp_path, f"{PLAIN}INSTALLED_APPS = ['app']\n", {**SCRIPTS, **app})
    (folder / "scripts" / "start.py").write_text(
        "import os, django\nos.environ['DJANGO_SETTINGS_MODULE'] = 'conf.settings'\ndjango.setup()\n"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO_")}
    variables = {"DJANGO_SETTINGS_MODULE": "conf.settings"} if name == "good.py" else {}
    # As with the folder in PYTHONPATH.
    (folder / "run.py").write_text(
        f"import runpy, sys\nsys.path.insert(0, 'scripts')\nsys.argv = ['scripts/{name}']\n"
        f"runpy.run_path('scripts/{name}', run_name='__main__')\n"
    )
    done = warm_django.run(folder / "run.py", environment={**environment, **variables})
    ends = {"bad.py": "ImproperlyConfigured", "models.py": "AppRegistryNotReady"}
    assert ends.get(name, "") in done.stderr
    assert (done.returncode == 0) is (name not in ends), done.stderr
