"""What a finding is recognised by when the lines around it have moved."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from cachelint.diagnostic import Diagnostic


def digest_of(diagnostic: Diagnostic, path: str, sources: Mapping[str, Sequence[str]]) -> str:
    """Rule, path and the text of the line, whose blanks do not count; not the row.

    A digest and not the line itself: lines of settings may hold passwords.
    """
    lines = sources.get(diagnostic.path, ())
    row = diagnostic.span.row
    line = "".join(lines[row - 1].split()) if row <= len(lines) else ""
    return hashed(diagnostic.code, path, line)


def hashed(*parts: str) -> str:
    data = "\0".join(parts).encode(errors="surrogatepass")
    return hashlib.sha256(data).hexdigest()[:32]


def fingerprints(
    diagnostics: Iterable[Diagnostic],
    sources: Mapping[str, Sequence[str]],
    shown: Callable[[str], str],
) -> list[str]:
    """A fingerprint for each of ``diagnostics``, in their order, no two of them the same.

    Findings that look the same are numbered. ``shown`` is a path as the report has it.
    """
    seen: Counter[str] = Counter()
    found = []
    for diagnostic in diagnostics:
        digest = digest_of(diagnostic, shown(diagnostic.path), sources)
        seen[digest] += 1
        found.append(hashed(digest, str(seen[digest])) if seen[digest] > 1 else digest)
    return found
