"""The house rules: layers, types, style. They fail the tests, so that nobody forgets to run them."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, own_modules


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["importlinter.cli", "lint-imports"], id="layers"),
        pytest.param(["mypy"], id="types"),
        pytest.param(["ruff", "check", "."], id="style"),
        pytest.param(["ruff", "format", "--check", "."], id="format"),
    ],
)
def test_house_rules(command: list[str]) -> None:
    module, *arguments = command
    if module == "importlinter.cli":
        program = (
            "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"
        )
        run = [sys.executable, "-c", program]
    else:
        run = [sys.executable, "-m", module, *arguments]
    result = subprocess.run(run, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_broken_layer_is_found(tmp_path: Path) -> None:
    """The contract can fail: a copy in which facts import a rule is refused."""
    import shutil

    shutil.copytree(ROOT / "cachelint", tmp_path / "cachelint")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "cachelint" / "facts" / "paths.py").open("a") as file:
        file.write("\nimport cachelint.rules.rule\n")
    program = "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=120,
        env={"PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert result.returncode == 1, result.stdout + result.stderr
    assert "cachelint.facts is not allowed to import cachelint.rules" in result.stdout


def test_functions_and_files_stay_small() -> None:
    for path, text, tree in own_modules():
        assert text.count("\n") <= 350, path
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 50, f"{path}: {node.name}"
