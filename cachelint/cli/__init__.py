"""The command line: translates arguments, prints, and chooses the exit code. No judgement."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from cachelint import __version__
from cachelint.cli import check, doctor, fix, helper, rule, settings
from cachelint.cli.output import FINDINGS, WRONG_USAGE, discard_output
from cachelint.config import ConfigurationError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 0 without findings, 1 with, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    if sys.stdout is None:
        print("cachelint: error: standard output is closed", file=sys.stderr)
        return WRONG_USAGE
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except ConfigurationError as error:
        print(f"cachelint: error: {error}", file=sys.stderr)
        return WRONG_USAGE
    except BrokenPipeError:
        # The reader (head, less) has seen enough; nothing may be flushed into its pipe at exit.
        discard_output()
        return FINDINGS
    except OSError as error:
        # A full disk behind the output, a working directory that is gone.
        discard_output()
        print(f"cachelint: error: {error}", file=sys.stderr)
        return WRONG_USAGE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cachelint",
        description="Finds unsafe use of Django's cache framework without importing the project.",
    )
    parser.add_argument("--version", action="version", version=f"cachelint {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command, text in (
        ("check", check, "find unsafe use of caches"),
        ("fix", fix, "repair what can be repaired"),
        ("settings", settings, "show the caches of every settings module"),
        ("doctor", doctor, "run the project and say why its caches do not work"),
        ("helper", helper, "print or write the lazy cache helper"),
        ("rule", rule, "explain a rule"),
    ):
        command.add_arguments(commands.add_parser(name, help=text))
    return parser
