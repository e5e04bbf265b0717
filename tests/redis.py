"""A real redis-server on a free port of this machine, for tests that need one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def require_redis_server() -> str:
    """The path of the program. Skips without redis-server, unless it is required."""
    program = shutil.which("redis-server")
    if program is None:
        reason = "redis-server is not on PATH (Debian: apt-get install redis-server)"
        if os.environ.get("CACHELINT_REQUIRE_REDIS"):
            pytest.fail(reason)
        pytest.skip(reason)
    return program


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Start a server and give its URL. Skips as ``require_redis_server`` does."""
    program = require_redis_server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    server = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, server)
        yield f"redis://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=10)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        assert server.poll() is None, "redis-server ended"
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail("redis-server does not answer")
