"""What the findings come to: which environment dies, where, and the command that shows it."""

from __future__ import annotations

from collections.abc import Sequence

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Diagnostic
from cachelint.places import report_path
from cachelint.source import printable

#: More places than these are counted.
MAX_PLACES = 3


@dataclass(frozen=True)
class Verdict:
    """``sentence`` names environment and places, ``command`` dies if it imports one of them."""

    sentence: str
    command: str


def verdicts(diagnostics: Sequence[Diagnostic]) -> list[Verdict]:
    """One for each environment in which importing a file ends in an error."""
    dying: dict[str, dict[str, None]] = {}
    for diagnostic in diagnostics:
        for label in diagnostic.fails_in:
            place = f"{printable(report_path(diagnostic.path))}:{diagnostic.span.row}"
            dying.setdefault(label, {})[place] = None
    return [
        Verdict(
            f"With {label} every command dies that imports {_listed(list(places))}: try",
            _check_command(label),
        )
        for label, places in sorted(dying.items())
    ]


def _listed(places: list[str]) -> str:
    if len(places) > MAX_PLACES:
        return f"{', '.join(places[:MAX_PLACES])} or {len(places) - MAX_PLACES} more"
    *others, last = places
    return f"{', '.join(others)} or {last}" if others else last


def _check_command(label: str) -> str:
    module, _, configuration = label.partition(":")
    environment = f"DJANGO_CONFIGURATION={configuration} " if configuration else ""
    return f"{environment}python manage.py check --settings={module}"
