"""Which reporter a format names, and where its text goes."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cachelint.cli.options import is_stdin
from cachelint.cli.output import wants_color, wants_links, write
from cachelint.config import ConfigurationError

if TYPE_CHECKING:
    from cachelint.judge import Judge
    from cachelint.report import Report
    from cachelint.settings.reader import ProjectSettings

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "html")
#: Formats that have statistics instead of findings.
COUNTING = ("text", "concise", "json")


def add_report_options(command: argparse.ArgumentParser) -> None:
    report = command.add_argument_group("report")
    report.add_argument(
        "--output-format",
        choices=FORMATS,
        default="text",
        help="text for people, concise for editors, json for programs, sarif for code scanning,"
        " github for annotations, gitlab for code quality, junit for test reports, html for one"
        " page to hand around (default: text)",
    )
    report.add_argument(
        "--output-file",
        metavar="FILE",
        help="write the report there in one step, in UTF-8 (default: standard output)",
    )
    report.add_argument(
        "--statistics",
        action="store_true",
        help=f"how often each rule found something, no more; for {', '.join(COUNTING)}",
    )
    report.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="colour and links; auto: at a terminal (default: auto)",
    )
    loudness = report.add_mutually_exclusive_group()
    loudness.add_argument(
        "-q", "--quiet", action="store_true", help="findings, without summary and notes"
    )
    loudness.add_argument(
        "-v", "--verbose", action="store_true", help="say on standard error what was read"
    )


def check_report_options(options: argparse.Namespace) -> None:
    """Raises ConfigurationError."""
    if options.statistics and options.output_format not in COUNTING:
        known = ", ".join(COUNTING)
        raise ConfigurationError(
            f"--statistics: there are none in the format {options.output_format}; known are {known}"
        )


def deliver(text: str, options: argparse.Namespace) -> None:
    """Print a report, or write it to ``--output-file`` in one step."""
    if options.output_file is None:
        write(text)
        return
    from cachelint.files import replace_content

    try:
        # Paths may hold bytes that are no UTF-8.
        replace_content(options.output_file, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(f"--output-file: {options.output_file}: {reason}") from error


def render(report: Report, options: argparse.Namespace, judge: Judge) -> str:
    """The report in the format that was asked for; loads that reporter alone."""
    name = options.output_format
    if options.statistics:
        from cachelint.reporters.statistics import render_statistics, render_statistics_json

        return render_statistics_json(report) if name == "json" else render_statistics(report)
    if name == "text":
        from cachelint.reporters.text import render_text

        is_file = options.output_file is not None
        return render_text(
            report,
            wants_color(options.color) and not (is_file and options.color == "auto"),
            options.paths,
            links=not is_file and wants_links(options.color),
            quiet=options.quiet,
        )
    return _render_for_programs(name, report, options, judge)


def settings_around(options: argparse.Namespace, judge: Judge) -> list[ProjectSettings]:
    """What the settings modules around each of the checked paths say."""
    paths = [options.stdin_filename] if is_stdin(options) else options.paths
    return [judge.reader.around(path) for path in paths]


def _render_for_programs(
    name: str, report: Report, options: argparse.Namespace, judge: Judge
) -> str:
    if name == "sarif":
        from cachelint.reporters.sarif import render_sarif

        return render_sarif(report, [rule.code for rule in judge.rules])
    if name == "html":
        from cachelint.reporters.html import render_html

        return render_html(report, settings_around(options, judge))
    from importlib import import_module

    module = import_module(f"cachelint.reporters.{name}")
    text: str = getattr(module, f"render_{name}")(report)
    return text
