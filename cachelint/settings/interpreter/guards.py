"""Guards: under which outcomes of undecided tests something holds.

A guard is a Boolean function of *tests* (``REDIS_URL`` is true, the import in line 3 succeeds) that
only the running program decides, kept as a binary decision diagram: equal functions are equal
numbers, and whether one implies another is exact. (R. Bryant, "Graph-Based Algorithms for Boolean
Function Manipulation", 1986.) Knows nothing of settings.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from cachelint.dataclass import dataclass
from cachelint.settings.records import Place

Guard = int
NEVER: Guard = 0
ALWAYS: Guard = 1

#: Conditions of more cases than this are told by their first ones.
MAX_CASES = 3
#: Real settings need some hundreds.
MAX_NODES = 20_000


class TooLongError(Exception):
    """The evaluation takes more steps, or more room, than any settings module should."""


@dataclass(frozen=True)
class Test:
    """An undecided test: how it reads where it holds and where it does not.

    ``arguments``: the texts that it looks for in ``sys.argv``.
    """

    text: str
    negated: str
    place: Place
    arguments: tuple[str, ...] = ()


class Guards:
    """All guards of one evaluation."""

    def __init__(self) -> None:
        self.tests: list[Test] = []
        # Of each node: the number of its test, the guard where it fails, the guard where it holds.
        self._nodes: list[tuple[int, Guard, Guard]] = [(1 << 30, 0, 0), (1 << 30, 1, 1)]
        self._numbers: dict[tuple[int, Guard, Guard], Guard] = {}
        self._simplified: dict[tuple[Guard, Guard], Guard] = {}
        self._supports: dict[Guard, frozenset[int]] = {}
        self._implied: dict[tuple[Guard, Guard], bool] = {}
        self._memo: dict[tuple[Guard, Guard, Guard], Guard] = {}
        self._room = MAX_NODES

    def make_room(self) -> None:
        """Allow as many nodes again as there were allowed at first."""
        self._room = len(self._nodes) + MAX_NODES

    def test(self, test: Test) -> Guard:
        """The guard that holds where ``test``, not asked before, holds."""
        self.tests.append(test)
        return self._node(len(self.tests) - 1, NEVER, ALWAYS)

    def both(self, first: Guard, second: Guard) -> Guard:
        if first == second or second == ALWAYS:
            return first
        if first == ALWAYS:
            return second
        if first == NEVER or second == NEVER:
            return NEVER
        if first > second:
            first, second = second, first
        return self._choose(first, second, NEVER)

    def either(self, first: Guard, second: Guard) -> Guard:
        if first == second or second == NEVER:
            return first
        if first == NEVER:
            return second
        if first == ALWAYS or second == ALWAYS:
            return ALWAYS
        if first > second:
            first, second = second, first
        return self._choose(first, ALWAYS, second)

    def negate(self, guard: Guard) -> Guard:
        return 1 - guard if guard <= ALWAYS else self._choose(guard, NEVER, ALWAYS)

    def without(self, first: Guard, second: Guard) -> Guard:
        """Where ``first`` holds and ``second`` does not."""
        if second == NEVER or first == NEVER:
            return first
        if first == second or second == ALWAYS:
            return NEVER
        return self._choose(second, NEVER, first)

    def implies(self, first: Guard, second: Guard) -> bool:
        if first in (second, NEVER) or second == ALWAYS:
            return True
        if first == ALWAYS or second == NEVER:
            return False
        # Asked far more often than it holds: a counterexample is found without making nodes.
        key = (first, second)
        found = self._implied.get(key)
        if found is None:
            number, low, high = self._nodes[first]
            other, other_low, other_high = self._nodes[second]
            if number > other:
                low = high = first
            elif other > number:
                other_low = other_high = second
            found = self.implies(low, other_low) and self.implies(high, other_high)
            self._implied[key] = found
        return found

    def _node(self, number: int, low: Guard, high: Guard) -> Guard:
        if low == high:
            return low
        key = (number, low, high)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self._nodes)
            if found > self._room:
                raise TooLongError
            self._nodes.append(key)
        return found

    def _choose(self, test: Guard, then: Guard, otherwise: Guard) -> Guard:
        """``then`` where ``test``, which is undecided, holds, else ``otherwise``."""
        if then == otherwise:
            return then
        key = (test, then, otherwise)
        found = self._memo.get(key)
        if found is None:
            nodes = self._nodes
            number, low, high = nodes[test]
            then_number, then_low, then_high = nodes[then]
            other_number, other_low, other_high = nodes[otherwise]
            top = number if number < then_number else then_number
            if other_number < top:
                top = other_number
            if number != top:
                low = high = test
            if then_number != top:
                then_low = then_high = then
            if other_number != top:
                other_low = other_high = otherwise
            if low <= ALWAYS:
                low = then_low if low else other_low
            else:
                low = self._choose(low, then_low, other_low)
            if high <= ALWAYS:
                high = then_high if high else other_high
            else:
                high = self._choose(high, then_high, other_high)
            found = self._memo[key] = low if low == high else self._node(top, low, high)
        return found

    def _split(self, guard: Guard, number: int) -> tuple[Guard, Guard]:
        own, low, high = self._nodes[guard]
        return (low, high) if own == number else (guard, guard)

    def simplified(self, guard: Guard, where: Guard) -> Guard:
        """A simple guard that equals ``guard`` wherever ``where`` holds.

        The "restrict" operation of O. Coudert and J. Madre.
        """
        if where in (NEVER, ALWAYS) or guard <= ALWAYS:
            return guard
        key = (guard, where)
        if key not in self._simplified:
            self._simplified[key] = self._simplify(guard, where)
        return self._simplified[key]

    def _simplify(self, guard: Guard, where: Guard) -> Guard:
        number = min(self._nodes[guard][0], self._nodes[where][0])
        low, high = self._split(guard, number)
        where_low, where_high = self._split(where, number)
        if where_low == NEVER:
            return self.simplified(high, where_high)
        if where_high == NEVER:
            return self.simplified(low, where_low)
        if low == high:
            return self.simplified(low, self.either(where_low, where_high))
        below = self.simplified(low, where_low), self.simplified(high, where_high)
        return self._node(number, *below)

    def cases(self, guard: Guard) -> Iterator[tuple[tuple[Test, bool], ...]]:
        """The conjunctions of tests (with their outcomes) whose union ``guard`` is."""
        if guard == ALWAYS:
            yield ()
        if guard <= ALWAYS:
            return
        number, low, high = self._nodes[guard]
        common = self.both(low, high)
        # What holds whatever this test says need not mention it.
        if common == low:
            yield from self.cases(low)
        if common != high:
            for case in self.cases(high):
                yield ((self.tests[number], True), *case)
        elif high != low:
            yield from self.cases(high)
        if common != low:
            for case in self.cases(low):
                yield ((self.tests[number], False), *case)

    def factors(self, guards: Iterable[Guard]) -> list[Guard]:
        """Guards without a test in common that hold together where all of ``guards`` do.

        Their conjunction as one guard may take as much room as the product of their sizes.
        """
        found: list[tuple[Guard, frozenset[int]]] = []
        for guard in guards:
            tests = self.support(guard)
            for other in [one for one in found if not one[1].isdisjoint(tests)]:
                found.remove(other)
                guard = self.both(guard, other[0])
                tests |= other[1]
            found.append((guard, tests))
        return [guard for guard, _ in found if guard != ALWAYS]

    def among(self, guard: Guard, factors: Sequence[Guard]) -> Guard:
        """The conjunction of those of ``factors`` that share tests with ``guard``.

        As long as none of ``factors`` is NEVER, the others decide nothing about it.
        """
        found, tests = ALWAYS, self.support(guard)
        for factor in factors:
            if not tests.isdisjoint(self.support(factor)):
                found = self.both(found, factor)
        return found

    def support(self, guard: Guard) -> frozenset[int]:
        """The numbers of the tests on which ``guard`` depends."""
        known = self._supports.get(guard)
        if known is None:
            seen: set[Guard] = set()
            waiting = [guard]
            while waiting:
                node = waiting.pop()
                if node > ALWAYS and node not in seen:
                    seen.add(node)
                    waiting += self._nodes[node][1:]
            known = frozenset(self._nodes[node][0] for node in seen)
            self._supports[guard] = known
        return known

    def text(self, guard: Guard) -> str:
        """``guard`` in words: ``REDIS_URL and not TESTING``; of many cases the simplest."""
        told: dict[str, int] = {}
        cases = itertools.islice(self.cases(guard), 4 * MAX_CASES)
        for case in sorted(cases, key=len):
            parts = dict.fromkeys(test.text if holds else test.negated for test, holds in case)
            told.setdefault(" and ".join(parts), len(parts))
        texts = [*list(told)[:MAX_CASES], *(["…"] if len(told) > MAX_CASES else [])]
        return " or ".join(texts)

    def tests_of(self, guard: Guard) -> list[Test]:
        """The tests on which ``guard`` depends, in the order in which they were met."""
        return [self.tests[number] for number in sorted(self.support(guard))]
