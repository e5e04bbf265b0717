"""Lines of other people's files, as they may be shown: nothing secret, nothing that acts."""

from __future__ import annotations

import re

from cachelint.source import masked, printable

_SECRET = re.compile(
    r"""(?ix) \w*(?:password|passwd|secret|token|api_?key)\w* ["']? \]? \s* [:=] \s*
    [rbf]{0,2} (?P<quote>["']) (?P<value>(?:\\.|(?!(?P=quote)).)*)""",
)


def shown_line(line: str) -> str:
    """``line`` with as many characters as it had, so that carets and marks keep their places."""
    return printable(_SECRET.sub(_starred, masked(line, keep_width=True)))


def _starred(match: re.Match[str]) -> str:
    start, end = (position - match.start() for position in match.span("value"))
    return f"{match[0][:start]}{'*' * (end - start)}{match[0][end:]}"
