"""Changed texts as edits of the protocol."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from cachelint.server.translation import edits_between
from tests.server.client import edited


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("a\nb\n", "a\nc\n", id="a line"),
        pytest.param("a\nb", "a\nb\nc", id="behind a last line without an end"),
        pytest.param(
            "a\n\N{SLICE OF PIZZA}b", "a\n", id="away with a last line of wide characters"
        ),
        pytest.param("", "a\n", id="into nothing"),
        pytest.param("a\n", "", id="nothing is left"),
        pytest.param("a\r\nb\r\n", "a\r\nx\r\nb\r\n", id="carriage returns"),
        pytest.param("a\x0cb\u2028\nc\n", "a\x0cb\u2028\nd\n", id="what ends no line"),
        pytest.param("a\rb\rc", "a\rc", id="carriage returns alone"),
    ],
)
def test_edits_make_the_new_text(old: str, new: str) -> None:
    edits = [_as_json(edit) for edit in edits_between(old, new, units)]
    assert edited(old, edits) == new


def test_only_changed_lines_are_edited() -> None:
    rows = [f"{number}\n" for number in range(50)]
    changed = [*rows[:10], "x\n", *rows[11:30], *rows[31:]]
    edits = edits_between("".join(rows), "".join(changed), units)
    assert [(e.range.start.line, e.range.end.line, e.new_text) for e in edits] == [
        (10, 11, "x\n"),
        (30, 31, ""),
    ]


def _as_json(edit: Any) -> dict[str, Any]:
    place = attrs.asdict(edit.range)
    return {"range": place, "newText": edit.new_text}
