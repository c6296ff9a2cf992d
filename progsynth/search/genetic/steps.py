"""The steps of loops that are tried: small expressions over a loop's variables, by turns.

Of loops of one variable all are tried. Of two, a second one that goes its own way is run alone
first, and of those that take the same way one is kept; steps that both use both variables are
tried cheapest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice, product
from random import Random
from typing import Any

from progsynth.lang.types import Type
from progsynth.lang.values import Value, entry_types, identity_key
from progsynth.search.genetic.expressions import Expression, Expressions
from progsynth.search.genetic.grammar import Grammar, Rule
from progsynth.search.genetic.turning import TURNS, Case, Runs, states_of
from progsynth.search.kernels import FAILURES
from progsynth.search.problem import Problem

_SETTINGS = 12  # that expressions are told apart by
_EXECUTIONS = 60_000  # of the enumeration of steps of one type over some variables
_ALONE = 400  # ways of a second variable
_CHEAP = 5_000  # steps of two or three variables that are tried when a skeleton is met first
_PAIRS = 20_000  # of two that are tried when it is met again
_THREE = 10_000  # and of three
MORE = 4  # times as many each time after that


class Steps:
    """The steps of one problem's loops; `runs` runs and counts them."""

    def __init__(
        self,
        problem: Problem,
        grammar: Grammar,
        rng: Random,
        expressions: Expressions,
        runs: Runs,
    ):
        self.problem = problem
        self.grammar = grammar
        self.rng = rng
        self.expressions = expressions
        self.runs = runs
        self.known: dict[Type, list[Value]] = {}
        self.steps: dict[tuple[Any, ...], list[Expression]] = {}
        self.charged: set[tuple[Any, ...]] = set()  # of these, those that were paid for
        self.seed = rng.getrandbits(64)  # of the settings, whenever they are drawn

    def candidates(
        self, rule: Rule, case: Case, visits: int
    ) -> Iterator[tuple[Expression, ...] | None]:
        """The steps to be tried after so many visits; None for each that was tried in vain."""
        states = states_of(rule)
        lists = [self.small(rule, type_) for type_ in states]
        if not all(lists):
            return
        if len(states) == 1:
            yield from ((one,) for one in lists[0])
            return
        more = MORE ** (visits - 1) if visits else 0
        if len(states) == 2 and not visits:
            yield from islice(_cheapest_first(*lists), _CHEAP)
        elif len(states) == 2:
            for goal in self.runs.goals(rule):
                before = _PAIRS * more // MORE if visits > 1 else 0
                yield from self.pairs(lists, goal, case, before, _PAIRS * more)
        else:
            for _ in range(_THREE * more or _CHEAP):
                yield tuple(some[int(len(some) ** self.rng.random()) - 1] for some in lists)

    def pairs(
        self, lists: Sequence[list[Expression]], goal: int, case: Case, first: int, last: int
    ) -> Iterator[tuple[Expression, ...] | None]:
        """Steps of two variables of which the other than the goal goes its own way: a range of
        them, cheapest first."""
        other = 1 - goal
        ways = self.ways(lists[other], other, case)
        both = [one for one in lists[goal] if one.entry.uses >> other & 1]
        alone = [step for _, step in ways]
        met = {id(step): values for values, step in ways}
        same, most = self.runs.same, self.runs.most
        for one, way in islice(_cheapest_first(both, alone), first, last):
            run, now, found, turn = one.run, case.start[goal], False, 0
            try:
                for turn, value in enumerate(met[id(way)]):
                    env = (now, value) if goal == 0 else (value, now)
                    now = run(env if case.items is None else (*env, case.items[turn]))
                    if same(now, case.output):
                        found = True
                        break
                    if self.runs.is_sized and len(now) > most:
                        break
            except FAILURES:
                pass
            self.runs.executions += turn + 1
            yield ((one, way) if goal == 0 else (way, one)) if found else None

    def small(self, rule: Rule, type_: int) -> list[Expression]:
        """The small expressions of a type over the loop's variables and its item, least first."""
        bound = rule.binds[-2]
        found = self.steps.get((bound, type_))
        if found is None:
            columns = [self.values(self.grammar.types[one]) for one in bound]
            if not all(columns):
                found = []
            else:
                rng = Random(f"{self.seed} {bound}")
                settings = [tuple(map(rng.choice, columns)) for _ in range(_SETTINGS)]
                enumeration = self.expressions.over(bound, settings, type_)
                made = enumeration.expressions(_EXECUTIONS)
                found = [one for one in made if one is not None]
                if (bound, type_) not in self.charged:
                    self.runs.executions += enumeration.executions
                    self.charged.add((bound, type_))
            self.steps[bound, type_] = found
        return found

    def ways(
        self, steps: list[Expression], place: int, case: Case
    ) -> list[tuple[list[Value], Expression]]:
        """Of the steps of a variable that look at no other variable, those of different ways:
        what it is before each turn, as far as that does not fail."""
        others = ~(1 << place) & (1 << len(case.start)) - 1
        found: dict[Any, tuple[list[Value], Expression]] = {}
        for step in steps:
            if step.entry.uses & others:
                continue
            values = self.way(step, place, case)
            key = tuple(map(identity_key, values))
            if len(set(key[:2])) == 2:  # it moves
                found.setdefault(key, (values, step))
                if len(found) == _ALONE:
                    break
        return list(found.values())

    def way(self, step: Expression, place: int, case: Case) -> list[Value]:
        """What a variable is before each turn on its own."""
        now, met = list(case.start), []
        try:
            for turn in range(TURNS if case.items is None else len(case.items)):
                met.append(now[place])
                env = tuple(now) if case.items is None else (*now, case.items[turn])
                self.runs.executions += 1
                now[place] = step.run(env)
                if isinstance(now[place], list | str | dict) and len(now[place]) > self.runs.most:
                    break
        except FAILURES:
            pass
        return met

    def values(self, type_: Type) -> list[Value]:
        """Values of a type that occur in the examples, and beginnings of lists among them."""
        if not self.known:
            found: dict[Type, dict[Any, Value]] = defaultdict(dict)
            problem = self.problem
            for row, output in zip(problem.inputs, problem.outputs, strict=True):
                typed = zip((*problem.types, problem.result), (*row, output), strict=True)
                for part, value in (one for pair in typed for one in _parts(*pair)):
                    found[part][identity_key(value)] = value
            self.known = {part: list(some.values()) for part, some in found.items()}
        return self.known.get(type_, [])


def _cheapest_first(
    left: Sequence[Expression], right: Sequence[Expression]
) -> Iterator[tuple[Expression, Expression]]:
    """All pairs, in order of what both cost together."""
    cells: tuple[dict[int, list[Expression]], ...] = (defaultdict(list), defaultdict(list))
    for some, cell in zip((left, right), cells, strict=True):
        for one in some:
            cell[one.cost].append(one)
    for a, b in sorted(product(*cells), key=lambda costs: (sum(costs), costs)):
        yield from product(cells[0][a], cells[1][b])


def _parts(type_: Type, value: Value) -> Iterator[tuple[Type, Value]]:
    """The value and the values inside it, with their types; of lists also half of it."""
    yield type_, value
    match type_.name:
        case "list":
            yield type_, value[: len(value) // 2]
            for item in value:
                yield from _parts(type_.types[0], item)
        case "tuple":
            for part, item in zip(type_.types, value, strict=True):
                yield from _parts(part, item)
        case "dict":
            key_type, value_type = entry_types(type_)
            for key, item in value.items():
                yield from _parts(key_type, key)
                yield from _parts(value_type, item)
