"""Whose handle it is: threads, tasks, settings that tests override."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
import pytest
from django.core.cache import cache, caches
from django.core.cache.backends.base import InvalidCacheBackendError
from django.test import override_settings

from cachelint.lazy import LazyCacheWrapper, get_cache
from tests.lazy.conftest import local

WRAPPER = LazyCacheWrapper("x")


def handle() -> Any:
    """The handle that answers behind the wrapper."""
    return WRAPPER.get.__self__


def test_it_is_the_handle_of_django() -> None:
    assert handle() is caches["x"] is get_cache("x")
    assert get_cache() is caches["default"]


def test_every_thread_has_its_own() -> None:
    together = threading.Barrier(8)

    def ask() -> tuple[Any, Any, Any]:
        together.wait(timeout=30)
        return handle(), handle(), caches["x"]

    with ThreadPoolExecutor(8) as threads:
        answers = [future.result() for future in [threads.submit(ask) for _ in range(8)]]
    assert all(first is second is django_own for first, second, django_own in answers)
    assert len({id(first) for first, _, _ in answers}) == 8


def test_every_task_has_its_own_as_with_django() -> None:
    async def ask() -> tuple[Any, Any]:
        first = handle()
        await asyncio.sleep(0)
        return first, caches["x"]

    async def main() -> list[tuple[Any, Any]]:
        return await asyncio.gather(*[ask() for _ in range(4)])

    answers = asyncio.run(main())
    assert all(ours is django_own for ours, django_own in answers)
    assert len({id(ours) for ours, _ in answers}) == 4


def test_a_task_that_inherits_a_handle_keeps_it_as_with_django() -> None:
    async def ask() -> Any:
        return handle()

    async def main() -> None:
        own = handle()
        assert await asyncio.create_task(ask()) is own

    asyncio.run(main())


@pytest.mark.skipif(django.VERSION < (4, 0), reason="Django has had a* methods since 4.0")
def test_asynchronous_methods() -> None:
    async def main() -> None:
        await WRAPPER.aset("key", 1)
        assert await WRAPPER.aget("key") == 1
        assert await WRAPPER.aget_many(["key"]) == {"key": 1}
        assert await WRAPPER.adelete("key") is True

    asyncio.run(main())


def test_settings_that_are_overridden() -> None:
    class View:
        cache = WRAPPER

    View.cache.set("key", "outside")
    with override_settings(CACHES={"default": local("default"), "x": local("inside")}):
        assert View.cache.get("key") is None
        assert View().cache.get("key") is None
        assert View.cache.get.__self__ is caches["x"]
    assert View.cache.get("key") == "outside"


def test_it_sees_what_djangos_proxy_sees() -> None:
    LazyCacheWrapper().set("key", 1)
    assert cache.get("key") == 1


def test_a_handle_that_somebody_registered_is_found() -> None:
    registered = caches["x"]
    caches["by hand"] = registered
    assert get_cache("by hand", fallback="default") is registered
    del caches["by hand"]
    with pytest.raises(InvalidCacheBackendError):
        get_cache("by hand")
