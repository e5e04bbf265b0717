"""Python blocks run, and cachelint says of them what their comments say.

A comment ``# CCH101`` at the end of a line is a finding there. ``# SomeError: text`` at the end of
a line, or alone above it, is an error that this line raises. Functions ``test_…`` are called.
"""

import ast
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from cachelint.config import Configuration
from cachelint.engine import check_paths
from tests.conftest import ROOT
from tests.guides.markdown import PAGES, Block, blocks_of, parameters
from tests.warm import Warm

_FINDING = re.compile(r"# (CCH\d{3})$")
_ERROR = re.compile(r"# (\w+Error\b.*)$")
#: Packages that a page may use for an example without the tests having them.
OPTIONAL = {"celery", "distributed"}


@pytest.mark.parametrize("block", parameters("python"))
def test_what_cachelint_says(block: Block, tmp_path: Path) -> None:
    ast.parse(block.code)
    path = tmp_path / "block.py"
    path.write_text(block.code, encoding="utf-8")
    report = check_paths([str(path)], Configuration(base=str(tmp_path)))
    found = {(item.span.row, item.code) for item in report.diagnostics}
    assert found == findings_claimed(block)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(b.language == "python" for b in blocks_of(page))]
)
def test_what_python_does(page: Path, tmp_path: Path, warm_django: Warm) -> None:
    blocks = [block for block in blocks_of(page) if block.language == "python"]
    outcomes = run([block.code for block in blocks], tmp_path, warm_django)
    assert len(outcomes) == len(blocks)
    missing = set()
    for block, outcome in zip(blocks, outcomes, strict=True):
        if "missing" in outcome:
            missing.add(outcome["missing"])
            continue
        claimed = error_claimed(block)
        if claimed is None:
            assert outcome == {}, block.name
        else:
            row, text = claimed
            assert outcome.get("error", "").startswith(text), (block.name, outcome)
            assert row in outcome["rows"], (block.name, outcome)
    assert missing <= OPTIONAL
    if missing:
        pytest.skip(f"not installed: {', '.join(sorted(missing))}; all other blocks did run")


def run(sources: list[str], folder: Path, django: Warm) -> list[dict[str, Any]]:
    """Run the blocks beside a copy of the helper, as ``shop.lazy_cache``."""
    (folder / "shop").mkdir()
    (folder / "shop" / "__init__.py").touch()
    shutil.copy(ROOT / "cachelint" / "lazy.py", folder / "shop" / "lazy_cache.py")
    script = Path(__file__).with_name("blocks_in_django.py")
    done = django.run(script, folder=folder, data=json.dumps(sources).encode())
    assert done.returncode == 0, done.stderr
    outcomes: list[dict[str, Any]] = json.loads(done.stdout)
    return outcomes


def findings_claimed(block: Block) -> set[tuple[int, str]]:
    rows = enumerate(block.code.splitlines(), 1)
    return {(row, match[1]) for row, line in rows if (match := _FINDING.search(line))}


def error_claimed(block: Block) -> tuple[int, str] | None:
    """The row that raises an error, and the error."""
    for row, line in enumerate(block.code.splitlines(), 1):
        if match := _ERROR.search(line):
            return row + line.lstrip().startswith("#"), match[1]
    return None
