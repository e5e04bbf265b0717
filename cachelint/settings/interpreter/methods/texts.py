"""Methods of texts, wholly or partly known.

Constants are for operators.py.
"""

from __future__ import annotations

import ast
import string
from typing import TYPE_CHECKING

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.operators import NotComputedError, method
from cachelint.settings.interpreter.plain import lifted, plain_value
from cachelint.settings.interpreter.values import Choices, Found, Template, Value
from cachelint.settings.records import Constant

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls


def text_method(
    machine: Calls, receiver: Value, name: str, arguments: Arguments, node: ast.Call
) -> Choices:
    combinations = machine.combinations([*arguments.positional, *arguments.keywords.values()])
    if combinations is None or not arguments.is_complete:
        return machine.unknown(node)
    found: Found = []
    for values in combinations:
        positional = values[: len(arguments.positional)]
        keywords = dict(zip(arguments.keywords, values[len(positional) :], strict=True))
        result = _text_result(machine, receiver, name, positional, keywords, node)
        found.append((machine.running, result))
    return machine.only(found)


def _text_result(
    machine: Calls,
    receiver: Value,
    name: str,
    positional: tuple[Value, ...],
    keywords: dict[str, Value],
    node: ast.Call,
) -> Value:
    if isinstance(receiver, Constant):
        try:
            plain = [plain_value(value) for value in positional]
            named = {key: plain_value(value) for key, value in keywords.items()}
            result = method(receiver.value, name, plain, named)
        except NotComputedError as failure:
            if failure.error is not None:
                machine.fail(failure.error)
            elif name == "format" and isinstance(receiver.value, str):
                return _format(machine, receiver.value, positional, keywords, node)
            return machine.opaque(node)
        return lifted(machine, result, node)
    if isinstance(receiver, Template) and name in ("strip", "rstrip", "lower"):
        return receiver
    return machine.opaque(node)


def _format(
    machine: Calls,
    pattern: str,
    positional: tuple[Value, ...],
    keywords: dict[str, Value],
    node: ast.Call,
) -> Value:
    """``"redis://{}:{port}".format(host, port=port)`` with parts that are not known."""
    parts: list[Value] = []
    place = machine.place(node)
    numbers = iter(range(len(positional)))
    try:
        pieces = list(string.Formatter().parse(pattern))
    except ValueError:
        return machine.opaque(node)
    for literal, field, spec, conversion in pieces:
        parts.append(Constant(literal, place))
        if field is None:
            continue
        index = next(numbers, -1) if field == "" else int(field) if field.isdigit() else -1
        value = positional[index] if 0 <= index < len(positional) else keywords.get(field)
        if value is None or spec or conversion:
            return machine.opaque(node)
        parts.append(value)
    return machine.template(tuple(parts), node)
