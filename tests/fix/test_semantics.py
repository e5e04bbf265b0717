"""A project does the same before and after: where it worked the same answers and the same caches,
where it failed it works."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.warm import Warm

VISITS = """
import json, pickle, sys
sys.path.insert(0, "")
import django
django.setup()
from django.core.cache import caches
from django.test import Client
client = Client(raise_request_exception=False)
answers = []
for path in sys.argv[1:]:
    response = client.get(path)
    answers.append([path, response.status_code, response.content.decode()[:500]])
stored = {
    alias: {key: str(pickle.loads(value)) for key, value in sorted(caches[alias]._cache.items())}
    for alias in caches
}
print(json.dumps({"answers": answers, "stored": stored}))
"""
WORKING = ["/records/1/", "/records/1/", "/records/2/", "/audit/bob/", "/hits/", "/hits/"]
BROKEN = [f"/broken/{name}/" for name in ("missing", "get", "call", "keys", "dummy", "timedelta")]
FIXES = [["--unsafe-fixes"], ["--unsafe-fixes", "--style", "get-cache"], []]


class Clinic:
    """A copy of the clinic."""

    def __init__(self, folder: Path, django: Warm, cachelint: Warm) -> None:
        self.folder = folder
        self._django, self._cachelint = django, cachelint
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "fixtures/projects/clinic", folder, ignore=ignore)

    def run(self, settings: str, *paths: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": f"clinic.{settings}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return self._django.run(VISITS, *paths, folder=self.folder, environment=environment)

    def visit(self, settings: str, *paths: str) -> dict[str, Any]:
        done = self.run(settings, *paths)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def fix(self, *options: str) -> subprocess.CompletedProcess[bytes]:
        return self._cachelint.module("cachelint", "fix", *options, folder=self.folder)


@pytest.fixture(scope="module")
def before(
    tmp_path_factory: pytest.TempPathFactory, warm_django: Warm, warm_cachelint: Warm
) -> dict[str, Any]:
    """What the clinic does as it is."""
    folder = tmp_path_factory.mktemp("before") / "clinic"
    clinic = Clinic(folder, warm_django, warm_cachelint)
    dead = clinic.run("settings_production", *WORKING)
    assert "The connection 'audit' doesn't exist." in dead.stderr
    broken = clinic.visit("settings", *BROKEN)
    assert {status for _, status, _ in broken["answers"]} == {500}
    return clinic.visit("settings", *WORKING)


@pytest.mark.parametrize("options", FIXES, ids=["unsafe", "get-cache", "safe"])
def test_the_clinic(
    options: list[str], before: dict[str, Any], tmp_path: Path, warm_django: Warm,
    warm_cachelint: Warm,
) -> None:  # fmt: skip
    clinic = Clinic(tmp_path / "clinic", warm_django, warm_cachelint)
    fixed = clinic.fix(*options)
    assert fixed.returncode == 1, fixed.stderr  # What only its people can decide is left.
    assert clinic.visit("settings", *WORKING) == before
    repaired = clinic.visit("settings", "/records/1/", *BROKEN[1:])
    answers = {path: (status, text) for path, status, text in repaired["answers"]}
    assert {status for status, _ in answers.values()} == {200}
    assert answers["/broken/get/"][1] == answers["/broken/call/"][1]
    assert json.loads(answers["/broken/keys/"][1])["caches"] == [
        "audit",
        "default",
        "quota",
        "records",
    ]
    if options:
        # Without an alias of its own the audit is where the handler said: in the default cache.
        servers = clinic.visit("settings_production", *WORKING[:3], "/hits/")
        assert {status for _, status, _ in servers["answers"]} == {200}
        assert servers["answers"][:3] == before["answers"][:3]
