"""Runs commands in turn and takes what the operating system says of each finished run."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Command:
    """Something to measure; ``arguments`` are run in ``folder``."""

    name: str
    arguments: Sequence[str]
    folder: Path
    version: Sequence[str] = ()
    needs: str = ""
    """A module, without which the command cannot run."""
    environment: dict[str, str] = field(default_factory=dict)
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: int = 0
    """Megabytes of the largest single process."""

    @property
    def is_there(self) -> bool:
        if self.needs:
            probe = [sys.executable, "-c", f"import {self.needs}"]
            return subprocess.run(probe, capture_output=True, check=False).returncode == 0
        return shutil.which(self.arguments[0]) is not None

    @property
    def shown_version(self) -> str:
        if not self.version:
            return ""
        result = subprocess.run(self.version, capture_output=True, check=False, encoding="utf-8")
        return (result.stdout.strip() or "?").splitlines()[0].partition(" (")[0]

    @property
    def median_wall(self) -> float:
        return statistics.median(self.wall)

    @property
    def median_cpu(self) -> float:
        return statistics.median(self.cpu)


def run_once(command: Command) -> None:
    start = time.perf_counter()
    process = subprocess.Popen(
        command.arguments,
        cwd=command.folder,
        env={**os.environ, **command.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    command.wall.append(time.perf_counter() - start)
    command.cpu.append(usage.ru_utime + usage.ru_stime)
    # Kilobytes, but on macOS bytes.
    command.peak = max(
        command.peak, usage.ru_maxrss // (1 << 20 if sys.platform == "darwin" else 1 << 10)
    )


def run_in_turn(commands: Sequence[Command], rounds: int) -> list[Command]:
    """Run those that are there, A B C A B C, after a round that does not count."""
    present = [command for command in commands if command.is_there]
    for number in range(rounds + 1):
        for command in present:
            run_once(command)
            if not number:
                command.wall.clear()
                command.cpu.clear()
    return present
