"""
# unparsed-file (CCH001)

## What it does
Reports a file that cannot be read, decoded or parsed, with the row and the cause, if it has a cache
word or was named on the command line. It cannot be switched off by `select` or `ignore`: a file
that nobody could look at is not a clean file.

## Why is this bad?
No other rule has seen the file.

## Example
```text
cache = {
```

## Use instead
```python
cache = {}
```

Syntax newer than the Python that runs cachelint is the most frequent cause: run cachelint with the
Python that runs the project. Templates of Python files and vendored Python 2 belong in `exclude`.

## Fix safety
There is no automatic fix.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator

from cachelint.diagnostic import Severity, Span
from cachelint.rules.rule import FileView, Finding
from cachelint.source import UnparsedSourceError

WORDS = ()
SEVERITY = Severity.ERROR
NO_FIX = "the file has to be readable first"


def check(view: FileView) -> Iterator[Finding]:
    """Nothing: a file with facts has been parsed. See ``finding``."""
    return iter(())


def finding(error: UnparsedSourceError) -> Finding:
    """The finding for a file that could not be read, decoded or parsed."""
    if error.cause.startswith("cannot be read"):
        version, remedy = "", "mend its permissions or links"
    else:
        version = f" (Python {platform.python_version()})"
        remedy = "run cachelint with the Python of the project"
    return Finding(
        span=Span(error.row, error.column, error.row, error.column),
        message=f"{error.cause}{version}: no rule has seen this file",
        help=f"{remedy}, or list the file in `exclude`",
        cause="unparsed",
    )
