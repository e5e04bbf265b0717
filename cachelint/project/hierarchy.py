"""Class hierarchies across the files of a project."""

from __future__ import annotations

from cachelint.facts.paths import split_names
from cachelint.facts.records import FileFacts, Values
from cachelint.modules import Modules, Resolved


class Project:
    """The files around the one that is judged."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules

    def resolve(self, values: Values, facts: FileFacts) -> tuple[Resolved, ...]:
        """What ``values``, met in the file of ``facts``, may be when other files are asked."""
        return self._modules.resolve(values, facts.path)

    def facts(self, path: str) -> FileFacts | None:
        return self._modules.facts(path)

    def relative_path(self, facts: FileFacts) -> str:
        """The path of the file from the root of its project, whatever lies above that."""
        return self._modules.relative_path(facts.path)

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
                else:
                    found.add(split_names(value.path)[0])
        return frozenset(found)
