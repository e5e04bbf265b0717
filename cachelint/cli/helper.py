"""``cachelint helper``: the lazy helper, printed, written, or brought up to date."""

from __future__ import annotations

import argparse
import sys

from cachelint.cli.output import CLEAN, WRONG_USAGE, write
from cachelint.config import ConfigurationError

_DESCRIPTION = """\
Prints the lazy cache helper: one file for your project that needs Django and nothing else.
`cachelint fix` writes it by itself where it needs it. Exits with 0, or 2 where something could not
be written.
"""
_EPILOG = """\
examples:
  cachelint helper --write shop/lazy_cache.py
  cachelint helper --update
"""


def add_arguments(helper: argparse.ArgumentParser) -> None:
    helper.description, helper.epilog = _DESCRIPTION, _EPILOG
    what = helper.add_mutually_exclusive_group()
    what.add_argument(
        "--write", metavar="PATH", help="write it to PATH, a new file (default: print)"
    )
    what.add_argument(
        "--update",
        action="store_true",
        help="bring the copies in this project up to date, but for those that were changed",
    )
    helper.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from cachelint.fix.helper import helper_source

    if options.update:
        return _update()
    if options.write is None:
        write(helper_source())
        return CLEAN
    from cachelint.files import reason_of
    from cachelint.fix.document import DeclinedError
    from cachelint.fix.writing import create_file

    try:
        create_file(options.write, helper_source().encode())
    except (OSError, DeclinedError) as error:
        raise ConfigurationError(f"{options.write}: {reason_of(error)}") from error
    print(f"wrote {options.write}")
    return CLEAN


def _update() -> int:
    from cachelint.files import reason_of
    from cachelint.fix.document import DeclinedError
    from cachelint.fix.helper import copies_of_helper, is_unchanged, updated
    from cachelint.fix.writing import replace_file
    from cachelint.places import project_folder, shown_path

    project = project_folder(".")
    copies = copies_of_helper(project)
    if not copies:
        raise ConfigurationError(
            f"no copy of the lazy helper below {project}; write one with `cachelint helper --write"
            " PATH`"
        )
    code = CLEAN
    for path in copies:
        shown = shown_path(path)
        try:
            with open(path, "rb") as file:
                copy = file.read()
            new = updated(copy)
            if new == copy:
                print(f"{shown} is up to date")
            elif is_unchanged(copy):
                replace_file(path, copy, new)
                print(f"updated {shown}")
            else:
                raise DeclinedError(
                    "it was changed since it was copied: compare it with what `cachelint helper`"
                    " prints, then remove it and run `cachelint helper --write` with its path"
                )
        except (OSError, DeclinedError) as error:
            print(f"cachelint: error: {shown}: {reason_of(error)}", file=sys.stderr)
            code = WRONG_USAGE
    return code
