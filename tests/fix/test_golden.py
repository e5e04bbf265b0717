"""The fixtures as the fixes leave them, in files to be read: ``bad.fixed.py``, ``bad.unsafe.py``.

``bad.fixed.py`` stands beside ``bad.py`` where safe fixes change it, ``bad.unsafe.py`` where unsafe
ones change more. CACHELINT_REGENERATE=1 writes them anew: read the diff as if it were your code.
"""

from __future__ import annotations

import ast
import io
import os
import tokenize
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyflakes.checker import Checker
from pyflakes.messages import UndefinedName

from cachelint.config import Configuration
from cachelint.diagnostic import Diagnostic, Span
from cachelint.engine import check_paths
from cachelint.fix import FixReport, fix_paths
from cachelint.rules import all_rules
from cachelint.source import split_lines
from tests.conftest import Tree, write_tree
from tests.test_fixtures import FIXTURES, describe, is_for_this_python, is_golden

CODES = (
    "CCH002",
    "CCH101",
    "CCH102",
    "CCH103",
    "CCH105",
    "CCH106",
    "CCH107",
    "CCH301",
    "CCH302",
    "CCH303",
    "CCH304",
    "CCH306",
    "CCH307",
    "CCH308",
    "CCH312",
    "CCH501",
    "CCH502",
)
REGENERATE = os.environ.get("CACHELINT_REGENERATE") == "1"


@dataclass(frozen=True)
class Fixed:
    """A fixture, what the fixes made of it, and what was found before and after."""

    old: bytes
    new: bytes
    report: FixReport
    before: tuple[Diagnostic, ...]
    after: tuple[Diagnostic, ...]

    @property
    def fixed(self) -> tuple[Diagnostic, ...]:
        return tuple(d for file in self.report.files for d in file.fixed)


class Copy:
    """A copy of a fixture in the working directory. Whatever was asked of a text is known then."""

    def __init__(self, fixture: Path, folder: Path) -> None:
        self._name = fixture.name
        self._old = fixture.read_bytes()
        self._found: dict[bytes, tuple[Diagnostic, ...]] = {}
        self._configuration = Configuration(
            base=str(folder), select=("ALL",), preview=True, helper="cachelint.lazy"
        )

    def fixed(self, unsafe: bool) -> Fixed:
        """The copy is fixed, and left alone by a second run."""
        report = self._fix(self._old, unsafe)
        new = report.files[0].new if report.files else self._old
        if new != self._old:
            assert self._fix(new, unsafe).files == ()
        return Fixed(self._old, new, report, self._check(self._old), self._check(new))

    def _fix(self, data: bytes, unsafe: bool) -> FixReport:
        Path(self._name).write_bytes(data)
        return fix_paths([self._name], self._configuration, unsafe=unsafe)

    def _check(self, data: bytes) -> tuple[Diagnostic, ...]:
        if data not in self._found:
            Path(self._name).write_bytes(data)
            self._found[data] = check_paths([self._name], self._configuration).diagnostics
        return self._found[data]


def golden_path(fixture: Path, unsafe: bool) -> Path:
    return fixture.with_suffix(".unsafe.py" if unsafe else ".fixed.py")


def bad_fixtures() -> list[Path]:
    folders = [FIXTURES / all_rules()[code].name for code in CODES]
    found = [path for folder in folders for path in sorted(folder.glob("bad*.py"))]
    return [path for path in found if not is_golden(path)]


FIXTURE_PARAMS = [
    pytest.param(
        fixture,
        id=describe(fixture),
        marks=[] if is_for_this_python(fixture) else pytest.mark.skip("another Python"),
    )
    for fixture in bad_fixtures()
]


@pytest.fixture(autouse=True)
def empty_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("fixture", FIXTURE_PARAMS)
def test_golden(fixture: Path, tmp_path: Path) -> None:
    """Safe fixes, then unsafe ones, and everything that must be so afterwards."""
    usual = fixture.read_bytes()
    copy = Copy(fixture, tmp_path)
    for unsafe in (False, True):
        done = copy.fixed(unsafe)
        is_as_recorded(golden_path(fixture, unsafe), done.new if done.new != usual else None)
        has_lost_what_it_fixed(done)
        compile(done.new, str(fixture), "exec")
        assert undefined_names(done.new) == undefined_names(done.old)
        # Comments are what this rule is about.
        if fixture.parent.name != "unused-noqa":
            assert comments_of(done.new) == comments_of(done.old)
        has_every_other_line(done)
        usual = done.new


def is_as_recorded(golden: Path, expected: bytes | None) -> None:
    if REGENERATE:
        golden.unlink(missing_ok=True)
        if expected is not None:
            golden.write_bytes(expected)
    found = golden.read_bytes() if golden.exists() else None
    assert shown(found) == shown(expected)


def shown(data: bytes | None) -> str | None:
    return None if data is None else data.decode()


def has_lost_what_it_fixed(done: Fixed) -> None:
    codes = [Counter(d.code for d in found) for found in (done.before, done.fixed, done.after)]
    # A wrapper can take another finding with it.
    assert codes[2] <= codes[0] - codes[1]


def undefined_names(code: bytes) -> Counter[str]:
    messages = Checker(ast.parse(code)).messages
    return Counter(m.message_args[0] for m in messages if isinstance(m, UndefinedName))


def comments_of(code: bytes) -> Counter[str]:
    lines = code.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    tokens = tokenize.tokenize(io.BytesIO(lines).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


def has_every_other_line(done: Fixed) -> None:
    changing = changing_rows(done)
    kept = [
        line
        for row, line in enumerate(split_lines(done.old.decode("latin-1")), 1)
        if row not in changing and line.strip()
    ]
    remaining = iter(split_lines(done.new.decode("latin-1")))
    assert [line for line in kept if line not in remaining] == []


def changing_rows(done: Fixed) -> set[int]:
    """The rows of findings and their evidence, of imports, of handlers that catch the wrong error
    once the code above is right, and of try statements that become one line."""
    # The calls of a removed function are the evidence of its import.
    found = [place.span for d in done.fixed for place in (d, *d.evidence)]
    found += [edit.span for d in done.fixed if d.fix is not None for edit in d.fix.edits]
    spans = [(span.row, span.end_row) for span in found]
    tree = ast.parse(done.old)
    for node in ast.walk(tree):
        rewritten = isinstance(node, ast.Try) and any(
            d.fix is not None and d.fix.rewrite and holds(node, d.span) for d in done.fixed
        )
        if rewritten or isinstance(node, (ast.Import, ast.ImportFrom)):
            assert isinstance(node, ast.stmt)
            spans.append((node.lineno, node.end_lineno or node.lineno))
        if isinstance(node, ast.Try) and any(holds(node, d.span) for d in done.fixed):
            spans += [(handler.lineno, handler.lineno) for handler in node.handlers]
    return {row for first, last in spans for row in range(first, last + 1)}


def holds(statement: ast.stmt, span: Span) -> bool:
    return statement.lineno <= span.row <= (statement.end_lineno or 0)


CACHES = "from django.core.cache import caches\n"
GUARDED = "from django.core.cache import InvalidCacheBackendError, caches\n"
GET_CACHE = "from django.core.cache import get_cache\n"
DUMMY = "from django.core.cache.backends.dummy import DummyCache\n"
LOCMEM = "from django.core.cache.backends.locmem import LocMemCache\n"
WRAPPER = "LazyCacheWrapper("


def defect(
    code: str,
    reason: str,
    *,
    present: str = "",
    absent: str = "\0",
    unsafe: bool = False,
    others: Tree | None = None,
) -> Any:
    """A result that was wrong once: ``present`` was missing in it, or ``absent`` was there."""
    return pytest.param(code, others or {}, unsafe, present, absent, id=reason)


DEFECTS = [
    defect(
        f"{GUARDED}class C:\n    try:\n        c = caches['a']\n"
        "    except InvalidCacheBackendError:\n        c = caches['b']\n",
        "traceback: a try statement that is indented",
        present="c = LazyCacheWrapper('a', fallback='b')",
        unsafe=True,
    ),
    defect(
        f"{CACHES.rstrip()}; X = caches['a']\n", "traceback: import and access in one row"
    ),
    defect(
        f"{CACHES}X = caches('a')\ndef f(a):\n    return caches.get(a)\n",
        "one caches(alias) at import stops every fix of the file",
        present="return caches[a] if a in caches else None",
    ),
    defect(
        f"{GET_CACHE}class MyCache:\n    def __init__(self):\n        self.c = get_cache('x')\n",
        "a get_cache() kept by a constructor stops every fix of the file",
        present="self.c = LazyCacheWrapper('x')",
    ),
    defect(
        f"{GET_CACHE}__all__ = ['get_cache']\ndef f():\n    return get_cache('x')\n",
        "get_cache is dropped although __all__ has it",
        absent="import caches",
    ),
    defect(
        f"{GET_CACHE}def f():\n    return get_cache('x')\n",
        "get_cache is dropped although another file imports it from here",
        absent="import caches",
        others={"b.py": "from a import get_cache\n"},
    ),
    defect(
        f"{GET_CACHE}try:\n    c = get_cache('x')\nexcept Exception:\n    c = None\n",
        "a get_cache() in a try statement: the handler is dead",
        absent=WRAPPER,
    ),
    defect(
        "from django.core import cache\n\ndef f():\n    return cache.get(1)\n",
        "the module is replaced although another file imports it from here",
        absent="core.cache import cache",
        others={"b.py": "from a import cache\n\ndef g():\n    return cache.caches['x']\n"},
    ),
    defect(
        f"{LOCMEM}{CACHES}class A(LocMemCache):\n    def __init__(self, n, p):\n"
        "        x = caches['a']\n        self.v = x.get('k')\n",
        "a constructor that uses the cache at once opens it still, and nothing is found",
        absent=WRAPPER,
    ),
    defect(
        f"{CACHES}def f(list):\n    return caches.keys()\n", "list is shadowed", absent="list(caches)"
    ),
    defect(
        f"{CACHES}def f(a):\n    return caches.get(\n        a,  # alias\n        None,\n    )\n",
        "a comment in caches.get() is lost",
        present="# alias",
    ),
    defect(f"{DUMMY}X = DummyCache(\n    'a',  # why\n)\n", "a comment is lost", present="# why"),
    defect(
        f"{GUARDED}try:\n    c = caches[  # one\n        'a'\n    ]\n"
        "except InvalidCacheBackendError:\n    c = caches['b']\n",
        "a comment in the brackets is doubled",
        absent="# one\nc = LazyCacheWrapper(  # one",
        unsafe=True,
    ),
    defect(
        f"{CACHES}class A:\n    x = caches['a']\n\n    def f(self):\n        return type(self.x)\n",
        "a class attribute that is asked for its type",
        absent=WRAPPER,
    ),
    defect(
        f"{CACHES}for s in [caches['a']]:\n    print(type(s))\n",
        "a loop variable that is asked for its type",
        absent=WRAPPER,
    ),
    defect(f"{CACHES}isinstance(*[caches['a'], T])\n", "a display as an argument", absent=WRAPPER),
    defect(
        f"{CACHES}x = caches['a']\nmatch y:\n    case [x]:\n        pass\n",
        "a name that a match statement binds too",
        absent=WRAPPER,
    ),
    defect(
        f"{CACHES}x = caches['a']\ntry:\n    pass\nexcept ValueError as x:\n    pass\n",
        "a name that an except clause binds too",
        absent=WRAPPER,
    ),
    defect(
        f"{CACHES}class A:\n    cache = caches['a']\n\nclass B:\n    cache = caches['b']\n",
        "two classes with an attribute of one name are left",
        present="cache = LazyCacheWrapper('a')",
    ),
    defect(
        f"{CACHES}cache = caches['a']\n\ndef f():\n    cache = 1\n    return cache\n",
        "a module's name is left for a function's local of that name",
        present="cache = LazyCacheWrapper('a')",
    ),
    defect(
        f"{CACHES}from django.core.cache import caches as stores\nX = stores['a'], caches['b']\n",
        "only the first import of caches goes",
        absent="stores",
    ),
    defect(
        f"{CACHES}{DUMMY}X = caches.get('a', DummyCache('', {{}}))\n",
        "an import of DummyCache that nobody uses now stays",
        absent="import DummyCache",
        unsafe=True,
    ),
    defect(f"{CACHES}caches['a']\n", "a statement that does nothing", absent=WRAPPER, unsafe=True),
    defect(
        f"{CACHES}X = sorted(id(caches[alias]) for alias in caches)\n",
        "id() of a wrapper that is gone at once: all the same",
        absent=WRAPPER,
        unsafe=True,
    ),
    defect(
        f"{CACHES}class A(type(caches['a'])):\n    pass\n",
        "a subclass of the wrapper instead of the backend",
        absent=WRAPPER,
        unsafe=True,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "others", "unsafe", "present", "absent"), DEFECTS)
def test_what_once_went_wrong(
    code: str, others: Tree, unsafe: bool, present: str, absent: str, tmp_path: Path
) -> None:
    write_tree(tmp_path, {"manage.py": "", "a.py": code, **others})
    configuration = Configuration(
        base=str(tmp_path), select=("ALL",), preview=True, helper="cachelint.lazy"
    )
    report = fix_paths(["a.py"], configuration, unsafe=unsafe)
    text = report.files[0].new.decode() if report.files else code
    assert present in text
    assert absent not in text


def test_no_golden_file_without_its_fixture() -> None:
    for path in FIXTURES.glob("*/*.py"):
        if is_golden(path):
            fixture = path.with_name(f"{path.name.partition('.')[0]}.py")
            assert fixture in bad_fixtures(), path
