"""``cachelint fix`` and ``cachelint helper`` as users call them, and how files are written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cachelint.cli import main
from cachelint.config import Configuration
from cachelint.fix import fix_paths, write_fixes
from cachelint.fix.document import DeclinedError
from cachelint.fix.writing import create_file, replace_file
from tests.conftest import ROOT, Tree, write_tree

BAD = "from django.core.cache import caches\n\nX = caches['x']\n"
GOOD = "from shop.lazy_cache import LazyCacheWrapper\n\nX = LazyCacheWrapper('x')\n"
HELPER = (ROOT / "cachelint" / "lazy.py").read_bytes()
MANAGE = "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.local')\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_tree(tmp_path, {"manage.py": MANAGE, "shop/__init__.py": "", "shop/a.py": BAD})
    return tmp_path


def test_fix_writes_the_helper_once_and_imports_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fix"]) == 0
    out = capsys.readouterr().out
    assert out == (
        "wrote shop/lazy_cache.py: the lazy cache helper\n"
        "fixed shop/a.py: 1 finding (CCH101)\n"
        "Fixed 1 finding, 0 left.\n"
        "Next: commit shop/lazy_cache.py with the rest; the fixed files import it.\n"
    )
    assert (project / "shop/a.py").read_text() == GOOD
    assert (project / "shop/lazy_cache.py").read_bytes() == HELPER
    (project / "shop/b.py").write_text(BAD)
    assert main(["fix"]) == 0
    assert "wrote" not in capsys.readouterr().out
    assert main(["check"]) == 0


def test_a_helper_that_was_moved_is_found_by_its_first_line(project: Path) -> None:
    write_tree(project, {"shop/core/__init__.py": "", "shop/core/caching.py": HELPER})
    assert main(["fix"]) == 0
    assert not (project / "shop/lazy_cache.py").exists()
    assert "from shop.core.caching import LazyCacheWrapper" in (project / "shop/a.py").read_text()


@pytest.mark.parametrize("option", ["--diff", "--check"])
def test_nothing_is_written(project: Path, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", option]) == 1
    assert (project / "shop/a.py").read_text() == BAD
    assert not (project / "shop/lazy_cache.py").exists()
    captured = capsys.readouterr()
    assert "would fix shop/a.py: 1 finding (CCH101)" in captured.out + captured.err


def test_the_diff_is_a_patch(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "shop/b.py").write_bytes(BAD.rstrip().replace("\n", "\r\n").encode())
    main(["fix", "--diff"])
    patch = capsys.readouterr().out
    git = ["git", "-c", "core.autocrlf=false", "apply", "-"]
    done = subprocess.run(git, input=patch.encode(), cwd=project, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert (project / "shop/a.py").read_text() == GOOD
    assert (project / "shop/b.py").read_bytes() == GOOD.rstrip().replace("\n", "\r\n").encode()
    assert (project / "shop/lazy_cache.py").read_bytes() == HELPER
    assert main(["fix", "--diff"]) == 0


def test_no_new_files(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "shop/b.py").write_text(
        "from django.core.cache import caches\nlist(caches.keys())\n"
    )
    assert main(["fix", "--no-new-files"]) == 1
    out = capsys.readouterr().out
    assert "run cachelint helper --write shop/lazy_cache.py" in out
    assert "fixed shop/b.py" in out, "what needs no helper is fixed"
    assert (project / "shop/a.py").read_text() == BAD
    assert main(["helper", "--write", "shop/lazy_cache.py"]) == 0
    assert main(["fix", "--no-new-files"]) == 0
    assert (project / "shop/a.py").read_text() == GOOD


@pytest.mark.parametrize(
    ("tree", "arguments", "message"),
    [
        pytest.param({"other/__init__.py": ""}, [], "which package shall hold", id="several"),
        pytest.param({}, ["--helper", "gone.lazy"], "no folder for gone.lazy", id="no folder"),
        pytest.param({}, ["--helper", "a-b"], "must be a dotted module name", id="no name"),
        pytest.param({}, ["shpo"], "did you mean shop?", id="missing path"),
    ],
)
def test_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    tree: Tree, arguments: list[str], message: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    write_tree(tmp_path, {"shop/__init__.py": "", "shop/a.py": BAD, "setup.py": "", **tree})
    assert main(["fix", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert (tmp_path / "shop/a.py").read_text() == BAD


def test_helper_of_the_package(project: Path) -> None:
    assert main(["fix", "--helper", "cachelint.lazy"]) == 0
    assert "from cachelint.lazy import LazyCacheWrapper" in (project / "shop/a.py").read_text()
    assert not (project / "shop/lazy_cache.py").exists()


def test_helper_prints_and_refuses_to_overwrite(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["helper"]) == 0
    assert capsys.readouterr().out.encode() == HELPER
    assert main(["helper", "--write", "shop/a.py"]) == 2
    assert "shop/a.py" in capsys.readouterr().err
    assert (project / "shop/a.py").read_text() == BAD


def test_mode_and_link_survive(project: Path) -> None:
    (project / "shop/a.py").rename(project / "shop/real.py")
    (project / "shop/real.py").chmod(0o750)
    (project / "shop/a.py").symlink_to("real.py")
    assert main(["fix", "shop/a.py"]) == 0
    assert (project / "shop/a.py").is_symlink()
    assert (project / "shop/real.py").read_text() == GOOD
    assert (project / "shop/real.py").stat().st_mode & 0o777 == 0o750
    assert [path.name for path in (project / "shop").glob(".cachelint-*")] == []


def test_a_file_that_changed_meanwhile_is_not_overwritten(project: Path) -> None:
    report = fix_paths(["."], Configuration())
    (project / "shop/a.py").write_text(BAD + "# saved by an editor\n")
    written = write_fixes(report)
    assert written.files == ()
    assert "changed while the fix was being made" in written.left[-1].reason
    assert (project / "shop/a.py").read_text().endswith("# saved by an editor\n")


def test_a_write_that_fails_leaves_the_old_file(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tree(project, {"shop/lazy_cache.py": HELPER})

    def full(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert main(["fix"]) == 1
    assert "not written: No space left on device" in capsys.readouterr().out
    assert (project / "shop/a.py").read_text() == BAD
    assert [path.name for path in (project / "shop").glob(".cachelint-*")] == []


def test_low_level_writing(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    create_file(str(path), b"old")
    with pytest.raises(FileExistsError):
        create_file(str(path), b"new")
    with pytest.raises(DeclinedError):
        replace_file(str(path), b"other", b"new")
    replace_file(str(path), b"old", b"new")
    assert path.read_bytes() == b"new"


def test_check_does_not_load_libcst_and_fix_only_for_imports(project: Path) -> None:
    program = (
        "import sys\nfrom cachelint.cli import main\nmain([sys.argv[1], '.'])\n"
        "print('libcst' in sys.modules)\n"
    )
    for command in ("check", "fix"):
        done = subprocess.run(
            [sys.executable, "-c", program, command], cwd=project, capture_output=True, text=True
        )
        assert done.stdout.splitlines()[-1] == "False", done.stderr


def test_the_helper_that_the_configuration_names(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.cachelint]\nhelper = "shop.caching"\n')
    assert main(["fix"]) == 0
    assert (project / "shop/caching.py").read_bytes() == HELPER
    assert "from shop.caching import LazyCacheWrapper" in (project / "shop/a.py").read_text()


def test_get_cache_of_a_copied_helper_is_known(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tree(
        project,
        {
            "shop/lazy_cache.py": HELPER,
            "shop/a.py": "from .lazy_cache import get_cache\nX = get_cache('x')\n",
        },
    )
    assert main(["check", "--output-format", "concise"]) == 1
    assert capsys.readouterr().out.startswith(
        "shop/a.py:2:5: CCH101 `get_cache('x')` opens the cache"
    )
    assert main(["fix"]) == 0
    assert "X = LazyCacheWrapper('x')" in (project / "shop/a.py").read_text()
