"""Comprehensions and generator expressions: loops without statements.

Storey above functions. Knows how the items of an iterable are gone through, for other loops too.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from cachelint.settings.interpreter.frames import Frame
from cachelint.settings.interpreter.functions import Functions
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.values import (
    Choices,
    DictObject,
    GeneratorObject,
    ListObject,
    Scope,
    Value,
)

#: Rounds of a loop over known items.
MAX_ROUNDS = 64


class Comprehensions(Functions):
    """Evaluates comprehensions."""

    def rounds(self, iterables: Choices, node: ast.expr) -> Iterator[tuple[Value, bool]]:
        """The items of an iterable, each with its runs; True: one stands for unknown ones."""
        for iterable in self.each(iterables):
            items, cause = self.items_of(iterable, node)
            if len(items) > MAX_ROUNDS:
                cause = self.cause(node, f"more than {MAX_ROUNDS} rounds")
                items = items[:MAX_ROUNDS]
            for guard, item in items:
                with self.under(guard):
                    if self.running != NEVER:
                        yield item, False
            if cause is not None:
                text = f"`{self.text(node)}` has items"
                with self.under(self.fresh_test(node, text, f"`{self.text(node)}` has none")):
                    value = self.opaque(node, cause=cause.message)
                    yield value, True

    def listed(self, generator: GeneratorObject) -> ListObject:
        """The items of a generator that nobody has taken, made for the runs that have not yet."""
        if generator.content is None:
            generator.content = ListObject(generator.place, "generator")
        waiting = self.guards.without(self.running, generator.done)
        if waiting != NEVER:
            generator.done = self.guards.either(generator.done, waiting)
            with self.under(waiting):
                made = generator.produce(None)
                generator.content.items += made.items
                generator.content.openings += made.openings
                generator.content.is_ordered &= made.is_ordered
        return generator.content

    def comprehension(self, node: ast.expr) -> Choices:
        assert isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp))
        if not self.is_relevant:
            return self.unknown(node)
        place = self.place(node)
        around = self.frame
        frame = Frame(
            around.module,
            Scope("function", around.scope),
            around.function,
            around.receiver,
            around.owner,
            self.is_relevant,
        )
        first = self.evaluate(node.generators[0].iter)
        if isinstance(node, ast.GeneratorExp):
            return [(self.running, self._generator_expression(node, frame, first))]
        new: DictObject | ListObject = (
            DictObject(place) if isinstance(node, ast.DictComp)
            else ListObject(place, "set" if isinstance(node, ast.SetComp) else "list")
        )  # fmt: skip
        with self.inside(frame):
            self._generate(node, new, 0, first)
        return [(self.running, new)] if self.running != NEVER else []

    def _generator_expression(
        self, node: ast.GeneratorExp, frame: Frame, first: Choices
    ) -> GeneratorObject:
        place = self.place(node)

        def produce(take: Callable[[Choices], None] | None) -> ListObject:
            new = ListObject(place, "generator")
            with self.inside(frame):
                self._generate(node, new, 0, first, take)
            return new

        return GeneratorObject(place, produce)

    def _generate(
        self,
        node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
        new: DictObject | ListObject,
        depth: int,
        iterables: Choices,
        take: Callable[[Choices], None] | None = None,
    ) -> None:
        generator = node.generators[depth]
        for item, is_unknown in self.rounds(iterables, generator.iter):
            self.step()
            self.assign(generator.target, [(self.running, item)])
            true = self.running
            for test in generator.ifs:
                with self.under(true):
                    true = self.is_true(test)
            with self.under(true):
                if self.running == NEVER:
                    continue
                if depth + 1 < len(node.generators):
                    inner = self.evaluate(node.generators[depth + 1].iter)
                    self._generate(node, new, depth + 1, inner, take)
                elif take is not None:
                    assert isinstance(node, ast.GeneratorExp)
                    take(self.evaluate(node.elt))
                else:
                    self._add_element(node, new)
                if is_unknown:
                    self.open(new, self.cause(generator.iter, self._unknown_items(generator)))

    def _unknown_items(self, generator: ast.comprehension) -> str:
        return f"what `{self.text(generator.iter)}` holds is not known here"

    def _add_element(
        self,
        node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
        new: DictObject | ListObject,
    ) -> None:
        if isinstance(node, ast.DictComp):
            assert isinstance(new, DictObject)
            keys, values = self.evaluate(node.key), self.evaluate(node.value)
            for key in self.each(keys):
                self.set_value(new, key, values, node.key)
        else:
            assert isinstance(new, ListObject)
            new.items += self.only(self.evaluate(node.elt))
