"""Files, or a text → findings → fixes: in memory, each repository for itself."""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain

from cachelint.config import Configuration, ConfigurationError
from cachelint.diagnostic import Diagnostic
from cachelint.engine import check_paths, check_text
from cachelint.fix.fixer import Fixer, Progress
from cachelint.fix.outcome import FixReport
from cachelint.judge import Judge
from cachelint.parts import each
from cachelint.per_file import can_fork, processes
from cachelint.places import repository_folder
from cachelint.report import Report

#: How many shares each process may take: how long one takes is not known before.
_SHARES = 4

Check = Callable[[Sequence[str], Configuration, Judge], Report]
"""Finds what is under paths; the judge may know afterwards what was read."""


def fix_paths(
    paths: Sequence[str],
    configuration: Configuration,
    *,
    unsafe: bool = False,
    new_files: bool = True,
    progress: Progress | None = None,
    check: Check | None = None,
) -> FixReport:
    """Fix the files under ``paths`` in memory.

    ``unsafe`` allows fixes that need a look, without ``new_files`` nothing is fixed that needs a
    helper which is not there. ``check`` finds what is to be fixed; check_paths if it is None.
    Raises ConfigurationError as check_paths does, and where the place of a new helper is not clear.
    """
    if progress is not None:
        progress(0, 0)
    judge = Judge(configuration)
    report = (check or _checked)(paths, configuration, judge)
    by_path: dict[str, list[Diagnostic]] = {}
    for diagnostic in report.diagnostics:
        by_path.setdefault(diagnostic.path, []).append(diagnostic)

    def fixed(share: list[str], progress: Progress | None = None) -> FixReport:
        fixer = Fixer.of(paths, configuration, unsafe, new_files, judge)
        for path in share:
            fixer.open(path, by_path[path], seen=report.sources[path])
        fixer.fix(progress)
        return fixer.report()

    count = processes(None) if can_fork() else 1
    shares = _shares(by_path, count * _SHARES) if count > 1 else []
    if len(shares) < 2:
        result = fixed([*by_path], progress)
    else:
        counted = progress and _counting(progress, len(by_path))
        try:
            result = _together(each(fixed, shares, count, counted), [*by_path])
        except ConfigurationError:
            # Which of several is raised first must not depend on who was faster.
            result = fixed([*by_path], progress)
    if progress is not None:
        progress(len(by_path), len(by_path))
    return result


def _counting(progress: Progress, total: int) -> Callable[[list[str]], None]:
    """Tells ``progress`` how many files are done after each share."""
    done: list[str] = []

    def add(share: list[str]) -> None:
        done.extend(share)
        progress(len(done), total)

    return add


def _shares(by_path: Mapping[str, Sequence[Diagnostic]], count: int) -> list[list[str]]:
    """The files in up to ``count`` shares whose fixes do not concern one another, largest first."""
    groups: list[list[str]] = []
    last = None
    folders = sorted((os.path.join(repository_folder(path), ""), path) for path in by_path)
    for folder, path in folders:
        # What lies in another repository comes after it.
        if last is None or not folder.startswith(last):
            last = folder
            groups.append([])
        groups[-1].append(path)
    plans = [sum(d.fix is not None for path in group for d in by_path[path]) for group in groups]
    shares: list[tuple[int, list[str]]] = [(0, []) for _ in groups[:count]]
    for number, group in sorted(zip(plans, groups, strict=True), reverse=True):
        # The smallest share takes the next one.
        total, share = heapq.heappop(shares)
        heapq.heappush(shares, (total + number, share + group))
    return [share for _, share in sorted(shares, reverse=True)]


def _together(reports: list[FixReport], paths: list[str]) -> FixReport:
    """The reports of shares of ``paths`` as one, in the order of ``paths``."""
    order = {path: number for number, path in enumerate(paths)}
    return FixReport(
        tuple(sorted(chain(*(r.files for r in reports)), key=lambda file: order[file.path])),
        tuple(sorted({created for report in reports for created in report.created})),
        tuple(
            sorted(chain(*(r.left for r in reports)), key=lambda one: order[one.diagnostic.path])
        ),
        tuple(sorted(chain(*(r.gone for r in reports)), key=lambda d: order[d.path])),
    )


def fix_text(
    path: str,
    data: bytes,
    configuration: Configuration,
    *,
    unsafe: bool = False,
    new_files: bool = False,
    only: Collection[Diagnostic] | None = None,
    judge: Judge | None = None,
) -> FixReport:
    """Fix ``data`` as if it were what the file at ``path`` holds; see fix_paths.

    ``only``: no other findings than these. ``judge``, of the same configuration, takes the result
    for what the file holds until it is given the file again.
    Raises ConfigurationError as check_paths does.
    """
    fixer = Fixer.of([path], configuration, unsafe, new_files, judge)
    report = check_text(path, data, configuration, judge=fixer.judge)
    wanted = [one for one in report.diagnostics if only is None or one in only]
    if wanted:
        fixer.open(path, wanted, data=data)
    fixer.fix()
    return fixer.report()


def _checked(paths: Sequence[str], configuration: Configuration, judge: Judge) -> Report:
    return check_paths(paths, configuration, judge=judge, jobs=None)
