"""``fix`` begins with what a check has found, as long as nothing has changed since."""

from __future__ import annotations

import marshal
import os
import pickle
import shutil
import time
import zlib
from pathlib import Path

import pytest

from cachelint.cli import known_findings, main
from cachelint.cli.known_findings import key_of, plain
from cachelint.config import Configuration
from cachelint.engine import check_paths
from cachelint.fix.mentions import Mentions
from cachelint.judge import Judge
from cachelint.modules import Modules
from tests.conftest import ROOT, Tree, write_tree

LONG_AGO = time.time() - 1000
BAD = "from django.core.cache import caches\n\nX = caches['x']\n"
FIX = ["fix", "--helper", "cachelint.lazy"]


def age(folder: Path) -> None:
    """Nothing is kept of files that may be changed once more within a tick of the clock."""
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (LONG_AGO, LONG_AGO))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The clinic, with files that cannot be parsed."""
    monkeypatch.delenv("CACHELINT_NO_CACHE")
    shutil.copytree(ROOT / "fixtures" / "projects" / "clinic", tmp_path / "clinic")
    write_tree(tmp_path, {"clinic/broken.py": "def caches(:\n", "clinic/latin.py": b"# cache \xff"})
    age(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main([*arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def no_check(*arguments: object, **options: object) -> None:
    raise AssertionError("checked once more")


@pytest.mark.parametrize(
    ("before", "command"),
    [
        pytest.param(["check"], [*FIX, "--diff"], id="check, diff"),
        pytest.param([*FIX, "--diff"], [*FIX, "--output-format", "json"], id="diff, json"),
        pytest.param(
            ["check", "-q", "--exit-zero"],
            [*FIX, "--unsafe-fixes", "--style", "get-cache"],
            id="check, unsafe",
        ),
    ],
)
def test_nothing_is_looked_for_again(
    project: Path,
    before: list[str],
    command: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = output(capsys, *command, "--check", "--no-cache")
    assert "CCH101" in expected[1] + expected[2] and expected[0] == 1
    output(capsys, *before)
    monkeypatch.setattr("cachelint.engine.check_paths", no_check)
    monkeypatch.setattr("cachelint.settings.evaluate.evaluate", no_check)
    assert output(capsys, *command, "--check") == expected


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"shop/new.py": BAD}, id="a new file"),
        pytest.param({"clinic/broken.py": BAD}, id="another content"),
        pytest.param({"pyproject.toml": "[tool.cachelint]\nignore = ['CCH101']\n"}, id="settings"),
    ],
)
def test_changes(project: Path, change: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    first = output(capsys, *FIX, "--check")
    write_tree(project, change)
    assert output(capsys, *FIX, "--check") == output(capsys, *FIX, "--check", "--no-cache") != first


def test_a_file_that_becomes_a_folder(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "more").write_text("")
    age(project)
    first = output(capsys, *FIX, "--check")
    (project / "more").unlink()
    write_tree(project, {"more/new.py": BAD})
    assert output(capsys, *FIX, "--check") == output(capsys, *FIX, "--check", "--no-cache") != first


def test_after_a_fix(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was fixed is not found again, and what is left is said from the files as they are."""
    output(capsys, "check")
    assert "Fixed" in output(capsys, *FIX)[1]
    again = output(capsys, *FIX, "--check")
    assert "Would fix 0 findings" in again[1]
    assert again == output(capsys, *FIX, "--check", "--no-cache")


def test_options_that_decide_what_is_found(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output(capsys, "check", "--select", "CCH105")
    assert "CCH101" in output(capsys, *FIX, "--check")[1]


def test_without(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output(capsys, *FIX, "--check", "--no-cache")
    assert not (project / ".cachelint_cache").exists()


def test_a_file_that_changes_while_its_findings_are_read(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output(capsys, "check")
    lines = known_findings._lines

    def edited(path: str) -> object:
        found = lines(path)
        Path(path).write_bytes(b"\n" + Path(path).read_bytes())
        return found

    monkeypatch.setattr(known_findings, "_lines", edited)
    configuration = Configuration(base=os.getcwd())
    key = key_of(["."], configuration)
    assert known_findings.known_findings(key, Judge(configuration)) is None


def test_whatever_is_found_can_be_kept(project: Path) -> None:
    configuration = Configuration(base=os.getcwd(), select=("ALL",), preview=True)
    judge = Judge(configuration)
    report = check_paths(["."], configuration, judge=judge)
    diagnostics, notes, counts, readings = known_findings._whole(plain(report, judge))
    assert readings == judge.reader.readings and len(readings) > 1
    assert any(settings.aliases for settings, _ in readings.values())
    assert (diagnostics, notes) == (report.diagnostics, report.notes)
    assert counts == (report.files, report.judged, report.suppressed)
    plans = [diagnostic.fix for diagnostic in diagnostics if diagnostic.fix is not None]
    assert any(plan.edits for plan in plans) and any(plan.memo for plan in plans)
    assert {evidence.path for diagnostic in diagnostics for evidence in diagnostic.evidence}
    assert any(diagnostic.no_fix for diagnostic in diagnostics)


class Command:
    """What runs a command when it is taken out of a pickle."""

    def __reduce__(self) -> object:
        return os.mkdir, ("made",)


def test_what_somebody_else_has_left_runs_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = output(capsys, *FIX, "--check")
    (found,) = (project / ".cachelint_cache").glob("*.run")
    data = found.read_bytes()
    key, _, signature = marshal.loads(data[4:])
    changed = marshal.dumps((key, pickle.dumps(Command()), signature))
    found.write_bytes(zlib.crc32(changed).to_bytes(4, "big") + changed)
    assert output(capsys, *FIX, "--check") == expected
    assert not (project / "made").exists()


@pytest.mark.parametrize(
    ("imports", "is_mention"),
    [
        ("from shop.views import caches\n", True),
        ("from shop.views import caches as known\n", True),
        ("from .views import (\n    caches,\n)\n", True),
        ("from .views import (  # (as ever)\n    caches,\n)\n", True),
        ("import os; from .views import caches\n", True),
        ("from .views import \\\n    caches\n", True),
        ("from .views import*\n", True),
        ("from shop import views\nviews.caches\n", True),
        ("from shop . views import caches\n", True),
        ("from shop.sub.views import caches\nfrom .views import caches as c\n", True),
        ("from elsewhere.views import caches\n", False),
        ("from shop.other import caches\n", False),
        ("import shop.views\ncaches = 1\n", False),
    ],
)
def test_who_imports_a_name(tmp_path: Path, imports: str, is_mention: bool) -> None:
    text = "from django.core.cache import caches\n"
    tree = {"shop/__init__.py": "", "shop/views.py": text, "shop/other.py": text}
    write_tree(tmp_path, {**tree, "shop/user.py": imports})
    mentions = Mentions(str(tmp_path), Modules())
    found = mentions.imported(str(tmp_path / "shop/views.py"), "caches")
    assert found == (str(tmp_path / "shop/user.py") if is_mention else None)


def test_who_imports_a_name_of_a_package(tmp_path: Path) -> None:
    text = "from django.core.cache import caches\n"
    write_tree(tmp_path, {"shop/__init__.py": text, "shop/a/__init__.py": "", "shop/a/b.py": ""})
    user = tmp_path / "shop/a/b.py"
    for imports in (
        "from .. import caches\n",
        "from . . import \\\n caches\n",
        "from ..import*\n",
        "from shop.__init__ import caches\n",
        "from ..__init__ import caches\n",
        "from shop import caches\n",
    ):
        user.write_text(imports)
        mentions = Mentions(str(tmp_path), Modules())
        assert mentions.imported(str(tmp_path / "shop/__init__.py"), "caches") == str(user), imports


def test_who_imports_a_name_through_a_file_that_is_ignored(tmp_path: Path) -> None:
    tree = {"shop/__init__.py": "", "shop/views.py": "from django.core.cache import caches\n"}
    tree |= {".gitignore": "made/\n", "made/__init__.py": "", "pyproject.toml": ""}
    tree |= {"made/hub.py": "from shop.views import *\n", "use.py": "from made.hub import caches\n"}
    write_tree(tmp_path, tree)
    mentions = Mentions(str(tmp_path), Modules())
    assert mentions.imported(str(tmp_path / "shop/views.py"), "caches") == str(tmp_path / "use.py")
