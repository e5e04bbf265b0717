"""``cachelint fix``: repairs what can be repaired and says what is left."""

from __future__ import annotations

import argparse
import sys

from cachelint.cli.options import add_selection, configuration_of
from cachelint.cli.output import CLEAN, FINDINGS, write


def add_arguments(fix: argparse.ArgumentParser) -> None:
    add_selection(fix)
    fix.add_argument("--unsafe-fixes", action="store_true", help="also fixes that need a look")
    fix.add_argument("--diff", action="store_true", help="show what would change, write nothing")
    fix.add_argument("--check", action="store_true", help="say what would change, write nothing")
    fix.add_argument("--no-new-files", action="store_true", help="do not write the lazy helper")
    fix.add_argument("--helper", metavar="MODULE", help="import the lazy helper from this module")
    fix.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from cachelint.fix import fix_paths
    from cachelint.reporters.fixes import render_diff, render_fixes

    report = fix_paths(
        options.paths,
        configuration_of(options),
        unsafe=options.unsafe_fixes,
        new_files=not options.no_new_files,
    )
    writes = not (options.diff or options.check)
    if writes:
        from cachelint.fix import write_fixes

        report = write_fixes(report)
    if options.diff:
        write(render_diff(report))
    summary = render_fixes(report, written=writes)
    if options.diff:
        print(summary, end="", file=sys.stderr)
    else:
        write(summary)
    would_change = bool(report.files) and not writes
    return FINDINGS if report.left or would_change else CLEAN
