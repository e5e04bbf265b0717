"""What can be told of an argument by its form, and what its text is made of."""

from __future__ import annotations

import ast
import re

from cachelint.facts.records import Values
from cachelint.facts.scope import is_any, known_value

#: Builtins whose result differs from process to process.
UNSTABLE = frozenset({"builtins.hash()", "builtins.id()"})
#: Texts that memcached takes for no key, in the order in which they are looked for.
SPACE, CONTROL, LONG = (f"builtins.str:{kind}" for kind in ("space", "control", "long"))
UNPORTABLE = frozenset({SPACE, CONTROL, LONG})
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f]")
#: 250, less the colons and the version that Django puts before a key.
_LONGEST = 247
#: Builtins that make a number of what a cache gave.
_NUMBERS = frozenset({"builtins.float", "builtins.int"})
#: How a path ends that is a sum or difference with a number.
SUMS = (".__add__()", ".__sub__()")
_METHODS = ("format", "join")
_METHOD_STEPS = (".format", ".join")
_HASH = frozenset({"builtins.hash"})
#: Names of primary keys, which are numbers as a rule.
_KEY_NAME = re.compile(r"(?i)(?:.*_)?(?:id|pk)s?")
_OF_NUMBERS = frozenset({"frozenset", "sorted", "tuple"})
_FORMATTING = frozenset({"builtins.str", "builtins.repr", "builtins.hex", "builtins.format"})
_FORMS: dict[type[ast.expr], str] = {
    ast.Lambda: "lambda", ast.GeneratorExp: "generator", ast.Call: "call", ast.Await: "await",
    ast.ListComp: "comprehension", ast.SetComp: "comprehension", ast.DictComp: "comprehension",
}  # fmt: skip


def form_of(node: ast.expr) -> str:
    """See Argument; empty for everything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return "string"
    return _FORMS.get(type(node), "")


def text_values(value: object) -> Values:
    """What a constant is, where it is a text that is no key for memcached."""
    if not isinstance(value, str):
        return ()
    found = _FORBIDDEN.search(value)
    if found is not None:
        return known_value(SPACE if found[0] == " " else CONTROL)
    return known_value(LONG) if len(value) > _LONGEST else ()


def carried(values: Values) -> Values:
    """Of what a part of a text may be, that which the whole text then is too."""
    if not values:
        return values
    return tuple(value for value in values if value.path in UNSTABLE or value.path in UNPORTABLE)


def summed(values: Values, operator: ast.operator, other: ast.expr) -> Values:
    """Of what was read from a cache, the sum or difference with a number."""
    number = isinstance(other, ast.Constant) and type(other.value) in (int, float)
    if not number or not isinstance(operator, (ast.Add, ast.Sub)):
        return ()
    step = ".__add__()" if isinstance(operator, ast.Add) else ".__sub__()"
    return tuple(
        # The sum of a sum is one: a loop would make ever longer ones.
        value if value.path.endswith(SUMS) else value._replace(path=value.path + step)
        for value in values
        if value.key
    )


def number_of(function: Values, arguments: list[Values]) -> Values:
    """``int(cache.get(key))`` is, for us, what was read from the cache."""
    if len(arguments) != 1 or not is_any(function, _NUMBERS):
        return ()
    return tuple(value for value in arguments[0] if value.key)


def hashes_numbers(function: Values, node: ast.Call) -> bool:
    """Whether ``hash`` is asked for numbers only: theirs are the same in every process."""
    return len(node.args) == 1 and is_any(function, _HASH) and _is_of_numbers(node.args[0])


def _is_of_numbers(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=int() | float()):
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _KEY_NAME.fullmatch(name) is not None
        case ast.Call(func=ast.Name(id="int" | "len")):
            return True
        case ast.Call(func=ast.Name(id=name), args=[content]) if name in _OF_NUMBERS:
            return _is_of_numbers(content)
        case ast.Tuple(elts=parts):
            return all(map(_is_of_numbers, parts))
        case ast.GeneratorExp(elt=part) | ast.ListComp(elt=part) | ast.SetComp(elt=part):
            return _is_of_numbers(part)
    return False


def formats(function: Values, node: ast.expr) -> bool:
    """Whether a call makes a text of its arguments: ``str(x)``, ``"…".format(x)``."""
    of_text = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Constant)
    if of_text and isinstance(node, ast.Attribute) and node.attr in _METHODS:
        return True
    return is_any(function, _FORMATTING)


def template(function: Values) -> Values:
    """Of a text whose ``format`` or ``join`` is called, what the result then is too."""
    found: Values = ()
    for value in function:
        if value.path.endswith(_METHOD_STEPS):
            found += (value._replace(path=value.path.rpartition(".")[0]),)
    return carried(found)
