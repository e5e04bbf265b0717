"""Comprehensions and generator expressions: loops without statements.

Storey above functions. Knows how the items of an iterable are gone through, for other loops too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cachelint.settings.interpreter.frames import Frame
from cachelint.settings.interpreter.functions import Functions
from cachelint.settings.interpreter.guards import NEVER
from cachelint.settings.interpreter.values import Choices, DictObject, ListObject, Scope, Value

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

    def comprehension(self, node: ast.expr) -> Choices:
        assert isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp))
        if not self.is_relevant:
            return self.unknown(node)
        place = self.place(node)
        new: DictObject | ListObject = (
            DictObject(place) if isinstance(node, ast.DictComp)
            else ListObject(place, "set" if isinstance(node, ast.SetComp) else "list")
        )  # fmt: skip
        scope = Scope("function", self.frame.scope)
        frame = Frame(
            self.frame.module,
            scope,
            self.frame.function,
            self.frame.receiver,
            self.frame.owner,
            self.is_relevant,
        )
        first = self.evaluate(node.generators[0].iter)
        self.frames.append(frame)
        try:
            self._generate(node, new, 0, first)
        finally:
            self.frames.pop()
        return [(self.running, new)] if self.running != NEVER else []

    def _generate(
        self,
        node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
        new: DictObject | ListObject,
        depth: int,
        iterables: Choices,
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
                    self._generate(node, new, depth + 1, inner)
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
