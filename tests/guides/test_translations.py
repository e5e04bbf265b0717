"""The Chinese pages show the same code, and the same rules, as the English ones.

CACHELINT_REGENERATE=1 copies code blocks, and rows of rules that are new, in English.
"""

import os
import re
import sys
from itertools import zip_longest
from pathlib import Path

import pytest

from tests.conftest import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PAIRS = [("README.md", "README.zh-CN.md"), ("docs/quickstart.md", "docs/zh/quickstart.md")]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| (CCH\d{3}) \| ([\w-]+) \| .* \|\n", re.MULTILINE)
REGENERATE = os.environ.get("CACHELINT_REGENERATE") == "1"
HOW = "CACHELINT_REGENERATE=1 python -m pytest tests/guides/test_translations.py copies it"


@pytest.mark.parametrize(("original", "translation"), PAIRS)
def test_code_is_the_same(original: str, translation: str) -> None:
    english, path = (ROOT / original).read_text(encoding="utf-8"), ROOT / translation
    if REGENERATE:
        path.write_text(with_code_of(english, path), encoding="utf-8")
    ours, theirs = (_BLOCK.findall(text) for text in (english, path.read_text(encoding="utf-8")))
    for block, other in zip_longest(ours, theirs):
        assert is_same(block, other), HOW


@pytest.mark.parametrize(("original", "translation"), PAIRS)
def test_rules_and_headings_are_the_same(original: str, translation: str) -> None:
    english, path = (ROOT / original).read_text(encoding="utf-8"), ROOT / translation
    if REGENERATE:
        path.write_text(with_rows_of(english, path), encoding="utf-8")
    chinese = path.read_text(encoding="utf-8")
    assert _ROW.findall(chinese) == _ROW.findall(english), HOW
    for mark in (r"^#+ ", r"^- ", r"^\| `"):
        count = [
            len(re.findall(mark, _BLOCK.sub("", text), re.MULTILINE)) for text in (english, chinese)
        ]
        assert count[0] == count[1], f"{mark}: something was not translated"


def is_same(block: tuple[str, str] | None, other: tuple[str, str] | None) -> bool:
    """Comments in TOML may be translated."""
    if block and other and block[0] == other[0] == "toml":
        return tomllib.loads(block[1]) == tomllib.loads(other[1])
    return block == other


def with_code_of(english: str, path: Path) -> str:
    blocks = iter(_BLOCK.findall(english))

    def copied(match: re.Match[str]) -> str:
        block = next(blocks)
        assert block[0] == match[1], "blocks are missing, or stand in another order"
        return match[0] if is_same(block, (match[1], match[2])) else f"```{block[0]}\n{block[1]}```"

    return _BLOCK.sub(copied, path.read_text(encoding="utf-8"))


def with_rows_of(english: str, path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    translated = {match[1]: match[0] for match in _ROW.finditer(text)}
    first = _ROW.search(text)
    if first is None:
        return text
    rows = (translated.get(match[1], match[0]) for match in _ROW.finditer(english))
    return text[: first.start()] + "".join(rows) + _ROW.sub("", text[first.start() :])
