"""``cachelint settings``: which settings module has which alias, for people and as json.

Passwords in URLs are never shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from cachelint.settings.reader import ProjectSettings
from cachelint.settings.records import (
    Alias,
    Cause,
    Certainty,
    Constant,
    Known,
    Listing,
    Mapping,
    Reference,
    Settings,
    Text,
    Unknown,
)
from cachelint.source import masked, printable

_NONE_FOUND = (
    "No settings module found: manage.py, wsgi.py, pytest.ini and the like name none, and no file"
    " is called settings.py.\nNext: name yours, `cachelint settings --settings shop.settings`, or"
    ' `settings = ["shop.settings"]` in [tool.cachelint].\n'
)


def render_settings(found: ProjectSettings) -> str:
    """The modules, a matrix of aliases and modules, the places, and what stopped the reader."""
    modules = found.modules
    if not modules and not found.unresolved:
        return _NONE_FOUND
    projects = dict.fromkeys(settings.module.project for settings in modules)
    parts = []
    for project in projects:
        own = [settings for settings in modules if settings.module.project == project]
        # Those of several projects have nothing to do with each other.
        parts += [f"# {project}"] if len(projects) > 1 else []
        parts += _project(own)
    if found.unresolved:
        lines = (f"  {_cause(cause)}" for cause in found.unresolved)
        parts.append("\n".join(["Settings modules that are named and not there:", *lines]))
    return printable_lines("\n\n".join(parts)) + "\n"


def _project(modules: Sequence[Settings]) -> Iterator[str]:
    yield "\n".join(_modules(modules))
    if any(settings.aliases for settings in modules):
        yield "\n".join(_matrix(modules))
        yield "\n".join(_places(modules))
    stops = list(_stops(modules))
    if stops:
        yield "\n".join(["Where the reader had to stop:", *stops])


def printable_lines(text: str) -> str:
    return "\n".join(printable(masked(line)) for line in text.split("\n"))


def _modules(modules: Sequence[Settings]) -> Iterator[str]:
    rows = []
    for number, settings in enumerate(modules, 1):
        module = settings.module
        mention = module.found_by[0] if module.found_by else None
        why = f"{mention.path}:{mention.row} {mention.reason}" if mention is not None else ""
        state = "open" if settings.is_open else "closed"
        rows.append((str(number), module.label, module.role.value, state, why))
    yield f"{len(modules)} settings module{'' if len(modules) == 1 else 's'}"
    yield from table(rows)


def _matrix(modules: Sequence[Settings]) -> Iterator[str]:
    header = ("alias", *(str(number) for number, _ in enumerate(modules, 1)))
    rows = [header]
    for name in alias_names(modules):
        rows.append((f'"{name}"', *(cell_of(settings, name) for settings in modules)))
    yield from table(rows)


def cell_of(settings: Settings, name: str) -> str:
    alias = settings.aliases.get(name)
    if alias is None:
        return "?" if settings.is_open else "-"
    return "yes" if alias.certainty is Certainty.DEFINITE else "if"


def _places(modules: Sequence[Settings]) -> Iterator[str]:
    for name in alias_names(modules):
        yield f'"{name}"'
        rows = []
        for number, settings in enumerate(modules, 1):
            alias = settings.aliases.get(name)
            if alias is not None:
                rows.append(
                    (str(number), place_of(alias), backend_of(alias) or "?", condition_of(alias))
                )
        yield from table(rows)


def alias_names(modules: Sequence[Settings]) -> list[str]:
    return list(dict.fromkeys(name for settings in modules for name in settings.aliases))


def place_of(alias: Alias) -> str:
    return f"{alias.place.path}:{alias.place.row}" if alias.place else "Django's own, no CACHES"


def condition_of(alias: Alias) -> str:
    return f"only if {alias.condition.text}" if alias.condition is not None else ""


def _stops(modules: Sequence[Settings]) -> Iterator[str]:
    for number, settings in enumerate(modules, 1):
        for cause in settings.causes:
            yield f"  {number}  {_cause(cause)}"


def _cause(cause: Cause) -> str:
    return f"{cause.place.path}:{cause.place.row}: {cause.message}"


def table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def backend_of(alias: Alias) -> str | None:
    return _either(alias, "BACKEND")


def _either(alias: Alias, key: str) -> str | None:
    """What an entry of an alias may be, each once; None where it has none."""
    texts = []
    for choice in alias.choices:
        item = choice.value.get(key) if isinstance(choice.value, Mapping) else None
        if isinstance(choice.value, Unknown):
            texts.append(_text(choice.value))
        texts += [_text(inner.value) for inner in (item.choices if item is not None else ())]
    return " | ".join(dict.fromkeys(texts)) or None


def _text(value: Known) -> str:
    if isinstance(value, Constant):
        return value.value if isinstance(value.value, str) else repr(value.value)
    if isinstance(value, Text):
        return "".join(p if isinstance(p, str) else f"{{{p.text}}}" for p in value.parts)
    if isinstance(value, Unknown):
        return f"{{{value.text}}}"
    if isinstance(value, Reference):
        return value.name
    if isinstance(value, Listing):
        return ", ".join(_text(choice.value) for choice in value.items)
    return "{…}"


def render_settings_json(found: ProjectSettings) -> str:
    """The shape of docs: ``modules`` with their aliases, and ``notes``."""
    document = {
        "modules": [_module_json(settings) for settings in found.modules],
        "notes": [_cause_json(cause) for cause in found.unresolved],
    }
    return json.dumps(document, indent=2) + "\n"


def _module_json(settings: Settings) -> dict[str, Any]:
    module = settings.module
    return {
        "module": module.module,
        "configuration": module.configuration,
        "path": module.path,
        "role": module.role.value,
        "found_by": [f"{mention.path}:{mention.row}" for mention in module.found_by],
        "open": settings.is_open,
        "causes": [_cause_json(cause) for cause in settings.causes],
        "aliases": {name: _alias_json(alias) for name, alias in settings.aliases.items()},
    }


def _alias_json(alias: Alias) -> dict[str, Any]:
    condition = alias.condition.text if alias.condition is not None else None
    return {
        "certainty": alias.certainty.value,
        "condition": _masked(condition),
        "backend": _masked(backend_of(alias)),
        "location": _masked(_either(alias, "LOCATION")),
        "filename": alias.place.path if alias.place is not None else None,
        "row": alias.place.row if alias.place is not None else None,
    }


def _cause_json(cause: Cause) -> dict[str, Any]:
    span = cause.place.span
    return {
        "filename": cause.place.path,
        "location": {"row": span.row, "column": span.column},
        "message": masked(cause.message),
    }


def _masked(text: str | None) -> str | None:
    return masked(text) if text is not None else None
