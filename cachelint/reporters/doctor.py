"""``cachelint doctor``: what was seen and what is wrong, for people and as json."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from cachelint.doctor import Examination, Fault, Patient
from cachelint.doctor.records import Cache
from cachelint.reporters.settings import printable_lines, table
from cachelint.source import masked

_WARNING = (
    "cachelint doctor runs the project: {python} loads each settings module in a process of its"
    " own,\nstarts Django with those that are asked, and asks each of their caches for one key."
)


def render_examination(found: Examination) -> str:
    """All that was seen, what is wrong with numbers, and the sum."""
    parts = [_WARNING.format(python=found.python), "\n".join(_overview(found))]
    parts += ["\n".join(_patient(patient)) for patient in found.patients]
    if found.differences:
        parts.append("\n".join(["Differences", *(f"  {line}" for line in found.differences)]))
    faults = found.all_faults
    if faults:
        groups = _grouped(faults)
        lines = [line for number, group in enumerate(groups, 1) for line in _fault(number, group)]
        parts.append("\n".join(["What is wrong", *lines]))
        parts.append(f"Found {len(groups)} {'fault' if len(groups) == 1 else 'faults'}.")
    else:
        parts.append("Sound.")
    return printable_lines("\n\n".join(parts)) + "\n"


def _overview(found: Examination) -> Iterator[str]:
    yield f"Active     {found.choice.label}, chosen by {found.choice.chosen_by}"
    yield f"Versions   {', '.join(f'{name} {v}' for name, v in found.versions.items())}"


def _patient(patient: Patient) -> Iterator[str]:
    what = "asked" if patient.is_asked else "loaded only"
    if patient.error is not None:
        what = f"does not load: {patient.error}"
    who = f"; {patient.named_by}" if patient.named_by else ""
    yield f"{patient.label}  {patient.role}, {what}{who}"
    rows: list[tuple[str, ...]] = [
        ("alias", "read", "runs", "backend", "location", "ping" if patient.is_asked else "")
    ]
    rows += [_row(cache) for cache in patient.caches]
    if len(rows) > 1:
        yield from table(rows)


def _row(cache: Cache) -> tuple[str, ...]:
    runs = {None: "?", True: "yes", False: "no"}[cache.runs]
    backend = (cache.backend or "-").removeprefix("django.core.cache.backends.")
    ping = "" if cache.milliseconds is None else f"{cache.milliseconds} ms"
    if cache.fault is not None:
        ping = cache.fault.kind
    return f'"{cache.alias}"', cache.read or "?", runs, backend, cache.location or "-", ping


def _grouped(faults: Sequence[Fault]) -> list[list[Fault]]:
    """Faults that say the same of several aliases, or of several places, together."""
    groups: dict[tuple[str | None, ...], list[Fault]] = {}
    for fault in faults:
        key = (fault.kind, fault.environment, _message(fault, "…"), fault.help)
        groups.setdefault(key, []).append(fault)
    return list(groups.values())


def _message(fault: Fault, aliases: str) -> str:
    return fault.message.replace(f'"{fault.alias}"', aliases) if fault.alias else fault.message


def _fault(number: int, group: Sequence[Fault]) -> Iterator[str]:
    first = group[0]
    aliases = dict.fromkeys(fault.alias for fault in group if fault.alias)
    where = f"{first.environment}: " if first.environment else ""
    message = _message(first, ", ".join(f'"{alias}"' for alias in aliases))
    yield f"  {number}. {where}{message} [{first.kind}]"
    places = dict.fromkeys(fault.place for fault in group if fault.place)
    if places:
        yield f"     at {', '.join(places)}"
    if first.help:
        yield f"     help: {first.help}"


def render_examination_json(found: Examination) -> str:
    document = {
        "python": found.python,
        "folder": found.folder,
        "versions": found.versions,
        "active": {"module": found.choice.label, "chosen_by": found.choice.chosen_by},
        "environments": [_patient_json(patient) for patient in found.patients],
        "differences": list(found.differences),
        "faults": _faults_json(found.all_faults),
    }
    return json.dumps(document, indent=2) + "\n"


def _patient_json(patient: Patient) -> dict[str, Any]:
    return {
        "module": patient.label,
        "path": patient.path,
        "role": patient.role,
        "named_by": patient.named_by,
        "asked": patient.is_asked,
        "error": patient.error,
        "aliases": {cache.alias: _cache_json(cache) for cache in patient.caches},
    }


def _cache_json(cache: Cache) -> dict[str, Any]:
    return {
        "read": cache.read,
        "runs": cache.runs,
        "backend": cache.backend,
        "location": cache.location,
        "ping": None
        if cache.milliseconds is None
        else {
            "milliseconds": cache.milliseconds,
            "fault": cache.fault.kind if cache.fault is not None else None,
        },
    }


def _faults_json(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    # The text report masks its lines, too: what a rule quotes may be anything.
    return [
        {key: masked(value) if value is not None else None for key, value in asdict(fault).items()}
        for fault in faults
    ]
