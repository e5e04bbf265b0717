"""``[tool.cachelint]`` of pyproject.toml. Selectors stay text here; the engine resolves them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cachelint import disk
from cachelint.dataclass import dataclass, field, replace


class ConfigurationError(Exception):
    """Wrong usage: what, where, and what to do about it."""


#: Where a setting comes from that no file has.
COMMAND_LINE = "the command line"
#: How the names of Django's templates usually end.
TEMPLATE_SUFFIXES = (".html", ".htm", ".txt", ".xml")
#: How fixes write lazy access: `X = LazyCacheWrapper(alias)`, or `get_cache(alias)` for each `X`.
WRAPPER_STYLE, GET_CACHE_STYLE = STYLES = ("wrapper", "get-cache")


@dataclass(frozen=True)
class Configuration:
    """How to judge. ``base`` is the folder to which its patterns are relative.

    ``select`` is None for the default rules; ``django_version`` None for any from 3.2 on.
    ``preview``: rules in preview count like the others, not only where they are selected by their
    whole code or name. ``helper`` is the module to import the lazy helper from, None to find or
    write it; ``style`` is one of STYLES.
    ``settings`` are the settings modules (``shop.settings.production``, with a class of
    django-configurations ``shop.settings:Production``); none: those that the project names.
    ``strict_settings``: settings that cannot be read are a finding. ``aliases`` exist although no
    settings module has them. ``alias_settings`` are settings of the project that hold an alias
    (``SHOP_CACHE``, ``SHOP.CACHE`` for a key of a dict).
    ``template_suffixes``: templates beside those that end like ``TEMPLATE_SUFFIXES``. ``baseline``
    is the file of known findings.
    """

    base: str = field(default_factory=os.getcwd)
    origin: str = COMMAND_LINE
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    preview: bool = False
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    django_version: tuple[int, int] | None = None
    helper: str | None = None
    style: str = WRAPPER_STYLE
    settings: tuple[str, ...] = ()
    strict_settings: bool = False
    aliases: tuple[str, ...] = ()
    alias_settings: tuple[str, ...] = ()
    template_suffixes: tuple[str, ...] = ()
    baseline: str | None = None
    rows: tuple[tuple[str, int], ...] = ()
    """For keys read from a file the row in which each stands."""

    @property
    def all_template_suffixes(self) -> tuple[str, ...]:
        return TEMPLATE_SUFFIXES + self.template_suffixes

    @property
    def baseline_path(self) -> str | None:
        return os.path.join(self.base, self.baseline) if self.baseline is not None else None

    def place_of(self, key: str) -> str:
        """Where ``key`` was given, for an error message."""
        row = dict(self.rows).get(key)
        return f"{self.origin}: {key}" if row is None else f"{self.origin}:{row}: {key}"


def find_configuration(start: str) -> Configuration:
    """The configuration of the nearest pyproject.toml at or above ``start`` that has one.

    Raises ConfigurationError with file, line and key where it is wrong.
    """
    folder = Path(os.path.abspath(start))
    for candidate in (folder, *folder.parents):
        path = candidate / "pyproject.toml"
        if disk.is_file(str(path)):
            configuration = read_configuration(path)
            if configuration is not None:
                return configuration
    return Configuration()


def read_configuration(path: Path) -> Configuration | None:
    """The configuration in the file at ``path``, None where it has no [tool.cachelint]."""
    try:
        data = disk.read(path)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror or error}") from error
    if b"cachelint" not in data:
        return None
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        text = data.decode()
        tools = tomllib.loads(text).get("tool", {})
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise ConfigurationError(f"{path}: nested too deeply") from error
    table = tools.get("cachelint") if isinstance(tools, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise ConfigurationError(f"{path}: [tool.cachelint] must be a table")
    configuration = Configuration(base=str(path.parent), origin=str(path))
    for key, value in table.items():
        row = _row_of(text, key)
        where = f"{path}:{row}"
        reader = _READERS.get(key)
        if reader is None:
            import difflib

            close = difflib.get_close_matches(key, _READERS, n=1)
            hint = f'did you mean "{close[0]}"?' if close else f"known are {', '.join(_READERS)}"
            raise ConfigurationError(f'{where}: unknown key "{key}" in [tool.cachelint]; {hint}')
        changed = {key.replace("-", "_"): reader(value, f"{where}: {key}")}
        rows = (*configuration.rows, (key, row))
        configuration = replace(configuration, rows=rows, **changed)
    return configuration


def parse_django_version(value: Any, where: str) -> tuple[int, int]:
    """``"4.2"`` as (4, 2). Raises ConfigurationError; ``where`` begins its message."""
    match = (
        re.fullmatch(r"(\d{1,3})\.(\d{1,3})(?:\.\d{1,3})?", value)
        if isinstance(value, str)
        else None
    )
    if match is None:
        raise ConfigurationError(f'{where} must be a version in quotes, such as "4.2"')
    version = (int(match[1]), int(match[2]))
    if version < (3, 2):
        raise ConfigurationError(
            f"{where}: Django {value} is too old, cachelint knows 3.2 and newer"
        )
    return version


def parse_helper(value: Any, where: str) -> str:
    """The dotted name of a module. Raises ConfigurationError; ``where`` begins its message."""
    if not isinstance(value, str) or not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", value):
        raise ConfigurationError(f'{where} must be a dotted module name, such as "shop.lazy_cache"')
    return value


def parse_settings(value: Any, where: str) -> tuple[str, ...]:
    """Dotted names of settings modules. Raises ConfigurationError; ``where`` begins its message."""
    names = _strings(value, where)
    for name in names:
        if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*(:[^\W\d]\w*)?", name):
            raise ConfigurationError(
                f'{where}: "{name}" is no settings module, such as "shop.settings.production" '
                'or "shop.settings:Production"'
            )
    return names


def parse_alias_settings(value: Any, where: str) -> tuple[str, ...]:
    """Names of settings, keys of dicts after dots. Raises ConfigurationError."""
    names = _strings(value, where)
    for name in names:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*(\.\w+)*", name):
            raise ConfigurationError(
                f'{where}: "{name}" is no setting, such as "SHOP_CACHE", or "SHOP.CACHE" for the '
                "key CACHE of the dict SHOP"
            )
    return names


def _suffixes(value: Any, where: str) -> tuple[str, ...]:
    suffixes = _strings(value, where)
    for suffix in suffixes:
        if not re.fullmatch(r"\.[^/\\\s]+", suffix) or suffix == ".py":
            raise ConfigurationError(
                f'{where}: "{suffix}" is no suffix of templates, such as ".djhtml"'
            )
    return suffixes


def _strings(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigurationError(f"{where} must be a list of strings")
    return tuple(value)


def _switch(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise ConfigurationError(f"{where} must be true or false")
    return value


def _file(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{where} must be the path of a file")
    return value


def _style(value: Any, where: str) -> str:
    if value not in STYLES:
        raise ConfigurationError(f"{where} must be one of {', '.join(STYLES)}")
    return str(value)


def _ignores(value: Any, where: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise ConfigurationError(f"{where} must be a table of patterns with lists of codes")
    return tuple((pattern, _strings(codes, where)) for pattern, codes in value.items())


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "select": _strings,
    "extend-select": _strings,
    "ignore": _strings,
    "exclude": _strings,
    "preview": _switch,
    "per-file-ignores": _ignores,
    "django-version": parse_django_version,
    "helper": parse_helper,
    "style": _style,
    "settings": parse_settings,
    "strict-settings": _switch,
    "aliases": _strings,
    "alias-settings": parse_alias_settings,
    "template-suffixes": _suffixes,
    "baseline": _file,
}


def _row_of(text: str, key: str) -> int:
    """The row in which ``key`` of [tool.cachelint] stands; tomllib does not tell."""
    section = re.search(r"^\s*\[\s*tool\s*\.\s*cachelint\b", text, re.MULTILINE)
    start = section.start() if section else 0
    quoted = re.escape(key)
    pattern = rf"""^\s*(?:\[[^\]\n]*)?["']?{quoted}["']?\s*[=.\]]"""
    found = re.compile(pattern, re.MULTILINE).search(text, start)
    position = found.start() + len(found[0]) - len(found[0].lstrip()) if found else start
    return text.count("\n", 0, position) + 1
