"""``cachelint fix``: repairs what can be repaired and says what is left."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from cachelint import disk
from cachelint.cli import known_findings
from cachelint.cli.kept import FOLDER, is_off, keep
from cachelint.cli.options import add_selection, configuration_of, is_stdin, read_stdin
from cachelint.cli.output import CLEAN, FINDINGS, write, write_bytes
from cachelint.collector import without_collector
from cachelint.config import STYLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cachelint.config import Configuration
    from cachelint.fix import FixReport
    from cachelint.judge import Judge
    from cachelint.report import Report

#: Seconds after which people want to see that something happens.
_SOON = 0.5


_DESCRIPTION = """\
Repairs what `cachelint check` finds, as far as it is safe, and says why the rest is left. Exits
with 0 when nothing is left, 1 when findings are left or something would change, 2 for wrong usage.
"""
_EPILOG = """\
examples:
  cachelint fix --diff src/
  cachelint fix --diff src/ | git apply
  cachelint fix --select CCH101 --style get-cache src/
  cachelint fix --stdin-filename shop/views.py - < shop/views.py

Each file is replaced in one step, and only if it still is what was read.
"""


def add_arguments(fix: argparse.ArgumentParser) -> None:
    fix.description, fix.epilog = _DESCRIPTION, _EPILOG
    add_selection(fix)
    repair = fix.add_argument_group("the repair")
    repair.add_argument("--unsafe-fixes", action="store_true", help="also fixes that need a look")
    repair.add_argument("--diff", action="store_true", help="show what would change, write nothing")
    repair.add_argument("--check", action="store_true", help="say what would change, write nothing")
    repair.add_argument("--no-new-files", action="store_true", help="do not write the lazy helper")
    repair.add_argument(
        "--helper",
        metavar="MODULE",
        help="import the lazy helper from this module (default: `helper` in [tool.cachelint], or"
        " the copy in the project, or a new one)",
    )
    repair.add_argument(
        "--style",
        choices=STYLES,
        help="`wrapper` keeps a lazy object under the name; `get-cache` opens the cache wherever"
        " the name is used, if all its uses are known (default: wrapper)",
    )
    report = fix.add_argument_group("report")
    report.add_argument(
        "--output-format",
        choices=("text", "json"),
        default="text",
        help="text for people, json for programs (default: text)",
    )
    report.add_argument("--exit-zero", action="store_true", help="exit 0 in spite of what is left")
    report.add_argument(
        "-q", "--quiet", action="store_true", help="only the files that change, and errors"
    )
    report.add_argument(
        "--no-cache",
        dest="cache",
        action="store_false",
        help=f"neither use nor keep what a check has found in {FOLDER}",
    )
    fix.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from cachelint.fix import write_fixes
    from cachelint.reporters.fixes import render_diff, render_fixes, render_fixes_json

    report, source = _fixed(options)
    writes = not (options.diff or options.check)
    if writes and source is None:
        report = write_fixes(report)
    if options.output_format == "json":
        summary = render_fixes_json(report, written=writes and source is None)
    else:
        summary = render_fixes(report, written=writes, quiet=options.quiet)
    if options.diff:
        write_bytes(render_diff(report))
    elif writes and source is not None:
        write_bytes(report.files[0].new if report.files else source)
    if options.diff or source is not None:
        # What a program reads stands alone on standard output.
        print(summary, end="", file=sys.stderr)
    else:
        write(summary)
    would_change = bool(report.files) and not writes
    return FINDINGS if (report.left or would_change) and not options.exit_zero else CLEAN


def _fixed(options: argparse.Namespace) -> tuple[FixReport, bytes | None]:
    """What the fixes make of the files, and the source that came on standard input, if any did."""
    from cachelint.fix import fix_paths, fix_text

    configuration = configuration_of(options)
    if is_stdin(options):
        source = read_stdin()
        path, unsafe = options.stdin_filename, options.unsafe_fixes
        return fix_text(path, source, configuration, unsafe=unsafe), source
    progress = _Progress()
    try:
        with without_collector():
            report = fix_paths(
                options.paths,
                configuration,
                unsafe=options.unsafe_fixes,
                new_files=not options.no_new_files,
                progress=progress.show if sys.stderr.isatty() else None,
                check=_known_or_found if options.cache and not is_off() else None,
            )
    finally:
        progress.clear()
    return report, None


def _known_or_found(paths: Sequence[str], configuration: Configuration, judge: Judge) -> Report:
    """What a check finds, or has found where nothing has changed since."""
    from cachelint.engine import check_paths

    key = known_findings.key_of(paths, configuration)
    report = known_findings.known_findings(key, judge)
    if report is None:
        start = time.time_ns()
        with disk.noting() as journal:
            report = check_paths(paths, configuration, judge=judge, jobs=None)
        keep({key: known_findings.plain(report, judge)}, journal, start)
    return report


class _Progress:
    """One line on the terminal that says how far a long run has got."""

    _WIDTH = 30

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._length = 0

    def show(self, done: int, total: int) -> None:
        """``total`` is 0 as long as it is not known."""
        if time.monotonic() - self._start < _SOON:
            return
        if total:
            filled = done * self._WIDTH // total
            bar = "#" * filled + "-" * (self._WIDTH - filled)
            text = f"fixing [{bar}] {done}/{total} files"
        else:
            text = f"looking for findings: {done} files"
        sys.stderr.write(f"\r{text:<{self._length}}")
        sys.stderr.flush()
        self._length = len(text)

    def clear(self) -> None:
        if self._length:
            sys.stderr.write(f"\r{'':<{self._length}}\r")
            sys.stderr.flush()
            self._length = 0
