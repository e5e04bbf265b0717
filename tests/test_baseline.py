"""Findings that are known: they stay known when lines move, and no longer than they are there."""

import json
from pathlib import Path

import pytest

from cachelint.cli import main
from tests.conftest import write_tree

HEAD = "from django.core.cache import caches\n"
A, B = "a = caches['a']\n", "b = caches['b']\n"
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(**files: str) -> None:
    write_tree(Path(), {f"{name}.py": HEAD + text for name, text in files.items()})


def check(capsys: Capture, *arguments: str, baseline: str = "known.json") -> tuple[list[str], str]:
    """Places of what is reported, and standard error."""
    main(["check", *arguments, "--baseline", baseline, "--output-format", "concise"])
    captured = capsys.readouterr()
    return [line.split(" `")[0] for line in captured.out.splitlines()], captured.err


def remember(capsys: Capture, *arguments: str) -> str:
    assert main(["check", *arguments, "--baseline", "known.json", "--write-baseline"]) == 0
    return capsys.readouterr().out


def test_only_what_is_new_is_reported(capsys: Capture) -> None:
    write(x=A)
    assert remember(capsys) == "wrote known.json: 1 known finding\n"
    assert check(capsys) == ([], "")
    assert main(["check", "--baseline", "known.json"]) == 0
    expected = "No findings (1 file searched, 1 with cache code, 1 in the baseline).\n"
    assert capsys.readouterr().out == expected
    write(x=A + B)
    assert check(capsys) == (["x.py:3:5: CCH101"], "")
    assert main(["check", "--baseline", "known.json"]) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"import os\n\n\n{A}", id="moved down"),
        pytest.param("if caches:\n    a =  caches[ 'a' ]\n", id="indented and spaced"),
    ],
)
def test_moved_lines_stay_known(text: str, capsys: Capture) -> None:
    write(x=A)
    remember(capsys)
    write(x=text)
    assert check(capsys) == ([], "")


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"x": "", "y": A}, id="another file"),
        pytest.param({"x": "c = caches['a']\n"}, id="another line"),
        pytest.param({"x": "a = caches.get('a')\n"}, id="another rule"),
    ],
)
def test_what_is_not_the_same_is_new(files: dict[str, str], capsys: Capture) -> None:
    write(x=A)
    remember(capsys)
    write(**files)
    reported, stale = check(capsys)
    assert len(reported) == 1
    assert stale.splitlines() == [
        "known.json: note: 1 known finding gone; --write-baseline forgets them",
        "  CCH101 x.py (1)",
    ]


def test_findings_are_counted(capsys: Capture) -> None:
    write(x=A + A)
    assert remember(capsys).endswith("2 known findings\n")
    write(x=A + A + A)
    assert check(capsys) == (["x.py:4:5: CCH101"], "")
    write(x=A)
    assert check(capsys)[0] == []
    assert "CCH101 x.py (1)" in check(capsys)[1]


def test_only_what_a_run_could_have_found_is_stale(capsys: Capture) -> None:
    write(x=A, y=A)
    remember(capsys)
    write(x="", y="")
    assert "2 known findings gone" in check(capsys)[1]
    assert "y.py" not in check(capsys, "x.py")[1]
    assert check(capsys, "--select", "CCH3") == ([], "")
    assert main(["check", "-q", "--baseline", "known.json"]) == 0
    assert capsys.readouterr() == ("", "")


def test_writing_keeps_what_the_run_could_not_have_found(capsys: Capture) -> None:
    write(x=A, y="def f():\n    return caches.get('a')\n")
    remember(capsys)
    write(x=B, y="")
    assert remember(capsys, "x.py").endswith("2 known findings\n")
    assert check(capsys, "x.py") == ([], "")
    assert remember(capsys).endswith("1 known finding\n")


def test_paths_are_relative_to_the_baseline(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_tree(tmp_path, {"app/x.py": HEAD + A, "etc/pyproject.toml": ""})
    assert main(["check", "app", "--baseline", "etc/known.json", "--write-baseline"]) == 0
    (entry,) = json.loads(Path("etc/known.json").read_text())["findings"]
    assert entry["path"] == "../app/x.py"
    monkeypatch.chdir("app")
    capsys.readouterr()
    assert check(capsys, baseline="../etc/known.json") == ([], "")


def test_configured(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(
        tmp_path,
        {"pyproject.toml": "[tool.cachelint]\nbaseline = 'known.json'\n", "app/x.py": HEAD + A},
    )
    monkeypatch.chdir("app")
    assert main(["check"]) == 2
    assert "known.json: no such baseline; --write-baseline writes it" in capsys.readouterr().err
    assert main(["check", "--write-baseline"]) == 0
    assert (tmp_path / "known.json").exists()
    assert main(["check"]) == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "known.json: no baseline: "),
        ("[]", 'known.json: no baseline: "version" is not 1'),
        ('{"version": 2, "findings": []}', 'no baseline: "version" is not 1'),
        ('{"version": 1}', 'no baseline: "findings" is no list'),
        ('{"version": 1, "findings": [{"path": "x.py"}]}', "no baseline: finding 1 is incomplete"),
        ('{"version": 1, "findings": [{"path": "x", "rule": "y", "fingerprint": "z", "count": true}]}', "finding 1 is incomplete"),
        ("[" * 100_000, "known.json: no baseline: "),
    ],
)  # fmt: skip
def test_what_is_no_baseline(content: str, message: str, capsys: Capture) -> None:
    write(x=A)
    Path("known.json").write_text(content)
    assert main(["check", "--baseline", "known.json"]) == 2
    assert message in capsys.readouterr().err


def test_wrong_usage(capsys: Capture) -> None:
    assert main(["check", "--write-baseline"]) == 2
    assert "--write-baseline: into which file?" in capsys.readouterr().err
    assert main(["check", "--write-baseline", "--baseline", "gone/known.json"]) == 2
    assert "gone/known.json: cannot be written" in capsys.readouterr().err


def test_nothing_secret_stands_in_a_baseline(capsys: Capture, tmp_path: Path) -> None:
    settings = "CACHES = {'other': {'LOCATION': 'redis://:hush@host', 'BACKEND': 'django.core.cache.backends.redis.RedisCache'}}\n"
    write_tree(tmp_path, {"conf/settings.py": settings, "manage.py": "import os\n"
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf.settings')\n"})  # fmt: skip
    assert "known finding" in remember(capsys)
    assert "hush" not in Path("known.json").read_text()
    assert check(capsys) == ([], "")
