"""`while` loops whose output is the first number at which something holds.

The output says after how many turns each example ends, as where turns are counted (see
`counting`); but here the test looks at the number itself, or at a variable that sees it: a running
value over the items of a list. In the second case the test sees this variable only, so that no
value of it may be the last one of one example and on the way of another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from progsynth.lang.term import Let, Term, Values, While
from progsynth.lang.types import BOOL, INT
from progsynth.search.kernels import FAILURES
from progsynth.search.loops.cheap import Cheap, Shelf, near
from progsynth.search.loops.counting import cases_of, next_number, timely
from progsynth.search.loops.ground import Found, Ground, Run, Start
from progsynth.search.loops.stopping import Course
from progsynth.search.loops.terms import Layout
from progsynth.search.loops.whiles import Followers

_DEAREST = 5  # cost of a test of the index and the parameters
_DEAREST_RUNNING = 4  # of the running value
_TESTS = 5_000  # of one step
_NEAR = 3  # states at the end of an example that tests are told apart by
_TICK = 64


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """A number that grows by one each turn: its start, what is given of it at the end, and how
    many turns each example makes."""

    start: Start
    next: Cheap
    given: Cheap
    turns: tuple[int, ...]


def indices(ground: Ground) -> list[Index]:
    """The numbers that may be the output, or one more than it, from 0 and from 1."""
    after, itself, before = (next_number(ground, by) for by in (1, 0, -1))
    if ground.result != INT or after is None or itself is None or min(ground.outputs) < -1:
        return []
    found = []
    for start in ground.numbers((0, 1)):
        first = start.values[0]
        for given, more in ((itself, 0), (before, 1)):
            turns = tuple([output + more - first for output in ground.outputs])
            if given is not None and min(turns) >= 0:
                found.append(Index(start, after, given, turns))
    return found


class Indexing:
    """Loops over an index alone, or with a running value that starts as given."""

    def __init__(self, ground: Ground, index: Index, running: Start | None):
        self.ground, self.index = ground, index
        self.starts = (index.start,) if running is None else (index.start, running)
        self.plan = ground.plan(*self.starts)
        self.cases = cases_of(index.turns)
        self.followers = None if running is None else Followers(ground, self.plan)

    def at(self, cost: int) -> Iterator[Found | None]:
        """The loops whose starts and steps cost so much."""
        left = cost - self.plan.cost - self.index.next.cost
        if not self.cases or not self.ground.bears(cost):
            return
        if self.followers is None:
            if not left:
                yield from self._stopped(None, cost)
            return
        num = len(self.plan.kept)
        for step in self.followers.at(left) if left > 0 else ():
            self.ground.programs += 1
            if not self.ground.programs % _TICK:
                yield None
            if step.uses >> num & 3 == 3:
                yield from self._stopped(step, cost)

    def _stopped(self, step: Cheap | None, cost: int) -> Iterator[Found | None]:
        courses = self._courses(step)
        for test in self._tests(step, courses) if courses else ():
            if self.ground.bears(cost + test.cost) and self._is_right(step, test):
                yield Found(self._term(step, test), cost + test.cost)
                return
        yield None

    def _runs(self, step: Cheap | None) -> list[Run]:
        """What the variables become, of a whole setting."""
        place, run = len(self.plan.kept), self.index.next.run
        counts: Run = lambda setting: run((setting[place],))  # noqa: E731 (one of a list)
        return [counts] if step is None else [counts, step.run]

    def _courses(self, step: Cheap | None) -> list[Course]:
        """What the loop passes through on a few examples; nothing where it cannot be right."""
        runs, turns = self._runs(step), self.index.turns
        seen = None if step is None else slice(-1, None)
        return timely(self.ground, self.plan, runs, turns, self.cases, seen=seen)

    def _tests(self, step: Cheap | None, courses: Sequence[Course]) -> Iterator[Cheap]:
        """Tests that stop all of these in time: of the running value only, where there is one."""
        ground, plan = self.ground, self.plan
        seen, dearest = (0, _DEAREST) if step is None else (len(plan.kept) + 1, _DEAREST_RUNNING)
        types = (*(ground.types[p] for p in plan.kept), *plan.types)[seen:]
        shelf = Shelf(near(ground.space, types), ground.kernels, types, BOOL)
        states = [setting[seen:] for course in courses for setting in course.settings[-_NEAR:]]
        shelf.open(states)
        try:
            for test in islice(shelf.up_to(dearest), _TESTS):
                if all(self._stops(test, course, seen) for course in courses):
                    yield test
        finally:
            ground.asked += shelf.executions

    def _stops(self, test: Cheap, course: Course, seen: int) -> bool:
        """Does the test, which sees the settings from there on, stop the course in time?"""
        run, last = test.run, len(course.settings) - 1
        try:
            for turn, setting in enumerate(course.settings):
                self.ground.asked += 1
                if not run(setting[seen:]):
                    return turn == last
        except FAILURES:
            pass
        return False

    def _is_right(self, step: Cheap | None, test: Cheap) -> bool:
        """Does the loop make as many turns on all examples as it should?"""
        ground, plan, runs = self.ground, self.plan, self._runs(step)
        seen = 0 if step is None else len(plan.kept) + 1
        for number in ground.order:
            kept = ground.fixed(plan.kept, number)
            setting = kept + tuple(start.values[number] for start in plan.starts)
            turns = self.index.turns[number]
            ground.steps += turns
            try:
                for _ in range(turns):
                    if not test.run(setting[seen:]):
                        return False
                    setting = kept + tuple([run(setting) for run in runs])
                if test.run(setting[seen:]):
                    return False
            except FAILURES:
                return False
        return True

    def _term(self, step: Cheap | None, test: Cheap) -> Term:
        kept, count = self.plan.kept, len(self.starts)
        layout = Layout(len(self.ground.types), count)
        steps = [self.index.next.placed(layout.places((), (0,)))]
        if step is None:
            asks = test.placed(layout.places(kept, (0,)))
        else:
            steps.append(step.placed(layout.places(kept, (0, 1))))
            asks = test.placed(layout.places((), (1,)))
        starts = [start.term for start in self.starts]
        loop = While(count, _several(starts), asks, _several(steps))
        return Let(count, loop, self.index.given.placed([count - 1]))


def _several(terms: Sequence[Term]) -> Term:
    return terms[0] if len(terms) == 1 else Values(tuple(terms))
