"""Where templates are found, where findings stand, and what silences them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cachelint.config import Configuration, ConfigurationError, read_configuration
from cachelint.report import Report
from tests.conftest import Tree, places

LEAK = "{% load cache %}{% cache 9 x %}{{ user }}{% endcache %}"


def test_position_counts_characters_from_one(check: Callable[..., Report]) -> None:
    text = "{% load cache %}\r\n\r\n  漢字{% cache 9 x %}{{ user }}{% endcache %}"
    (diagnostic,) = check({"templates/a.html": text}).diagnostics
    span = diagnostic.span
    assert (span.row, span.column, span.end_row, span.end_column) == (3, 5, 3, 20)
    (evidence,) = diagnostic.evidence
    assert (evidence.span.row, evidence.span.column, evidence.span.end_column) == (3, 23, 27)


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        pytest.param("", 1, id="none"),
        pytest.param("{# noqa: CCH504 #}", 0, id="code"),
        pytest.param("{# noqa:CCH504,CCH204 #}", 0, id="codes"),
        pytest.param("{# noqa #}", 0, id="all"),
        pytest.param("{# noqa: CCH204 #}", 1, id="another code"),
        pytest.param("<!-- # noqa -->", 1, id="no comment of the template"),
        pytest.param("\n{# noqa #}", 1, id="another row"),
    ],
)
def test_noqa(check: Callable[..., Report], comment: str, found: int) -> None:
    report = check({"templates/a.html": LEAK + comment})
    assert (len(report.diagnostics), report.suppressed) == (found, 1 - found)


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        pytest.param({"shop/templates/a.html": LEAK}, 1, id="app"),
        pytest.param({"shop/templates/shop/mail/a.txt": LEAK}, 1, id="below"),
        pytest.param({"shop/templates/a.md": LEAK}, 0, id="another suffix"),
        pytest.param({"shop/static/a.html": LEAK}, 0, id="no folder of templates"),
        pytest.param({"shop/jinja2/a.html": LEAK}, 0, id="Jinja"),
        pytest.param({"node_modules/x/templates/a.html": LEAK}, 0, id="not of the project"),
        pytest.param(
            {".git/HEAD": "", ".gitignore": "gen.html", "templates/gen.html": LEAK}, 0, id="ignored"
        ),
        pytest.param({"templates/a.html": LEAK.encode("utf-8-sig")}, 1, id="byte order mark"),
    ],
)
def test_where_templates_are(check: Callable[..., Report], tree: Tree, expected: int) -> None:
    assert len(check(tree).diagnostics) == expected


def test_a_template_named_on_the_command_line(check: Callable[..., Report]) -> None:
    assert places(check({"anywhere/a.html": LEAK}, "anywhere/a.html")) == [
        "anywhere/a.html:1 CCH504"
    ]


def test_templates_are_not_looked_for_without_a_rule_for_them(
    check: Callable[..., Report], tmp_path: Path
) -> None:
    configuration = Configuration(base=str(tmp_path), select=("CCH101",))
    report = check({"templates/a.html": LEAK, "a.py": ""}, configuration=configuration)
    assert (report.files, report.judged) == (1, 0)


def test_only_templates_that_end_a_fragment_are_decoded(check: Callable[..., Report]) -> None:
    report = check({"templates/a.html": b"\xff", "templates/b.html": b"\xff endcache"})
    assert places(report) == ["templates/b.html:1 CCH001"]
    assert (report.files, report.judged) == (2, 0)


@pytest.mark.parametrize("value", ['"html"', '["html"]', '[".py"]', '[".a/b"]', "[1]"])
def test_wrong_suffixes(tmp_path: Path, value: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(f"[tool.cachelint]\ntemplate-suffixes = {value}\n")
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml:2: template-suffixes"):
        read_configuration(path)


def test_a_project_below_has_its_own_templates(check: Callable[..., Report]) -> None:
    tree = {
        "manage.py": "", "templates/page.html": '{% load cache %}{% cache 9 x %}{% include "a.html" %}{% endcache %}',
        "example/manage.py": "", "example/templates/a.html": "{{ user }}",
    }  # fmt: skip
    assert places(check(tree)) == []
    tree["templates/a.html"] = "{{ user }}"
    assert places(check(tree)) == ["templates/page.html:1 CCH504"]
    assert places(check(tree, "templates")) == ["templates/page.html:1 CCH504"]


def test_templates_that_include_each_other(check: Callable[..., Report]) -> None:
    every = "".join(f'{{% include "{name}.html" %}}' for name in "abcdefgh")
    tree = {f"templates/{name}.html": every for name in "abcdefgh"}
    tree["templates/page.html"] = f"{{% load cache %}}{{% cache 9 x %}}{every}{{% endcache %}}"
    tree["views.py"] = (
        "from django.shortcuts import render\n"
        "from django.views.decorators.cache import cache_page\n\n\n"
        "@cache_page(60)\n"
        "def page(request):\n"
        '    return render(request, "a.html")\n'
    )
    configuration = Configuration(preview=True)
    assert places(check(tree, configuration=configuration)) == []
    tree["templates/h.html"] += "{{ user }}{% csrf_token %}"
    assert places(check(tree, configuration=configuration)) == [
        "templates/page.html:1 CCH504",
        "views.py:6 CCH505",
    ]
