"""Lists of settings in the order that Python gives them, or not at all."""

from pathlib import Path

import pytest

from cachelint.modules import Modules
from cachelint.settings.reader import SettingsReader
from cachelint.settings.records import Constant, Listing
from tests.conftest import write_tree

START = 'import os\nMIDDLEWARE = ["a", "b", "c"]\n'


def listing_of(code: str, folder: Path) -> Listing:
    write_tree(folder, {"conf.py": code, "manage.py": ""})
    (settings,) = SettingsReader(Modules(), ["conf"]).around(str(folder / "conf.py")).modules
    (choice,) = settings.values["MIDDLEWARE"]
    assert isinstance(choice.value, Listing)
    return choice.value


@pytest.mark.parametrize(
    "code",
    [
        'MIDDLEWARE.insert(0, "x")',
        'MIDDLEWARE.insert(2, "x")',
        'MIDDLEWARE.insert(-1, "x")',
        'MIDDLEWARE.insert(9, "x")',
        'MIDDLEWARE.insert(MIDDLEWARE.index("b") + 1, "x")',
        'MIDDLEWARE = MIDDLEWARE[:1] + ["x"] + MIDDLEWARE[1:]',
        'MIDDLEWARE = ["x", *MIDDLEWARE]',
        'MIDDLEWARE[1] = "x"',
        "MIDDLEWARE = list(reversed(MIDDLEWARE[::-1]))",
        'MIDDLEWARE = list(reversed(["b", "a"]))',
        'same = MIDDLEWARE\nsame.insert(1, "x")\nsame.remove("c")',
    ],
)
def test_order_is_that_of_execution(code: str, tmp_path: Path) -> None:
    names: dict[str, object] = {}
    exec(START + code, names)
    listing = listing_of(START + code, tmp_path)
    assert not listing.causes
    found = [c.value.value for c in listing.items if isinstance(c.value, Constant)]
    assert found == names["MIDDLEWARE"]


@pytest.mark.parametrize(
    "code",
    [
        'MIDDLEWARE.insert(int(os.environ["N"]), "x")',
        'MIDDLEWARE[1:1] = ["x"]',
        'MIDDLEWARE[int(os.environ["N"])] = "x"',
        "MIDDLEWARE.sort(key=len)",
    ],
)
def test_what_is_not_followed_leaves_the_list_open(code: str, tmp_path: Path) -> None:
    assert listing_of(START + code, tmp_path).causes
