"""``cachelint check``: findings, and 1 where there are any."""

from __future__ import annotations

import argparse
import gc
import sys
import time
from typing import TYPE_CHECKING

from cachelint.cli.options import add_selection, configuration_of, is_stdin, read_stdin
from cachelint.cli.output import CLEAN, FINDINGS, wants_color, write
from cachelint.cli.recall import FOLDER, Said, keep
from cachelint.disk import noting

if TYPE_CHECKING:
    from cachelint.config import Configuration
    from cachelint.report import Report


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
    check.add_argument(
        "--no-cache",
        dest="cache",
        action="store_false",
        help=f"neither use nor keep the result in {FOLDER}",
    )
    check.set_defaults(run=_run)


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _run(options: argparse.Namespace) -> int:
    with noting() as journal:
        start = time.time_ns()
        said = _said(options)
    code, out, err = said
    write(out)
    sys.stderr.write(err)
    if options.cache and not is_stdin(options) and options.arguments is not None:
        sys.stdout.flush()
        keep(options.arguments, said, journal, start)
    return code


#: The last report: the process ends with what it was made with, rather than take that apart.
_held: list[object] = []


def _said(options: argparse.Namespace) -> Said:
    """Exit code, standard output and standard error."""
    report = _checked(options, configuration_of(options))
    _held[:] = [report]
    err = "".join(
        f"{note.path}:{note.span.row}:{note.span.column}: note: {note.code} {note.message}\n"
        for note in report.notes
    )
    code = FINDINGS if report.diagnostics and not options.exit_zero else CLEAN
    return code, _render(report, options), err


def _checked(options: argparse.Namespace, configuration: Configuration) -> Report:
    from cachelint.engine import check_paths, check_text

    # Nothing of ours is cyclic, and a collector that walks every tree doubles the time of parsing.
    gc.disable()
    try:
        if is_stdin(options):
            return check_text(options.stdin_filename, read_stdin(), configuration)
        return check_paths(options.paths, configuration, jobs=options.jobs)
    finally:
        gc.enable()


def _render(report: Report, options: argparse.Namespace) -> str:
    from cachelint import reporters

    if options.output_format == "json":
        return reporters.render_json(report)
    if options.output_format == "concise":
        return reporters.render_concise(report)
    return reporters.render_text(report, wants_color(options.color), options.paths)
