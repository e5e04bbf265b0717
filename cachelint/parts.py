"""Projects that lie side by side are judged side by side, each in a process of its own.

A file imports from its own repository or distribution, or else from what is installed. Those that
none of two others contains have nothing to say to one another, so that a process can judge one of
them from the first rule to the last.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from cachelint.places import repository_folder

_T = TypeVar("_T")
#: What a forked process is to do: it has the memory of the one that started it.
_job: Callable[[int], object] | None = None


class Parts(NamedTuple):
    """How a tree is divided: ``number`` parts, and the part of each repository in them."""

    number: int
    of_folder: dict[str, int]

    def part_of(self, path: str) -> int:
        """The part that the file at the absolute ``path`` belongs to."""
        folder = os.path.dirname(path)
        while folder not in self.of_folder:
            above = os.path.dirname(folder)
            if above == folder:
                return 0
            folder = above
        return self.of_folder[folder]


def divided(files: Iterable[tuple[str, int]], count: int) -> Parts:
    """``files``, absolute paths with sizes, in so many parts as there are repositories, at most."""
    known: dict[str, str] = {}
    sizes: dict[str, int] = {}
    for path, size in files:
        folder = os.path.dirname(path)
        if folder not in known:
            known[folder] = repository_folder(folder)
        sizes[known[folder]] = sizes.get(known[folder], 0) + size
    for inner in sorted(sizes, key=len, reverse=True):
        outer = next((root for root in sizes if inner.startswith(os.path.join(root, ""))), None)
        if outer is not None and outer != inner:
            sizes[outer] += sizes.pop(inner)
    loads = [0] * min(count, len(sizes))
    of_folder = {}
    for folder in sorted(sizes, key=lambda folder: (-sizes[folder], folder)):
        number = loads.index(min(loads))
        of_folder[folder] = number
        loads[number] += sizes[folder]
    return Parts(len(loads), of_folder)


@contextmanager
def elsewhere(job: Callable[[int], _T], count: int) -> Iterator[Iterator[_T]]:
    """The results of ``job(1)`` to ``job(count - 1)``, in order, while others work on them.

    What ``job`` changes is changed there alone; a process may do more than one. What it raises is
    raised where the result is taken.
    """
    # Loaded here: most runs need no process.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    global _job
    executor = ProcessPoolExecutor(count - 1, multiprocessing.get_context("fork"))
    _job = job
    try:
        results = [executor.submit(_done, number) for number in range(1, count)]
        yield (result.result() for result in results)
    finally:
        _job = None
        executor.shutdown(cancel_futures=True)


def _done(number: int) -> Any:
    assert _job is not None
    return _job(number)
