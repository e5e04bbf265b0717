"""What one fix uncovers or makes possible is fixed in the same run, and nothing is left worse."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachelint.config import Configuration
from cachelint.fix import FixReport, fix_paths
from cachelint.fix.document import Document
from cachelint.fix.editing import Editor
from cachelint.fix.planning import Chosen
from cachelint.source import Source
from tests.conftest import Tree, write_tree

CACHES = "from django.core.cache import caches\n"


def fix(folder: Path, tree: Tree, *, unsafe: bool = False) -> FixReport:
    write_tree(folder, {"manage.py": "", **tree})
    configuration = Configuration(base=str(folder), helper="cachelint.lazy")
    report = fix_paths(["."], configuration, unsafe=unsafe)
    for file in report.files:
        (folder / file.path).write_bytes(file.new)
    assert fix_paths(["."], configuration, unsafe=unsafe).files == ()
    return report


@pytest.fixture(autouse=True)
def empty_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_a_fix_uncovers_is_fixed_too(tmp_path: Path) -> None:
    """`caches(a)` raises TypeError; `caches[a]` raises what `except KeyError` does not catch."""
    text = f"{CACHES}\ndef f(a):\n    try:\n        return caches(a)\n    except KeyError:\n        return None\n"
    report = fix(tmp_path, {"a.py": text})
    assert report.left == ()
    assert (tmp_path / "a.py").read_text() == (
        "from django.core.cache import InvalidCacheBackendError, caches\n\ndef f(a):\n    try:\n"
        "        return caches[a]\n    except InvalidCacheBackendError:\n        return None\n"
    )


def test_what_a_fix_uncovers_is_not_set_off_against_another_finding(tmp_path: Path) -> None:
    """The alias of the first may raise KeyError itself: its handler is not changed without leave."""
    body = "\n\ndef {0}():\n    try:\n        return {1}.get('k')\n    except KeyError:\n        return None\n"
    text = CACHES + body.format("f", "caches(f'a')") + body.format("g", "caches['a']")
    report = fix(tmp_path, {"a.py": text})
    assert [left.diagnostic.code for left in report.left] == ["CCH301"]
    new = (tmp_path / "a.py").read_text()
    assert "caches(f'a')" in new and new.count("except InvalidCacheBackendError") == 1


def test_what_the_fix_of_another_file_makes_possible(tmp_path: Path) -> None:
    """A call of a memoised function has no fix until the memo is gone."""
    memo = (
        f"from functools import lru_cache\n\n{CACHES}\n\n@lru_cache\ndef store():\n"
        "    return caches['a']\n"
    )
    user = "from shop.stores import store\n\nSTORE = store()\n"
    tree = {"shop/__init__.py": "", "shop/a_user.py": user, "shop/stores.py": memo}
    report = fix(tmp_path, tree)
    assert report.left == ()
    assert "lru_cache" not in (tmp_path / "shop/stores.py").read_text()
    assert "STORE = LazyCacheWrapper('a')" in (tmp_path / "shop/a_user.py").read_text()


def test_what_goes_with_the_fix_of_something_else(tmp_path: Path) -> None:
    """The call of a constructor is a finding as long as the constructor opens the cache."""
    text = (
        f"{CACHES}\n\nclass BoxCache:\n    def __init__(self):\n        self.box = caches['a']\n\n"
        "    def get(self, key):\n        return self.box.get(key)\n\n"
        "    def set(self, key, value):\n        self.box.set(key, value)\n\n\nBOX = BoxCache()\n"
        "caches['a'].get('k')\ncaches['a'].get('k')\n"
    )
    report = fix(tmp_path, {"a.py": text})
    assert [left.diagnostic.code for left in report.left] == ["CCH104", "CCH104"]
    assert {d.code for file in report.files for d in file.fixed} == {"CCH102", "CCH103"}


def test_overlapping_fixes(tmp_path: Path) -> None:
    """The second of two that change the same place is made when the first is done."""
    text = f"{CACHES}\n\ndef f():\n    return caches.get(caches.get('a').get('b'))\n"
    report = fix(tmp_path, {"a.py": text}, unsafe=True)
    assert report.left == ()
    assert ".get('a')" not in (tmp_path / "a.py").read_text()


def test_a_file_that_would_be_worse_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = Editor.edit

    def worse(self: Editor, source: Source, document: Document, chosen: Chosen) -> Document:
        new = edit(self, source, document, chosen)
        line = f"{CACHES}Y = caches.items()\n"
        return Document(new.text + line, new.encoding)

    monkeypatch.setattr(Editor, "edit", worse)
    text = f"{CACHES}\nX = caches['x']\n"
    report = fix(tmp_path, {"a.py": text})
    assert report.files == ()
    assert (tmp_path / "a.py").read_text() == text
    assert [left.reason for left in report.left] == [
        "the result would still have, or newly have, CCH301"
    ]


def test_what_goes_in_a_file_that_does_not_change(tmp_path: Path) -> None:
    """Who makes an object whose class opens a cache: once that is lazy nothing is left to say."""
    stores = (
        f"{CACHES}\n\nclass Store:\n    def __init__(self):\n        self.cache = caches['a']\n"
    )
    user = "from shop.stores import Store\n\nSTORE = Store()\n"
    names = {"first": "shop/a_user.py", "last": "shop/z_user.py"}
    tree = {"shop/__init__.py": "", "shop/stores.py": stores, **dict.fromkeys(names.values(), user)}
    report = fix(tmp_path, tree)
    assert [file.path for file in report.files] == ["shop/stores.py"]
    gone = [(one.path, one.code, one.span.row) for one in report.gone]
    assert gone == [(path, "CCH103", 3) for path in names.values()]
    assert (report.left, report.count) == ((), 3)
