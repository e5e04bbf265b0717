"""Every fixture is judged by all rules at once and says itself what they must find.

``bad*.py`` and ``good*.py`` of a rule's folder are judged alone, each folder below ``cases`` as a
project. A line on which a finding starts ends in ``# expect: CCH101`` (several: ``CCH101, CCH104``).
What lies beside a pyproject.toml is judged by its ``[tool.cachelint]``; a fixture that is a settings
module is named there.
"""

import argparse
import ast
import dataclasses
import re
import shutil
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from cachelint.config import Configuration, read_configuration
from cachelint.engine import check_paths
from cachelint.flake8_plugin import CacheLintPlugin
from cachelint.noqa import Suppressions
from cachelint.rules import all_rules
from cachelint.source import Source, contains_any, has_cache_word, split_lines

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
UNPARSED = "CCH001"
#: Findings about what other files may hold, without a word of their own.
WORDLESS = frozenset({UNPARSED, "CCH002", "CCH003"})
#: Rules that the whole project decides: flake8, which shows one file, may say less, or more.
NEEDS_PROJECT = frozenset({"CCH002", "CCH003", "CCH102", "CCH103", "CCH105", "CCH107", "CCH505"})

#: Rules that follow names into files without any cache word.
FOLLOWED = frozenset({"CCH103"})

Place = tuple[str, int, str]
"""A finding as fixtures speak of it: path, row, code."""

_EXPECTATION = re.compile(r"# expect: (CCH\d{3}(?:, CCH\d{3})*)(?: #\})?$")
#: How the names of fixtures end: Python, and templates, whose expectations are ``{# … #}``.
_SUFFIXES = (".py", ".html", ".txt", ".djhtml")
_SINCE = re.compile(r"_py3(\d+)\.py$")
_UNTIL = re.compile(r"_until_py3(\d+)\.py$")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the fixtures that is no repository: each of them is a project of its own."""
    folder = tmp_path_factory.mktemp("repository")
    ignored = ("__pycache__", "proof", "projects", "*.fixed.py", "*.unsafe.py")
    shutil.copytree(FIXTURES, folder / FIXTURES.name, ignore=shutil.ignore_patterns(*ignored))
    return folder


@pytest.fixture(autouse=True)
def repository_is_working_directory(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths stay relative: a clone below a folder ``tests`` must not turn fixtures into tests."""
    monkeypatch.chdir(repository)


def is_for_this_python(path: Path) -> bool:
    """Whether the interpreter has the syntax and the semantics that the name of the file asks."""
    until = _UNTIL.search(path.name)
    if until is not None:
        return sys.version_info[:2] <= (3, int(until[1]))
    since = _SINCE.search(path.name)
    return since is None or sys.version_info[:2] >= (3, int(since[1]))


def collect_subjects() -> Iterator[Path]:
    """What is judged in one go: single files and folders of cases."""
    for folder in sorted(FIXTURES.iterdir()):
        if folder.is_dir() and folder.name != "projects":
            found = sorted([*folder.glob("bad*"), *folder.glob("good*")])
            yield from (path for path in found if is_fixture(path) and not is_golden(path))
            yield from sorted(path for path in folder.glob("cases/*") if path.is_dir())


def is_golden(path: Path) -> bool:
    """Whether this is what the fixes make of a fixture (see tests/fix/test_golden.py)."""
    return path.stem.endswith((".fixed", ".unsafe"))


def is_fixture(path: Path) -> bool:
    return path.suffix in _SUFFIXES and path.is_file()


def files_of(subject: Path) -> list[Path]:
    return sorted(filter(is_fixture, subject.rglob("*"))) if subject.is_dir() else [subject]


def python_files(subject: Path) -> list[Path]:
    return [path for path in files_of(subject) if path.suffix == ".py"]


def expected_places(path: Path) -> set[Place]:
    """What the comments of a fixture say. Bytes, not tokens: some fixtures are no Python."""
    places = set()
    for row, line in enumerate(split_lines(path.read_bytes().decode("latin-1")), 1):
        match = _EXPECTATION.search(line)
        assert match or "# expect" not in line, f"{path}:{row}: no expectation: {line.strip()}"
        if match:
            places |= {(shown(path), row, code) for code in match[1].split(", ")}
    return places


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def configuration_of(subject: Path) -> Configuration:
    own = Path(shown(subject if subject.is_dir() else subject.parent), "pyproject.toml")
    found = read_configuration(own) if own.is_file() else None
    return dataclasses.replace(found or Configuration(), select=("ALL",), preview=True)


def found_places(subject: Path) -> set[Place]:
    report = check_paths([shown(subject)], configuration_of(subject))
    for diagnostic in report.diagnostics:
        # Who is left without a fix is told why.
        assert (diagnostic.fix is None) == bool(diagnostic.no_fix), diagnostic
    return {(Path(d.path).as_posix(), d.span.row, d.code) for d in report.diagnostics}


def start_flake8(configuration: Configuration) -> None:
    """What flake8 does once, before it looks at files."""
    options = argparse.Namespace(cachelint_django_version=None, extended_default_ignore=[])
    with mock.patch("cachelint.flake8_plugin.find_configuration", lambda _: configuration):
        CacheLintPlugin.parse_options(options)


def found_in_flake8(path: Path) -> set[Place]:
    # As flake8 does it: decoded by the encoding cookie, without byte order mark.
    with tokenize.open(path) as file:
        lines = file.readlines()
    plugin = CacheLintPlugin(ast.parse("".join(lines)), lines, shown(path))
    noqa = Suppressions(Source(shown(path), "".join(lines), ast.parse("".join(lines))))
    found = {(row, text[:6]) for row, _, text, _ in plugin.run()}
    return {(shown(path), row, code) for row, code in found if not noqa.cover(code, row)}


def without_wide_findings(places: set[Place]) -> set[Place]:
    return {place for place in places if place[2] not in NEEDS_PROJECT}


def describe(subject: Path) -> str:
    return subject.relative_to(FIXTURES).as_posix()


SUBJECTS = [
    pytest.param(
        subject,
        id=describe(subject),
        marks=[] if is_for_this_python(subject) else pytest.mark.skip("another Python"),
    )
    for subject in collect_subjects()
]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_exactly_the_marked_lines_are_reported(subject: Path) -> None:
    expected = {place for path in files_of(subject) for place in expected_places(path)}
    found = found_places(subject)
    assert_same_places(found, expected)
    assert_words(found)
    assert_own_rule(subject, {code for _, _, code in expected})


@pytest.mark.parametrize("subject", SUBJECTS)
def test_flake8_reports_the_same(subject: Path) -> None:
    """But for rules that ask where objects are made and functions called: one file may not show it."""
    start_flake8(configuration_of(subject))
    for path in python_files(subject):
        expected = without_wide_findings(expected_places(path))
        if is_python(path):
            found = without_wide_findings(found_in_flake8(path))
            assert_same_places(found, expected)
        else:
            assert subject.relative_to(FIXTURES).parts[0] == "unparsed-file"


def assert_words(places: set[Place]) -> None:
    """Else the prefilter would skip the file before the rule sees it."""
    for path, row, code in sorted(places):
        data = (ROOT / path).read_bytes()
        words = all_rules()[code].words
        if code in FOLLOWED:
            continue
        assert has_cache_word(data), f"{path}:{row}: {code} in a file without a cache word"
        assert code in WORDLESS or contains_any(data, words), f"{path}:{row}: {code}: {words}"


def assert_own_rule(subject: Path, codes: set[str]) -> None:
    """Good fixtures expect nothing, bad ones their own rule."""
    own = {rule.name: rule.code for rule in all_rules().values()}[describe(subject).split("/")[0]]
    if subject.name.startswith("good"):
        assert not codes
    elif subject.name.startswith("bad"):
        assert own in codes


def is_python(path: Path) -> bool:
    try:
        compile(path.read_bytes(), str(path), "exec", ast.PyCF_ONLY_AST)
    except SyntaxError:
        return False
    return True


def assert_same_places(found: set[Place], expected: set[Place]) -> None:
    __tracebackhide__ = True
    false_alarms = [f"false alarm: {path}:{row}: {code}" for path, row, code in found - expected]
    missed_alarms = [f"missed alarm: {path}:{row}: {code}" for path, row, code in expected - found]
    problems = sorted(false_alarms + missed_alarms)
    assert not problems, "\n" + "\n".join(problems)


UNREADABLE = [
    pytest.param(b"cache = '\xff'\n", 1, id="no UTF-8 and no encoding cookie"),
    pytest.param(b"# coding: klingon\ncache = 1\n", 1, id="an encoding nobody knows"),
    pytest.param(b"# coding: ascii\n\ncache = '\xe9'\n", 3, id="a cookie that is wrong"),
    pytest.param(b"cache = 1\n\nname = '\0'\n", 3, id="a NUL"),
    pytest.param(b"cache = 1\nif cache:\nprint(cache)\n", 3, id="no indentation"),
    pytest.param(b"def load():\n\treturn cache\n        pass\n", 3, id="tabs and spaces mixed"),
    pytest.param(b"cache = '''\nnever closed\n", 1, id="an open string"),
    pytest.param(b"cache = " + b"(" * 3000 + b")" * 3000 + b"\n", 1, id="nested too deeply"),
    pytest.param(b"\xef\xbb\xbf# coding: latin-1\ncache = 1\n", 1, id="mark and cookie disagree"),
]


@pytest.mark.parametrize(("data", "row"), UNREADABLE)
def test_what_is_no_python_is_reported_once_with_its_row(
    data: bytes, row: int, tmp_path: Path
) -> None:
    path = tmp_path / "broken.py"
    path.write_bytes(data)
    report = check_paths([str(path)], Configuration(select=("ALL",)))
    assert [(d.path, d.span.row, d.code) for d in report.diagnostics] == [
        (str(path), row, UNPARSED)
    ]


def test_unparsed_file_cannot_be_deselected() -> None:
    path = shown(FIXTURES / "unparsed-file" / "bad.py")
    report = check_paths([path], Configuration(select=("CCH101",), ignore=(UNPARSED,)))
    assert [d.code for d in report.diagnostics] == [UNPARSED]


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        pytest.param(["."], [], id="no cache word, only found on the way"),
        pytest.param(["wordless.py"], [UNPARSED], id="named on the command line"),
    ],
)
def test_a_broken_file_without_a_cache_word_counts_only_where_it_was_named(
    arguments: list[str], reported: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wordless.py").write_text("print 'hello'\n")
    monkeypatch.chdir(tmp_path)
    report = check_paths(arguments, Configuration(select=("ALL",)))
    assert [d.code for d in report.diagnostics] == reported
