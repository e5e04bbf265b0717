"""Can a call that runs while a module is imported reach a cache at all? By outlines alone.

An outline has no bodies of functions, which is what takes time. A call that ends outside of the
files that are followed, or at a class without a constructor of its own, runs no body: most calls
at import, bases and decorators do. Where this answers no, import_time.py finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cachelint.facts.records import FileFacts
from cachelint.facts.vocabulary import HANDLE_GETTERS
from cachelint.modules import Modules
from cachelint.project.definitions import Definition, Definitions
from cachelint.source import UnparsedSourceError, read_bytes

CONSTRUCTORS = ("__new__", "__init__", "__post_init__")
#: A function that might be anything.
_UNKNOWN = Definition("")


class Outlines(Definitions):
    """Definitions by outlines: a name that leads to a function leads no further."""

    def __init__(self, modules: Modules, follows: Callable[[str], bool]) -> None:
        super().__init__(modules, lambda path: modules.defined(path) if follows(path) else None)
        self._texts: dict[str, bytes] = {}

    def may_reach(self, callee: Definition) -> bool:
        """Whether a call of ``callee`` may run a body, or opens a cache itself."""
        if callee.facts is None:
            return callee == _UNKNOWN or callee.name in HANDLE_GETTERS
        if callee.name not in callee.facts.classes:
            return True
        found = (method for name in CONSTRUCTORS for method in self.method(callee, name))
        return any(method.facts is not None or method == _UNKNOWN for method in found)

    def _result(self, facts: FileFacts, name: str, rest: str, depth: int) -> Iterator[Definition]:
        yield Definition(name, facts.path, facts)

    def _attribute(
        self, facts: FileFacts, name: str, rest: str, depth: int
    ) -> Iterator[Definition]:
        instance = rest.startswith("()")
        attribute = re.match(r"\.(\w+)", ".__call__" if rest == "()" else rest[2 * instance :])
        if attribute is not None and self._is_assigned(facts, attribute[1]):
            yield _UNKNOWN
        yield from super()._attribute(facts, name, rest, depth)

    def _is_assigned(self, facts: FileFacts, attribute: str) -> bool:
        """Whether a body may say ``self.attribute = …``; too often rather than not."""
        if facts.path not in self._texts:
            try:
                self._texts[facts.path] = read_bytes(facts.path)
            except UnparsedSourceError:
                return True
        text = self._texts[facts.path]
        name = b"." + attribute.encode()
        # What is bound to a whole tuple is not followed, to its elements is.
        return (
            name in text
            and re.search(re.escape(name) + rb"\b\s*(?:=(?!=)|[,:)\]\\])", text) is not None
        )
