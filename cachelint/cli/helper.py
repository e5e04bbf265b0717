"""``cachelint helper``: the lazy helper, printed or written."""

from __future__ import annotations

import argparse

from cachelint.cli.output import CLEAN, write
from cachelint.config import ConfigurationError


def add_arguments(helper: argparse.ArgumentParser) -> None:
    helper.add_argument("--write", metavar="PATH", help="write it to PATH instead, a new file")
    helper.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from cachelint.fix.helper import helper_source

    if options.write is None:
        write(helper_source())
        return CLEAN
    from cachelint.fix.writing import create_file

    try:
        create_file(options.write, helper_source().encode())
    except OSError as error:
        raise ConfigurationError(f"{options.write}: {error.strerror or error}") from error
    print(f"wrote {options.write}")
    return CLEAN
