"""Other ways to the same fixes: standard input, a patch, libcst's codemods, a newer helper."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cachelint.cli import main
from tests.conftest import ROOT, write_tree
from tests.warm import Warm

BAD = "from django.core.cache import caches\n\nX = caches['x']\n"
GOOD = "from cachelint.lazy import LazyCacheWrapper\n\nX = LazyCacheWrapper('x')\n"
HELPER = (ROOT / "cachelint" / "lazy.py").read_bytes()
MANAGE = "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.local')\n"
Through = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_tree(tmp_path, {"manage.py": MANAGE, "shop/__init__.py": "", "shop/a.py": BAD})
    return tmp_path


# -- standard input ------------------------------------------------------------------------------


@pytest.fixture
def through(project: Path, warm_cachelint: Warm) -> Through:
    def through(data: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return warm_cachelint.module("cachelint", *arguments, data=data)

    return through


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(BAD.encode(), GOOD.encode(), id="plain"),
        pytest.param(
            ("# coding: latin-1\n" + BAD.replace("\n", "\r\n") + "# café\r\n").encode("latin-1"),
            ("# coding: latin-1\n" + GOOD.replace("\n", "\r\n") + "# café\r\n").encode("latin-1"),
            id="an encoding and line ends of its own",
        ),
        pytest.param(b"x = 1\n", b"x = 1\n", id="nothing to fix"),
        pytest.param(b"x = = 1\n", b"x = = 1\n", id="no Python"),
    ],
)
def test_source_on_standard_input(
    project: Path, through: Through, data: bytes, expected: bytes
) -> None:
    """What an editor has not saved yet is fixed; the file that has the name stays as it is."""
    name = ["--stdin-filename", "shop/a.py"]
    done = through(data, "fix", "--helper", "cachelint.lazy", *name, "-")
    assert done.stdout == expected, done.stderr
    assert done.returncode == (1 if b"= =" in data else 0)
    assert b"finding" in done.stderr
    assert (project / "shop/a.py").read_text() == BAD


def test_checked_and_shown_on_standard_input(project: Path, through: Through) -> None:
    name = ["--stdin-filename", "shop/new.py", "-"]
    checked = through(BAD.encode(), "check", "--output-format", "concise", *name)
    assert checked.returncode == 1
    assert checked.stdout.startswith(b"shop/new.py:3:5: CCH101 ")
    options = ["fix", "--helper", "cachelint.lazy"]
    patch = through(BAD.encode(), *options, "--diff", *name)
    assert patch.returncode == 1
    assert patch.stdout.startswith(b"--- a/shop/new.py\n+++ b/shop/new.py\n")
    assert through(BAD.encode(), *options, "--check", *name).stdout == b""
    missing = through(BAD.encode(), "fix", *name)
    assert missing.stdout == BAD.encode()
    assert b"run cachelint helper --write shop/lazy_cache.py" in missing.stderr
    assert not (project / "shop/lazy_cache.py").exists()


def test_a_template_on_standard_input(through: Through) -> None:
    leak = b"{% load cache %}{% cache 60 'menu' %}{{ user.email }}{% endcache %}"
    done = through(leak, "check", "--output-format", "concise", "--stdin-filename", "t.html", "-")
    assert b"t.html:1:17: CCH504 " in done.stdout
    fixed = through(leak, "fix", "--unsafe-fixes", "--stdin-filename", "t.html", "-")
    assert fixed.stdout == leak.replace(b"'menu' %}", b"'menu' user.pk %}")


@pytest.mark.parametrize(
    "arguments", [["-"], ["--stdin-filename", "a.py"], ["-", "shop", "--stdin-filename", "a.py"]]
)
@pytest.mark.parametrize("command", ["check", "fix"])
def test_half_of_an_order(
    project: Path, capsys: pytest.CaptureFixture[str], command: str, arguments: list[str]
) -> None:
    assert main([command, *arguments]) == 2
    assert "standard input" in capsys.readouterr().err


# -- a patch -------------------------------------------------------------------------------------

ODD = {
    "shop/with blank.py": BAD.encode(),
    "shop/käse.py": BAD.encode(),
    'shop/quo"te\\.py': BAD.encode(),
    "shop/latin.py": f"# coding: latin-1\n# café\n{BAD}".encode("latin-1"),
    "shop/feed.py": f"# a\x0cb\n{BAD}".encode(),
    "shop/end.py": BAD.rstrip().encode(),
    "shop/crlf.py": BAD.replace("\n", "\r\n").encode(),
    "shop/old_mac.py": b"# one\r# two\r" + BAD.replace("\n", "\r").encode(),
    "shop/bom.py": b"\xef\xbb\xbf" + BAD.encode(),
}


def test_the_patch_does_what_the_fixes_do(project: Path, warm_cachelint: Warm) -> None:
    write_tree(project, ODD)
    (project / "shop/link.py").symlink_to("a.py")
    shown = warm_cachelint.module("cachelint", "fix", "--diff")
    assert shown.returncode == 1
    names = ["shop/a.py", "shop/lazy_cache.py", *ODD]
    git = ["git", "-c", "core.autocrlf=false", "apply", "-"]
    applied = subprocess.run(git, input=shown.stdout, capture_output=True)
    assert applied.returncode == 0, applied.stderr
    patched = {name: (project / name).read_bytes() for name in names}
    (project / "shop/lazy_cache.py").unlink()
    write_tree(project, {**ODD, "shop/a.py": BAD})
    assert main(["fix"]) == 0
    assert patched == {name: (project / name).read_bytes() for name in names}
    assert (project / "shop/link.py").is_symlink()


# -- rows ----------------------------------------------------------------------------------------


def test_what_is_left_is_named_where_it_stands_afterwards(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left = "def f():\n    return caches['y'].keys_of()\n"
    text = f"from django.core.cache import caches\n\nV = caches['x'].get('k')\nX = caches['x']\n\n\n{left}"
    (project / "shop/a.py").write_text(text)
    options = ["fix", "--helper", "cachelint.lazy"]
    assert main([*options, "--check"]) == 1
    assert "left shop/a.py:3:5: CCH104 no automatic fix: " in capsys.readouterr().out
    assert main(options) == 1
    assert "left shop/a.py:5:5: CCH104 no automatic fix: " in capsys.readouterr().out
    assert (project / "shop/a.py").read_text().splitlines()[4].startswith("V = ")


def test_quiet_and_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"{BAD}V = X.get('k')\n"
    (project / "shop/a.py").write_text(text)
    options = ["fix", "--helper", "cachelint.lazy"]
    assert main([*options, "--check", "--quiet", "--exit-zero"]) == 0
    assert capsys.readouterr().out == "would fix shop/a.py: 1 finding (CCH101)\n"
    assert main([*options, "--output-format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["written"] is True and found["created"] == []
    assert [[d["code"] for d in file["fixed"]] for file in found["files"]] == [["CCH101"]]
    (left,) = found["left"]
    assert (left["code"], left["with_unsafe_fixes"]) == ("CCH104", False)
    assert left["reason"].startswith("no automatic fix: ")


# -- libcst --------------------------------------------------------------------------------------


def test_as_a_codemod(project: Path, warm_cachelint: Warm) -> None:
    write_tree(project, {"shop/b.py": "from django.core.cache import cache\nV = cache.get('k')\n"})
    name = "cachelint.codemod.FixCaches"

    def codemod(*options: str) -> subprocess.CompletedProcess[bytes]:
        arguments = ("codemod", "-x", "--no-format", "--jobs=1", name, *options, "shop")
        return warm_cachelint.module("libcst.tool", *arguments)

    assert b"the lazy helper is missing: run cachelint helper --write" in codemod().stderr
    assert (project / "shop/a.py").read_text() == BAD
    done = codemod("--helper", "cachelint.lazy", "--style", "wrapper")
    assert done.returncode == 0, done.stderr
    assert (project / "shop/a.py").read_text() == GOOD
    assert b"b.py:2: CCH104 no automatic fix: " in done.stderr


# -- the helper ----------------------------------------------------------------------------------


def of_another_version(source: bytes) -> bytes:
    """A copy as an older cachelint would have written it."""
    first, _, rest = source.partition(b"\n")
    content = rest.partition(b"\n")[2].replace(b"DUMMY", b"DUMMIES")
    checksum = hashlib.sha256(content).hexdigest().encode()
    return b"\n".join([first[:-1] + b"0", b"# sha256 of what follows: " + checksum, content])


def test_the_checksum_of_the_helper() -> None:
    content = HELPER.split(b"\n", 2)[2]
    assert HELPER.split(b"\n")[1].split()[-1].decode() == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_update(project: Path, capsys: pytest.CaptureFixture[str], line_end: bytes) -> None:
    current = HELPER.replace(b"\n", line_end)
    old = of_another_version(HELPER).replace(b"\n", line_end)
    write_tree(project, {"shop/lazy_cache.py": old, "shop/other.py": current})
    assert main(["helper", "--update"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "updated shop/lazy_cache.py",
        "shop/other.py is up to date",
    ]
    assert (project / "shop/lazy_cache.py").read_bytes() == current


def test_a_helper_that_was_changed_is_not_replaced(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = HELPER + b"\nOURS = 1\n"
    write_tree(project, {"shop/lazy_cache.py": changed})
    assert main(["helper", "--update"]) == 2
    assert "shop/lazy_cache.py: it was changed since it was copied" in capsys.readouterr().err
    assert (project / "shop/lazy_cache.py").read_bytes() == changed


def test_no_helper_to_update(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["helper", "--update"]) == 2
    assert "no copy of the lazy helper below" in capsys.readouterr().err


# -- a terminal ----------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cachelint.cli.fix._SOON", 0)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    assert main(["fix", "--helper", "cachelint.lazy"]) == 0
    shown = terminal.getvalue()
    assert "fixing [" in shown and "] 1/1 files" in shown
    assert shown.endswith("\r"), "the line is gone when the report comes"


def test_no_progress_but_on_a_terminal(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cachelint.cli.fix._SOON", 0)
    assert main(["fix", "--helper", "cachelint.lazy"]) == 0
    assert capsys.readouterr().err == ""
