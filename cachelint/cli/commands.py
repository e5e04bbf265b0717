"""The parser of the command line. A command is imported when it is the one that was given."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from cachelint import __version__
from cachelint.cli.output import WRONG_USAGE, write
from cachelint.config import ConfigurationError

SHELLS = ("bash", "zsh", "tcsh")
_COMMANDS = {
    "check": "find unsafe use of caches",
    "fix": "repair what can be repaired",
    "settings": "show the caches of every settings module",
    "doctor": "run the project and say why its caches do not work",
    "helper": "print or write the lazy cache helper",
    "rule": "explain a rule",
    "server": "serve an editor: findings while typing, quick fixes",
}
_EPILOG = """\
exit codes:
  0  nothing found, or nothing left to do
  1  findings, or something is left, or would change
  2  wrong usage: a missing path, an unknown rule, a broken configuration

files:
  pyproject.toml      the table [tool.cachelint]: every key is optional, options win over it
  .gitignore          what it ignores is not read
  .cachelint_cache/   what a check has said and found, for as long as nothing changes

environment:
  CACHELINT_CACHE_DIR  the folder to use instead of .cachelint_cache
  CACHELINT_NO_CACHE   1: like --no-cache in every check and fix
  NO_COLOR             no colour, whatever the terminal can do
  FORCE_HYPERLINK      1 or 0: places are links, or are not, whatever the terminal can do

`cachelint COMMAND --help` tells the options of a command.
"""


def run(arguments: Sequence[str]) -> int:
    """Run the command that ``arguments`` name; exits where they are wrong."""
    try:
        options = parser_of(arguments).parse_args(arguments)
        if sys.stdout is None:
            print("cachelint: error: standard output is closed", file=sys.stderr)
            return WRONG_USAGE
        options.arguments = list(arguments)
        code: int = options.run(options)
    except ConfigurationError as error:
        print(f"cachelint: error: {error}", file=sys.stderr)
        return WRONG_USAGE
    return code


def parser_of(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """A parser that knows the options of those commands that stand in ``arguments``."""
    parser = argparse.ArgumentParser(
        prog="cachelint",
        description="Finds unsafe use of Django's cache framework without importing the project.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"cachelint {__version__}")
    parser.add_argument(
        "--print-completion",
        action=_PrintCompletion,
        choices=SHELLS,
        help="print a script that completes commands, options, files and rules in this shell",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, text in _COMMANDS.items():
        command = commands.add_parser(
            name, help=text, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        if name in arguments:
            import_module(f"cachelint.cli.{name}").add_arguments(command)
    return parser


class _PrintCompletion(argparse.Action):
    """Raises ConfigurationError where it cannot."""

    def __call__(self, parser: argparse.ArgumentParser, _: object, shell: Any, *more: Any) -> None:
        from cachelint.cli.completion import completion_script

        write(completion_script(parser_of(tuple(_COMMANDS)), shell))
        parser.exit()
