"""Bodies without a cache word are not parsed: nobody may be able to tell from the facts."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cachelint import blanking
from cachelint.blanking import blanked
from cachelint.facts import collect_facts, collect_outline
from cachelint.source import UnparsedSourceError, load, load_outline, load_sparse
from tests.conftest import ROOT

FILES = sorted(
    path
    for folder in ("fixtures", "cachelint/project", "cachelint/rules")
    for path in (ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts
)
LONG = "    value = compute(1, 2, 3)\n" * 8


@pytest.fixture(autouse=True)
def of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files and bodies are not worth it, but they must not differ either."""
    monkeypatch.setattr(blanking, "_MIN_FILE", 0)
    monkeypatch.setattr(blanking, "_MIN_BODY", 0)


def assert_same_facts(data: bytes) -> int:
    """How many bodies could be left out."""
    try:
        whole = load("a.py", data)
    except UnparsedSourceError:
        return 0
    sparse = load_sparse("a.py", data)
    assert collect_facts(sparse) == collect_facts(whole)
    outline = load_outline("a.py", data)
    assert len(outline.hidden) >= len(sparse.hidden)
    for thorough in (False, True):
        assert collect_outline(outline, thorough) == collect_outline(whole, thorough)
    return len(sparse.hidden)


@pytest.mark.parametrize("part", range(4))
def test_files(part: int) -> None:
    """Fixtures, and code of our own that says "cache" all over."""
    assert sum(assert_same_facts(path.read_bytes()) for path in FILES[part::4]) > 100


_HEADS = (
    "def f{n}(a, b=1):\n",
    "async def f{n}(\n    a,\n    b={{}},\n) -> dict[str, int]:  # why\n",
    "@decorated({n})\ndef f{n}(self, *, key: str = ':') -> None:\n",
    "class C{n}(Base):\n    def f{n}(self):\n",
    "class Cache{n}(Base):\n    def f{n}(self):\n",
    "if A:\n    def f{n}():\n",
    "def f{n}(): return 1\ndef g{n}():\n",
)
_BODIES = (
    "x = c['a']\nreturn x\n",
    "return self.store.get('k')\n",
    'text = """\ndef inner():\n    pass\n"""\nreturn text\n',
    "def inner():\n    return c\nreturn inner()\n",
    "for x in y:\n    # why\n    yield x\n",
    "value = (1,\n2)\nreturn value\n",
    "c = box()\ndef inner():\n    return c['z']\nreturn inner\n",
    "global c\nc = 1\n",
    "return caches['b']\n",
    "self.store = caches['b']\n",
    "return opened()\n",
    "'''one''' \"\"\"two\"\"\"\n",
)
_BETWEEN = (
    "",
    "x{n} = f0()\n",
    "from stores import box as c\n",
    "from django.core.cache import caches as c\n",
    "# comment at the margin\n",
    "'''text at the margin'''\n",
)


@pytest.mark.parametrize("seed", range(40))
def test_generated(seed: int) -> None:
    chance = random.Random(seed)
    parts = ["from django.core.cache import caches\ndef opened():\n    return caches['a']\n"]
    for n in range(chance.randrange(3, 9)):
        head = chance.choice(_HEADS).format(n=n)
        last = head.splitlines()[-1]
        indent = " " * (len(last) - len(last.lstrip()) + 4)
        body = "".join(chance.sample(_BODIES, chance.randrange(1, 3)))
        parts.append(head + "".join(f"{indent}{line}\n" for line in body.splitlines()))
        parts.append(chance.choice(_BETWEEN).format(n=n))
    assert_same_facts("".join(parts).encode())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"def f():\n{LONG}\nx = 1\n", id="plain"),
        pytest.param(f"def f():\n{LONG}    y = 'a' \\\n\nx = 1\n", id="a backslash at the end"),
        pytest.param(f"def f():\n{LONG}    '''\nx\n    '''\nx = 1\n", id="a text at the margin"),
        pytest.param(f"def f(\n    a=1,\n):\n{LONG}", id="the end of the file"),
        pytest.param(f"class A:\n    def f(self):\n{LONG}x = 1\n", id="a body at the margin"),
        pytest.param(f"def f():\n{LONG}".replace("    ", "\t"), id="tabs"),
        pytest.param(f"def f():\n{LONG}x = 1\n".replace("\n", "\r\n"), id="lines of Windows"),
        pytest.param(f"İ = 1\ndef f():\n{LONG}x = 1\n", id="a letter of two when lowered"),
    ],
)
def test_rows_stay_where_they_are(text: str) -> None:
    left, _ = blanked(text)
    assert left.count("\n") == text.count("\n")
    for before, after in zip(text.split("\n"), left.split("\n"), strict=True):
        assert after in (before, "") or after.strip() == "pass"


def test_what_is_left_is_judged_in_spite_of_an_error_in_a_body(tmp_path: Path) -> None:
    text = f"from django.core.cache import caches\nx = caches['a']\ndef f():\n{LONG}    y = = 1\n"
    source = load_sparse("a.py", text.encode())
    assert [use.code for use in collect_facts(source).uses] == ["caches['a']"]
    with pytest.raises(UnparsedSourceError):
        source.whole()
