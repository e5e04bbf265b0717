"""What operators and methods make of constants. Pure functions of Python values."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

#: Longer texts and larger numbers are not computed: a typo must not fill the memory.
MAX_SIZE = 10_000
MAX_DIGITS = 100
#: A width in a format, which would be a size as well.
_WIDE = re.compile(r"\d{4}")

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Mod: operator.mod,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_, ast.BitXor: operator.xor, ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}  # fmt: skip
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda item, container: item in container,
    ast.NotIn: lambda item, container: item not in container,
}  # fmt: skip
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
}  # fmt: skip

#: Methods of texts that depend on nothing but their arguments.
TEXT_METHODS = frozenset({
    "capitalize", "casefold", "count", "encode", "endswith", "find", "format", "index", "isalnum",
    "isalpha", "isdigit", "isidentifier", "islower", "isnumeric", "isspace", "istitle", "isupper",
    "join", "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind",
    "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase",
    "title", "upper", "zfill", "decode",
})  # fmt: skip


class NotComputedError(Exception):
    """The operation is not done here; ``error`` names the exception that Python would raise."""

    def __init__(self, error: str | None = None) -> None:
        super().__init__(error)
        self.error = error


def _guarded(compute: Callable[[], Any]) -> Any:
    try:
        result = compute()
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise NotComputedError(type(error).__name__) from error
    size = len(result) if isinstance(result, (str, bytes, list, tuple)) else 0
    if size > MAX_SIZE or (type(result) is int and abs(result) > 10**MAX_DIGITS):
        raise NotComputedError
    return result


def binary(op: ast.operator, left: Any, right: Any) -> Any:
    """``left op right``; raises NotComputedError."""
    function = _BINARY.get(type(op))
    if isinstance(op, ast.Mod) and isinstance(left, str) and _WIDE.search(left):
        raise NotComputedError
    if function is None or (isinstance(op, (ast.Mult, ast.LShift)) and _is_large(left, right)):
        raise NotComputedError
    return _guarded(lambda: function(left, right))


def _is_large(left: Any, right: Any) -> bool:
    sizes = [
        len(x) if isinstance(x, (str, bytes)) else abs(x) for x in (left, right) if x is not None
    ]
    return any(size > MAX_SIZE for size in sizes) or sizes[0] * sizes[-1] > MAX_SIZE**2


def compare(op: ast.cmpop, left: Any, right: Any) -> bool:
    """``left op right``; raises NotComputedError."""
    return bool(_guarded(lambda: _COMPARED[type(op)](left, right)))


def unary(op: ast.unaryop, operand: Any) -> Any:
    """``op operand`` for all operators but ``not``; raises NotComputedError."""
    return _guarded(lambda: _UNARY[type(op)](operand))


def subscript(value: Any, index: Any) -> Any:
    """An item or a slice of a constant; raises NotComputedError."""
    return _guarded(lambda: value[index])


def method(value: Any, name: str, arguments: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """What a method of a text returns; raises NotComputedError."""
    if not isinstance(value, (str, bytes)) or name not in TEXT_METHODS:
        raise NotComputedError
    if name == "zfill" or (name == "format" and _WIDE.search(str(value))):
        raise NotComputedError
    return _guarded(lambda: getattr(value, name)(*arguments, **keywords))


def converted(name: str, arguments: Sequence[Any]) -> Any:
    """``str(x)``, ``int(x)``, ``float(x)``, ``bool(x)``; raises NotComputedError."""
    functions: dict[str, Callable[..., Any]] = {
        "str": str, "int": int, "float": float, "bool": bool, "len": len, "abs": abs, "ord": ord,
        "chr": chr, "repr": repr,
    }  # fmt: skip
    return _guarded(lambda: functions[name](*arguments))
