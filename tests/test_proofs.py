"""Every rule's claim, shown in real Django; and what the claim rests on is what the rule reports."""

import dataclasses
import shutil
import subprocess
from pathlib import Path

import pytest

from cachelint.config import Configuration, read_configuration
from cachelint.engine import check_paths
from cachelint.proving import needs
from cachelint.rules import Rule, all_rules
from tests.redis import require_redis_server
from tests.warm import Warm

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
RULES = [pytest.param(rule, id=rule.name) for rule in all_rules().values()]

#: The names under which packages are imported.
MODULES = {"django-redis": "django_redis", "djangorestframework": "rest_framework"}


#: Appended to proof_kit.py: one claim that does not hold decides.
AT_THE_FIRST_WRONG_CLAIM = """

_claim = claim


def claim(label, action, expected):
    _claim(label, action, expected)
    if _wrong:
        finish()
"""


def proof_of(rule: Rule) -> Path:
    return FIXTURES / rule.name / "proof"


def run_proof(rule: Rule, folder: Path, warm_django: Warm) -> subprocess.CompletedProcess[str]:
    for needed in needs((proof_of(rule) / "prove.py").read_text(encoding="utf-8")):
        if needed == "redis-server":
            require_redis_server()
        else:
            pytest.importorskip(MODULES.get(needed, needed))
    return warm_django.run(folder / "prove.py")


@pytest.mark.parametrize("rule", RULES)
def test_the_bad_code_fails_and_the_good_does_not(rule: Rule, warm_django: Warm) -> None:
    done = run_proof(rule, proof_of(rule), warm_django)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "bad" in done.stdout
    assert "good" in done.stdout


@pytest.mark.parametrize("rule", RULES)
def test_a_proof_fails_where_the_bad_code_is_good(
    rule: Rule, tmp_path: Path, warm_django: Warm
) -> None:
    """Else a proof that proves nothing would go unnoticed."""
    for kit in FIXTURES.glob("*_kit.py"):
        shutil.copy(kit, tmp_path)
    with (tmp_path / "proof_kit.py").open("a", encoding="utf-8") as proof_kit:
        proof_kit.write(AT_THE_FIRST_WRONG_CLAIM)
    folder = tmp_path / rule.name / "proof"
    shutil.copytree(proof_of(rule), folder)
    for good in folder.glob("good.*"):
        shutil.copy(good, folder / f"bad{good.suffix}")
    done = run_proof(rule, folder, warm_django)
    assert done.returncode == 1
    assert "NOT SO: " in done.stderr
    assert "ModuleNotFoundError" not in done.stderr


@pytest.mark.parametrize("rule", RULES)
def test_exactly_the_bad_files_of_a_proof_are_reported_by_its_rule(
    rule: Rule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings modules are named in the pyproject.toml of the proof."""
    proof = tmp_path / rule.name / "proof"
    shutil.copytree(proof_of(rule), proof)
    monkeypatch.chdir(tmp_path)
    files = sorted([*proof.glob("bad*.*"), *proof.glob("good*.*")])
    assert {"bad", "good"} <= {path.stem for path in files}
    own = proof / "pyproject.toml"
    found = (read_configuration(own) if own.is_file() else None) or Configuration()
    configuration = dataclasses.replace(found, select=("ALL", rule.code))
    for path in files:
        report = check_paths([str(path.relative_to(tmp_path))], configuration)
        expected = {rule.code} if path.name.startswith("bad") else set()
        # What a module makes of a class is CCH103 as well, and what that keeps is CCH107.
        allowed = expected | ({"CCH103", "CCH107"} if expected else set())
        assert expected <= {d.code for d in report.diagnostics} <= allowed, path
