"""Classes of the tree: their order, what they have under a name, and which are enumerations.

Storey above expressions. Must not know objects nor who asks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cachelint.settings.interpreter.expressions import Expressions
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.values import ClassObject, Opaque, Value

#: Classes outside of the tree that have no settings of their own.
_PLAIN_BASES = frozenset({
    "builtins.object", "builtins.str", "builtins.int", "builtins.dict", "abc.ABC",
    "configurations.Configuration", "configurations.base.Configuration", "typing.Protocol",
    "typing.Generic", "typing.NamedTuple", "enum.Enum", "enum.StrEnum", "enum.IntEnum",
})  # fmt: skip
_ENUM_BASES = frozenset({
    "enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag", "enum.IntFlag",
    "django.db.models.TextChoices", "django.db.models.IntegerChoices", "django.db.models.Choices",
})  # fmt: skip
#: What every object has.
_OBJECT_NAMES = frozenset(dir(object))


class Classes(Expressions):
    """Looks names up in classes."""

    def order(self, cls: ClassObject) -> list[Value]:
        """The classes in which an attribute is looked up: C3, as Python's ``__mro__``."""
        sequences: list[list[Value]] = [
            self.order(b) if isinstance(b, ClassObject) else [b] for b in cls.bases
        ]
        sequences.append(list(cls.bases))
        order: list[Value] = [cls]
        while any(sequences):
            sequences = [sequence for sequence in sequences if sequence]
            for sequence in sequences:
                head = sequence[0]
                if not any(_among(head, other[1:]) for other in sequences):
                    break
            else:
                head = sequences[0][0]  # Python would refuse the class.
            order.append(head)
            sequences = [
                [v for v in sequence if not _is_same_class(v, head)] for sequence in sequences
            ]
        return order

    def class_attribute(
        self, order: list[Value], name: str, node: ast.AST
    ) -> Iterator[tuple[ClassObject | None, Value]]:
        """What the classes of ``order`` have under ``name``, with the runs that find it there."""
        missing = self.running
        waiting = NEVER
        outer = self.running
        for cls in order:
            self.running = missing
            if self.running == NEVER:
                break
            if isinstance(cls, ClassObject):
                found, missing = self.own(cls.scope, name, node)
                for guard, value in self.forced(found, node):
                    self.running = self.guards.both(outer, guard)
                    yield cls, value
                    waiting = self.guards.either(waiting, self.running)
            elif isinstance(cls, Opaque) and cls.path not in _PLAIN_BASES:
                text = f"{cls.text} has {name}"
                has = self.guards.both(missing, self.fresh_test(node, text, f"{text} not"))
                cause = f"{cls.text} is outside of the tree and may define {name}"
                self.running = has
                yield None, Opaque(name, self.place(node), "", cause)
                waiting = self.guards.either(waiting, self.running)
                missing = self.guards.without(missing, has)
        self.running = missing
        if missing != NEVER:
            if name not in _OBJECT_NAMES:
                self.fail("AttributeError")
            if self.running != NEVER:
                cause = f"{name} is not found"
                yield None, Opaque(name, self.place(node), "", cause)
        self.running = self.guards.either(waiting, self.running)

    def is_enum(self, cls: ClassObject) -> bool:
        return any(isinstance(b, Opaque) and b.path in _ENUM_BASES for b in self.order(cls))


def _is_same_class(first: Value, second: Value) -> bool:
    if isinstance(first, Opaque) and isinstance(second, Opaque) and first.path:
        return first.path == second.path
    return first is second


def _among(value: Value, values: list[Value]) -> bool:
    return any(_is_same_class(value, other) for other in values)
