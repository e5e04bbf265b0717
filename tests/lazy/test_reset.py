"""``reset_caches()``: all threads and tasks open anew, what is in use is left in peace."""

from __future__ import annotations

import asyncio
import gc
import logging
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.cache import cache, caches, close_caches
from django.core.cache.backends.base import InvalidCacheBackendError
from django.test import override_settings

from cachelint.lazy import LazyCacheWrapper, reset_caches
from tests.lazy.backends import Closing
from tests.lazy.conftest import local


def test_a_changed_entry_is_read_by_everybody() -> None:
    wrapper = LazyCacheWrapper("x")

    def prefix() -> str:
        return str(wrapper.key_prefix)

    with ThreadPoolExecutor(1) as long_lived:
        assert prefix() == long_lived.submit(prefix).result() == ""
        settings.CACHES["x"]["KEY_PREFIX"] = "new"
        assert prefix() == long_lived.submit(prefix).result() == ""
        reset_caches()
        assert prefix() == long_lived.submit(prefix).result() == "new"
        assert caches["x"].key_prefix == "new"


@pytest.mark.parametrize("caller", ["this thread", "another thread"])
def test_a_replaced_dictionary_is_read_by_everybody(caller: str) -> None:
    wrapper = LazyCacheWrapper("late")
    with ThreadPoolExecutor(1) as long_lived:
        long_lived.submit(cache.get, "key").result()
        settings.CACHES = {"default": local("default", KEY_PREFIX="new"), "late": local("late")}
        for use in (
            lambda: wrapper.get("key"),
            lambda: long_lived.submit(wrapper.get, "key").result(),
        ):
            with pytest.raises(InvalidCacheBackendError):
                use()
        if caller == "this thread":
            reset_caches()
        else:
            long_lived.submit(reset_caches).result()
        assert caches.settings is settings.CACHES
        assert wrapper.get("key") is long_lived.submit(wrapper.get, "key").result() is None
        assert cache.key_prefix == long_lived.submit(lambda: cache.key_prefix).result() == "new"


def test_an_alias_that_is_gone_is_gone_for_everybody() -> None:
    caches["x"].get("key")
    settings.CACHES = {"default": local("default")}
    assert caches["x"].get("key") is None
    reset_caches()
    with pytest.raises(InvalidCacheBackendError):
        caches["x"]


def test_a_running_task_opens_anew() -> None:
    async def worker(asked: asyncio.Event, go_on: asyncio.Event) -> tuple[str, str]:
        before = cache.key_prefix
        asked.set()
        await go_on.wait()
        return before, cache.key_prefix

    async def main() -> tuple[str, str]:
        asked, go_on = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(worker(asked, go_on))
        await asked.wait()
        settings.CACHES["default"]["KEY_PREFIX"] = "new"
        reset_caches()
        go_on.set()
        return await task

    assert asyncio.run(main()) == ("", "new")


def test_handles_of_this_thread_are_closed_and_dropped() -> None:
    with override_settings(CACHES={"default": {"BACKEND": "tests.lazy.backends.Closing"}}):
        Closing.closed = 0
        gone = weakref.ref(caches["default"])
        reset_caches()
        assert Closing.closed == 1
        gc.collect()
        assert gone() is None


def test_handles_of_other_threads_are_neither_closed_nor_lost() -> None:
    closing = override_settings(CACHES={"default": {"BACKEND": "tests.lazy.backends.Closing"}})
    with closing, ThreadPoolExecutor(1) as other:
        in_use = other.submit(lambda: caches["default"]).result()
        Closing.closed = 0
        reset_caches()
        assert Closing.closed == 0
        in_use.set("key", 1)
        assert in_use.get("key") == 1
        assert other.submit(lambda: caches["default"]).result() is not in_use


def test_aliases_that_nobody_opened_are_not_opened(opened: list[str]) -> None:
    reset_caches()
    assert opened == []


def test_one_that_cannot_be_closed_does_not_keep_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad = {"BACKEND": "tests.lazy.backends.NotClosing"}
    with override_settings(CACHES={"default": local("default"), "bad": bad, "x": local("x")}):
        handles = [caches[alias] for alias in ("default", "bad", "x")]
        reset_caches()
        assert not {id(caches[alias]) for alias in caches} & {id(handle) for handle in handles}
        # When override_settings ends, Django closes what is open itself: and would stumble.
        reset_caches()
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "The cache 'bad' could not be closed" in caplog.text
    assert "the line is dead" in caplog.text


def test_contents_stay() -> None:
    cache.set("key", 1)
    reset_caches()
    assert cache.get("key") == 1


def test_the_end_of_a_request_closes_what_was_opened_after_it() -> None:
    with override_settings(CACHES={"default": {"BACKEND": "tests.lazy.backends.Closing"}}):
        reset_caches()
        cache.get("key")
        Closing.closed = 0
        close_caches()
        assert Closing.closed == 1
