"""Loops whose output is the list of the states that they pass through.

Such an output shows the steps themselves: each item and the one after it are an example of what
one turn does. So the step is looked for as any expression is, a conditional decided by the items
on which each side is right (see `decisions`), and the loop around it follows: it starts with the
first item, and stops where the list ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from progsynth.lang.term import Build, Call, Let, Term, Values, Var, While
from progsynth.lang.types import Type
from progsynth.search.goal import same_function
from progsynth.search.kernels import FAILURES
from progsynth.search.loops.cheap import Cheap, Setting, placed
from progsynth.search.loops.fitting import Turns, fitting
from progsynth.search.loops.ground import Found, Ground, Plan, Start
from progsynth.search.loops.stopping import Course
from progsynth.search.loops.terms import Layout, outer_places
from progsynth.search.loops.whiles import cheap_tests

_ROWS = 16  # items with their next ones that a step is looked for on
_FEWEST = 6
_LONGEST = 400  # items of one output


class Traces:
    """The loops of one problem whose states are its output; all at the first cost asked for."""

    def __init__(self, ground: Ground):
        self.ground = ground
        self.is_over = False
        self.append = _append(ground)

    def at(self, cost: int) -> Iterator[Found | None]:
        """All of them; nothing when asked again."""
        ground = self.ground
        if self.is_over or not self.append or max(map(len, ground.outputs)) > _LONGEST:
            return
        self.is_over = True
        item = ground.result.types[0]
        for kept in dict.fromkeys([(), tuple(range(len(ground.types)))]):
            turns = _turns(ground, kept)
            if len(turns.after) < _FEWEST:
                return
            types = (*(ground.types[p] for p in kept), item)
            for step in fitting(ground, types, item, turns):
                if step is None:
                    yield None
                    continue
                for start in _starts(ground, item):
                    yield from self._loops(kept, start, step)

    def _loops(self, kept: tuple[int, ...], start: Start, step: Cheap) -> Iterator[Found | None]:
        """The loops of that start and step; in the second the last state is taken on leaving."""
        ground, item = self.ground, start.type
        empty = Start(ground.result, 1, Build("list", ()), ([],) * len(ground.outputs), -1)
        plan = Plan((start, empty), tuple(range(len(ground.types))))
        for extra in (0, 1):
            courses = [self._course(plan, kept, step, n, extra) for n in ground.order]
            if any(course is None for course in courses):
                continue
            known = [course for course in courses if course is not None]
            cost = plan.cost + step.cost + 3 + 2 * extra
            tests = list(cheap_tests(ground, plan, known))
            if not tests and ground.asked <= ground.most_asked:
                for test in ground.conditions(plan, known):
                    yield None
                    tests += [test] if test is not None else []
            for test in tests:
                if ground.bears(cost + test.cost):
                    yield Found(self._term(plan, kept, item, step, test, extra), cost + test.cost)
            yield None

    def _course(
        self, plan: Plan, kept: Sequence[int], step: Cheap, number: int, extra: int
    ) -> Course | None:
        """What the loop passes through on an example; None where that is not its output."""
        ground = self.ground
        output, fixed = ground.outputs[number], ground.fixed(plan.kept, number)
        same = same_function(plan.types[0], ground.problem.tolerance)
        turns, now = len(output) - extra, plan.starts[0].values[number]
        if turns < 0 or (extra and not turns and not same(now, output[0])):
            return None
        own = ground.fixed(kept, number)
        settings = [(*fixed, now, [])]
        try:
            for turn in range(turns):
                if not same(now, output[turn]):
                    return None
                ground.steps += 1
                now = step.run((*own, now))
                settings.append((*fixed, now, output[: turn + 1]))
        except FAILURES:
            return None
        if extra and not same(now, output[-1]):
            return None
        return Course(settings, frozenset({turns}))

    def _term(
        self, plan: Plan, kept: Sequence[int], item: Type, step: Cheap, test: Cheap, extra: int
    ) -> Term:
        layout = Layout(len(self.ground.types), 2)
        body = Values((step.placed(layout.places(kept, (0,))), Call(self.append, (Var(0), Var(1)))))
        asks = test.placed(layout.places(plan.kept, (0, 1)))
        loop = While(2, Values(tuple(s.term for s in plan.starts)), asks, body)
        return Let(2, loop, Call(self.append, (Var(0), Var(1))) if extra else Var(0))


def _append(ground: Ground) -> str:
    """The primitive that makes a list longer by one item at its end; '' where there is none."""
    goal = ground.result
    if goal.name != "list":
        return ""
    for call in ground.space.instances.get(goal, ()):
        if call.params == (goal, *goal.types):
            sample = next((item for output in ground.outputs for item in output), None)
            try:
                made = ground.kernels(call.name, call.params)([sample], sample)
            except FAILURES:
                continue
            if made == [sample, sample]:
                return call.name
    return ""


def _starts(ground: Ground, item: Type) -> Iterator[Start]:
    """What is the first item of every output that has one."""
    same = same_function(item, ground.problem.tolerance)
    count = len(ground.types)
    for made in ground.outside.shelf(ground.types, item).up_to(3):
        try:
            values = tuple([made.run(row) for row in ground.inputs])
        except FAILURES:
            continue
        ground.steps += len(values)
        pairs = zip(values, ground.outputs, strict=True)
        if all(not output or same(value, output[0]) for value, output in pairs):
            term = placed(made.term, outer_places(count, range(count)))
            yield Start(item, made.cost, term, values, -1)


def _turns(ground: Ground, kept: Sequence[int]) -> Turns:
    """Some of the turns that the outputs show, each once."""
    found: dict[str, tuple[Setting, object]] = {}
    for number in ground.order:
        output, fixed = ground.outputs[number], ground.fixed(kept, number)
        for now, after in pairwise(output):
            found.setdefault(repr((fixed, now)), ((*fixed, now), after))
    every = max(1, len(found) // _ROWS)
    chosen = list(found.values())[::every][:_ROWS]
    return Turns([setting for setting, _ in chosen], [after for _, after in chosen])
