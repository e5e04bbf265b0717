"""Any file of the tree on demand: dotted names to files, and what a name of another file is.

Reads and parses, never imports. A name is looked up as far as the tree reaches; what lies outside
(an installed package, a generated module) stays unknown.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from cachelint import disk
from cachelint.dataclass import dataclass
from cachelint.discovery import Discovery
from cachelint.fact_store import FactStore
from cachelint.facts.paths import join_path, split_class_attribute, split_module, split_names
from cachelint.facts.records import FileFacts, Import, Value, Values
from cachelint.facts.vocabulary import is_canonical
from cachelint.places import ModuleFinder, folders_up, shown_path
from cachelint.source import Source, content

#: Chains of re-exports longer than this are given up; real ones have one to three links.
MAX_LINKS = 20


@dataclass(frozen=True)
class Link:
    """A name of another file on the way from a use to what it stands for."""

    path: str
    name: str


@dataclass(frozen=True)
class Resolved:
    """What a value turned out to be.

    ``is_reference``: the expression only names something that another place made; it opens nothing
    itself. ``links`` are the re-exports on the way.
    """

    path: str
    value: Value
    is_reference: bool = False
    links: tuple[Link, ...] = ()


_Seen = set[tuple[str, Value, bool]]


class Modules(FactStore):
    """The files of the tree by path and by dotted name; each is read at most once."""

    def __init__(self) -> None:
        super().__init__()
        self._finder = ModuleFinder()
        self._exported: dict[tuple[str, str], Link | None] = {}
        self._below: dict[str, list[str]] = {}
        self._with: dict[tuple[str, str], frozenset[str]] = {}
        self._relative: dict[str, str] = {}

    def files_below(self, folder: str) -> list[str]:
        """The Python files in ``folder`` and below it, as they were when this was first asked."""
        if folder not in self._below:
            found = Discovery([folder], (), folder).files()
            self._below[folder] = [file.path for file in found if file.error is None]
        return self._below[folder]

    def files_with(self, word: str, folder: str) -> list[str]:
        """Those of files_below() in which ``word`` stands, on disk or as they were given."""
        key, files = (word, folder), self.files_below(folder)
        if key not in self._with:
            searched = word.encode()
            self._with[key] = frozenset(path for path in files if searched in content(path))
        on_disk, given = self._with[key], self._texts
        return [p for p in files if p in on_disk or word in given.get(self.absolute(p), "")]

    def add(self, facts: FileFacts, source: Source | None = None, may_differ: bool = False) -> None:
        super().add(facts, source, may_differ)
        if may_differ:
            self._exported.clear()

    def add_file(self, path: str, text: str) -> None:
        """Let others import the module at ``path``, which is not there yet."""
        self._texts[self.absolute(path)] = text
        self._exported.clear()
        self._finder.add_file(self.absolute(path))

    def find(self, dotted: str, origin: str) -> str | None:
        """The file of the module ``dotted``, as an import in the file ``origin`` would find it."""
        return self._finder.find(dotted, origin)

    def add_root(self, root: str, below: str) -> None:
        """Let the files below the folder ``below`` import from ``root``, too."""
        self._exported.clear()
        self._finder.add_root(root, below)

    def roots(self, origin: str) -> tuple[str, ...]:
        """The folders from which the file ``origin`` imports, in the order in which they count."""
        return self._finder.roots(origin)

    def relative_path(self, path: str) -> str:
        """``path`` from the working directory, or from its project's root where it is not below."""
        if path not in self._relative:
            shown = shown_path(self.absolute(path))
            if os.path.isabs(shown):
                shown = os.path.relpath(shown, folders_up(os.path.dirname(shown))[-1])
            self._relative[path] = shown
        return self._relative[path]

    def is_exported_to(self, imported: Import, importer: str, path: str, name: str) -> bool:
        """Whether an import in the file ``importer`` brings ``name`` from the file at ``path``."""
        target = self.absolute(path)
        if imported.bound == "*":
            return self.find(imported.path, importer) == target
        return self._export(imported.path, importer) == Link(target, name)

    def has_name(self, module: str, name: str, origin: str) -> bool | None:
        """Whether ``module``, imported in the file ``origin``, has ``name`` when it is loaded.

        None where the module is not in the tree, or something in it may bind any name.
        """
        file = self.find(module, origin)
        if file is None:
            return False if self._is_missing(module, origin) else None
        facts = self.facts(file)
        if facts is None:
            return None
        if name in facts.exports or self._export(join_path(module, name), origin) is not None:
            return True
        return None if facts.stars or "__getattr__" in facts.exports else False

    def may_bring(self, module: str, name: str, origin: str) -> bool:
        """Whether the tree has a ``module`` of its own, for a file, that may have ``name``."""
        if self.find(module, origin) is not None:
            return self.has_name(module, name, origin) is not False
        beside = (self.facts(path) for path in self._finder.beside(module, origin))
        return any(facts is None or facts.stars or name in facts.exports for facts in beside)

    def _is_missing(self, module: str, origin: str) -> bool:
        """Whether ``module`` belongs to a package of the tree that does not have it."""
        package, *parts = module.split(".")
        file = self.find(package, origin)
        if file is None or os.path.basename(file) != "__init__.py":
            return False
        folder = os.path.dirname(file)
        for part in parts:
            # Anything of that name counts: compiled and generated modules are modules too.
            if not any(entry.name.partition(".")[0] == part for entry in disk.entries(folder)):
                return True
            folder = os.path.join(folder, part)
            if not disk.is_folder(folder):
                return False
        return False

    def resolve(self, values: Values, origin: str) -> tuple[Resolved, ...]:
        """What ``values``, met in the file ``origin``, may be when other files are asked."""
        seen: _Seen = set()
        found: dict[tuple[str, bool, str | None], Resolved] = {}
        for value in values:
            for resolved in self._resolve(value, origin, (), False, seen):
                alias = resolved.value.alias.code if resolved.value.alias else None
                # Two ways to the same thing are one thing; the first is the evidence.
                found.setdefault((resolved.path, resolved.is_reference, alias), resolved)
        return tuple(found.values())

    def find_class(self, path: str, facts: FileFacts) -> tuple[FileFacts, str] | None:
        """The class that ``path``, met in the file of ``facts``, names, where the tree has it."""
        for _ in range(MAX_LINKS):
            if path.startswith(":"):
                return (facts, path[1:]) if path[1:] in facts.classes else None
            target = None if is_canonical(path) else self._export(path, facts.path)
            defining = self.facts(target.path) if target is not None else None
            values = defining.exports[target.name] if defining is not None and target else ()
            if defining is None or not values:
                return None
            path, facts = values[0].path, defining
        return None

    def export(self, dotted: str, origin: str) -> tuple[FileFacts, Values] | None:
        """The file that binds ``package.module.name``, and what the name may be there."""
        target = self._export(dotted, origin)
        facts = self.facts(target.path) if target is not None else None
        if target is None or facts is None:
            return None
        return facts, facts.exports.get(target.name, ())

    def _resolve(
        self,
        value: Value,
        origin: str,
        links: tuple[Link, ...],
        is_reference: bool,
        seen: _Seen,
    ) -> Iterator[Resolved]:
        if len(links) > MAX_LINKS or (origin, value, is_reference) in seen:
            return
        seen.add((origin, value, is_reference))
        for starred, length in reversed(value.unless):
            # A later star import wins, if its module has the name.
            target = self._star_export(starred, origin, set())
            if target is not None and target not in links:
                yield from self._follow(target, value.path[length:], value, links, seen)
                return
        if is_canonical(value.path):
            yield Resolved(value.path, value, is_reference, links)
        elif value.path.startswith(":"):
            yield from self._class_attribute(value, origin, links, seen)
        else:
            yield from self._name(value, origin, links, seen)

    def _class_attribute(
        self, value: Value, origin: str, links: tuple[Link, ...], seen: _Seen
    ) -> Iterator[Resolved]:
        facts = self.facts(origin)
        found = split_class_attribute(value.path, facts.classes) if facts else None
        if facts is None or found is None:
            return
        links = (*links, Link(origin, f"{found.class_name}.{found.attribute}"))
        cls = facts.classes[found.class_name]
        following = [
            _append(attribute, found.rest, value)
            for attribute in cls.attributes.get(found.attribute, ())
        ]
        if found.attribute not in cls.attributes:
            rest = f".{found.attribute}{found.rest}"
            following = [value._replace(path=base.path + rest, unless=()) for base in cls.bases]
        for inner in following:
            yield from self._resolve(inner, origin, links, not found.rest, seen)

    def _name(
        self, value: Value, origin: str, links: tuple[Link, ...], seen: _Seen
    ) -> Iterator[Resolved]:
        names, steps = split_names(value.path)
        found = self.locate(names, origin)
        if found is not None:
            rest = "".join(f".{part}" for part in found[1]) + steps
            yield from self._follow(found[0], rest, value, links, seen)

    def locate(self, names: str, origin: str) -> tuple[Link, tuple[str, ...]] | None:
        """The name of a file that ``names`` begins with, as met in ``origin``, and the rest."""
        dots = len(names) - len(names.lstrip("."))
        parts = names.lstrip(".").split(".")
        for length in range(len(parts) - 1, -1, -1):
            module = "." * dots + ".".join(parts[:length])
            if not module:
                return None
            target = self._export(join_path(module, parts[length]), origin)
            if target is not None:
                return target, tuple(parts[length + 1 :])
        return None

    def _follow(
        self, target: Link, rest: str, value: Value, links: tuple[Link, ...], seen: _Seen
    ) -> Iterator[Resolved]:
        facts = self.facts(target.path)
        if facts is None or target in links:
            return
        for exported in facts.exports.get(target.name, ()):
            following = _append(exported, rest, value)
            yield from self._resolve(following, target.path, (*links, target), not rest, seen)

    def _export(self, dotted: str, origin: str) -> Link | None:
        """The file and the name in it that ``dotted`` (``package.module.name``) is bound to."""
        key = (dotted, origin)
        if key not in self._exported:
            self._exported[key] = self._find_export(dotted, origin, set())
        return self._exported[key]

    def _find_export(self, dotted: str, origin: str, visited: set[str]) -> Link | None:
        """As _export; ``visited`` are the files that were asked: star imports may go in circles."""
        module, name = split_module(dotted)
        file = self.find(module, origin) if module else None
        facts = self.facts(file) if file is not None else None
        if file is None or facts is None:
            return None
        if name in facts.exports:
            return Link(file, name)
        if file in visited:
            return None
        visited.add(file)
        for star in reversed(facts.stars):
            found = self._star_export(join_path(star, name), file, visited)
            if found is not None:
                return found
        return None

    def _star_export(self, dotted: str, origin: str, visited: set[str]) -> Link | None:
        """As _export, for a name that must come through ``from module import *``."""
        module, name = split_module(dotted)
        file = self.find(module, origin)
        facts = self.facts(file) if file is not None else None
        if facts is None:
            return None
        if facts.declared_all is None:
            public = not name.startswith("_")
        else:
            public = name in facts.declared_all
        return self._find_export(dotted, origin, visited) if public else None


def _append(value: Value, rest: str, user: Value) -> Value:
    return Value(value.path + rest, user.alias or value.alias, value.unless, user.key)
