"""The command line: translates arguments, prints, and chooses the exit code. No judgement."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cachelint import __version__
from cachelint.config import (
    Configuration,
    ConfigurationError,
    find_configuration,
    parse_django_version,
    parse_helper,
    parse_settings,
)

if TYPE_CHECKING:
    from cachelint.rules import Rule

CLEAN, FINDINGS, WRONG_USAGE = 0, 1, 2


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
        _discard_output()
        return FINDINGS
    except OSError as error:
        # A full disk behind the output, a working directory that is gone.
        _discard_output()
        print(f"cachelint: error: {error}", file=sys.stderr)
        return WRONG_USAGE
    return code


def _discard_output() -> None:
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cachelint",
        description="Finds unsafe use of Django's cache framework without importing the project.",
    )
    parser.add_argument("--version", action="version", version=f"cachelint {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_check(commands.add_parser("check", help="find unsafe use of caches"))
    _add_fix(commands.add_parser("fix", help="repair what can be repaired"))
    _add_settings(commands.add_parser("settings", help="show the caches of every settings module"))
    helper = commands.add_parser("helper", help="print or write the lazy cache helper")
    helper.add_argument("--write", metavar="PATH", help="write it to PATH instead, a new file")
    helper.set_defaults(run=_helper)
    rule = commands.add_parser("rule", help="explain a rule")
    _add_rule(rule)
    return parser


def _add_rule(rule: argparse.ArgumentParser) -> None:
    which = rule.add_mutually_exclusive_group(required=True)
    which.add_argument("rule", nargs="?", metavar="CODE", help="a code or a name, such as CCH101")
    which.add_argument("--all", action="store_true", help="every rule")
    how = rule.add_mutually_exclusive_group()
    how.add_argument(
        "--output-format", choices=("text", "json"), default="text", help="default: text"
    )
    how.add_argument(
        "--prove",
        action="store_true",
        help="run the rule's reproduction in the Django that is installed, in a process of its own",
    )
    rule.set_defaults(run=_rule)


def _add_selection(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "paths", nargs="*", default=["."], metavar="PATH", help="files or folders (default: .)"
    )
    for name, text in (
        ("--select", "only these rules: codes, beginnings of codes, names, or ALL"),
        ("--extend-select", "these rules too"),
        ("--ignore", "not these rules"),
    ):
        command.add_argument(name, metavar="CODES", action="append", help=f"{text}, by commas")
    command.add_argument(
        "--preview", action="store_true", default=None, help="rules in preview too"
    )
    command.add_argument(
        "--settings",
        metavar="MODULE",
        action="append",
        help="this settings module counts, and no other but those named so; may be repeated",
    )
    command.add_argument(
        "--django-version",
        metavar="X.Y",
        help="the Django version that the project runs on (default: any from 3.2 on)",
    )


def _add_check(check: argparse.ArgumentParser) -> None:
    _add_selection(check)
    check.add_argument(
        "--output-format", choices=("text", "concise", "json"), default="text", help="default: text"
    )
    check.add_argument(
        "--strict-settings",
        action="store_true",
        default=None,
        help="settings that cannot be read are a finding (CCH003), not a note",
    )
    check.add_argument("--exit-zero", action="store_true", help="exit 0 in spite of findings")
    check.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="default: auto"
    )
    check.set_defaults(run=_check)


def _add_fix(fix: argparse.ArgumentParser) -> None:
    _add_selection(fix)
    fix.add_argument("--unsafe-fixes", action="store_true", help="also fixes that need a look")
    fix.add_argument("--diff", action="store_true", help="show what would change, write nothing")
    fix.add_argument("--check", action="store_true", help="say what would change, write nothing")
    fix.add_argument("--no-new-files", action="store_true", help="do not write the lazy helper")
    fix.add_argument("--helper", metavar="MODULE", help="import the lazy helper from this module")
    fix.set_defaults(run=_fix)


def _add_settings(settings: argparse.ArgumentParser) -> None:
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
    settings.set_defaults(run=_settings)


def _settings(options: argparse.Namespace) -> int:
    from cachelint.engine import read_settings
    from cachelint.reporters.settings import render_settings, render_settings_json
    from cachelint.selection import check_that_paths_exist

    check_that_paths_exist([options.path])
    configuration = _with_settings(find_configuration(options.path), options)
    found = read_settings(options.path, configuration)
    render = render_settings_json if options.output_format == "json" else render_settings
    _print(render(found))
    return CLEAN


def _with_settings(configuration: Configuration, options: argparse.Namespace) -> Configuration:
    if options.settings is None:
        return configuration
    names = parse_settings(options.settings, "--settings")
    rows = tuple(item for item in configuration.rows if item[0] != "settings")
    return replace(configuration, settings=names, rows=rows)


def _check(options: argparse.Namespace) -> int:
    from cachelint.engine import check_paths

    configuration = _configuration(options)
    # Nothing of ours is cyclic, and a collector that walks every tree doubles the time of parsing.
    gc.disable()
    try:
        report = check_paths(options.paths, configuration)
    finally:
        gc.enable()
    _print(_render(report, options))
    for note in report.notes:
        place = f"{note.path}:{note.span.row}:{note.span.column}"
        print(f"{place}: note: {note.code} {note.message}", file=sys.stderr)
    return FINDINGS if report.diagnostics and not options.exit_zero else CLEAN


def _configuration(options: argparse.Namespace) -> Configuration:
    """pyproject.toml of the project that the paths lie in, overridden by the options."""
    from cachelint.selection import check_that_paths_exist

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
    configuration = _with_settings(configuration, options)
    if getattr(options, "strict_settings", None):
        configuration = replace(configuration, strict_settings=True)
    if options.preview:
        configuration = replace(configuration, preview=True)
    if getattr(options, "helper", None) is not None:
        helper = parse_helper(options.helper, "--helper")
        configuration = replace(configuration, helper=helper)
    if options.django_version is not None:
        version = parse_django_version(options.django_version, "--django-version")
        configuration = replace(configuration, django_version=version)
    return configuration


def _check_selectors(codes: tuple[str, ...], option: str) -> None:
    from cachelint.selection import resolve_selectors

    if not codes:
        raise ConfigurationError(f"{option}: names no rule")
    resolve_selectors(codes, option)


def _render(report: object, options: argparse.Namespace) -> str:
    from cachelint import reporters
    from cachelint.engine import Report

    assert isinstance(report, Report)
    if options.output_format == "json":
        return reporters.render_json(report)
    if options.output_format == "concise":
        return reporters.render_concise(report)
    return reporters.render_text(report, _wants_color(options.color), options.paths)


def _wants_color(choice: str) -> bool:
    """Colour for people at a terminal; https://no-color.org for those who do not want it."""
    if choice != "auto":
        return choice == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _print(text: str) -> None:
    """Print whatever the terminal's encoding can show, the rest escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _fix(options: argparse.Namespace) -> int:
    from cachelint.fix import fix_paths
    from cachelint.reporters.fixes import render_diff, render_fixes

    report = fix_paths(
        options.paths,
        _configuration(options),
        unsafe=options.unsafe_fixes,
        new_files=not options.no_new_files,
    )
    writes = not (options.diff or options.check)
    if writes:
        from cachelint.fix import write_fixes

        report = write_fixes(report)
    if options.diff:
        _print(render_diff(report))
    summary = render_fixes(report, written=writes)
    if options.diff:
        print(summary, end="", file=sys.stderr)
    else:
        _print(summary)
    would_change = bool(report.files) and not writes
    return FINDINGS if report.left or would_change else CLEAN


def _helper(options: argparse.Namespace) -> int:
    from cachelint.fix.helper import helper_source

    if options.write is None:
        _print(helper_source())
        return CLEAN
    from cachelint.fix.writing import create_file

    try:
        create_file(options.write, helper_source().encode())
    except OSError as error:
        raise ConfigurationError(f"{options.write}: {error.strerror or error}") from error
    print(f"wrote {options.write}")
    return CLEAN


def _rule(options: argparse.Namespace) -> int:
    from cachelint.reporters.pages import render_pages, render_pages_json
    from cachelint.rules import all_rules
    from cachelint.selection import resolve_selectors

    codes = resolve_selectors(["ALL" if options.all else options.rule], "rule")
    rules = [rule for code, rule in all_rules().items() if code in codes]
    if options.prove:
        return max([_prove(rule) for rule in rules])
    is_one = len(rules) == 1 and not options.all
    is_json = options.output_format == "json"
    _print(render_pages_json(rules, is_one) if is_json else render_pages(rules))
    return CLEAN


def _prove(rule: Rule) -> int:
    from cachelint.proving import CannotProveError, prove

    try:
        outcome = prove(rule.name)
    except CannotProveError as error:
        print(f"cachelint: error: {rule.code}: {error}", file=sys.stderr)
        return WRONG_USAGE
    verdict = "Shown: it is as the rule says." if outcome.holds else "NOT SHOWN: see above."
    title = f"{rule.code} {rule.name} in Django {outcome.django}"
    _print(f"{title}: bad is what the rule reports, good is not\n{outcome.lines}{verdict}\n")
    return CLEAN if outcome.holds else FINDINGS
