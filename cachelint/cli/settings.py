"""``cachelint settings``: the caches of every settings module."""

from __future__ import annotations

import argparse

from cachelint.cli.options import with_settings
from cachelint.cli.output import CLEAN, write
from cachelint.config import find_configuration

_DESCRIPTION = """\
Shows which settings module has which cache alias, where it is configured and under which condition,
and which line stopped the reader. Imports none of them; passwords are not shown. Exits with 0, or 2
for wrong usage.
"""
_EPILOG = """\
examples:
  cachelint settings
  cachelint settings --settings shop.settings.production --output-format json src/
"""
_FORMAT_HELP = "text for people, json for programs (default: text)"


def add_arguments(settings: argparse.ArgumentParser) -> None:
    settings.description, settings.epilog = _DESCRIPTION, _EPILOG
    settings.add_argument(
        "path",
        nargs="?",
        default=".",
        metavar="PATH",
        help="a file or folder of the project (default: .)",
    )
    settings.add_argument(
        "--settings",
        metavar="MODULE",
        action="append",
        help="this settings module, and no other but those named so; `module:Class` for"
        " django-configurations; may be repeated (default: found in the project)",
    )
    settings.add_argument(
        "--output-format", choices=("text", "json"), default="text", help=_FORMAT_HELP
    )
    settings.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from cachelint.engine import read_settings
    from cachelint.reporters.settings import render_settings, render_settings_json
    from cachelint.selection import check_that_paths_exist

    check_that_paths_exist([options.path])
    configuration = with_settings(find_configuration(options.path), options)
    found = read_settings(options.path, configuration)
    render = render_settings_json if options.output_format == "json" else render_settings
    write(render(found))
    return CLEAN
