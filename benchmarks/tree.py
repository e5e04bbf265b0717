"""The tree that is measured: wheels of public packages, unpacked, one folder each."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

PACKAGES = Path(__file__).with_name("packages.txt")
MIN_FILES = 15_000
#: For tools that would take minutes on all of it.
SUBTREE = "wagtail"


def fetch(folder: Path) -> Path:
    """The tree below ``folder``; downloaded by pip and unpacked where it is not there yet."""
    tree = folder / "tree"
    if not (folder / "complete").exists():
        wheels = folder / "wheels"
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*pip, "--dest", str(wheels), "--requirement", str(PACKAGES)], check=True)
        for wheel in sorted(wheels.glob("*.whl")):
            with zipfile.ZipFile(wheel) as archive:
                members = [name for name in archive.namelist() if not _is_vendored(name)]
                archive.extractall(tree / wheel.name.partition("-")[0], members)
        (folder / "complete").touch()
    count = len(python_files(tree))
    if count < MIN_FILES:
        raise SystemExit(f"{tree} has {count} Python files, fewer than {MIN_FILES}")
    return tree


def _is_vendored(name: str) -> bool:
    """Whether linters leave a file alone by default."""
    return any(folder in name for folder in ("/node_modules/", "/dist/", ".dist-info/"))


def python_files(tree: Path) -> list[Path]:
    return sorted(tree.rglob("*.py"))


def part_of(tree: Path, folder: Path, fraction: float) -> Path:
    """A copy of every n-th file of ``tree``, by links: growth is seen on the same kind of code."""
    part = folder / f"part-{fraction:g}"
    if not part.exists():
        for file in python_files(tree)[:: round(1 / fraction)]:
            copy = part / file.relative_to(tree)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.hardlink_to(file)
    return part
