"""Starts the interpreter of the project with the probe in it, and takes what it answers."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from typing import Any

from cachelint.dataclass import dataclass, field
from cachelint.doctor.records import CannotLookError, Options
from cachelint.running.probe import source
from cachelint.running.values import Error

#: What is started, in the order in which the probe does it, in words.
_STEPS = {
    "python": "starting Python",
    "settings": "loading the settings",
    "setup": "django.setup()",
    "urls": "importing the URLs",
    "ping": "the pings",
}


_running: set[subprocess.Popen[str]] = set()


def end_all() -> None:
    """End every process that still runs: whoever waits for it has had enough."""
    for process in tuple(_running):
        _end(process)


@dataclass
class Answers:
    """What came before the process ended.

    ``stopped``: it did not get to its end, and in what, in words.
    """

    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    pings: dict[str, dict[str, Any]] = field(default_factory=dict)
    stopped: str | None = None

    def error(self, event: str) -> Error | None:
        """The error that an event tells of."""
        return self.events.get(event, {}).get("error")

    @property
    def variables(self) -> dict[str, str]:
        """By name whether a variable is set, when the settings have been loaded."""
        event = self.events.get("settings") or self.events.get("settings-error") or {}
        found: dict[str, str] = event.get("variables", {})
        return found


def ask(
    options: Options, folder: str, environment: dict[str, str], request: dict[str, Any]
) -> Answers:
    """Run the probe in ``folder``. Raises CannotLookError where Python does not start."""
    seconds = options.start_seconds + (options.seconds if request["ping"] else 0)
    output, is_late = _run(options.python, folder, environment, json.dumps(request), seconds)
    answers = Answers()
    for line in output.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue  # Half a line: the process was ended in it.
        if event["event"] == "ping":
            answers.pings[event["alias"]] = event
        answers.events[event["event"]] = event
    if not answers.events and not is_late:
        raise CannotLookError(f"{options.python} is no Python, or one that is too old for Django")
    if "end" not in answers.events:
        step = _step_after(answers, request)
        limit = f"does not end within {options.start_seconds:g} seconds"
        answers.stopped = f"{step} {limit if is_late else 'ends the process'}"
    return answers


def _step_after(answers: Answers, request: dict[str, Any]) -> str:
    """What the process was doing when it ended."""
    wanted = ["python", "settings", *(["setup", "urls"] if request["start"] else [])]
    return next((_STEPS[step] for step in wanted if step not in answers.events), _STEPS["ping"])


def _run(
    python: str, folder: str, environment: dict[str, str], request: str, seconds: float
) -> tuple[str, bool]:
    """What the process printed, and whether it took too long."""
    try:
        process = subprocess.Popen(
            [python, "-c", source()],
            cwd=folder,
            env={**environment, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        reason = error.strerror or error
        raise CannotLookError(f"{python} cannot be started: {reason}; name the project's by"
                              " --python .venv/bin/python") from error  # fmt: skip
    _running.add(process)
    try:
        return process.communicate(request, timeout=seconds)[0], False
    except subprocess.TimeoutExpired:
        _end(process)
        return process.communicate()[0], True
    finally:
        _end(process)
        _running.discard(process)


def _end(process: subprocess.Popen[str]) -> None:
    """End the process and those that it has started, where they are still there."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
