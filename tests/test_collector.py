"""What a run, or a guest in one, does with Python's garbage collector."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from cachelint import collector
from cachelint.collector import Guest, free_much, leaving_no_garbage, without_collector


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()
    assert gc.isenabled()


class Node:
    """Garbage that only a collector finds."""

    count = 0

    def __init__(self) -> None:
        self.me = self
        Node.count += 1

    def __del__(self) -> None:
        Node.count -= 1


def kept(number: int) -> list[list[int]]:
    return [[one] for one in range(number)]


def test_a_run_does_without() -> None:
    with without_collector():
        assert not gc.isenabled()
        with without_collector():
            assert not gc.isenabled()
        assert not gc.isenabled()


def test_garbage_of_a_run_goes_at_once() -> None:
    with without_collector():
        with leaving_no_garbage():
            Node()
            assert Node.count == 1
        assert Node.count == gc.get_freeze_count() == 0


def test_what_a_guest_keeps_is_set_aside_when_it_has_doubled() -> None:
    guest, held, frozen = Guest(), [], []
    for _ in range(16):
        with guest.working():
            assert not gc.isenabled()
            held += kept(6_000)
        frozen.append(gc.get_freeze_count())
    assert frozen[0] == 0 < frozen[1], "few objects are not worth it"
    assert len(set(frozen)) == 5
    assert frozen[-1] > 0.5 * len(held)


def test_garbage_of_the_host_is_not_set_aside() -> None:
    guest = Guest()
    Node()
    with guest.working():
        held = kept(20_000)
    assert Node.count == 0
    assert gc.get_freeze_count() > len(held)


def test_what_is_set_aside_stays_there() -> None:
    """Settings are read while the guest works: their garbage is for the host to find."""
    guest = Guest()
    with guest.working():
        held = kept(20_000)
    frozen = gc.get_freeze_count()
    assert frozen > len(held)
    with guest.working(), leaving_no_garbage():
        Node()
    assert gc.get_freeze_count() == frozen
    gc.collect()
    assert Node.count == 0


def test_a_host_without_a_collector() -> None:
    guest = Guest()
    gc.disable()
    try:
        with guest.working():
            held = kept(20_000)
        assert not gc.isenabled()
        assert gc.get_freeze_count() == 0 < len(held)
    finally:
        gc.enable()


def test_an_error_while_a_guest_works() -> None:
    with pytest.raises(ZeroDivisionError), Guest().working():
        raise ZeroDivisionError
    assert gc.isenabled()


@pytest.mark.parametrize(("much", "left"), [(10, 0), (10_000, 50)])
def test_garbage_is_freed_where_it_is_much(
    monkeypatch: pytest.MonkeyPatch, much: int, left: int
) -> None:
    monkeypatch.setattr(collector, "_MUCH", much)
    gc.collect()
    with without_collector():
        for _ in range(50):
            Node()
        free_much()
        assert Node.count == left
    gc.collect()
    assert Node.count == 0


def test_nothing_is_freed_for_others() -> None:
    gc.collect()
    gc.disable()
    try:
        for _ in range(50):
            Node()
        free_much()
        assert Node.count == 50
    finally:
        gc.enable()
        gc.collect()
