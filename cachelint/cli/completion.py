"""Completion for shells, written by shtab: an extra, because only those need it who ask for it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from cachelint.config import ConfigurationError

#: Metavars of what is completed with the names of files, and with rules.
_FILES = ("PATH", "FILE")
_RULES = ("CODE", "CODES")


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script that teaches ``shell`` all that ``parser`` knows, which is spent by it."""
    try:
        import shtab
    except ImportError as error:
        raise ConfigurationError(
            "--print-completion needs shtab, which is not installed: run"
            " `python -m pip install 'cachelint[completion]'`"
        ) from error
    from cachelint.rules import all_rules

    rules = ["ALL"]
    for code, rule in all_rules().items():
        rules += code, rule.name
    for action in _actions(parser):
        if action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar in _RULES:
            action.choices = rules[1:] if action.metavar == "CODE" else rules
    script: str = shtab.complete(parser, shell)
    return script


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
