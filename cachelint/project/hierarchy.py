"""Class hierarchies across the files of a project."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cachelint.facts.paths import split_names
from cachelint.facts.records import FileFacts, Values
from cachelint.facts.vocabulary import HANDLE_GETTERS
from cachelint.modules import Modules, Resolved
from cachelint.project.alias_records import AliasValue
from cachelint.project.aliases import Aliases
from cachelint.project.definitions import Definitions, is_property
from cachelint.project.handles import Opened, returned_handles
from cachelint.project.import_time import ImportTime, Site
from cachelint.project.lifetime import lifetimes
from cachelint.project.pages import CachedPage, Pages
from cachelint.source import contains_any, content

_ANY = frozenset({"__getattr__", "__getattribute__"})


class Project:
    """The files around the one that is judged.

    ``whole`` is false where only what one file and its imports show shall count (flake8).
    ``follows`` tells into which files calls are followed; by default those that spell a cache.
    """

    def __init__(
        self,
        modules: Modules,
        whole: bool = True,
        follows: Callable[[str], bool] | None = None,
    ) -> None:
        self._modules = modules
        self._whole = whole
        self._aliases = Aliases(modules)
        self._import_time = ImportTime(modules, follows or _spells_a_cache)
        self._definitions = Definitions(modules, modules.facts)
        self._known_lifetimes: dict[tuple[str, str], frozenset[bool]] = {}

    def resolve(self, values: Values, facts: FileFacts) -> tuple[Resolved, ...]:
        """What ``values``, met in the file of ``facts``, may be when other files are asked."""
        return self._modules.resolve(values, facts.path)

    def facts(self, path: str) -> FileFacts | None:
        return self._modules.facts(path)

    def alias_values(
        self, code: str, facts: FileFacts, owner: str, row: int
    ) -> tuple[AliasValue, ...]:
        """What the alias ``code`` may be, in ``row`` of the function or class ``owner``."""
        return self._aliases.read(code, facts.path, owner, row)

    def has_name(self, module: str, name: str, origin: str) -> bool | None:
        """Whether a module of the project, seen from the file ``origin``, has a name.

        None for a module of another package, and where it cannot be told.
        """
        return self._modules.has_name(module, name, origin)

    def may_bring(self, module: str, name: str, facts: FileFacts) -> bool:
        """Whether the tree has a ``module`` of its own, for a file, that may have ``name``."""
        return self._modules.may_bring(module, name, facts.path)

    def mentions(self, module: str, words: tuple[bytes, ...], origin: str) -> bool:
        """Whether a module of the project, seen from the file ``origin``, has one of ``words``."""
        file = self._modules.find(module, origin)
        return file is not None and contains_any(content(file), words)

    def relative_path(self, facts: FileFacts) -> str:
        """The path of the file from the root of its project, whatever lies above that."""
        return self._modules.relative_path(facts.path)

    def returned_handles(
        self, path: str, facts: FileFacts, thorough: bool = False
    ) -> tuple[Opened, ...]:
        """The handles that a call of what ``path``, met in the file of ``facts``, names returns.

        ``thorough``: through functions too in which nothing is spelled like a cache.
        """
        definitions = self._definitions
        if thorough:
            definitions = Definitions(self._modules, self._modules.thorough_facts)
        opened = (
            handle
            for definition in definitions.find(path, facts.path)
            for handle in returned_handles(self._modules, definitions, definition)
        )
        return tuple(dict.fromkeys(opened))

    def property_handles(self, path: str, facts: FileFacts) -> tuple[Opened, ...]:
        """As returned_handles(), for an attribute that is read, not called: a property."""
        opened = (
            handle
            for definition in self._definitions.find(path, facts.path)
            if definition.function is not None and is_property(definition.function)
            for handle in returned_handles(self._modules, self._definitions, definition)
        )
        return tuple(dict.fromkeys(opened))

    def returns_function(self, path: str, facts: FileFacts) -> bool:
        """Whether a call of what ``path`` names gives back a function of its own."""
        found = self._definitions.find(path, facts.path)
        return any(
            value.path.startswith((":<lambda", f":{definition.name}.<locals>."))
            for definition in found
            if definition.function is not None
            for values in definition.function.returns
            for value in values
        )

    def gives_handle(self, path: str, facts: FileFacts) -> bool:
        """Whether a call of what ``path`` names is known to return a handle of another package."""
        found = self._definitions.find(path, facts.path)
        return any(definition.name in HANDLE_GETTERS for definition in found)

    def import_time_sites(self, facts: FileFacts) -> tuple[Site, ...]:
        """The calls at import in the file of ``facts`` that reach a cache."""
        return tuple(self._import_time.sites(facts.path))

    def may_live_long(self, facts: FileFacts, class_name: str) -> bool:
        """Whether an object of the class may outlive the call that makes it.

        With the whole project in view a class that nobody makes objects of is for others to use:
        they may keep them. With one file in view only what this file shows counts.
        """
        found = self._lifetimes(facts, class_name)
        return any(found) or (self._whole and not found)

    def lives_long(self, facts: FileFacts, class_name: str) -> bool:
        """Whether the project shows an object of the class that outlives the call that makes it."""
        return any(self._lifetimes(facts, class_name))

    def _lifetimes(self, facts: FileFacts, class_name: str) -> frozenset[bool]:
        key = (facts.path, class_name)
        if key not in self._known_lifetimes:
            found = lifetimes(self._modules, facts, class_name, self._whole)
            self._known_lifetimes[key] = frozenset(found)
        return self._known_lifetimes[key]

    def leaking_pages(self, facts: FileFacts) -> tuple[CachedPage, ...]:
        """Pages of one user that ``cache_page``, as the file writes it, stores for all."""
        return tuple(Pages(self._modules).of(facts.path))

    def find_class(self, dotted: str, facts: FileFacts) -> tuple[FileFacts, str] | None:
        """The class of the project that ``dotted``, met in the file of ``facts``, names."""
        return self._modules.find_class(dotted, facts)

    def attributes(self, facts: FileFacts, class_name: str) -> frozenset[str] | None:
        """What the objects of a class have by itself and the classes of the project above it.

        None where it may be anything: a ``__getattr__``, a class that is made by a call.
        """
        found: set[str] = set()
        for file, name in self.lineage(facts, class_name):
            thorough = self._modules.thorough_facts(file.path)
            cls = thorough.classes.get(name) if thorough is not None else None
            if cls is None or cls.decorators or cls.metaclass or not _ANY.isdisjoint(cls.methods):
                return None
            found |= {*cls.attributes, *cls.methods, *cls.annotated}
        return frozenset(found)

    def rendered_pages(self, facts: FileFacts) -> tuple[CachedPage, ...]:
        """Pages that ``cache_page``, as the file writes it, stores as a known template makes them.

        None with one file in view only: templates are others.
        """
        return tuple(Pages(self._modules).rendered(facts.path)) if self._whole else ()

    def ancestors(self, facts: FileFacts, class_name: str) -> frozenset[str]:
        """Qualified names outside the project from which a class derives, at any distance.

        The metaclass and the decorators count: ``abc.ABCMeta``, ``dataclasses.dataclass()``.
        """
        found: set[str] = set()
        for file, name in self.lineage(facts, class_name):
            cls = file.classes[name]
            for value in (*cls.bases, *cls.metaclass, *cls.decorators):
                if self._modules.find_class(value.path, file) is None:
                    # A re-export of something outside of the project, else a name of its own.
                    outside = [r.path for r in self._modules.resolve((value,), file.path)]
                    found.update(split_names(path)[0] for path in outside or [value.path])
        return frozenset(found)

    def lineage(self, facts: FileFacts, class_name: str) -> Iterator[tuple[FileFacts, str]]:
        """The class and those of the project from which it derives, the nearest first."""
        seen: set[tuple[str, str]] = set()
        waiting = [(facts, class_name)]
        while waiting:
            file, name = waiting.pop(0)
            cls = file.classes.get(name)
            if cls is None or (file.path, name) in seen:
                continue
            seen.add((file.path, name))
            yield file, name
            for value in (*cls.bases, *cls.metaclass, *cls.decorators):
                target = self._modules.find_class(value.path, file)
                if target is not None:
                    waiting.append(target)


#: What a file contains whose own code opens a cache.
_WORDS = (b"caches", b"core.cache", b"get_redis_connection", b"LazyCacheWrapper")


def _spells_a_cache(path: str) -> bool:
    return contains_any(content(path), _WORDS)
