"""Calls of a cache's methods, and their arguments by name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.dataclass import dataclass, replace
from cachelint.facts.records import Argument, Use, Value
from cachelint.facts.vocabulary import (
    CACHE_API,
    CACHE_OBJECT,
    HANDLE,
    HELPER,
    HELPER_GET_CACHE,
    PROXY,
    is_canonical,
)
from cachelint.modules import Resolved
from cachelint.project.handles import Opened
from cachelint.rules.rule import FileView

#: The cache itself, or the lazy helper's wrapper of it.
CACHES = "|".join(
    re.escape(path)
    for path in (
        PROXY, HANDLE, CACHE_OBJECT, f"{HELPER_GET_CACHE}()", f"{HELPER}.LazyCacheWrapper()",
    )
)  # fmt: skip
_METHOD = re.compile(rf"(?:{CACHES})\.(\w+)((?:\(\))?)")
#: A call of a method of what a function or a property of the project returns.
_OF_RETURNED = re.compile(r"(.+?)((?:\(\))?)\.(\w+)((?:\(\))?)")
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
    for use, resolved, name in cache_attributes(view, called=True):
        if name in CACHE_API:
            command = name if name in _PARAMETERS else name.removeprefix("a")
            yield CacheCall(use, resolved, command)


def cache_attributes(view: FileView, called: bool) -> Iterator[tuple[Use, Resolved, str]]:
    """The attributes of caches that are ``called``, or read, each with its name."""
    for use, resolved in view.uses:
        match = _METHOD.fullmatch(resolved.path)
        if match is not None and bool(match[2]) == called:
            yield use, resolved, match[1]
    for use in view.runnable_uses:
        for value in use.values:
            for resolved, name, is_called in _of_returned(view, value):
                if is_called == called:
                    yield use, resolved, name


def made_by(view: FileView, value: Value) -> Iterator[tuple[Resolved, str]]:
    """The methods of caches whose result ``value`` may be, each with its name."""
    for resolved in view.resolve((value,)):
        match = _METHOD.fullmatch(resolved.path)
        if match is not None and match[2]:
            yield resolved, match[1]
    for resolved, name, is_called in _of_returned(view, value):
        if is_called:
            yield resolved, name


def _of_returned(view: FileView, value: Value) -> Iterator[tuple[Resolved, str, bool]]:
    """The attribute of a handle that a function or property of the project gives back."""
    match = None if is_canonical(value.path) else _OF_RETURNED.fullmatch(value.path)
    if match is not None:
        for opened in _returned(view, match[1], bool(match[2])):
            path = f"{HANDLE}.{match[3]}{match[4]}"
            yield replace(opened.resolved, path=path), match[3], bool(match[4])


def _returned(view: FileView, path: str, called: bool) -> tuple[Opened, ...]:
    """The handles that a function of the project, or a property that is read, gives back."""
    if called:
        return view.project.returned_handles(path, view.facts)
    return view.project.property_handles(path, view.facts)
