"""What each fix makes of the code, and what it leaves alone, with its reason."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from cachelint.config import Configuration
from cachelint.fix import FixReport, fix_paths
from tests.conftest import Tree, write_tree

CACHES = "from django.core.cache import caches\n"
LAZY = "from cachelint.lazy import LazyCacheWrapper\n"
LAZY_DUMMY = "from cachelint.lazy import DUMMY, LazyCacheWrapper\n"

Fix = Callable[..., FixReport]


@pytest.fixture
def fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fix:
    """Write a tree, fix it in memory with the helper of the package, and check what must hold."""
    monkeypatch.chdir(tmp_path)

    def run(tree: Tree, *, unsafe: bool = False) -> FixReport:
        write_tree(tmp_path, {"manage.py": "", **tree})
        configuration = Configuration(base=str(tmp_path), helper="cachelint.lazy")
        report = fix_paths(["."], configuration, unsafe=unsafe)
        for file in report.files:
            ast.parse(file.new)
            (tmp_path / file.path).write_bytes(file.new)
        again = fix_paths(["."], configuration, unsafe=unsafe)
        assert again.files == (), "a second run must change nothing"
        return report

    return run


def only(report: FixReport) -> str:
    """The new text of the only file that changes."""
    assert report.left == ()
    (file,) = report.files
    return file.new.decode()


SAFE = [
    pytest.param(
        f"{CACHES}\nSESSIONS = caches['sessions']\n",
        f"{LAZY}\nSESSIONS = LazyCacheWrapper('sessions')\n",
        id="module",
    ),
    pytest.param(
        f"{CACHES}\n\nclass Throttle:\n    cache = caches[settings.ALIAS]\n",
        f"{LAZY}\n\nclass Throttle:\n    cache = LazyCacheWrapper(settings.ALIAS)\n",
        id="class attribute",
    ),
    pytest.param(
        f"{CACHES}\n\ndef f(x, *, cache=caches['a']):\n    return caches['b']\n",
        f"{CACHES}\n{LAZY}\n\ndef f(x, *, cache=LazyCacheWrapper('a')):\n    return caches['b']\n",
        id="default, caches still used",
    ),
    pytest.param(
        f"{CACHES}\nSTORES = {{'a': caches['a'], 'b': [caches['b']]}}\n",
        f"{LAZY}\nSTORES = {{'a': LazyCacheWrapper('a'), 'b': [LazyCacheWrapper('b')]}}\n",
        id="displays",
    ),
    pytest.param(
        f"{CACHES}\nx, y = caches['x'], caches['y']\n",
        f"{LAZY}\nx, y = LazyCacheWrapper('x'), LazyCacheWrapper('y')\n",
        id="unpacked",
    ),
    pytest.param(
        f"{CACHES}\nX: BaseCache = caches[  # which\n    'x'\n]\n",
        f"{LAZY}\nX: BaseCache = LazyCacheWrapper(  # which\n    'x'\n)\n",
        id="comment and lines between the brackets",
    ),
    pytest.param(
        f"{CACHES}\nX = caches[('x')]\n", f"{LAZY}\nX = LazyCacheWrapper(('x'))\n", id="parentheses"
    ),
    pytest.param(
        "import django.core.cache\n\nX = django.core.cache.caches['x']\n",
        f"import django.core.cache\n\n{LAZY}\nX = LazyCacheWrapper('x')\n",
        id="dotted",
    ),
    pytest.param(
        f"{CACHES}\ndef f(a):\n    return caches.get(a)\n",
        f"{CACHES}\ndef f(a):\n    return caches[a] if a in caches else None\n",
        id="get in a function",
    ),
    pytest.param(
        f"{CACHES}\ndef f():\n    use(caches.get('a', other), 1)\n",
        f"{CACHES}\ndef f():\n    use((caches['a'] if 'a' in caches else other), 1)\n",
        id="get as an argument",
    ),
    pytest.param(
        f"{CACHES}\ndef f():\n    return caches.keys(), caches('a')\n",
        f"{CACHES}\ndef f():\n    return list(caches), caches['a']\n",
        id="keys and call",
    ),
    pytest.param(
        "from django.core.cache.backends.dummy import DummyCache\n\nX = DummyCache()\n",
        "from django.core.cache.backends.dummy import DummyCache\n\nX = DummyCache(\"\", {})\n",
        id="dummy",
    ),
    pytest.param(
        "from django.core.cache.backends import dummy\n\nX = dummy.DummyCache('here')\n",
        "from django.core.cache.backends import dummy\n\nX = dummy.DummyCache('here', {})\n",
        id="dummy with one argument",
    ),
    pytest.param(
        "from django.core.cache import cache, get_cache\n\ndef f():\n    return get_cache('a')\n",
        "from django.core.cache import cache, caches\n\ndef f():\n    return caches['a']\n",
        id="removed get_cache",
    ),
    pytest.param(
        "from django.core.cache import get_cache, caches\n\ndef f():\n    return get_cache('a')\n",
        "from django.core.cache import caches\n\ndef f():\n    return caches['a']\n",
        id="removed get_cache beside caches",
    ),
    pytest.param(
        "from django.core.cache import get_cache\n\nX = get_cache('a')\n",
        f"{LAZY}\nX = LazyCacheWrapper('a')\n",
        id="removed get_cache at import",
    ),
    pytest.param(
        "from django.core import cache\n\ndef f():\n    return cache.get(1)\n",
        "from django.core.cache import cache\n\ndef f():\n    return cache.get(1)\n",
        id="module as cache",
    ),
    pytest.param(
        "from django.core import cache as c, mail\n\ndef f():\n    return c.get(mail)\n",
        "from django.core import mail\nfrom django.core.cache import cache as c\n"
        "\ndef f():\n    return c.get(mail)\n",
        id="module as cache beside another",
    ),
    pytest.param(
        "from cachelint.lazy import get_cache\n\nX = get_cache('a', fallback='b')\n",
        f"{LAZY}\nX = LazyCacheWrapper('a', fallback='b')\n",
        id="the helper's get_cache at import",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), SAFE)
def test_safe_fixes(fix: Fix, before: str, after: str) -> None:
    assert only(fix({"a.py": before})) == after


UNSAFE = [
    pytest.param(
        f"{CACHES}from django.core.cache import InvalidCacheBackendError\n\n"
        "try:\n    X = caches['a']\nexcept InvalidCacheBackendError:\n    X = caches['b']\n",
        f"{LAZY}\nX = LazyCacheWrapper('a', fallback='b')\n",
        "the handler also serves a backend that cannot be imported",
        id="try with another alias",
    ),
    pytest.param(
        "from django.core.cache import InvalidCacheBackendError, cache, caches\n\n"
        "try:  # the fast one\n    X = caches['a']\nexcept (InvalidCacheBackendError, KeyError):\n"
        "    X = cache  # if any\n",
        "from cachelint.lazy import LazyCacheWrapper\n\n"
        "# the fast one\nX = LazyCacheWrapper('a', fallback=\"default\")  # if any\n",
        "the handler also serves",
        id="try with the proxy, comments kept",
    ),
    pytest.param(
        f"{CACHES}\nX = caches.get('a', None)\n",
        f"{LAZY_DUMMY}\nX = LazyCacheWrapper('a', fallback=DUMMY)\n",
        "a wrapper is never None",
        id="get at import",
    ),
    pytest.param(
        f"{CACHES}\nclass C:\n    def __init__(self):\n        self.cache = caches.get('a')\n",
        f"{LAZY_DUMMY}\nclass C:\n    def __init__(self):\n"
        "        self.cache = LazyCacheWrapper('a', fallback=DUMMY)\n",
        "a wrapper is never None",
        id="get on self",
    ),
    pytest.param(
        f"{CACHES}\nX = wrap(caches['a'])\n",
        f"{LAZY}\nX = wrap(LazyCacheWrapper('a'))\n",
        "what the code around it does",
        id="argument",
    ),
    pytest.param(
        f"{CACHES}\nif 'a' in caches:\n    X = caches['a']\n",
        f"{CACHES}\n{LAZY}\nif 'a' in caches:\n    X = LazyCacheWrapper('a')\n",
        "still asked only once",
        id="membership",
    ),
    pytest.param(
        f"{CACHES}\nX = caches['a']\n\ndef f():\n    global X\n    X = None\n",
        f"{LAZY}\nX = LazyCacheWrapper('a')\n\ndef f():\n    global X\n    X = None\n",
        "`X` is bound elsewhere too",
        id="bound again",
    ),
    pytest.param(
        f"{CACHES}\nX = caches['a']\n\ndef f(y):\n    return y is X\n",
        f"{LAZY}\nX = LazyCacheWrapper('a')\n\ndef f(y):\n    return y is X\n",
        "compared by identity",
        id="identity",
    ),
    pytest.param(
        f"{CACHES}\nX = caches['a']\n\ndef f():\n    return isinstance(X, RedisCache)\n",
        f"{LAZY}\nX = LazyCacheWrapper('a')\n\ndef f():\n    return isinstance(X, RedisCache)\n",
        "asked for its type",
        id="type",
    ),
    pytest.param(
        f"{CACHES}\ndef f():\n    return caches.get(name())\n",
        f"{CACHES}\ndef f():\n    return caches[name()] if name() in caches else None\n",
        "evaluated twice",
        id="get with a call",
    ),
    pytest.param(
        "from django.core.cache import get_cache\n\ndef f(a):\n    return get_cache(a)\n",
        f"{CACHES}\ndef f(a):\n    return caches[a]\n",
        "addresses and module paths",
        id="removed get_cache with an expression",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "reason"), UNSAFE)
def test_unsafe_fixes(fix: Fix, before: str, after: str, reason: str) -> None:
    report = fix({"a.py": before})
    assert report.files == ()
    assert reason in report.left[0].reason
    assert report.left[0].with_unsafe
    assert only(fix({"a.py": before}, unsafe=True)) == after


LEFT = [
    pytest.param(
        f"{CACHES}\nX = (w := caches)['x']\n", "no automatic fix", id="base is no name"
    ),
    pytest.param(
        f"{CACHES}\nif y:\n    caches = {{}}\nX = caches['x']\n", "no automatic fix", id="not certain"
    ),
    pytest.param(
        f"{CACHES}\ntry:\n    X = caches['a']\nexcept Exception:\n    X = None\n",
        "does not bind the same name to another cache",
        id="try with None",
    ),
    pytest.param(
        f"{CACHES}\ntry:\n    X = caches['a']\n    Y = 1\nexcept Exception:\n    X = None\n",
        "does more than to choose",
        id="try with more",
    ),
    pytest.param(
        f"{CACHES}\nLazyCacheWrapper = None\nX = caches['a']\n",
        "`LazyCacheWrapper` means something else",
        id="shadowed name",
    ),
    pytest.param(
        f"{CACHES}\ndef f():\n    return caches.get('a', timeout=3)\n", "no automatic fix", id="odd get"
    ),
    pytest.param(
        "from django.core.cache import get_cache\n\ndef f():\n    return get_cache('redis://x')\n",
        "no automatic fix",
        id="address",
    ),
    pytest.param(
        "from django.core.cache import get_cache\n\nload = get_cache\ndef f(): return get_cache('x')\n",
        "`get_cache` is not only called",
        id="get_cache as a value",
    ),
    pytest.param(
        "from django.core import cache\n\ndef f():\n    cache.get(1), cache.caches\n",
        "`cache` is used as a module too",
        id="module as both",
    ),
    pytest.param(
        f"{CACHES}\nX = caches.__getitem__('x')\n", "no automatic fix", id="__getitem__"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), LEFT)
def test_left_with_a_reason(fix: Fix, text: str, reason: str) -> None:
    report = fix({"a.py": text}, unsafe=True)
    assert report.files == ()
    assert any(reason in left.reason for left in report.left), report.left
    assert not any(left.with_unsafe for left in report.left)


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        pytest.param({}, False, id="unused"),
        pytest.param({"b.py": "from a import caches\n"}, True, id="imported elsewhere"),
        pytest.param({"b.py": "from a import *\n"}, True, id="star-imported elsewhere"),
        pytest.param({"b.py": "import a\na.caches\n"}, True, id="read as an attribute"),
        pytest.param({"b.py": "patch('shop.a.caches')\n"}, True, id="patched by string"),
        pytest.param({"b.py": "from django.core.cache import caches\n"}, False, id="its own import"),
    ],
)  # fmt: skip
def test_the_unused_import_goes_unless_somebody_needs_it(fix: Fix, other: Tree, kept: bool) -> None:
    report = fix({"a.py": f"{CACHES}\nX = caches['x']\n", **other})
    (file,) = report.files
    assert (CACHES.encode() in file.new) is kept


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param("__all__ = ['caches']\n", id="__all__"),
        pytest.param("def f():\n    return caches\n", id="used in a function"),
        pytest.param("def f():\n    global caches\n", id="global"),
    ],
)
def test_the_import_stays_where_this_file_needs_it(fix: Fix, tail: str) -> None:
    (file,) = fix({"a.py": f"{CACHES}\nX = caches['x']\n{tail}"}).files
    assert CACHES.encode() in file.new


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(
            "from django.core.cache import (\n    cache,\n    caches,\n)\n",
            "from django.core.cache import (\n    cache,\n)\n",
            id="parenthesised, last",
        ),
        pytest.param(
            "from django.core.cache import (\n    caches,\n    cache,\n)\n",
            "from django.core.cache import (\n    cache,\n)\n",
            id="parenthesised, first",
        ),
        pytest.param(
            "from django.core.cache import (\n    cache,  # the default\n    caches,\n)\n",
            "from django.core.cache import (\n    cache,  # the default\n    caches,\n)\n",
            id="a comment in it",
        ),
        pytest.param(
            "from django.core.cache import caches  # noqa: F401\n",
            "from django.core.cache import caches  # noqa: F401\n",
            id="a comment behind it",
        ),
    ],
)
def test_one_name_less(fix: Fix, head: str, expected: str) -> None:
    text = only(fix({"a.py": f"{head}\nX = caches['x'], cache\n"}))
    assert text == f"{expected}\n{LAZY}\nX = LazyCacheWrapper('x'), cache\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f'"""Doc."""\nfrom __future__ import annotations\n\nimport os\n\n{CACHES}\nfrom . import x\n'
            "\nX = caches['a'], caches\n",
            f'"""Doc."""\nfrom __future__ import annotations\n\nimport os\n\n{CACHES}\n{LAZY}\n'
            "from . import x\n\nX = LazyCacheWrapper('a'), caches\n",
            id="before the relative ones",
        ),
        pytest.param(
            f"import sys\nsys.path.insert(0, 'x')\n{CACHES}\nX = caches['a'], caches\n",
            f"import sys\nsys.path.insert(0, 'x')\n{CACHES}\n{LAZY}\nX = LazyCacheWrapper('a'), caches\n",
            id="behind sys.path",
        ),
        pytest.param(
            f"{CACHES}X = caches['a'], caches\nimport os\n",
            f"{CACHES}\n{LAZY}\nX = LazyCacheWrapper('a'), caches\nimport os\n",
            id="before the first use, not behind the last import",
        ),
        pytest.param(
            f"try:\n    {CACHES}except ImportError:\n    caches = None\n\nclass C:\n    x = [caches['a']]\n",
            None,
            id="import in a try statement is not certain",
        ),
        pytest.param(
            f"#!/usr/bin/env python\n# coding: utf-8\nif True:\n    {CACHES}X = [caches['a'], caches]\n",
            f"#!/usr/bin/env python\n# coding: utf-8\n{LAZY}\nif True:\n    {CACHES}"
            "X = [LazyCacheWrapper('a'), caches]\n",
            id="behind the encoding cookie",
        ),
        pytest.param(
            f"from cachelint.lazy import DUMMY\n{CACHES}\nX = caches['a'], caches\n",
            f"{LAZY_DUMMY}{CACHES}\nX = LazyCacheWrapper('a'), caches\n",
            id="into the import of its siblings",
        ),
        pytest.param(
            f"from cachelint.lazy import (\n    DUMMY,\n    get_cache,\n)\n{CACHES}\n"
            "X = caches['a'], caches\n",
            f"from cachelint.lazy import (\n    DUMMY,\n    LazyCacheWrapper,\n    get_cache,\n)\n{CACHES}\n"
            "X = LazyCacheWrapper('a'), caches\n",
            id="into an import of one name a row",
        ),
        pytest.param(
            f"from cachelint.lazy import DUMMY  # why\n{CACHES}\nX = caches['a'], caches\n",
            f"from cachelint.lazy import DUMMY  # why\n{LAZY}{CACHES}\nX = LazyCacheWrapper('a'), caches\n",
            id="beside an import with a comment",
        ),
        pytest.param(
            f"{LAZY}{CACHES}\nX = caches['a'], caches\n",
            f"{LAZY}{CACHES}\nX = LazyCacheWrapper('a'), caches\n",
            id="there already",
        ),
    ],
)  # fmt: skip
def test_placement_of_the_import(fix: Fix, text: str, expected: str | None) -> None:
    report = fix({"a.py": text})
    if expected is None:
        assert report.files == ()
    else:
        assert report.files[0].new.decode() == expected


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(f"{CACHES}\nX = caches['x']\n".replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(f"{CACHES}\nX = caches['x']\n".replace("\n", "\r").encode(), id="CR"),
        pytest.param(b"\xef\xbb\xbf" + f"{CACHES}\nX = caches['x']\n".encode(), id="BOM"),
        pytest.param(
            f"# coding: latin-1\n# \u00e4\n{CACHES}\nX = caches['x']\n".encode("latin-1"), id="latin-1"
        ),
        pytest.param(f"{CACHES}\n\x0c\nX = 'ä', caches['x']\n".encode(), id="form feed"),
        pytest.param(f"{CACHES}\nX = caches['x']".encode(), id="no line end at the end"),
        pytest.param(f"{CACHES}\nY = 1 \r\nX = caches['x']\n".encode(), id="mixed line ends"),
    ],
)  # fmt: skip
def test_all_other_bytes_stay(fix: Fix, data: bytes) -> None:
    (file,) = fix({"a.py": data}).files
    end = b"\r\n" if b"\r\n" in data and b"Y" not in data else b"\r" if b"\r" in data else b"\n"
    end = b"\n" if b"Y = 1" in data else end
    new = file.new.replace(b"LazyCacheWrapper('x')", b"caches['x']")
    old_import, new_import = CACHES.strip().encode(), LAZY.strip().encode()
    assert new.replace(new_import + end, b"") == data.replace(old_import + end, b"")


def test_lines_between_brackets_keep_their_ends(fix: Fix) -> None:
    text = (
        "from django.core.cache import InvalidCacheBackendError, caches\n\n"
        "try:\n    X = caches[\n        'a'\n    ]\n"
        "except InvalidCacheBackendError:\n    X = caches['b']\n"
    )
    (file,) = fix({"a.py": text.replace("\n", "\r\n")}, unsafe=True).files
    assert b"\r\r" not in file.new
    assert file.new.count(b"\n") == file.new.count(b"\r\n")


def test_a_name_that_a_test_patches_is_not_safe(fix: Fix) -> None:
    tree = {
        "shop/__init__.py": "",
        "shop/views.py": f"{CACHES}\nX = caches['x']\n",
        "tests/test_views.py": "@mock.patch('shop.views.X')\ndef test(): ...\n",
    }
    report = fix(tree)
    assert report.files == ()
    assert "test_views.py names `X`" in report.left[0].reason


def test_a_file_that_is_not_utf8_is_left(fix: Fix) -> None:
    report = fix({"a.py": b"caches = '\xff'\n"})
    assert report.files == ()
    assert "cannot be decoded" in report.left[0].reason


def test_f_strings(fix: Fix) -> None:
    """Before Python 3.12 their positions are not to be trusted: fixed rightly, or left."""
    report = fix({"a.py": f"{CACHES}\nX = [f\"{{caches['a']}}\"]\n"}, unsafe=True)
    for file in report.files:
        assert "LazyCacheWrapper('a')}" in file.new.decode()
    assert report.files or report.left
