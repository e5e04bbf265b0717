"""Imports: the files of a settings module, each run once for the runs that reach it.

The last storey of the interpreter.
"""

from __future__ import annotations

import ast
import fnmatch
import glob
import os
import sys

from cachelint.diagnostic import Span
from cachelint.modules import shown_path
from cachelint.settings.interpreter.frames import Frame
from cachelint.settings.interpreter.guards import ALWAYS, NEVER
from cachelint.settings.interpreter.statements import Statements
from cachelint.settings.interpreter.values import (
    Choices,
    Deferred,
    Found,
    ListObject,
    ModuleObject,
    Opaque,
    PathObject,
    Template,
    Value,
)
from cachelint.settings.records import Constant, Place
from cachelint.source import UnparsedSourceError, load, read_bytes

#: Words without which a module that is imported cannot do anything to the settings by being run.
_TOUCHING = (b"CACHES", b"globals()", b"sys.modules", b"exec(")


class Interpreter(Statements):
    """Runs modules."""

    # Files

    def module_at(self, file: str, name: str | None = None) -> ModuleObject | None:
        """The file as a module; None where it cannot be read or parsed."""
        file = os.path.abspath(file)
        if file not in self.files:
            try:
                source = load(shown_path(file), read_bytes(file))
            except UnparsedSourceError as error:
                self.files[file] = None
                self.unparsed[file] = f"{shown_path(file)} {error.cause}"
                return None
            module = ModuleObject(name or self._name_of(file), source, file)
            self.files[file] = module
            self.relevance.add(source.tree)
            self._prepare(module)
        return self.files[file]

    def _name_of(self, file: str) -> str:
        folder, base = os.path.split(file)
        parts = [] if base == "__init__.py" else [os.path.splitext(base)[0]]
        while os.path.isfile(os.path.join(folder, "__init__.py")):
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
        return os.path.isfile(path) and any(
            os.path.commonpath([path, folder]) == folder for folder in folders
        )

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

    # Import statements

    def _imported(self, dotted: str, node: ast.AST) -> ModuleObject | None:
        """A module of the tree; what it does to others by being run is done."""
        origin = self.frame.module.file
        name = dotted.lstrip(".")
        parts = name.split(".") if name else []
        dots = dotted[: len(dotted) - len(name)]
        for length in range(0 if dots else 1, len(parts) + 1):
            file = self.modules.find(dots + ".".join(parts[:length]), origin)
            module = self.module_at(file) if file is not None else None
            if module is not None and self.touches(module):
                self.run_module(module)
        return module

    def touches(self, module: ModuleObject) -> bool:
        text = module.source.text.encode(errors="replace")
        return any(word in text for word in _TOUCHING)

    def import_names(self, node: ast.Import) -> None:
        for alias in node.names:
            root = alias.name.partition(".")[0]
            first = self.modules.find(root, self.frame.module.file)
            if first is None:
                if root not in sys.stdlib_module_names:
                    self.may_fail(alias, "ImportError", f"no module {alias.name}")
                path = alias.name if alias.asname else root
                value: Value = Opaque(path, self.place(alias), path)
            else:
                module = self._imported(alias.name, node)
                top = self.module_at(first)
                found = module if alias.asname else top
                if found is None:
                    value = Opaque(alias.name, self.place(alias), "", "it cannot be read")
                else:
                    value = found
                if module is None:
                    self.may_fail(alias, "ImportError", f"no module {alias.name}")
            name = alias.asname or root
            scope = self.frame.scope
            self.bind(scope.declared.get(name, scope), name, [(self.running, value)])

    def import_from(self, node: ast.ImportFrom) -> None:
        dotted = "." * node.level + (node.module or "")
        module = self._imported(dotted, node)
        if any(alias.name == "*" for alias in node.names):
            self._import_star(module, dotted, node)
            return
        scope = self.frame.scope
        for alias in node.names:
            name = alias.asname or alias.name
            value = self._imported_name(module, dotted, alias)
            if self.running != NEVER:
                self.bind(scope.declared.get(name, scope), name, [(self.running, value)])

    def _imported_name(self, module: ModuleObject | None, dotted: str, alias: ast.alias) -> Value:
        inner = self.modules.find(
            dotted + ("" if dotted.endswith(".") else ".") + alias.name, self.frame.module.file
        )
        if module is not None:
            if inner is not None and self._is_package(module):
                submodule = self.module_at(inner)
                if submodule is not None and self.touches(submodule):
                    self.run_module(submodule)
            elif self.catching:
                # A name that is missing is an error that somebody waits for.
                self.run_module(module)
                absent = self.own(module.scope, alias.name, alias)[1]
                self.fail("ImportError", absent)
            return Deferred(module, alias.name)
        if inner is not None:
            submodule = self.module_at(inner)
            if submodule is not None:
                if self.touches(submodule):
                    self.run_module(submodule)
                return submodule
        root = dotted.partition(".")[0]
        if root not in sys.stdlib_module_names:
            self.may_fail(alias, "ImportError", f"{dotted} cannot be imported")
        path = f"{dotted}.{alias.name}" if root else ""
        cause = self._absence(dotted)
        return Opaque(alias.name, self.place(alias), path, "" if root else cause)

    def _is_package(self, module: ModuleObject) -> bool:
        return os.path.basename(module.file) == "__init__.py"

    def _absence(self, dotted: str) -> str:
        file = self.modules.find(dotted, self.frame.module.file)
        if file is not None and os.path.abspath(file) in self.unparsed:
            return self.unparsed[os.path.abspath(file)]
        return f"{dotted} is not in the tree"

    def _import_star(self, module: ModuleObject | None, dotted: str, node: ast.ImportFrom) -> None:
        scope = self.frame.scope
        if module is not None:
            self.run_module(module)
            for name in self._exported(module):
                found, _ = self.own(module.scope, name, node)
                with self.under(self.union(guard for guard, _ in found)):
                    self.bind(scope, name, found)
            for guard, cause in module.scope.wild:
                with self.under(guard):
                    if self.running != NEVER:
                        scope.wild.append((self.running, cause))
            return
        if dotted == "django.conf.global_settings":
            self.bind(scope, "CACHES", [(self.running, self.global_caches(node))])
            return
        if dotted.partition(".")[0] in sys.stdlib_module_names and not dotted.startswith("."):
            return
        self.may_fail(node, "ImportError", f"{dotted} cannot be imported")
        cause = self.cause(node, f"`from {dotted} import *`: {self._absence(dotted)}")
        self.release(scope, cause, replaces=False)

    def _exported(self, module: ModuleObject) -> list[str]:
        declared = self.only(module.scope.names.get("__all__", ()))
        if len(declared) == 1 and isinstance(declared[0][1], ListObject):
            names = [item for _, item in declared[0][1].items]
            if all(isinstance(name, Constant) for name in names):
                return [str(name.value) for name in names if isinstance(name, Constant)]
        return [name for name in list(module.scope.names) if not name.startswith("_")]

    # Imports by name, split_settings

    def import_dynamically(
        self, names: Choices, package: Choices | None, node: ast.Call
    ) -> Choices:
        """``importlib.import_module(name)``: one module, or those whose names fit."""
        found: Found = []
        for value in self.each(names):
            if isinstance(value, Constant):
                dotted = str(value.value)
                module = self._imported(dotted, node)
                if module is not None:
                    self.run_module(module)
                    found.append((self.running, module))
                else:
                    self.may_fail(node, "ImportError", f"{dotted} cannot be imported")
                    path = "" if dotted.startswith(".") else dotted
                    found += self.unknown(node, f"{dotted} is not in the tree", path)
                continue
            if isinstance(value, Template):
                found += self._fitting_modules(value, node)
            self.may_fail(node, "ImportError", f"an error in `{self.text(node)}`")
            found += self.unknown(node, "which module is imported is not known here")
        return self.merged(self.only(found))

    def _fitting_modules(self, name: Template, node: ast.Call) -> Choices:
        """The modules of the tree whose names have the known parts of ``name``."""
        pattern = "".join(part if isinstance(part, str) else "*" for part in name.parts)
        package, _, last = pattern.rpartition(".")
        folder = self.modules.find(package, self.frame.module.file) if package else None
        found: Found = []
        if folder is None and "*" not in package and package:
            folder = self._namespace_folder(package)
        if folder is None or "*" in package:
            return found
        base = os.path.dirname(folder) if folder.endswith(".py") else folder
        for file in sorted(glob.glob(os.path.join(glob.escape(base), "*.py"))):
            stem = os.path.splitext(os.path.basename(file))[0]
            if stem == "__init__" or not fnmatch.fnmatch(stem, last):
                continue
            module = self.module_at(file)
            if module is None:
                continue
            text = f"`{self.text(node)}` imports {module.name}"
            chosen = self.fresh_test(node, text, f"{module.name} is not imported")
            chosen = self.guards.both(self.running, chosen)
            waiting = self.guards.without(self.running, chosen)
            self.running = chosen
            self.run_module(module)
            found.append((self.running, module))
            self.running = waiting
        self.running = self.guards.either(self.running, self.union(g for g, _ in found))
        left = self.guards.without(self.running, self.union(g for g, _ in found))
        return [*found, (left, self.opaque(node))] if left != NEVER else found

    def _namespace_folder(self, package: str) -> str | None:
        """The folder of a package without an ``__init__.py``, from the roots of this module."""
        folder = os.path.dirname(self.frame.module.file)
        relative = package.replace(".", os.sep)
        while folder != os.path.dirname(folder):
            found = os.path.join(folder, relative)
            if os.path.isdir(found):
                return found
            folder = os.path.dirname(folder)
        return None

    def include(self, value: Value, node: ast.Call) -> None:
        """``include(path)`` of django-split-settings: files run in the namespace of the caller."""
        is_optional = False
        if isinstance(value, Opaque) and value.path == "split_settings.tools.optional()":
            is_optional = True
            inner = value.default
            value = inner if inner is not None else value
        if isinstance(value, (Constant, PathObject)):
            pattern = value.text if isinstance(value, PathObject) else str(value.value)
            files = self._files_fitting(pattern)
            for file in files:
                self._run_inside(file, node)
            if not files:
                kind = "an optional file" if is_optional else "a file"
                cause = self.cause(node, f"include(): {kind} {pattern} that is not in the tree")
                self.release(self.frame.module.scope, cause, replaces=False)
            return
        if isinstance(value, Template):
            pattern = "".join(p if isinstance(p, str) else "*" for p in value.parts)
            for file in self._files_fitting(pattern):
                text = f"include() takes {os.path.basename(file)}"
                with self.under(self.fresh_test(node, text)):
                    self._run_inside(file, node)
        cause = self.cause(node, "include() with a path that is not known here")
        self.release(self.frame.module.scope, cause, replaces=False)

    def _files_fitting(self, pattern: str) -> list[str]:
        folder = os.path.dirname(self.frame.module.file)
        return sorted(glob.glob(os.path.join(folder, pattern)))

    def _run_inside(self, file: str, node: ast.AST) -> None:
        """Run a file in the namespace of the module at hand."""
        module = self.module_at(file)
        scope = self.frame.module.scope
        if module is None:
            message = f"include(): {self.unparsed[os.path.abspath(file)]}"
            self.release(scope, self.cause(node, message), replaces=False)
            return
        if module.is_running:
            return
        module.is_running = True
        inside = ModuleObject(self.frame.module.name, module.source, module.file, scope)
        self.frames.append(Frame(inside, scope))
        try:
            self.block(module.source.tree.body)
        finally:
            self.frames.pop()
            module.is_running = False
