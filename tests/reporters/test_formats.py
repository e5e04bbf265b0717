"""Formats that programs read: valid whatever is found, and the same every time."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cachelint.cli import main
from cachelint.cli.reports import FORMATS
from tests.conftest import write_tree
from tests.reporters.conftest import NASTY_NAME, Render

SUBJECTS = ["clean", "nasty", "shop"]


@pytest.mark.parametrize("output_format", FORMATS)
@pytest.mark.parametrize("subject", ["nasty", "shop"])
def test_a_report_is_the_same_every_time(output_format: str, subject: str, render: Render) -> None:
    assert render(output_format, subject) == render(output_format, subject)


@pytest.mark.parametrize("output_format", FORMATS)
def test_nothing_in_a_report_acts(output_format: str, render: Render) -> None:
    report = render(output_format, "nasty")
    assert not set(report) & set("\x00\x0b\x1b\u202e")


@pytest.mark.parametrize("output_format", [name for name in FORMATS if name != "text"])
def test_paths_start_at_the_working_directory(
    output_format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    write_tree(tmp_path, {"app/a.py": "from django.core.cache import caches\nx = caches['a']\n"})
    monkeypatch.chdir(tmp_path)
    reports = []
    for path in (".", "app", str(tmp_path), str(tmp_path / "app" / "a.py")):
        main(["check", path, "--output-format", output_format])
        reports.append(capsys.readouterr().out)
    assert len(set(reports)) == 1
    assert "app/a.py" in reports[0]
    assert str(tmp_path) not in reports[0]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_gitlab(subject: str, render: Render) -> None:
    issues = json.loads(render("gitlab", subject))
    findings = json.loads(render("json", subject))
    assert len(issues) == len(findings)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    for issue, finding in zip(issues, findings, strict=True):
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["check_name"] == finding["code"]
        assert issue["location"]["path"] == finding["filename"]
        begin = issue["location"]["positions"]["begin"]
        assert {"row": begin["line"], "column": begin["column"]} == finding["location"]


def test_fingerprints_stay_when_lines_move(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    head, twice = "from django.core.cache import caches\n", "x = caches['a']\n"

    def digests(text: str) -> list[str]:
        write_tree(tmp_path, {"a.py": text})
        main(["check", "--output-format", "gitlab"])
        return [issue["fingerprint"] for issue in json.loads(capsys.readouterr().out)]

    monkeypatch.chdir(tmp_path)
    before = digests(head + twice + twice)
    assert digests("# new\n" + head + "y = 1\n\n" + twice + "z = 1\nx =  caches[ 'a' ]\n") == before
    assert digests(head + twice.replace("x", "y") + twice) == [
        digests(head + "y = caches['a']\n")[0],
        before[0],
    ]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_junit(subject: str, render: Render) -> None:
    root = ElementTree.fromstring(render("junit", subject))
    findings = json.loads(render("json", subject))
    assert root.tag == "testsuites"
    failures = list(root.iter("failure"))
    assert len(failures) == len(findings) == int(root.attrib["failures"])
    assert [failure.attrib["type"] for failure in failures] == [f["code"] for f in findings]
    for suite in root:
        assert suite.tag == "testsuite"
        assert int(suite.attrib["tests"]) == len(suite) >= 1
    assert len(list(root.iter("testcase"))) == int(root.attrib["tests"]) == max(len(findings), 1)


_COMMAND = re.compile(r"::(error|warning) ([^:]*)::(.*)")


def unescaped(text: str) -> str:
    for escaped, char in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(escaped, char)
    return text


@pytest.mark.parametrize("subject", SUBJECTS)
def test_github(subject: str, render: Render) -> None:
    """Read again as the runner reads it: properties up to the second ``::``, by commas."""
    lines = render("github", subject).splitlines()
    findings = json.loads(render("json", subject))
    assert len(lines) == len(findings)
    for line, finding in zip(lines, findings, strict=True):
        match = _COMMAND.fullmatch(line)
        assert match, line
        properties = dict(entry.split("=", 1) for entry in match[2].split(","))
        assert unescaped(properties["title"]) == f"{finding['code']} {finding['name']}"
        assert int(properties["line"]) == finding["location"]["row"]
        spans_lines = finding["location"]["row"] != finding["end_location"]["row"]
        assert ("col" in properties) != spans_lines
        message = unescaped(match[3])
        assert message.startswith(finding["message"])
        assert message.endswith(f"help: {finding['help']}")
        assert match[1] == finding["severity"]


def test_github_names_the_file_as_it_is(render: Render) -> None:
    line = render("github", "nasty").splitlines()[0]
    name = unescaped(line.split("file=")[1].split(",")[0])
    assert name == NASTY_NAME.replace("\x1b", "?").replace("\n", "?")


@pytest.mark.parametrize("output_format", ["text", "concise"])
def test_statistics(output_format: str, render: Render) -> None:
    lines = render(output_format, "shop", "--statistics").splitlines()
    assert lines[0] == "5  CCH101  [*] import-time-cache-access"
    assert lines[2] == "2  CCH202  [ ] alias-missing-in-environment"
    assert lines[-1] == "[*] some of these are fixable with cachelint fix."
    assert render(output_format, "clean", "--statistics") == ""


def test_statistics_as_json(render: Render) -> None:
    items = json.loads(render("json", "shop", "--statistics"))
    assert items[0] == {
        "code": "CCH101", "name": "import-time-cache-access", "count": 5,
        "fixable": True, "fixable_count": 4,
    }  # fmt: skip
    assert sum(item["count"] for item in items) == len(json.loads(render("json", "shop")))
    assert json.loads(render("json", "clean", "--statistics")) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--statistics", "--output-format", "sarif"], "known are text, concise, json"),
        (["--output-file", "gone/report.txt"], "--output-file: gone/report.txt: No such file"),
    ],
)
def test_wrong_usage(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["check", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_output_file_keeps_its_mode_and_follows_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("real").write_text("old")
    Path("real").chmod(0o640)
    Path("link").symlink_to("real")
    assert main(["check", "--output-format", "json", "--output-file", "link"]) == 0
    assert Path("link").is_symlink()
    assert (Path("real").read_text(), Path("real").stat().st_mode & 0o777) == ("[]\n", 0o640)
    assert main(["check", "--output-file", "/dev/null"]) == 0
    assert capsys.readouterr().out == ""
