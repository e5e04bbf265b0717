"""``noqa`` comments, with the meaning that flake8 gives them: what they suppress, where they stand.

What counts as such a comment is flake8's to say; its own expressions are asked, not copies.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from cachelint.dataclass import dataclass, replace
from cachelint.diagnostic import Span
from cachelint.source import Source

_CODE = re.compile(r"[A-Za-z]+[0-9]+")


@dataclass(frozen=True)
class Line:
    """Rows that count as one for ``noqa``: a multi-line string or a backslash joins them."""

    first: int
    last: int
    text: str


@dataclass(frozen=True)
class Code:
    """A code in a comment, as written; it stands for all codes that begin so."""

    text: str
    span: Span


@dataclass(frozen=True)
class Comment:
    """A ``noqa`` comment that names codes.

    ``line`` is where it counts, ``span`` is the directive without what follows in the comment,
    ``rest`` that. ``counts`` is false where flake8 reads another directive of the line instead.
    """

    line: Line
    span: Span
    codes: tuple[Code, ...]
    directive: str
    before: str
    """What stands before it in its row."""
    rest: str
    """What follows it in its row."""
    counts: bool


def logical_noqa_lines(source: Source) -> dict[int, str]:
    """For each row the text in which a ``noqa`` comment counts for it."""
    return {row: line.text for row, line in joined_lines(source).items()}


def joined_lines(source: Source) -> dict[int, Line]:
    """For each row the rows that count together with it.

    Rows that brackets join do not: the mapping of flake8's ``FileProcessor``, which is what people
    have in their fingers. A file that Python's tokenizer refuses has no mapping, as in flake8: each
    row counts alone.
    """
    lines = source.lines
    mapping: dict[int, Line] = {}
    first, last = len(lines) + 2, -1
    try:
        for token in _tokens(source):
            if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
                continue
            first, last = min(first, token.start[0]), max(last, token.end[0])
            if token.type in (tokenize.NL, tokenize.NEWLINE):
                joined = Line(first, last, "\n".join(lines[first - 1 : last]))
                mapping.update(dict.fromkeys(range(first, last + 1), joined))
                first, last = len(lines) + 2, -1
    except (tokenize.TokenError, SyntaxError):
        return {}
    return mapping


def _tokens(source: Source) -> Iterator[tokenize.TokenInfo]:
    return tokenize.generate_tokens(io.StringIO("\n".join(source.lines)).readline)


class Suppressions:
    """The ``noqa`` comments of a file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._present = "noqa" in source.text.lower()
        self._rows: dict[int, str] | None = None
        self._whole_file: bool | None = None

    def cover(self, code: str, row: int) -> bool:
        """Whether a comment suppresses a diagnostic with ``code`` that starts in ``row``."""
        if not self._present:
            return False
        lines = self._source.lines
        if self._rows is None:
            self._whole_file = is_whole_file_ignored(lines)
            self._rows = logical_noqa_lines(self._source)
        if self._whole_file:
            return True
        line = self._rows.get(row, lines[row - 1] if row <= len(lines) else "")
        return is_ignored_by(line, code)


def is_whole_file_ignored(lines: list[str]) -> bool:
    from flake8.defaults import NOQA_FILE

    return any(NOQA_FILE.match(line) for line in lines)


def is_ignored_by(line: str, code: str) -> bool:
    """Whether a ``noqa`` comment in ``line`` is for ``code``."""
    from flake8.violation import Violation

    violation = Violation(code, "", 1, 1, "", line)
    return bool(violation.is_inline_ignored(disable_noqa=False))


def directive_in(text: str, start: int = 0) -> re.Match[str] | None:
    """The first directive in ``text``; its group ``codes`` is None where it names none."""
    from flake8 import defaults

    # Its name differs between versions.
    names = [name for name in dir(defaults) if name.startswith("NOQA_INLINE_REGEX")]
    found: re.Match[str] | None = getattr(defaults, names[0]).search(text, start)
    return found


def comments_with_codes(source: Source) -> list[Comment]:
    """The comments of a file whose directive names codes; text in strings is none."""
    if "noqa" not in source.text.lower() or is_whole_file_ignored(source.lines):
        return []
    mapping = joined_lines(source)
    found = []
    for token in _tokens(source) if mapping else ():
        row, start = token.start
        if token.type == tokenize.COMMENT and row in mapping:
            line = mapping[row]
            comment = read_comment(line, source.lines[row - 1], row, start, token.end[1])
            if comment is not None:
                before = sum(len(other) + 1 for other in source.lines[line.first - 1 : row - 1])
                first = directive_in(line.text)
                is_first = first is not None and first.start() == before + len(comment.before)
                found.append(replace(comment, counts=is_first))
    return found


def read_comment(line: Line, text: str, row: int, start: int, end: int) -> Comment | None:
    """The directive with codes that stands in ``text``, a row, from ``start`` to ``end``."""
    match = directive_in(text[:end], start)
    if match is None or match["codes"] is None:
        return None
    begin = match.start("codes") + 1
    codes = tuple(
        Code(code[0], Span(row, begin + code.start(), row, begin + code.end()))
        for code in _CODE.finditer(match["codes"])
    )
    last = codes[-1].span.end_column - 1
    span = Span(row, match.start() + 1, row, last + 1)
    directive, before = text[match.start() : last], text[: match.start()]
    return Comment(line, span, codes, directive, before, text[last:], counts=True)


def line_of_row(source: Source, row: int) -> Line:
    """The rows that count together with ``row``."""
    return joined_lines(source).get(row) or Line(row, row, source.lines[row - 1])
