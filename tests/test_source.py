"""Bytes, decoding, parsing, lines and noqa."""

from pathlib import Path

import pytest

from cachelint.noqa import Suppressions, logical_noqa_lines
from cachelint.source import UnparsedSourceError, has_cache_word, load
from tests.warm import Warm


@pytest.mark.parametrize(
    ("data", "row", "cause"),
    [
        pytest.param(b"x = 1\ncache = (\n", 2, "'(' was never closed", id="syntax error"),
        pytest.param(b"x = 1\ncache = '\0'\n", 2, "null byte", id="NUL byte"),
        pytest.param(b"# coding: klingon\ncache = 1\n", 1, "unknown encoding", id="unknown cookie"),
        pytest.param(b"x = 1\r\n# \xff\r\ncache = 1\r\n", 2, "0xff", id="not UTF-8, CRLF"),
        pytest.param(b"# coding: ascii\n\ncache = '\xc3\xa4'\n", 3, "0xc3", id="wrong cookie"),
        pytest.param(
            b"\xef\xbb\xbf# coding: latin-1\ncache = 1\n", 1, "cannot be decoded", id="BOM, cookie"
        ),
        pytest.param(b"# coding: rot13\ncache\n", 1, "cannot be decoded", id="no text encoding"),
        pytest.param(b"# coding: undefined\ncache\n", 1, "cannot be decoded", id="undefined"),
        pytest.param(b"cache = " + b"(" * 500 + b")" * 500, 1, "cannot be parsed", id="nesting"),
    ],
)
def test_what_cannot_be_read_says_why_and_where(data: bytes, row: int, cause: str) -> None:
    with pytest.raises(UnparsedSourceError) as caught:
        load("module.py", data)
    assert cause in caught.value.cause
    # Python 3.10 and 3.11 do not tell the row of a NUL byte; we look for it.
    assert caught.value.row == row


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xef\xbb\xbfx = 1\n", id="BOM"),
        pytest.param(b"# coding: latin-1\nx = '\xe4'\n", id="latin-1"),
        pytest.param(b"# -*- coding: cp1251 -*-\nx = '\xe4'\n", id="cp1251"),
        pytest.param(b"x = 1\ry = 2\r", id="old Mac line ends"),
        pytest.param(b"x = 1\n\x0c\ny = 2\n", id="form feed"),
        pytest.param("x = '\u2028\x85'\ny = 1\n".encode(), id="Unicode separators"),
        pytest.param(b"x = '\\d'\n", id="invalid escape"),
    ],
)
def test_what_can_be_read(data: bytes) -> None:
    source = load("module.py", data)
    for node in source.tree.body:
        assert source.lines[node.lineno - 1].strip()


def test_spans_after_form_feed_and_separators() -> None:
    source = load("m.py", "a = '\u2028'\n\x0c\nb = 'ä', caches\n".encode())
    span = source.span(source.tree.body[1].value.elts[1])  # type: ignore[attr-defined]
    assert source.lines[span.row - 1][span.column - 1 : span.end_column - 1] == "caches"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"from django.core.cache import x", True),
        (b"CACHES", True),
        (b"MyCache", True),
        (b"get_redis_connection", True),
        (b"MIDDLEWARE = []", True),
        (b"x = 1", False),
        (b"", False),
    ],
)
def test_cache_words(data: bytes, expected: bool) -> None:
    assert has_cache_word(data) is expected


NOQA = """\
a = 1  # noqa
b = 1  # noqa: CCH101
c = 1  # noqa: CCH1
d = 1  # noqa: E501,CCH101
e = 1  # noqa: E501
f = 1  # NOQA:CCH101 because
g = 1  # noqa : CCH101
h = 1  # noqa: cch101
i = '''
'''  # noqa: CCH101
j = 1 + \\
    2  # noqa: CCH101
k = (1 +
    2)  # noqa: CCH101
l = 1
m = '# noqa'
"""


def test_noqa_is_flake8s(tmp_path: Path, warm_cachelint: Warm) -> None:
    """Each row of NOQA has a finding of flake8's (E731 would do; we take a plugin of our own)."""
    (tmp_path / "module.py").write_text(NOQA)
    (tmp_path / "every_row.py").write_text(
        "class EveryRow:\n"
        "    name, version = 'every-row', '1'\n"
        "    def __init__(self, tree, lines): self.lines = lines\n"
        "    def run(self):\n"
        "        for row in range(1, len(self.lines) + 1): yield row, 0, 'CCH101 here', EveryRow\n"
    )
    (tmp_path / ".flake8").write_text(
        "[flake8]\nselect = CCH\n[flake8:local-plugins]\nextension = CCH1 = every_row:EveryRow\n"
        f"paths = {tmp_path}\n"
    )
    run = warm_cachelint.module("flake8", "module.py", folder=tmp_path)
    assert run.stdout, run.stderr
    shown = {int(line.split(b":")[1]) for line in run.stdout.splitlines()}
    suppressions = Suppressions(load("module.py", NOQA.encode()))
    rows = range(1, NOQA.count("\n") + 1)
    assert {row for row in rows if not suppressions.cover("CCH101", row)} == shown
    assert {1, 2, 3, 4, 6, 9, 10, 11, 12, 14}.isdisjoint(shown)
    assert {5, 13, 15} <= shown


@pytest.mark.parametrize(
    ("comment", "covered"),
    [("# flake8: noqa", True), ("x = 1  # flake8: noqa", False), ("# flake8=NOQA", True)],
)
def test_whole_file(comment: str, covered: bool) -> None:
    suppressions = Suppressions(load("module.py", f"{comment}\ny = 1\n".encode()))
    assert suppressions.cover("CCH101", 2) is covered


def test_rows_that_a_string_or_backslash_joins() -> None:
    rows = logical_noqa_lines(load("module.py", NOQA.encode()))
    assert rows[9] == rows[10]
    assert rows[11] == rows[12]
    assert rows[13] != rows[14]
