"""A small project, a real Redis with a password, and the doctor as a command."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cachelint.cli import main
from tests.conftest import write_tree
from tests.redis import redis_server

PASSWORD = "correct-horse#1"
MANAGE = """\
import os, sys
if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conf.settings")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""
CORE = "django.core.cache.backends.redis.RedisCache"


@dataclass(frozen=True)
class Outcome:
    """What the doctor answered: exit code, standard output and standard error."""

    code: int
    out: str
    error: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def kinds(self) -> set[tuple[str | None, str]]:
        """Of every fault its alias and kind."""
        return {(fault["alias"], fault["kind"]) for fault in self.document["faults"]}

    def fault(self, kind: str, alias: str | None = None) -> Any:
        faults = self.document["faults"]
        (found,) = [
            f for f in faults if f["kind"] == kind and (alias is None or f["alias"] == alias)
        ]
        return found

    def reason(self, alias: str) -> str:
        """Why a ping failed, in words."""
        found = [
            fault["message"].partition(": ")[2]
            for fault in self.document["faults"]
            if fault["message"].startswith(f'alias "{alias}": ')
        ]
        assert len(found) == 1, found
        return str(found[0])


def doctor(folder: Path, *arguments: str, **variables: str) -> Outcome:
    """Run the command in ``folder``, with no settings chosen but by ``variables``."""
    out, error = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in [name for name in os.environ if name.startswith("DJANGO_")]:
            patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(name, value)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            code = main(["doctor", *arguments])
    return Outcome(code, out.getvalue(), error.getvalue())


def as_json(folder: Path, *arguments: str, **variables: str) -> Outcome:
    return doctor(folder, "--output-format", "json", *arguments, **variables)


def project(folder: Path, settings: str, others: Mapping[str, str] | None = None) -> Path:
    """A project with these settings in ``conf/settings.py``."""
    tree = {"manage.py": MANAGE, "conf/__init__.py": "", "conf/settings.py": settings}
    write_tree(folder, {**tree, **(others or {})})
    return folder


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a Redis that wants PASSWORD."""
    import redis

    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        port = int(url.rpartition(":")[2])
        with redis.Redis(port=port) as client:
            client.config_set("requirepass", PASSWORD)
        yield port
