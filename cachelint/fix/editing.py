"""Chosen changes → the new text of a file: edits, imports that they need, imports nobody uses."""

from __future__ import annotations

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Diagnostic
from cachelint.fix.document import DeclinedError, Document
from cachelint.fix.imports import add_import, drop_import
from cachelint.fix.planning import Chosen, without_overlaps
from cachelint.fix.surroundings import Surroundings
from cachelint.source import Source, UnparsedSourceError, load


@dataclass
class Editor:
    """Makes the changes of one file, all at once."""

    surroundings: Surroundings

    def edit(self, source: Source, document: Document, chosen: Chosen) -> Document:
        """``document`` with the changes made. Raises DeclinedError where they do not go together,
        or where an import that they need has no place."""
        edits = without_overlaps({edit for change in chosen.values() for edit in change.edits})
        changing = list(edits)
        for module, names in self._imports(source.path, chosen).items():
            is_ours = self.surroundings.is_ours
            added = add_import(source, module, sorted(names), changing, is_ours)
            edits += [added] if added is not None else []
        new = document.apply(edits)
        for dropped in sorted({p for d in chosen if d.fix is not None for p in d.fix.drops}):
            new = self._drop(source.path, new, dropped)
        return new

    def _imports(self, path: str, chosen: Chosen) -> dict[str, set[str]]:
        """The names that the new code needs, by their modules."""
        imports: dict[str, set[str]] = {}
        for diagnostic, change in chosen.items():
            if change.helper_names:
                module = self.surroundings.helper_of(path).dotted
                imports.setdefault(module, set()).update(change.helper_names)
            for dotted in _imported(diagnostic):
                module, _, name = dotted.rpartition(".")
                imports.setdefault(module, set()).add(name)
        return dict(sorted(imports.items()))

    def _drop(self, path: str, document: Document, dropped: str) -> Document:
        module, _, name = dropped.rpartition(".")
        while True:
            edit = drop_import(parsed(path, document), document, module, name)
            mentions = self.surroundings.mentions_of(path)
            if edit is None or mentions.imported(path, name) is not None:
                return document
            document = document.apply([edit])


def _imported(diagnostic: Diagnostic) -> tuple[str, ...]:
    return diagnostic.fix.imports if diagnostic.fix is not None else ()


def parsed(path: str, document: Document) -> Source:
    """The new text as a source. Raises DeclinedError where it is no Python."""
    try:
        return load(path, document.to_bytes())
    except UnparsedSourceError as error:
        raise DeclinedError(f"the result would not parse: {error}") from error
