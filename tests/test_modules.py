"""Dotted names to files, and names of other files to what they are."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cachelint.modules import Modules
from cachelint.report import Report
from tests.conftest import Tree, places, write_tree

CACHES = "from django.core.cache import caches\n"
USE = "x = caches['a']\n"


@pytest.mark.parametrize(
    ("dotted", "origin", "expected"),
    [
        pytest.param("shop.util", "shop/views.py", "shop/util.py", id="absolute"),
        pytest.param(".util", "shop/views.py", "shop/util.py", id="sibling"),
        pytest.param(".", "shop/views.py", "shop/__init__.py", id="own package"),
        pytest.param("..util", "shop/cart/views.py", "shop/util.py", id="parent"),
        pytest.param(".cart", "shop/views.py", "shop/cart/__init__.py", id="package"),
        pytest.param("shop.util", "tests/test_a.py", "shop/util.py", id="from another folder"),
        pytest.param("lib.deep", "shop/views.py", "src/lib/deep.py", id="src"),
        pytest.param("helper", "tests/test_a.py", "tests/helper.py", id="beside a script"),
        pytest.param("shop.gone", "shop/views.py", None, id="missing"),
        pytest.param("os", "shop/views.py", None, id="not in the tree"),
        pytest.param("tests", "shop/views.py", None, id="namespace package is no file"),
    ],
)
def test_find(tmp_path: Path, dotted: str, origin: str, expected: str | None) -> None:
    names = ["shop/__init__.py", "shop/util.py", "shop/views.py", "shop/cart/__init__.py"]
    names += ["shop/cart/views.py", "src/lib/__init__.py", "src/lib/deep.py", "tests/test_a.py"]
    names += ["tests/helper.py", "manage.py"]
    write_tree(tmp_path, dict.fromkeys(names, ""))
    found = Modules().find(dotted, str(tmp_path / origin))
    assert found == (None if expected is None else str(tmp_path / expected))


@pytest.mark.parametrize(
    ("tree", "flagged"),
    [
        pytest.param(
            {"lib.py": CACHES, "m.py": "from lib import caches\n" + USE}, True, id="re-export"
        ),
        pytest.param(
            {"lib.py": CACHES.replace("caches\n", "caches as cache_handler\n")}
            | {"m.py": "from lib import cache_handler as caches\n" + USE},
            True,
            id="other names",
        ),
        pytest.param(
            {"lib.py": "caches = {}\n", "m.py": "from lib import caches\n" + USE}, False, id="dict"
        ),
        pytest.param({"m.py": "from aiocache import caches\n" + USE}, False, id="outside"),
        pytest.param(
            {"lib.py": CACHES, "m.py": "from lib import *\n" + USE}, True, id="star import"
        ),
        pytest.param(
            {"lib.py": CACHES + "__all__ = ['x']\n", "m.py": "from lib import *\n" + USE},
            False,
            id="star import, not in __all__",
        ),
        pytest.param(
            {"lib.py": CACHES + "__all__ = ['x']\n__all__ += ['caches']\n"}
            | {"m.py": "from lib import *\n" + USE},
            True,
            id="star import, added to __all__",
        ),
        pytest.param(
            {"lib.py": "caches = {}\n", "m.py": f"{CACHES}from lib import *\n{USE}"},
            False,
            id="a later star import rebinds",
        ),
        pytest.param(
            {"lib.py": "caches = {}\n", "m.py": f"from lib import *\n{CACHES}{USE}"},
            True,
            id="an earlier star import does not",
        ),
        pytest.param(
            {"lib.py": "other = {}\n", "m.py": f"{CACHES}from lib import *\n{USE}"},
            True,
            id="a star import without the name",
        ),
        pytest.param(
            {"a.py": "from b import *\n", "b.py": f"from a import *\n{CACHES}"}
            | {"m.py": "from a import *\n" + USE},
            True,
            id="star imports in a circle",
        ),
        pytest.param(
            {"a.py": "from b import caches\n", "b.py": "from a import caches\n"}
            | {"m.py": "from a import caches\n" + USE},
            False,
            id="imports in a circle",
        ),
        pytest.param(
            {"p/__init__.py": "from .lib import caches\n", "p/lib.py": CACHES}
            | {"m.py": "import p\nx = p.caches['a']\n"},
            True,
            id="through a package",
        ),
        pytest.param(
            {"p/__init__.py": "", "p/lib.py": CACHES, "p/m.py": "from . import lib\nx = lib.caches['a']\n"},
            True,
            id="module of the package",
        ),
        pytest.param(
            {"lib.py": f"{CACHES}store = caches['a']  # noqa\n", "m.py": "from lib import store\ncaches_x = [store]\n"},
            False,
            id="a handle that another module has opened is only referred to",
        ),
        pytest.param(
            {"lib.py": "def (", "m.py": "from lib import caches\n" + USE}, False, id="broken"
        ),
    ],
)  # fmt: skip
def test_names_of_other_files(check: Callable[..., Report], tree: Tree, flagged: bool) -> None:
    report = check({"manage.py": "", **tree})
    found = [place for place in places(report) if place.startswith(("m.py", "p/m.py"))]
    assert [place.split()[1] for place in found] == (["CCH101"] if flagged else [])


def test_added_roots_come_last_and_below_one_folder_only(tmp_path: Path) -> None:
    files = ("a/manage.py", "a/x.py", "a/apps/x.py", "a/apps/y.py", "b/manage.py")
    write_tree(tmp_path, {".git/HEAD": "", **dict.fromkeys(files, "")})
    modules = Modules()
    inside, outside = str(tmp_path / "a" / "views.py"), str(tmp_path / "b" / "views.py")
    assert modules.find("y", inside) is None
    modules.add_root(str(tmp_path / "a" / "apps"), str(tmp_path / "a"))
    assert modules.find("y", inside) == str(tmp_path / "a" / "apps" / "y.py")
    assert modules.find("x", inside) == str(tmp_path / "a" / "x.py")
    assert modules.find("y", outside) is None
    assert modules.roots(inside)[-1] == str(tmp_path / "a" / "apps")


def test_re_exports_are_the_evidence(check: Callable[..., Report]) -> None:
    report = check(
        {"lib.py": "\n" + CACHES, "mid.py": "from lib import caches\n"}
        | {"m.py": "from mid import caches\n" + USE}
    )
    assert [(e.path, e.span.row) for e in report.diagnostics[0].evidence] == [
        ("mid.py", 1),
        ("lib.py", 2),
    ]


def test_inherited_class_attribute(check: Callable[..., Report]) -> None:
    report = check(
        {"base.py": "from django.core.cache import cache\nclass Base:\n    cache_store = cache\n"}
        | {
            "apps.py": "from django.apps import AppConfig\nfrom base import Base\n"
            "import django.core.cache\n"
            "class Shop(Base, AppConfig):\n    def ready(self): self.cache_store.get(1)\n"
        }
    )
    assert places(report) == ["apps.py:5 CCH104"]
