"""What the names in expressions of views stand for, across files."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.dataclass import dataclass
from cachelint.facts.paths import join_path
from cachelint.facts.view_records import (
    Call,
    Choice,
    Expression,
    Imported,
    Literal,
    Name,
    Routine,
    ViewClass,
    ViewFacts,
)
from cachelint.facts.vocabulary import is_canonical
from cachelint.modules import Modules

_MAX_LINKS = 20


@dataclass(frozen=True)
class Outside:
    """Something that the project does not define: a name of Django, of a library, unknown."""

    path: str


@dataclass(frozen=True)
class Placed:
    """What a file defines: a function, a class, or what an assignment binds."""

    file: ViewFacts
    definition: Routine | ViewClass | Expression
    attributes: tuple[str, ...] = ()


Target = Outside | Placed


class Lookup:
    """Resolves names through the files of the project."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules

    def targets(self, expression: Expression, file: ViewFacts, depth: int = 0) -> list[Target]:
        """What a name may stand for; nothing for an expression that is no name."""
        if depth > _MAX_LINKS:
            return []
        if isinstance(expression, Imported):
            return self._imported(expression.path, file, depth)
        if isinstance(expression, Name):
            return [
                target
                for definition in self._look_up(expression, file)
                for target in self._followed(definition, expression.attributes, file, depth)
            ]
        if isinstance(expression, Choice):
            return [
                target
                for alternative in expression.alternatives
                for target in self.targets(alternative, file, depth + 1)
            ]
        return []

    def _look_up(self, name: Name, file: ViewFacts) -> Iterator[Routine | ViewClass | Expression]:
        found = file.look_up(name.name, name.row)
        if found:
            yield from found
            return
        for star in reversed(file.stars):
            dotted = join_path(star, name.name)
            if is_canonical(dotted) or self._modules.locate(dotted, file.path) is not None:
                yield Imported(dotted)
                return

    def _followed(
        self,
        definition: Routine | ViewClass | Expression,
        attributes: tuple[str, ...],
        file: ViewFacts,
        depth: int,
    ) -> list[Target]:
        if isinstance(definition, Imported):
            path = ".".join((definition.path, *attributes))
            return self._imported(path, file, depth)
        if isinstance(definition, Name):
            longer = (*definition.attributes, *attributes)
            return self.targets(Name(definition.name, longer, definition.row), file, depth + 1)
        return [Placed(file, definition, attributes)]

    def _imported(self, path: str, file: ViewFacts, depth: int) -> list[Target]:
        if is_canonical(path):
            return [Outside(path)]
        found = self._modules.locate(path, file.path)
        views = self._modules.views(found[0].path) if found is not None else None
        if found is None or views is None:
            return [Outside(path.lstrip("."))]
        return self.targets(Name(found[0].name, found[1], None), views, depth + 1)

    def paths(self, expression: Expression, file: ViewFacts) -> set[str]:
        """The qualified names outside of the project that ``expression`` may be."""
        return {t.path for t in self.targets(expression, file) if isinstance(t, Outside)}

    def called(self, expression: Expression, file: ViewFacts) -> set[str]:
        """As paths, of what a call calls."""
        return self.paths(expression.function, file) if isinstance(expression, Call) else set()

    def literal(self, expression: Expression | None, file: ViewFacts) -> Literal | None:
        """The constant that an expression is, or that its name is bound to."""
        if isinstance(expression, Literal) or expression is None:
            return expression
        found = [
            target.definition
            for target in self.targets(expression, file)
            if isinstance(target, Placed) and isinstance(target.definition, Literal)
        ]
        return found[0] if len(found) == 1 else None
