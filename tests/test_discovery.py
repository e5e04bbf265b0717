"""Which files are looked at."""

import os
from pathlib import Path

import pytest

from cachelint.discovery import Discovery
from tests.conftest import Tree, write_tree


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def files(tree: Tree, *paths: str, exclude: tuple[str, ...] = ()) -> list[str]:
    write_tree(Path(), tree)
    discovery = Discovery(paths or ["."], exclude, ".")
    return [found.path for found in discovery.files() if not discovery.is_ignored(found)]


def test_python_files_in_order() -> None:
    tree = {"b.py": "", "a/c.py": "", "a/x.txt": "", "a.pyw": "", "a/b.pyi": "", "x": ""}
    assert files(tree) == ["a.pyw", "b.py", "a/c.py"]


def test_named_twice_is_found_once() -> None:
    assert files({"a/b.py": ""}, "a", "a/b.py", ".") == ["a/b.py"]


def test_a_named_file_needs_no_suffix_and_is_never_ignored() -> None:
    tree = {".git/x": "", ".gitignore": "*", "script": "", "a.py": ""}
    assert files(tree, "script", "a.py") == ["script", "a.py"]
    assert files(tree) == []


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        pytest.param(
            {".gitignore": "gen/\n*_pb2.py\n", "gen/a.py": "", "x/b_pb2.py": "", "c.py": ""},
            ["c.py"],
            id="folder and file patterns",
        ),
        pytest.param(
            {".gitignore": "*.py\n!keep.py\n", "a.py": "", "keep.py": "", "x/keep.py": ""},
            ["keep.py", "x/keep.py"],
            id="negation",
        ),
        pytest.param(
            {".gitignore": "*.py\n", "x/.gitignore": "!b.py\n", "a.py": "", "x/b.py": ""},
            ["x/b.py"],
            id="nested file wins",
        ),
        pytest.param(
            {"x/.gitignore": "/a.py\n", "a.py": "", "x/a.py": "", "x/y/a.py": ""},
            ["a.py", "x/y/a.py"],
            id="anchored in its folder",
        ),
        pytest.param(
            {".gitignore": "x/\n!x/a.py\n", "x/a.py": ""}, [], id="not below an ignored folder"
        ),
        pytest.param({".git/info/exclude": "a.py\n", "a.py": "", "b.py": ""}, ["b.py"], id="info"),
        pytest.param(
            {f"{name}/a.py": "" for name in (".venv", "dist", "node_modules", "x/venv", "built")},
            ["built/a.py"],
            id="always",
        ),
    ],
)
def test_gitignore(tree: Tree, expected: list[str]) -> None:
    assert files({".git/HEAD": "", **tree}) == expected


def test_gitignore_above_the_path() -> None:
    tree = {".git/HEAD": "", ".gitignore": "*_pb2.py\n/src/gen/\n", "src/a_pb2.py": ""}
    tree |= {"src/gen/a.py": "", "src/b.py": ""}
    assert files(tree, "src") == ["src/b.py"]
    # What is named is looked at, whatever ignores it as a whole.
    assert files(tree, "src/gen") == ["src/gen/a.py"]


def test_exclude_is_relative_to_its_base() -> None:
    tree = {"a/migrations/x.py": "", "a/b.py": "", "build/c.py": "", "a/build/d.py": ""}
    assert files(tree, exclude=("migrations", "/build/")) == ["a/b.py", "a/build/d.py"]


def test_a_folder_called_like_a_module() -> None:
    assert files({"x.py/a.py": "", "b.py": ""}) == ["b.py", "x.py/a.py"]
    assert files({}, "x.py") == ["x.py/a.py"]


def test_links() -> None:
    write_tree(Path(), {"a/b.py": ""})
    os.symlink("..", "a/loop")
    os.symlink("gone.py", "a/.#lock.py")
    os.symlink("b.py", "a/link.py")
    os.symlink("self.py", "a/self.py")
    found = {item.path: item.error for item in Discovery(["."], (), ".").files()}
    assert found.pop("a/self.py") == "Too many levels of symbolic links"
    assert found == {"a/b.py": None, "a/link.py": None}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_folder() -> None:
    write_tree(Path(), {"a/b.py": ""})
    os.chmod("a", 0)
    found = list(Discovery(["."], (), ".").files())
    os.chmod("a", 0o755)
    assert [(item.path, item.error) for item in found] == [("a", "Permission denied")]


@pytest.mark.parametrize("pattern", ["!", "\\", "foo\\", "[z-a]", "a[", "\udcff"])
def test_a_pattern_that_is_none_matches_nothing(pattern: str) -> None:
    tree = {".git/HEAD": "", ".gitignore": f"{pattern}\nb.py\n".encode(errors="surrogateescape")}
    assert files({**tree, "a.py": "", "b.py": ""}) == ["a.py"]


def test_a_gitignore_with_a_byte_order_mark() -> None:
    assert files({".git/HEAD": "", ".gitignore": b"\xef\xbb\xbfa.py\n", "a.py": ""}) == []


def test_a_gitignore_that_is_no_file() -> None:
    assert files({".git/HEAD": "", ".gitignore/x": "", "a.py": ""}) == ["a.py"]


def test_very_deep_folders() -> None:
    deep = "/".join(["d"] * 700)
    os.makedirs("top")
    here = os.getcwd()
    for part in ["top", *deep.split("/")]:
        os.makedirs(part, exist_ok=True)
        os.chdir(part)
    Path("a.py").touch()
    os.chdir(here)
    assert len(files({})) == 1
