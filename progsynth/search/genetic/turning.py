"""Loops of small steps, run as plain Python functions: is their output ever met?

A loop is run for a few turns on an example, with its variables in a tuple, until one of them is
the output that is expected, a step fails, or a variable has grown out of all proportion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from progsynth.lang.values import Value, size_of
from progsynth.search.genetic.expressions import Expression, Setting
from progsynth.search.genetic.grammar import Grammar, Rule
from progsynth.search.goal import same_function
from progsynth.search.kernels import FAIL, FAILURES
from progsynth.search.problem import Problem

TURNS = 10  # of a loop that are looked at


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One example of a skeleton: its items, if it goes over any, its start and its output."""

    items: tuple[Value, ...] | None
    start: Setting
    output: Value


def states_of(rule: Rule) -> tuple[int, ...]:
    """The types of a loop's variables."""
    first = 1 if rule.kind == "for" else 0
    return rule.args[first:][: rule.detail]


class Runs:
    """Runs loops of one problem; `executions` counts steps, `most` is how long values may get."""

    def __init__(self, problem: Problem, grammar: Grammar):
        self.grammar = grammar
        self.executions = 0
        self.same = same_function(problem.result, problem.tolerance)
        self.is_sized = problem.result.name in ("list", "str", "dict")
        sizes = [size_of(value) for row in problem.inputs for value in row]
        self.most = 20 + 4 * max((*sizes, *map(size_of, problem.outputs)), default=0)

    def meets(self, rule: Rule, steps: Sequence[Expression], cases: Sequence[Case]) -> bool:
        """Is the output met on all these; by a `while` perhaps without a turn?"""
        goals = self.goals(rule)
        for case in cases:
            at_once = case.items is None and self.hit(case.start, goals, case.output) is not None
            if not at_once and self.met(rule, steps, case) is None:
                return False
        return True

    def goals(self, rule: Rule) -> list[int]:
        """Which of the loop's variables are of the output's type."""
        return [n for n, type_ in enumerate(states_of(rule)) if type_ == self.grammar.goal]

    def met(self, rule: Rule, steps: Sequence[Expression], case: Case) -> int | None:
        """Which of the loop's variables is the output after some turn, if any is.

        Of a `for` after the last turn.
        """
        state, items = case.start, case.items
        runs = [step.run for step in steps]
        goals = self.goals(rule)
        try:
            for turn in range(TURNS if items is None else len(items)):
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
