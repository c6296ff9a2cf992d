"""Loops of small steps, run before they are bred: local search over what a loop's variables become.

A loop is right only when all its parts are, and a population seldom has a slope to climb there.
But whether its variables ever meet the expected output needs no condition and no population: for
a skeleton (which variables, what they start with, what is gone over) the steps are taken from
all small expressions over the loop's variables, each behaviour once, and run as plain Python
functions on one telling example, and on a few more where that one is met. Loops of one variable
are tried in full. Of two, a second one that goes its own way is run alone first, and of those
that take the same way one is kept; steps that both use both variables are tried cheapest first.

For a `while`, `fit` then finds the condition.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import islice, product
from random import Random
from typing import Any

from progsynth.lang.types import Type
from progsynth.lang.values import Value, entry_types, identity_key, size_of
from progsynth.search.bottom_up import same_function
from progsynth.search.genetic.expressions import Expression, Expressions, Setting
from progsynth.search.genetic.generate import leaf
from progsynth.search.genetic.grammar import Grammar, Rule
from progsynth.search.genetic.tree import Tree, UnboundError, least_tree, node, variable
from progsynth.search.kernels import FAIL, FAILURES
from progsynth.search.problem import Problem

_TURNS = 10  # of a loop that are looked at
_CASES = 10  # examples that a loop is run on, the telling one first
_PLAIN = 0.85  # how often a variable starts with a parameter or what is next to nothing
_NOTHING = (0, 1, "")
_TELLING = 5  # the telling one is drawn from so many with the largest outputs
_SETTINGS = 12  # that expressions are told apart by
_EXECUTIONS = 60_000  # of the enumeration of steps of one type over some variables
_SOURCES = 20_000  # and of what can be gone over
_ALONE = 400  # ways of a second variable
_CHEAP = 5_000  # steps of two or three variables that are tried when a skeleton is met first
_PAIRS = 20_000  # of two that are tried when it is met again
_THREE = 10_000  # and of three
_MORE = 4  # times as many each time after that
_VISITS = 4  # of one skeleton
_HITS = 20  # loops of one skeleton that are gone on with
_DRAWN = 4  # skeletons of which the plainest is taken
_YIELD = 2_000  # loops between two looks at the clock


@dataclass(frozen=True, slots=True)
class Probed:
    """Loops whose variable meets the output on each example that was looked at; executions."""

    trees: tuple[Tree, ...]
    executions: int


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """One example of a skeleton: its items, if it goes over any, its start and its output."""

    items: tuple[Value, ...] | None
    start: Setting
    output: Value


_Steps = tuple[Expression, ...]
_Skeleton = tuple[Rule, Expression | None, list[Tree], list[_Case]]


class Prober:
    """Tries loops of one problem."""

    def __init__(self, problem: Problem, grammar: Grammar, rng: Random, expressions: Expressions):
        self.problem = problem
        self.grammar = grammar
        self.rng = rng
        self.expressions = expressions
        self.loops = [
            rule
            for rule in grammar.rules[grammar.goal]
            if rule.kind in ("while", "for") and grammar.goal in _states(rule)
        ]
        plain = not problem.neural and problem.types == problem.entry_types
        if not plain or not problem.inputs:
            self.loops = []
        self.known: dict[Type, list[Value]] = {}
        self.steps: dict[tuple[Any, ...], list[Expression]] = {}
        self.sources: dict[int, list[Expression]] = {}
        self.done: set[Any] = set()
        # Those of which the cheap steps were tried, the plainest first.
        self.waiting: list[tuple[int, int, int, _Skeleton]] = []
        self.spent = [0, 0]  # executions on new skeletons, and on these
        self.count = 0
        self.executions = 0
        self.same = same_function(problem.result, problem.tolerance)
        self.is_sized = problem.result.name in ("list", "str", "dict")
        sizes = [size_of(value) for row in problem.inputs for value in row]
        self.most = 20 + 4 * max((*sizes, *map(size_of, problem.outputs)), default=0)

    def probe(self) -> Iterator[Probed | None]:
        """Try one skeleton, a new one with cheap steps or one that was met before with all: each
        half of the work. Yields None now and then.
        """
        self.executions = 0
        visits, skeleton = 0, None
        if not self.waiting or self.spent[0] <= self.spent[1]:
            skeleton = self.skeleton()
        if skeleton is None and self.waiting:
            _, _, visits, skeleton = heappop(self.waiting)
        if skeleton is None:
            yield Probed((), 0)
            return
        self.wait(skeleton, visits + 1)
        rule, source, starts, cases = skeleton
        hits: list[Tree] = []
        for count, steps in enumerate(self.candidates(rule, cases[0], visits)):
            if not count % _YIELD:
                yield None
            if steps is None:
                continue
            place = self.met(rule, steps, cases[0])
            if place is None or not self.meets(rule, steps, cases[1:]):
                continue
            tree = self.tree(rule, source, starts, steps, place)
            if tree is not None:
                hits.append(tree)
            if len(hits) >= _HITS:
                break
        self.spent[visits > 0] += self.executions
        yield Probed(tuple(hits), self.executions)

    def wait(self, skeleton: _Skeleton, visits: int) -> None:
        """Put the skeleton where it will be met again, if there is more of it to be tried.

        The order is that of universal search (Levin 1973): by the logarithm of the work that it
        takes, to the base of `_MORE`, and how plain it is, for with each step less plain there
        are about so many times as many.
        """
        if skeleton[0].detail > 1 and visits < _VISITS:
            rank = self.plainness(*skeleton[:3]) + visits
            self.count += 1
            heappush(self.waiting, (rank, self.count, visits, skeleton))

    # ------------------------------------------------------------------------- skeletons

    def skeleton(self) -> _Skeleton | None:
        """A loop without its steps that was not tried, and some examples of it.

        It is the plainest of a few that are drawn.
        """
        drawn = [self.drawn() for _ in range(_DRAWN if self.loops else 0)]
        new = [one for one in drawn if one is not None and self.name(*one) not in self.done]
        for rule, source, starts in sorted(new, key=lambda one: self.plainness(*one)):
            self.done.add(self.name(rule, source, starts))
            cases = self.cases(source, starts)
            if len(cases) == _CASES or len(cases) == len(self.problem.inputs):
                return rule, source, starts, cases
        return None

    def drawn(self) -> tuple[Rule, Expression | None, list[Tree]] | None:
        """A kind of loop, what it goes over and what its variables start with, by weight."""
        rule = self.rng.choices(self.loops, [one.weight for one in self.loops])[0]
        source = None
        if rule.kind == "for":
            known = self.over(rule.args[0])
            if not known:
                return None
            source = self.rng.choice(known[: self.rng.randint(1, len(known))])
        return rule, source, [self.start(type_) for type_ in _states(rule)]

    def name(self, rule: Rule, source: Expression | None, starts: list[Tree]) -> Hashable:
        """What is the same of skeletons that are, in whatever order their variables come."""
        return rule.kind, source, frozenset(Counter((s.rule, s.number) for s in starts).items())

    def plainness(self, rule: Rule, source: Expression | None, starts: list[Tree]) -> int:
        """The variables, those that start with a constant or like another twice, and the cost of
        the source."""
        constants = sum(one.rule.kind == "constant" for one in starts)
        again = len(starts) - len({(one.rule, one.number) for one in starts})
        return len(starts) + constants + again + (source.cost if source else 0)

    def start(self, type_: int) -> Tree:
        """A leaf that a variable may start with."""
        grammar, scope = self.grammar, self.grammar.scope
        params = [variable(grammar, scope, n) for n, t in enumerate(scope.types) if t == type_]
        nothing = [
            node(one) for one in grammar.leaves[type_] if one.is_idle or one.detail in _NOTHING
        ]
        known = [*params, *params, *nothing]
        if known and self.rng.random() < _PLAIN:
            return self.rng.choice(known)
        rule, number = leaf(grammar, self.rng, type_, scope, start=True)
        return node(rule, number=number)

    def over(self, type_: int) -> list[Expression]:
        """What a `for` may go over: small expressions of the parameters that differ between
        examples, the least first."""
        found = self.sources.get(type_)
        if found is None:
            types, rows = self.grammar.scope.types, self.problem.inputs
            enumeration = self.expressions.over(types, rows, type_)
            made = [e for e in enumeration.expressions(_SOURCES) if e is not None]
            found = [e for e in made if e.entry.whole and e.entry.uses]
            self.executions += enumeration.executions
            self.sources[type_] = found
        return found

    def cases(self, source: Expression | None, starts: Sequence[Tree]) -> list[_Case]:
        """A telling example of the skeleton, and a few others."""
        problem = self.problem
        order = sorted(range(len(problem.inputs)), key=lambda n: -size_of(problem.outputs[n]))
        first = self.rng.choice(order[:_TELLING])
        others = self.rng.sample(range(len(order)), len(order))
        found: list[_Case] = []
        for number in (first, *others):
            row, output = problem.inputs[number], problem.outputs[number]
            items = None if source is None else tuple(source.run(row))
            if items is not None and len(items) > 3 * _TURNS:
                continue
            start = tuple(self.value(one, row) for one in starts)
            if number != first or not found:
                found.append(_Case(items, start, output))
            if len(found) == _CASES:
                break
        return found

    def value(self, start: Tree, row: Setting) -> Value:
        """What a leaf is on an example."""
        kind, scope = start.rule.kind, self.grammar.scope
        if kind == "variable":
            index = scope.index(start.type, start.number)
            if index is None:
                raise UnboundError("a variable of a type that nothing in sight has")
            return row[len(scope.types) - 1 - index]
        if kind == "empty":
            return [] if start.rule.detail == "list" else {}
        return start.rule.detail

    # ----------------------------------------------------------------------------- steps

    def candidates(
        self, rule: Rule, case: _Case, visits: int
    ) -> Iterator[tuple[Expression, ...] | None]:
        """The steps to be tried after so many visits; None for each that was tried in vain."""
        states = _states(rule)
        lists = [self.small(rule, type_) for type_ in states]
        if not all(lists):
            return
        if len(states) == 1:
            yield from ((one,) for one in lists[0])
            return
        more = _MORE ** (visits - 1) if visits else 0
        if len(states) == 2 and not visits:
            yield from islice(_cheapest_first(*lists), _CHEAP)
        elif len(states) == 2:
            for goal in self.goals(rule):
                before = _PAIRS * more // _MORE if visits > 1 else 0
                yield from self.pairs(lists, goal, case, before, _PAIRS * more)
        else:
            for _ in range(_THREE * more or _CHEAP):
                yield tuple(some[int(len(some) ** self.rng.random()) - 1] for some in lists)

    def pairs(
        self, lists: Sequence[list[Expression]], goal: int, case: _Case, first: int, last: int
    ) -> Iterator[tuple[Expression, ...] | None]:
        """Steps of two variables of which the other than the goal goes its own way: a range of
        them, cheapest first."""
        other = 1 - goal
        ways = self.ways(lists[other], other, case)
        both = [one for one in lists[goal] if one.entry.uses >> other & 1]
        alone = [step for _, step in ways]
        met = {id(step): values for values, step in ways}
        same, most = self.same, self.most
        for one, way in islice(_cheapest_first(both, alone), first, last):
            run, now, found, turn = one.run, case.start[goal], False, 0
            try:
                for turn, value in enumerate(met[id(way)]):
                    env = (now, value) if goal == 0 else (value, now)
                    now = run(env if case.items is None else (*env, case.items[turn]))
                    if same(now, case.output):
                        found = True
                        break
                    if self.is_sized and len(now) > most:
                        break
            except FAILURES:
                pass
            self.executions += turn + 1
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
                settings = [tuple(map(self.rng.choice, columns)) for _ in range(_SETTINGS)]
                enumeration = self.expressions.over(bound, settings, type_)
                made = enumeration.expressions(_EXECUTIONS)
                found = [one for one in made if one is not None]
                self.executions += enumeration.executions
            self.steps[bound, type_] = found
        return found

    def ways(
        self, steps: list[Expression], place: int, case: _Case
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

    def way(self, step: Expression, place: int, case: _Case) -> list[Value]:
        """What a variable is before each turn on its own."""
        now, met = list(case.start), []
        try:
            for turn in range(_TURNS if case.items is None else len(case.items)):
                met.append(now[place])
                env = tuple(now) if case.items is None else (*now, case.items[turn])
                self.executions += 1
                now[place] = step.run(env)
                if isinstance(now[place], list | str | dict) and len(now[place]) > self.most:
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

    # --------------------------------------------------------------------------- running

    def meets(self, rule: Rule, steps: Sequence[Expression], cases: Sequence[_Case]) -> bool:
        """Is the output met on all these; by a `while` perhaps without a turn?"""
        goals = self.goals(rule)
        for case in cases:
            at_once = case.items is None and self.hit(case.start, goals, case.output) is not None
            if not at_once and self.met(rule, steps, case) is None:
                return False
        return True

    def goals(self, rule: Rule) -> list[int]:
        """Which of the loop's variables are of the output's type."""
        return [n for n, type_ in enumerate(_states(rule)) if type_ == self.grammar.goal]

    def met(self, rule: Rule, steps: Sequence[Expression], case: _Case) -> int | None:
        """Which of the loop's variables is the output after some turn, if any is.

        Of a `for` after the last turn.
        """
        state, items = case.start, case.items
        runs = [step.run for step in steps]
        goals = self.goals(rule)
        try:
            for turn in range(_TURNS if items is None else len(items)):
                env = state if items is None else (*state, items[turn])
                state = tuple([run(env) for run in runs])
                self.executions += 1
                if items is None and (place := self.hit(state, goals, case.output)) is not None:
                    return place
                if any(isinstance(v, list | str | dict) and len(v) > self.most for v in state):
                    return None
        except FAILURES:
            return None
        return None if items is None else self.hit(state, goals, case.output)

    def hit(self, state: Setting, goals: Sequence[int], output: Value) -> int | None:
        """Which of these variables is the output."""
        for place in goals:
            if state[place] is not FAIL and self.same(state[place], output):
                return place
        return None

    def tree(
        self,
        rule: Rule,
        source: Expression | None,
        starts: list[Tree],
        steps: Sequence[Expression],
        place: int,
    ) -> Tree | None:
        """The loop as a tree, of a `while` with some condition; None where a rule is missing."""
        grammar = self.grammar
        inside = grammar.scope.inside(rule.binds[-2])
        made = [self.expressions.tree(step, inside) for step in steps]
        bodies = [tree for tree in made if tree is not None]
        if len(bodies) < len(made):
            return None
        after = grammar.scope.inside(rule.binds[-1])
        result = variable(grammar, after, len(grammar.scope.types) + place)
        if source is not None:
            over = self.expressions.tree(source, grammar.scope)
            return None if over is None else node(rule, (over, *starts, *bodies, result))
        condition = least_tree(grammar.test, inside, grammar)
        return node(rule, (*starts, condition, *bodies, result))


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


def _first(rule: Rule) -> int:
    return 1 if rule.kind == "for" else 0


def _states(rule: Rule) -> tuple[int, ...]:
    return rule.args[_first(rule) :][: rule.detail]


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
