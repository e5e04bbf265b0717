"""Import statements, with and without a star.

Storey above files. What is not in the tree is told by its dotted name.
"""

from __future__ import annotations

import ast
import os
import sys

from cachelint.settings.interpreter.files import Files
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.values import Deferred, ListObject, ModuleObject, Opaque, Value
from cachelint.settings.records import Constant

#: What is there in every Python; a module of a package may be new or gone.
_CERTAIN_MODULES = (sys.stdlib_module_names | {"os.path"}) - {"tomllib", "distutils", "imp"}


class Imports(Files):
    """Runs import statements."""

    def imported(self, dotted: str, node: ast.AST) -> ModuleObject | None:
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

    def import_names(self, node: ast.Import) -> None:
        for alias in node.names:
            root = alias.name.partition(".")[0]
            first = self.modules.find(root, self.frame.module.file)
            if first is None:
                if alias.name not in _CERTAIN_MODULES:
                    self.may_fail(alias, "ImportError", f"no module {alias.name}")
                path = alias.name if alias.asname else root
                value: Value = Opaque(path, self.place(alias), path)
            else:
                module = self.imported(alias.name, node)
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
        module = self.imported(dotted, node)
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
            if inner is not None and self.is_package(module):
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
        self.may_fail(alias, "ImportError", f"{dotted}.{alias.name} cannot be imported")
        path = f"{dotted}.{alias.name}" if root else ""
        cause = self._absence(dotted)
        return Opaque(alias.name, self.place(alias), path, "" if root else cause)

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
