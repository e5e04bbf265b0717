"""Real processes that need not load what they run in: forks of one that has done so.

Loading Django, or cachelint with flake8, takes most of the time of a short run. Each run still has
a process of its own, in which nothing is configured yet.
"""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

import cachelint

#: What can be imported before there are settings.
DJANGO = (
    "asgiref.sync", "django.conf", "django.conf.locale.en.formats", "django.conf.urls.i18n",
    "django.contrib.auth.apps", "django.contrib.auth.hashers", "django.contrib.contenttypes.apps",
    "django.contrib.messages.storage.fallback", "django.contrib.sessions.apps",
    "django.contrib.sessions.backends.cached_db", "django.contrib.staticfiles.apps",
    "django.core.cache", "django.core.cache.backends.base",
    "django.core.cache.backends.filebased", "django.core.cache.backends.locmem",
    "django.core.cache.backends.redis", "django.core.handlers.wsgi", "django.core.management",
    "django.core.management.commands.migrate", "django.core.signals", "django.core.wsgi",
    "django.db", "django.db.backends.sqlite3.base", "django.db.models", "django.forms",
    "django.http", "django.middleware.cache", "django.shortcuts", "django.template.loader",
    "django.template.loaders.app_directories", "django.test.client", "django.test.utils",
    "django.urls", "django.utils.decorators", "django.views.decorators.cache",
    "django.views.decorators.vary", "django.views.generic", "multiprocessing.connection", "redis",
    "rest_framework.authentication", "rest_framework.compat", "rest_framework.fields",
    "rest_framework.metadata", "rest_framework.mixins", "rest_framework.negotiation",
    "tempfile", "unittest.mock",
)  # fmt: skip

_PARENT = r"""
import gc, importlib, json, os, runpy, sys, traceback
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
# What is there already is not looked at for garbage, and so stays shared with the forks.
gc.collect()
gc.freeze()

def run(start, arguments, folder, environment, given, out, err):
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.dup2(os.open(given, os.O_RDONLY), 0)
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.dont_write_bytecode = True
    kind, name = start
    sys.argv, sys.path[0] = [name, *arguments], folder
    try:
        if kind == "module":
            runpy.run_module(name, run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(name, run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0

for line in sys.stdin:
    child = os.fork()
    if not child:
        code = run(*json.loads(line))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Warm:
    """The process that has loaded ``modules``; ``folder`` is for what the runs read and print."""

    def __init__(self, modules: Iterable[str], folder: Path) -> None:
        self._in, self._out, self._err = folder / "stdin", folder / "stdout", folder / "stderr"
        self._code = folder / "code.py"
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PARENT, json.dumps(list(modules))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        script: Path | str,
        *arguments: str,
        folder: Path | None = None,
        environment: Mapping[str, str] = os.environ,
        data: bytes = b"",
    ) -> subprocess.CompletedProcess[str]:
        """Run the file ``script``, or the code, in ``folder``; else where the file lies.

        As ``python script`` does, and ``python -c code``.
        """
        if isinstance(script, str):
            self._code.write_text(script, encoding="utf-8")
            script, folder = self._code, folder or self._code.parent
        done = self._order(
            "script", str(script), arguments, folder or script.parent, environment, data
        )
        return subprocess.CompletedProcess(
            str(script), done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def module(
        self,
        name: str,
        *arguments: str,
        folder: Path | None = None,
        environment: Mapping[str, str] = os.environ,
        data: bytes = b"",
    ) -> subprocess.CompletedProcess[bytes]:
        """As ``python -m name`` does in ``folder``, else in the working directory."""
        return self._order("module", name, arguments, folder or Path.cwd(), environment, data)

    def _order(
        self, kind: str, name: str, arguments: tuple[str, ...], folder: Path,
        environment: Mapping[str, str], data: bytes,
    ) -> subprocess.CompletedProcess[bytes]:  # fmt: skip
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in.write_bytes(data)
        order = [
            (kind, name), arguments, str(folder), dict(environment),
            str(self._in), str(self._out), str(self._err),
        ]  # fmt: skip
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return subprocess.CompletedProcess(
            name, code, self._out.read_bytes(), self._err.read_bytes()
        )

    def close(self) -> None:
        self._process.communicate(timeout=60)


def modules_of_django() -> list[str]:
    """What is installed of it: some packages are wanted by single tests, which skip without."""
    return [name for name in DJANGO if find_spec(name.partition(".")[0]) is not None]


def modules_of_cachelint() -> list[str]:
    """Everything that a command may load, but for what needs Django, or pygls."""
    own = [
        info.name
        for info in pkgutil.walk_packages(cachelint.__path__, "cachelint.")
        if not info.name.startswith(("cachelint.contrib", "cachelint.lazy", "cachelint.server"))
        and not info.name.endswith(("__main__", ".probe"))
    ]
    return [*own, "flake8.main.cli", "flake8.checker", "libcst.tool", "multiprocessing.pool"]
