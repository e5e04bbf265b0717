"""Where the lazy helper comes from: a module that is named, one that is there, or a new one.

A copy says in its first line which version it is, and in its second what it should be, so that one
that was changed is never replaced.
"""

from __future__ import annotations

import importlib.resources
import os
import re
from collections.abc import Iterator

from cachelint.config import ConfigurationError
from cachelint.dataclass import dataclass
from cachelint.discovery import Discovery
from cachelint.facts.vocabulary import HELPER, HELPER_MARKER

FILE_NAME = "lazy_cache.py"
_CHECKSUM = b"# sha256 of what follows: "


@dataclass(frozen=True)
class HelperModule:
    """The module to import the helper from; ``path`` is set where its file must be written."""

    dotted: str
    path: str | None = None


def helper_source() -> str:
    """The source of the runtime helper, as it is copied into projects."""
    return importlib.resources.files("cachelint").joinpath("lazy.py").read_text(encoding="utf-8")


def copies_of_helper(project: str) -> list[str]:
    """The files of the project in the folder ``project`` that are copies of the helper."""
    return list(_marked(project))


def is_unchanged(copy: bytes) -> bool:
    """Whether a copy of the helper, of any version, is as it was written."""
    import hashlib  # Loading it takes long, and only an update asks.

    _, _, rest = copy.replace(b"\r\n", b"\n").partition(b"\n")
    checksum, _, content = rest.partition(b"\n")
    return checksum == _CHECKSUM + hashlib.sha256(content).hexdigest().encode()


def updated(copy: bytes) -> bytes:
    """The helper of this version, with the line ends of the ``copy`` that it replaces."""
    source = helper_source().encode()
    return source.replace(b"\n", b"\r\n") if b"\r\n" in copy else source


def choose_helper(named: str | None, project: str, has_copy: bool = True) -> HelperModule:
    """The helper of the project in the folder ``project``; ``has_copy``: it may have copies.

    Raises ConfigurationError where a new one is needed and its place is not clear.
    """
    if named is not None:
        return HelperModule(named, None if named == HELPER else _missing(named, project))
    existing = list(_marked(project)) if has_copy else []
    if len(existing) > 1:
        where = ", ".join(existing)
        raise ConfigurationError(
            f"several files are copies of the helper: {where}; choose one with --helper MODULE"
        )
    if existing:
        return HelperModule(_dotted(existing[0], project))
    packages = _project_packages(project)
    if len(packages) != 1:
        found = f"found {', '.join(packages)}" if packages else "found no package"
        raise ConfigurationError(
            f"which package shall hold the lazy helper? {project}: {found}; choose with --helper"
            " PACKAGE.lazy_cache, or --helper cachelint.lazy to import it from cachelint"
        )
    path = os.path.join(packages[0], FILE_NAME)
    if os.path.lexists(path):
        if _is_marked(path):
            return HelperModule(_dotted(path, project))  # Another run has just written it.
        raise ConfigurationError(
            f"{path} is there and is no copy of the helper; choose with --helper"
        )
    return HelperModule(_dotted(path, project), path)


def _marked(project: str) -> Iterator[str]:
    discovery = Discovery([project], (), project)
    for found in discovery.files():
        if found.error is None and _is_marked(found.path) and not discovery.is_ignored(found):
            yield found.path


def _is_marked(path: str) -> bool:
    marker = HELPER_MARKER.encode()
    with open(path, "rb") as file:
        return file.read(len(marker)) == marker


def _missing(named: str, project: str) -> str | None:
    """Where a file for the module must be written; None where the module is in the tree."""
    relative = os.path.join(*named.split("."))
    for root in (project, os.path.join(project, "src")):
        base = os.path.join(root, relative)
        if os.path.isfile(f"{base}.py") or os.path.isfile(os.path.join(base, "__init__.py")):
            return None
    for root in (project, os.path.join(project, "src")):
        if os.path.isdir(os.path.dirname(os.path.join(root, relative))):
            return os.path.join(root, f"{relative}.py")
    raise ConfigurationError(f"helper: no folder for {named} below {project}")


def _dotted(path: str, project: str) -> str:
    """The name by which the project imports the file; its own folder is never a package."""
    folder, name = os.path.split(os.path.abspath(path))
    parts = [] if name == "__init__.py" else [name.removesuffix(".py")]
    project = os.path.abspath(project)
    while folder != project and os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, name = os.path.split(folder)
        parts.insert(0, name)
    return ".".join(parts)


def _project_packages(project: str) -> list[str]:
    """The package that manage.py starts; else the packages at the top of the project."""
    manage = os.path.join(project, "manage.py")
    if os.path.isfile(manage):
        with open(manage, encoding="utf-8", errors="replace") as file:
            match = re.search(r"DJANGO_SETTINGS_MODULE\W+([\w.]+)", file.read())
        package = os.path.join(project, match[1].partition(".")[0]) if match else ""
        if match and os.path.isfile(os.path.join(package, "__init__.py")):
            return [package]
    packages = []
    for root in (project, os.path.join(project, "src")):
        for name in sorted(os.listdir(root)) if os.path.isdir(root) else ():
            is_package = os.path.isfile(os.path.join(root, name, "__init__.py"))
            if is_package and name not in ("tests", "test", "docs"):
                packages.append(os.path.join(root, name))
    return packages
