"""A file without the bodies of functions in which no cache word stands.

Most functions of a file that uses caches have nothing to do with them. They are blanked before the
file is parsed: the first row of a body becomes ``pass``, the others become empty, so that rows and
columns of all that is left stay what they are. Works by indentation, on text; where that could
mislead (tabs, odd quotes, a backslash at the end), the body stays. What is left must still parse.
"""

from __future__ import annotations

import re
from functools import cache

#: Files below this many characters are parsed as they are.
_MIN_FILE = 2_000
#: Bodies below this many characters stay.
_MIN_BODY = 120
_DEFINITION = re.compile(r"^( *)(?:(?:async +)?def\b|(class)\b)", re.MULTILINE)
#: How far a class names its bases.
_MAX_BASES = 400
_HEADER_END = re.compile(r"\)[^()\n#]*:[ \t]*(?:#[^\n]*)?\r?\n")
_FIRST_ROW = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*( +)(?=[^\s#])")
_TRIPLE = ('"""', "'''")
#: As the walk of facts decides whether to look into a body (facts/collect.py).
WORDS = ("cach", "get_redis_connection")


@cache
def _next_at(indent: int) -> re.Pattern[str]:
    """The start of a row that is indented by ``indent`` at most and continues nothing."""
    return re.compile(rf"^ {{0,{indent}}}(?=[^\s#)\]}}\"'])", re.MULTILINE)


def blanked(text: str, words: tuple[str, ...] = WORDS) -> tuple[str, tuple[str, ...]]:
    """``text`` without the bodies that do not matter, and these functions as they are written.

    What matters has one of ``words``, of small letters, or is a method of a class that has one in
    its head.
    """
    lowered = text.lower()
    if len(text) < _MIN_FILE or len(lowered) != len(text) or "\n\t" in text or "\f" in text:
        return text, ()
    if text.count("\r") != text.count("\r\n"):
        return text, ()
    kept: list[str] = []
    hidden: list[str] = []
    copied = position = 0
    #: Of a class that has a cache word in its head, ``self`` is something of a cache.
    cache_class = -1
    while (found := _DEFINITION.search(text, position)) is not None:
        start, indent = found.start(), len(found[1])
        if indent <= cache_class:
            cache_class = -1
        if found[2]:
            position = found.end()
            head_end = _head_end(text, position)
            if cache_class < 0 and _has_word(lowered, start, head_end, words):
                cache_class = indent
            continue
        follower = _next_at(indent).search(text, found.end())
        position = end = follower.start() if follower is not None else len(text)
        if cache_class >= 0 or _has_word(lowered, start, end, words):
            continue
        header = _HEADER_END.search(text, found.end(), end)
        body = header.end() if header is not None else end
        if end - body < _MIN_BODY or not _is_whole(text, body, end):
            continue
        first = _FIRST_ROW.match(text, body, end)
        if first is None or len(first[1]) <= indent:
            continue
        rows = text.count("\n", body, end)
        kept += (text[copied:body], first[1], "pass", "\n" * rows)
        hidden.append(text[start:end])
        copied = end
    return "".join([*kept, text[copied:]]), tuple(hidden)


def _has_word(lowered: str, start: int, end: int, words: tuple[str, ...]) -> bool:
    return any(lowered.find(word, start, end) >= 0 for word in words)


def _head_end(text: str, start: int) -> int:
    end = text.find(":\n", start, start + _MAX_BASES)
    return end if end >= 0 else start + _MAX_BASES


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no text that begins outside of this part ends in it, and the other way round."""
    counts = [text.count(quotes, start, end) for quotes in _TRIPLE]
    if any(count % 2 for count in counts) or all(counts):
        return False
    return not text[start:end].rstrip("\r\n").endswith("\\")
