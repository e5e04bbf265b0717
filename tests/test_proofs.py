"""Every rule's claim, shown in real Django; and what the claim rests on is what the rule reports."""

import dataclasses
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cachelint.config import Configuration, read_configuration
from cachelint.engine import check_paths
from cachelint.rules import Rule, all_rules
from tests.redis import require_redis_server

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
RULES = [pytest.param(rule, id=rule.name) for rule in all_rules().values()]
#: What a proof imports beside Django.
NEEDS = {
    "CCH103": "redis", "CCH104": "redis", "CCH108": "django_redis", "CCH402": "django_redis", "CCH403": "django_redis",
    "CCH405": "django_redis", "CCH406": "django_redis", "CCH407": "django_redis",
    "CCH408": "rest_framework",
}  # fmt: skip
#: Whose proof starts a redis-server.
NEEDS_SERVER = frozenset({"CCH104", "CCH403", "CCH405", "CCH406", "CCH407"})


def proof_of(rule: Rule) -> Path:
    return FIXTURES / rule.name / "proof"


def run_proof(rule: Rule, folder: Path) -> subprocess.CompletedProcess[str]:
    needed = NEEDS.get(rule.code, "django")
    if importlib.util.find_spec(needed) is None:
        pytest.skip(f"{needed} is not installed")
    if rule.code in NEEDS_SERVER:
        require_redis_server()
    return subprocess.run(
        [sys.executable, "prove.py"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


@pytest.mark.parametrize("rule", RULES)
def test_the_bad_code_fails_and_the_good_does_not(rule: Rule) -> None:
    done = run_proof(rule, proof_of(rule))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "bad" in done.stdout
    assert "good" in done.stdout


@pytest.mark.parametrize("rule", RULES)
def test_a_proof_fails_where_the_bad_code_is_good(rule: Rule, tmp_path: Path) -> None:
    """Else a proof that proves nothing would go unnoticed."""
    for kit in FIXTURES.glob("*_kit.py"):
        shutil.copy(kit, tmp_path)
    folder = tmp_path / rule.name / "proof"
    shutil.copytree(proof_of(rule), folder)
    shutil.copy(folder / "good.py", folder / "bad.py")
    done = run_proof(rule, folder)
    assert done.returncode == 1
    assert "ModuleNotFoundError" not in done.stderr


@pytest.mark.parametrize("rule", RULES)
def test_exactly_the_bad_files_of_a_proof_are_reported_by_its_rule(
    rule: Rule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings modules are named in the pyproject.toml of the proof."""
    proof = tmp_path / rule.name / "proof"
    shutil.copytree(proof_of(rule), proof)
    monkeypatch.chdir(tmp_path)
    files = sorted([*proof.glob("bad*.py"), *proof.glob("good*.py")])
    assert {"bad.py", "good.py"} <= {path.name for path in files}
    own = proof / "pyproject.toml"
    found = (read_configuration(own) if own.is_file() else None) or Configuration()
    configuration = dataclasses.replace(found, select=("ALL", rule.code))
    for path in files:
        report = check_paths([str(path.relative_to(tmp_path))], configuration)
        expected = {rule.code} if path.name.startswith("bad") else set()
        # An object that a module makes of a class is CCH103 as well.
        allowed = expected | {"CCH103"} if expected else set()
        assert expected <= {d.code for d in report.diagnostics} <= allowed, path
