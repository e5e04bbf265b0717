"""The fallback: only while the alias is not configured, reported once, left when it appears."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import InvalidCacheBackendError
from django.core.cache.backends.dummy import DummyCache
from django.test import override_settings

from cachelint.lazy import DUMMY, LazyCacheWrapper, get_cache, reset_caches
from tests.lazy.conftest import local


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    assert all(record.name == "cachelint.lazy" for record in caplog.records)
    assert all(record.levelno == logging.WARNING for record in caplog.records)
    return [record.getMessage() for record in caplog.records]


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those during whose handling it was raised."""
    while error is not None:
        yield error
        error = error.__context__


def test_an_alias_stands_in(caplog: pytest.LogCaptureFixture) -> None:
    wrapper = LazyCacheWrapper("missing", fallback="x")
    wrapper.set("key", 1)
    assert "key" in wrapper
    assert caches["x"].get("key") == 1
    assert get_cache("missing", fallback="x") is caches["x"]
    assert warnings_of(caplog) == [
        "The cache 'missing' is not configured: 'x' is used until it is."
    ]


def test_the_dummy_stands_in(caplog: pytest.LogCaptureFixture) -> None:
    wrapper = LazyCacheWrapper("missing", fallback=DUMMY)
    wrapper.set("key", 1)
    assert wrapper.get("key") is None
    assert "key" not in wrapper
    assert type(get_cache("missing", fallback=DUMMY)) is DummyCache
    assert warnings_of(caplog) == [
        "The cache 'missing' is not configured: DUMMY is used until it is."
    ]


@pytest.mark.parametrize("fallback", [None, "x", DUMMY])
def test_a_configured_alias_needs_none(fallback: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert get_cache("default", fallback=fallback) is caches["default"]
    LazyCacheWrapper("default", fallback=fallback).set("key", 1)
    assert caches["default"].get("key") == 1
    assert warnings_of(caplog) == []


@pytest.mark.parametrize("fallback", ["missing too", "missing", ""])
def test_a_fallback_that_is_missing_too_is_named(fallback: str) -> None:
    wrapper = LazyCacheWrapper("missing", fallback=fallback)
    with pytest.raises(InvalidCacheBackendError, match=f"'{fallback}'") as caught:
        wrapper.get("key")
    assert any("'missing'" in str(error) for error in chain(caught.value))
    assert not hasattr(wrapper, "delete_pattern")


@pytest.mark.parametrize(
    ("backend", "message"),
    [
        pytest.param("no.such.Backend", "Could not find backend", id="not importable"),
        pytest.param("tests.lazy.backends.Nothing", "Could not find backend", id="misspelt"),
        pytest.param("tests.lazy.backends.Inner", "'inner' doesn't exist", id="inner alias"),
    ],
)
def test_a_mistake_is_not_an_absence(
    backend: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    with override_settings(CACHES={"default": local("d"), "bad": {"BACKEND": backend}}):
        for fallback in (DUMMY, "default"):
            with pytest.raises(InvalidCacheBackendError, match=message):
                get_cache("bad", fallback=fallback)
            with pytest.raises(InvalidCacheBackendError, match=message):
                LazyCacheWrapper("bad", fallback=fallback).get("key")
    assert warnings_of(caplog) == []


def test_a_mere_question_is_not_reported(caplog: pytest.LogCaptureFixture) -> None:
    wrapper = LazyCacheWrapper("missing", fallback="x")
    assert not hasattr(wrapper, "_pytestfixturefunction")
    assert not hasattr(wrapper, "delete_pattern")
    assert warnings_of(caplog) == []
    assert wrapper.key_prefix == ""
    assert len(warnings_of(caplog)) == 1


def test_one_line_per_alias(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        for alias in ("a", "b"):
            LazyCacheWrapper(alias, fallback="x").get("key")
            get_cache(alias, fallback=DUMMY)
    assert len(warnings_of(caplog)) == 2


def test_one_line_under_threads(caplog: pytest.LogCaptureFixture) -> None:
    wrapper = LazyCacheWrapper("missing", fallback=DUMMY)
    together = threading.Barrier(16)

    def use() -> None:
        together.wait(timeout=30)
        wrapper.get("key")

    threads = [threading.Thread(target=use) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(warnings_of(caplog)) == 1


# -- configuration that arrives late


def test_the_fallback_is_left_when_the_alias_appears(caplog: pytest.LogCaptureFixture) -> None:
    wrapper = LazyCacheWrapper("late", fallback="default")
    wrapper.set("key", "of default")
    settings.CACHES["late"] = local("late")
    assert wrapper.get("key") is None
    wrapper.set("key", "of late")
    assert get_cache("late", fallback="default") is caches["late"]
    assert (caches["default"].get("key"), caches["late"].get("key")) == ("of default", "of late")
    assert len(warnings_of(caplog)) == 1


def test_a_missing_alias_recovers_without_a_fallback() -> None:
    wrapper = LazyCacheWrapper("late")
    with pytest.raises(InvalidCacheBackendError):
        wrapper.get("key")
    settings.CACHES["late"] = local("late")
    assert wrapper.get("key") is None


def test_every_thread_leaves_the_fallback() -> None:
    wrapper = LazyCacheWrapper("late", fallback=DUMMY)
    configured, answers = threading.Event(), []

    def use() -> None:
        before = type(wrapper.get.__self__)
        assert configured.wait(timeout=30)
        answers.append((before.__name__, type(wrapper.get.__self__).__name__))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    settings.CACHES["late"] = local("late")
    configured.set()
    for thread in threads:
        thread.join()
    assert {after for _, after in answers} == {"LocMemCache"}
    assert len(answers) == 4


def test_a_replaced_dictionary_is_seen_after_a_reset(caplog: pytest.LogCaptureFixture) -> None:
    wrapper = LazyCacheWrapper("late", fallback=DUMMY)
    assert caches.settings is settings.CACHES
    settings.CACHES = {"default": local("default"), "late": local("late")}
    wrapper.set("key", 1)
    assert wrapper.get("key") is None
    (line,) = warnings_of(caplog)
    assert line.endswith("settings.CACHES was replaced and has it: call reset_caches().")
    reset_caches()
    wrapper.set("key", 1)
    assert wrapper.get("key") == caches["late"].get("key") == 1
