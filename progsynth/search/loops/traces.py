"""Loops whose output is the list of the states that they pass through.

Such an output shows the steps themselves: each item and the one after it are an example of what
one turn does. So the step is looked for as any expression is, a conditional decided by the items
on which each side is right (see `decisions`), and the loop around it follows: it starts with the
first item, and stops where the list ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from progsynth.lang.term import Build, Call, If, Let, Term, Values, Var, While
from progsynth.lang.types import BOOL, Type
from progsynth.search.bank import Bank
from progsynth.search.decisions import Decisions, Known, Leaf, Tree
from progsynth.search.goal import same_function
from progsynth.search.kernels import FAIL, FAILURES
from progsynth.search.levels import Levels
from progsynth.search.loops.cheap import Cheap, Setting, cheap, near, placed
from progsynth.search.loops.ground import Found, Ground, Plan, Start
from progsynth.search.loops.stopping import Course
from progsynth.search.loops.terms import Layout, outer_places
from progsynth.search.loops.whiles import cheap_tests
from progsynth.search.space import IF_COST

_ROWS = 16  # items with their next ones that a step is looked for on
_FEWEST = 6
_EXECUTIONS = 400_000  # of looking for steps
_DEAREST = 9
_STEPS = 6  # that a loop is made of
_LONGEST = 400  # items of one output


@dataclass(frozen=True, slots=True)
class _Turns:
    """The settings before some turns, and the item after each."""

    settings: list[Setting]
    after: list[object]


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
            for step in _steps(ground, kept, item, turns):
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


def _turns(ground: Ground, kept: Sequence[int]) -> _Turns:
    """Some of the turns that the outputs show, each once."""
    found: dict[str, tuple[Setting, object]] = {}
    for number in ground.order:
        output, fixed = ground.outputs[number], ground.fixed(kept, number)
        for now, after in pairwise(output):
            found.setdefault(repr((fixed, now)), ((*fixed, now), after))
    every = max(1, len(found) // _ROWS)
    chosen = list(found.values())[::every][:_ROWS]
    return _Turns([setting for setting, _ in chosen], [after for _, after in chosen])


def _steps(
    ground: Ground, kept: Sequence[int], item: Type, turns: _Turns
) -> Iterator[Cheap | None]:
    """Expressions that are right on all these turns, and conditionals of two or more."""
    types = (*(ground.types[p] for p in kept), item)
    space = near(ground.space, types)
    top = space.top(types)
    bank = Bank(space, ground.kernels, top, turns.settings, [[] for _ in turns.settings])
    root, truth = space.symbol(top, item), space.symbol(top, BOOL)
    steps, tests = (Levels(space, bank, symbol, keep_root=True) for symbol in (root, truth))
    decided = Decisions(len(turns.after))
    same = same_function(item, ground.problem.tolerance)
    count, before = 0, 0
    for cost in range(1, _DEAREST + 1):
        for levels in (steps, tests):
            for _ in levels.fill(cost):
                yield None
        ground.steps += bank.executions - before
        before = bank.executions
        for entry in bank.shelf(root).cell(cost):
            mask = _mask(v is not FAIL and same(v, a) for v, a in _pairs(entry.row, turns))
            if mask == decided.full:
                count += 1
                yield cheap(bank, top, entry)
            decided.note_program(mask, cost, cheap(bank, top, entry))
        for entry in bank.shelf(truth).cell(cost):
            if entry.whole:
                mask = _mask(value is True for value in entry.row)
                decided.note_condition(mask, cost, cheap(bank, top, entry))
        if count < _STEPS and "if" in ground.kinds:
            for tree in decided.trees():
                count += 1
                yield _decided(tree)
        if count >= _STEPS or bank.executions > _EXECUTIONS:
            return


def _pairs(row: Sequence[object], turns: _Turns) -> Iterator[tuple[object, object]]:
    return zip(row, turns.after, strict=True)


def _mask(bits: Iterator[bool]) -> int:
    return sum(1 << place for place, bit in enumerate(bits) if bit)


def _decided(tree: Tree) -> Cheap:
    """A tree of conditions as one expression. (Trees are a few levels high.)"""
    if isinstance(tree, Leaf):
        return _handle(tree.program)
    test, then, orelse = _handle(tree.condition), _decided(tree.then), _decided(tree.orelse)
    asks, left, right = test.run, then.run, orelse.run
    return Cheap(
        IF_COST + test.cost + then.cost + orelse.cost,
        test.uses | then.uses | orelse.uses,
        test.width,
        lambda setting: left(setting) if asks(setting) else right(setting),
        If(test.term, then.term, orelse.term),
    )


def _handle(known: Known) -> Cheap:
    found = known.handle
    assert isinstance(found, Cheap)
    return found
