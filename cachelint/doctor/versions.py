"""Packages that do not fit together: what each requires of the others, as it says itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cachelint.doctor.records import Fault

_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*\(?([^;()]*)\)?\s*(?:;(.*))?$")
_CLAUSE = re.compile(r"(~=|==|!=|<=|>=|<|>)\s*([0-9]+(?:\.[0-9]+)*)(\.\*)?")
_RELEASE = re.compile(r"\d+(?:\.\d+)*")

Release = tuple[int, ...]
#: What the documentation demands and no package says: Django's own Redis backend, of redis-py.
_UNSAID = (("Django", "redis", ">=3.0.0"),)


def version_faults(packages: dict[str, dict[str, Any]]) -> Iterator[Fault]:
    """``packages`` as the probe lists them: version and requirements by name."""
    installed = {_normal(name): package["version"] for name, package in packages.items()}
    said = [
        (name, requirement)
        for name, package in packages.items()
        for requirement in package["requires"]
    ]
    for name, requirement in (*said, *((n, f"{other}{spec}") for n, other, spec in _UNSAID)):
        match = _REQUIREMENT.match(requirement)
        if match is None or name not in packages or "extra" in (match[3] or ""):
            continue
        version = installed.get(_normal(match[1]))
        # A marker may ask for another Python; such a requirement is left to pip.
        if version is None or match[3] or fits(version, match[2]):
            continue
        yield Fault(
            "versions",
            f"{name} {packages[name]['version']} requires {match[1]}{match[2].strip()}, and"
            f" {match[1]} {version} is installed",
            f'python -m pip install "{match[1]}{match[2].strip()}", or another {name}',
        )


def fits(version: str, specifier: str) -> bool:
    """Whether a version is one of those that a specifier allows; what is not understood is."""
    own = release(version)
    return own is None or all(_holds(own, *clause) for clause in _CLAUSE.findall(specifier))


def _holds(own: Release, symbol: str, bound_text: str, star: str) -> bool:
    bound = release(bound_text) or ()
    length = max(len(own), len(bound))
    left, right = _padded(own, length), _padded(bound, length)
    if star:
        is_same = left[: len(bound)] == bound
        return is_same if symbol == "==" else not is_same
    if symbol == "~=":
        return left >= right and left[: len(bound) - 1] == bound[:-1]
    return {
        "==": left == right, "!=": left != right, "<=": left <= right,
        ">=": left >= right, "<": left < right, ">": left > right,
    }[symbol]  # fmt: skip


def release(version: str) -> Release | None:
    """``5.2rc1`` → (5, 2)."""
    match = _RELEASE.match(version)
    return tuple(map(int, match[0].split("."))) if match is not None else None


def _padded(found: Release, length: int) -> Release:
    return found + (0,) * (length - len(found))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
