"""What the last check of the same paths has found: ``fix`` then has nothing to look for.

Kept (kept.py) by ``check`` and by ``fix`` itself, so that a look at ``fix --diff`` pays for the
``fix`` after it: the findings, and where any can be fixed what the settings say. The lines of the
files are not kept: they are read again.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from typing import Any

from cachelint import diagnostic
from cachelint.cli import kept
from cachelint.config import WRAPPER_STYLE, Configuration
from cachelint.dataclass import replace
from cachelint.judge import Judge
from cachelint.report import Report
from cachelint.settings import records
from cachelint.source import UnparsedSourceError, decode, read_bytes, split_lines

#: What findings and settings are made of, apart from texts, numbers and containers.
_TYPES = {
    (module.__name__, name): found
    for module in (diagnostic, records)
    for name, found in vars(module).items()
    if isinstance(found, type) and found.__module__ == module.__name__
}


def key_of(paths: Sequence[str], configuration: Configuration) -> str:
    """All that decides what a check of ``paths`` finds, beside files."""
    # How fixes are written decides nothing about what is found.
    judging = replace(configuration, helper=None, style=WRAPPER_STYLE)
    return kept.key_of("findings", judging, *paths)


def plain(report: Report, judge: Judge) -> Any:
    """``report``, and what ``judge`` has read for it, as kept.py can keep it."""
    counts = report.files, report.judged, report.suppressed
    can_fix = any(one.fix for one in report.diagnostics)
    readings = judge.reader.readings if can_fix else {}
    return pickle.dumps((report.diagnostics, report.notes, counts, readings))


def known_findings(key: str, judge: Judge) -> Report | None:
    """What was kept under ``key``, if it still holds, with the lines that it speaks of.

    ``judge`` then knows what settings had to be read for it.
    """
    found = kept.load(key)
    whole = None if found is None else _whole(found[0])
    if found is None or whole is None:
        return None
    diagnostics, notes, (files, judged, suppressed), readings = whole
    paths = {one.path for one in diagnostics}
    paths |= {evidence.path for one in diagnostics for evidence in one.evidence}
    try:
        sources = {path: _lines(path) for path in sorted(paths)}
    except OSError:
        return None
    # Asked when they have been read, so that no line is newer than what was found.
    if not kept.holds(found[1]):
        return None
    judge.reader.readings.update(readings)
    return Report(diagnostics, files, judged, suppressed, sources, notes)


def _lines(path: str) -> Sequence[str]:
    try:
        return split_lines(decode(read_bytes(path)))
    except UnparsedSourceError as error:
        return split_lines(error.text)


def _whole(data: bytes) -> Any:
    """What plain() was given; None where something else has made the data."""
    try:
        return _Records(io.BytesIO(data)).load()
    except (pickle.UnpicklingError, AttributeError, EOFError, IndexError, TypeError, ValueError):
        return None


class _Records(pickle.Unpickler):
    """Makes records only: what lies in a folder may come from anywhere."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _TYPES[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is no record") from None
