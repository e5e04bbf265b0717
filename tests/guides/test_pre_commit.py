"""The hooks of .pre-commit-hooks.yaml, run by pre-commit at a real commit."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT, write_tree

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pre_commit") is None, reason="needs pre-commit"
)
BAD = "from django.core.cache import caches\n\nsessions = caches['sessions']\n"
SETTINGS = """
LOCMEM = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
CACHES = {"default": LOCMEM, "sessions": LOCMEM}
"""
IDENTITY = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
FILES = {
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
    "shop/__init__.py": "",
    "shop/settings.py": SETTINGS,
    "shop/load.py": BAD,
    "notes.txt": "caches['x']\n",
}


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        **dict.fromkeys(IDENTITY, "somebody@example.com"),
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        "PRE_COMMIT_HOME": str(folder.with_name("pre-commit")),
    }
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=60
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    write_tree(folder, FILES)
    assert run(folder, "git", "init", "-q").returncode == 0
    return folder


def use(repository: Path, hook_id: str) -> None:
    """Take a hook over as it is, but for its installation, which would need the network."""
    offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (hook,) = (hook for hook in offered if hook["id"] == hook_id)
    assert hook["language"] == "python"
    entry = f"{sys.executable} -m {hook['entry']}"
    local = {"repo": "local", "hooks": [{**hook, "language": "system", "entry": entry}]}
    (repository / ".pre-commit-config.yaml").write_text(json.dumps({"repos": [local]}))
    assert run(repository, sys.executable, "-m", "pre_commit", "install").returncode == 0
    run(repository, "git", "add", "-A")


def test_check_stops_the_commit(repository: Path) -> None:
    use(repository, "cachelint")
    done = run(repository, "git", "commit", "-qm", "load")
    assert done.returncode == 1
    assert "shop/load.py:3:12" in done.stdout + done.stderr
    (repository / "shop" / "load.py").write_text("x = 1\n")
    run(repository, "git", "add", "-A")
    done = run(repository, "git", "commit", "-qm", "load")
    assert done.returncode == 0, done.stdout + done.stderr


def test_fix_repairs_before_the_commit_and_adds_no_file(repository: Path) -> None:
    use(repository, "cachelint-fix")
    done = run(repository, "git", "commit", "-qm", "load")
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "cachelint helper --write" in said
    assert not (repository / "shop" / "lazy_cache.py").exists()
    helper = run(repository, sys.executable, "-m", "cachelint", "helper")
    (repository / "shop" / "lazy_cache.py").write_text(helper.stdout)
    run(repository, "git", "add", "-A")
    done = run(repository, "git", "commit", "-qm", "load")
    assert "files were modified by this hook" in done.stdout + done.stderr
    assert "LazyCacheWrapper('sessions')" in (repository / "shop" / "load.py").read_text()
    run(repository, "git", "add", "-A")
    done = run(repository, "git", "commit", "-qm", "load")
    assert done.returncode == 0, done.stdout + done.stderr
