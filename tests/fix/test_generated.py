"""Generated modules are fixed: they parse, import and do the same, and nothing else has changed.

Each is executed by real Django in a process of its own, before and after. CACHELINT_EXAMPLES sets
how many are made.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cachelint.config import STYLES, Configuration
from cachelint.engine import check_paths
from cachelint.fix import fix_paths
from tests.conftest import ROOT
from tests.fix.modules import Module, modules
from tests.fix.test_golden import (
    Fixed,
    comments_of,
    has_every_other_line,
    has_lost_what_it_fixed,
    undefined_names,
)

EXECUTE = """
import json, sys
from django.conf import settings
backend = "django.core.cache.backends.locmem.LocMemCache"
settings.configure(CACHES={a: {"BACKEND": backend, "LOCATION": a} for a in ("default", "a", "b")})
import django
django.setup()
from django.core.cache import caches

def outcome(function):
    try:
        value = function()
    except Exception as error:
        return f"raises {type(error).__name__}"
    return shown(value)

def shown(value):
    if hasattr(value, "get") and hasattr(value, "set"):
        return f"cache with {value.get('k')}"
    return repr(value) if isinstance(value, (str, int, list, tuple, type(None))) else "something"

def run(data):
    for alias in caches:
        caches[alias].clear()
        caches[alias].set("k", f"k of {alias}")
    names = {"__name__": "generated"}
    try:
        exec(compile(data, "generated", "exec"), names)
    except Exception as error:
        return {"": f"raises {type(error).__name__}: {error}"}
    found = {}
    for name, value in list(names.items()):
        if name[0] in "XY" and name[1:].isdigit():
            found[name] = shown(value)
        elif name[0] == "f" and name[1:].isdigit():
            found[name] = outcome(value)
        elif name[0] == "C" and isinstance(value, type):
            for method in ("get", "f"):
                if method in vars(value):
                    given = ("k",) if name.endswith("Cache") else ()
                    found[f"{name}.{method}"] = outcome(lambda: getattr(value(), method)(*given))
    found["keys"] = {alias: sorted(caches[alias]._cache) for alias in caches}
    return found

for line in sys.stdin:
    print(json.dumps(run(bytes.fromhex(line))), flush=True)
"""
#: What the code did because of what is fixed in it.
BROKEN = ("raises AttributeError", "raises TypeError", "raises RecursionError")


class Django:
    """Executes modules, one after the other, in a process that runs Django."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", EXECUTE], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def run(self, data: bytes) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(data.hex() + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        self._process.communicate(timeout=20)


@pytest.fixture(scope="module")
def django() -> Iterator[Django]:
    server = Django()
    yield server
    server.close()


@settings(
    max_examples=int(os.environ.get("CACHELINT_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(module=modules(), unsafe=st.booleans(), style=st.sampled_from(STYLES))
def test_fixes_of_generated_modules(
    module: Module, unsafe: bool, style: str, django: Django,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "generated.py"
    path.write_bytes(module.data)
    configuration = Configuration(
        base=str(tmp_path), select=("ALL",), preview=True, helper="cachelint.lazy", style=style
    )
    before = check_paths([path.name], configuration).diagnostics
    assert "CCH001" not in {diagnostic.code for diagnostic in before}, module.text
    report = fix_paths([path.name], configuration, unsafe=unsafe)
    new = report.files[0].new if report.files else module.data
    path.write_bytes(new)
    after = check_paths([path.name], configuration).diagnostics
    done = Fixed(module.data, new, report, before, after)
    has_lost_what_it_fixed(done)
    assert fix_paths([path.name], configuration, unsafe=unsafe).files == ()
    assert undefined_names(new) == undefined_names(module.data)
    assert comments_of(new) == comments_of(module.data)
    if style == "wrapper":
        has_every_other_line(done)
    old_run, new_run = django.run(module.data), django.run(new)
    if style != "wrapper":
        # Names of caches are what this style takes out.
        old_run = {name: old_run[name] for name in old_run if name[:1] != "X" or name in new_run}
    assert_same(old_run, new_run, Counter(d.code for d in done.fixed))


def assert_same(old: dict[str, Any], new: dict[str, Any], fixed: Counter[str]) -> None:
    """What worked works, with the same outcome."""
    assert new.keys() == old.keys() or "" in old, (old, new)
    for name, outcome in old.items():
        was_broken = str(outcome).startswith(BROKEN) and fixed
        assert was_broken or name not in new or new[name] == outcome or name == "keys", (
            name,
            outcome,
            new,
        )
