"""What all kinds of loops of one problem share: expressions, starts, examples, and the count.

A loop that begins from a parameter uses it up: its steps and its condition do not see it any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

from progsynth import registry
from progsynth.lang.term import Build, Term, Var, const
from progsynth.lang.types import INT, Type
from progsynth.lang.values import Value, identity_key, size_of
from progsynth.search.constants import COMMON, mine
from progsynth.search.evidence import evidence
from progsynth.search.goal import same_function, working_limits
from progsynth.search.kernels import FAIL, FAILURES, Kernels
from progsynth.search.loops.cheap import Cheap, Setting, Shelf, Store, near, pool_of
from progsynth.search.loops.stopping import Course, Stopping
from progsynth.search.problem import Problem
from progsynth.search.space import Constant
from progsynth.search.universe import make_space
from progsynth.task import Example

Run = Callable[[Setting], Any]

_BEGINNINGS = (0, 1, 0.0, 1.0, "", False, True)  # constants that a variable may start with
_CASES = 4  # examples that a loop is run on before it is run on all
TURNS = 48  # of a loop on one of these
ALL_TURNS = 600  # on any example
_GROWTH = 64.0  # bits by which a number may outgrow those of the examples
_BASE = 10  # that numbers are written in


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """What a variable starts with: its value on each example; `param` is -1 for a constant."""

    type: Type
    cost: int
    term: Term
    values: tuple[Value, ...]
    param: int


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A loop's variables and the parameters that its parts see."""

    starts: tuple[Start, ...]
    kept: tuple[int, ...]

    @property
    def cost(self) -> int:
        """What the starts cost."""
        return sum(start.cost for start in self.starts)

    @property
    def types(self) -> tuple[Type, ...]:
        """The types of the variables."""
        return tuple(start.type for start in self.starts)


@dataclass(frozen=True, slots=True)
class Found:
    """A loop that is right on the examples, as far as is known."""

    term: Term
    cost: int


class Ground:
    """The examples and expressions of one problem; `executions` is what was run in all."""

    def __init__(self, problem: Problem, seed: int, most_asked: int):
        self.problem, self.most_asked = problem, most_asked
        self.types, self.result = problem.types, problem.result
        examples = list(map(Example, problem.inputs, problem.outputs))
        only = registry.forms(problem.dsl.name).constants
        mined = mine(problem.types, problem.result, examples, problem.constants, only=only)
        if only is None and all(c.value != _BASE or c.type != INT for c in mined):
            mined += (Constant(_BASE, INT, COMMON),)
        shown = [v for row in problem.inputs for v in row] + list(problem.outputs)
        limits = working_limits(problem.limits, shown)
        self.kernels = Kernels(problem.dsl, limits)
        wide = make_space(
            problem.dsl,
            problem.types,
            problem.result,
            mined,
            allowed=problem.allowed,
            max_nesting=0,
        )
        pool = pool_of(problem.types, problem.result, problem.inputs, problem.outputs)
        self.outside = Store(wide, self.kernels, pool, seed, True)  # what stands before a loop
        self.space = near(wide, (*problem.types, problem.result))
        self.store = Store(self.space, self.kernels, pool, seed)
        self.same = same_function(problem.result, problem.tolerance)
        self.inputs, self.outputs = problem.inputs, problem.outputs
        self.order = _telling(problem)
        self.cases = self.order[:_CASES]
        self.widest = max(map(_width, shown), default=0.0) + _GROWTH
        self.longest = 20 + 4 * max(map(size_of, shown), default=0)
        self.kinds = self.space.forms.kinds
        self.evidence = evidence(problem.outputs)
        self.steps = 0  # of loops
        self.asked = 0  # of conditions
        self.programs = 0

    @property
    def executions(self) -> int:
        """Steps of loops, expressions and conditions, on one setting each."""
        return self.steps + self.asked + self.store.executions + self.outside.executions

    def starts(self, type_: Type) -> list[Start]:
        """What a variable of the type may start with."""
        count, found = len(self.inputs), []
        for place, param in enumerate(self.types):
            if param == type_:
                column = tuple(row[place] for row in self.inputs)
                found.append(Start(type_, 1, Var(len(self.types) - 1 - place), column, place))
        for constant in self.space.constants:
            plain = any(
                type(b) is type(constant.value) and b == constant.value for b in _BEGINNINGS
            )
            if constant.type == type_ and plain:
                column = (constant.value,) * count
                found.append(Start(type_, constant.cost, const(constant.value), column, -1))
        if type_.name in ("list", "dict") and "empty" in self.kinds:
            empty: Any = [] if type_.name == "list" else {}
            found.append(Start(type_, 1, Build(type_.name, ()), (empty,) * count, -1))
        return found

    def numbers(self, values: Sequence[int]) -> list[Start]:
        """Whole numbers as starts, as far as the language has them."""
        count, found = len(self.inputs), []
        for value in values:
            known = [c for c in self.space.constants if c.type == INT and c.value == value]
            found += [Start(INT, c.cost, const(value), (value,) * count, -1) for c in known]
        return found

    def plan(self, *starts: Start, unseen: Sequence[int] = ()) -> Plan:
        """The loop with these starts, which sees the parameters that it does not use up.

        Nor does it see those that are `unseen`.
        """
        used = {*(start.param for start in starts), *unseen}
        return Plan(starts, tuple(p for p in range(len(self.types)) if p not in used))

    def shelf(self, kept: Sequence[int], states: Sequence[Type], want: Type) -> Shelf:
        """The expressions of a type over these parameters and variables."""
        return self.store.shelf((*(self.types[p] for p in kept), *states), want)

    def fixed(self, kept: Sequence[int], number: int) -> Setting:
        """What the kept parameters are on an example."""
        row = self.inputs[number]
        return tuple([row[p] for p in kept])

    def in_proportion(self, value: Value) -> bool:
        """Is the value no larger than the examples make likely?"""
        kind = type(value)
        if kind is int:
            return -_BIG < value < _BIG or _width(value) <= self.widest
        if kind is list or kind is str or kind is dict:
            return len(value) <= self.longest
        return value is not FAIL

    def bears(self, cost: int) -> bool:
        """Do the examples say more than a loop of this cost takes to write down?"""
        return self.evidence.bears((1 << len(self.outputs)) - 1, cost)

    def conditions(self, plan: Plan, courses: Sequence[Course]) -> Iterator[Cheap | None]:
        """Conditions over the plan's variables that stop each course where it may."""
        types = (*(self.types[p] for p in plan.kept), *plan.types)
        stopping = Stopping(near(self.space, types), self.kernels, types)
        for one in stopping.conditions(courses):
            self.asked += stopping.executions
            stopping.executions = 0
            yield one
        self.asked += stopping.executions

    def run(self, plan: Plan, steps: Sequence[Run], number: int, bound: int) -> list[Setting]:
        """The settings that a `while` passes through on an example, its start first.

        It ends before a state that it has been in, that fails, or that is out of proportion.
        """
        fixed = self.fixed(plan.kept, number)
        state = tuple([start.values[number] for start in plan.starts])
        found, seen = [fixed + state], {identity_key(state)}
        try:
            for _ in range(bound):
                setting = found[-1]
                state = tuple([step(setting) for step in steps])
                self.steps += 1
                key = identity_key(state)
                if key in seen or not all(map(self.in_proportion, state)):
                    break
                seen.add(key)
                found.append(fixed + state)
        except FAILURES:
            pass
        return found


_BIG = 1 << 20


def _width(value: Any) -> float:
    """The bits of the largest number in a value."""
    if isinstance(value, bool | str):
        return 0.0
    if isinstance(value, int):
        return log2(abs(value) + 1)
    if isinstance(value, list | tuple):
        return max(map(_width, value), default=0.0)
    return 0.0


def _telling(problem: Problem) -> list[int]:
    """The numbers of the examples, first those from which a loop has a few turns to go.

    Small ones are over at once, large ones take long: those in between are tried first.
    """
    pairs = list(zip(problem.inputs, problem.outputs, strict=True))
    sizes = [_magnitude(output) + sum(map(_magnitude, row)) for row, output in pairs]
    ordered = sorted(range(len(sizes)), key=lambda n: sizes[n])
    total = len(ordered)
    first = [ordered[int(total * share)] for share in (0.4, 0.25, 0.6, 0.1, 0.8)] if total else []
    return list(dict.fromkeys([*first, *ordered]))


def _magnitude(value: Any) -> float:
    if isinstance(value, int | float):
        return log2(min(abs(value), 1e300) + 1)
    return float(size_of(value))
