"""Modules that are asked for by a name or path at run time: importlib, django-split-settings.

The last storey of the interpreter.
"""

from __future__ import annotations

import ast
import fnmatch
import glob
import os

from cachelint import disk
from cachelint.settings.interpreter.frames import Frame
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.imports import Imports
from cachelint.settings.interpreter.values import (
    Choices,
    Found,
    ModuleObject,
    Opaque,
    PathObject,
    Template,
    Value,
)
from cachelint.settings.records import Constant


class Interpreter(Imports):
    """All storeys together."""

    # importlib

    def import_dynamically(
        self, names: Choices, package: Choices | None, node: ast.Call
    ) -> Choices:
        """``importlib.import_module(name)``: one module, or those whose names fit."""
        found: Found = []
        for value in self.each(names):
            if isinstance(value, Constant):
                dotted = str(value.value)
                module = self.imported(dotted, node)
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
        for file in disk.matching(os.path.join(glob.escape(base), "*.py")):
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
            if disk.is_folder(found):
                return found
            folder = os.path.dirname(folder)
        return None

    # django-split-settings

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
        return disk.matching(os.path.join(folder, pattern))

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
        inside = ModuleObject(self.frame.module.name, module.written, module.file, scope)
        self.frames.append(Frame(inside, scope))
        try:
            self.block(module.source.tree.body)
        finally:
            self.frames.pop()
            module.is_running = False
