"""``cachelint check``: findings, and 1 where there are any."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from cachelint import disk
from cachelint.cli.adoption import (
    add_adoption_options,
    add_noqa,
    baseline_path,
    check_adoption_options,
    without_known,
    write_baseline,
)
from cachelint.cli.kept import FOLDER, is_off, keep
from cachelint.cli.options import add_selection, configuration_of, is_stdin, read_stdin
from cachelint.cli.output import CLEAN, FINDINGS
from cachelint.cli.recall import Copy, key_of
from cachelint.cli.reports import (
    add_report_options,
    check_report_options,
    deliver,
    render,
    settings_around,
)
from cachelint.collector import without_collector

if TYPE_CHECKING:
    from cachelint.judge import Judge
    from cachelint.report import Report


_DESCRIPTION = """\
Finds unsafe use of Django's cache framework in Python files and templates, and in the settings.
Nothing of the project is imported or run. Exits with 0 without findings, 1 with, 2 for wrong usage.
"""
_EPILOG = """\
examples:
  cachelint check src/
  cachelint check --select CCH1,CCH501 --output-format concise src/ tests/
  cachelint check --output-format sarif --output-file cachelint.sarif
  cachelint check --baseline known.json --write-baseline
  cachelint check --stdin-filename shop/views.py - < shop/views.py

`# noqa: CCH101` at the end of a line silences a finding, `{# noqa: CCH504 #}` in a template.
"""


def add_arguments(check: argparse.ArgumentParser) -> None:
    check.description, check.epilog = _DESCRIPTION, _EPILOG
    add_selection(check)
    add_report_options(check)
    add_adoption_options(check)
    running = check.add_argument_group("how it runs")
    running.add_argument(
        "--strict-settings",
        action="store_true",
        default=None,
        help="settings that cannot be read are a finding (CCH003), not a note",
    )
    running.add_argument("--exit-zero", action="store_true", help="exit 0 in spite of findings")
    running.add_argument(
        "-j",
        "--jobs",
        type=_number,
        metavar="N",
        help="processes that may work at a time (default: as many as there are processors)",
    )
    running.add_argument(
        "--no-cache",
        dest="cache",
        action="store_false",
        help=f"neither use nor keep what a check has said in {FOLDER}",
    )
    check.set_defaults(run=_run)


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


#: The last report: the process ends with what it was made with, rather than take that apart.
_held: list[object] = []


def _run(options: argparse.Namespace) -> int:
    if not options.cache or is_off() or not _only_says(options):
        return _checked(options)[0]
    start = time.time_ns()
    with disk.noting() as journal, Copy() as copy:
        code, judge, report = _checked(options)
    sys.stdout.flush()
    # Loaded here: who keeps nothing needs nothing of it.
    from cachelint.cli import known_findings

    said = key_of(options.arguments), (code, *copy.texts)
    key = known_findings.key_of(options.paths, judge.configuration)
    keep(dict([said, (key, known_findings.plain(report, judge))]), journal, start)
    return code


def _only_says(options: argparse.Namespace) -> bool:
    """Whether all that the command does is to print, and all that it depends on lies in files."""
    writes = options.output_file is not None or options.write_baseline or options.add_noqa
    return not (writes or is_stdin(options))


def _checked(options: argparse.Namespace) -> tuple[int, Judge, Report]:
    """The exit code, who has judged, and what was found."""
    from cachelint.engine import check_paths, check_text
    from cachelint.judge import Judge

    check_report_options(options)
    configuration = configuration_of(options)
    check_adoption_options(options, configuration)
    judge = Judge(configuration)
    known = baseline_path(options, configuration)
    if known is not None:
        disk.note(known)
    with without_collector():
        if is_stdin(options):
            report = check_text(options.stdin_filename, read_stdin(), configuration, judge=judge)
        else:
            report = check_paths(options.paths, configuration, judge=judge, jobs=options.jobs)
        _held[:] = [report]
    if options.write_baseline:
        return write_baseline(report, options, judge), judge, report
    new = without_known(report, options, judge)
    if options.add_noqa:
        return add_noqa(new, configuration), judge, report
    deliver(render(new, options, judge), options)
    if not options.quiet:
        _say_notes(new)
    if options.verbose:
        _say_what_was_read(new, options, judge)
    code = FINDINGS if new.diagnostics and not options.exit_zero else CLEAN
    return code, judge, report


def _say_notes(report: Report) -> None:
    for note in report.notes:
        place = f"{note.path}:{note.span.row}:{note.span.column}"
        print(f"{place}: note: {note.code} {note.message}", file=sys.stderr)


def _say_what_was_read(report: Report, options: argparse.Namespace, judge: Judge) -> None:
    lines = [f"configuration: {judge.configuration.origin}"]
    for found in settings_around(options, judge):
        for settings in found.modules:
            state = "open" if settings.is_open else "closed"
            module = settings.module
            lines.append(f"settings: {module.label} ({module.role.value}, {state}) {module.path}")
    lines.append(f"files: {report.files} searched, {report.judged} with cache code")
    print("\n".join(dict.fromkeys(lines)), file=sys.stderr)
