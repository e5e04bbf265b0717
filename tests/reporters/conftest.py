"""Reports of the shop, of nothing, and of names that every format has to escape."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cachelint.cli import main
from tests.conftest import write_tree

#: A path, and an alias, with what XML, HTML, URIs and workflow commands have to escape.
NASTY_NAME = "a b/50%, <i>:\"'& 漢é\x1b[31m\n.py"
NASTY_ALIAS = '</script>&amp;]]>"%0A::\x0b\ufffe\x1b[2J\u202e漢😀'
NASTY = (
    "from django.core.cache import caches\n"
    f"x = caches[{NASTY_ALIAS!r}]\ny = caches[\n    '''{NASTY_ALIAS}'''\n]\n"
    f"y = 'é漢😀', caches['b']; z = caches['b']\ndef f():\n    return caches.get({NASTY_ALIAS!r})\n"
)
Render = Callable[..., str]


@pytest.fixture
def render(tmp_path: Path, projects: Path, monkeypatch: pytest.MonkeyPatch) -> Render:
    """Check a subject with ``--output-format`` and answer with what the file holds then."""
    target = tmp_path / "out" / "report"
    target.parent.mkdir()

    def run(output_format: str, subject: str, *options: str) -> str:
        folder = tmp_path / subject
        if subject == "shop":
            folder = projects / "shop"
        elif subject == "clean":
            write_tree(folder, {"a.py": "caches = {}\n"})
        elif subject == "nasty":
            write_tree(folder, {NASTY_NAME: NASTY})
        monkeypatch.chdir(folder)
        arguments = ["--output-format", output_format, "--output-file", str(target), *options]
        found = main(["check", *arguments])
        assert found == (0 if subject == "clean" or "--exit-zero" in options else 1)
        assert os.listdir(target.parent) == ["report"]
        return target.read_text(encoding="utf-8")

    return run
