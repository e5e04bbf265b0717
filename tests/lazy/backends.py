"""Backends that fail in their own ways; settings name them by path."""

from __future__ import annotations

from typing import Any

from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache

from cachelint.lazy import LazyCacheWrapper


class Inner(LocMemCache):
    """Opens an alias that does not exist while it is made."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, params)
        self.inner = caches["inner"]


class Broken(LocMemCache):
    def __init__(self, name: str, params: dict[str, Any]) -> None:
        raise ValueError("broken")


class Mistyped(LocMemCache):
    def __init__(self, name: str, params: dict[str, Any]) -> None:
        raise TypeError("mistyped")


class NotClosing(LocMemCache):
    def close(self, **kwargs: Any) -> None:
        raise OSError("the line is dead")


class Closing(LocMemCache):
    closed = 0

    def close(self, **kwargs: Any) -> None:
        type(self).closed += 1


class Mirror(LocMemCache):
    """Holds a wrapper of its own alias."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, params)
        self.mirror = LazyCacheWrapper("mirror")

    def reflect(self, key: str) -> Any:
        return self.mirror.get(key)


class GazingMirror(LocMemCache):
    """Uses its own alias while it is made: without end."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, params)
        LazyCacheWrapper("gazing").get("key")
