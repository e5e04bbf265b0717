"""docs/rules is what the docstrings of the rules, and the table of the README, say.

CACHELINT_REGENERATE=1 writes it anew.
"""

import os
import re

import pytest

from cachelint.diagnostic import Severity
from cachelint.rules import Rule, all_rules
from tests.conftest import ROOT
from tests.test_readme import README

FOLDER = ROOT / "docs" / "rules"
REGENERATE = os.environ.get("CACHELINT_REGENERATE") == "1"
LEVELS = {Severity.ERROR: "Error", Severity.WARNING: "Warning"}


def page_of(rule: Rule) -> str:
    title, _, rest = rule.page.partition("\n")
    tier = f"in preview: `--select {rule.code}` or `--preview`" if rule.is_preview else "on"
    return f"{title}\n\n*{LEVELS[rule.severity]}, {tier}.*\n{rest}\n"


def index() -> str:
    rows = re.findall(r"^\| (CCH\d{3}) \| ([\w-]+) \| (.*) \|$", README, re.MULTILINE)
    table = [f"| [{code}]({name}.md) | {name} | {text} |\n" for code, name, text in rows]
    return "".join(["# Rules\n\n| code | name | finds |\n|---|---|---|\n", *table])


PAGES = {f"{rule.name}.md": page_of(rule) for rule in all_rules().values()}
PAGES["index.md"] = index()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_current(name: str) -> None:
    path = FOLDER / name
    if REGENERATE:
        path.write_text(PAGES[name], encoding="utf-8")
    assert path.is_file(), "CACHELINT_REGENERATE=1 python -m pytest tests/test_docs.py writes it"
    assert path.read_text(encoding="utf-8") == PAGES[name]


def test_no_other_page() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)
