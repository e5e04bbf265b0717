"""The fixes as a codemod: ``python -m libcst.tool codemod -x cachelint.codemod.FixCaches PATH``.

Each file is fixed as ``cachelint fix`` would fix it alone; what is left becomes a warning. libcst
writes the files, so the lazy helper has to be there: ``cachelint helper --write PATH``.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace

import libcst
from libcst.codemod import CodemodCommand, CodemodContext

from cachelint.config import STYLES, find_configuration, parse_helper
from cachelint.fix import fix_text


class FixCaches(CodemodCommand):
    """Repairs unsafe use of Django's caches.

    ``unsafe_fixes``, ``helper`` and ``style`` are the options of ``cachelint fix``; the rest comes
    from pyproject.toml of the file's project. Raises ConfigurationError where that is wrong.
    """

    DESCRIPTION = "Repair unsafe use of Django's caches, as `cachelint fix` does."

    def __init__(
        self,
        context: CodemodContext,
        unsafe_fixes: bool = False,
        helper: str | None = None,
        style: str | None = None,
    ) -> None:
        super().__init__(context)
        self._unsafe_fixes = unsafe_fixes
        self._helper = helper
        self._style = style

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        arg_parser.add_argument(
            "--unsafe-fixes", action="store_true", help="also fixes that need a look"
        )
        arg_parser.add_argument(
            "--helper", metavar="MODULE", help="import the lazy helper from this module"
        )
        arg_parser.add_argument("--style", choices=STYLES, help="how lazy access is written")

    def transform_module_impl(self, tree: libcst.Module) -> libcst.Module:
        path = self.context.filename
        if path is None:
            raise ValueError("which file it is must be known: its project says what its names are")
        configuration = find_configuration(os.path.dirname(os.path.abspath(path)))
        if self._helper is not None:
            configuration = replace(configuration, helper=parse_helper(self._helper, "--helper"))
        if self._style is not None:
            configuration = replace(configuration, style=self._style)
        report = fix_text(path, tree.bytes, configuration, unsafe=self._unsafe_fixes)
        for left in report.left:
            row = left.diagnostic.span.row
            self.warn(f"{path}:{row}: {left.diagnostic.code} {left.reason}")
        return libcst.parse_module(report.files[0].new) if report.files else tree
