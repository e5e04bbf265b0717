"""Options that several commands share, and the configuration that they override."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from typing import Any

from cachelint.config import (
    Configuration,
    ConfigurationError,
    find_configuration,
    parse_django_version,
    parse_helper,
    parse_settings,
)

#: Instead of a path: the content comes on standard input.
STDIN = "-"


def add_selection(command: argparse.ArgumentParser) -> None:
    subject = command.add_argument_group("what is looked at")
    subject.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="files or folders; the project around them is read, too (default: .)",
    )
    subject.add_argument(
        "--stdin-filename",
        metavar="PATH",
        help="with `-` for PATH: the file whose content comes on standard input (default: none,"
        " files are read)",
    )
    subject.add_argument(
        "--settings",
        metavar="MODULE",
        action="append",
        help="this settings module counts, and no other but those named so; `module:Class` for"
        " django-configurations; may be repeated (default: found in the project)",
    )
    subject.add_argument(
        "--django-version",
        metavar="X.Y",
        help="the Django version that the project runs on (default: any from 3.2 on)",
    )
    rules = command.add_argument_group(
        "rules", "CODES are codes, beginnings of codes, names, or ALL, separated by commas."
    )
    for name, text in (
        ("--select", "only these rules (default: all but those in preview)"),
        ("--extend-select", "these rules too (default: none)"),
        ("--ignore", "not these rules (default: none)"),
    ):
        rules.add_argument(name, metavar="CODES", action="append", help=text)
    rules.add_argument("--preview", action="store_true", default=None, help="rules in preview too")


def configuration_of(options: argparse.Namespace) -> Configuration:
    """pyproject.toml of the project that the paths lie in, overridden by the options."""
    from cachelint.selection import check_that_paths_exist

    if is_stdin(options):
        configuration = find_configuration(os.path.dirname(os.path.abspath(options.stdin_filename)))
    else:
        check_that_paths_exist(options.paths)
        common = os.path.commonpath([os.path.abspath(path) for path in options.paths])
        configuration = find_configuration(common)
    for name in ("select", "extend_select", "ignore"):
        given = getattr(options, name)
        if given is not None:
            codes = tuple(code for text in given for code in text.split(",") if code.strip())
            option = f"--{name.replace('_', '-')}"
            _check_selectors(codes, option)
            changes: dict[str, Any] = {name: codes}
            configuration = replace(configuration, **changes)
    configuration = with_settings(configuration, options)
    if getattr(options, "strict_settings", None):
        configuration = replace(configuration, strict_settings=True)
    if options.preview:
        configuration = replace(configuration, preview=True)
    if getattr(options, "helper", None) is not None:
        helper = parse_helper(options.helper, "--helper")
        configuration = replace(configuration, helper=helper)
    if getattr(options, "style", None) is not None:
        configuration = replace(configuration, style=options.style)
    if options.django_version is not None:
        version = parse_django_version(options.django_version, "--django-version")
        configuration = replace(configuration, django_version=version)
    return configuration


def with_settings(configuration: Configuration, options: argparse.Namespace) -> Configuration:
    if options.settings is None:
        return configuration
    names = parse_settings(options.settings, "--settings")
    rows = tuple(item for item in configuration.rows if item[0] != "settings")
    return replace(configuration, settings=names, rows=rows)


def is_stdin(options: argparse.Namespace) -> bool:
    """Whether one file comes on standard input. Raises ConfigurationError for half of an order."""
    if STDIN in options.paths and options.paths != [STDIN]:
        raise ConfigurationError(f"`{STDIN}` for standard input stands alone, not beside paths")
    if (options.paths == [STDIN]) != (options.stdin_filename is not None):
        raise ConfigurationError(
            f"`{STDIN}` and --stdin-filename belong together: the content comes on standard input,"
            " the name says which file it is"
        )
    return options.stdin_filename is not None


def read_stdin() -> bytes:
    return sys.stdin.buffer.read()


def _check_selectors(codes: tuple[str, ...], option: str) -> None:
    from cachelint.selection import resolve_selectors

    if not codes:
        raise ConfigurationError(f"{option}: names no rule")
    resolve_selectors(codes, option)
