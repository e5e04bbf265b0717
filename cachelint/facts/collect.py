"""From the tree of a file to its facts."""

from __future__ import annotations

import re
import sys
from _thread import allocate_lock
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from cachelint.diagnostic import Span
from cachelint.facts.context import Deferred
from cachelint.facts.flow import FlowWalker
from cachelint.facts.paths import SUPER_INIT, split_class_attribute
from cachelint.facts.records import FileFacts, FunctionFacts, Phase, Use, Values
from cachelint.facts.scope import known_value
from cachelint.facts.vocabulary import HELPER, HELPER_MARKER, HELPER_NAMES
from cachelint.source import Source

#: Frames of ours; they are small enough for the stack of a thread of 8 MB, on Python 3.10 too.
_RECURSION_LIMIT = 6000
_LIMIT = allocate_lock()
_inside = _usual = 0
#: What an outline knows of a function: nothing.
_UNWALKED = FunctionFacts(
    Span(1, 1, 1, 1), (), frozenset(), frozenset(), (), (), is_plain=False, is_deferred=False,
    first_row=0,
)  # fmt: skip


def collect_facts(source: Source, thorough: bool = False) -> FileFacts:
    """The facts of ``source``. Raises RecursionError where it is nested too deeply.

    ``thorough``: every function is followed and every call kept, whatever it is spelled like.
    """
    with _deep_enough():
        if source.hidden and thorough:
            source = source.whole()
        collector = _Collector(source, thorough)
        facts = collector.collect()
        if source.hidden and collector.concerns(source.hidden):
            facts = _Collector(source.whole(), thorough).collect()
        return facts


def collect_outline(source: Source, thorough: bool = True) -> FileFacts:
    """The facts of what runs while ``source`` is imported, every call kept where ``thorough``.

    No body of a function has been walked: of functions nothing but the names is known. Raises
    RecursionError where the source is nested too deeply.
    """
    with _deep_enough():
        return _Collector(source, thorough).outline()


@contextmanager
def _deep_enough() -> Iterator[None]:
    """Room for a chain of calls, four frames a link: Python's usual 1000 end at 250 links."""
    global _inside, _usual
    with _LIMIT:
        _inside += 1
        if _inside == 1:
            _usual = sys.getrecursionlimit()
            sys.setrecursionlimit(max(_usual, _RECURSION_LIMIT))
    try:
        yield
    finally:
        with _LIMIT:
            _inside -= 1
            # The limit is the same for all threads: the last one sets it back.
            if not _inside:
                sys.setrecursionlimit(_usual)


class _Collector(FlowWalker):
    """Walks the module, then what was deferred, and keeps what concerns caches."""

    def collect(self) -> FileFacts:
        self.block(self.source.tree.body)
        self._walk_pending()
        return FileFacts(
            path=self.source.path,
            imports=tuple(self.imports),
            uses=tuple(use for use in self.uses if self._concerns_caches(use)),
            classes=self.classes,
            functions=self.functions,
            exports=self._exports(),
            stars=tuple(self.scope.stars),
            declared_all=self.declared_all,
        )

    def outline(self) -> FileFacts:
        self.block(self.source.tree.body)
        # The bodies know the walker: in a circle they would stay, and the tree with them.
        self.pending.clear()
        functions = dict.fromkeys(sorted(self.defined), _UNWALKED)
        return FileFacts(
            path=self.source.path,
            imports=tuple(self.imports),
            uses=tuple(
                use
                for use in self.uses
                if use.phase is Phase.IMPORT and (self.thorough or self._concerns_caches(use))
            ),
            classes=self.classes,
            functions=functions | self.functions,
            exports=self._exports(),
            stars=tuple(self.scope.stars),
            declared_all=self.declared_all,
        )

    def concerns(self, functions: Iterable[str]) -> bool:
        """Whether one of ``functions``, none of which has a cache word, would have been walked."""
        if self._is_everything_of_interest:
            return True
        names = _unspelled(self.scope.open_names)
        return any(_mentions(function, names) for function in functions)

    @property
    def _is_everything_of_interest(self) -> bool:
        return self.thorough or any("cach" in module.lower() for module in self.scope.stars)

    def _exports(self) -> dict[str, Values]:
        exports = dict(self.scope.names)
        if self.source.text.startswith(HELPER_MARKER):
            # A copy of the helper in the project is the helper.
            exports |= {name: known_value(f"{HELPER}.{name}") for name in HELPER_NAMES}
        return exports

    def _walk_pending(self) -> None:
        """Walk the bodies that may have to do with a cache, until none is left.

        That is all but those in which no cache word stands and no name that is bound, so far, to
        something of a cache: most of them, and walking is what costs.
        """
        irrelevant: list[Deferred] = []
        known: set[str] = set()
        known_open: set[str] = set()
        names: list[str] = []
        inner_names: list[str] = []
        while True:
            self.pending, irrelevant = irrelevant + self.pending, []
            while self.pending:
                waiting, self.pending = self.pending, []
                for body in waiting:
                    wanted = inner_names if body.is_inner else names
                    if self._is_relevant(body, wanted):
                        body.walk()
                    else:
                        irrelevant.append(body)
            if not irrelevant or self.scope.cache_names == known:
                return
            # What a function binds, only those inside of it can see.
            names = _unspelled(self.scope.open_names - known_open)
            inner_names = _unspelled(self.scope.cache_names)
            known = set(self.scope.cache_names)
            known_open = set(self.scope.open_names)

    def _is_relevant(self, body: Deferred, names: list[str]) -> bool:
        if body.is_of_cache or self._is_everything_of_interest:
            return True
        text = self._text_of(body)
        return "cach" in text.lower() or "get_redis_connection" in text or _mentions(text, names)

    def _text_of(self, body: Deferred) -> str:
        return "\n".join(self.source.lines[body.first_row - 1 : body.last_row])

    def _concerns_caches(self, use: Use) -> bool:
        """Whether a recorded use is worth keeping, now that all attributes are known."""
        if self.is_wanted(use.values):
            return True
        if any(self.gives_handle(value) for value in use.values):
            return True
        if any(value.path == SUPER_INIT for value in use.values):
            given = (value for argument in use.arguments for value in argument.values)
            return any(self.gives_handle(value._replace(path=f"{value.path}()")) for value in given)
        candidates = (use.values, *(argument.values for argument in use.arguments))
        return any(
            known.mentions_cache
            for values in candidates
            for value in values
            for known in (value, *self._attribute_values(value.path))
        )

    def _attribute_values(self, path: str) -> Values:
        """What ``:C.attribute…`` may be, by the assignments to the attribute in this file."""
        found = split_class_attribute(path, self.classes)
        if found is None:
            return ()
        names, seen = [found.class_name], set()
        values: Values = ()
        while names:
            name = names.pop()
            if name in self.classes and name not in seen:
                seen.add(name)
                values += self.classes[name].attributes.get(found.attribute, ())
                names += [base.path.removeprefix(":") for base in self.classes[name].bases]
        return values


def _unspelled(names: Iterable[str]) -> list[str]:
    """``names`` without those that match already, by the ``cach`` in them."""
    return [name for name in sorted(names) if "cach" not in name.lower()]


def _mentions(text: str, names: Iterable[str]) -> bool:
    # Most are not in it at all, which costs less to find out than to compile a pattern.
    return any(
        name in text and re.search(rf"\b{re.escape(name)}\b", text) is not None for name in names
    )
