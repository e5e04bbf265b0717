"""A file as bytes, text, lines and tree; cache words. Knows nothing of rules.

The cache words are the contract of the prefilter: what contains none of them is not judged.
"""

from __future__ import annotations

import ast
import os
import re
import tokenize
import unicodedata
import warnings
from _thread import allocate_lock
from collections.abc import Iterable
from functools import cached_property

from cachelint import disk
from cachelint.blanking import WORDS, blanked
from cachelint.dataclass import dataclass, field
from cachelint.diagnostic import Span

#: What every file that we judge contains at least one of (docs/ARCHITECTURE.md, invariant 7).
#: ``cache`` counts in any case. Each rule names finer words of its own; every one of them
#: stands for a file that also contains one of these.
CACHE_WORDS = (b"cache", b"get_redis_connection", b"MIDDLEWARE")

_PARSING = allocate_lock()
#: What a source hides that has no tree.
_ALL = ("",)


#: Between the scheme and the last @ of a URL; a password may contain anything that ends no text.
_LOGIN = re.compile(r"""(?<=://)[^\s'"]+(?=@)""")
_PASSWORD = re.compile(r"""(?i)(?<=[?&]password=)[^&\s'"]+""")
_FILLED_IN = re.compile(r"(?:[:%]|\{[^{}]*\}|%s|%\(\w+\)s)*")


class UnparsedSourceError(Exception):
    """A file that cannot be read, decoded or parsed; ``cause`` says why, the row says where.

    ``text`` is its content as far as it could be decoded.
    """

    def __init__(self, cause: str, row: int = 1, column: int = 1, text: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.row = row
        self.column = column
        self.text = text

    def __reduce__(self) -> tuple[object, ...]:
        # Processes hand it to one another.
        return type(self), (self.cause, self.row, self.column, self.text)


@dataclass
class Source:
    """The text of a file and its tree.

    ``path`` is the path as the user sees it. ``lines`` are split where Python's own parser splits
    them: at ``\\n``, ``\\r\\n`` and ``\\r``, not at form feeds or Unicode separators.
    """

    path: str
    text: str
    tree: ast.Module
    hidden: tuple[str, ...] = ()
    """Functions whose bodies are not in ``tree``, as they are written."""
    _lines: list[str] = field(default_factory=list, init=False, repr=False)
    _is_ascii: bool | None = field(default=None, init=False, repr=False)

    @property
    def lines(self) -> list[str]:
        if not self._lines:
            self._lines = split_lines(self.text)
        return self._lines

    @cached_property
    def has_walrus(self) -> bool:
        """Whether ``:=`` may stand in the file."""
        return ":=" in self.text

    @property
    def has_tree(self) -> bool:
        """Whether it has been parsed at all (see without_tree)."""
        return self.hidden != _ALL

    def whole(self) -> Source:
        """The source with all of its tree. Raises UnparsedSourceError."""
        return parse(self.path, self.text) if self.hidden else self

    def span(self, node: ast.expr | ast.stmt | ast.alias | ast.ExceptHandler) -> Span:
        """The span of ``node`` in characters; ast counts columns in UTF-8 bytes."""
        end_row = node.end_lineno or node.lineno
        end_column = node.end_col_offset or node.col_offset
        if self._is_ascii is None:
            self._is_ascii = self.text.isascii()
        if self._is_ascii:
            return Span(node.lineno, node.col_offset + 1, end_row, end_column + 1)
        return Span(
            node.lineno,
            self._column(node.lineno, node.col_offset),
            end_row,
            self._column(end_row, end_column),
        )

    def _column(self, row: int, byte_column: int) -> int:
        line = self.lines[row - 1]
        if line.isascii():
            return byte_column + 1
        # What stood in the row may have been blanked, so that it is cut anywhere.
        return len(line.encode()[:byte_column].decode(errors="replace")) + 1

    def segment(self, node: ast.expr) -> str:
        """The source text of ``node``, its lines joined by ``\\n``."""
        if node.lineno == node.end_lineno:
            line = self.lines[node.lineno - 1]
            if line.isascii():
                return line[node.col_offset : node.end_col_offset]
        span = self.span(node)
        rows = self.lines[span.row - 1 : span.end_row]
        rows[-1] = rows[-1][: span.end_column - 1]
        rows[0] = rows[0][span.column - 1 :]
        return "\n".join(rows)

    def between_brackets(self, node: ast.Subscript) -> str:
        """All that stands between the brackets, parentheses and comments included."""
        after_base = self.segment(node)[len(self.segment(node.value)) :]
        return after_base.partition("[")[2].removesuffix("]")


def one_line(code: str) -> str:
    """``code`` for a message: on one line, without what could drive a terminal."""
    if "\n" in code:
        code = " ".join(code.split())
    return code if code.isprintable() else printable(code)


def printable(text: str) -> str:
    """``text`` with tabs as one blank, control and format characters as ``?``."""
    return "".join(
        " " if char == "\t" else "?" if unicodedata.category(char) in ("Cc", "Cf", "Cs") else char
        for char in text
    )


def masked(text: str, keep_width: bool = False) -> str:
    """``text`` without the logins and passwords in its URLs.

    What a template fills in (``redis://:{PASSWORD}@…``) is none. ``keep_width``: as many asterisks
    as there were characters, for what something below points at.
    """

    def stars(match: re.Match[str]) -> str:
        secret = match[0]
        if _FILLED_IN.fullmatch(secret):
            return secret
        return "*" * len(secret) if keep_width else "***"

    return _PASSWORD.sub(stars, _LOGIN.sub(stars, text))


def split_lines(text: str) -> list[str]:
    """The lines of ``text`` without their ends, split where Python's parser splits them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def has_cache_word(data: bytes) -> bool:
    """Whether ``data`` contains a cache word; a file without one is never parsed."""
    # Most files have none: for them this is the shortest way.
    return b"cache" in data.lower() or b"get_redis_connection" in data or b"MIDDLEWARE" in data


def contains_any(data: bytes, words: Iterable[bytes]) -> bool:
    """Whether one of ``words`` is in ``data``."""
    for word in words:  # noqa: SIM110 - a generator costs more than the search
        if word in data:
            return True
    return False


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """The bytes of the file at ``path``.

    Raises UnparsedSourceError when the operating system refuses.
    """
    try:
        return disk.read(path)
    except OSError as error:
        raise UnparsedSourceError(f"cannot be read: {error.strerror or error}") from error


def content(path: str) -> bytes:
    """The bytes of the file at ``path``; none where it cannot be read, which is said (CCH001) where
    it is linted."""
    try:
        return read_bytes(path)
    except UnparsedSourceError:
        return b""


def decode(data: bytes) -> str:
    """``data`` as text, by its byte order mark, its encoding cookie (PEP 263) or as UTF-8.

    Raises UnparsedSourceError for an unknown encoding and for bytes that it cannot decode.
    """
    try:
        return data.decode(encoding_of(data))
    except (LookupError, UnicodeError) as error:
        if not isinstance(error, UnicodeDecodeError):
            # rot13, hex and the like are encodings of Python, but none of text.
            raise UnparsedSourceError(f"cannot be decoded: {error}") from error
        before = split_lines(data[: error.start].decode("latin-1"))
        cause = (
            f"cannot be decoded: byte 0x{data[error.start]:02x} is not valid {error.encoding}"
            f" ({error.reason})"
        )
        raise UnparsedSourceError(cause, row=len(before)) from error


def encoding_of(data: bytes) -> str:
    """The name of the encoding of Python source. Raises UnparsedSourceError for an unknown one."""
    # As Python has it, a lone carriage return ends a line, also the one with the encoding.
    lines = re.split(rb"\r\n|\r|\n", data, maxsplit=2)[:2]
    try:
        encoding, _ = tokenize.detect_encoding(iter([line + b"\n" for line in lines]).__next__)
    except SyntaxError as error:
        raise UnparsedSourceError(f"cannot be decoded: {error.msg}") from error
    return encoding


def parse(path: str, text: str) -> Source:
    """Parse ``text``; raises UnparsedSourceError with row and column where Python refuses it."""
    if "\0" in text:
        # Python refuses it too, but not all versions tell where.
        row = len(split_lines(text[: text.index("\0")]))
        raise UnparsedSourceError("cannot be parsed: null byte", row, text=text)
    try:
        # The filters of warnings are the same for all threads.
        with _PARSING, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        raise UnparsedSourceError(
            f"cannot be parsed: {error.msg}", error.lineno or 1, max(error.offset or 1, 1), text
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        cause = str(error) or "nested too deeply"
        raise UnparsedSourceError(f"cannot be parsed: {cause}", text=text) from error
    return Source(path, text, tree)


def load(path: str, data: bytes) -> Source:
    """Decode and parse ``data``, the content of ``path``; raises UnparsedSourceError."""
    return parse(path, decode(data))


def load_sparse(path: str, data: bytes) -> Source:
    """As load(), without the bodies of functions that have nothing to do with caches."""
    return parse_sparse(path, decode(data))


def load_outline(path: str, data: bytes) -> Source:
    """As load(), without the bodies of functions."""
    return parse_sparse(path, decode(data), words=())


def parse_sparse(path: str, text: str, words: tuple[str, ...] = WORDS) -> Source:
    """As parse(), without the bodies of functions that have nothing to do with caches.

    That is those without one of ``words``. Syntax errors in these bodies are not seen: it is the
    rest that is judged.
    """
    left, hidden = blanked(text, words)
    if hidden:
        try:
            return Source(path, text, parse(path, left).tree, hidden)
        except UnparsedSourceError:
            pass  # The error, if it is one, is told with the text as it is.
    return parse(path, text)


def without_tree(path: str, data: bytes) -> Source:
    """The source of a file whose facts are there already. Raises UnparsedSourceError."""
    return Source(path, decode(data), ast.Module([], []), _ALL)
