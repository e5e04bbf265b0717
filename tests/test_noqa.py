"""noqa comments that suppress nothing (CCH002): who needs them, and what the fix leaves."""

import shutil
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from cachelint.cli import main
from cachelint.config import Configuration
from cachelint.engine import Report, check_paths, check_text
from cachelint.fix import fix_text
from cachelint.rules import FileView, Rule, all_rules
from cachelint.rules.template_view import TemplateView
from cachelint.unused_noqa import UNUSED
from tests.conftest import places, write_tree
from tests.test_fixtures import FIXTURES

Check = Callable[..., Report]
HEAD = "from django.core.cache import cache, caches\n"
RULES = [pytest.param(rule, id=rule.code) for rule in all_rules().values()]


def unused(report: Report) -> list[str]:
    return [place for place in places(report) if place.endswith("CCH002")]


@pytest.mark.parametrize(
    ("line", "is_unused"),
    [
        pytest.param("x = caches['a']  # noqa: CCH101", False, id="used"),
        pytest.param("x = caches['a']  # noqa: E501, CCH101", False, id="used, beside another's"),
        pytest.param("x = caches['a']  # noqa: CCH1", False, id="the beginning of a code"),
        pytest.param("x = caches['a']  # noqa:CCH101,CCH301", True, id="one of two"),
        pytest.param("x = 1  # noqa: CCH101", True, id="nothing there"),
        pytest.param("x = 1  # noqa: CCH1", True, id="nothing that begins so"),
        pytest.param("x = 1  # noqa: CCH999", True, id="no such rule"),
        pytest.param("x = 1  # NOQA:CCH101", True, id="other spelling"),
        pytest.param("x = 1  # noqa", False, id="a bare one is everybody's"),
        pytest.param("x = 1  # noqa: E501", False, id="another tool's"),
        pytest.param("x = 1  # noqa: CCH001", False, id="cannot be suppressed"),
        pytest.param("x = 1  # noqa: CCH101, CCH002", False, id="told to be silent"),
        pytest.param("x = '# noqa: CCH101'", False, id="text"),
        pytest.param("x = '''\n# noqa: CCH101\n'''", False, id="text of several rows"),
        pytest.param("x = caches['''\na''']  # noqa: CCH101", False, id="behind a string of rows"),
        pytest.param("x = \\\n  caches['a']  # noqa: CCH101", False, id="behind a backslash"),
        pytest.param("x = [  # noqa: CCH101\n  caches['a'],  # noqa: CCH101\n]", True, id="brackets join nothing"),
        pytest.param("x = '# noqa: E1', caches['a']  # noqa: CCH101", True, id="the text counts, for flake8"),
        pytest.param("x = 1  # noqa: CCH307", False, id="in preview"),
        pytest.param("x = 1  # noqa: CCH103", True, id="of the whole project"),
        pytest.param("def f():\n    return cache.get('a')  # noqa: CCH3", False, id="no settings to be seen"),
    ],
)  # fmt: skip
def test_unused_noqa(line: str, is_unused: bool, check: Check) -> None:
    assert bool(unused(check({"a.py": f"{HEAD}{line}\n"}))) is is_unused


def test_a_file_that_is_ignored_as_a_whole(check: Check) -> None:
    assert unused(check({"a.py": f"# flake8: noqa\n{HEAD}x = 1  # noqa: CCH101\n"})) == []


@pytest.mark.parametrize(
    ("changes", "is_unused"),
    [
        ({}, True),
        ({"select": ("CCH3", "CCH002")}, False),
        ({"select": ("CCH101",)}, False),
        ({"ignore": ("CCH101",)}, False),
        ({"ignore": ("CCH002",)}, False),
        ({"per_file_ignores": (("a.py", ("CCH101",)),)}, False),
        ({"per_file_ignores": (("b.py", ("CCH101",)),)}, True),
        ({"per_file_ignores": (("a.py", ("CCH002",)),)}, False),
    ],
)
def test_only_rules_that_were_asked_count(
    changes: dict[str, tuple[str, ...]], is_unused: bool, check: Check, tmp_path: Path
) -> None:
    configuration = Configuration(base=str(tmp_path), **changes)  # type: ignore[arg-type]
    report = check({"a.py": HEAD + "x = 1  # noqa: CCH101\n"}, configuration=configuration)
    assert bool(unused(report)) is is_unused


def test_in_preview_where_preview_is_wanted(check: Check, tmp_path: Path) -> None:
    configuration = Configuration(base=str(tmp_path), preview=True)
    report = check({"a.py": HEAD + "x = 1  # noqa: CCH312\n"}, configuration=configuration)
    assert unused(report) == ["a.py:2 CCH002"]


def test_what_the_whole_project_decides_is_left_open_for_one_file(check: Check) -> None:
    tree = {"a.py": HEAD + "def f():\n    return 1\nx = f()  # noqa: CCH103\n"}
    assert unused(check(tree, "a.py")) == []
    assert unused(check(tree)) == ["a.py:4 CCH002"]


def test_a_comment_on_a_call_is_used_when_the_project_says_so(check: Check) -> None:
    tree = {
        "a.py": HEAD + "def f():\n    return caches['a']\n",
        "b.py": "from a import f\ncached = f()  # noqa: CCH103\n",
    }
    assert places(check(tree)) == []


def test_what_flake8_needs_is_used(check: Check) -> None:
    """Many calls of one function are one finding, at the function; flake8 has one a call."""
    function = HEAD + "def f():\n    return caches['a']\n"
    calls = "".join(f"x{number} = f()  # noqa: CCH103\n" for number in range(12))
    report = check({"a.py": function + calls})
    assert places(report) == ["a.py:2 CCH103"]
    others = "".join(f"y{number} = 1  # noqa: CCH103\n" for number in range(2))
    report = check({"a.py": function + calls + others})
    assert unused(report) == ["a.py:16 CCH002", "a.py:17 CCH002"]


def test_as_long_as_settings_are_open_nobody_knows(check: Check) -> None:
    tree = {
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf')\n",
        "conf.py": "CACHES = {'default': {}}\nexec(open('x').read())\n",
        "a.py": HEAD + "def f():\n    return caches['a']  # noqa: CCH201\n",
    }
    assert unused(check(tree)) == []
    tree["conf.py"] = "CACHES = {'default': {}, 'a': {}}\n"
    assert unused(check(tree)) == ["a.py:3 CCH002"]
    tree["conf.py"] = "CACHES = {'default': {}}\n"
    assert places(check(tree)) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_reads_settings_says_so(
    rule: Rule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FIXTURES / rule.name, tmp_path / rule.name)
    monkeypatch.chdir(tmp_path)
    asked: list[object] = []
    settings = FileView.settings.func

    def noted(view: FileView) -> object:
        asked.append(view)
        return settings(view)

    def noted_of_template(view: TemplateView) -> object:
        asked.append(view)
        return view.reader.around(view.template.path) if view.reader else None

    with (
        mock.patch.object(FileView, "settings", property(noted)),
        mock.patch.object(TemplateView, "settings", property(noted_of_template)),
    ):
        folder = Path(rule.name)
        subjects = [*folder.glob("bad.*"), *sorted(folder.glob("cases/*"))[:4]]
        check_paths(list(map(str, subjects)), Configuration(select=(rule.code,), preview=True))
    # What flake8 would say of a file with unused comments is asked of all rules.
    assert not asked or rule.needs_settings or rule.code == UNUSED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # noqa: CCH101", "x = 1"),
        ("x = 1 # noqa:CCH101 ", "x = 1"),
        ("x = 1  # noqa: E501,CCH101", "x = 1  # noqa: E501"),
        ("x = 1  # noqa: CCH101, E501 W605", "x = 1  # noqa: E501, W605"),
        ("x = 1  # NoQA:CCH101,CCH301", "x = 1"),
        ("x = caches['a']  # noqa: CCH101 CCH301", "x = caches['a']  # noqa: CCH101"),
        ("x = 1  # noqa: CCH101  # pragma: no cover", "x = 1  # pragma: no cover"),
        ("x = 1  # type: ignore # noqa: CCH101", "x = 1  # type: ignore"),
        ("x = 1  # noqa: CCH101 because it is old", "x = 1  # because it is old"),
        ("x = 1  # noqa: CCH101, - old", "x = 1  # - old"),
        ("x = '漢'  # noqa: CCH101", "x = '漢'"),
        ("x = '''\n漢'''  # noqa: CCH101, E501", "x = '''\n漢'''  # noqa: E501"),
        ("# noqa: CCH101", ""),
        ("def f():\n    # noqa: CCH101\n    pass", "def f():\n\n    pass"),
    ],
)
def test_fix(before: str, after: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for end in ("\n", "", "\r\ny = 2\r\n"):
        old, new = (f"{HEAD}{line}{end}".encode() for line in (before, after))
        configuration = Configuration(base=str(tmp_path), select=("CCH1", "CCH3", "CCH002"))
        report = fix_text("a.py", old, configuration)
        assert [file.new for file in report.files] == [new]
        assert {d.code for file in report.files for d in file.fixed} == {"CCH002"}
        assert check_text("a.py", new, configuration).diagnostics == ()


SETTINGS = {
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf')\n",
    "conf.py": "CACHES = {'default': {}}\n",
}
TEMPLATE = "{% load cache %}{% cache 9 a %}{{ user }}{% endcache %}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{TEMPLATE}{{# noqa: CCH504 #}}", f"{TEMPLATE}{{# noqa: CCH504 #}}"),
        (f"{TEMPLATE}{{# noqa: CCH504, CCH204 #}}", f"{TEMPLATE}{{# noqa: CCH504 #}}"),
        ("<p>{# noqa: CCH504 #}</p>endcache", "<p></p>endcache"),
        ("<p> {# noqa: CCH504 because #}</p>endcache", "<p> {# because #}</p>endcache"),
        ("<p> {# old # noqa: CCH504 #}</p>endcache", "<p> {# old #}</p>endcache"),
        ("{# noqa #}{# noqa: CCH504 #}endcache", "{# noqa #}endcache"),
        ("{% comment %}{# noqa: CCH504 #}{% endcomment %}endcache", "{% comment %}{# noqa: CCH504 #}{% endcomment %}endcache"),
    ],
)  # fmt: skip
def test_templates(
    before: str, after: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(tmp_path, {**SETTINGS, "templates/a.html": before})
    monkeypatch.chdir(tmp_path)
    assert main(["fix"]) == 0
    assert Path("templates/a.html").read_text() == after


def test_it_is_not_for_flake8(check: Check) -> None:
    from cachelint.judge import Judge
    from cachelint.source import parse

    source = parse("a.py", HEAD + "x = 1  # noqa: CCH101\n")
    assert Judge(whole_project=False).judge(source) == []
