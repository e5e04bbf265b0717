"""The invariants of docs/ARCHITECTURE.md that no other test holds."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cachelint.config import Configuration
from cachelint.diagnostic import Diagnostic
from cachelint.engine import check_paths
from cachelint.judge import Judge
from cachelint.rules import all_rules
from cachelint.source import Source
from tests.conftest import ROOT, own_modules, write_tree

#: About files, and settings modules, not about anything in a file that is judged.
WORDLESS = ("CCH001", "CCH002", "CCH003")
#: Fails as soon as linting imports, executes, starts or sends anything.
WATCHED = """
import sys
from pathlib import Path
ours = Path.cwd().resolve()
seen = []

def watch(event, arguments):
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"):
        seen.append((event, arguments))
    elif event.startswith("socket."):
        seen.append((event, arguments))
    elif event == "import" and arguments[0].partition(".")[0] in ("shop", "django", "libcst"):
        seen.append((event, arguments[0]))
    elif event == "exec" and str(ours) in str(getattr(arguments[0], "co_filename", "")):
        seen.append((event, arguments[0].co_filename))

{setup}
sys.addaudithook(watch)
{run}
assert findings, "nothing was linted"
assert not seen, seen
assert "libcst" not in sys.modules
assert "django" not in sys.modules
"""

CHECK = """
import contextlib, io
from cachelint.cli import main
out = io.StringIO()
with contextlib.redirect_stdout(out):
    assert main(["check", ".", "--output-format", "concise"]) == 1
findings = out.getvalue()
"""

SETTINGS = """
import contextlib, io
from cachelint.cli import main
out = io.StringIO()
with contextlib.redirect_stdout(out):
    assert main(["settings", "--output-format", "json"]) == 0
findings = out.getvalue()
assert "shop.settings.production" in findings
"""

PLUGIN = """
import argparse, ast
from cachelint.flake8_plugin import CacheLintPlugin
CacheLintPlugin.parse_options(argparse.Namespace(cachelint_django_version=None))
findings = []
for path in sorted(Path().rglob("*.py")):
    lines = path.read_text().splitlines(keepends=True)
    findings += CacheLintPlugin(ast.parse("".join(lines)), lines, str(path)).run()
"""


SERVER = """
from cachelint.server.workspace import Workspace
workspace = Workspace()
for path in sorted(Path().rglob("*.py")):
    workspace.put(str(path), str(path), path.read_text(), 1)
findings = [found for one in workspace.refresh() for found in one.report.diagnostics]
document = next(one for one in workspace.documents.values() if one.path.endswith("index.py"))
assert workspace.fixed(document, None, True, True).files
"""


@pytest.mark.parametrize(
    "run",
    [CHECK, SETTINGS, PLUGIN, SERVER],
    ids=["check", "settings", "flake8 plugin", "server"],
)
def test_linting_imports_starts_and_sends_nothing(run: str, projects: Path) -> None:
    """The shop's settings are read: the rules for CACHES and aliases ask for them."""
    program = WATCHED.format(setup="import flake8.violation", run=run)
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=projects / "shop",
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert result.returncode == 0, result.stderr


#: Who may import Django: the app, the helper, and what the doctor starts in another process.
WITH_DJANGO = ("contrib/django/", "lazy.py", "running/probe.py")
#: Who starts processes: proofs, the doctor's, and workers of our own.
STARTING = ("doctor/process.py", "proving.py")


def test_django_is_imported_where_it_runs_anyway() -> None:
    found: dict[str, set[str]] = {"django": set(), "subprocess": set()}
    for path, _, tree in own_modules():
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += (
                [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            )
            for name in {name.partition(".")[0] for name in names} & found.keys():
                found[name].add(path.relative_to(ROOT / "cachelint").as_posix())
    assert all(name.startswith(WITH_DJANGO) for name in found["django"]), found
    assert all(name.startswith(STARTING) for name in found["subprocess"]), found


def test_the_probe_runs_in_older_pythons() -> None:
    """The interpreter of the project gets it as text; nothing of ours is there."""
    tree = ast.parse((ROOT / "cachelint/running/probe.py").read_text(), feature_version=(3, 8))
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names | {"django"}


def test_the_doctor_runs_django_in_another_process_and_says_so(projects: Path) -> None:
    """Nothing of the project, and no Django, comes into the process of the command."""
    run = (
        "import contextlib, io\nfrom cachelint.cli import main\nout = io.StringIO()\n"
        "with contextlib.redirect_stdout(out):\n    assert main(['doctor']) == 1\n"
        "findings = out.getvalue()\n"
        "assert findings.startswith('cachelint doctor runs the project: '), findings\n"
        "started = [event for event in seen if event[0] == 'subprocess.Popen']\n"
        "seen[:] = [event for event in seen if event not in started]\n"
        "assert len(started) == 2 and all('-c' in event[1][1] for event in started), started\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", WATCHED.format(setup="", run=run)],
        cwd=projects / "shop",
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert result.returncode == 0, result.stderr


def test_settings_that_would_do_harm_are_only_read(tmp_path: Path) -> None:
    harm = "open('harm', 'w').write('x')\n"
    tree = {
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'p.settings')\n",
        "p/__init__.py": harm,
        "p/extra.py": harm + "MORE = {'default': {}}\n",
        "p/settings.py": f"{harm}from p.extra import MORE\nimport os\nos.system('touch harm')\n"
        "CACHES = dict(MORE)\nexec(\"open('harm', 'w')\")\n",
    }
    write_tree(tmp_path, tree)
    program = WATCHED.format(setup="", run=SETTINGS.replace("shop.settings.production", "default"))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, encoding="utf-8",
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "harm").exists()


def test_a_module_that_would_do_harm_is_only_read(tmp_path: Path) -> None:
    harm = "open('harm', 'w')\nfrom django.core.cache import caches\ncaches['x']\n"
    write_tree(tmp_path, {"p/__init__.py": harm, "p/a.py": harm, "p/b.py": harm})
    done = subprocess.run(
        [sys.executable, "-m", "cachelint", "check"], cwd=tmp_path, timeout=60, capture_output=True
    )
    assert (done.returncode, done.stdout.count(b"CCH101 ")) == (1, 3), done.stderr
    assert not (tmp_path / "harm").exists()


def test_no_django_is_needed(tmp_path: Path) -> None:
    """As if Django were not installed: importing it fails."""
    write_tree(
        tmp_path,
        {
            "django.py": "raise ImportError",
            "a.py": "from django.core.cache import caches\ncaches[1]\n",
        },
    )
    result = subprocess.run(
        [sys.executable, "-m", "cachelint", "check", "a.py"],
        cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    assert "CCH101" in result.stdout, result.stderr


def test_the_cheap_path_loads_nothing_heavy(tmp_path: Path) -> None:
    write_tree(tmp_path, {"a.py": "x = 1\n"})
    program = (
        "import sys\nfrom cachelint.cli import main\nmain(['check', '.'])\n"
        "heavy = {'libcst', 'django', 'flake8', 'pathspec', 'tomllib', 'tomli', 'asyncio'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, encoding="utf-8"
    )
    assert result.stdout.splitlines()[-1] == "[]", result.stderr


def test_rules_are_loaded_when_asked_for() -> None:
    program = (
        "import sys\nfrom cachelint.rules import all_rules\nall_rules()\n"
        "print([name for name in sys.modules if name.startswith('cachelint.rules.cch')])\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8")
    assert result.stdout == "[]\n", result.stderr


@pytest.mark.parametrize("code", [code for code in all_rules() if code not in WORDLESS])
def test_words_imply_a_cache_word(code: str) -> None:
    """The words of a rule stand in files that the prefilter of the flake8 plugin lets through."""
    words = all_rules()[code].words
    assert words
    for word in words:
        # `from django.core import cache`: the cache word follows in the same statement. Lazy
        # objects, backends, engines, methods and arguments are of interest only where caches are.
        others = {b"django.core import", b"get_redis_connection", b"LazyObject"}
        others |= {b"BACKEND", b"SESSION_ENGINE", b"argv", b"get_or_set", b"clear("}
        assert b"cache" in word.lower() or word in others


#: Who works for a check asks disk.py; the others are commands, which say what they read and write.
OTHERS = ("cli/", "fix/", "reporters/", "baseline.py", "codemod.py", "disk.py", "files.py")
OTHERS += ("flake8_plugin.py", "lazy.py", "proving.py", "rules/", "running/probe.py", "server/")
ASKING = {"isfile", "isdir", "exists", "lexists", "scandir", "listdir", "stat", "lstat", "walk"}
READING = {"read_text", "read_bytes", "iterdir", "glob", "rglob", "is_file", "is_dir"}


def test_who_asks_the_file_system_asks_disk() -> None:
    package = ROOT / "cachelint"
    found = []
    for path, _, tree in own_modules():
        name = path.relative_to(package).as_posix()
        if name.startswith(OTHERS):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found += [f"{name}: open()"] if node.func.id == "open" else []
            elif isinstance(node, ast.Attribute) and node.attr in ASKING:
                base = ast.unparse(node.value)
                found += [f"{name}: {base}.{node.attr}"] if base in ("os", "os.path") else []
            elif isinstance(node, ast.Attribute) and node.attr in READING:
                base = ast.unparse(node.value)
                is_path = base not in ("disk", "entry") and "Path" in base
                found += [f"{name}: {base}.{node.attr}"] if is_path else []
    assert not found


#: Judged by outlines where nobody else is asked.
OUTLINED = sorted(code for code, rule in all_rules().items() if not rule.looks_into_functions)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    ignored = shutil.ignore_patterns("__pycache__", "pyproject.toml")
    shutil.copytree(ROOT / "fixtures", folder / "fixtures", ignore=ignored)
    return folder


@pytest.fixture(scope="module")
def everything(repository: Path) -> tuple[Diagnostic, ...]:
    # CCH104 looks into functions, so that no outline is asked.
    configuration = Configuration(preview=True, select=("CCH104", *OUTLINED))
    return check_paths([str(repository)], configuration).diagnostics


@pytest.mark.parametrize("code", OUTLINED)
def test_a_rule_says_the_same_alone(
    repository: Path,
    everything: tuple[Diagnostic, ...],
    monkeypatch: pytest.MonkeyPatch,
    code: str,
) -> None:
    parsed: list[str] = []
    judge = Judge.judge

    def noting(self: Judge, source: Source, *more: bool) -> list[Diagnostic]:
        parsed.append(source.path)
        return judge(self, source, *more)

    monkeypatch.setattr(Judge, "judge", noting)
    report = check_paths([str(repository)], Configuration(preview=True, select=(code,)))
    expected = [found for found in everything if found.code == code]
    assert [found for found in report.diagnostics if found.code == code] == expected
    assert {found.path for found in expected} <= set(parsed)
    assert len(expected) > 1
    assert len(parsed) < report.judged
