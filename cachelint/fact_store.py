"""What is known of each file of the tree, read and parsed when it is first asked for."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from cachelint.dataclass import replace
from cachelint.facts import collect_facts, collect_outline
from cachelint.facts.constant_records import ConstantFacts
from cachelint.facts.constants import collect_constants
from cachelint.facts.records import FileFacts
from cachelint.facts.view_records import ViewFacts
from cachelint.facts.views import collect_views
from cachelint.places import shown_path
from cachelint.source import Source, UnparsedSourceError, decode, parse_sparse, read_bytes

_T = TypeVar("_T")


class FactStore:
    """Facts by path; each file is read at most once for each kind."""

    def __init__(self) -> None:
        self._facts: dict[str, FileFacts | None] = {}
        self._views: dict[str, ViewFacts | None] = {}
        self._thorough: dict[str, FileFacts | None] = {}
        self._outlines: dict[str, FileFacts | None] = {}
        self._outline: tuple[str, FileFacts | None] | None = None
        self._constants: dict[str, ConstantFacts | None] = {}
        self._texts: dict[str, str] = {}
        self._judged: Source | None = None
        self._latest: Source | None = None
        self._keys: dict[str, str] = {}

    def add(self, facts: FileFacts, source: Source | None = None, may_differ: bool = False) -> None:
        """Make facts known, and the source that they are of, which ``may_differ`` from the file."""
        key = self.absolute(facts.path)
        if source is not None and may_differ:
            self._texts[key] = source.text
        self._facts[key] = facts
        self._judged = source
        if self._latest is not None and self.absolute(self._latest.path) == key:
            self._latest = None
        if self._outline is not None and self._outline[0] == key:
            self._outline = None
        others: tuple[dict[str, Any], ...] = self._thorough, self._outlines, self._constants
        for known in (*others, self._views):
            known.pop(key, None)

    def add_views(self, source: Source) -> None:
        """Make known what ``source``, whatever the file of its path holds, knows of views."""
        self._views[self.absolute(source.path)] = collect_views(source)

    def judged_views(self, path: str) -> ViewFacts | None:
        """What add_views() has made known of ``path``; None where its pages concern nobody."""
        return self._views.get(self.absolute(path))

    def views(self, path: str) -> ViewFacts | None:
        """What the file at ``path`` knows of views; None where it cannot be read or parsed."""
        return self._collected(self._views, path, collect_views)

    def constants(self, path: str) -> ConstantFacts | None:
        """The names of the file at ``path`` that may be constants; None where it is not read."""
        return self._collected(self._constants, path, collect_constants)

    def facts(self, path: str) -> FileFacts | None:
        """The facts of the file at ``path``; None where it cannot be read or parsed."""
        key = self.absolute(path)
        known = self._thorough if key not in self._facts and key in self._thorough else self._facts
        return self._collected(known, key, collect_facts)

    def known_facts(self, path: str) -> FileFacts | None:
        """The facts of the file at ``path``, if somebody has asked for them under that path."""
        known = self._facts.get(self.absolute(path))
        return known if known is not None and known.path == path else None

    def thorough_facts(self, path: str) -> FileFacts | None:
        """As facts(), with every function and call: for what a call may lead to."""
        return self._collected(self._thorough, path, partial(collect_facts, thorough=True))

    def outline(self, path: str) -> FileFacts | None:
        """As thorough_facts(), of what runs at import alone: no function has been looked into."""
        key = self.absolute(path)
        if self._outline is None or self._outline[0] != key:
            facts = self._made(key, collect_outline)
            # Its uses are large, and asked for once: what a file defines, again and again.
            self._outline = key, facts
            self._outlines[key] = replace(facts, uses=()) if facts is not None else None
        return self._outline[1]

    def defined(self, path: str) -> FileFacts | None:
        """As outline(), for somebody who asks for no uses: what the file defines."""
        key = self.absolute(path)
        if key not in self._outlines:
            self.outline(key)
        return self._outlines[key]

    def _collected(
        self, known: dict[str, _T | None], path: str, collect: Callable[[Source], _T]
    ) -> _T | None:
        """What ``collect`` makes of the file at ``path``, if it can be read and parsed."""
        key = self.absolute(path)
        if key not in known:
            known[key] = self._made(key, collect)
        return known[key]

    def _made(self, key: str, collect: Callable[[Source], _T]) -> _T | None:
        try:
            return collect(self._source(key))
        except (UnparsedSourceError, RecursionError):
            # Its own diagnostic (CCH001) is due where the file is linted, not where it is used.
            return None

    def absolute(self, path: str) -> str:
        """The absolute path, by which a file is known; asking the system is slow."""
        key = self._keys.get(path)
        if key is None:
            key = self._keys[path] = os.path.abspath(path)
        return key

    def _source(self, key: str) -> Source:
        """The file at ``key``, bodies may be blanked; the one that is judged as it was given."""
        for known in (self._judged, self._latest):
            if known is not None and self.absolute(known.path) == key:
                return known if known.has_tree else known.whole()
        text = self._texts[key] if key in self._texts else decode(read_bytes(key))
        self._latest = parse_sparse(shown_path(key), text)
        return self._latest
