"""Real processes with real Django that need not load it: forks of one that has done so.

Loading Django takes most of the time of a short script. Each script still has a process of its own,
in which nothing is configured yet.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_PARENT = r"""
import json, os, runpy, sys, traceback
for name in (
    "asgiref.sync", "django.conf", "django.core.cache", "django.core.cache.backends.base",
    "django.core.cache.backends.filebased", "django.core.cache.backends.locmem",
    "django.core.cache.backends.redis", "django.core.handlers.wsgi", "django.core.management",
    "django.core.signals", "django.core.wsgi", "django.db", "django.db.models", "django.forms",
    "django.http", "django.middleware.cache", "django.shortcuts", "django.template.loader",
    "django.test.utils", "django.urls", "django.utils.decorators", "django.views.decorators.cache",
    "django.views.decorators.vary", "django.views.generic", "redis", "tempfile", "unittest.mock",
):
    __import__(name)

def run(script, arguments, folder, environment, out, err):
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv, sys.path[0] = [script, *arguments], folder
    try:
        runpy.run_path(script, run_name="__main__")
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


class WarmDjango:
    """The process that has loaded Django; ``folder`` is for what the scripts print."""

    def __init__(self, folder: Path) -> None:
        self._out, self._err, self._code = folder / "stdout", folder / "stderr", folder / "code.py"
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PARENT],
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
    ) -> subprocess.CompletedProcess[str]:
        """Run the file ``script``, or the code, in ``folder``; else where the file lies.

        As ``python script`` does, and ``python -c code``.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        if isinstance(script, str):
            self._code.write_text(script, encoding="utf-8")
            script, folder = self._code, folder or self._code.parent
        order = [
            str(script), arguments, str(folder or script.parent), dict(environment),
            str(self._out), str(self._err),
        ]  # fmt: skip
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        printed = (path.read_text(encoding="utf-8") for path in (self._out, self._err))
        return subprocess.CompletedProcess(str(script), code, *printed)

    def close(self) -> None:
        self._process.communicate(timeout=60)
