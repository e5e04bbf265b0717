"""The style ``get-cache``: a name that keeps a cache goes, or becomes a wrapper where it must stay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cachelint.cli import main
from cachelint.config import Configuration
from cachelint.fix import fix_paths
from tests.conftest import Tree, write_tree

CACHES = "from django.core.cache import caches\n"
GET = "from cachelint.lazy import get_cache\n"
WRAP = "from cachelint.lazy import LazyCacheWrapper\n"

Fix = Callable[..., str]


@pytest.fixture
def fixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fix:
    monkeypatch.chdir(tmp_path)

    def run(text: str, others: Tree | None = None) -> str:
        write_tree(tmp_path, {"manage.py": "", "a.py": text, **(others or {})})
        configuration = Configuration(
            base=str(tmp_path), helper="cachelint.lazy", style="get-cache"
        )
        report = fix_paths(["a.py"], configuration)
        for file in report.files:
            (tmp_path / file.path).write_bytes(file.new)
        assert fix_paths(["a.py"], configuration).files == (), "a second run must change nothing"
        return (tmp_path / "a.py").read_text()

    return run


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            f"{CACHES}\nSTORE = caches['a']\n\n\ndef f(k):\n    return STORE.get(k)\n",
            f"{GET}\n\ndef f(k):\n    return get_cache('a').get(k)\n",
            id="used in a function",
        ),
        pytest.param(
            f"{CACHES}\nS: object = caches['a']\n\nclass C:\n    def f(self):\n"
            "        return lambda: [S.get(k) for k in S.get('all')]\n",
            f"{GET}\nclass C:\n    def f(self):\n"
            "        return lambda: [get_cache('a').get(k) for k in get_cache('a').get('all')]\n",
            id="used in a method, a lambda and a comprehension",
        ),
        pytest.param(
            f"{CACHES}ALIAS = 'a'\nS = caches[ALIAS]\n\ndef f():\n    return S\n",
            f"{GET}\nALIAS = 'a'\n\ndef f():\n    return get_cache(ALIAS)\n",
            id="a constant",
        ),
        pytest.param(
            f"{CACHES}\nA = caches['a']\nB = caches['b']\n\ndef f():\n    return A, B\n",
            f"{GET}\n\ndef f():\n    return get_cache('a'), get_cache('b')\n",
            id="two names",
        ),
    ],
)
def test_the_name_goes(fixed: Fix, before: str, after: str) -> None:
    assert fixed(before) == after


USED = "\n\ndef f():\n    return S.get('k')\n"


@pytest.mark.parametrize(
    ("text", "others"),
    [
        pytest.param(f"{CACHES}S = caches['a']\nTYPE = [S]{USED}", {}, id="used at import"),
        pytest.param(f"{CACHES}S = caches['a']\n\ndef f(s=S):\n    return s\n", {}, id="a default"),
        pytest.param(f"{CACHES}S = caches['a']\n\nclass C:\n    s = S\n", {}, id="a class body"),
        pytest.param(f"{CACHES}S = caches['a']\n", {}, id="used nowhere"),
        pytest.param(f"{CACHES}S = caches['a']{USED}", {"b.py": "from a import S\n"}, id="imported"),
        pytest.param(f"{CACHES}S = caches['a']\n__all__ = ['S']{USED}", {}, id="exported"),
        pytest.param(f"{CACHES}# Sessions.\nS = caches['a']{USED}", {}, id="a comment above"),
        pytest.param(f"{CACHES}S = caches['a']  # sessions{USED}", {}, id="a comment"),
        pytest.param(f"{CACHES}S = T = caches['a']{USED}", {}, id="two names at once"),
        pytest.param(
            f"{CACHES}S = caches['a']{USED}\n\ndef g(S):\n    return S\n", {}, id="a parameter"
        ),
        pytest.param(
            f"{CACHES}A = 'a'\nS = caches[A]\nA = 'b'{USED}", {}, id="an alias that changes"
        ),
        pytest.param(f"{CACHES}S = caches[alias()]{USED}", {}, id="an alias that is computed"),
        pytest.param(
            f"{CACHES}\ndef get_cache(x):\n    return x\n\nS = caches['a']{USED}", {},
            id="another get_cache",
        ),
        pytest.param(f"{CACHES}if True:\n    S = caches['a']{USED}", {}, id="in a branch"),
    ],
)  # fmt: skip
def test_a_wrapper_where_the_name_must_stay(fixed: Fix, text: str, others: Tree) -> None:
    assert "LazyCacheWrapper(" in fixed(text, others)


def test_class_attributes_become_wrappers(fixed: Fix) -> None:
    text = fixed(f"{CACHES}\n\nclass C:\n    store = caches['a']\n")
    assert text == f"{WRAP}\n\nclass C:\n    store = LazyCacheWrapper('a')\n"


def test_chosen_by_option_and_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = f"{CACHES}\nS = caches['a']{USED}"
    pyproject = '[tool.cachelint]\nhelper = "cachelint.lazy"\nstyle = "get-cache"\n'
    write_tree(tmp_path, {"manage.py": "", "a.py": text, "pyproject.toml": pyproject})
    assert main(["fix", "--diff", "--style", "wrapper"]) == 1
    assert "+S = LazyCacheWrapper('a')" in capsys.readouterr().out
    assert main(["fix"]) == 0
    assert "get_cache('a').get('k')" in (tmp_path / "a.py").read_text()
    (tmp_path / "pyproject.toml").write_text('[tool.cachelint]\nstyle = "lazy"\n')
    assert main(["fix"]) == 2
    assert "pyproject.toml:2: style must be one of wrapper, get-cache" in capsys.readouterr().err
