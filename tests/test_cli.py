"""The command line as users call it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cachelint import __version__
from cachelint.cli import main
from tests.conftest import write_tree

BAD = "from django.core.cache import caches\n\nx = caches['a']\n"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    write_tree(
        tmp_path,
        {
            "shop/cart.py": BAD,
            "shop/orders.py": BAD + "\n\ndef f():\n    return caches.get('b')\n",
            "shop/views.py": "def view(request):\n    return None\n",
        },
    )
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "shop"], 1),
        (["check"], 1),
        (["check", "shop", "--exit-zero"], 0),
        (["check", "shop/views.py"], 0),
        (["check", "shop", "--ignore", "CCH"], 0),
        (["check", "shop", "--select", "CCH301", "--ignore", "CCH301"], 0),
        (["check", "shop", "--select", "CCH302,CCH303"], 0),
        (["rule", "CCH101"], 0),
    ],
)
@pytest.mark.usefixtures("shop")
def test_exit_codes(arguments: list[str], code: int) -> None:
    assert main(arguments) == code


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "shpo"], "shpo: no such file or folder; did you mean shop?"),
        (["check", "shop/crat.py"], "did you mean shop/cart.py?"),
        (["check", "gone/x"], "gone/x: no such file or folder; check the spelling"),
        (["check", "--select", "CCH1011"], '--select: unknown rule "CCH1011"; did you mean "CCH101"?'),
        (["check", "--ignore", "W605"], '--ignore: unknown rule "W605"; known are CCH001'),
        (["check", "--select", ","], "--select: names no rule"),
        (["check", "--django-version", "5"], '--django-version must be a version in quotes'),
        (["check", "pipe"], "pipe: neither a file nor a folder"),
        (["check", "x" * 5000], "no such file or folder"),
        (["rule", "import-time-cache-i"], 'did you mean "import-time-cache-io"?'),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("shop")
def test_wrong_usage(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo("pipe")
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("cachelint: error: ")
    assert message in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("arguments", [[], ["chekc"], ["check", "--colour"]])
def test_argparse_errors_exit_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_broken_configuration(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "pyproject.toml").write_text("[tool.cachelint]\n\nselct = ['CCH101']\n")
    assert main(["check", "shop"]) == 2
    error = capsys.readouterr().err
    assert f'{shop / "pyproject.toml"}:3: unknown key "selct"' in error
    assert 'did you mean "select"?' in error


def test_unknown_code_in_the_configuration(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "pyproject.toml").write_text("[tool.cachelint]\nignore = ['CCH110']\n")
    assert main(["check", "shop"]) == 2
    assert 'pyproject.toml:2: ignore: unknown rule "CCH110"' in capsys.readouterr().err


def test_options_win_over_the_configuration(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "pyproject.toml").write_text("[tool.cachelint]\nselect = ['CCH101']\n")
    assert main(["check", "shop", "--output-format", "concise"]) == 1
    assert {line.split()[1] for line in capsys.readouterr().out.splitlines()} == {"CCH101"}
    assert main(["check", "shop", "--output-format", "concise", "--select", "CCH3"]) == 1
    assert {line.split()[1] for line in capsys.readouterr().out.splitlines()} == {"CCH301"}


@pytest.mark.usefixtures("shop")
def test_concise(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "shop", "--output-format", "concise"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" `")[0] for line in lines] == [
        "shop/cart.py:3:5: CCH101",
        "shop/orders.py:3:5: CCH101",
        "shop/orders.py:7:12: CCH301",
    ]


@pytest.mark.usefixtures("shop")
def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "shop/orders.py", "--output-format", "json", "--select", "CCH301"])
    (item,) = json.loads(capsys.readouterr().out)
    assert item.pop("message").startswith("`caches.get` does not exist")
    assert item.pop("help")
    assert item == {
        "code": "CCH301",
        "name": "nonexistent-cache-handler-api",
        "filename": "shop/orders.py",
        "location": {"row": 7, "column": 12},
        "end_location": {"row": 7, "column": 22},
        "severity": "error",
        "url": None,
        "fix": {
            "applicability": "safe",
            "message": "Replace by `caches['b'] if 'b' in caches else None`",
            "reason": None,
            "edits": [
                {
                    "content": "caches['b'] if 'b' in caches else None",
                    "location": {"row": 7, "column": 12},
                    "end_location": {"row": 7, "column": 27},
                }
            ],
        },
        "noqa_row": 7,
        "evidence": [],
    }


def test_json_without_findings_is_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--output-format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.usefixtures("shop")
def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "shop"])
    out = capsys.readouterr().out
    assert (
        "CCH101 import-time-cache-access: `caches['a']` is opened while the module is imported"
    ) in out
    assert (
        " --> shop/cart.py:3:5\n"
        "  |\n"
        "3 | x = caches['a']\n"
        "  |     ^^^^^^^^^^^\n"
        "also: 1 more of the same cause\n"
        "  shop/orders.py:3:5  x = caches['a']\n"
        "help: write `caches['a']` where the cache is used, inside the function or method\n"
    ) in out
    assert out.endswith(
        "Found 3 findings of 2 causes in 2 files (3 files searched, 2 with cache code).\n"
        "  2  CCH101 import-time-cache-access\n"
        "  1  CCH301 nonexistent-cache-handler-api\n"
        "Fixable: 3 with cachelint fix, 0 more with --unsafe-fixes.\n"
        "Next: cachelint fix --diff shop shows what would change.\n"
        "      cachelint rule CCH101 explains the commonest of them.\n"
        "      cachelint check --output-format concise shop lists all.\n"
    )


def test_text_without_findings(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text("caches = {}  # noqa\n")
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "No findings (1 file searched, 1 with cache code).\n"


def test_caret_under_wide_characters_tabs_and_long_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    head = "from django.core.cache import caches\nif caches:\n"
    long = f"\tz = '{'m' * 300}' + str(caches['c'])\n"
    Path("a.py").write_text(
        f"{head}\tx = '漢字' + str(caches['a'])\n{long}\ty = '\x1b[2J', caches['b']\n"
    )
    main(["check"])
    lines = capsys.readouterr().out.splitlines()
    frames = [(lines[i - 1], line) for i, line in enumerate(lines) if line.rstrip().endswith("^")]
    assert len(frames) == 3
    for code, caret in frames:
        # A terminal gives two columns to 漢 and 字.
        shown = code.replace("漢", "漢 ").replace("字", "字 ")
        start = caret.index("^")
        assert shown[start : len(caret)].startswith("caches[")
        assert len(code) < 200
        assert "\x1b" not in code and "\t" not in code


def test_color(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "shop", "--color", "always"])
    assert "\033[1;31mCCH101\033[0m" in capsys.readouterr().out
    main(["check", "shop"])
    assert "\033" not in capsys.readouterr().out


def test_rule_page(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rule", "import-time-cache-access"])
    assert capsys.readouterr().out.startswith(
        "# import-time-cache-access (CCH101)\n\n## What it does"
    )


def test_unparsed_file_is_shown_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text("cache = 1\ncaches = [\n")
    assert main(["check"]) == 1
    out = capsys.readouterr().out
    assert "CCH001 unparsed-file: cannot be parsed: '[' was never closed (Python 3." in out
    assert "2 | caches = [\n  |          ^\n" in out


def run(*arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cachelint", *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **options},
        timeout=60,
    )


def test_as_a_process(shop: Path) -> None:
    assert run("--version").stdout == f"cachelint {__version__}\n"
    assert run("check", "shop").returncode == 1
    assert run("check", "shpo").returncode == 2
    assert "usage: cachelint check" in run("check", "--help").stdout


def test_a_terminal_that_cannot_show_everything(shop: Path) -> None:
    (shop / "shop" / "cart.py").write_text(BAD.replace("'a'", "'ключ'"))
    result = run("check", "shop", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert result.returncode == 1
    assert "caches['\\u043a" in result.stdout
    assert result.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")
def test_a_reader_that_stops_early(shop: Path) -> None:
    names = "".join(f"x{i} = caches['a{i}']\n" for i in range(3000))
    (shop / "shop" / "cart.py").write_text(BAD + names)
    result = subprocess.run(
        f"{sys.executable} -m cachelint check shop | head -n 1",
        shell=True, capture_output=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    assert result.stderr == ""
    assert result.stdout.startswith("CCH101")


def test_json_is_json_in_every_encoding(shop: Path) -> None:
    (shop / "shop" / "cart.py").write_text(BAD.replace("'a'", "'😀é'"))
    result = run(
        "check", "shop", "--output-format", "json", PYTHONIOENCODING="ascii", PYTHONUTF8="0"
    )
    assert "😀é" in json.loads(result.stdout)[0]["message"]


@pytest.mark.parametrize("output_format", ["text", "concise"])
def test_nothing_of_the_source_drives_the_terminal(
    output_format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a\x1b[31m\n.py").write_text(BAD.replace("'a'", "'\x1b[2J\u202e'"))
    main(["check", "--output-format", output_format])
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\u202e" not in out
    assert "CCH101" in out


def test_a_full_disk_behind_the_output(shop: Path) -> None:
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "cachelint", "check", "shop"],
            stdout=full, stderr=subprocess.PIPE, encoding="utf-8", timeout=60,
        )  # fmt: skip
    assert result.returncode == 2
    assert "No space left on device" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")
def test_a_closed_standard_output(shop: Path) -> None:
    result = subprocess.run(
        f"{sys.executable} -m cachelint check shop >&-",
        shell=True, stderr=subprocess.PIPE, encoding="utf-8", timeout=60,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (
        2,
        "cachelint: error: standard output is closed\n",
    )
