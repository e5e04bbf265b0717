"""``cachelint check``: findings, and 1 where there are any."""

from __future__ import annotations

import argparse
import gc
import sys

from cachelint.cli.options import add_selection, configuration_of, is_stdin, read_stdin
from cachelint.cli.output import CLEAN, FINDINGS, wants_color, write


def add_arguments(check: argparse.ArgumentParser) -> None:
    add_selection(check)
    check.add_argument(
        "--output-format", choices=("text", "concise", "json"), default="text", help="default: text"
    )
    check.add_argument(
        "--strict-settings",
        action="store_true",
        default=None,
        help="settings that cannot be read are a finding (CCH003), not a note",
    )
    check.add_argument("--exit-zero", action="store_true", help="exit 0 in spite of findings")
    check.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="default: auto"
    )
    check.add_argument(
        "-j",
        "--jobs",
        type=_number,
        metavar="N",
        help="processes that may work at a time (default: as many as there are processors)",
    )
    check.set_defaults(run=_run)


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _run(options: argparse.Namespace) -> int:
    from cachelint.engine import check_paths, check_text

    configuration = configuration_of(options)
    # Nothing of ours is cyclic, and a collector that walks every tree doubles the time of parsing.
    gc.disable()
    try:
        if is_stdin(options):
            report = check_text(options.stdin_filename, read_stdin(), configuration)
        else:
            report = check_paths(options.paths, configuration, jobs=options.jobs)
    finally:
        gc.enable()
    write(_render(report, options))
    for note in report.notes:
        place = f"{note.path}:{note.span.row}:{note.span.column}"
        print(f"{place}: note: {note.code} {note.message}", file=sys.stderr)
    return FINDINGS if report.diagnostics and not options.exit_zero else CLEAN


def _render(report: object, options: argparse.Namespace) -> str:
    from cachelint import reporters
    from cachelint.engine import Report

    assert isinstance(report, Report)
    if options.output_format == "json":
        return reporters.render_json(report)
    if options.output_format == "concise":
        return reporters.render_concise(report)
    return reporters.render_text(report, wants_color(options.color), options.paths)
