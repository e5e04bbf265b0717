"""Where outlines say that a call at import reaches no cache, looking further shows none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cachelint.config import Configuration
from cachelint.diagnostic import Diagnostic, Span
from cachelint.judge import Judge
from cachelint.modules import Modules
from cachelint.project.import_time import ImportTime
from cachelint.source import Source, UnparsedSourceError, load
from tests.test_fixtures import FIXTURES, is_golden

CACHES = "from django.core.cache import cache, caches\n"
#: A file `stores`, and what the file that is judged does with it.
REACHING = {
    "function": ("def f():\n    return caches['a']\n", "from stores import f\nx = f()\n"),
    "constructor": (
        "class A:\n    def __init__(self):\n        self.x = caches['a']\n",
        "from stores import A\nclass B(A):\n    pass\nx = B()\n",
    ),
    "lambda": ("f = lambda: caches['a']\n", "from stores import f\nx = f()\n"),
    "metaclass": (
        "class M(type):\n    def __new__(cls, *a):\n        cache.get('x')\n"
        "        return type.__new__(cls, *a)\nclass A(metaclass=M):\n    pass\n",
        "from stores import A\nclass B(A):\n    pass\n",
    ),
    "attribute that a method sets": (
        "def f():\n    return caches['a']\n"
        "class A:\n    @classmethod\n    def set(cls):\n        cls.f = f\n",
        "from stores import A\nx = A.f()\n",
    ),
    "property": (
        "class A:\n    @property\n    def p(self):\n        return cache.get('x')\n",
        "from stores import A\nx = A().p\n",
    ),
    "star": ("def f():\n    return caches['a']\n", "from stores import *\nx = f()\n"),
    "by way of a function": (
        "def f():\n    return caches['a']\ndef g():\n    return f\n",
        "from stores import g\nx = g()()\n",
    ),
    "another package": ("", "from waffle.utils import get_cache\nx = get_cache()\n"),
}
QUIET = {
    "base": (
        "class A:\n    def m(self):\n        return caches['a']\n",
        "from stores import A\nclass B(A):\n    pass\n",
    ),
    "elsewhere": (
        "",
        "from elsewhere import f, A\n@f\ndef g():\n    pass\nclass B(A):\n    pass\n",
    ),
}


def sites(folder: Path, stores: str, user: str) -> int:
    folder.joinpath("stores.py").write_text(CACHES + stores)
    folder.joinpath("user.py").write_text(CACHES + user)
    modules = Modules()
    return len(list(ImportTime(modules, lambda path: True).sites(str(folder / "user.py"))))


@pytest.mark.parametrize("case", REACHING)
def test_what_reaches_a_cache_is_followed(case: str, tmp_path: Path) -> None:
    assert sites(tmp_path, *REACHING[case]) == 1


@pytest.mark.parametrize("case", QUIET)
def test_no_function_is_looked_into_without_need(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def thorough_facts(self: Modules, path: str) -> None:
        raise AssertionError(path)

    monkeypatch.setattr(Modules, "thorough_facts", thorough_facts)
    assert sites(tmp_path, *QUIET[case]) == 0


def _sources() -> Iterator[Source]:
    for path in sorted(FIXTURES.rglob("*.py")):
        if is_golden(path):
            continue  # Nearly all of it is in the fixture.
        try:
            yield load(str(path), path.read_bytes())
        except UnparsedSourceError:
            continue


class Everything(frozenset[Span]):
    """As if every call promised something."""

    def __bool__(self) -> bool:
        return True

    def __contains__(self, span: object) -> bool:
        return True


def test_outlines_hide_no_site(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = list(_sources())

    def found() -> list[tuple[str, list[Diagnostic]]]:
        judge = Judge(Configuration(select=("CCH103",)), whole_project=False)
        return [(s.path, judge.judge(s)) for s in sources if judge.is_candidate(s.text.encode())]

    with_outlines = found()
    monkeypatch.setattr(ImportTime, "_promising", lambda self, path: Everything())
    assert with_outlines == found()
    assert sum(bool(diagnostics) for _, diagnostics in with_outlines) > 5


def test_uses_of_an_outline_are_there_for_who_asks_for_them(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.py").write_text(f"import os\ndef {name}(): ...\nos.getcwd()\n")
    modules, path, other = Modules(), str(tmp_path / "a.py"), str(tmp_path / "b.py")
    for _ in range(2):
        defined, outline = modules.defined(path), modules.outline(path)
        assert defined is not None
        assert outline is not None
        assert (defined.uses, len(outline.uses)) == ((), 1)
        assert defined.functions == outline.functions
        assert modules.outline(path) is outline
        assert modules.outline(other) is not None
