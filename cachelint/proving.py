"""Runs the reproduction that comes with a rule, in the Django that is installed.

A proof is a folder with a ``prove.py``, the code that fails and the code that does not: in a
checkout in fixtures/, in an installation beside this file. It runs in a process of its own, on a
copy: nothing of it is left behind. Django is not imported here.
"""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cachelint.dataclass import dataclass

_PACKAGE = Path(__file__).parent
_PLACES = (_PACKAGE / "proofs", _PACKAGE.parent / "fixtures")
_NEEDS = re.compile(r"^# needs: (.+)$", re.MULTILINE)
_PROGRAMS = frozenset({"redis-server"})
#: A proof takes a second or two; one that waits for a server that is not there never ends.
_SECONDS = 120


class CannotProveError(Exception):
    """Something that the proof needs is missing; the message says what."""


@dataclass(frozen=True)
class Outcome:
    """What a proof printed in which Django, and whether everything was as it claims."""

    django: str
    holds: bool
    lines: str


def prove(rule_name: str) -> Outcome:
    """Run the proof of a rule. Raises CannotProveError where something is missing."""
    place = _place()
    script = place / rule_name / "proof" / "prove.py"
    django = _version("Django")
    for needed in ("Django", *needs(script.read_text(encoding="utf-8"))):
        if _is_missing(needed):
            raise CannotProveError(_what_to_do(needed))
    with tempfile.TemporaryDirectory() as folder:
        for kit in place.glob("*_kit.py"):
            shutil.copy(kit, folder)
        proof = Path(folder, rule_name, "proof")
        shutil.copytree(script.parent, proof)
        done = _run(proof)
    return Outcome(django, done.returncode == 0, done.stdout + done.stderr)


def needs(script: str) -> Iterator[str]:
    """The packages and programs that a proof says it needs, Django apart."""
    for line in _NEEDS.findall(script):
        yield from (needed.strip() for needed in line.split(","))


def _place() -> Path:
    for place in _PLACES:
        if (place / "proof_kit.py").is_file():
            return place
    raise CannotProveError("this installation of cachelint has no proofs")


def _run(folder: Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [sys.executable, "prove.py"],
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise CannotProveError(f"the proof did not end within {_SECONDS} seconds") from error


def _is_missing(needed: str) -> bool:
    if needed in _PROGRAMS:
        return shutil.which(needed) is None
    return not _version(needed)


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _what_to_do(needed: str) -> str:
    if needed in _PROGRAMS:
        return f"the proof starts a real {needed}, and there is none on PATH"
    return (
        f"the proof runs in real Django, and {needed} is not installed for {sys.executable}:"
        f" python -m pip install {needed}"
    )
