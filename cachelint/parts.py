"""Projects that lie side by side are judged side by side, each in a process of its own.

A file imports from its own repository or distribution, or else from what is installed. Those that
none of two others contains have nothing to say to one another, so that a process can take one of
them from the first folder to the last rule. What it has learnt goes with it: no process needs the
memory that all of them would.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from cachelint import disk
from cachelint.discovery import DEFAULT_EXCLUDES, PYTHON_SUFFIXES
from cachelint.places import PROJECT_MARKERS, is_package, repository_folder

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    _Working = dict[Connection, tuple[int, BaseProcess]]

#: Files in all projects together below which they are judged together.
WORTH_DIVIDING = 500
_T = TypeVar("_T")
_Part = TypeVar("_Part")
#: What makes a folder whole: patterns for all of it, modules or templates of its own.
_MARKERS = frozenset({*PROJECT_MARKERS, ".gitignore", "__init__.py"})
#: Below so many folders without any of that nobody keeps projects.
_MAX_DEPTH = 4


def projects_below(paths: Sequence[str], is_excluded: Callable[[str], bool]) -> list[str]:
    """The folders under ``paths`` that are projects for themselves, with all that is in them.

    ``is_excluded`` is asked with absolute paths of folders. Empty where ``paths`` are files, lie in
    one another or in a project.
    """
    if not all(map(disk.is_folder, paths)):
        return []
    absolute = [os.path.abspath(path) for path in paths]
    starts = {os.path.join(path, "") for path in absolute}
    is_nested = len(starts) < len(paths) or any(
        one != other and one.startswith(other) for one in starts for other in starts
    )
    if is_nested or any(repository_folder(path) != path for path in absolute):
        return []
    return [one for path in paths for one in _projects(path, is_excluded, _MAX_DEPTH)]


def _projects(folder: str, is_excluded: Callable[[str], bool], depth: int) -> Iterator[str]:
    try:
        entries = disk.entries(folder)
    except OSError:
        entries = []
        depth = 0  # Reported where it is judged.
    names = {entry.name for entry in entries}
    below = [
        os.path.normpath(os.path.join(folder, entry.name))
        for entry in entries
        if entry.name not in DEFAULT_EXCLUDES and entry.is_dir(follow_symlinks=False)
    ]
    is_whole = (
        depth == 0
        or not names.isdisjoint(_MARKERS)
        or os.path.basename(folder) == "templates"
        or any(name.endswith(PYTHON_SUFFIXES) for name in names)
        or any(map(is_package, below))
    )
    if is_whole:
        yield folder
        return
    for one in below:
        if not is_excluded(os.path.abspath(one)):
            yield from _projects(one, is_excluded, depth - 1)


def each(
    job: Callable[[_Part], _T],
    parts: Sequence[_Part],
    count: int,
    done: Callable[[_Part], None] | None = None,
) -> list[_T]:
    """The results of ``job`` for each of ``parts``, in order, each of a process of its own.

    ``count`` of them work at a time; one is this one. What ``job`` raises is raised here. ``done``
    is told each part when its result is there.
    """
    if count == 1:
        return [_alone(job, part) for part in parts]
    # Loaded here: most runs need no process.
    from multiprocessing import get_context
    from multiprocessing.connection import wait
    from pickle import loads

    context = get_context("fork")
    # As they were sent: what this process holds, those that it makes next hold, too.
    results: dict[int, bytes] = {}
    working: _Working = {}

    def take() -> None:
        for number in _take(wait([*working]), working, results):
            if done is not None:
                done(parts[number])

    try:
        for number, part in enumerate(parts):
            if len(working) == count:
                take()
            receiver, sender = context.Pipe(duplex=False)
            process: BaseProcess = context.Process(target=_work, args=(job, part, sender))
            process.start()
            sender.close()
            working[receiver] = number, process
        while working:
            take()
    finally:
        for _, process in working.values():
            process.terminate()
            process.join()
    return [loads(results[number]) for number in range(len(parts))]


def _alone(job: Callable[[_Part], _T], part: _Part) -> _T:
    try:
        return job(part)
    finally:
        # The collector is off (collector.py), and what a part has learnt is cyclic here and there.
        gc.collect()


def _work(job: Callable[[_Part], object], part: _Part, sender: Connection) -> None:
    from pickle import dumps

    try:
        answer: tuple[bool, object] = True, dumps(job(part))
    except Exception as error:  # noqa: BLE001 It is raised where the result is awaited.
        answer = False, error
    sender.send(answer)


def _take(
    ready: list[Any],
    working: _Working,
    results: dict[int, bytes],
) -> list[int]:
    """Take the answers of the processes that are done; their numbers. Raises what they raised."""
    taken = []
    for receiver in ready:
        number, process = working[receiver]
        try:
            is_done, answer = receiver.recv()
        except EOFError:
            process.join()
            raise ChildProcessError(
                f"a process of cachelint has ended with {process.exitcode}; run with -j 1"
            ) from None
        process.join()
        del working[receiver]
        if not is_done:
            raise answer
        results[number] = answer
        taken.append(number)
    return taken
