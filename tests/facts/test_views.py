"""What a file knows of views."""

import pickle
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cachelint.facts.view_records import Routine, ViewFacts
from cachelint.facts.views import collect_views
from cachelint.report import Report
from cachelint.source import Source, load, parse
from tests.conftest import ROOT

FIXTURES = [
    pytest.param(path, id=path.name)
    for path in sorted((ROOT / "fixtures" / "cache-page-leaks-user-data").glob("*.py"))
    if not path.name.endswith(("fixed.py", "unsafe.py"))
]


def views_of(text: str) -> ViewFacts:
    return collect_views(parse("views.py", text))


def routine_of(text: str) -> Routine:
    return views_of(text).routines[0]


@pytest.mark.parametrize("path", FIXTURES)
def test_views_can_be_pickled(path: Path) -> None:
    views = collect_views(load(str(path), path.read_bytes()))
    assert pickle.loads(pickle.dumps(views)) == views


def reads(body: str) -> list[str]:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return [read.text for read in routine_of(f"def view(request):\n{lines}\n").reads]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("return request.user", ["request.user"], id="a read"),
        pytest.param("request.session['x'] = 1", [], id="a write"),
        pytest.param("if request.method == 'POST':\n    request.user", [], id="POST"),
        pytest.param("if 'POST' == request.method:\n    f(request.user)", [], id="reversed"),
        pytest.param(
            "if request.method == 'GET':\n    return 1\nreturn request.user", [], id="after GET"
        ),
        pytest.param(
            "if not request.method == 'POST':\n    return request.user", ["request.user"], id="not"
        ),
        pytest.param(
            "if request.method == 'POST' or request.user:\n    pass", ["request.user"], id="or"
        ),
        pytest.param("if request.POST and request.user:\n    pass", [], id="and"),
        pytest.param("r = request\nreturn r.user", ["r.user"], id="another name"),
        pytest.param("request = other()\nrequest.x", [], id="another request"),
        pytest.param("def f(request):\n    return request.user", [], id="another parameter"),
        pytest.param("def f():\n    return request.user", ["request.user"], id="a closure"),
        pytest.param("log.info(request.user)", [], id="logged"),
        pytest.param("return request.META['HTTP_COOKIE']", ["request.META['HTTP_COOKIE']"], id="h"),
    ],
)
def test_reads_of_a_get_request(body: str, expected: list[str]) -> None:
    assert reads(body) == expected


def test_a_name_is_what_was_bound_before() -> None:
    views = views_of("from a import x\nx = f(x)\nfrom b import x\n")
    assert [str(d) for d in views.look_up("x", 2)] == ["Imported(path='a.x')"]
    assert [str(d) for d in views.look_up("x", None)] == ["Imported(path='b.x')"]


def test_branches_leave_both() -> None:
    views = views_of("if a:\n    from a import x\nelse:\n    from b import x\n")
    assert len(views.look_up("x", None)) == 2


def test_a_function_that_speaks_of_itself_ends() -> None:
    assert routine_of("def f(r):\n    def g(r):\n        return g(r)\n    return g\n").returns


def test_names_that_are_bound_over_and_over_cost_little() -> None:
    lines = "".join(f"    if a{i}:\n        x = f(x, g(x), x.y(x))\n" for i in range(60))
    start = time.perf_counter()
    routine_of(f"def view(request, x):\n{lines}    return x\n")
    assert time.perf_counter() - start < 2


def test_views_of_other_files_are_not_looked_at(
    check: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []

    def collect(source: Source) -> ViewFacts:
        looked_at.append(source.path)
        return collect_views(source)

    monkeypatch.setattr("cachelint.fact_store.collect_views", collect)
    check(
        {
            "a.py": "from django.core.cache import cache\nfrom b import f\n\n\ndef g(r):\n    f(r)\n",
            "b.py": "def f(request):\n    return request.user\n",
            "c.py": "from django.views.decorators.cache import cache_page\nimport b\n"
            "x = cache_page(60)(b.f)\n",
        }
    )
    assert looked_at == ["c.py", "b.py"]
