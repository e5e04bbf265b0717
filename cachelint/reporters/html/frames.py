"""A piece of a file with its neighbours, the finding marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Span
from cachelint.places import report_path
from cachelint.reporters.lines import shown_line
from cachelint.source import printable

#: Rows shown before and after a finding, and the most that are marked.
AROUND, MARKED = 2, 8


@dataclass
class Frames:
    sources: Mapping[str, Sequence[str]]

    def render(self, path: str, span: Span) -> str:
        place = f"{report_path(path)}:{span.row}:{span.column}"
        rows = "".join(self._rows(path, span))
        code = f"<pre>{rows}</pre>" if rows else ""
        caption = f"<figcaption>{escape(printable(place))}</figcaption>"
        return f"<figure>{caption}{code}</figure>"

    def _rows(self, path: str, span: Span) -> Iterator[str]:
        lines = self.sources.get(path, ())
        end = min(max(span.end_row, span.row), span.row + MARKED)
        rows = list(range(max(span.row - AROUND, 1), min(end + AROUND, len(lines)) + 1))
        while rows and rows[-1] > end and not lines[rows[-1] - 1].strip():
            rows.pop()
        while rows and rows[0] < span.row and not lines[rows[0] - 1].strip():
            rows.pop(0)
        width = len(str(rows[-1])) if rows else 0
        for row in rows:
            line = shown_line(lines[row - 1])
            code = _marked(line, row, span)
            kind = ' class="here"' if span.row <= row <= span.end_row else ""
            yield f"<span{kind}><i>{row:>{width}}</i> {code}\n</span>"


def _marked(line: str, row: int, span: Span) -> str:
    if not span.row <= row <= span.end_row:
        return escape(line)
    indent = len(line) - len(line.lstrip())
    start = span.column - 1 if row == span.row else indent
    end = span.end_column - 1 if row == span.end_row else len(line)
    if end <= start:
        return escape(line)
    return f"{escape(line[:start])}<mark>{escape(line[start:end])}</mark>{escape(line[end:])}"
