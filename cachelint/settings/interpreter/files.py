"""Files as modules: each is read once, and run once for the runs that reach it.

Storey above statements. Must not know how an import is written.
"""

from __future__ import annotations

import ast
import os

from cachelint import disk
from cachelint.diagnostic import Span
from cachelint.places import shown_path
from cachelint.settings.interpreter.frames import Frame
from cachelint.settings.interpreter.guards import ALWAYS, NEVER
from cachelint.settings.interpreter.statements import Statements
from cachelint.settings.interpreter.values import Choices, ModuleObject
from cachelint.settings.interpreter.written import Written
from cachelint.settings.records import Constant, Place
from cachelint.source import UnparsedSourceError, load, read_bytes


class Files(Statements):
    """Reads and runs modules of the tree."""

    # Reading

    def module_at(self, file: str, name: str | None = None) -> ModuleObject | None:
        """The file as a module; None where it cannot be read or parsed."""
        file = os.path.abspath(file)
        if file not in self.files:
            if file not in self.parsed:
                self.parsed[file] = _parsed(file)
            found = self.parsed[file]
            if isinstance(found, UnparsedSourceError):
                self.files[file] = None
                self.unparsed[file] = f"{shown_path(file)} {found.cause}"
                return None
            module = ModuleObject(name or self._name_of(file), found, file)
            self.files[file] = module
            self.relevance.add(found.outline)
            self._prepare(module)
        return self.files[file]

    def _name_of(self, file: str) -> str:
        folder, base = os.path.split(file)
        parts = [] if base == "__init__.py" else [os.path.splitext(base)[0]]
        while disk.is_file(os.path.join(folder, "__init__.py")):
            folder, name = os.path.split(folder)
            parts.insert(0, name)
        return ".".join(parts)

    def _prepare(self, module: ModuleObject) -> None:
        place = Place(module.source.path, Span(1, 1, 1, 1))
        for name, value in (("__name__", module.name), ("__file__", module.file)):
            module.scope.names[name] = [(ALWAYS, Constant(value, place))]

    def is_in_tree(self, path: str) -> bool:
        """Whether a file that the settings read lies in the project."""
        folders = {os.path.dirname(file) for file in self.files}
        path = os.path.abspath(path)
        return disk.is_file(path) and any(
            os.path.commonpath([path, folder]) == folder for folder in folders
        )

    def is_package(self, module: ModuleObject) -> bool:
        return os.path.basename(module.file) == "__init__.py"

    # Running

    def run_module(self, module: ModuleObject) -> None:
        """Run the body for the runs at hand that have not run it yet."""
        if module.is_running:
            return
        remaining = self.guards.without(self.running, module.ran)
        if remaining == NEVER:
            return
        module.ran = self.guards.either(module.ran, remaining)
        module.is_running = True
        loops, self.loops = self.loops, []
        self.frames.append(Frame(module, module.scope))
        try:
            with self.under(remaining):
                self.block(module.source.tree.body)
        finally:
            self.frames.pop()
            self.loops = loops
            module.is_running = False

    def touches(self, module: ModuleObject) -> bool:
        return module.written.touches_settings

    def submodule(self, module: ModuleObject, name: str) -> ModuleObject | None:
        if os.path.basename(module.file) != "__init__.py":
            return None
        file = self.modules.find(f".{name}", module.file)
        return self.module_at(file) if file is not None else None

    def module_by_name(self, name: Constant | None, node: ast.expr) -> Choices:
        """``sys.modules[name]``."""
        if name is not None:
            for module in self.files.values():
                if module is not None and module.name == name.value:
                    return [(self.running, module)]
        return self.unknown(node)


def _parsed(file: str) -> Written | UnparsedSourceError:
    try:
        return Written(load(shown_path(file), read_bytes(file)))
    except UnparsedSourceError as error:
        return error
