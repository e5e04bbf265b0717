"""The arguments of a call, evaluated.

Knows choices; must not know who is called.
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.dataclass import dataclass, field
from cachelint.settings.interpreter.values import Choices
from cachelint.settings.records import Constant


@dataclass
class Arguments:
    """The arguments of a call. ``is_complete``: no ``*`` or ``**`` of something unknown."""

    positional: list[Choices] = field(default_factory=list)
    keywords: dict[str, Choices] = field(default_factory=dict)
    is_complete: bool = True

    def get(self, index: int, name: str = "") -> Choices | None:
        if index < len(self.positional):
            return self.positional[index]
        return self.keywords.get(name)

    def all(self) -> Iterator[Choices]:
        yield from self.positional
        yield from self.keywords.values()


def one_constant(choices: Choices | None) -> Constant | None:
    """The one constant that ``choices`` are."""
    if choices is None or len(choices) != 1:
        return None
    value = choices[0][1]
    return value if isinstance(value, Constant) else None
