"""A file as text that can be edited by spans and written back byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Edit, Span
from cachelint.source import decode, encoding_of

_LINE_END = re.compile(r"\r\n|\r|\n")

#: Somebody else has written the file: an editor, another run.
CHANGED = "it has changed while the fix was being made"


class DeclinedError(Exception):
    """A fix that is not made; the message says why."""


@dataclass(frozen=True)
class Document:
    """Text with the encoding and line ends of its file."""

    text: str
    encoding: str

    @classmethod
    def from_bytes(cls, data: bytes) -> Document:
        """Raises DeclinedError where the bytes could not be written back as they are."""
        encoding = encoding_of(data)
        document = cls(decode(data), encoding)
        if document.to_bytes() != data:
            raise DeclinedError(
                f"its bytes do not survive decoding as {encoding} and encoding again"
            )
        return document

    def to_bytes(self) -> bytes:
        """Raises DeclinedError for characters that the encoding does not have."""
        try:
            return self.text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise DeclinedError(
                f"{error.object[error.start]!r} cannot be encoded in {self.encoding}"
            ) from error

    def slice(self, span: Span) -> str:
        start, end = self._offsets(span)
        return self.text[start:end]

    def apply(self, edits: Iterable[Edit]) -> Document:
        """This document with the edits made. Raises DeclinedError where two of them overlap."""
        parts: list[str] = []
        position = 0
        for edit in sorted(set(edits), key=lambda edit: edit.span):
            start, end = self._offsets(edit.span)
            if start < position:
                raise DeclinedError("two fixes change the same place")
            content = edit.content.replace("\n", self._line_end_at(start))
            parts += [self.text[position:start], content]
            position = end
        return Document("".join([*parts, self.text[position:]]), self.encoding)

    def _line_end_at(self, offset: int) -> str:
        """How the line at ``offset`` ends; files exist that mix line ends."""
        match = _LINE_END.search(self.text, offset) or _LINE_END.search(self.text)
        return match[0] if match else "\n"

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def _offsets(self, span: Span) -> tuple[int, int]:
        starts = self._line_starts
        return (
            starts[span.row - 1] + span.column - 1,
            starts[span.end_row - 1] + span.end_column - 1,
        )
