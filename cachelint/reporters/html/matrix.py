"""Which environment has which alias, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from cachelint.places import report_path
from cachelint.reporters.settings import (
    alias_names,
    backend_of,
    cell_of,
    condition_of,
    place_of,
)
from cachelint.settings.reader import ProjectSettings
from cachelint.settings.records import Settings
from cachelint.source import masked, printable

_NONE = '<p class="none">No settings module found.</p>'
_LEGEND = (
    "yes: there · if: only under a condition · -: missing · ?: not to be told."
    " Each cell names the place, the backend and the condition when it is pointed at."
)
_KINDS = {"yes": "there", "if": "sometimes", "-": "missing", "?": "unknown"}


def render_matrix(found: Sequence[ProjectSettings]) -> str:
    """A table for each project; ``found`` may name a settings module more than once."""
    modules = {(s.module.project, s.module.label): s for one in found for s in one.modules}
    projects = dict.fromkeys(project for project, _ in modules)
    tables = [
        "".join(_table([s for s in modules.values() if s.module.project == project], title))
        for project in projects
        for title in [report_path(project) if len(projects) > 1 else ""]
    ]
    return "\n".join(tables) or _NONE


def _table(modules: Sequence[Settings], title: str) -> Iterator[str]:
    if title:
        yield f"<h3>{_shown(title)}</h3>"
    yield '<div class="scroll"><table class="matrix"><thead><tr><th>alias</th>'
    for settings in modules:
        state = "not all could be read" if settings.is_open else "read to the end"
        role = f"{settings.module.role.value}{', open' if settings.is_open else ''}"
        yield (
            f'<th title="{_shown(report_path(settings.module.path))}: {state}">'
            f"{_shown(settings.module.label)}<small>{role}</small></th>"
        )
    yield "</tr></thead><tbody>"
    for name in alias_names(modules):
        cells = "".join(_cell(settings, name) for settings in modules)
        yield f"<tr><th>{_shown(name)}</th>{cells}</tr>"
    yield "</tbody></table></div>\n"
    yield f'<p class="none">{_LEGEND}</p>'
    yield from _stops(modules)


def _cell(settings: Settings, name: str) -> str:
    text = cell_of(settings, name)
    alias = settings.aliases.get(name)
    details = [f"no {name} in {settings.module.label}"]
    if alias is not None:
        found = (place_of(alias), backend_of(alias), condition_of(alias))
        details = [detail for detail in found if detail]
    hint = _shown("; ".join(details))
    return f'<td class="{_KINDS[text]}" title="{hint}">{text}</td>'


def _stops(modules: Sequence[Settings]) -> Iterator[str]:
    causes = [(s.module.label, cause) for s in modules for cause in s.causes]
    if causes:
        yield "<p>Where the reader had to stop:</p><ul>"
        for label, cause in causes:
            place = f"{report_path(cause.place.path)}:{cause.place.row}"
            yield f"<li>{_shown(label)}: {_shown(place)}: {_shown(cause.message)}</li>"
        yield "</ul>"


def _shown(text: str) -> str:
    return escape(printable(masked(text)))
