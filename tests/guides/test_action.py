"""The steps of the composite action, run by bash as a runner would."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT, write_tree

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
BAD = "from django.core.cache import caches\n\nsessions = caches['sessions']\n"
pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_tree(tmp_path, {"src/a.py": BAD, "with blank/b.py": BAD})
    return tmp_path


def check_step(project: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The second step; the first one has installed the package where RUNNER_TEMP says."""
    install, check = ACTION["runs"]["steps"]
    assert '--target "$RUNNER_TEMP/cachelint" "$GITHUB_ACTION_PATH"' in install["run"]
    given = {name: value["default"] for name, value in ACTION["inputs"].items()} | inputs
    environment = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: given[match[1]], text)
        for name, text in check["env"].items()
    }
    installed = project / "runner" / "cachelint"
    installed.parent.mkdir()
    installed.symlink_to(ROOT, target_is_directory=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        # As GitHub runs `shell: bash`.
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", check["run"]],
        cwd=project,
        env={**os.environ, **environment, "RUNNER_TEMP": str(installed.parent), "PATH": path},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


def test_annotations(project: Path) -> None:
    done = check_step(project, paths="src\nwith blank\n")
    assert done.returncode == 1, done.stderr
    assert re.findall(r"file=([^,]+),", done.stdout) == ["src/a.py", "with blank/b.py"]


def test_a_report_in_a_file(project: Path) -> None:
    inputs = {"output-format": "sarif", "output-file": "c.sarif", "arguments": "--exit-zero\n-q"}
    done = check_step(project, **inputs)
    assert done.returncode == 0, done.stderr
    assert json.loads((project / "c.sarif").read_text())["runs"]


def test_inputs_are_no_commands(project: Path) -> None:
    done = check_step(project, paths='src"; touch "owned"; $(touch owned)')
    assert done.returncode == 2
    assert "no such file" in done.stderr.lower() or "does not exist" in done.stderr
    assert not (project / "owned").exists()


def test_no_input_is_written_into_a_script() -> None:
    assert all("${{" not in step["run"] for step in ACTION["runs"]["steps"])
