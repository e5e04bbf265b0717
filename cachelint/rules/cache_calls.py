"""Calls of a cache's methods, and their arguments by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cachelint.facts.records import Argument, Use
from cachelint.facts.vocabulary import CACHE_API, HANDLE, HELPER, HELPER_GET_CACHE, PROXY
from cachelint.modules import Resolved
from cachelint.rules.rule import FileView

#: The cache itself, or the lazy helper's wrapper of it.
CACHES = "|".join(
    re.escape(path)
    for path in (PROXY, HANDLE, f"{HELPER_GET_CACHE}()", f"{HELPER}.LazyCacheWrapper()")
)
_CALL = re.compile(rf"(?:{CACHES})\.(\w+)\(\)")
#: The first parameters of the methods; those of ``aset`` are those of ``set``.
_PARAMETERS = {
    "add": ("key", "value", "timeout", "version"),
    "decr": ("key", "delta", "version"),
    "delete": ("key", "version"),
    "delete_many": ("keys", "version"),
    "get": ("key", "default", "version"),
    "get_many": ("keys", "version"),
    "get_or_set": ("key", "default", "timeout", "version"),
    "has_key": ("key", "version"),
    "incr": ("key", "delta", "version"),
    "set": ("key", "value", "timeout", "version"),
    "set_many": ("data", "timeout", "version"),
    "touch": ("key", "timeout", "version"),
}


@dataclass(frozen=True)
class CacheCall:
    """A call of a method that every cache has; ``command`` is its name without the ``a``."""

    use: Use
    resolved: Resolved
    command: str

    def argument(self, name: str) -> Argument | None:
        """The argument for the parameter ``name``; None where it is not given, or unpacked."""
        parameters = _PARAMETERS.get(self.command, ())
        for position, argument in enumerate(self.use.arguments):
            if argument.keyword == "*":
                return None
            if argument.keyword == name:
                return argument
            if argument.keyword is None and parameters[position : position + 1] == (name,):
                return argument
        return None


def cache_calls(view: FileView) -> Iterator[CacheCall]:
    for use, resolved in view.uses:
        match = _CALL.fullmatch(resolved.path)
        if match is not None and match[1] in CACHE_API:
            name = match[1]
            command = name if name in _PARAMETERS else name.removeprefix("a")
            yield CacheCall(use, resolved, command)
