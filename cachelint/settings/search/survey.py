"""One walk over a repository: the files that may name a settings module, by their names.

Nothing is opened here. What .gitignore covers is asked for only where it matters, since most files
are out for other reasons (``Survey.is_ignored``).

| files | kind |
|---|---|
| manage.py, manage_*.py, __main__.py | MANAGE |
| *wsgi*.py, *asgi*.py, what is in a package ``wsgi`` or ``asgi`` | SERVER |
| *celery*.py, the package ``celery`` | WORKER |
| Dockerfile, compose files, Procfile, app.json, systemd, uwsgi, supervisor, .env | CONTAINER |
| pytest.ini, tox.ini, setup.cfg, pyproject.toml, conftest.py, runtests.py, noxfile.py | TESTS |
| workflows of GitHub and the like | TESTS |
| mypy.ini | TYPES |
| Makefile, justfile, shell scripts | SCRIPT |
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterable
from enum import Enum
from functools import cached_property

from cachelint import disk
from cachelint.dataclass import dataclass, field
from cachelint.discovery import DEFAULT_EXCLUDES, Ignore, repository_patterns

#: Folders of these names hold neither settings nor what starts a project, but many other folders.
_FOLDERS_WITHOUT = DEFAULT_EXCLUDES | {"locale", "migrations", "static", "templates"}
#: Nobody's project has more; a home folder that is a repository has.
MAX_FOLDERS = 20_000


class Kind(Enum):
    """What a file that names a settings module is for; the value completes "named by"."""

    MANAGE = "management commands run with it"
    SERVER = "the server runs with it"
    WORKER = "workers run with it"
    CONTAINER = "what deploys it says so"
    TESTS = "tests run with it"
    TYPES = "the type checker reads it"
    SCRIPT = "a script runs with it"


#: Who imports what it names, from where it lies.
PROGRAMS = frozenset({Kind.MANAGE, Kind.SERVER, Kind.WORKER})

_PYTHON = (
    (Kind.MANAGE, r"manage(?:_\w+)?\.py|__main__\.py"),
    (Kind.SERVER, r"\w*[wa]sgi\w*\.py"),
    (Kind.TESTS, r"conftest\.py|run_?tests?\w*\.py|test_?runner\.py|noxfile\.py"),
    (Kind.WORKER, r"\w*celery\w*\.py"),
)
_OTHERS = (
    (Kind.TESTS, r"pytest\w*\.ini|tox[\w.]*\.ini|setup\.cfg|pyproject\.toml"),
    (Kind.TESTS, r"\.gitlab-ci\.ya?ml|\.travis\.ya?ml|azure-pipelines\.ya?ml|Jenkinsfile"),
    (Kind.TESTS, r"bitbucket-pipelines\.ya?ml|cloudbuild\.ya?ml"),
    (Kind.TYPES, r"\.?mypy\.ini"),
    (Kind.CONTAINER, r"(?:[\w.-]*[.-])?(?:Docker|Container)file(?:[.-][\w.-]+)?|\w+\.dockerfile"),
    (Kind.CONTAINER, r"[\w.-]*compose[\w.-]*\.ya?ml|[\w.-]*deployment[\w.-]*\.ya?ml"),
    (Kind.CONTAINER, r"Procfile(?:\.\w+)?|app\.(?:json|ya?ml)|fly\.toml|render\.ya?ml|heroku\.yml"),
    (Kind.CONTAINER, r"[\w.@-]+\.service|[\w.-]*uwsgi[\w.-]*\.ini|supervisor[\w.-]*\.conf"),
    (Kind.CONTAINER, r"\.?env(?:rc|[.-][\w.-]+)?|[\w.-]+\.env|\.django"),
    (Kind.SCRIPT, r"(?:GNU)?[Mm]akefile|\.?[Jj]ustfile|Taskfile\.ya?ml|[\w.-]+\.sh"),
)


def _by_name(kinds: Iterable[tuple[Kind, str]]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{k.name}_{i}>{p})" for i, (k, p) in enumerate(kinds)))


_PYTHON_BY_NAME, _OTHERS_BY_NAME = _by_name(_PYTHON), _by_name(_OTHERS)
_BY_FOLDER: dict[str, tuple[Kind, str | tuple[str, ...]]] = {
    "wsgi": (Kind.SERVER, ".py"),
    "asgi": (Kind.SERVER, ".py"),
    "celery": (Kind.WORKER, "__init__.py"),
    "workflows": (Kind.TESTS, ("yml", "yaml")),
    "tests": (Kind.TESTS, "__init__.py"),
    ".circleci": (Kind.TESTS, ("yml", "yaml")),
}


@dataclass(frozen=True)
class Survey:
    """What lies in the repository at ``root``: absolute paths, near ones first.

    ``programs`` and other files that may name a settings module, ``projects`` the folders with a
    manage.py, ``candidates`` the Python files that are called like settings. ``is_cut_off``: there
    are too many folders, the far ones were not looked at.
    """

    root: str
    namers: tuple[tuple[str, Kind], ...]
    projects: tuple[str, ...]
    candidates: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...] = ()
    is_cut_off: bool = False
    _patterns: dict[str, Ignore] = field(default_factory=dict, repr=False, compare=False)

    def territory(self, path: str) -> str:
        """The innermost folder with a manage.py around ``path``, else the root."""
        return self.territories(path)[0]

    def territories(self, path: str) -> list[str]:
        """The folders with a manage.py around ``path``, from the innermost, then the root."""
        folders = []
        while path.startswith(self.root) and path != self.root:
            if path in self._project_set:
                folders.append(path)
            path = os.path.dirname(path)
        return [*folders, self.root]

    @cached_property
    def _project_set(self) -> frozenset[str]:
        return frozenset(self.projects) - {self.root}

    def is_ignored(self, path: str) -> bool:
        """Whether a .gitignore leaves out the file at ``path``."""
        folder = os.path.dirname(path)
        return self._ignores(folder).covers(path) or self._is_folder_ignored(folder)

    def _is_folder_ignored(self, folder: str) -> bool:
        while folder.startswith(self.root) and folder != self.root:
            parent = os.path.dirname(folder)
            if self._ignores(parent).covers(folder, is_folder=True):
                return True
            folder = parent
        return False

    def _ignores(self, folder: str) -> Ignore:
        if folder not in self._patterns:
            if folder == self.root or not folder.startswith(self.root):
                above, _ = repository_patterns(self.root)
            else:
                above = self._ignores(os.path.dirname(folder))
            self._patterns[folder] = _with_patterns(above, folder)
        return self._patterns[folder]


def _with_patterns(above: Ignore, folder: str) -> Ignore:
    try:
        return above.below(folder)
    except OSError:
        # Discovery reports it: what it would leave out is then linted, and looked at here.
        return above


def survey(root: str) -> Survey:
    """Walk over ``root``, level by level. Symbolic links to folders are not followed."""
    walk = _Walk()
    waiting = deque([root])
    left = MAX_FOLDERS
    while waiting and left:
        left -= 1
        waiting += walk.look_into(waiting.popleft())
    return Survey(
        root,
        tuple(walk.namers),
        tuple(walk.projects),
        tuple(walk.candidates),
        tuple(walk.unreadable),
        bool(waiting),
    )


@dataclass
class _Walk:
    namers: list[tuple[str, Kind]] = field(default_factory=list)
    projects: list[str] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    def look_into(self, folder: str) -> list[str]:
        """Take in the files of ``folder``; its folders are the answer."""
        try:
            entries = disk.entries(folder)
        except OSError as error:
            self.unreadable.append((folder, error.strerror or str(error)))
            return []
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            return []
        folders = []
        base = os.path.basename(folder)
        for entry in entries:
            name = entry.name
            if entry.is_dir(follow_symlinks=False):
                # A template of a project is no project: nothing in it can be resolved.
                if name not in _FOLDERS_WITHOUT and "{{" not in name:
                    folders.append(entry.path)
                continue
            kind = _kind(name, base)
            if kind is not None and disk.is_file(entry.path):
                self.namers.append((entry.path, kind))
            if name == "manage.py":
                self.projects.append(folder)
            if name.endswith(".py") and is_settings_like(name, base):
                self.candidates.append(entry.path)
        return folders


def _kind(name: str, folder: str) -> Kind | None:
    # Most files are Python. `env.py` is no environment file.
    pattern = _PYTHON_BY_NAME if name.endswith(".py") else _OTHERS_BY_NAME
    match = pattern.fullmatch(name)
    if match is not None and match.lastgroup is not None:
        return Kind[match.lastgroup.partition("_")[0]]
    if folder in _BY_FOLDER:
        kind, ends = _BY_FOLDER[folder]
        return kind if name.endswith(ends) else None
    return None


def is_settings_like(name: str, folder: str) -> bool:
    """Whether a Python file ``name`` in a folder ``folder`` is called as settings are."""
    return "settings" in name or "settings" in folder or folder in ("conf", "config")
