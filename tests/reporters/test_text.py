"""What the report for people says beyond code frames (those are in test_cli.py)."""

import re
from pathlib import Path

import pytest

from cachelint.cli import main
from cachelint.cli.output import wants_links
from tests.conftest import write_tree
from tests.reporters.conftest import Render

BACKEND = "{'BACKEND': 'django.core.cache.backends.locmem.LocMemCache'}"
MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf.local')\n"
WSGI = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf.live')\n"
TREE = {
    "manage.py": MANAGE,
    "conf/__init__.py": "",
    "conf/wsgi.py": WSGI,
    "conf/local.py": f"CACHES = {{'default': {BACKEND}, 'search': {BACKEND}}}\n",
    "conf/live.py": f"CACHES = {{'default': {BACKEND}}}\n",
}
HEAD = (
    "from django.core.cache import caches\nfrom django.core.cache import InvalidCacheBackendError\n"
)


def verdict(folder: Path, code: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    write_tree(folder, {**TREE, "shop.py": HEAD + code})
    main(["check"])
    out = capsys.readouterr().out
    return re.findall(r"^With .*\n  .*$", out, re.MULTILINE)


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_verdict_names_environment_place_and_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verdict(tmp_path, "x = caches['search']\n", capsys) == [
        "With conf.live every command dies that imports shop.py:3: try\n"
        "  python manage.py check --settings=conf.live"
    ]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("def f():\n    return caches['search']\n", id="in a function"),
        pytest.param("try:\n    x = caches['search']\nexcept InvalidCacheBackendError:\n    x = None\n", id="caught"),
        pytest.param("if 'search' in caches:\n    x = caches['search']\n", id="asked for"),
        pytest.param("import os\nif os.getenv('S'):\n    x = caches['search']\n", id="perhaps"),
        pytest.param("from django.utils.connection import ConnectionProxy\nx = ConnectionProxy(caches, 'search')\n", id="lazy"),
        pytest.param("x = caches['default']\n", id="there"),
    ],
)  # fmt: skip
def test_no_verdict_where_the_import_may_succeed(
    code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verdict(tmp_path, code, capsys) == []


def test_an_alias_that_is_nowhere_kills_every_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = verdict(tmp_path, "x = caches['nowhere']\n", capsys)
    assert [line.split()[1] for line in found] == ["conf.live", "conf.local"]


def test_many_places_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = verdict(tmp_path, "x = caches['search']\n" * 5, capsys)
    assert "imports shop.py:3, shop.py:4, shop.py:5 or 2 more: try" in line


def test_quiet_and_verbose(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_tree(tmp_path, {**TREE, "shop.py": HEAD + "x = caches['search']\n"})
    write_tree(tmp_path, {"conf/open.py": "CACHES = {}\nexec(open('x').read())\n", "pyproject.toml": "[tool.cachelint]\n"
        "settings = ['conf.live', 'conf.open']\n"})  # fmt: skip
    assert main(["check"]) == 1
    normal = capsys.readouterr()
    assert main(["check", "-q"]) == 1
    quiet = capsys.readouterr()
    assert main(["check", "--verbose"]) == 1
    verbose = capsys.readouterr()
    assert normal.out.startswith(quiet.out)
    assert "Found" not in quiet.out and quiet.err == ""
    assert verbose.out == normal.out
    assert verbose.err.removeprefix(normal.err).splitlines() == [
        f"configuration: {tmp_path / 'pyproject.toml'}",
        "settings: conf.live (deployable, closed) conf/live.py",
        "settings: conf.open (local, open) conf/open.py",
        "files: 7 searched, 4 with cache code",
    ]
    with pytest.raises(SystemExit):
        main(["check", "-q", "-v"])


def test_places_are_links_where_the_terminal_can(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(tmp_path, {"a b.py": HEAD + "x = caches['a']\n"})
    main(["check", "--color", "always"])
    assert "\033]8" not in capsys.readouterr().out
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    main(["check"])
    out = capsys.readouterr().out
    uri = (tmp_path / "a b.py").as_uri()
    assert f"--> \033]8;;{uri}\033\\a b.py:3:5\033]8;;\033\\\n" in out
    monkeypatch.setenv("FORCE_HYPERLINK", "0")
    main(["check"])
    assert "\033]8" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("environment", "can"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7402"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "3405"}, False),
        ({"TERM_PROGRAM": "vscode"}, True),
        ({"TERM_PROGRAM": "vscode", "NO_COLOR": "1"}, False),
    ],
)
def test_terminals_that_show_links(
    environment: dict[str, str], can: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FORCE_HYPERLINK", "NO_COLOR", "TERM", "TERM_PROGRAM", "VTE_VERSION", "WT_SESSION",
                 "KONSOLE_VERSION"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert wants_links("auto") is can


def test_a_file_gets_no_colours(tmp_path: Path, render: Render) -> None:
    assert "\033" not in render("text", "shop")
    assert "\033" in render("text", "shop", "--color", "always")
