"""Puts the proof of every rule into the wheel, for ``cachelint rule CODE --prove``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ProofsHook(BuildHookInterface[Any]):
    """``fixtures/<rule>/proof`` becomes ``cachelint/proofs/<rule>/proof``, the kits beside them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return  # A checkout has them where they are.
        fixtures = Path(self.root, "fixtures")
        files = [*fixtures.glob("*_kit.py"), *fixtures.glob("*/proof/**/*")]
        for path in files:
            if path.is_file() and "__pycache__" not in path.parts:
                target = Path("cachelint", "proofs", path.relative_to(fixtures))
                build_data["force_include"][str(path)] = target.as_posix()
