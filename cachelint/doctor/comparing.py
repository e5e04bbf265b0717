"""How the caches of two environments differ, in one line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cachelint.doctor.records import Cache, Patient


def compare(patients: Sequence[Patient]) -> Iterator[str]:
    """The first against each of the others, as far as they are known."""
    for other in patients[1:]:
        yield from _compare(patients[0], other)


def _compare(first: Patient, other: Patient) -> Iterator[str]:
    own, theirs = _there(first), _there(other)
    for alias in dict.fromkeys((*own, *theirs)):
        if alias not in theirs:
            yield f'"{alias}" is in {first.label}, and not in {other.label}'
        elif alias not in own:
            yield f'"{alias}" is in {other.label}, and not in {first.label}'
        else:
            one, two = own[alias].backend, theirs[alias].backend
            if one is not None and two is not None and one != two:
                yield (
                    f'"{alias}" is a {_short(one)} in {first.label}, and a {_short(two)} in'
                    f" {other.label}"
                )


def _there(patient: Patient) -> dict[str, Cache]:
    """The aliases that run, or are certain to, where that is all one knows."""
    return {
        cache.alias: cache
        for cache in patient.caches
        if cache.runs or (cache.runs is None and cache.read == "yes")
    }


def _short(backend: str) -> str:
    module, _, name = backend.rpartition(".")
    # Two packages have a RedisCache.
    return f"{name} ({module.partition('.')[0]})"
