"""Which settings modules a project has, what they are for, and who says so."""

import os
from pathlib import Path

import pytest

from cachelint.config import ConfigurationError
from cachelint.modules import Modules
from cachelint.settings.locate import Located, Locator, locate
from tests.conftest import Tree, write_tree

BASE = "INSTALLED_APPS = []\nROOT_URLCONF = 'shop.urls'\n"
STAR = "from .base import *\n"
MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', '{}')\n"
PACKAGE: Tree = {
    "shop/__init__.py": "",
    "shop/settings/__init__.py": "",
    "shop/settings/base.py": BASE,
    "shop/settings/local.py": STAR,
    "shop/settings/production.py": STAR,
    "shop/settings/test.py": STAR,
}


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def find(tree: Tree, start: str = ".", configured: tuple[str, ...] = ()) -> Located:
    write_tree(Path(), {".git/HEAD": "", **tree})
    return locate(start, Modules(), configured, origin="pyproject.toml", row=7)


def roles(located: Located) -> dict[str, str]:
    return {module.label: module.role.value for module in located.modules}


def notes(located: Located) -> list[str]:
    return [f"{c.place.path}:{c.place.row}: {c.message}" for c in located.unresolved]


# Who names a settings module


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("manage.py", MANAGE, "management commands run with it"),
        ("shop/wsgi.py", MANAGE, "the server runs with it"),
        ("shop/asgi.py", MANAGE, "the server runs with it"),
        ("wsgi/app.py", MANAGE, "the server runs with it"),
        ("shop/celery.py", MANAGE, "workers run with it"),
        ("shop/celery/__init__.py", MANAGE, "workers run with it"),
        ("conftest.py", MANAGE, "tests run with it"),
        ("runtests.py", MANAGE, "tests run with it"),
        ("tests/__init__.py", MANAGE, "tests run with it"),
        ("pytest.ini", "[pytest]\nDJANGO_SETTINGS_MODULE = {}\n", "tests run with it"),
        ("pytest.ini", "[pytest]\naddopts = -q\n    --ds={} -x\n", "tests run with it"),
        ("pytest.ini", "[pytest]\nenv =\n  D:DJANGO_SETTINGS_MODULE={}\n", "tests run with it"),
        ("tox.ini", "[testenv]\nsetenv =\n  pil: DJANGO_SETTINGS_MODULE={}\n", "tests run with it"),
        ("tox.ini", "x = {{env:DJANGO_SETTINGS_MODULE:{}}}\n", "tests run with it"),
        ("setup.cfg", "[tool:pytest]\nDJANGO_SETTINGS_MODULE={}\n", "tests run with it"),
        (
            "pyproject.toml",
            "[tool.pytest.ini_options]\nDJANGO_SETTINGS_MODULE = '{}'\n",
            "tests run with it",
        ),
        (
            "pyproject.toml",
            '[tool.django-stubs]\ndjango_settings_module = "{}"\n',
            "the type checker reads it",
        ),
        ("mypy.ini", "[m]\ndjango_settings_module = {}\n", "the type checker reads it"),
        (".github/workflows/ci.yml", "env:\n  DJANGO_SETTINGS_MODULE: {}\n", "tests run with it"),
        (".gitlab-ci.yml", "script: [./manage.py test --settings={}]\n", "tests run with it"),
        ("Dockerfile", "FROM x\nENV DJANGO_SETTINGS_MODULE {}\n", "what deploys it says so"),
        ("Dockerfile", "ENV A=1 DJANGO_SETTINGS_MODULE={} B=2\n", "what deploys it says so"),
        ("docker/web.Dockerfile", "ENV DJANGO_SETTINGS_MODULE='{}'\n", "what deploys it says so"),
        ("docker-compose.yml", "x:\n  - DJANGO_SETTINGS_MODULE={}\n", "what deploys it says so"),
        ("compose.prod.yaml", "x:\n  DJANGO_SETTINGS_MODULE: '{}'\n", "what deploys it says so"),
        (
            "compose.yml",
            "DJANGO_SETTINGS_MODULE: ${{DJANGO_SETTINGS_MODULE:-{}}}\n",
            "what deploys it says so",
        ),
        (
            "k8s/deployment.yaml",
            "- name: DJANGO_SETTINGS_MODULE\n  value: {}\n",
            "what deploys it says so",
        ),
        (".env", "DJANGO_SETTINGS_MODULE={}\n", "what deploys it says so"),
        (".envs/.production/.django", "DJANGO_SETTINGS_MODULE={}\n", "what deploys it says so"),
        ("Procfile", "web: DJANGO_SETTINGS_MODULE={} gunicorn x\n", "what deploys it says so"),
        ("Procfile", "release: manage.py migrate --settings {}\n", "what deploys it says so"),
        (
            "app.json",
            '{{"env": {{"DJANGO_SETTINGS_MODULE": {{"description": "x", "value": "{}"}}}}}}\n',
            "what deploys it says so",
        ),
        (
            "deploy/web.service",
            '[Service]\nEnvironment="DJANGO_SETTINGS_MODULE={}"\n',
            "what deploys it says so",
        ),
        ("uwsgi.ini", "[uwsgi]\nenv = DJANGO_SETTINGS_MODULE={}\n", "what deploys it says so"),
        ("Makefile", "run:\n\tmanage.py runserver --settings={}\n", "a script runs with it"),
        ("bin/run.sh", 'export DJANGO_SETTINGS_MODULE="{}"\n', "a script runs with it"),
    ],
)
def test_who_names_it(name: str, text: str, expected: str) -> None:
    tree = {"shop/__init__.py": "", "shop/config.py": BASE, name: text.format("shop.config")}
    (module,) = find(tree).modules
    (mention,) = module.found_by
    row = text[: text.index("{}")].count("\n") + 1
    assert (module.module, module.path) == ("shop.config", "shop/config.py")
    assert (mention.path, mention.row, mention.reason) == (name, row, expected)
    assert (module.root, module.project, module.configuration) == (".", ".", None)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tox.ini", "#   DJANGO_SETTINGS_MODULE=shop.config\n"),
        ("manage.py", "# os.environ['DJANGO_SETTINGS_MODULE'] = 'shop.config'\n"),
        ("manage.py", "'''os.environ['DJANGO_SETTINGS_MODULE'] = 'shop.config' '''\n"),
        ("run.sh", "export DJANGO_SETTINGS_MODULE\nshop.config\n"),
        ("docker-compose.yml", "- DJANGO_SETTINGS_MODULE\n- shop.config\n"),
        ("docker-compose.yml", "DJANGO_SETTINGS_MODULE: ${SETTINGS}\n"),
        ("Makefile", "isort --settings-path=shop.config\n"),
        ("bin/run.sh", "x --settings=shop.config/x\n"),
        ("shop/views.py", MANAGE.format("shop.config")),
        ("shop/managers.py", MANAGE.format("shop.config")),
        ("env.py", MANAGE.format("shop.config")),
        ("mypy.ini", "django_settings_module = shop\n"),
    ],
)
def test_who_does_not(name: str, text: str) -> None:
    found = find({"shop/__init__.py": "", "shop/config.py": BASE, name: text})
    assert (found.modules, found.unresolved) == ((), ())


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("os.environ['DJANGO_SETTINGS_MODULE'] = 'shop.a'", {"a"}),
        ("os.environ.setdefault('DJANGO_SETTINGS_MODULE', value='shop.a')", {"a"}),
        ("os.environ.update(DJANGO_SETTINGS_MODULE='shop.a')", {"a"}),
        ("os.environ.update({'DJANGO_SETTINGS_MODULE': 'shop.a'})", {"a"}),
        ("os.environ |= {'DJANGO_SETTINGS_MODULE': 'shop.a'}", {"a"}),
        ("os.putenv('DJANGO_SETTINGS_MODULE', 'shop.a')", {"a"}),
        ("s = os.environ.get('DJANGO_SETTINGS_MODULE', 'shop.a')", {"a"}),
        ("s = os.getenv('DJANGO_SETTINGS_MODULE', default='shop.a')", {"a"}),
        ("K = 'DJANGO_SETTINGS_MODULE'\nos.environ.setdefault(K, 'shop.a')", {"a"}),
        (
            "from django.conf import ENVIRONMENT_VARIABLE as V\nos.environ.setdefault(V, 'shop.a')",
            {"a"},
        ),
        ("s = 'shop.' + 'a'\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', s)", {"a"}),
        ("s = 'a' if x else 'b'\nos.environ['DJANGO_SETTINGS_MODULE'] = f'shop.{s}'", {"a", "b"}),
        (
            "s = 'shop.a'\nif x: s = 'shop.b'\nos.environ['DJANGO_SETTINGS_MODULE'] = s",
            {"a", "b"},
        ),
        ("os.environ['DJANGO_SETTINGS_MODULE'] = 'shop.%s' % os.environ.get('E', 'a')", {"a"}),
        ("os.environ['DJANGO_SETTINGS_MODULE'] = 'shop.{}'.format(os.getenv('E', 'a'))", {"a"}),
        ("os.environ['DJANGO_SETTINGS_MODULE'] = '.'.join(['shop', 'a'])", {"a"}),
        ("os.environ['DJANGO_SETTINGS_MODULE'] = 'shop.' + os.getenv('E', 'A').lower()", {"a"}),
        (
            "M = {'x': 'shop.a', 'y': 'shop.b'}\n"
            "os.environ['DJANGO_SETTINGS_MODULE'] = M[os.environ['E']]",
            {"a", "b"},
        ),
        (
            "M = {'x': 'shop.a'}\nos.environ['DJANGO_SETTINGS_MODULE'] = M.get(e, 'shop.b')",
            {"a", "b"},
        ),
        (
            "os.environ['DJANGO_SETTINGS_MODULE'] = (\n"
            "    os.environ.get('DJANGO_SETTINGS_MODULE') or 'shop.a')",
            {"a"},
        ),
        (
            "def choose():\n    return 'shop.a'\nos.environ['DJANGO_SETTINGS_MODULE'] = choose()",
            {"a"},
        ),
        (
            "def main(module='shop.a'):\n    os.environ['DJANGO_SETTINGS_MODULE'] = module\n"
            "def dev(): main('shop.b')\n",
            {"a", "b"},
        ),
        (
            "class E(Enum):\n    DEV = 'shop.a'\n"
            "os.environ['DJANGO_SETTINGS_MODULE'] = E.DEV.value",
            {"a"},
        ),
        (
            "from shop.names import NAME\nos.environ['DJANGO_SETTINGS_MODULE'] = NAME",
            {"a"},
        ),
        (
            "from shop import names\nfrom shop.names import choose\n"
            "os.environ['DJANGO_SETTINGS_MODULE'] = choose()",
            {"b"},
        ),
        (
            "P = os.path.basename(os.path.dirname(os.path.abspath(shop)))\n"
            "P = 'shop'\nos.environ['DJANGO_SETTINGS_MODULE'] = f'{P}.a'",
            {"a"},
        ),
        (
            "x = 'a'\n"
            + "".join(f"x{n + 1} = f'{{x{n}}}{{x{n}}}'\n" for n in range(60)).replace("x0", "x")
            + "os.environ['DJANGO_SETTINGS_MODULE'] = x60 if y else 'shop.a'",
            {"a"},
        ),
        ("x = os.environ - 99999999999\nos.environ['DJANGO_SETTINGS_MODULE'] = 'shop.a'", {"a"}),
        ("execute_from_command_line(['x', 'test', '--settings=shop.a'])", {"a"}),
        ("x = 'a'\nx = x + x\nos.environ['DJANGO_SETTINGS_MODULE'] = 'shop.a'", {"a"}),
    ],
)
def test_what_a_program_chooses(program: str, expected: set[str]) -> None:
    names = "NAME = 'shop.a'\ndef choose():\n    return 'shop.b'\n"
    tree = {"shop/__init__.py": "", "shop/names.py": names, "shop/a.py": BASE, "shop/b.py": BASE}
    found = find({**tree, "manage.py": f"import os\n{program}\n"})
    assert {module.module for module in found.modules} == {f"shop.{name}" for name in expected}


def test_a_program_without_a_name_is_followed_one_step() -> None:
    tree = {"manage.py": "from shop.setup import run\nrun()\n", "shop/__init__.py": ""}
    tree |= {"shop/setup.py": f"def run():\n    {MANAGE[10:].format('shop.conf')}"}
    (module,) = find({**tree, "shop/conf.py": BASE}).modules
    assert [(m.path, m.row) for m in module.found_by] == [("shop/setup.py", 2)]


def test_python_2_still_names_its_settings() -> None:
    tree = {"manage.py": MANAGE.format("settings") + "print 'x'\n", "settings.py": BASE}
    (module,) = find(tree).modules
    assert [(m.path, m.row) for m in module.found_by] == [("manage.py", 2)]


# What lies next to it


def test_environments_of_a_package() -> None:
    assert roles(find({"manage.py": MANAGE.format("shop.settings.local"), **PACKAGE})) == {
        "shop.settings.production": "deployable",
        "shop.settings.local": "local",
        "shop.settings.test": "test",
    }


def test_environments_next_to_a_module() -> None:
    star = "from shop.settings import *\n"
    tree = {"manage.py": MANAGE.format("shop.settings"), "shop/settings.py": BASE}
    tree |= {"shop/settings_production.py": star, "shop/test_settings.py": star}
    tree |= {"shop/local.py": star, "shop/other_settings.py": star, "shop/__init__.py": ""}
    assert roles(find(tree)) == {
        "shop.settings": "local",
        "shop.settings_production": "deployable",
        "shop.test_settings": "test",
    }


def test_what_a_named_module_takes_in_is_a_part_of_it() -> None:
    init = "from .base import *\ntry:\n    from .local import *\nexcept ImportError: pass\n"
    tree = {"manage.py": MANAGE.format("settings"), "settings/__init__.py": init}
    tree |= {"settings/base.py": BASE, "settings/local.py": "from .base import *\nDEBUG = True\n"}
    assert roles(find({**tree, "settings/dev.py": "DEBUG = True\n"})) == {"settings": "deployable"}


def test_an_environment_that_another_one_takes_in_counts() -> None:
    tree = {**PACKAGE, "shop/settings/staging.py": "from .production import *\n"}
    tree |= {"shop/wsgi.py": MANAGE.format("shop.settings.staging")}
    assert roles(find(tree))["shop.settings.production"] == "deployable"


def test_a_package_of_settings_that_says_nothing() -> None:
    found = find({"manage.py": MANAGE.format("shop.settings"), **PACKAGE})
    assert roles(found) == {
        "shop.settings.production": "deployable",
        "shop.settings.local": "local",
        "shop.settings.test": "test",
    }
    assert notes(found) == [
        'manage.py:2: names "shop.settings", which is empty; name the settings module in '
        '[tool.cachelint] settings, perhaps "shop.settings.base"'
    ]


def test_ignored_files_count_only_where_they_are_named() -> None:
    tree = {".gitignore": "local.py\n/gen/\n", "gen/wsgi.py": MANAGE.format("shop.settings.base")}
    tree |= {"shop/wsgi.py": MANAGE.format("shop.settings.production"), **PACKAGE}
    assert set(roles(find(tree))) == {"shop.settings.production", "shop.settings.test"}
    manage = {"manage.py": MANAGE.format("shop.settings.local")}
    assert "shop.settings.local" in roles(find(manage))


# What only the run knows


def test_a_name_with_a_hole_may_be_any_of_a_package() -> None:
    tree = {**PACKAGE, "shop/settings/acme.py": STAR, "shop/settings/tools.py": "X = 1\n"}
    found = find({**tree, "manage.py": "import os\nenv = os.environ['E']\n"
                  "os.environ['DJANGO_SETTINGS_MODULE'] = f'shop.settings.{env}'\n"})  # fmt: skip
    assert set(roles(found)) == {
        f"shop.settings.{n}" for n in ("acme", "local", "production", "test")
    }
    reasons = {module.found_by[0].reason for module in found.modules}
    assert reasons == {'management commands run with it, and it fits "shop.settings.*"'}
    assert notes(found) == []


def test_what_cannot_be_known_says_what_to_do() -> None:
    tree = {"manage.py": "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = read()\n"}
    tree |= {"shop/__init__.py": "", "shop/wsgi.py": MANAGE.format("live.settings")}
    found = find({**tree, "shop/settings.py": BASE})
    assert found.modules == ()
    assert notes(found) == [
        'shop/wsgi.py:2: names "live.settings", which is not in the tree; name the settings module'
        ' in [tool.cachelint] settings, perhaps "shop.settings"',
        "manage.py:2: `read()` says which settings module to take, and only the running program "
        "knows; name the settings module in [tool.cachelint] settings",
    ]


def test_neighbours_of_a_module_that_is_not_there() -> None:
    tree = {"manage.py": MANAGE.format("shop.settings"), "shop/__init__.py": ""}
    found = find({**tree, "shop/settings_dev.py": BASE})
    assert roles(found) == {"shop.settings_dev": "local"}
    assert len(found.unresolved) == 1


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"def (DJANGO_SETTINGS_MODULE", b"# coding: nope\nDJANGO_SETTINGS_MODULE"],
)
def test_files_that_cannot_be_read(content: bytes) -> None:
    names = (
        "manage.py",
        "pytest.ini",
        "tox.ini",
        "settings/local.py",
        "Dockerfile",
        "shop/wsgi.py",
    )
    tree: dict[str, str | bytes] = dict.fromkeys(names, content)
    tree |= {"settings/__init__.py": content, "conftest.py": MANAGE.format("settings")}
    assert set(roles(find(tree))) == {"settings"}


def test_templates_of_projects() -> None:
    name = "{{cookiecutter.name}}"
    tree = {
        f"{name}/manage.py": MANAGE.format("config.settings"),
        f"{name}/config/settings.py": BASE,
    }
    tree |= {"template/wsgi.py": MANAGE.format("{{ project_name }}.settings")}
    found = find(tree)
    assert (found.modules, found.unresolved) == ((), ())


# Where it is looked for


@pytest.mark.parametrize(
    ("tree", "path", "root"),
    [
        ({"manage.py": "conf.dev", "conf/dev.py": BASE}, "conf/dev.py", "."),
        ({"manage.py": "shop.conf", "src/shop/conf.py": BASE}, "src/shop/conf.py", "src"),
        ({"src/manage.py": "conf", "src/conf.py": BASE, "conf.py": ""}, "src/conf.py", "src"),
        (
            {"manage.py": "sys.path.insert(0, 'apps') or shop.conf", "apps/shop/conf.py": BASE},
            "apps/shop/conf.py",
            "apps",
        ),
        (
            {"pytest.ini": "[pytest]\npythonpath = . lib\nDJANGO_SETTINGS_MODULE=shop.conf\n"}
            | {"lib/shop/conf.py": BASE},
            "lib/shop/conf.py",
            "lib",
        ),
        (
            {"pyproject.toml": '[tool.pytest.ini_options]\npythonpath = [\n"lib"]\n'
             'DJANGO_SETTINGS_MODULE="shop.conf"\n', "lib/shop/conf.py": BASE},
            "lib/shop/conf.py",
            "lib",
        ),
        (
            {"tox.ini": "setenv =\n  PYTHONPATH = {toxinidir}/lib\n  DJANGO_SETTINGS_MODULE=conf\n"}
            | {"lib/conf.py": BASE},
            "lib/conf.py",
            "lib",
        ),
        (
            {"backend/manage.py": "", "docker-compose.yml": "DJANGO_SETTINGS_MODULE: shop.live\n"}
            | {"backend/shop/live.py": BASE},
            "backend/shop/live.py",
            "backend",
        ),
        (
            {"deploy/web.env": "DJANGO_SETTINGS_MODULE=shop.live\n", "backend/manage.py": ""}
            | {"backend/src/shop/live.py": BASE},
            "backend/src/shop/live.py",
            "backend/src",
        ),
        (
            {"tox.ini": "x = manage.py test --settings=settings\n", "tests_app/settings.py": BASE},
            "tests_app/settings.py",
            "tests_app",
        ),
        ({"t/runtests.py": "settings", "t/__init__.py": "", "t/settings.py": BASE}, "t/settings.py", "t"),
    ],
)  # fmt: skip
def test_where_it_is_importable(tree: dict[str, str], path: str, root: str) -> None:
    written = {}
    for name, content in tree.items():
        is_program = name.endswith(("manage.py", "runtests.py")) and content
        before, _, module = content.rpartition(" or ")
        prefix = f"import sys\n{before}\n" if before else ""
        written[name] = prefix + MANAGE.format(module) if is_program else content
    (module,) = find(written).modules
    assert (module.path, module.root) == (path, root)


def test_one_name_in_another_project_is_another_module() -> None:
    tree = {"a/manage.py": MANAGE.format("settings"), "a/settings.py": BASE}
    found = find({**tree, "b/manage.py": MANAGE.format("settings")})
    assert [module.path for module in found.modules] == ["a/settings.py"]
    assert [cause.place.path for cause in found.unresolved] == ["b/manage.py"]


def test_imports_of_settings_are_found_from_their_root() -> None:
    manage = "import os, sys\nHERE = os.path.dirname(os.path.abspath(__file__))\n"
    manage += "sys.path.insert(0, os.path.join(HERE, 'apps'))\n" + MANAGE.format("conf.dev")
    settings = (
        "import sys\nfrom pathlib import Path\nROOT = Path(__file__).resolve().parent.parent\n"
    )
    settings += f"sys.path.append(str(ROOT / 'vendor'))\n{BASE}"
    tree = {"manage.py": manage, "conf/dev.py": settings, "apps/shop/x.py": "", "vendor/y.py": ""}
    write_tree(Path(), {".git/HEAD": "", **tree})
    modules = Modules()
    assert modules.find("shop.x", "conf/dev.py") is None
    locate("conf/dev.py", modules)
    assert modules.find("shop.x", "conf/dev.py") == os.path.abspath("apps/shop/x.py")
    assert modules.find("y", "conf/dev.py") == os.path.abspath("vendor/y.py")


# Which project counts

TWO: Tree = {
    "a/manage.py": MANAGE.format("conf"),
    "a/conf.py": BASE,
    "b/manage.py": MANAGE.format("shop.settings"),
    "b/shop/settings.py": BASE,
    "b/shop/views.py": "",
    "common/util.py": "",
}


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("a/conf.py", {"a/conf.py"}),
        ("b/shop/views.py", {"b/shop/settings.py"}),
        ("b/shop", {"b/shop/settings.py"}),
        ("b/shop/gone.py", {"b/shop/settings.py"}),
        (".", {"a/conf.py", "b/shop/settings.py"}),
        # What belongs to no project is used by any of them.
        ("common/util.py", {"a/conf.py", "b/shop/settings.py"}),
    ],
)
def test_projects_are_kept_apart(start: str, expected: set[str]) -> None:
    found = find(TWO, start)
    assert {module.path for module in found.modules} == expected
    assert {(m.path, m.project) for m in found.modules} == {(p, p.split("/")[0]) for p in expected}


def test_a_library_has_the_settings_of_its_tests() -> None:
    tree = {"pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = tests.app.settings\n"}
    tree |= {"tests/app/manage.py": MANAGE.format("settings"), "tests/app/settings.py": BASE}
    tree |= {"example/manage.py": MANAGE.format("example.settings")}
    tree |= {"example/example/settings.py": BASE, "lib/cache.py": ""}
    assert roles(find(tree, "lib/cache.py")) == {"settings": "test"}
    assert roles(find({}, "example/example")) == {"example.settings": "local"}
    assert roles(find({}, ".")) == {"settings": "test", "example.settings": "local"}


@pytest.mark.parametrize(
    "manage",
    ["", MANAGE.format("shop.elsewhere"), "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = x()"],
)
def test_a_project_whose_settings_are_unknown_gets_no_others(manage: str) -> None:
    found = find(
        {**TWO, "b/manage.py": manage, "b/shop/settings.py": "", "manage.py": ""}, "b/x.py"
    )
    assert found.modules == ()
    assert len(found.unresolved) == bool(manage)
    assert [module.path for module in find({}, ".").modules] == ["a/conf.py"]


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"manage.py": "", "shop/settings.py": "CACHES = {}\n"}, {"shop.settings": "deployable"}),
        ({"shop/settings.py": BASE}, {"settings": "deployable"}),
        ({"shop/__init__.py": "", "shop/settings.py": BASE}, {"shop.settings": "deployable"}),
        ({"test_settings.py": BASE, "lib/settings.py": "X = 1\n"}, {"test_settings": "test"}),
        (
            {"settings/__init__.py": STAR, "settings/base.py": BASE, "settings/local.py": STAR},
            {"settings": "deployable", "settings.local": "local"},
        ),
        (
            {"settings.py": BASE, "conftest.py": MANAGE.format("other"), "other.py": BASE},
            {"other": "test"},
        ),
    ],
)
def test_where_nobody_names_any(tree: Tree, expected: dict[str, str]) -> None:
    assert roles(find(tree)) == expected


def test_virtual_environments_are_not_searched() -> None:
    program = MANAGE.format("settings")
    tree = {
        f"{name}/manage.py": program for name in ("env", "node_modules/x", "lib/site-packages/x")
    }
    tree |= {f"{os.path.dirname(name)}/settings.py": BASE for name in tree}
    found = find({**tree, "env/pyvenv.cfg": ""})
    assert (found.modules, found.unresolved) == ((), ())


def test_a_locator_looks_through_a_repository_once(monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(Path(), {".git/HEAD": "", **TWO})
    locator = Locator(Modules())
    first = locator.locate("a/conf.py")
    monkeypatch.setattr(os, "scandir", None)
    assert locator.locate("a") == first
    assert [module.path for module in locator.locate("b/shop").modules] == ["b/shop/settings.py"]


# Roles


@pytest.mark.parametrize(
    ("named_by", "expected"),
    [
        pytest.param(
            {"manage.py": "settings", "wsgi.py": "settings", "conftest.py": "settings"},
            {"settings": "deployable"},
            id="one for everything",
        ),
        pytest.param(
            {"manage.py": "conf", "wsgi.py": "other"},
            {"conf": "local", "other": "deployable"},
            id="only manage.py",
        ),
        pytest.param({"manage.py": "conf"}, {"conf": "deployable"}, id="nothing else"),
        pytest.param(
            {"manage.py": "conf", "conftest.py": "other"},
            {"conf": "deployable", "other": "test"},
            id="only tests",
        ),
        pytest.param({"wsgi.py": "dev"}, {"dev": "local"}, id="its name before who names it"),
        pytest.param(
            {"manage.py": "conf", "Dockerfile": "other", "Dockerfile.dev": "third"},
            {"conf": "local", "other": "deployable", "third": "local"},
            id="containers",
        ),
        pytest.param({"wsgi.py": "tests.conf"}, {"tests.conf": "test"}, id="below tests"),
        pytest.param({"wsgi.py": "demo.settings"}, {"demo.settings": "local"}, id="an example"),
        pytest.param(
            {"wsgi.py": "settings.prod.web"}, {"settings.prod.web": "deployable"}, id="folder"
        ),
    ],
)
def test_roles(named_by: dict[str, str], expected: dict[str, str]) -> None:
    tree = {
        name: MANAGE.format(module)
        if name.endswith(".py")
        else f"DJANGO_SETTINGS_MODULE={module}\n"
        for name, module in named_by.items()
    }
    tree |= {f"{module.replace('.', '/')}.py": BASE for module in named_by.values()}
    assert roles(find(tree)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("production", "deployable"),
        ("settings_prod", "deployable"),
        ("ProductionEU", "deployable"),
        ("staging", "deployable"),
        ("heroku", "deployable"),
        ("docker", "deployable"),
        ("k8s", "deployable"),
        ("prodsettings", "deployable"),
        ("local", "local"),
        ("dev_settings", "local"),
        ("docker_dev", "local"),
        ("test_production", "test"),
        ("settings_ci", "test"),
        ("e2e", "test"),
        ("pytest", "test"),
        # No such words: taken for what it is named by.
        ("device", "test"),
        ("not_production", "test"),
        ("latest", "test"),
        ("delivery", "test"),
    ],
)
def test_names(name: str, expected: str) -> None:
    tree = {"settings/__init__.py": "", f"settings/{name}.py": BASE}
    tree |= {"pytest.ini": f"DJANGO_SETTINGS_MODULE=settings.{name}\n"}
    assert roles(find(tree)) == {f"settings.{name}": expected}


# django-configurations

CLASSES = """\
from configurations import Configuration
class Mixin: pass
class Base(Mixin, Configuration): pass
class Build(Base): pass
class Development(Base): pass
class Production(Base): pass
class Feature(Production): pass
class ContinuousIntegration(Base): pass
class Named(Base): pass
class Storage(Mixin): pass
"""


def test_classes() -> None:
    manage = (
        MANAGE.format("shop.settings")
        + "os.environ.setdefault('DJANGO_CONFIGURATION', 'Development')\n"
    )
    tree = {"manage.py": manage, "docker-compose.yml": "x:\n  DJANGO_CONFIGURATION: Named\n"}
    found = find({**tree, "shop/settings.py": CLASSES})
    assert roles(found) == {
        "shop.settings:Feature": "deployable",
        "shop.settings:Named": "deployable",
        "shop.settings:Production": "deployable",
        "shop.settings:Development": "local",
        "shop.settings:ContinuousIntegration": "test",
    }
    mentions = {m.configuration: (m.found_by[0].path, m.found_by[0].row) for m in found.modules}
    assert mentions["Development"] == ("manage.py", 3)
    assert mentions["Named"] == ("docker-compose.yml", 2)
    assert mentions["Production"] == ("shop/settings.py", 6)


def test_classes_with_a_base_elsewhere() -> None:
    tree = {"manage.py": MANAGE.format("shop.settings.dev"), "shop/settings/base.py": CLASSES}
    tree |= {
        "shop/settings/dev.py": "from .base import Base\nfrom x import y\nclass Local(Base): pass\n"
    }
    assert roles(find(tree)) == {"shop.settings.dev:Local": "local"}


# [tool.cachelint] settings


def test_configured() -> None:
    tree = {"manage.py": MANAGE.format("shop.settings.local"), **PACKAGE}
    found = find(tree, ".", ("shop.settings.base", "shop.settings.test"))
    assert roles(found) == {"shop.settings.base": "deployable", "shop.settings.test": "test"}
    assert [(m.path, m.row) for m in found.modules[0].found_by] == [("pyproject.toml", 7)]


def test_configured_class() -> None:
    tree = {"manage.py": MANAGE.format("shop.settings"), "shop/settings.py": CLASSES}
    assert roles(find(tree, ".", ("shop.settings:Build",))) == {"shop.settings:Build": "deployable"}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("shop.settings.prodution", 'did you mean "shop.settings.production"?'),
        ("shop.setings.base", 'did you mean "shop.settings.base"?'),
        ("shop.settings.local:Dev", 'did you mean "shop.settings.local"?'),
        ("x", "found are shop.settings.production, shop.settings.local, shop.settings.test"),
    ],
)
def test_configured_and_not_there(name: str, hint: str) -> None:
    tree = {"shop/wsgi.py": MANAGE.format("shop.settings.production"), **PACKAGE}
    with pytest.raises(ConfigurationError) as caught:
        find(tree, ".", (name,))
    assert (
        str(caught.value) == f'pyproject.toml:7: settings: no module "{name}" in the tree; {hint}'
    )
