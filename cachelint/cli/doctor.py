"""``cachelint doctor``: why the caches of a project do not work here. The command that runs it."""

from __future__ import annotations

import argparse
import sys

from cachelint.cli.options import with_settings
from cachelint.cli.output import CLEAN, FINDINGS, WRONG_USAGE, write
from cachelint.config import find_configuration

_DESCRIPTION = """\
Runs the project, in processes of their own, and says why its caches do not work: loads the settings
modules, asks each cache of the active one for one key, and stores none. Passwords are not shown.
Exits with 0 where all is sound, 1 where something is wrong, 2 where it could not look.
"""
_EPILOG = """\
examples:
  cachelint doctor --python .venv/bin/python
  cachelint doctor --settings shop.settings.production --timeout 10 src/
"""


def add_arguments(doctor: argparse.ArgumentParser) -> None:
    doctor.description, doctor.epilog = _DESCRIPTION, _EPILOG
    doctor.add_argument(
        "path", nargs="?", default=".", metavar="PATH", help="the project (default: .)"
    )
    doctor.add_argument(
        "--settings",
        metavar="MODULE",
        action="append",
        help="this settings module, and no other but those named so; may be repeated. Their caches"
        " are asked (default: those of the active one are, the others are only loaded)",
    )
    doctor.add_argument(
        "--python",
        metavar="PATH",
        default=sys.executable,
        help="the interpreter of the project, with its packages (default: %(default)s)",
    )
    doctor.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        default=3.0,
        help="how many seconds a cache may take to answer, up to 600 (default: 3)",
    )
    doctor.add_argument(
        "--output-format",
        choices=("text", "json"),
        default="text",
        help="text for people, json for programs (default: text)",
    )
    doctor.set_defaults(run=_run)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 600:
        raise argparse.ArgumentTypeError("between 0 and 600")
    return seconds


def _run(options: argparse.Namespace) -> int:
    from cachelint.doctor import CannotLookError, Options, examine
    from cachelint.reporters.doctor import render_examination, render_examination_json
    from cachelint.selection import check_that_paths_exist

    check_that_paths_exist([options.path])
    configuration = with_settings(find_configuration(options.path), options)
    try:
        found = examine(
            options.path,
            configuration,
            Options(options.python, options.timeout),
            options.settings or (),
        )
    except CannotLookError as error:
        print(f"cachelint: error: {error}", file=sys.stderr)
        return WRONG_USAGE
    is_json = options.output_format == "json"
    write(render_examination_json(found) if is_json else render_examination(found))
    return FINDINGS if found.all_faults else CLEAN
