"""[tool.cachelint]."""

from pathlib import Path

import pytest

from cachelint.config import Configuration, ConfigurationError, find_configuration


def read(tmp_path: Path, text: str) -> Configuration:
    (tmp_path / "pyproject.toml").write_text(text)
    return find_configuration(str(tmp_path))


def test_everything(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        """
        [tool.cachelint]
        select = ["CCH1"]
        extend-select = ["CCH301"]
        ignore = ["CCH104"]
        exclude = ["vendor/"]
        django-version = "4.2"
        helper = "shop.lazy"
        settings = ["shop.settings.local", "shop.conf:Production"]
        [tool.cachelint.per-file-ignores]
        "tests/*" = ["CCH101"]
        """,
    )
    assert found == Configuration(
        base=str(tmp_path),
        origin=str(tmp_path / "pyproject.toml"),
        select=("CCH1",),
        extend_select=("CCH301",),
        ignore=("CCH104",),
        exclude=("vendor/",),
        per_file_ignores=(("tests/*", ("CCH101",)),),
        django_version=(4, 2),
        helper="shop.lazy",
        settings=("shop.settings.local", "shop.conf:Production"),
        rows=(
            ("select", 3),
            ("extend-select", 4),
            ("ignore", 5),
            ("exclude", 6),
            ("django-version", 7),
            ("helper", 8),
            ("settings", 9),
            ("per-file-ignores", 10),
        ),
    )


def test_the_nearest_file_with_a_table_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\nname = 'cachelint-user'\n")
    assert read(tmp_path, '[tool.cachelint]\nignore = ["CCH1"]').ignore == ("CCH1",)
    assert find_configuration(str(inner)).ignore == ("CCH1",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("[tool.cachelint]\nslect = []", ':2: unknown key "slect"', id="typo"),
        pytest.param("[tool.cachelint]\nslect = []", 'did you mean "select"?', id="suggestion"),
        pytest.param("[tool.cachelint]\n\nzzz = 1", "known are select", id="no suggestion"),
        pytest.param("[tool.cachelint.zzz]\na = 1", ':1: unknown key "zzz"', id="unknown table"),
        pytest.param("tool.cachelint.zzz = 1", 'unknown key "zzz"', id="dotted key"),
        pytest.param('[tool.cachelint]\nselect = "A"', ":2: select must be a list", id="string"),
        pytest.param("[tool.cachelint]\nselect = [1]", "must be a list of strings", id="numbers"),
        pytest.param("[tool.cachelint]\nper-file-ignores = []", "must be a table", id="list"),
        pytest.param("[tool.cachelint]\ndjango-version = 4.2", 'such as "4.2"', id="float"),
        pytest.param('[tool.cachelint]\ndjango-version = "four"', 'such as "4.2"', id="word"),
        pytest.param('[tool.cachelint]\ndjango-version = "1.8"', "too old", id="too old"),
        pytest.param('[tool.cachelint]\nhelper = "a-b"', "dotted module name", id="helper"),
        pytest.param('[tool.cachelint]\nsettings = "a"', "must be a list", id="settings"),
        pytest.param(
            '[tool.cachelint]\nsettings = ["shop/settings.py"]',
            ':2: settings: "shop/settings.py" is no settings module',
            id="settings by path",
        ),
        pytest.param('[tool.cachelint]\nsettings = ["a:"]', '"a:" is no', id="settings class"),
        pytest.param("[tool.cachelint\n", "not valid TOML: ", id="broken"),
        pytest.param("[tool]\ncachelint = 1", "must be a table", id="no table"),
        pytest.param("a = " + "[" * 5000 + "# cachelint", "", id="nested too deeply"),
        pytest.param(
            f'[tool.cachelint]\ndjango-version = "4.{"2" * 5000}"', 'such as "4.2"', id="digits"
        ),
    ],
)
def test_mistakes_say_file_line_and_remedy(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)
    assert str(tmp_path / "pyproject.toml") in str(caught.value)


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.cachelint]\n# \xff\n")
    with pytest.raises(ConfigurationError, match="not valid TOML"):
        find_configuration(str(tmp_path))
