"""``python -m benchmarks``: fetches the tree, times the tools, writes docs/performance/.

Needs some minutes and 1 GB; numbers count on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path

from benchmarks.measure import Command, run_in_turn
from benchmarks.report import growth_plot, growth_table, table
from benchmarks.tree import SUBTREE, fetch, part_of, python_files

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
CHECK = (PYTHON, "-m", "cachelint", "check", "--output-format", "concise")
FIX = (PYTHON, "-m", "cachelint", "fix", "--check", "-q", "--helper", "cachelint.lazy")
FLAKE8 = (PYTHON, "-m", "flake8", "--isolated", "-j", "1", "-q")
#: flake8 with one of the plugins that are installed, or none: "-", "cachelint", "flake8-django".
ONLY_PLUGIN = """
import runpy, sys
from flake8.plugins import finder
found, wanted = finder._find_importlib_plugins, sys.argv.pop(1)
others = {"cachelint", "flake8-django"} - {wanted}
finder._find_importlib_plugins = lambda: (p for p in found() if p.package not in others)
sys.argv[0] = "flake8"
runpy.run_module("flake8", run_name="__main__")
"""
FRACTIONS = (1 / 8, 1 / 4, 1 / 2, 1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / ".benchmarks", help="for downloads")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = str(ROOT)
    folder = options.folder.resolve()
    tree = fetch(folder)
    small = folder / "small" / "small.py"
    small.parent.mkdir(exist_ok=True)
    small.write_text("def double(x):\n    return 2 * x\n", encoding="utf-8")
    whole = run_in_turn(_whole(tree, folder), options.rounds)
    part = run_in_turn(_subtree(tree / SUBTREE), options.rounds)
    single = run_in_turn(_single(small), 4 * options.rounds)
    growth = [
        Command(f"{fraction:g}", (*CHECK, "--no-cache", "."), part_of(tree, folder, fraction))
        for fraction in FRACTIONS
    ]
    run_in_turn(growth, max(1, options.rounds // 2))
    sizes = [len(python_files(command.folder)) for command in growth]
    missing = [c.name for c in (*_whole(tree, folder), *_subtree(tree)) if not c.is_there]
    docs = ROOT / "docs" / "performance"
    docs.mkdir(exist_ok=True)
    text = "\n".join([
        _machine(len(python_files(tree))),
        table("The whole tree", whole, "ruff --select DJ"),
        table(f"Of it {SUBTREE}, for slower tools", part, "flake8 without the plugin"),
        table("One small file", single, "python -c pass"),
        growth_table(growth, sizes),
        f"Not installed here: {', '.join(missing) or 'nothing'}.",
    ])  # fmt: skip
    (docs / "results.md").write_text(text + "\n", encoding="utf-8")
    (docs / "growth.svg").write_text(growth_plot(growth, sizes), encoding="utf-8")
    print(text)


def _whole(tree: Path, folder: Path) -> list[Command]:
    cache = {"CACHELINT_CACHE_DIR": str(folder / "cache")}
    own = (*CHECK[:3], "--version")
    return [
        Command("ruff --select DJ", ("ruff", "check", "--isolated", "--no-cache", "--exit-zero", "-q", "--select", "DJ", "."), tree, ("ruff", "--version")),
        Command("cachelint check, cold", (*CHECK, "--no-cache", "."), tree, own),
        Command("cachelint check -j 1, cold", (*CHECK, "--no-cache", "-j", "1", "."), tree),
        Command("cachelint check --select CCH101, cold", (*CHECK, "--no-cache", "--select", "CCH101", "."), tree),
        Command("cachelint check, warm", (*CHECK, "."), tree, environment=cache),
        Command("cachelint fix --check, cold", (*FIX, "--no-cache", "."), tree),
        Command("cachelint fix --check, after a check", (*FIX, "."), tree, environment=cache),
        Command("ripgrep", ("rg", "-l", "caches"), tree, ("rg", "--version")),
        Command("ast-grep", ("ast-grep", "run", "-l", "python", "-p", "caches[$A]", "."), tree, ("ast-grep", "--version")),
    ]  # fmt: skip


def _subtree(tree: Path) -> list[Command]:
    return [
        Command("flake8 without the plugin", (*_flake8("-"), "."), tree, (*FLAKE8[:3], "--version"), "flake8"),
        Command("flake8 with the plugin", (*_flake8("cachelint"), "."), tree, needs="flake8"),
        Command("flake8 with flake8-django", (*_flake8("flake8-django"), "."), tree, needs="flake8_django"),
        Command("semgrep", ("semgrep", "--metrics", "off", "--disable-version-check", "--lang", "python", "-e", "caches[$A]", "-q", "."), tree, ("semgrep", "--version")),
        Command("cachelint check, cold", (*CHECK, "--no-cache", "."), tree),
        Command("cachelint check, warm", (*CHECK, "."), tree, environment={"CACHELINT_CACHE_DIR": str(tree.parent.parent / "cache")}),
    ]  # fmt: skip


def _flake8(plugin: str) -> tuple[str, ...]:
    return (PYTHON, "-c", ONLY_PLUGIN, plugin, *FLAKE8[3:])


def _single(file: Path) -> list[Command]:
    return [
        Command("python -c pass", (PYTHON, "-c", "pass"), file.parent),
        Command("cachelint check, cold", (*CHECK[:4], "--no-cache", file.name), file.parent),
        Command("cachelint check, warm", (*CHECK, file.name), file.parent),
    ]


def _machine(files: int) -> str:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    system = f"{platform.system()} on {platform.machine()}, {count} processors"
    return f"{files:,} Python files; {system}; Python {platform.python_version()}.\n"


if __name__ == "__main__":
    main()
