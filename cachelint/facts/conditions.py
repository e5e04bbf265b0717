"""What an ``if`` test tells about its branches: guards, dead branches, ``__main__``."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from cachelint.dataclass import dataclass, replace
from cachelint.facts.records import Guard, GuardKind, Values

Resolve = Callable[[ast.expr], Values]
"""What an expression may be, without recording that it is used."""

_BACKEND = re.compile(r"(?i)settings|backend|redis|valkey|memcache|locmem|isinstance|supports")
#: What says by itself what is asked for.
_ASKED = frozenset({GuardKind.HAS_ATTRIBUTE, GuardKind.SETTING})
_TYPE_CHECKING = frozenset({"typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"})
_SETTINGS = "django.conf.settings."
_VERSIONS = frozenset({"django.VERSION", "sys.version_info"})
_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True)
class Branch:
    """What holds in one branch: ``never`` runs, only as the ``main`` script, or under guards."""

    guards: tuple[Guard, ...] = ()
    never: bool = False
    main: bool = False

    def both(self, other: Branch) -> Branch:
        return Branch(
            self.guards + other.guards, self.never or other.never, self.main or other.main
        )

    def either(self, other: Branch) -> Branch:
        return Branch((), self.never and other.never, self.main and other.main)


@dataclass(frozen=True)
class Condition:
    """A test: what holds where it is true, and where it is false."""

    true: Branch = Branch()
    false: Branch = Branch()

    def negated(self) -> Condition:
        return Condition(self.false, self.true)


def _all_of(parts: list[Condition]) -> Condition:
    condition = parts[0]
    for part in parts[1:]:
        true, false = condition.true.both(part.true), condition.false.either(part.false)
        condition = Condition(true, false)
    return condition


def read_condition(test: ast.expr, resolve: Resolve) -> Condition:
    """Read ``test`` as far as it speaks of what the rules must respect."""
    condition = _read(test, resolve)
    is_known = any(guard.kind in _ASKED for guard in condition.true.guards)
    is_whole = not isinstance(test, (ast.BoolOp, ast.UnaryOp)) and not is_known
    if is_whole and _asks_for_backend(test):
        asked = Branch((Guard(GuardKind.TEST, (ast.unparse(test),), test.lineno),))
        return Condition(condition.true.both(asked), condition.false.both(asked))
    return condition


def _asks_for_backend(test: ast.expr) -> bool:
    """Whether a test may keep code away from where a setting is another one."""
    for node in ast.walk(test):
        text: object = None
        if isinstance(node, ast.Name):
            text = node.id
        elif isinstance(node, ast.Attribute):
            text = node.attr
        elif isinstance(node, ast.Constant):
            text = node.value
        if isinstance(text, str) and _BACKEND.search(text):
            return True
    return False


def _read(test: ast.expr, resolve: Resolve) -> Condition:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return read_condition(test.operand, resolve).negated()
    if isinstance(test, ast.BoolOp):
        parts = [read_condition(part, resolve) for part in test.values]
        if isinstance(test.op, ast.And):
            return _all_of(parts)
        return _all_of([part.negated() for part in parts]).negated()
    if isinstance(test, ast.Constant):
        return Condition(Branch(never=not test.value), Branch(never=bool(test.value)))
    if isinstance(test, (ast.Name, ast.Attribute)):
        # As type checkers do, `TYPE_CHECKING = False` is taken for what it is called, too.
        values = resolve(test)
        own = isinstance(test, ast.Name) and test.id == "TYPE_CHECKING" and not values
        if own or any(value.path in _TYPE_CHECKING for value in values):
            return Condition(true=Branch(never=True))
        return _setting_is_true(values, test.lineno) or Condition(true=_present(test))
    if isinstance(test, ast.Compare):
        lefts = [test.left, *test.comparators]
        links = zip(lefts, test.ops, test.comparators, strict=False)
        return _all_of([_read_comparison(*link, resolve) for link in links])
    if isinstance(test, ast.Call):
        return _read_call(test, resolve)
    return Condition()


def _setting_is_true(values: Values, row: int) -> Condition | None:
    """``settings.USE_REDIS``, in a name or an attribute."""
    for value in values:
        name = value.path.removeprefix(_SETTINGS)
        if name != value.path and name.isidentifier():
            true, false = (Guard(GuardKind.SETTING, (n,), row) for n in (name, f"not {name}"))
            return Condition(Branch((true,)), Branch((false,)))
    return None


def _present(node: ast.expr) -> Branch:
    return Branch((Guard(GuardKind.PRESENT, (ast.unparse(node),), node.lineno),))


def _read_call(test: ast.Call, resolve: Resolve) -> Condition:
    """``hasattr(caches, "x")``, ``getattr(settings, "X", False)``, ``settings.CACHES.get("x")``."""
    function, arguments = test.func, test.args
    if isinstance(function, ast.Attribute):
        if function.attr == "get" and arguments:
            names = (ast.unparse(arguments[0]), ast.unparse(function.value))
            guard = Guard(GuardKind.MEMBERSHIP, names, test.lineno)
            return Condition(true=Branch((guard, *_present(test).guards)))
        return Condition(true=_present(test)) if function.attr == "getenv" else Condition()
    if any(value.path == "builtins.getattr" for value in resolve(function)) and arguments[1:]:
        name = arguments[1]
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            values = tuple(
                value._replace(path=f"{value.path}.{name.value}") for value in resolve(arguments[0])
            )
            return _setting_is_true(values, test.lineno) or Condition()
    return _read_hasattr(test, resolve)


def _read_comparison(
    left: ast.expr, operator: ast.cmpop, right: ast.expr, resolve: Resolve
) -> Condition:
    if isinstance(operator, (ast.In, ast.NotIn)):
        names = (ast.unparse(left), ast.unparse(right))
        present = Branch((Guard(GuardKind.MEMBERSHIP, names, left.lineno),))
        if isinstance(operator, ast.In):
            return Condition(true=present)
        return Condition(false=present)
    if isinstance(operator, (ast.Is, ast.IsNot)) and _is_none(right):
        present = _present(left)
        if isinstance(operator, ast.IsNot):
            return Condition(true=present)
        return Condition(false=present)
    tested = [_setting_is_true(resolve(side), side.lineno) for side in (left, right)]
    for setting in filter(None, tested):
        guard = setting.true.guards[0]
        passed = Branch((replace(guard, names=(f"~{guard.names[0]}",)),))
        return Condition(passed, passed)
    symbol = _OPERATORS.get(type(operator))
    if symbol is None:
        return Condition()
    if _is_main(left, right) or _is_main(right, left):
        as_script = Branch(main=True)
        return {
            "==": Condition(true=as_script),
            "!=": Condition(false=as_script),
        }.get(symbol, Condition())
    return (
        _read_version(left, symbol, right, resolve)
        or _read_version(right, _MIRRORED[symbol], left, resolve)
        or Condition()
    )


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_main(name: ast.expr, constant: ast.expr) -> bool:
    return (
        isinstance(name, ast.Name)
        and name.id == "__name__"
        and isinstance(constant, ast.Constant)
        and constant.value == "__main__"
    )


def _read_version(
    subject: ast.expr, symbol: str, bound: ast.expr, resolve: Resolve
) -> Condition | None:
    """``django.VERSION < (3, 2)``, ``sys.version_info[0] == 2``, ``VERSION[:2] >= (4, 0)``."""
    parts: int | None = None
    first_only = isinstance(subject, ast.Attribute) and subject.attr == "major"
    if isinstance(subject, ast.Attribute) and first_only:
        parts, subject = 1, subject.value
    elif isinstance(subject, ast.Subscript):
        index = subject.slice.upper if isinstance(subject.slice, ast.Slice) else subject.slice
        first_only = index is subject.slice
        if isinstance(subject.slice, ast.Slice) and (subject.slice.lower or subject.slice.step):
            return None
        number = index.value if isinstance(index, ast.Constant) else None
        if not isinstance(number, int) or (first_only and number != 0):
            return None
        parts, subject = (1 if first_only else number), subject.value
    if not isinstance(subject, (ast.Name, ast.Attribute)):
        return None
    version = _integers(bound, first_only)
    path = next((v.path for v in resolve(subject) if v.path in _VERSIONS), None)
    if path is None or version is None:
        return None
    true, false = (
        Branch((Guard(GuardKind.VERSION, (path,), subject.lineno, (sign, version, parts)),))
        for sign in (symbol, _NEGATED[symbol])
    )
    return Condition(true, false)


def _integers(node: ast.expr, first_only: bool) -> tuple[int, ...] | None:
    elements = [node] if first_only else node.elts if isinstance(node, ast.Tuple) else []
    numbers = [e.value for e in elements if isinstance(e, ast.Constant) and type(e.value) is int]
    return tuple(numbers) if 0 < len(numbers) == len(elements) <= 3 else None


def _read_hasattr(test: ast.Call, resolve: Resolve) -> Condition:
    if not any(value.path == "builtins.hasattr" for value in resolve(test.func)):
        return Condition()
    name = test.args[1] if len(test.args) == 2 else None
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
        return Condition()
    names = tuple(f"{value.path}.{name.value}" for value in resolve(test.args[0]))
    names = names or (f"{ast.unparse(test.args[0])}.{name.value}",)
    return Condition(
        Branch((Guard(GuardKind.HAS_ATTRIBUTE, names, test.lineno),)),
        Branch((Guard(GuardKind.LACKS_ATTRIBUTE, names, test.lineno),)),
    )
