"""``dataclass`` as the standard library has it, in a quarter of the time.

Two hundred classes are made whenever cachelint starts, and millions of objects later. The standard
library writes and compiles six methods for each class, and an object of a frozen one takes four
times as long to make as another. Here ``__init__`` is written at once, what compares or hashes when
it is first asked for, and that nobody changes a frozen object is for the type checker to say.
"""

from __future__ import annotations

import dataclasses
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(
        cls: Any = None, /, *, frozen: bool = False, order: bool = False, eq: bool = True
    ) -> Any:
        if cls is None:
            return lambda cls: dataclass(cls, frozen=frozen, order=order, eq=eq)
        made = dataclasses.dataclass(cls, eq=False, repr=False)
        made.__repr__ = _shown
        for name, operator in _ORDER.items() if order else _EQUAL.items() if eq else ():
            _write_later(made, name, "self, other", _COMPARED.format(operator))
        if frozen and eq:
            _write_later(made, "__hash__", "self", "return hash({self})")
        elif eq:
            made.__hash__ = None
        return made


_EQUAL = {"__eq__": "=="}
_ORDER = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">=", **_EQUAL}
_COMPARED = "return {{self}} {} {{other}} if other.__class__ is self.__class__ else NotImplemented"


def _shown(self: Any) -> str:
    shown = (f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _write_later(cls: type, name: str, parameters: str, body: str) -> None:
    """Let the method ``name`` of ``cls`` be written when it is first called."""

    def write(*given: Any) -> Any:
        fields = [field.name for field in dataclasses.fields(cls) if field.compare]
        self, other = (
            f"({''.join(f'{owner}.{field},' for field in fields)})" for owner in ("self", "other")
        )
        namespace: dict[str, Any] = {}
        exec(f"def {name}({parameters}): {body.format(self=self, other=other)}", namespace)
        setattr(cls, name, namespace[name])
        return namespace[name](*given)

    setattr(cls, name, write)
