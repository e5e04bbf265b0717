"""Attributes: of modules, classes, objects, paths and what lies outside of the tree.

Storey above classes. Entering the function of a property is for the storeys above.
"""

from __future__ import annotations

import ast
import os
from collections import OrderedDict
from types import GeneratorType

from cachelint.settings.interpreter.classes import Classes
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.values import (
    BoundMethod,
    Choices,
    ClassObject,
    Deferred,
    DictObject,
    Found,
    FunctionObject,
    GeneratorObject,
    InstanceObject,
    ListObject,
    MemberObject,
    ModuleObject,
    NamespaceObject,
    Opaque,
    PathObject,
    SuperObject,
    Value,
)
from cachelint.settings.records import Cause, Constant

#: Names outside of the tree that are constants wherever settings are loaded.
_KNOWN = {"typing.TYPE_CHECKING": False, "typing_extensions.TYPE_CHECKING": False, "os.sep": os.sep}
_MAX_PATH = 200
#: The attributes with such names that are followed.
_FOLLOWED = frozenset({"__init__", "__call__", "__name__", "__enter__", "__exit__"})
#: What values of Python are, for what attributes they have.
_TYPES: dict[type[object], type[object]] = {
    DictObject: OrderedDict, GeneratorObject: GeneratorType,
}  # fmt: skip
_LIST_TYPES = {"list": list, "tuple": tuple, "set": set, "generator": GeneratorType}


class Objects(Classes):
    """Attribute access."""

    def run_module(self, module: ModuleObject) -> None:
        raise NotImplementedError

    def submodule(self, module: ModuleObject, name: str) -> ModuleObject | None:
        raise NotImplementedError

    def run_function(
        self, function: FunctionObject, positional: list[Choices], node: ast.AST
    ) -> Choices:
        raise NotImplementedError

    def force(self, value: Deferred, node: ast.AST) -> Choices:
        key = (value.module.file, value.name)
        if key in self.forcing:
            # Two modules that import a name from each other.
            return [(self.running, Opaque(value.name, self.place(node)))]
        self.forcing.add(key)
        try:
            return self.module_attribute(value.module, value.name, node)
        finally:
            self.forcing.discard(key)

    def attribute(self, value: Value, name: str, node: ast.expr) -> Choices:
        if isinstance(value, Opaque):
            return self._of_opaque(value, name, node)
        if isinstance(value, (ModuleObject, ClassObject, InstanceObject)) and name == "__dict__":
            module = value if isinstance(value, ModuleObject) else self.frame.module
            return [(self.running, NamespaceObject(value.scope, module))]
        if isinstance(value, InstanceObject) and name == "__class__":
            return [(self.running, value.cls)]
        if isinstance(value, ModuleObject):
            if name in ("__path__", "__doc__", "__package__", "__spec__"):
                return self.unknown(node)
            return self.module_attribute(value, name, node)
        type_ = _python_type(value)
        if type_ is not None:
            if not hasattr(type_, name):
                return self.error("AttributeError", node)
            return [(self.running, BoundMethod(value, name))]
        if name.startswith("__") and name.endswith("__") and name not in _FOLLOWED:
            return self.unknown(node)
        if isinstance(value, ClassObject):
            return self._of_class(value, name, node)
        if isinstance(value, InstanceObject):
            return self._of_instance(value, name, node)
        if isinstance(value, SuperObject):
            return self._of_super(value, name, node)
        if isinstance(value, MemberObject):
            return self._of_member(value, name, node)
        if isinstance(value, PathObject):
            return self._of_path(value, name, node)
        if isinstance(value, (FunctionObject, BoundMethod)):
            return self.unknown(node)
        return [(self.running, BoundMethod(value, name))]

    def _of_opaque(self, value: Opaque, name: str, node: ast.expr) -> Choices:
        path = f"{value.path}.{name}" if value.path and len(value.path) < _MAX_PATH else ""
        if path in _KNOWN:
            return self.constant(_KNOWN[path], node)
        if path == "django.conf.global_settings.CACHES":
            return [(self.running, self.global_caches(node))]
        result = self.opaque(node, path, value.cause)
        result.receiver = value
        return [(self.running, result)]

    def global_caches(self, node: ast.AST) -> DictObject:
        """What Django has where settings say nothing of caches (django.conf.global_settings)."""
        place = self.place(node)
        backend = Constant("django.core.cache.backends.locmem.LocMemCache", place)
        default, caches = DictObject(place), DictObject(place)
        self.set_item(default, "BACKEND", [(self.running, backend)], place)
        self.set_item(caches, "default", [(self.running, default)], place)
        return caches

    def module_attribute(self, module: ModuleObject, name: str, node: ast.AST) -> Choices:
        """A name of a module of the tree, which is run for it."""
        self.run_module(module)
        found, absent = self.own(module.scope, name, node)
        if absent == NEVER:
            return self.forced(found, node)
        choices = list(self.forced(found, node))
        with self.under(absent):
            inner = self.submodule(module, name)
            if inner is not None:
                choices.append((self.running, inner))
            elif isinstance(node, ast.expr):
                choices += self.error("AttributeError", node)
        return self.only(choices)

    # Classes

    def _of_class(self, cls: ClassObject, name: str, node: ast.expr) -> Choices:
        if name == "__name__":
            return self.constant(cls.name, node)
        found: Found = []
        for _, value in self.class_attribute(self.order(cls), name, node):
            if isinstance(value, FunctionObject) and value.kind == "classmethod":
                value = BoundMethod(cls, value)
            elif isinstance(value, FunctionObject) and value.kind in ("property", "cached"):
                value = self.opaque(node)
            elif self.is_enum(cls) and not name.startswith("_") and not _is_callable(value):
                value = MemberObject(cls, name, _member_value(value))
            found.append((self.running, value))
        return self.only(found)

    def _of_instance(self, instance: InstanceObject, name: str, node: ast.expr) -> Choices:
        found, absent = self.own(instance.scope, name, node)
        choices = list(found)
        with self.under(absent):
            if self.running != NEVER:
                choices += self._of_classes(instance, name, node)
        return self.only(choices)

    def _of_classes(self, instance: InstanceObject, name: str, node: ast.expr) -> Choices:
        order = self.order(instance.cls)
        if not any(isinstance(c, ClassObject) and "__getattr__" in c.scope.names for c in order):
            return self._bound_attribute(order, instance, name, node)
        self.catching.append([])
        choices = list(self.only(self._bound_attribute(order, instance, name, node)))
        missing = self.settled("AttributeError")
        after, self.running = self.running, missing
        choices += self.special(instance, "__getattr__", [self.constant(name, node)], node) or ()
        self.running = self.guards.either(after, self.running)
        return choices

    def _bound_attribute(
        self, order: list[Value], receiver: Value, name: str, node: ast.AST
    ) -> Choices:
        choices: Found = []
        for _, value in self.class_attribute(order, name, node):
            if not isinstance(value, FunctionObject):
                choices.append((self.running, value))
            elif value.kind == "property":
                choices += self.run_function(value, [[(self.running, receiver)]], node)
            elif value.kind == "cached":
                made = self.run_function(value, [[(self.running, receiver)]], node)
                if isinstance(receiver, InstanceObject):
                    self.bind(receiver.scope, name, made)
                choices += made
            elif value.kind == "staticmethod":
                choices.append((self.running, value))
            else:
                first = receiver
                if value.kind == "classmethod" and isinstance(receiver, InstanceObject):
                    first = receiver.cls
                choices.append((self.running, BoundMethod(first, value)))
        return choices

    def _of_super(self, value: SuperObject, name: str, node: ast.expr) -> Choices:
        receiver = value.receiver
        cls = receiver.cls if isinstance(receiver, InstanceObject) else receiver
        if not isinstance(cls, ClassObject):
            return self.unknown(node)
        order = self.order(cls)
        position = next((i for i, c in enumerate(order) if c is value.after), 0)
        rest = order[position + 1 :]
        if not any(isinstance(c, ClassObject) for c in rest):
            # Only what lies outside: Configuration, object.
            return self.unknown(node)
        return self.only(self._bound_attribute(rest, receiver, name, node))

    def _of_member(self, member: MemberObject, name: str, node: ast.expr) -> Choices:
        if name in ("value", "_value_"):
            return [(self.running, member.value)]
        if name == "name":
            return self.constant(member.name, node)
        if self.is_text_member(member) and isinstance(member.value, Constant):
            return [(self.running, BoundMethod(member.value, name))]
        return self.only(self._bound_attribute(self.order(member.cls), member, name, node))

    def _of_path(self, value: PathObject, name: str, node: ast.expr) -> Choices:
        place = self.place(node)
        text = value.text
        if name == "parent":
            return [(self.running, PathObject(os.path.dirname(text) or ".", place))]
        if name == "parents":
            parents = ListObject(place, "tuple")
            folder = os.path.dirname(text)
            while folder and (not parents.items or folder != os.path.dirname(folder)):
                parents.items.append((self.running, PathObject(folder, place)))
                folder = os.path.dirname(folder)
            return [(self.running, parents)]
        if name in ("name", "stem", "suffix"):
            base = os.path.basename(text)
            stem, suffix = os.path.splitext(base)
            return self.constant({"name": base, "stem": stem, "suffix": suffix}[name], node)
        return [(self.running, BoundMethod(value, name))]

    # Attributes as targets

    def set_attribute(self, target: Value, name: str, choices: Choices, node: ast.AST) -> None:
        """``target.name = …``."""
        if isinstance(target, InstanceObject):
            for cls in self.order(target.cls):
                for _, value in (
                    cls.scope.names.get(name, ()) if isinstance(cls, ClassObject) else ()
                ):
                    if isinstance(value, FunctionObject) and value.setter is not None:
                        self.run_function(value.setter, [[(self.running, target)], choices], node)
                        return
        if isinstance(target, (ModuleObject, ClassObject, InstanceObject, NamespaceObject)):
            self.bind(target.scope, name, choices)

    def set_unknown_attribute(self, target: Value, cause: Cause) -> None:
        """``setattr(target, …)`` with a name that is not known."""
        if isinstance(target, (ModuleObject, ClassObject, InstanceObject, NamespaceObject)):
            self.release(target.scope, cause, replaces=True)


def _python_type(value: Value) -> type[object] | None:
    if isinstance(value, ListObject):
        return _LIST_TYPES[value.kind]
    if isinstance(value, Constant):
        return type(value.value)
    return _TYPES.get(type(value))


def _is_callable(value: Value) -> bool:
    return isinstance(value, (FunctionObject, ClassObject, BoundMethod))


def _member_value(value: Value) -> Value:
    """The value of a member of TextChoices is the first of a pair (value, label)."""
    if isinstance(value, ListObject) and value.kind == "tuple" and len(value.items) == 2:
        return value.items[0][1]
    return value
