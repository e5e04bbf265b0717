"""The site of mkdocs, and links wherever they stand."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.guides.markdown import PAGES

_LINK = re.compile(r"\]\(([^)#:]+)(?:#[\w-]+)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_page_is_in_the_navigation() -> None:
    entries = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    listed = {path for entry in entries for path in entry.values()}
    folder = ROOT / "docs"
    pages = {path.relative_to(folder).as_posix() for path in PAGES if folder in path.parents}
    assert listed - {"rules/index.md"} == pages


@pytest.mark.skipif(importlib.util.find_spec("material") is None, reason="needs the extra `docs`")
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    home = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'href="zh/quickstart/"' in home
    assert (tmp_path / "rules" / "import-time-cache-access" / "index.html").is_file()
