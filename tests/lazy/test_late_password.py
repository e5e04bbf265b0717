"""A password that arrives late, against a real Redis: no wrapper repairs it, a reset does."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import django
import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import override_settings
from django_redis.pool import ConnectionFactory
from redis import AuthenticationError, Redis
from redis import ConnectionError as NotReachable

from cachelint import lazy
from cachelint.lazy import LazyCacheWrapper, reset_caches

PASSWORD = "s3cret/#@"
CORE = "django.core.cache.backends.redis.RedisCache"
DJANGO_REDIS = "django_redis.cache.RedisCache"

MakeEntry = Callable[[int, str], "dict[str, Any]"]


# The clients of redis are part of reference cycles: what is dropped is closed, with a warning of
# Python, when the garbage is collected. That has to happen here and not in somebody else's test.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture(autouse=True)
def collected_garbage() -> Iterator[None]:
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def start_redis(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    program = shutil.which("redis-server")
    if program is None:
        reason = "redis-server is not on PATH (Debian: apt-get install redis-server)"
        if os.environ.get("CACHELINT_REQUIRE_REDIS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "port": port,
        "bind": "127.0.0.1",
        "requirepass": PASSWORD,
        "save": "",
        "dir": folder,
    }
    command = [
        program,
        *(text for name, value in options.items() for text in (f"--{name}", str(value))),
    ]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL), port


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A client with the right password, of a server that lives as long as this module's tests."""
    server, port = start_redis(tmp_path_factory.mktemp("redis"))
    client = Redis("127.0.0.1", port, password=PASSWORD, decode_responses=True)
    try:
        wait_for(client, server)
        yield client
    finally:
        client.close()
        server.terminate()
        server.wait(timeout=10)


def wait_for(client: Redis, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert server.poll() is None, "redis-server ended"
        try:
            client.ping()
        except NotReachable:
            time.sleep(0.02)
        else:
            return
    pytest.fail("redis-server does not answer")


@pytest.fixture
def port(admin: Redis) -> int:
    """The port of the empty server; no test uses connections of the one before."""
    admin.flushall()
    ConnectionFactory._pools.clear()
    gc.collect()
    return int(admin.connection_pool.connection_kwargs["port"])


def url(port: int, password: str) -> str:
    login = f":{quote(password, safe='')}@" if password else ""
    return f"redis://{login}127.0.0.1:{port}/0"


def core_url(port: int, password: str) -> dict[str, Any]:
    return {"BACKEND": CORE, "LOCATION": url(port, password)}


def core_options(port: int, password: str) -> dict[str, Any]:
    return {"BACKEND": CORE, "LOCATION": url(port, ""), "OPTIONS": {"password": password}}


def django_redis_url(port: int, password: str) -> dict[str, Any]:
    return {"BACKEND": DJANGO_REDIS, "LOCATION": url(port, password)}


def django_redis_options(port: int, password: str) -> dict[str, Any]:
    return {"BACKEND": DJANGO_REDIS, "LOCATION": url(port, ""), "OPTIONS": {"PASSWORD": password}}


ENTRIES: list[MakeEntry] = [django_redis_url, django_redis_options]
if django.VERSION >= (4, 0):  # Django 3.2 has no Redis of its own
    ENTRIES += [core_url, core_options]


def in_place(entry: dict[str, Any]) -> None:
    settings.CACHES["default"].update(entry)


def replaced(entry: dict[str, Any]) -> None:
    settings.CACHES = {"default": entry}


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("deliver", [in_place, replaced])
@pytest.mark.parametrize("first", ["", "wrong"], ids=["empty", "wrong"])
def test_a_password_arrives_late(
    entry: MakeEntry, deliver: Callable[[dict[str, Any]], None], first: str, port: int
) -> None:
    wrapper = LazyCacheWrapper()
    with (
        ThreadPoolExecutor(1) as long_lived,
        override_settings(CACHES={"default": entry(port, first)}),
    ):
        uses = [
            lambda: (wrapper.set("key", "value"), wrapper.get("key"))[1],
            lambda: long_lived.submit(wrapper.get, "key").result(),
        ]
        for use in uses:
            with pytest.raises(AuthenticationError):
                use()
        deliver(entry(port, PASSWORD))
        for use in uses:
            with pytest.raises(AuthenticationError):
                use()
        reset_caches()
        assert [use() for use in uses] == ["value", "value"]


def test_pools_of_django_redis_have_to_be_forgotten(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Django's own test signal does is not enough: the pool is found by its URL."""
    with override_settings(CACHES={"default": django_redis_options(port, "wrong")}):
        with pytest.raises(AuthenticationError):
            LazyCacheWrapper().get("key")
        in_place(django_redis_options(port, PASSWORD))
        with monkeypatch.context() as patch:
            patch.setattr(lazy, "_forget_pools_of_django_redis", lambda: None)
            reset_caches()
        with pytest.raises(AuthenticationError):
            LazyCacheWrapper().get("key")
        reset_caches()
        assert LazyCacheWrapper().get("key") is None


def client_of(handle: Any) -> Any:
    """The client of redis-py behind a handle of either backend."""
    if hasattr(handle, "client"):
        return handle.client.get_client()
    return handle._cache.get_client("key")


def connections(admin: Redis) -> int:
    return len(admin.client_list())


@pytest.mark.parametrize("entry", ENTRIES)
def test_connections_of_this_thread_are_closed(entry: MakeEntry, port: int, admin: Redis) -> None:
    with override_settings(CACHES={"default": entry(port, PASSWORD)}):
        before = connections(admin)
        LazyCacheWrapper().get("key")
        assert connections(admin) == before + 1
        reset_caches()
        gc.collect()  # handles of redis-py refer to themselves
        assert connections(admin) == before


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_call_in_progress_in_another_thread_is_not_interrupted(
    entry: MakeEntry, port: int, admin: Redis
) -> None:
    entries = override_settings(CACHES={"default": entry(port, PASSWORD)})
    with entries, ThreadPoolExecutor(1) as other:
        waiting = other.submit(lambda: client_of(caches["default"]).blpop("list", 20))
        while not any(client["cmd"] == "blpop" for client in admin.client_list()):
            assert not waiting.done(), waiting.result()
            time.sleep(0.01)
        reset_caches()
        admin.rpush("list", "value")
        assert tuple(waiting.result(timeout=20)) == (b"list", b"value")
        assert other.submit(LazyCacheWrapper().get, "key").result() is None


def test_what_only_django_redis_has(port: int) -> None:
    wrapper = LazyCacheWrapper()
    with override_settings(CACHES={"default": django_redis_url(port, PASSWORD)}):
        wrapper.set("key", 1, timeout=60)
        assert wrapper.ttl("key") == 60
        assert wrapper.client.get_client().ping()
        assert wrapper.delete_pattern("k*") == 1
        assert wrapper.get("key") is None
