"""Templates by name, and what the templates around one say of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from cachelint.source import UnparsedSourceError, read_bytes
from cachelint.templates.lexer import Template, read_template
from cachelint.templates.records import Inclusion
from cachelint.templates.walking import walk

#: The folder of an app or project in which Django looks for templates.
FOLDER = "templates"
TAGS_FOLDER = "templatetags"


class Library:
    """The templates of projects. ``find`` lists the files below the project around a path.

    They are listed when somebody first asks for one by name.
    """

    def __init__(
        self, find: Callable[[str], Iterable[str]], roots: Callable[[], Iterable[str]] = tuple
    ) -> None:
        """``roots`` are folders of templates that are not called so."""
        self._find = find
        self._roots = roots
        self._read: dict[str, Template | None] = {}
        self._data: dict[str, bytes] = {}
        self._by_name: dict[int, dict[str, list[str]]] = {}
        """For each list of templates which of them a name may mean."""
        self._listed: dict[str, tuple[list[str], list[str]]] = {}

    def add(self, template: Template) -> None:
        self._read[os.path.abspath(template.path)] = template

    def named(self, name: str, origin: str) -> list[Template]:
        """The templates that ``name`` may mean, in the project around the file ``origin``."""
        files = self._files(origin)[0]
        index = self._by_name.get(id(files))
        if index is None:
            index = self._by_name[id(files)] = {}
            for path in files:
                for known in self.names_of(path):
                    index.setdefault(known, []).append(path)
        return [t for path in index.get(name, ()) if (t := self.read(path)) is not None]

    def names_of(self, path: str) -> set[str]:
        """The names under which the template at ``path`` may be known."""
        parts = os.path.abspath(path).split(os.sep)
        names = {"/".join(parts[i + 1 :]) for i, part in enumerate(parts) if part == FOLDER}
        for root in self._roots():
            relative = os.path.relpath(os.path.abspath(path), root)
            if not relative.startswith(os.pardir):
                names.add(relative.replace(os.sep, "/"))
        return names - {""}

    def read(self, path: str) -> Template | None:
        """The template at ``path``; None where it cannot be read or decoded."""
        key = os.path.abspath(path)
        if key not in self._read:
            try:
                self._read[key] = read_template(path, read_bytes(path))
            except UnparsedSourceError:
                # Its own diagnostic is due where it is linted.
                self._read[key] = None
        return self._read[key]

    def inclusions_of(self, path: str) -> list[Inclusion]:
        """Where other templates include the one at ``path``."""
        names = self.names_of(path)
        found = []
        for other in self._files(path)[0]:
            if self._mentions(other, names):
                template = self.read(other)
                included = walk(template).inclusions if template is not None else []
                found += [inclusion for inclusion in included if inclusion.name in names]
        return found

    def is_rendered_by_a_tag(self, path: str) -> bool:
        """Whether a tag of the project renders the template at ``path``, with names of its own."""
        names = self.names_of(path)
        return any(self._mentions(file, names) for file in self._files(path)[1])

    def has_own_cache_tag(self, path: str) -> bool:
        """Whether the project has a library of tags ``cache``, which then is not Django's."""
        return any(os.path.basename(file) == "cache.py" for file in self._files(path)[1])

    def _mentions(self, path: str, names: set[str]) -> bool:
        if path not in self._data:
            try:
                self._data[path] = read_bytes(path)
            except UnparsedSourceError:
                self._data[path] = b""
        return any(name.encode() in self._data[path] for name in names)

    def _files(self, origin: str) -> tuple[list[str], list[str]]:
        """The templates and the modules of tags around ``origin``."""
        folder = os.path.dirname(os.path.abspath(origin))
        if folder not in self._listed:
            found = list(self._find(origin))
            tags = [f for f in found if os.path.basename(os.path.dirname(f)) == TAGS_FOLDER]
            self._listed[folder] = ([f for f in found if not f.endswith(".py")], tags)
        return self._listed[folder]
