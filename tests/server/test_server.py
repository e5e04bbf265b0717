"""``cachelint server``, with a real client over standard input and output."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cachelint.cli import main
from cachelint.fix.helper import helper_source
from cachelint.rules import all_rules
from tests.conftest import write_tree
from tests.server.client import Client, Json, codes, edited

SETTINGS = "CACHES = {'default': {'BACKEND': 'django.core.cache.backends.dummy.DummyCache'}}\n"
MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'p.settings')\n"
PROJECT = {
    "manage.py": MANAGE,
    "p/__init__.py": "",
    "p/settings.py": SETTINGS,
    "pyproject.toml": "[tool.cachelint]\n",
}
IMPORT = "from django.core.cache import caches\n"
FROZEN = f"{IMPORT}store = caches['default']\n"
LATE = f"{IMPORT}\n\ndef read(key):\n    return caches['carts'].get(key)\n"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    client = Client(tmp_path_factory.mktemp("workspace"))
    yield client
    assert client.stop() == 0


@pytest.fixture(scope="module")
def plain_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """One that counts bytes and can do next to nothing; it goes without a word."""
    client = Client(
        tmp_path_factory.mktemp("workspace"),
        {
            "general": {"positionEncodings": ["utf-8", "utf-16"]},
            "textDocument": {"codeAction": {"disabledSupport": True}},
        },
    )
    yield client
    assert client.exit() == 1, "nobody asked to shut down"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_tree(tmp_path, PROJECT)
    return tmp_path


def everywhere(text: str) -> Json:
    return {
        "start": {"line": 0, "character": 0},
        "end": {"line": text.count("\n") + 1, "character": 0},
    }


def test_unsaved_text_is_judged(client: Client, project: Path) -> None:
    path = project / "p" / "new.py"
    (found,) = client.open(path, FROZEN)
    assert (found["code"], found["severity"], found["source"]) == ("CCH101", 1, "cachelint")
    assert found["range"] == {
        "start": {"line": 1, "character": 8},
        "end": {"line": 1, "character": 25},
    }
    assert "tags" not in found and "\nhelp: " in found["message"]
    assert not path.exists()
    assert client.change(path, IMPORT) == []
    assert codes(client.change(path, FROZEN, 3)) == ["CCH101"]


def test_columns_count_units_of_utf_16(client: Client, project: Path) -> None:
    path = project / "p" / "wide.py"
    text = f"{IMPORT}x = '\N{SLICE OF PIZZA}é', caches['default']\n"
    (found,) = client.open(path, text)
    place = found["range"]
    line = text.splitlines()[1].encode("utf-16-le")
    start, end = place["start"]["character"], place["end"]["character"]
    assert line[2 * start : 2 * end].decode("utf-16-le") == "caches['default']"


def test_a_client_may_count_bytes(plain_client: Client, project: Path) -> None:
    text = f"{IMPORT}x = '\N{SLICE OF PIZZA}é', caches['default']\n"
    (found,) = plain_client.open(project / "p" / "wide.py", text)
    start = found["range"]["start"]["character"]
    assert text.splitlines()[1].encode()[start:].startswith(b"caches[")


def test_lines_end_where_the_protocol_says(client: Client, project: Path) -> None:
    path = project / "p" / "feeds.py"
    text = FROZEN.replace("store", "a = '\x0c\u2028'\r\n\x0cstore")
    (found,) = client.open(path, text)
    assert found["range"]["start"]["line"] == 2
    (found,) = client.change(path, "\n" + text)
    assert found["range"]["start"]["line"] == 3


def test_evidence_is_related_information(client: Client, project: Path) -> None:
    write_tree(project, {"p/stores.py": IMPORT, "p/live.py": SETTINGS, "p/wsgi.py": MANAGE})
    path = project / "p" / "a.py"
    (found,) = client.open(path, "from p.stores import caches\nx = caches['default']\n")
    (related,) = found["relatedInformation"]
    assert related["location"]["uri"] == (project / "p" / "stores.py").as_uri()
    assert related["location"]["range"]["start"] == {"line": 0, "character": 30}


def test_one_finding_is_fixed_alone(client: Client, project: Path) -> None:
    write_tree(project, {"p/lazy_cache.py": "# cachelint"})
    path = project / "p" / "a.py"
    text = f"{IMPORT}from django.core.cache.backends.dummy import DummyCache\na = DummyCache()\nb = DummyCache()"
    first, second = client.open(path, text)
    action, both = client.actions(path, second["range"])
    assert action["kind"] == "quickfix" and action["isPreferred"]
    assert action["title"].startswith("CCH302: ") and action["title"].endswith(" (safe)")
    (change,) = action["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": path.as_uri(), "version": 1}
    fixed = edited(text, change["edits"])
    assert fixed == text[:-1] + '"", {})'
    (left,) = client.change(path, fixed)
    assert left["range"] == first["range"]
    assert both["kind"] == "source.fixAll.cachelint" and " 2 " in both["title"]


def test_the_helper_is_created_with_the_fix(client: Client, project: Path) -> None:
    path = project / "p" / "a.py"
    (found,) = client.open(path, FROZEN)
    action, _ = client.actions(path, found["range"])
    create, content, change = action["edit"]["documentChanges"]
    helper = project / "p" / "lazy_cache.py"
    assert (create["kind"], create["uri"]) == ("create", helper.as_uri())
    assert content["textDocument"]["version"] is None
    write_tree(project, {"p/lazy_cache.py": edited("", content["edits"])})
    assert client.change(path, edited(FROZEN, change["edits"])) == []


def test_without_new_files_the_command_is_told(plain_client: Client, project: Path) -> None:
    path, helper = project / "p" / "a.py", project / "p" / "lazy_cache.py"
    (found,) = plain_client.open(path, FROZEN)
    (action,) = plain_client.actions(path, found["range"])
    assert "edit" not in action and f"cachelint helper --write {helper}" in action["title"]
    assert action["disabled"]["reason"] in action["title"]
    helper.write_text(helper_source())
    plain_client.save(path)
    action, _ = plain_client.actions(path, found["range"])
    assert edited(FROZEN, action["edit"]["changes"][path.as_uri()]).endswith(
        "\nstore = LazyCacheWrapper('default')\n"
    )


def test_unsafe_fixes_say_why(client: Client, project: Path) -> None:
    path = project / "p" / "a.py"
    text = f"{IMPORT}\nstore = caches['default']\nis_cache = isinstance(store, dict)\n"
    (found,) = client.open(path, text)
    alone, together = client.actions(path, found["range"])
    assert " (unsafe: " in alone["title"] and "isPreferred" not in alone
    assert together["kind"] == "source.unsafeFixAll.cachelint" and "unsafe" in together["title"]
    assert client.actions(path, everywhere(text), ["source.fixAll"]) == []


def test_the_page_of_the_rule_is_shown(client: Client, project: Path) -> None:
    path = project / "p" / "a.py"
    client.open(path, FROZEN)
    hover = client.hover(path, {"line": 1, "character": 10})
    assert hover["contents"] == {"kind": "markdown", "value": all_rules()["CCH101"].page}
    assert client.hover(path, {"line": 0, "character": 3}) is None


def test_what_is_asked_is_answered_for_the_text_of_now(client: Client, project: Path) -> None:
    path = project / "p" / "a.py"
    client.open(path, IMPORT)
    client.type(path, FROZEN)
    assert client.hover(path, {"line": 1, "character": 10}) is not None


def test_changed_settings_count_before_they_are_saved(client: Client, project: Path) -> None:
    path, settings = project / "p" / "views.py", project / "p" / "settings.py"
    assert codes(client.open(path, LATE)) == ["CCH201"]
    client.open(settings)
    more = SETTINGS + "CACHES['carts'] = CACHES['default']\n"
    client.type(settings, more)
    assert client.findings(path) == []
    client.type(settings, SETTINGS, 3)
    assert codes(client.findings(path)) == ["CCH201"]


@pytest.mark.parametrize("by", ["didSave", "didChangeWatchedFiles"])
def test_saved_settings_count(client: Client, project: Path, by: str) -> None:
    """Those that the editor has saved, and those that something else has written."""
    path, settings = project / "p" / "views.py", project / "p" / "settings.py"
    assert codes(client.open(path, LATE)) == ["CCH201"]
    for text, expected in ((SETTINGS.replace("default", "carts"), []), (SETTINGS, ["CCH201"])):
        settings.write_text(text)
        if by == "didSave":
            client.save(settings)
        else:
            changes = [{"uri": settings.as_uri(), "type": 2}]
            client.tell("workspace/didChangeWatchedFiles", {"changes": changes})
        assert codes(client.findings(path)) == expected


def test_what_is_saved_counts_in_other_documents(client: Client, project: Path) -> None:
    write_tree(project, {"p/a.py": f"{IMPORT}__all__ = ['caches']\n"})
    user, used = project / "p" / "b.py", project / "p" / "a.py"
    assert codes(client.open(user, "from p.a import caches\nx = caches['default']\n")) == ["CCH101"]
    client.open(used)
    client.change(used, "caches = {}  # no cache of Django\n")
    used.write_text("caches = {}  # no cache of Django\n")
    client.save(used)
    while client.findings(user):
        pass


def test_what_was_never_saved_is_forgotten(client: Client, project: Path) -> None:
    path, settings = project / "p" / "views.py", project / "p" / "settings.py"
    client.open(settings, SETTINGS.replace("default", "carts"))
    assert client.open(path, LATE) == []
    client.tell("textDocument/didClose", {"textDocument": {"uri": settings.as_uri()}})
    assert codes(client.findings(path)) == ["CCH201"]


def test_a_settings_file_is_judged_as_it_is_written(client: Client, project: Path) -> None:
    path = project / "p" / "settings.py"
    assert client.open(path) == []
    (found,) = client.change(path, "\n" + SETTINGS.replace("dummy.D", "dumy.D"))
    assert (found["code"], found["range"]["start"]["line"]) == ("CCH402", 1)


def test_a_broken_configuration_is_told_once(client: Client, project: Path) -> None:
    path = project / "p" / "a.py"
    write_tree(project, {"pyproject.toml": "[tool.cachelint]\nselekt = []\n"})
    assert client.open(path, FROZEN) == []
    said = client.hear("window/showMessage")
    assert said["type"] == 1 and 'unknown key "selekt"' in said["message"]
    client.change(path, FROZEN + "\n")
    write_tree(project, {"pyproject.toml": "[tool.cachelint]\nselect = ['CCH1']\n"})
    client.save(project / "pyproject.toml")
    while not (found := client.findings(path)):
        pass
    assert codes(found) == ["CCH101"]
    shown = [one for one in client.heard.queue if one["method"] == "window/showMessage"]
    assert not shown


def test_ignored_and_known_findings_are_not_shown(
    client: Client, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(project, {
        "pyproject.toml": "[tool.cachelint]\nexclude = ['vendor/']\nbaseline = 'known.json'\n",
        "p/a.py": FROZEN,
    })  # fmt: skip
    monkeypatch.chdir(project)
    assert main(["check", "--write-baseline", "."]) == 0
    assert client.open(project / "p" / "a.py") == []
    assert codes(client.open(project / "p" / "b.py", FROZEN)) == ["CCH101"]
    assert client.open(project / "vendor" / "a.py", FROZEN) == []
    assert client.open(project / ".venv" / "a.py", FROZEN) == []


def test_what_cannot_be_parsed_is_told(client: Client, project: Path) -> None:
    (found,) = client.open(project / "p" / "a.py", f"{IMPORT}x = caches[\n")
    assert found["code"] == "CCH001"
    assert client.open(project / "p" / "b.py", "x = [\n") == [], "it has no cache word"


def test_encodings_are_those_of_the_file(client: Client, project: Path) -> None:
    text = f"# coding: latin-1\n{IMPORT}x = 'é', caches['default']\n"
    path = project / "p" / "a.py"
    path.write_bytes(text.encode("latin-1"))
    (found,) = client.open(path, text)
    assert found["range"]["start"]["character"] == 9
    action, _ = client.actions(path, found["range"])
    assert "'é', LazyCacheWrapper" in edited(text, action["edit"]["documentChanges"][-1]["edits"])


def test_templates_are_judged(client: Client, project: Path) -> None:
    path = project / "p" / "templates" / "a.html"
    text = "{% load cache %}{% cache 9 x using='nope' %}{% endcache %}\n"
    assert codes(client.open(path, text, "html")) == ["CCH204"]


def test_the_language_counts_where_the_name_does_not(client: Client, project: Path) -> None:
    assert codes(client.open(project / "script", FROZEN)) == ["CCH101"]
    assert client.open(project / "pyproject.toml", "cache = [", "toml") == []


def test_a_closed_document_has_no_findings(client: Client, project: Path) -> None:
    path = project / "p" / "a.py"
    assert client.open(path, FROZEN)
    client.tell("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})
    assert client.findings(path) == []


def test_without_pygls_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    program = (
        "import importlib.util as util, sys\nfind = util.find_spec\n"
        "util.find_spec = lambda name, *a: None if name == 'pygls' else find(name, *a)\n"
        "from cachelint.cli import main\nsys.exit(main(['server']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8")
    assert done.returncode == 2
    assert 'python -m pip install "cachelint[server]"' in done.stderr
