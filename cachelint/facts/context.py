"""Where a walk is, and what it has put off."""

from __future__ import annotations

from collections.abc import Callable

from cachelint.dataclass import dataclass, replace
from cachelint.facts.conditions import Branch
from cachelint.facts.records import Guard, GuardKind, Phase

_LASTING = frozenset({GuardKind.SETTING, GuardKind.MEMBERSHIP})


@dataclass(frozen=True)
class Context:
    """Where the walk is: what every use records of its surroundings."""

    phase: Phase = Phase.IMPORT
    guards: tuple[Guard, ...] = ()
    owner: str = ""
    in_class_body: bool = False
    is_async: bool = False
    is_deferred: bool = False
    """In a lambda or generator of ``owner``, which runs when somebody asks for it."""

    def under(self, branch: Branch) -> Context:
        phase = Phase.MAIN if branch.main and self.phase is Phase.IMPORT else self.phase
        return replace(self, phase=phase, guards=self.guards + branch.guards)

    def deferred(
        self, phase: Phase = Phase.CALL, owner: str | None = None, is_async: bool = False
    ) -> Context:
        """The context of a body that runs later.

        Of the guards around its definition those stay that speak of the settings.
        """
        guards = tuple(guard for guard in self.guards if guard.kind in _LASTING)
        if owner is None:
            return Context(phase, guards, self.owner, is_deferred=True, is_async=is_async)
        return Context(phase, guards, owner, is_async=is_async)


@dataclass(frozen=True)
class Deferred:
    """A body that runs later: where it stands, and how it is walked.

    ``is_inner``: in another function, the names of which it sees. ``is_of_cache``: in a class that
    is named after caches.
    """

    first_row: int
    last_row: int
    walk: Callable[[], None]
    is_inner: bool = False
    is_of_cache: bool = False
