"""From a path to the function or class behind it, through imports, attributes and calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cachelint.dataclass import dataclass, field
from cachelint.facts.paths import join_path, split_names
from cachelint.facts.records import FileFacts, FunctionFacts, Value
from cachelint.facts.vocabulary import is_canonical
from cachelint.modules import Modules

#: Names that lead to names, calls that return calls: real chains have a few links.
MAX_DEPTH = 12
#: Reading a property of an object, once that has been found.
_READ = ".<read>"
_STEP = re.compile(r"\.(\w+)")
#: What runs the body of a generator, and the decorators that this takes.
_RUNNING = {
    "().__iter__": frozenset[str](),
    "().__enter__": frozenset({"contextlib.contextmanager"}),
}
#: What is called later, by whoever is decorated or asks for it.
_DEFERRING = frozenset({
    "decorator.decorator", "pytest.fixture", "pytest.fixture()", "wrapt.decorator",
    "wrapt.decorator()",
})  # fmt: skip
_PROPERTIES = frozenset({
    "builtins.property", "django.utils.functional.cached_property", "functools.cached_property",
})  # fmt: skip

Facts = Callable[[str], FileFacts | None]


@dataclass(frozen=True)
class Definition:
    """A function or class of the project, or the dotted name of something outside of it."""

    name: str
    path: str = ""
    facts: FileFacts | None = field(default=None, compare=False)
    is_run: bool = False
    """Whether the body of a generator is meant, which a call alone does not run."""

    @property
    def function(self) -> FunctionFacts | None:
        return self.facts.functions.get(self.name) if self.facts is not None else None


class Definitions:
    """Looks definitions up in the facts that ``facts_of`` gives for a path.

    What lies in files for which it gives none stays unknown. What has been found is kept: facts
    that change ask for new Definitions.
    """

    def __init__(self, modules: Modules, facts_of: Facts) -> None:
        self._modules = modules
        self._facts_of = facts_of
        self._known: dict[tuple[str, str], tuple[Definition, ...]] = {}

    def find(self, path: str, origin: str) -> tuple[Definition, ...]:
        """What ``path``, met in the file ``origin``, may be defined as."""
        key = (path, origin)
        if key not in self._known:
            self._known[key] = tuple(dict.fromkeys(self._find(path, origin, MAX_DEPTH)))
        return self._known[key]

    def find_value(self, value: Value, origin: str) -> tuple[Definition, ...]:
        """As find(), for a value that a star import may have brought."""
        for starred, length in reversed(value.unless):
            if self._modules.export(starred, origin) is not None:
                return self.find(starred + value.path[length:], origin)
        return self.find(value.path, origin)

    def method(self, definition: Definition, name: str) -> tuple[Definition, ...]:
        """The methods of that name of a class of the project, its own or inherited."""
        if definition.facts is None:
            return ()
        return self.find(f":{definition.name}.{name}", definition.facts.path)

    def _find(self, path: str, origin: str, depth: int) -> Iterator[Definition]:
        if depth == 0 or not path:
            return
        if path.startswith(":"):
            facts = self._facts_of(origin)
            if facts is not None:
                yield from self._local(path[1:], facts, depth)
        elif is_canonical(path):
            yield Definition(path)
        else:
            yield from self._imported(path, origin, depth)

    def _imported(self, path: str, origin: str, depth: int) -> Iterator[Definition]:
        names, steps = split_names(path)
        dots = len(names) - len(names.lstrip("."))
        parts = names.lstrip(".").split(".")
        for length in range(len(parts) - 1, -1, -1):
            module = "." * dots + ".".join(parts[:length])
            if not module:
                break
            file = self._modules.find(module, origin)
            if file is None:
                continue
            if self._facts_of(file) is None:
                return
            exported = self._modules.export(join_path(module, parts[length]), origin)
            if exported is not None:
                facts, values = exported
                rest = "".join(f".{part}" for part in parts[length + 1 :]) + steps
                for value in values:
                    yield from self._find(value.path + rest, facts.path, depth - 1)
                return
        if not dots:
            yield Definition(path)

    def _local(self, path: str, facts: FileFacts, depth: int) -> Iterator[Definition]:
        name = _longest_name(path, facts)
        rest = path[len(name) :]
        if not name:
            return
        if not rest:
            yield Definition(name, facts.path, facts)
        elif name in facts.functions:
            yield from self._result(facts, name, rest, depth)
        else:
            yield from self._attribute(facts, name, rest, depth)

    def _result(self, facts: FileFacts, name: str, rest: str, depth: int) -> Iterator[Definition]:
        """What is done with the result of a function: ``f()()``, ``f().method``."""
        function = facts.functions[name]
        if rest == _READ:
            if is_property(function):
                yield Definition(name, facts.path, facts)
            return
        if not rest.startswith("()"):
            if not is_property(function):
                return
            rest = f"(){rest}"
        if rest in _RUNNING and function.is_deferred:
            if _RUNNING[rest] <= _decorators(function):
                yield Definition(name, facts.path, facts, is_run=True)
            return
        for values in facts.functions[name].returns:
            for value in values:
                yield from self._find(value.path + rest[2:], facts.path, depth - 1)

    def _attribute(
        self, facts: FileFacts, name: str, rest: str, depth: int
    ) -> Iterator[Definition]:
        """An attribute of a class or of an object of it."""
        instance = "()" if rest.startswith("()") else ""
        rest = ".__call__" if rest == "()" else rest.removeprefix("()")
        match = _STEP.match(rest)
        if match is None:
            return
        cls, after = facts.classes[name], rest[match.end() :]
        if after == ".__get__":
            # A property of the class itself is not read.
            after = _READ if instance else after
        if match[1] == "__class__" and cls.metaclass:
            for value in cls.metaclass:
                yield from self._find(value.path + after, facts.path, depth - 1)
            return
        if match[1] in cls.attributes:
            for value in cls.attributes[match[1]]:
                yield from self._find(value.path + after, facts.path, depth - 1)
            return
        for base in cls.bases:
            yield from self._find(f"{base.path}{instance}.{match[1]}{after}", facts.path, depth - 1)


def is_property(function: FunctionFacts) -> bool:
    return not _PROPERTIES.isdisjoint(_decorators(function))


def is_decorator(function: FunctionFacts) -> bool:
    """Whether a library makes a decorator of the function: decorating does not run the body."""
    return not _DEFERRING.isdisjoint(_decorators(function))


def _decorators(function: FunctionFacts) -> frozenset[str]:
    return frozenset(value.path for found in function.decorators for value in found.values)


def _longest_name(path: str, facts: FileFacts) -> str:
    """What of ``path`` names a function or class: "C.m" is a name, "C().m" is not."""
    end = len(path)
    while end > 0:
        if path[:end] in facts.functions or path[:end] in facts.classes:
            return path[:end]
        end = max(path.rfind(sign, 0, end) for sign in ".([")
    return ""
