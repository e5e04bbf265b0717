"""``cachelint settings``: the caches of every settings module."""

from __future__ import annotations

import argparse

from cachelint.cli.options import with_settings
from cachelint.cli.output import CLEAN, write
from cachelint.config import find_configuration


def add_arguments(settings: argparse.ArgumentParser) -> None:
    settings.add_argument(
        "path", nargs="?", default=".", metavar="PATH", help="a file or folder (default: .)"
    )
    settings.add_argument(
        "--settings",
        metavar="MODULE",
        action="append",
        help="this settings module, and no other but those named so; may be repeated",
    )
    settings.add_argument(
        "--output-format", choices=("text", "json"), default="text", help="default: text"
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
