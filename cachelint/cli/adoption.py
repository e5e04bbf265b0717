"""Ways into an old code base: what is known is kept in a baseline, or silenced line by line."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from typing import TYPE_CHECKING

from cachelint.cli.options import is_stdin
from cachelint.cli.output import CLEAN, FINDINGS, write
from cachelint.config import Configuration, ConfigurationError
from cachelint.places import report_path
from cachelint.source import printable

if TYPE_CHECKING:
    from cachelint.baseline import Scope
    from cachelint.judge import Judge
    from cachelint.report import Report


def add_adoption_options(check: argparse.ArgumentParser) -> None:
    known = check.add_argument_group("known findings")
    known.add_argument(
        "--baseline",
        metavar="FILE",
        help="report only what is not in this file of known findings (default: `baseline` in"
        " [tool.cachelint], or none)",
    )
    writing = known.add_mutually_exclusive_group()
    writing.add_argument(
        "--write-baseline",
        action="store_true",
        help="write what is found now into the baseline, report nothing",
    )
    writing.add_argument(
        "--add-noqa",
        action="store_true",
        help="add a noqa comment to each line with a finding, report nothing",
    )


def check_adoption_options(options: argparse.Namespace, configuration: Configuration) -> None:
    """Raises ConfigurationError."""
    if options.write_baseline and baseline_path(options, configuration) is None:
        raise ConfigurationError(
            "--write-baseline: into which file? Name it with --baseline FILE, or as `baseline` in"
            " [tool.cachelint]"
        )
    if options.add_noqa and is_stdin(options):
        raise ConfigurationError("--add-noqa: standard input cannot be written to")


def baseline_path(options: argparse.Namespace, configuration: Configuration) -> str | None:
    given: str | None = options.baseline
    return given if given is not None else configuration.baseline_path


def write_baseline(report: Report, options: argparse.Namespace, judge: Judge) -> int:
    """Bring the baseline up to date; what this run could not have found stays in it."""
    from cachelint.baseline import Baseline, read_baseline
    from cachelint.files import replace_content

    path = baseline_path(options, judge.configuration)
    assert path is not None
    old = read_baseline(path) if os.path.exists(path) else Baseline(path, Counter())
    new = old.updated(report, _scope(options, judge))
    try:
        replace_content(path, new.to_text().encode())
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written: {error.strerror}") from error
    total = new.entries.total()
    write(f"wrote {printable(report_path(path))}: {_count(total, 'known finding')}\n")
    return CLEAN


def without_known(report: Report, options: argparse.Namespace, judge: Judge) -> Report:
    """``report`` without what the baseline knows; says on standard error what is stale in it."""
    path = baseline_path(options, judge.configuration)
    if path is None:
        return report
    from cachelint.baseline import read_baseline

    baseline = read_baseline(path)
    new, unmet = baseline.without_known(report)
    stale = baseline.stale(unmet, _scope(options, judge))
    if stale and not options.quiet:
        total = sum(count for _, count in stale)
        shown = printable(report_path(path))
        lines = [
            f"{shown}: note: {_count(total, 'known finding')} gone; --write-baseline forgets them"
        ]
        lines += [f"  {entry.rule} {printable(entry.path)} ({count})" for entry, count in stale]
        print("\n".join(lines), file=sys.stderr)
    return new


def _scope(options: argparse.Namespace, judge: Judge) -> Scope:
    from cachelint.baseline import Scope
    from cachelint.findings import UNPARSED

    paths = [options.stdin_filename] if is_stdin(options) else options.paths
    return Scope(paths, {UNPARSED, *(rule.code for rule in judge.rules)})


def add_noqa(report: Report, configuration: Configuration) -> int:
    """Write the comments; what cannot be silenced is told on standard error."""
    from cachelint.fix import write_fixes
    from cachelint.fix.silencing import silence

    done = write_fixes(silence(report, configuration.all_template_suffixes))
    for left in done.left:
        place = f"{printable(report_path(left.diagnostic.path))}:{left.diagnostic.span.row}"
        print(f"left {place}: {left.diagnostic.code} {left.reason}", file=sys.stderr)
    total = done.count
    write(f"Silenced {_count(total, 'finding')} in {_count(len(done.files), 'file')}.\n")
    return FINDINGS if done.left else CLEAN


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
