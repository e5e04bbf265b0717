"""From the text of a template to its tokens, as ``django.template.base.Lexer`` splits it.

A tag ends at the first ``%}`` of its line, in a string too; a ``{#`` comment does not go on in the
next line; between ``{% verbatim name %}`` and ``{% endverbatim name %}`` everything is text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from enum import Enum
from functools import cached_property

from cachelint.dataclass import dataclass, field
from cachelint.diagnostic import Span
from cachelint.source import UnparsedSourceError, split_lines

_TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}")
_WORD = re.compile(r"""((?:[^\s'"]*(?:(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')[^\s'"]*)+)|\S+)""")
_LINE_END = re.compile(r"\r\n|\r|\n")
_TRANSLATED = ('_("', "_('")


class Kind(Enum):
    TAG = "tag"
    VARIABLE = "variable"
    COMMENT = "comment"


@dataclass(frozen=True)
class Word:
    """A part of a tag: strings hold together, spaces part."""

    text: str
    span: Span


@dataclass(frozen=True)
class Token:
    """Something between braces; ``content`` is without them."""

    kind: Kind
    content: str
    span: Span
    words: tuple[Word, ...]

    @property
    def name(self) -> str:
        """The name of a tag."""
        return self.words[0].text if self.words else ""


@dataclass(frozen=True)
class Template:
    """A template: ``path`` as the user sees it, tokens without those that Django never looks at."""

    path: str
    text: str
    tokens: tuple[Token, ...]
    comments: dict[int, str] = field(default_factory=dict)
    """The ``{# … #}`` comments of a row."""

    @cached_property
    def lines(self) -> list[str]:
        return split_lines(self.text)


def read_template(path: str, data: bytes) -> Template:
    """Raises UnparsedSourceError for bytes that are not UTF-8, as Django does."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        row = len(split_lines(data[: error.start].decode("latin-1")))
        cause = (
            f"cannot be decoded: byte 0x{data[error.start]:02x} is not valid {error.encoding}"
            f" ({error.reason})"
        )
        raise UnparsedSourceError(cause, row=row) from error
    return tokenize(path, text)


def tokenize(path: str, text: str) -> Template:
    """The tokens of ``text``, what stands in ``{% comment %}`` and ``{% verbatim %}`` left out."""
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    tokens: list[Token] = []
    comments: dict[int, str] = {}
    verbatim_until = ""
    is_comment = False
    for match in _TAG.finditer(text):
        kind = _KINDS[match[0][:2]]
        content = match[0][2:-2].strip()
        is_tag = kind is Kind.TAG
        if verbatim_until:
            if is_tag and content == verbatim_until:
                verbatim_until = ""
            continue
        if is_tag and content[:9] in ("verbatim", "verbatim "):
            verbatim_until = f"end{content}"
            continue
        if is_comment or (is_tag and content.split()[:1] == ["comment"]):
            is_comment = not (is_tag and content == "endcomment")
            continue
        token = _token(kind, content, match, starts)
        tokens.append(token)
        if kind is Kind.COMMENT:
            comments[token.span.row] = comments.get(token.span.row, "") + match[0]
    return Template(path, text, tuple(tokens), comments)


_KINDS = {"{%": Kind.TAG, "{{": Kind.VARIABLE, "{#": Kind.COMMENT}


def _token(kind: Kind, content: str, match: re.Match[str], starts: list[int]) -> Token:
    span = _span(match.start(), match.end(), starts)
    if kind is Kind.COMMENT:
        return Token(kind, content, span, ())
    offset = match.start() + 2 + len(match[0][2:-2]) - len(match[0][2:-2].lstrip())
    if kind is Kind.VARIABLE:
        found = [(content, 0, len(content))] if content else []
    else:
        found = _split(content)
    words = [Word(text, _span(offset + a, offset + b, starts)) for text, a, b in found]
    return Token(kind, content, span, tuple(words))


def _split(content: str) -> list[tuple[str, int, int]]:
    """``Token.split_contents()``, with positions: ``_("two words")`` is one word."""
    found: list[tuple[str, int, int]] = []
    opened = -1
    for match in _WORD.finditer(content):
        if opened < 0 and match[0].startswith(_TRANSLATED) and not match[0].endswith(")"):
            opened = match.start()
        if opened < 0:
            found.append((match[0], match.start(), match.end()))
        elif match[0].endswith(f"{content[opened + 2]})"):
            found.append((content[opened : match.end()], opened, match.end()))
            opened = -1
    return found


def _span(start: int, end: int, starts: list[int]) -> Span:
    row, end_row = bisect_right(starts, start), bisect_right(starts, end)
    return Span(row, start - starts[row - 1] + 1, end_row, end - starts[end_row - 1] + 1)
