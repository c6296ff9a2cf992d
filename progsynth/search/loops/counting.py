"""`while` loops whose output is how many turns they make, or one more or one less.

With the start of the counter given, each output says after how many turns its example ends. So a
step of the other variable is judged on its own: it has to come so far on each example, and no
state may be the last one of one example and on the way of another, as the condition sees nothing
else. A step may be a conditional of two others (see `branching`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth.lang.term import Term
from progsynth.lang.types import INT
from progsynth.lang.values import identity_key
from progsynth.search.kernels import FAILURES
from progsynth.search.loops.branching import Branching
from progsynth.search.loops.cheap import Cheap
from progsynth.search.loops.ground import Found, Ground, Plan, Run, Start
from progsynth.search.loops.stopping import Course
from progsynth.search.loops.terms import Layout, while_term
from progsynth.search.loops.whiles import cheap_tests

_MOST_TURNS = 60  # of an example that steps are judged by
_CASES = (0.0, 0.2, 0.4, 0.7)  # of these examples, by how many turns they take
_STEPS = 40  # whose conditions are looked for, of one start and cost
_LAST = 3_000  # turns
_TICK = 64  # steps between looks at the clock


@dataclass(frozen=True, slots=True, eq=False)
class Counter:
    """A variable that grows by one each turn, and how many turns each example makes."""

    start: Start
    next: Cheap
    turns: tuple[int, ...]


def counters(ground: Ground) -> list[Counter]:
    """The counters that may be the output, from 0, from 1 and from -1.

    First comes one with which some example makes no turn: examples begin with the smallest case.
    """
    if ground.result != INT or min(ground.outputs) < -1:
        return []
    after = next_number(ground)
    made = []
    for start in ground.numbers((0, 1, -1)) if after is not None else ():
        turns = tuple([output - start.values[0] for output in ground.outputs])
        if min(turns) >= 0 and after is not None:
            made.append(Counter(start, after, turns))
    return sorted(made, key=lambda counter: min(counter.turns))


def next_number(ground: Ground, by: int = 1) -> Cheap | None:
    """The expression that is one more than a number, or more by another number; None where the
    language has none."""
    probes = (0, 1, 5, -3)
    for one in ground.shelf((), (INT,), INT).up_to(3):
        try:
            if all(one.run((n,)) == n + by for n in probes):
                return one
        except FAILURES:
            pass
    return None


class Counting:
    """Loops with one other variable, which starts as given and goes its own way."""

    def __init__(self, ground: Ground, counter: Counter, first: Start):
        self.ground, self.counter = ground, counter
        self.plan = ground.plan(first)
        self.both = Plan((first, counter.start), self.plan.kept)
        self.shelf = ground.shelf(self.plan.kept, self.plan.types, first.type)
        self.cases = cases_of(counter.turns)

    def at(self, cost: int) -> Iterator[Found | None]:
        """The loops whose starts and steps cost so much."""
        ground, num = self.ground, len(self.plan.kept)
        own = cost - self.both.cost - self.counter.next.cost
        if not self.cases or own < 1 or not ground.bears(cost):
            return
        tried = 0
        for step in self.shelf.at(own):
            if not step.uses >> num & 1:
                continue
            ground.programs += 1
            if not ground.programs % _TICK:
                yield None
            if tried < _STEPS and (courses := self._courses(step)):
                tried += 1
                yield from self._stopped(step, courses)
                yield None

    def conditional(self) -> Iterator[Found | None]:
        """The loops whose step is a conditional."""
        values, turns = self.plan.starts[0].values, self.counter.turns
        branching = Branching(self.ground, zip(values, turns, strict=True))
        for step in branching.steps():
            courses = self._courses(step) if step is not None and self.cases else []
            if step is not None and courses:
                yield from self._stopped(step, courses)
            yield None

    def _courses(self, step: Cheap) -> list[Course]:
        """What the loop passes through on a few examples; nothing where it cannot be right."""
        return timely(self.ground, self.plan, [step.run], self.counter.turns, self.cases)

    def _stopped(self, step: Cheap, courses: Sequence[Course]) -> Iterator[Found | None]:
        """The loops with this step, with conditions that stop it in time."""
        ground = self.ground
        cost = self.both.cost + self.counter.next.cost + step.cost
        for test in cheap_tests(ground, self.plan, courses):
            if ground.bears(cost + test.cost) and self._is_right(step, test):
                yield Found(self._term(step, test), cost + test.cost)
                return

    def _is_right(self, step: Cheap, test: Cheap) -> bool:
        return all(self._makes(step, test, number) for number in self.ground.order)

    def _makes(self, step: Cheap, test: Cheap, number: int) -> bool:
        """Does the loop make as many turns on an example as it should?"""
        ground, plan, turns = self.ground, self.plan, self.counter.turns[number]
        if turns > _LAST:
            return True  # left to those that verify
        kept = ground.fixed(plan.kept, number)
        now: Any = plan.starts[0].values[number]
        asks, run = test.run, step.run
        try:
            for _ in range(turns):
                if not asks((*kept, now)):
                    return False
                now = run((*kept, now))
            return not asks((*kept, now))
        except FAILURES:
            return False
        finally:
            ground.steps += turns

    def _term(self, step: Cheap, test: Cheap) -> Term:
        ground, kept = self.ground, self.plan.kept
        layout = Layout(len(ground.types), 2)
        inner = [
            step.placed(layout.places(kept, (0,))),
            self.counter.next.placed(layout.places((), (1,))),
        ]
        asks = test.placed(layout.places(kept, (0,)))
        return while_term([start.term for start in self.both.starts], asks, inner, 1)


class Forked:
    """Loops over a counter and a number whose step is a conditional, all at the first cost asked
    for."""

    def __init__(self, countings: Sequence[Counting]):
        self.countings = list(countings)

    def at(self, cost: int) -> Iterator[Found | None]:
        """All of them; nothing when asked again."""
        while self.countings:
            yield from self.countings.pop(0).conditional()


def cases_of(turns: Sequence[int]) -> list[int]:
    """Some examples that take a few turns, the shortest first."""
    able = sorted((n for n, t in enumerate(turns) if 1 <= t <= _MOST_TURNS), key=lambda n: turns[n])
    return list(dict.fromkeys(able[int(len(able) * share)] for share in _CASES if able))


def timely(
    ground: Ground,
    plan: Plan,
    runs: Sequence[Run],
    turns: Sequence[int],
    cases: Sequence[int],
    *,
    seen: slice | None = slice(None),
) -> list[Course]:
    """What a loop passes through on some examples; nothing where it ends before its last turn.

    `seen` is the part of a setting that the condition sees (None: what tells the turns apart
    anyway). Where that is the same at the end of one example and on the way of another, no
    condition is right.
    """
    courses, last, others = [], set(), set()
    for number in cases:
        settings = ground.run(plan, runs, number, turns[number])
        if len(settings) <= turns[number]:
            return []
        if seen is not None:
            keys = [identity_key(setting[seen]) for setting in settings]
            last.add(keys.pop())
            others.update(keys)
            if last & others:
                return []
        courses.append(Course(settings, frozenset({turns[number]})))
    return courses
