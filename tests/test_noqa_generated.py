"""Generated modules with comments everywhere: what CCH002 and --add-noqa promise, on all of them."""

import ast
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachelint.config import Configuration
from cachelint.diagnostic import Diagnostic
from cachelint.engine import Report, check_text
from cachelint.fix import fix_text
from cachelint.fix.silencing import silence
from cachelint.judge import Judge
from cachelint.noqa import Suppressions
from cachelint.source import load
from tests.conftest import write_tree

HEAD = "from django.core.cache import cache, caches\n"
STATEMENTS = (
    "x = 1{}", "x = caches['a']{}", "x = caches.get('a'), caches['b']{}", "x = '漢', caches['c']{}",
    "x = [{}\n    caches['d'],{}\n    caches.get('e'){}\n]{}", "x = caches['''\n{}f''']{}",
    "x = '''{}\n''', [{}\ncaches['g']{}\n]{}", "x = \\\n    caches['h']{}", "{}",
    "def f(a=caches['i']):{}\n    return caches.get('j'){}", "if caches['k']:{}\n    pass{}",
    "x = '# noqa: CCH101', caches['l']{}",
)  # fmt: skip
CODES = st.lists(
    st.sampled_from(["CCH101", "CCH301", "CCH1", "CCH3", "CCH104", "CCH999", "E501", "CCH103"]),
    min_size=1, max_size=3,
)  # fmt: skip
DIRECTIVES = st.builds(
    lambda name, colon, separator, codes: f"# {name}{colon}{separator.join(codes)}",
    st.sampled_from(["noqa", "NoQA"]), st.sampled_from([":", ": "]),
    st.sampled_from([",", ", ", " "]), CODES,
)  # fmt: skip
COMMENTS = st.one_of(
    st.just(""), st.just("  # why"), st.just("  # noqa"), DIRECTIVES.map(lambda d: f"  {d}"),
    DIRECTIVES.map(lambda d: f"  # why {d} not"), DIRECTIVES.map(lambda d: f"  {d}  # more"),
)  # fmt: skip


@st.composite
def modules(draw: st.DrawFn) -> str:
    parts = [HEAD]
    for statement in draw(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=5)):
        filled = statement
        while "{}" in filled:
            filled = filled.replace("{}", draw(COMMENTS), 1)
        parts.append(f"{filled}\n")
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return "".join(parts).replace("\n", end)


@pytest.fixture(autouse=True, scope="module")
def _in_an_empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Else the settings of this repository are looked for, again for each example."""
    with chdir(tmp_path_factory.mktemp("empty")):
        yield


@contextmanager
def chdir(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


CONFIGURATION = Configuration(select=("CCH1", "CCH3", "CCH002"), helper="cachelint.lazy")


def checked(data: bytes) -> Report:
    return check_text("generated.py", data, CONFIGURATION)


def found(report: Report) -> Counter[tuple[str, str]]:
    """Rows may move, what is said may not."""
    return Counter((d.code, d.message) for d in report.diagnostics if d.code != "CCH002")


def heard_in_flake8(data: bytes) -> Counter[str]:
    source = load("generated.py", data)
    noqa = Suppressions(source)
    seen = Judge(Configuration(preview=True), whole_project=False).judge(source)
    return Counter(d.code for d in seen if not noqa.cover(d.code, d.span.row))


@settings(max_examples=75, deadline=None)
@given(modules())
def test_an_unused_comment_is_no_loss(text: str) -> None:
    """Without it the same is found, by check and by flake8; and what stays is used."""
    old = text.encode()
    before = checked(old)
    unused = [d for d in before.diagnostics if d.code == "CCH002"]
    report = fix_text("generated.py", old, CONFIGURATION)
    new = next((file.new for file in report.files), old)
    fixed = [d for file in report.files for d in file.fixed]
    assert [d for d in unused if d not in fixed] == []
    if all(d.code == "CCH002" for d in fixed):
        assert found(checked(new)) == found(before)
        assert heard_in_flake8(new) == heard_in_flake8(old)
        assert ast.dump(ast.parse(new)) == ast.dump(ast.parse(old))
    assert not any(d.code == "CCH002" for d in checked(new).diagnostics)


@settings(max_examples=75, deadline=None)
@given(text=modules())
def test_everything_is_silent_afterwards(text: str) -> None:
    write_tree(Path(), {"generated.py": text})
    old = Path("generated.py").read_bytes()
    done = silence(checked(old), (".html",))
    new = next((file.new for file in done.files), old)
    after = checked(new)
    assert ast.dump(ast.parse(new)) == ast.dump(ast.parse(old))
    assert codes(after.diagnostics) == codes(tuple(left.diagnostic for left in done.left))


def codes(diagnostics: tuple[Diagnostic, ...]) -> Counter[str]:
    return Counter(diagnostic.code for diagnostic in diagnostics)
