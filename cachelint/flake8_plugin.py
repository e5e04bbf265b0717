"""The flake8 plugin: a tree and lines from flake8, rows and columns back. Never loads libcst.

flake8 makes one object per file and, with ``-j``, has workers that were forked or spawned. What is
kept between files hangs on the class and is made at the first file with a cache word.
"""

from __future__ import annotations

import argparse
import ast
import importlib.resources
import os
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from cachelint import __version__
from cachelint.collector import Guest
from cachelint.config import (
    Configuration,
    ConfigurationError,
    find_configuration,
    parse_django_version,
)
from cachelint.source import has_cache_word

_RULE_FILE = re.compile(r"cch\d{3}_\w+\.py")
_PREVIEW = re.compile(rb"^PREVIEW = True$", re.MULTILINE)


class CacheLintPlugin:
    """Codes ``CCH…``; which of them are shown is for flake8's own options to say."""

    name = "cachelint"
    version = __version__

    _configuration: ClassVar[Configuration]
    _judge: ClassVar[Any] = None
    _preview: ClassVar[bool] = False
    _guest: ClassVar[Guest] = Guest()

    def __init__(self, tree: ast.Module, lines: list[str], filename: str) -> None:
        self._tree = tree
        self._lines = lines
        self._filename = filename

    @classmethod
    def add_options(cls, parser: Any) -> None:
        parser.add_option(
            "--cachelint-django-version",
            default=None,
            metavar="X.Y",
            parse_from_config=True,
            help="the Django version that the project runs on (default: any from 3.2 on)",
        )
        parser.extend_default_ignore(preview_codes())

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        cls._judge = None
        try:
            found = find_configuration(os.getcwd())
            cls._configuration = _configuration(found, options.cachelint_django_version)
        except ConfigurationError as error:
            from flake8.exceptions import ExecutionError

            raise ExecutionError(f"cachelint: {error}") from error
        cls._preview = found.preview
        if found.preview:
            hidden = preview_codes()
            kept = [code for code in options.extended_default_ignore if code not in hidden]
            options.extended_default_ignore[:] = kept

    def run(self) -> Iterator[tuple[int, int, str, type[CacheLintPlugin]]]:
        text = "".join(self._lines)
        data = text.encode(errors="surrogatepass")
        if not has_cache_word(data):
            return
        from cachelint.judge import Judge
        from cachelint.source import Source, UnparsedSourceError

        cls = type(self)
        if cls._judge is None:
            cls._judge = Judge(cls._configuration, whole_project=False, preview=cls._preview)
        if not cls._judge.is_candidate(data):
            return
        try:
            # flake8 holds trees and tokens, which the collector would walk while we make facts.
            with cls._guest.working():
                diagnostics = cls._judge.judge(Source(self._filename, text, self._tree))
        except UnparsedSourceError as error:
            # flake8 has parsed the file, so that no E999 stands in for this one.
            yield error.row, error.column - 1, f"CCH001 {error.cause}", cls
            return
        for diagnostic in diagnostics:
            span = diagnostic.span
            yield span.row, span.column - 1, f"{diagnostic.code} {diagnostic.message}", cls


def preview_codes() -> list[str]:
    """The rules in preview, off by default in flake8 too.

    Read off their files: flake8 asks at every start, and loading the rules takes 0.1 s.
    """
    rules = importlib.resources.files("cachelint").joinpath("rules")
    return sorted(
        file.name[: len("CCH999")].upper()
        for file in rules.iterdir()
        if _RULE_FILE.fullmatch(file.name) and _PREVIEW.search(file.read_bytes())
    )


def _configuration(found: Configuration, option: str | None) -> Configuration:
    """What the plugin takes of pyproject.toml; flake8's own options win.

    Which codes are shown, those in preview included, is for flake8 to say.
    """
    django_version = found.django_version
    if option is not None:
        django_version = parse_django_version(option, "--cachelint-django-version")
    return Configuration(
        base=found.base,
        origin=found.origin,
        rows=found.rows,
        settings=found.settings,
        aliases=found.aliases,
        alias_settings=found.alias_settings,
        django_version=django_version,
        preview=True,
    )
