"""A configured Django whose caches are set anew for each test, and scripts in fresh processes.

These files run on every Python and Django that the helper is made for (see matrix.py), unlike the
rest of the suite: no syntax newer than Python 3.9.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings
from django.core.cache import CacheHandler
from django.core.cache.backends import locmem

from cachelint import lazy

if not settings.configured:
    settings.configure(USE_TZ=True)
    django.setup()

from django.test import override_settings

LOCMEM = "django.core.cache.backends.locmem.LocMemCache"
RunScript = Callable[..., str]


def local(name: str, **options: Any) -> dict[str, Any]:
    return {"BACKEND": LOCMEM, "LOCATION": name, **options}


@pytest.fixture(autouse=True)
def fresh_caches() -> Iterator[None]:
    """``default`` and ``x`` are empty, ``missing`` does not exist, nothing has been reported."""
    lazy._reported.clear()
    for contents in (locmem._caches, locmem._expire_info, locmem._locks):
        contents.clear()
    with override_settings(CACHES={"default": local("default"), "x": local("x")}):
        yield


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The aliases that Django was asked to open, in order."""
    record: list[str] = []
    create = CacheHandler.create_connection

    def recording(handler: CacheHandler, alias: str) -> Any:
        record.append(alias)
        return create(handler, alias)

    monkeypatch.setattr(CacheHandler, "create_connection", recording)
    return record


@pytest.fixture
def run_script(tmp_path: Path) -> RunScript:
    """Run a script beside a copy of the helper, as in a foreign project; return what it prints."""
    shutil.copy(lazy.__file__, tmp_path / "lazy_cache.py")

    def run(script: str, *command: str) -> str:
        (tmp_path / "script.py").write_text(script, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, *(command or ("script.py",))],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTEST_ADDOPTS": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=60,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    return run
