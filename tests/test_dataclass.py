"""Our ``dataclass`` makes what the one of the standard library makes."""

from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import field, replace
from typing import Any

import pytest

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Evidence, Span

Made = Callable[..., Any]


def _made(decorator: Made, **options: bool) -> Made:
    class Base:
        """Of which the fields are inherited."""

        row: int

    class Thing(Base):
        """Something with every kind of field that we have."""

        name: str
        parts: tuple[str, ...] = ()
        note: str = field(default="", compare=False)
        seen: list[str] = field(default_factory=list, repr=False, compare=False)

    decorator(**options)(Base)
    made: Made = decorator(**options)(Thing)
    return made


@pytest.mark.parametrize("options", [{}, {"frozen": True}, {"frozen": True, "order": True}])
def test_objects_compare_hash_and_look_as_usual(options: dict[str, bool]) -> None:
    given: list[tuple[Any, ...]] = [(1, "a"), (1, "a", ()), (1, "b", ("c",)), (1, "a", (), "note")]
    ours, usual = ([make(*one) for one in given] for make in (_both(options)))
    assert [a == b for a in ours for b in ours] == [a == b for a in usual for b in usual]
    assert [a != b for a in ours for b in usual] == [True] * 16
    assert list(map(repr, ours)) == list(map(repr, usual))
    assert (ours[0] == replace(ours[2], name="a", parts=())) is True
    assert ours[0] != (1, "a", (), "", [])
    if options:
        assert list(map(hash, ours)) == list(map(hash, usual))
    else:
        with pytest.raises(TypeError):
            hash(ours[0])
    if "order" in options:
        for method in ("__lt__", "__le__", "__gt__", "__ge__"):
            assert [getattr(a, method)(b) for a in ours for b in ours] == [
                getattr(a, method)(b) for a in usual for b in usual
            ]
    else:
        with pytest.raises(TypeError):
            sorted(ours)


def _both(options: dict[str, bool]) -> tuple[Made, Made]:
    return _made(dataclass, **options), _made(dataclasses.dataclass, **options)


def test_objects_go_from_process_to_process() -> None:
    place = Evidence("a.py", Span(1, 2, 3, 4), "here")
    assert pickle.loads(pickle.dumps(place)) == place


def test_identity_where_that_was_asked_for() -> None:
    make = _made(dataclass, eq=False)
    assert make(1, "a") != make(1, "a")
    assert len({make(1, "a"), make(1, "a")}) == 2
