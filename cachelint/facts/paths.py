"""Taking paths apart (records.py says what they are)."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import NamedTuple

SUPER_INIT = "builtins.super().__init__()"

_NAMES = re.compile(r"\.*\w+(?:\.\w+)*")
_ATTRIBUTE = re.compile(r"\.(\w+)")


class ClassAttribute(NamedTuple):
    """``:Throttle.cache.get()`` → class ``Throttle``, attribute ``cache``, rest ``.get()``."""

    class_name: str
    attribute: str
    rest: str


def join_path(module: str, name: str) -> str:
    """``name`` imported from ``module``, where a relative module ends in its dots."""
    return f"{module}{name}" if module.endswith(".") else f"{module}.{name}"


def split_module(dotted: str) -> tuple[str, str]:
    """The module and the name of ``package.module.name``; ``..name`` lies in the module ``..``."""
    module, _, name = dotted.rpartition(".")
    if not module.strip("."):
        module = dotted[: len(dotted) - len(name)]
    return module, name


def split_names(path: str) -> tuple[str, str]:
    """The dotted name at the start of ``path``, and the steps after it."""
    match = _NAMES.match(path)
    end = match.end() if match else 0
    return path[:end], path[end:]


def split_class_attribute(path: str, classes: Container[str]) -> ClassAttribute | None:
    """The class of this file, on it or its instance, whose attribute ``path`` reads; or None."""
    local = path.removeprefix(":")
    if local == path:
        return None
    # Classes nest: the longest name that is a class decides.
    for match in reversed(list(_ATTRIBUTE.finditer(local))):
        name = local[: match.start()].removesuffix("()")
        if name in classes:
            return ClassAttribute(name, match[1], local[match.end() :])
    return None
