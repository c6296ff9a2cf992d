"""Loops with changing state, found by the states that they pass through.

A program `state = start; while condition: state = step; return a variable` is right only when
all its parts are. But with start and steps given, the states of each example are known without
the condition: where the expected output is among them, some condition has to stop there, and
conditions are tested on all states at once. So the parts are found one after another, and not as
blind triples. Of a `for` the last turn is known, and there is no condition.

Loops come in order of the cost of their starts and steps, all kinds in turn. It is a search for
small loops only, soon exhausted.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Protocol

from progsynth.lang.types import INT
from progsynth.search.loops.counting import Counting, Forked, counters
from progsynth.search.loops.each import Each, sources
from progsynth.search.loops.ground import Found, Ground, Plan
from progsynth.search.loops.in_parts import Course, InParts
from progsynth.search.loops.indexing import Indexing, indices
from progsynth.search.loops.related import Related
from progsynth.search.loops.traces import Traces
from progsynth.search.loops.whiles import Alone, Leaders, Led, Together
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Search

MAX_EXECUTIONS = 6_000_000
_DEAREST = 14  # cost of starts and steps
_TURN = 20_000  # executions of one kind of loops before another's
_DEAR = 0.2  # of all executions for dear conditions


class Kind(Protocol):
    """Loops of one kind and start."""

    def at(self, cost: int) -> Iterator[Found | None]:
        """Those whose starts and steps cost so much; None now and then."""
        ...


def loops(*, max_executions: int = MAX_EXECUTIONS) -> Method:
    """The method: programs that are one loop; none where the language has no loops."""

    def method(problem: Problem, seed: int) -> Search:
        return InParts(
            problem,
            seed,
            _course,
            name="loops",
            max_executions=max_executions,
            dear=int(_DEAR * max_executions),
        )

    return method


def _course(ground: Ground) -> Course:
    """All kinds in turn, each in order of cost."""
    groups = [_Group(ground, kinds, share) for share, kinds in _kinds(ground) if kinds]
    while groups:
        group = min(groups, key=lambda one: one.used / one.share)
        done = yield from group.turn()
        if done:
            groups.remove(group)
        if groups:
            yield min(one.level for one in groups)


class _Group:
    """Loops of one kind, with all starts, in order of cost; `used` is what they have run."""

    def __init__(self, ground: Ground, kinds: Sequence[Kind], share: float):
        self.ground, self.kinds, self.share = ground, kinds, share
        self.level = 1
        self.used = 0
        self._loops = self._all()

    def _all(self) -> Iterator[Found | None]:
        for self.level in range(2, _DEAREST + 1):
            for kind in self.kinds:
                yield from kind.at(self.level)
                yield None

    def turn(self) -> Generator[Found | None, None, bool]:
        """Go on for a while; gives whether nothing is left."""
        before = self.ground.executions
        try:
            for one in self._loops:
                yield one
                if self.ground.executions - before >= _TURN:
                    return False
            return True
        finally:
            self.used += self.ground.executions - before


def _kinds(ground: Ground) -> list[tuple[float, list[Kind]]]:
    """All kinds of loops, with all starts, and how much of the work is for each."""
    found: list[tuple[float, list[Kind]]] = []
    if {"for", "let"} <= ground.kinds:
        found.append((12.0, [Related(ground)]))
        found += _fors(ground)
    if {"while", "let"} <= ground.kinds:
        found.append((1.0, [Traces(ground)]))
        found += _counted(ground)
        found += _indexed(ground)
        found += _whiles(ground)
    return found


def _fors(ground: Ground) -> list[tuple[float, list[Kind]]]:
    """Loops over a list; first those that do not see what the list is made of."""
    found: list[tuple[float, list[Kind]]] = []
    known = sources(ground)
    for share, sees_all in ((2.0, False), (0.5, True)):
        one: list[Kind] = []
        two: list[Kind] = []
        for source in known:
            types = dict.fromkeys((INT, ground.result, source.item))
            unseen = () if sees_all else source.params
            for last in ground.starts(ground.result):
                one.append(Each(ground, source, ground.plan(last, unseen=unseen)))
                for type_ in types:
                    for other in ground.starts(type_):
                        plan = ground.plan(other, last, unseen=unseen)
                        two.append(Each(ground, source, plan))
        found += [(share, one), (share, two)]
    return found


def _counted(ground: Ground) -> list[tuple[float, list[Kind]]]:
    """Loops whose output is how many turns they make."""
    plain: list[Kind] = []
    forked: list[Counting] = []
    for place, counter in enumerate(counters(ground)):
        for type_ in dict.fromkeys((*ground.types, INT)):
            for first in ground.starts(type_):
                counting = Counting(ground, counter, first)
                plain.append(counting)
                if not place and type_ == INT and first.param >= 0:
                    forked.append(counting)
    return [(1.0, plain), (24.0, [Forked(forked)] if forked else [])]


def _indexed(ground: Ground) -> list[tuple[float, list[Kind]]]:
    """Loops whose output is the first number at which something holds."""
    alone: list[Kind] = []
    running: list[Kind] = []
    for index in indices(ground):
        alone.append(Indexing(ground, index, None))
        if any(type_.name in ("list", "str") for type_ in ground.types):
            running += [Indexing(ground, index, start) for start in ground.starts(INT)]
    return [(1.0, alone), (1.0, running)]


def _whiles(ground: Ground) -> list[tuple[float, list[Kind]]]:
    alone: list[Kind] = []
    led: list[Kind] = []
    together: list[Kind] = []
    leaders: dict[tuple[int, tuple[int, ...]], Leaders] = {}
    for type_ in dict.fromkeys((*ground.types, ground.result, INT)):
        for lead in ground.starts(type_):
            if type_ == ground.result:
                alone.append(Alone(ground, Leaders(ground, ground.plan(lead))))
            for last in ground.starts(ground.result):
                plan = ground.plan(lead, last)
                key = (id(lead), plan.kept)
                if key not in leaders:
                    leaders[key] = Leaders(ground, Plan((lead,), plan.kept))
                led.append(Led(ground, leaders[key], plan))
                together.append(Together(ground, plan))
    return [(0.5, alone), (3.0, led), (1.0, together)]
