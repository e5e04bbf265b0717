"""``cachelint rule``: a rule's page, and its proof in the Django that is installed."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from cachelint.cli.output import CLEAN, FINDINGS, WRONG_USAGE, write

if TYPE_CHECKING:
    from cachelint.rules import Rule


_DESCRIPTION = """\
Explains a rule: what it finds, why that is bad, what to write instead. Exits with 0, 1 where
--prove does not show what the rule says, 2 for wrong usage or where nothing can be proven.
"""
_EPILOG = """\
examples:
  cachelint rule CCH101
  cachelint rule --prove import-time-cache-access
  cachelint rule --all --output-format json
"""
_FORMAT_HELP = "text for people, json for programs (default: text)"


def add_arguments(rule: argparse.ArgumentParser) -> None:
    rule.description, rule.epilog = _DESCRIPTION, _EPILOG
    which = rule.add_mutually_exclusive_group(required=True)
    which.add_argument("rule", nargs="?", metavar="CODE", help="a code or a name, such as CCH101")
    which.add_argument("--all", action="store_true", help="every rule")
    how = rule.add_mutually_exclusive_group()
    how.add_argument("--output-format", choices=("text", "json"), default="text", help=_FORMAT_HELP)
    how.add_argument(
        "--prove",
        action="store_true",
        help="run the rule's reproduction in the Django that is installed, in a process of its own",
    )
    rule.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from cachelint.reporters.pages import render_pages, render_pages_json
    from cachelint.rules import all_rules
    from cachelint.selection import resolve_selectors

    codes = resolve_selectors(["ALL" if options.all else options.rule], "rule")
    rules = [rule for code, rule in all_rules().items() if code in codes]
    if options.prove:
        return max([_prove(rule) for rule in rules])
    is_one = len(rules) == 1 and not options.all
    is_json = options.output_format == "json"
    write(render_pages_json(rules, is_one) if is_json else render_pages(rules))
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
    write(f"{title}: bad is what the rule reports, good is not\n{outcome.lines}{verdict}\n")
    return CLEAN if outcome.holds else FINDINGS
