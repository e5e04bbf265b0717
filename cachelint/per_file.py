"""The step from the bytes of a file to its facts: pure, and the same on whatever machine it runs.

Any ``concurrent.futures.Executor`` can take it: threads, processes, a cluster. What goes out are
paths with bytes, what comes back are facts, or the reason why there are none.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cachelint.facts import collect_facts, collect_outline
from cachelint.facts.records import FileFacts
from cachelint.source import Source, UnparsedSourceError, load, load_outline, load_sparse

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

#: Bytes that go to an executor at once: some tenths of a second of work.
BATCH = 400_000
#: Bytes below which processes of our own cost more than they bring.
WORTH_PROCESSES = 2_000_000
#: Batches that wait at a time: what has been collected is held until its turn comes.
_AHEAD = 64


class Task(NamedTuple):
    """A file to look at; ``is_whole``: with the bodies of all its functions."""

    path: str
    data: bytes
    is_whole: bool


Outcome = FileFacts | UnparsedSourceError


def facts_of(source: Source) -> FileFacts:
    """As collect_facts(); raises UnparsedSourceError where ``source`` is nested too deeply."""
    try:
        return collect_facts(source)
    except RecursionError as error:
        raise UnparsedSourceError("cannot be followed: nested too deeply") from error


def outline_of(path: str, data: bytes) -> FileFacts | None:
    """What runs while the file is imported; None where that cannot be told.

    That may be for its syntax, which is said where all of the file is looked at.
    """
    try:
        return collect_outline(load_outline(path, data), thorough=False)
    except (UnparsedSourceError, RecursionError):
        return None


def collect(tasks: Sequence[Task]) -> list[Outcome]:
    """What comes of each file, in order. Runs in the executor."""
    return [_collected(task) for task in tasks]


def _collected(task: Task) -> Outcome:
    try:
        return facts_of((load if task.is_whole else load_sparse)(task.path, task.data))
    except UnparsedSourceError as error:
        return error


def collect_with(executor: Executor, tasks: Iterable[Task]) -> Iterator[Outcome]:
    """What comes of each file, in order, by ``executor``."""
    waiting: deque[Future[list[Outcome]]] = deque()
    for batch in _batches(tasks):
        waiting.append(executor.submit(collect, batch))
        if len(waiting) > _AHEAD:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


def _batches(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    batch: list[Task] = []
    size = 0
    for task in tasks:
        batch.append(task)
        size += len(task.data)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def processes(jobs: int | None) -> int:
    """How many processes may work: ``jobs``; None: as many as there are processors."""
    return jobs or _processors()


def can_fork() -> bool:
    """Whether a process can be had that knows what this one knows."""
    import multiprocessing

    return "fork" in multiprocessing.get_all_start_methods()


def own_processes(jobs: int | None, size: int) -> Executor | None:
    """Processes of our own for files of ``size`` bytes; None where they are not worth it."""
    number = processes(jobs)
    if size < WORTH_PROCESSES or number < 2:
        return None
    import gc
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # Nothing of ours runs in threads: a fork is safe, and starts without loading anything.
    context = multiprocessing.get_context("fork" if can_fork() else None)
    return ProcessPoolExecutor(number - 1, context, gc.disable)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
