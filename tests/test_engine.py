"""Selecting rules, and what happens to input that cannot be judged."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cachelint import disk
from cachelint.config import Configuration, ConfigurationError
from cachelint.engine import check_text
from cachelint.judge import Judge
from cachelint.report import Report
from cachelint.rules import all_rules
from cachelint.selection import resolve_selectors
from tests.conftest import Tree, places, write_tree

BAD = "from django.core.cache import caches\nx = caches['a']\ny = caches.get('b')\n"


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        (["CCH101"], {"CCH101"}),
        (["CCH30"], {code for code in all_rules() if code.startswith("CCH30")}),
        (["import-time-cache-io", " CCH108 "], {"CCH104", "CCH108"}),
        (["cch101"], {"CCH101"}),
        (["ALL"], set(all_rules())),
        ([], set()),
    ],
)
def test_selectors(selectors: list[str], expected: set[str]) -> None:
    assert resolve_selectors(selectors, "--select") == expected


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("CCH1011", 'did you mean "CCH101"?'),
        ("import-time-cache-acess", 'did you mean "import-time-cache-access"?'),
        ("W605", "known are CCH001, CCH002"),
        ("", "known are"),
    ],
)
def test_unknown_selectors(selector: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve_selectors([selector], "--select")
    assert str(caught.value).startswith(f'--select: unknown rule "{selector}"; ')
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        pytest.param(Configuration(), ["CCH101", "CCH301"], id="default"),
        pytest.param(Configuration(select=("CCH301",)), ["CCH301"], id="select"),
        pytest.param(Configuration(ignore=("CCH1",)), ["CCH301"], id="ignore"),
        pytest.param(
            Configuration(select=("CCH301",), extend_select=("CCH101",)),
            ["CCH101", "CCH301"],
            id="extend",
        ),
        pytest.param(
            Configuration(select=("CCH",), ignore=("nonexistent-cache-handler-api",)),
            ["CCH101"],
            id="ignore wins",
        ),
    ],
)
def test_selection(
    check: Callable[..., Report], configuration: Configuration, expected: list[str]
) -> None:
    report = check({"a.py": BAD}, configuration=configuration)
    assert [diagnostic.code for diagnostic in report.diagnostics] == expected


def test_per_file_ignores(check: Callable[..., Report], tmp_path: Path) -> None:
    ignores = (("tests/", ("CCH101",)), ("*_old.py", ("ALL",)))
    configuration = Configuration(base=str(tmp_path), per_file_ignores=ignores)
    tree = {"a.py": BAD, "tests/a.py": BAD, "b/c_old.py": BAD}
    assert places(check(tree, configuration=configuration)) == [
        "a.py:2 CCH101",
        "a.py:3 CCH301",
        "tests/a.py:3 CCH301",
    ]


def test_per_file_ignores_with_an_unknown_code() -> None:
    judge = Judge(Configuration(per_file_ignores=(("a.py", ("CCH999",)),)))
    with pytest.raises(ConfigurationError, match='per-file-ignores: unknown rule "CCH999"'):
        judge.prepare()


def test_noqa(check: Callable[..., Report]) -> None:
    text = BAD.replace("['a']", "['a']  # noqa: CCH101").replace("('b')", "('b')  # noqa: CCH101")
    report = check({"a.py": text})
    assert places(report) == ["a.py:3 CCH301", "a.py:3 CCH002"]
    assert report.suppressed == 1


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        pytest.param({"a.py": "caches = ("}, ["a.py:1 CCH001"], id="syntax error"),
        pytest.param({"a.py": "x = ("}, [], id="syntax error without a cache word"),
        pytest.param({"a.py": b"x = 1\ncaches = '\0'"}, ["a.py:2 CCH001"], id="NUL byte"),
        pytest.param({"a.py": b"# coding: klingon\ncaches"}, ["a.py:1 CCH001"], id="cookie"),
        pytest.param({"a.py": b"caches = '\xff'"}, ["a.py:1 CCH001"], id="not UTF-8"),
        pytest.param({"a.py": ""}, [], id="empty"),
        pytest.param({"a.py": b"\xef\xbb\xbf" + BAD.encode()}, ["2", "3"], id="BOM"),
        pytest.param({"a.py": BAD.replace("\n", "\r\n")}, ["2", "3"], id="CRLF"),
        pytest.param({"a.py": BAD.replace("\n", "\r")}, ["2", "3"], id="CR"),
        pytest.param({"a.py": BAD.replace("\n", "\n\x0c\n")}, ["3", "5"], id="form feed"),
        pytest.param(
            {"a.py": b"# coding: latin-1\n# \xe4\n" + BAD.encode()}, ["4", "5"], id="latin"
        ),
        pytest.param({"x.py/a.py": BAD}, ["x.py/a.py:2 CCH101", "x.py/a.py:3 CCH301"], id="folder"),
        pytest.param({"a.py": BAD + f"z = '{'ä' * 500}'\n" * 10_000}, ["2", "3"], id="10 MB"),
    ],
)
def test_any_input_is_judged_or_reported(
    check: Callable[..., Report], tree: Tree, expected: list[str]
) -> None:
    found = places(check({**tree, "b/good.py": "caches = {}\n", "z.py": BAD}))
    assert found[-2:] == ["z.py:2 CCH101", "z.py:3 CCH301"], "the next file must not be lost"
    rows = [place.split(":")[1].split()[0] for place in found[:-2]]
    assert expected in (found[:-2], rows)


def test_a_broken_file_that_is_named_is_reported_without_a_cache_word(
    check: Callable[..., Report],
) -> None:
    assert places(check({"a.py": "x = ("}, "a.py")) == ["a.py:1 CCH001"]


def test_unparsed_files_cannot_be_ignored_by_accident(check: Callable[..., Report]) -> None:
    configuration = Configuration(select=("CCH101",), ignore=("CCH001",))
    assert places(check({"a.py": "caches = ("}, configuration=configuration)) == ["a.py:1 CCH001"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(check: Callable[..., Report], tmp_path: Path) -> None:
    check({"a.py": BAD})
    (tmp_path / "a.py").chmod(0)
    assert places(check({"b.py": BAD})) == ["a.py:1 CCH001", "b.py:2 CCH101", "b.py:3 CCH301"]


def test_read_errors_are_reported(
    check: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the test above, for those who run the tests as root."""
    check({"a.py": BAD, "b.py": BAD})
    original = os.open

    def refuse(path: str, flags: int) -> int:
        if str(path).endswith("a.py"):
            raise PermissionError(13, "Permission denied", path)
        return original(path, flags)

    monkeypatch.setattr("os.open", refuse)
    report = check({})
    assert places(report) == ["a.py:1 CCH001", "b.py:2 CCH101", "b.py:3 CCH301"]
    assert "Permission denied" in report.diagnostics[0].message


def test_deep_nesting_is_a_finding_and_no_traceback(check: Callable[..., Report]) -> None:
    deep = "x = " + "caches(" * 90 + ")" * 90 + "\n"
    elifs = "if a: pass\n" + "".join(f"elif a == {i}: caches\n" for i in range(2000))
    report = check({"deep.py": deep, "elifs.py": elifs, "z.py": BAD})
    assert {d.code for d in report.diagnostics if d.path != "z.py"} <= {"CCH001"}
    assert [d.code for d in report.diagnostics if d.path == "z.py"] == ["CCH101", "CCH301"]


@pytest.mark.parametrize(
    ("version", "flagged"),
    [(None, False), ((3, 2), True), ((4, 0), True), ((4, 1), False), ((6, 0), False)],
)
def test_close_all_came_with_django_4_1(
    check: Callable[..., Report], version: tuple[int, int] | None, flagged: bool
) -> None:
    text = "from django.core.cache import caches\ndef f(): caches.close_all()\n"
    report = check({"a.py": text}, configuration=Configuration(django_version=version))
    assert bool(report.diagnostics) is flagged


@pytest.mark.parametrize(
    ("test", "versions"),
    [
        ("django.VERSION < (3, 2)", set()),
        ("django.VERSION < (4, 1)", {None, (3, 2), (4, 0)}),
        ("django.VERSION >= (4, 1)", {None, (4, 1), (5, 2)}),
        ("django.VERSION[0] == 3", {None, (3, 2)}),
        ("django.VERSION[:2] == (4, 0)", {None, (4, 0)}),
        ("(4, 1) <= django.VERSION", {None, (4, 1), (5, 2)}),
        ("not django.VERSION < (4, 1)", {None, (4, 1), (5, 2)}),
        ("sys.version_info[0] == 2", set()),
        ("sys.version_info < (3,)", set()),
        ("sys.version_info >= (3, 8)", {None, (3, 2), (4, 0), (4, 1), (5, 2)}),
        ("django.VERSION < (1, 7) or DEBUG", {None, (3, 2), (4, 0), (4, 1), (5, 2)}),
    ],
)
def test_version_branches(
    check: Callable[..., Report], test: str, versions: set[tuple[int, int] | None]
) -> None:
    text = (
        "import sys, django\nfrom django.core.cache import caches\n"
        f"def f():\n    if {test}:\n        caches.get('a')\n"
    )
    flagged = set()
    for version in (None, (3, 2), (4, 0), (4, 1), (5, 2)):
        if check({"a.py": text}, configuration=Configuration(django_version=version)).diagnostics:
            flagged.add(version)
    assert flagged == versions


def only_line(
    check: Callable[..., Report], text: str, version: tuple[int, int] | None = None
) -> list[int]:
    report = check({"a.py": text}, configuration=Configuration(django_version=version))
    return [diagnostic.span.row for diagnostic in report.diagnostics]


HEAD = "from django.core.cache import cache, caches\n"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param(f"{HEAD}try: X = cache.get(1)\nexcept Exception: raise\n", [2], id="re-raised"),
        pytest.param(f"{HEAD}try: X = cache.get(1)\nexcept Exception: pass\n", [], id="swallowed"),
        pytest.param(
            f"{HEAD}def f():\n    try: caches.get(1)\n    except AttributeError as e: raise E from e\n",
            [3],
            id="another error raised",
        ),
        pytest.param(
            f"{HEAD}UNKNOWN = errors()\ndef f():\n    try: caches.get(1)\n    except UNKNOWN: pass\n",
            [],
            id="what is caught cannot be told",
        ),
        pytest.param(
            "try:\n    from django.core.cache import caches\n    X = caches['a']\n"
            "except Exception:\n    X = caches['b']\n",
            [3, 5],
            id="a wide handler behind more than an import",
        ),
        pytest.param(
            "try:\n    from django.core.cache import caches\nexcept Exception:\n    X = caches['b']\n",
            [],
            id="a wide handler behind an import that cannot fail",
        ),
        pytest.param(f"{HEAD}caches['a'] += 1\n", [2], id="augmented item"),
        pytest.param(f"{HEAD}cache.default_timeout += 1\n", [2], id="augmented attribute"),
        pytest.param(f"{HEAD}def f():\n    caches.hits += 1\n", [3], id="augmented handler"),
        pytest.param(
            f"{HEAD}def f(x):\n    match x:\n        case caches.default: pass\n", [4], id="value pattern"
        ),
        pytest.param(
            f"{HEAD}def f():\n    match caches:\n        case c: c.get(1)\n", [4], id="capture pattern"
        ),
        pytest.param(f"{HEAD}d = {{}}\nd[caches['a']]: int\n", [3], id="annotated item"),
        pytest.param(f"{HEAD}a, b = (caches[x] for x in 'ab')\n", [2], id="unpacked generator"),
        pytest.param(f"{HEAD}x = next((caches[x] for x in 'ab'), None)\n", [2], id="next, default"),
        pytest.param(f"{HEAD}x = []\nx += (caches[x] for x in 'ab')\n", [3], id="added generator"),
        pytest.param(f"{HEAD}setattr(cache, 'x', 1)\n", [2], id="setattr"),
        pytest.param(f"{HEAD}x = caches['a'].__class__\n", [2], id="dunder of a handle"),
        pytest.param(f"{HEAD}x = cache.__class__\n", [], id="dunder of the proxy"),
        pytest.param(
            f"{HEAD}def f(x):\n    if x:\n        c = caches\n        return lambda: c.get(1)\n",
            [5],
            id="closure behind an early return",
        ),
        pytest.param(
            f"{HEAD}class A:\n    c = caches\nclass B(A): pass\nx = B.c['a']\n", [5], id="inherited"
        ),
        pytest.param(
            f"{HEAD}class A:\n    def __init__(self): self.c = caches\n"
            "class B(A):\n    def f(self): self.c.get(1)\n",
            [5],
            id="inherited from __init__",
        ),
        pytest.param(f"{HEAD}d = {{}}\nd, caches = caches, d\nx = caches['a']\n", [], id="swapped"),
        pytest.param(
            f"{HEAD}TYPE_CHECKING = False\nif TYPE_CHECKING:\n    x = caches['a']\n",
            [],
            id="TYPE_CHECKING of one's own",
        ),
        pytest.param(
            f"{HEAD}" + "".join(f"{'el' if i else ''}if x == {i}: pass\n" for i in range(400))
            + "x = caches['a']\n",
            [802 - 400],
            id="a long chain of elif",
        ),
        pytest.param(f"{HEAD}x = y{'.z()' * 400}\nx = caches['a']\n", [3], id="a long chain of calls"),
    ],
)  # fmt: skip
def test_what_reviewers_found(check: Callable[..., Report], text: str, rows: list[int]) -> None:
    assert only_line(check, text) == rows


@pytest.mark.parametrize(
    ("test", "version", "runs"),
    [
        ("django.VERSION >= (4, 2, 3)", (4, 2), True),
        ("django.VERSION > (4, 2)", (4, 2), True),
        ("django.VERSION <= (4, 2)", (4, 2), False),
        ("django.VERSION < (4, 2, 0)", (4, 2), False),
        ("django.VERSION == (4, 2)", None, False),
        ("django.VERSION <= (3, 2)", None, False),
        ("django.VERSION[:2] <= (3, 2)", None, True),
        ("django.VERSION[:2] == (4, 2)", (4, 2), True),
        ("(3, 2) <= django.VERSION < (4, 0)", (5, 0), False),
        ("(3, 2) <= django.VERSION < (4, 0)", (3, 2), True),
        ("sys.version_info.major == 2", None, False),
        ("sys.version_info.major >= 3", None, True),
        ("sys.version_info[1:] == (2,)", None, True),
    ],
)
def test_versions_are_tuples_of_five(
    check: Callable[..., Report], test: str, version: tuple[int, int] | None, runs: bool
) -> None:
    text = f"import sys, django\n{HEAD}def f():\n    if {test}: caches.get('a')\n"
    assert bool(only_line(check, text, version)) is runs


def test_circles_of_star_imports_end(check: Callable[..., Report]) -> None:
    names = "abcdef"
    tree = {
        f"{name}.py": "".join(f"from {other} import *\n" for other in names if other != name)
        for name in names
    }
    tree["m.py"] = f"{HEAD}from a import *\nx = caches['x']\n"
    assert places(check({"manage.py": "", **tree})) == ["m.py:3 CCH101"]


def test_many_ways_to_one_thing_are_one_finding(check: Callable[..., Report]) -> None:
    tree = {"m0.py": "from django.core.cache import caches\n"}
    for i in range(1, 20):
        both = (
            f"try: from m{i - 1} import caches\nexcept ImportError: from n{i - 1} import caches\n"
        )
        tree |= {f"m{i}.py": both, f"n{i}.py": both}
    tree |= {"n0.py": tree["m0.py"], "a.py": "from m19 import caches\nx = caches['a']\n"}
    report = check({"manage.py": "", **tree}, "a.py")
    assert places(report) == ["a.py:2 CCH101"]


def test_a_text_stands_for_its_file_wherever_that_is_read(tmp_path: Path) -> None:
    """The settings that a text is are read once more, as settings: as they are in the text."""
    saved = "CACHES = {'default': {'BACKEND': 'django.core.cache.backends.dummy.DummyCache'}}\n"
    manage = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'p.settings')\n"
    write_tree(tmp_path, {"manage.py": manage, "p/__init__.py": "", "p/settings.py": saved})
    text = "\n\n" + saved.replace("dummy.D", "dumy.D")
    path = str(tmp_path / "p" / "settings.py")
    (found,) = check_text(path, text.encode(), Configuration(base=str(tmp_path))).diagnostics
    assert (found.code, found.span.row) == ("CCH402", 3)


def test_a_judge_sees_who_uses_a_class_since_another_file_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = (
        "from django.core.cache import caches\n\n\nclass Store:\n    def __init__(self):\n"
        "        self.cache = caches['x']\n\n    def get(self, key):\n"
        "        return self.cache.get(key)\n"
    )
    write_tree(tmp_path, {"manage.py": "", "app/__init__.py": "", "app/use.py": ""})
    write_tree(tmp_path, {"app/stores.py": store})
    configuration = Configuration(base=str(tmp_path))
    judge = Judge(configuration)

    def codes(path: str, text: str) -> list[str]:
        report = check_text(path, text.encode(), configuration, judge=judge)
        return [diagnostic.code for diagnostic in report.diagnostics]

    use = "from app.stores import Store\n\nSTORE = Store()\n"
    assert codes("app/stores.py", store) == []
    with disk.with_unsaved({str(tmp_path / "app" / "use.py"): use.encode()}):
        assert codes("app/use.py", use) == ["CCH103"]
        assert codes("app/stores.py", store) == ["CCH107"]
