"""The parser of the command line. A command is imported when it is the one that was given."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from cachelint import __version__
from cachelint.cli.output import WRONG_USAGE
from cachelint.config import ConfigurationError

_COMMANDS = {
    "check": "find unsafe use of caches",
    "fix": "repair what can be repaired",
    "settings": "show the caches of every settings module",
    "doctor": "run the project and say why its caches do not work",
    "helper": "print or write the lazy cache helper",
    "rule": "explain a rule",
    "server": "serve an editor: findings while typing, quick fixes",
}


def run(arguments: Sequence[str]) -> int:
    """Run the command that ``arguments`` name; exits where they are wrong."""
    options = _parser(arguments).parse_args(arguments)
    if sys.stdout is None:
        print("cachelint: error: standard output is closed", file=sys.stderr)
        return WRONG_USAGE
    options.arguments = list(arguments)
    try:
        code: int = options.run(options)
    except ConfigurationError as error:
        print(f"cachelint: error: {error}", file=sys.stderr)
        return WRONG_USAGE
    return code


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cachelint",
        description="Finds unsafe use of Django's cache framework without importing the project.",
    )
    parser.add_argument("--version", action="version", version=f"cachelint {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, text in _COMMANDS.items():
        command = commands.add_parser(name, help=text)
        if name in arguments:
            import_module(f"cachelint.cli.{name}").add_arguments(command)
    return parser
