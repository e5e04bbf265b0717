"""Writing survives what happens to programs: killed, a full disk, no permission, somebody else."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cachelint.config import Configuration
from cachelint.fix import fix_paths, write_fixes
from cachelint.fix.document import DeclinedError
from cachelint.fix.writing import create_file, replace_file
from tests.conftest import ROOT, write_tree
from tests.warm import Warm

fcntl = pytest.importorskip("fcntl", reason="locks and signals of POSIX")

BAD = "from django.core.cache import caches\n\nX = caches['x']\n"
GOOD = "from cachelint.lazy import LazyCacheWrapper\n\nX = LazyCacheWrapper('x')\n"
FIX = ["fix", "--helper", "cachelint.lazy"]
COMMAND = [sys.executable, "-m", "cachelint", *FIX]
#: For each line that it reads a process that replaces one file by something else and back, without
#: end, until it is killed.
WRITER = """
import os, sys
from cachelint.fix.writing import replace_file
path, contents = sys.argv[1], [b"a" * 3_000_000, b"b" * 3_000_000]
for _ in sys.stdin:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        print("gone", flush=True)
    else:
        print(os.getpid(), flush=True)
        while True:
            replace_file(path, contents[0], contents[1])
            replace_file(path, contents[1], contents[0])
"""
#: Three runs of a command that start at the same moment; exit code and what was said of each.
TOGETHER = """
import json, os, sys, tempfile
from cachelint.cli import main
runs = []
for _ in range(3):
    out, error = tempfile.TemporaryFile("w+"), tempfile.TemporaryFile("w+")
    child = os.fork()
    if not child:
        sys.stdout, sys.stderr = out, error
        code = main(sys.argv[1:])
        out.flush()
        error.flush()
        os._exit(code)
    runs.append((child, out, error))
for child, *said in runs:
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    for file in said:
        file.seek(0)
    print(json.dumps([code, *(file.read() for file in said)]))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_tree(tmp_path, {"manage.py": "", **{f"shop/m{n}.py": BAD for n in range(20)}})
    return tmp_path


def texts(project: Path) -> set[str]:
    return {path.read_text() for path in project.glob("shop/*.py")}


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.startswith(".cachelint-")]


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """The file is always a whole one; what a killed run leaves behind goes with the next."""
    path = tmp_path / "a.py"
    contents = [b"a" * 3_000_000, b"b" * 3_000_000]
    path.write_bytes(contents[0])
    seen = set()
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
    ) as writers:  # fmt: skip
        assert writers.stdin is not None and writers.stdout is not None
        for number in range(12):
            path.write_bytes(contents[0])
            writers.stdin.write("another\n")
            writer = int(writers.stdout.readline())
            time.sleep(0.003 * number)
            os.kill(writer, signal.SIGKILL)
            assert writers.stdout.readline() == "gone\n"
            assert path.read_bytes() in contents
            seen.add(bool(leftovers(tmp_path)))
            if number >= 4 and True in seen:
                break
    path.write_bytes(b"old")
    replace_file(str(path), b"old", b"new")
    assert leftovers(tmp_path) == []
    assert True in seen, "no run was killed while it wrote: the test shows nothing"


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no disk to fill can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_full_disk(tmp_path: Path, warm_cachelint: Warm) -> None:
    with small_disk(tmp_path / "disk") as disk:
        write_tree(disk, {"manage.py": "", "shop/a.py": BAD, "shop/b.py": BAD})
        with contextlib.suppress(OSError), (disk / "ballast").open("wb", buffering=0) as ballast:
            while True:
                ballast.write(b"\0" * 512)
        done = warm_cachelint.module("cachelint", *FIX, folder=disk)
        assert done.returncode == 1, done.stderr
        assert done.stdout.count(b"not written: No space left on device") == 2
        assert texts(disk) == {BAD}
        assert leftovers(disk) == []


def test_a_file_size_limit(project: Path) -> None:
    """Where no disk can be mounted: the system refuses the write all the same."""
    shell = f"ulimit -f 0; {' '.join(COMMAND)} 2>&1 | cat"
    done = subprocess.run(["bash", "-c", shell], cwd=project, capture_output=True, text=True)
    assert "not written: File too large" in done.stdout, done
    assert texts(project) == {BAD}
    assert leftovers(project) == []


def without_privileges() -> list[str]:
    """What keeps root from writing where permissions forbid it."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and there is no setpriv to change that")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]


def test_read_only_file_and_folder(project: Path) -> None:
    (project / "shop/m0.py").chmod(0o444)
    write_tree(project, {"locked/a.py": BAD})
    (project / "locked").chmod(0o555)
    try:
        command = [*without_privileges(), *COMMAND]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True)
        assert done.returncode == 1, done.stderr
        refused = [line for line in done.stdout.splitlines() if "not written" in line]
        assert refused == [
            "left locked/a.py:3:5: CCH101 not written: Permission denied",
            "left shop/m0.py:3:5: CCH101 not written: Permission denied",
        ]
        assert (project / "locked/a.py").read_text() == BAD
        assert (project / "shop/m0.py").read_text() == BAD
        assert (project / "shop/m1.py").read_text() == GOOD
        assert leftovers(project) == []
    finally:
        (project / "locked").chmod(0o755)


def run_together(cachelint: Warm, folder: Path, *arguments: str) -> None:
    """Three runs at once: who comes second may find files changed under his hands, and says so."""
    done = cachelint.run(TOGETHER, *arguments, folder=folder)
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(runs) == 3, done.stderr
    for code, out, error in runs:
        assert code in (0, 1), (out, error)
        left = [line for line in out.splitlines() if line.startswith("left")]
        assert all("changed while the fix was being made" in line for line in left)
        assert code == bool(left)
    assert leftovers(folder) == []


def test_fixers_at_once(project: Path, warm_cachelint: Warm) -> None:
    run_together(warm_cachelint, project, *FIX)
    assert texts(project) == {GOOD}


def test_fixers_at_once_write_the_helper_once(tmp_path: Path, warm_cachelint: Warm) -> None:
    write_tree(tmp_path, {"manage.py": "", "shop/__init__.py": "", "shop/a.py": BAD})
    run_together(warm_cachelint, tmp_path, "fix")
    helper = (ROOT / "cachelint/lazy.py").read_bytes()
    assert (tmp_path / "shop/lazy_cache.py").read_bytes() == helper
    assert "shop.lazy_cache" in (tmp_path / "shop/a.py").read_text()


def test_a_run_waits_for_another_in_the_same_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cachelint.fix.writing._PATIENCE", 0.05)
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(DeclinedError, match="another cachelint is writing"):
        replace_file(str(path), b"old", b"new")
    os.close(descriptor)
    replace_file(str(path), b"old", b"new")
    assert path.read_bytes() == b"new"


def test_an_editor_saves_while_the_new_file_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last look is just before the file is replaced."""
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    flush = os.fsync

    def editor(descriptor: int) -> None:
        flush(descriptor)
        path.write_bytes(b"saved by an editor")

    monkeypatch.setattr(os, "fsync", editor)
    with pytest.raises(DeclinedError, match="changed while the fix was being made"):
        replace_file(str(path), b"old", b"new")
    assert path.read_bytes() == b"saved by an editor"
    assert leftovers(tmp_path) == []


def test_a_file_that_is_gone(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    report = fix_paths(["shop/m0.py"], Configuration(helper="cachelint.lazy"))
    (project / "shop/m0.py").unlink()
    written = write_fixes(report)
    assert [left.reason for left in written.left] == ["not written: No such file or directory"]
    assert not (project / "shop/m0.py").exists()


def test_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: str, target: str) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    create_file(str(tmp_path / "a.py"), b"new")
    assert (tmp_path / "a.py").read_bytes() == b"new"
    with pytest.raises(FileExistsError):
        create_file(str(tmp_path / "a.py"), b"other")
    assert leftovers(tmp_path) == []
