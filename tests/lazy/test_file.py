"""The file as it is copied into projects: its marker, its imports, its types."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cachelint import lazy

SOURCE = Path(lazy.__file__).read_text(encoding="utf-8")

USE = """
# mypy: disable-error-code="import-untyped"
from django.core.cache.backends.base import BaseCache
from lazy_cache import DUMMY, LazyCacheWrapper, get_cache, reset_caches

X: BaseCache = LazyCacheWrapper("x")
Y: BaseCache = LazyCacheWrapper("y", fallback=DUMMY)
Z: BaseCache = get_cache("z", fallback="x")

class Special(LazyCacheWrapper):
    pass

def view() -> bool:
    reset_caches()
    Y.set("key", 1)
    X.key_prefix = "a"
    LazyCacheWrapper().delete_pattern("*")
    return "key" in X and X == Y and {X: 1}[X] == 1
"""

MISUSE = """
from django.core.cache.backends.base import BaseCache
from lazy_cache import LazyCacheWrapper

X: BaseCache = object()
LazyCacheWrapper(None)
LazyCacheWrapper("x", fallback=True)
LazyCacheWrapper("x").set()
"""

#: As much of django-stubs as the helper touches; with these, BaseCache is not Any.
STUBS = {
    "django/__init__.pyi": "",
    "django/conf/__init__.pyi": "from typing import Any\nsettings: Any",
    "django/core/__init__.pyi": "",
    "django/core/cache/__init__.pyi": """
from collections.abc import Iterator
from typing import Any
from django.core.cache.backends.base import BaseCache
class CacheHandler:
    settings: dict[str, dict[str, Any]]
    def __getitem__(self, alias: str) -> BaseCache: ...
    def __delitem__(self, alias: str) -> None: ...
    def __iter__(self) -> Iterator[str]: ...
caches: CacheHandler
""",
    "django/core/cache/backends/__init__.pyi": "",
    "django/core/cache/backends/base.pyi": """
from typing import Any
class InvalidCacheBackendError(Exception): ...
class BaseCache:
    key_prefix: str
    def __init__(self, params: dict[str, Any]) -> None: ...
    def __contains__(self, key: str) -> bool: ...
    def set(self, key: str, value: Any) -> None: ...
    def close(self, **kwargs: Any) -> None: ...
""",
    "django/core/cache/backends/dummy.pyi": """
from typing import Any
from django.core.cache.backends.base import BaseCache
class DummyCache(BaseCache):
    def __init__(self, host: str, params: dict[str, Any]) -> None: ...
""",
}


def test_the_first_line_is_the_marker() -> None:
    assert SOURCE.splitlines()[0] == "# cachelint: lazy cache helper, version 1"


def test_it_carries_its_licence() -> None:
    header = SOURCE.partition('"""')[0]
    assert "SPDX-License-Identifier: MIT" in header
    assert "The cachelint developers" in header


def test_it_parses_as_python_3_8() -> None:
    ast.parse(SOURCE, feature_version=(3, 8))


def test_it_imports_django_and_the_standard_library_only() -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(SOURCE)):
        if isinstance(node, ast.Import):
            imported.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add((node.module or "").partition(".")[0])
    assert imported == {"__future__", "django", "enum", "logging", "sys", "typing"}


def test_everything_public_is_documented() -> None:
    assert all(getattr(lazy, name).__doc__ for name in lazy.__all__)
    assert lazy.__doc__ and "ConnectionProxy" in lazy.__doc__ and "LazyObject" in lazy.__doc__


@pytest.fixture(scope="module")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy has made of the standard library."""
    return tmp_path_factory.mktemp("mypy")


def mypy(folder: Path, cache: Path, text: str, stubs: bool) -> str:
    shutil.copy(lazy.__file__, folder / "lazy_cache.py")
    (folder / "use.py").write_text(text, encoding="utf-8")
    for name, content in STUBS.items() if stubs else ():
        path = folder / "stubs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), "."],
        cwd=folder,
        env={**os.environ, "MYPYPATH": "stubs"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
    )
    return done.stdout


@pytest.mark.parametrize("stubs", [False, True], ids=["as Django is", "with stubs"])
def test_types_are_strict(stubs: bool, tmp_path: Path, mypy_cache: Path) -> None:
    assert mypy(tmp_path, mypy_cache, USE, stubs).startswith("Success")


def test_misuse_is_an_error_of_types(tmp_path: Path, mypy_cache: Path) -> None:
    """Else the stubs above would prove nothing."""
    errors = mypy(tmp_path, mypy_cache, MISUSE, stubs=True)
    assert errors.count("use.py") == errors.count(" error: ") == 4, errors
