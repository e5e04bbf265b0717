"""Python's garbage collector, which a run over many files does without."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

#: Whether the collector rests for the whole of a run.
_rests = False
#: New objects of which garbage may be the larger half: some 10 MB.
_MUCH = 100_000


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    """Little of ours is cyclic, and a collector that walks every tree doubles the parsing."""
    global _rests
    if not gc.isenabled():
        yield
        return
    gc.disable()
    _rests = True
    try:
        yield
    finally:
        _rests = False
        gc.enable()


@contextlib.contextmanager
def leaving_no_garbage() -> Iterator[None]:
    """Free what goes in circles and is new, where nobody else does because the collector rests."""
    if not _rests:
        yield
        return
    # What is there already is not looked at: that takes longer than reading most settings.
    gc.freeze()
    try:
        yield
    finally:
        gc.collect()
        gc.unfreeze()


def free_much() -> None:
    """Free what goes in circles where much is new, and the collector rests.

    To look at all that lives takes a tenth of a second in a large project.
    """
    if _rests and gc.get_count()[0] > _MUCH:
        gc.collect()


class Guest:
    """A part of somebody else's run, whose collector it shares: a plugin of flake8.

    What the guest keeps until the end is walked whenever the host looks for garbage, which takes
    longer than all that the guest does. Therefore it is set aside whenever it has doubled, with
    whatever else lives at that time. Seldom, because among that is what will be garbage later, and
    stays for ever then: a few trees.
    """

    #: Objects for which nobody need to be asked.
    _FEW = 10_000

    def __init__(self) -> None:
        self._kept = 0
        self._new = 0

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Nothing is collected meanwhile; what is there more afterwards is taken for kept."""
        was_on = gc.isenabled()
        gc.disable()
        before = gc.get_count()[0]
        try:
            yield
        finally:
            self._new += max(0, gc.get_count()[0] - before)
            if was_on:
                gc.enable()
        if was_on and self._new > max(self._kept, self._FEW):
            gc.collect()
            gc.freeze()
            self._kept += self._new
            self._new = 0
