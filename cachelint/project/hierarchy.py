"""Class hierarchies across the files of a project."""

from __future__ import annotations

from cachelint.facts.paths import split_names
from cachelint.facts.records import FileFacts, Values
from cachelint.modules import Modules, Resolved
from cachelint.project.lifetime import instances_may_live_long
from cachelint.project.pages import CachedPage, Pages


class Project:
    """The files around the one that is judged.

    ``whole`` is false where only what one file and its imports show shall count (flake8).
    """

    def __init__(self, modules: Modules, whole: bool = True) -> None:
        self._modules = modules
        self._whole = whole

    def resolve(self, values: Values, facts: FileFacts) -> tuple[Resolved, ...]:
        """What ``values``, met in the file of ``facts``, may be when other files are asked."""
        return self._modules.resolve(values, facts.path)

    def facts(self, path: str) -> FileFacts | None:
        return self._modules.facts(path)

    def has_name(self, module: str, name: str, origin: str) -> bool | None:
        """Whether a module of the project, seen from the file ``origin``, has a name.

        None for a module of another package, and where it cannot be told.
        """
        return self._modules.has_name(module, name, origin)

    def relative_path(self, facts: FileFacts) -> str:
        """The path of the file from the root of its project, whatever lies above that."""
        return self._modules.relative_path(facts.path)

    def may_live_long(self, facts: FileFacts, class_name: str) -> bool:
        """Whether an object of the class may outlive the call that makes it."""
        return instances_may_live_long(self._modules, facts, class_name, self._whole)

    def leaking_pages(self, facts: FileFacts) -> tuple[CachedPage, ...]:
        """Pages of one user that ``cache_page``, as the file writes it, stores for all."""
        return tuple(Pages(self._modules).of(facts.path))

    def ancestors(self, facts: FileFacts, class_name: str) -> frozenset[str]:
        """Qualified names outside the project from which a class derives, at any distance.

        The metaclass and the decorators count: ``abc.ABCMeta``, ``dataclasses.dataclass()``.
        """
        found: set[str] = set()
        seen: set[tuple[str, str]] = set()
        waiting = [(facts, class_name)]
        while waiting:
            file, name = waiting.pop()
            cls = file.classes.get(name)
            if cls is None or (file.path, name) in seen:
                continue
            seen.add((file.path, name))
            for value in (*cls.bases, *cls.metaclass, *cls.decorators):
                target = self._modules.find_class(value.path, file)
                if target is not None:
                    waiting.append(target)
                    continue
                # A re-export of something outside of the project, else a name of its own.
                outside = [r.path for r in self._modules.resolve((value,), file.path)]
                found.update(split_names(path)[0] for path in outside or [value.path])
        return frozenset(found)
