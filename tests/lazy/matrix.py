"""Run these tests on every Django that the helper is made for.

Not part of the suite, because it builds virtual environments::

    python tests/lazy/matrix.py                          # all of them
    python tests/lazy/matrix.py 3.2 6.0                  # some
    python tests/lazy/matrix.py 3.2 --python 3.9=PATH    # with an interpreter that is not on PATH
    python tests/lazy/matrix.py --folder FOLDER          # keep the environments, use them again

The helper and its tests are copied into an empty project, because the rest of cachelint needs a
newer Python than they do. The exit code is 0 if all tests passed on all versions.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
HELPER = HERE.parent.parent / "cachelint" / "lazy.py"

#: Each Django with the Python it is tried on: the oldest, the newest and what lies between.
PAIRS = {"3.2": "3.9", "4.2": "3.10", "5.2": "3.11", "6.0": "3.12", "6.1": "3.13"}
PACKAGES = ["pytest", "mypy", "djangorestframework", "factory-boy", "redis", "django-redis"]


def run_matrix(versions: list[str], pythons: dict[str, str], folder: Path) -> bool:
    """Print a line per version; return whether everything passed everywhere."""
    good = True
    for version in versions:
        python = find_python(PAIRS[version], pythons)
        if python is None:
            print(f"Django {version}: no Python {PAIRS[version]} found; give one with --python")
            good = False
        else:
            good = run_tests(prepare(folder, version, python)) and good
    return good


def find_python(version: str, pythons: dict[str, str]) -> str | None:
    """Return the interpreter given for a version, or the one on PATH, if it really runs."""
    command = pythons.get(version) or shutil.which(f"python{version}")
    if command is None:
        return None
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([command, "-c", script], capture_output=True, encoding="utf-8")
    return command if done.stdout.strip() == version else None


def prepare(folder: Path, version: str, python: str) -> Path:
    """Return the interpreter of an environment with this Django."""
    environment = folder / f"django-{version}"
    inner = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not inner.exists():
        subprocess.run([python, "-m", "venv", str(environment)], check=True)
    packages = [f"Django~={version}.0", *PACKAGES]
    subprocess.run([str(inner), "-m", "pip", "install", "--quiet", *packages], check=True)
    return inner


def run_tests(python: Path) -> bool:
    script = "import django, sys; print(django.get_version(), 'on Python', sys.version.split()[0])"
    where = subprocess.run([str(python), "-c", script], capture_output=True, encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        copy_tests(project)
        done = subprocess.run(
            [str(python), "-m", "pytest", "tests/lazy", "-q", "-rfs", "-p", "no:cacheprovider"],
            cwd=project,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
    if done.returncode:
        print(done.stdout)
    print(f"Django {where.stdout.strip()}: {done.stdout.splitlines()[-1]}", flush=True)
    return done.returncode == 0


def copy_tests(project: Path) -> None:
    (project / "cachelint").mkdir()
    (project / "cachelint" / "__init__.py").touch()
    shutil.copy(HELPER, project / "cachelint")
    shutil.copytree(HERE, project / "tests" / "lazy", ignore=shutil.ignore_patterns("__pycache__"))
    (project / "tests" / "__init__.py").touch()
    (project / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("versions", nargs="*", metavar="DJANGO", help=", ".join(PAIRS))
    parser.add_argument("--python", action="append", default=[], metavar="VERSION=PATH")
    parser.add_argument("--folder", type=Path, help="keep the virtual environments there")
    arguments = parser.parse_args()
    unknown = set(arguments.versions) - set(PAIRS)
    if unknown:
        parser.error(f"no such version: {', '.join(sorted(unknown))}")
    pythons = dict(pair.split("=", 1) for pair in arguments.python)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        good = run_matrix(arguments.versions or list(PAIRS), pythons, folder.resolve())
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
