"""Programs of the project that use Django without starting it.

A program is a file that asks for ``__main__``, outside of any package or with ``#!`` in its first
line; outside of packages ``#!`` alone will do. It starts Django where it, or a module that it
imports from the project, says one of the words for it.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from cachelint import disk
from cachelint.config import Configuration
from cachelint.discovery import Discovery
from cachelint.doctor.records import Fault
from cachelint.modules import Modules
from cachelint.places import is_test_path, shown_path
from cachelint.source import Source, UnparsedSourceError, contains_any, load, read_bytes

_VARIABLE = b"DJANGO_SETTINGS_MODULE"
_STARTING = (
    b"django.setup", b"execute_from_command_line", b"call_command", b"get_wsgi_application",
    b"get_asgi_application", b"settings.configure", b"configurations", b"import setup",
    b"ManagementUtility", b"run_from_argv", b"setup_django", b"django_setup",
)  # fmt: skip
#: How far imports are followed to whoever starts Django for others.
_STEPS = 2
_SETTINGS = ("django.conf.settings", "django.core.cache.caches", "django.core.cache.cache")


def script_faults(folder: str, configuration: Configuration, has_variable: bool) -> Iterator[Fault]:
    """``has_variable``: DJANGO_SETTINGS_MODULE is set, so that settings can be read anywhere."""
    modules = Modules()
    discovery = Discovery([folder], configuration.exclude, configuration.base)
    for found in discovery.files():
        if found.error is not None or is_test_path(modules.relative_path(found.path)):
            continue
        try:
            data = read_bytes(found.path)
            if not _may_be_program(data) or discovery.is_ignored(found):
                continue
            source = load(shown_path(os.path.abspath(found.path)), data)
        except UnparsedSourceError:
            continue  # `cachelint check` says so.
        if _is_program(source, data) and not _is_started(source, data, modules, _STEPS):
            fault = _judge(source, has_variable or _VARIABLE in data)
            if fault is not None:
                yield fault


def _may_be_program(data: bytes) -> bool:
    return b"import" in data and (b"__main__" in data or data.startswith(b"#!"))


def _is_program(source: Source, data: bytes) -> bool:
    is_marked = data.startswith(b"#!")
    folder = os.path.dirname(os.path.abspath(source.path))
    is_module = disk.exists(os.path.join(folder, "__init__.py"))
    # Many modules begin with `#!` out of habit.
    if is_module and not is_marked:
        return False
    return (is_marked and not is_module) or any(
        isinstance(node, ast.If)
        and any(
            isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test)
        )
        for node in source.tree.body
    )


def _is_started(source: Source, data: bytes, modules: Modules, steps: int) -> bool:
    if contains_any(data, _STARTING):
        return True
    for name, _ in _imports(source) if steps else ():
        for dotted in (name, name.rpartition(".")[0]):
            path = modules.find(dotted, source.path) if dotted else None
            if path is None:
                continue
            try:
                other = read_bytes(path)
                if _is_started(load(path, other), other, modules, steps - 1):
                    return True
            except UnparsedSourceError:
                return True  # Nobody knows.
    return False


def _judge(source: Source, has_settings: bool) -> Fault | None:
    for name, row in _imports(source):
        if _is_model(name):
            end = "AppRegistryNotReady"
            what = f"imports the models of `{name.partition('.models')[0]}`"
        elif name in _SETTINGS and not has_settings:
            end = "ImproperlyConfigured, settings are not configured"
            what = f"uses `{name}`"
        else:
            continue
        return Fault(
            "no-setup",
            f"{source.path} {what} and never calls django.setup(): started by itself it ends with"
            f" {end}",
            'os.environ.setdefault("DJANGO_SETTINGS_MODULE", …) and django.setup() come first, or'
            " make it a management command",
            place=f"{source.path}:{row}",
        )
    return None


def _is_model(name: str) -> bool:
    # Django's own fields are no models.
    return ".models." in f"{name}." and not name.startswith(("django.db.", "google.", "openai."))


def _imports(source: Source) -> Iterator[tuple[str, int]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            separator = "" if module.endswith(".") else "."
            yield from ((f"{module}{separator}{alias.name}", node.lineno) for alias in node.names)
