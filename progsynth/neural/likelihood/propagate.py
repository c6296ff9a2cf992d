"""Exact likelihoods by propagating distributions through the program.

The program is run once on random values (see `random_run`), which leaves a plan: which sources
are merged from which, and which of their values are right for each expected output. The plan is
carried out in torch for every mini-batch; it is differentiable in the networks' outputs. The
result is exact because only values that read no common choice are taken for independent.

Where two values do read a common choice in a way that cannot be unfolded, the program is run
once for each value of such a choice, and what comes of the runs is summed (cutset conditioning,
Pearl 1988, section 4.3): each run is a `World`.

A program whose output is made of networks' real answers by arithmetic has no likelihood, but a
value: its loss is the squared error.

Shapes: ... any leading dimensions, B rows, K values of a variable, U values of a source,
E different expected outputs, N combinations of values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from progsynth.lang.failure import Fail
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program
from progsynth.lang.types import BOOL, FLOAT, Type
from progsynth.lang.values import Value
from progsynth.neural.likelihood.branching import Steps
from progsynth.neural.likelihood.distributions import (
    Choice,
    Conflict,
    Merged,
    NotExact,
    Source,
    leaf,
)
from progsynth.neural.likelihood.enumerate import masked_logsumexp, numbered
from progsynth.neural.likelihood.events import Events, events_of
from progsynth.neural.likelihood.layouts import Layout, readings_of
from progsynth.neural.likelihood.random_run import run_random
from progsynth.neural.likelihood.readings import symbolic, value_of
from progsynth.neural.likelihood.real_answers import Answer, value_of_real

MAX_WORLDS = 200
MAX_STEPS = 20_000  # in all worlds together

Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A run of the program with the values of some choices fixed.

    `fixed` has these choices and the numbers of their values, `events` what makes the output
    right then.
    """

    fixed: tuple[tuple[Choice, int], ...]
    events: Events


@dataclass(frozen=True, slots=True, eq=False)
class Propagation:
    """How to compute the losses of a program on a layout's rows; see `propagate`.

    `ids_B` has for each row the number of its expected output. `error` ("squared" or "absolute")
    is for outputs made of real answers.
    """

    worlds: tuple[World, ...]
    order: tuple[Source, ...]  # all sources, each behind those that it is made of
    ids_B: Numbers
    _indices: dict[Any, Tensor] = field(default_factory=dict)  # of merged sources, by device
    error: str = "squared"

    @property
    def how(self) -> str:
        """What it is, for a reader."""
        if self.is_real:
            return f"{self.error} error: real answers go straight through the program's arithmetic"
        number = len(self.worlds)
        runs = f", in {number} cases" if number > 1 else ""
        return f"exact: distributions propagated in {len(self.order)} steps{runs}"

    @property
    def is_real(self) -> bool:
        """Is the output made of real answers?"""
        return any(world.events.reals for world in self.worlds)

    @property
    def possible_B(self) -> Truths:
        """Which rows some answers make right."""
        return np.any([world.events.possible_E for world in self.worlds], axis=0)[self.ids_B]

    def losses(
        self, answers: Sequence[Tensor], rows: Numbers, generator: torch.Generator | None = None
    ) -> Tensor:
        """The losses [..., B] of these rows; `answers` has [..., B, K] for each variable."""
        if self.is_real:
            return self.real_error(answers, rows)
        return -self.log_likelihood(answers, rows)

    def log_likelihood(self, answers: Sequence[Tensor], rows: Numbers) -> Tensor:
        """The log-probability [..., B] that the program gives what is expected of these rows.

        `answers` has log-probabilities [..., B, K] for each variable.
        """
        known: dict[Source, Tensor] = {}
        for source in self.order:
            if isinstance(source, Choice):
                known[source] = choice_log_probs(source, answers)
            else:
                known[source] = self._merge(source, known)
        ids, found = self.ids_B[rows], []
        zero_B = torch.zeros_like(answers[0][..., 0]) if answers else torch.zeros(len(rows))
        for world in self.worlds:
            possible = torch.as_tensor(world.events.possible_E[ids], device=zero_B.device)
            total_B = zero_B
            for choice, value in world.fixed:
                total_B = total_B + choice_log_probs(choice, answers)[..., value]
            for source, right_EU in world.events.chances:
                right_BU = torch.as_tensor(right_EU[ids], device=total_B.device)
                total_B = total_B + masked_logsumexp(known[source], right_BU)
            for one in world.events.sums:
                total_B = total_B + one.log_probs(known, ids)
            found.append(total_B.masked_fill(~possible, -torch.inf))
        together_BN = torch.stack(found, -1)
        return masked_logsumexp(together_BN, torch.ones_like(together_BN, dtype=torch.bool))

    def real_error(self, answers: Sequence[Tensor], rows: Numbers) -> Tensor:
        """The sum of squared or absolute differences [..., B] from what these rows expect."""
        (world,) = self.worlds
        ids = self.ids_B[rows]
        total_B = torch.zeros_like(answers[0][..., 0])
        for real, wanted_E in world.events.reals:
            wanted_B = torch.as_tensor(wanted_E[ids], device=total_B.device).to(total_B)
            off_B = value_of_real(real, answers) - wanted_B
            total_B = total_B + (off_B.abs() if self.error == "absolute" else off_B**2)
        return total_B

    def _merge(self, source: Merged, known: dict[Source, Tensor]) -> Tensor:
        """The log-probabilities [..., B, U] of a merged source, from those of its parents."""
        several = []
        for number, part in enumerate(source.parts):
            total_BN = known[part.parents[0]]
            for parent in part.parents[1:]:
                total_BN = (total_BN[..., :, None] + known[parent][..., None, :]).flatten(-2)
            if (part.ids < 0).any():
                kept = self._index((source, number), np.flatnonzero(part.ids >= 0), total_BN)
                total_BN = total_BN.gather(-1, kept)
            several.append(total_BN)
        together_BN = torch.cat(several, -1) if len(several) > 1 else several[0]
        ids = np.concatenate([part.ids[part.ids >= 0] for part in source.parts])
        if np.array_equal(ids, np.arange(source.size)):
            return together_BN
        return grouped_logsumexp(together_BN, self._index(source, ids, together_BN), source.size)

    def _index(self, key: Any, index: Numbers, like: Tensor) -> Tensor:
        """The numbers on the device, for `gather` from a tensor [..., N]."""
        place = (key, like.device)
        if place not in self._indices:
            self._indices[place] = torch.as_tensor(index, device=like.device)
        found = self._indices[place]
        return found.expand(*like.shape[:-1], len(found))


def choice_log_probs(choice: Choice, answers: Sequence[Tensor]) -> Tensor:
    """The log-probabilities [..., B, U] of a choice.

    `answers` has [..., B, K] for each variable: log-probabilities, or where a variable answers
    yes or no to K questions, their logits.
    """
    found = answers[choice.variable]
    if choice.item is None:
        return found
    logit_B = found[..., choice.item]
    return torch.stack([logsigmoid(-logit_B), logsigmoid(logit_B)], -1)


def grouped_logsumexp(x_BN: Tensor, ids_BN: Tensor, size: int) -> Tensor:
    """For each group of the last dimension, [..., size], log of the sum of exp(x).

    `ids_BN` says to which group each belongs. -inf, with gradient zero, where all x are.
    """
    shape = (*x_BN.shape[:-1], size)
    with torch.no_grad():
        top = x_BN.new_full(shape, -torch.inf).scatter_reduce(-1, ids_BN, x_BN, "amax")
        top = torch.where(top.isfinite(), top, torch.zeros_like(top))
    total = x_BN.new_zeros(shape).scatter_add(-1, ids_BN, (x_BN - top.gather(-1, ids_BN)).exp())
    empty = total == 0
    return torch.where(empty, -torch.inf, torch.where(empty, 1.0, total).log() + top)


# ------------------------------------------------------------------------------- the plan


def propagate(
    program: Program,
    layout: Layout,
    outputs: Sequence[Value],
    dsl: DSL,
    *,
    tolerance: float = 1e-9,
    max_worlds: int = MAX_WORLDS,
    error: str = "squared",
) -> Propagation:
    """The plan for a hybrid program on a layout's rows, of which `outputs` are expected.

    Raises NotExact, which says why there is none.
    """
    view, dsl = symbolic(program, dsl, neural=layout.neural, known=layout.known)
    ids_B, expected = numbered(outputs)
    choices = list(_choices(layout))
    worlds: list[World] = []
    num_runs, steps = 0, Steps(MAX_STEPS)
    todo: list[dict[int, int]] = [{}]
    while todo:
        fixed = todo.pop()
        num_runs += 1
        try:
            result, checks = run_random(view, _arguments(layout, choices, fixed), dsl, steps)
            events = events_of(result, checks, expected, tolerance)
            worlds.append(World(tuple((choices[n], v) for n, v in fixed.items()), events))
        except Fail:
            continue  # no output is right where the program fails
        except Conflict as conflict:
            number = min(conflict.choices)
            size = choices[number].size
            todo += [{**fixed, number: n} for n in reversed(range(size))]
        if num_runs + len(todo) > max_worlds:
            raise NotExact(f"more than {max_worlds} cases would have to be told apart")
    if not worlds:
        worlds.append(World((), Events((), (), np.zeros(len(expected), np.bool_))))
    if len(worlds) > 1 and any(world.events.reals for world in worlds):
        raise NotExact("the output is a real answer in one case and not in another")
    sources = [source for world in worlds for source, _ in world.events.chances]
    sources += [s for world in worlds for one in world.events.sums for s in one.sources]
    return Propagation(tuple(worlds), _in_order(sources), ids_B, error=error)


def _choices(layout: Layout) -> Iterator[Choice]:
    """The choices that the layout's submodules make, by variable."""
    number = 0
    for place, variable in enumerate(layout.variables):
        result = variable.submodule.result
        if variable.num_values is not None:
            yield Choice(number, place, variable.num_values)
            number += 1
        elif set(result.types) == {BOOL} and result.name == "tuple":
            for item in range(len(result.args)):
                yield Choice(number, place, 2, item)
                number += 1


def _arguments(
    layout: Layout, choices: Sequence[Choice], fixed: Mapping[int, int]
) -> Sequence[Any]:
    """The arguments of the symbolic view, with leaves for choices that are not fixed."""
    made: list[list[Any]] = [[] for _ in layout.variables]
    for choice in choices:
        one = layout.variables[choice.variable].submodule
        values = [
            bool(n) if choice.item is not None else value_of(one, n) for n in range(choice.size)
        ]
        if choice.number in fixed:
            made[choice.variable].append(values[fixed[choice.number]])
        else:
            made[choice.variable].append(leaf(choice, values))
    answers = [
        _answer(number, variable.submodule.result, parts)
        for number, (variable, parts) in enumerate(zip(layout.variables, made, strict=True))
    ]
    return layout.fill(readings_of(layout)(answers))


def _answer(variable: int, result: Type, parts: Sequence[Any]) -> Any:
    """What a submodule answers, of the choices that it makes or of real numbers."""
    if parts:
        return tuple(parts) if result.name == "tuple" else parts[0]
    if result == FLOAT:
        return Answer(variable, 0)
    if result.name == "tuple" and set(result.types) == {FLOAT}:
        return tuple(Answer(variable, item) for item in range(len(result.args)))
    raise NotExact(f"a submodule answers {result}")


def _in_order(sources: Iterable[Source]) -> tuple[Source, ...]:
    """The sources and all that they are made of, each behind its parents."""
    found: dict[Source, None] = {}
    todo = list(sources)
    while todo:
        source = todo.pop()
        if source not in found:
            found[source] = None
            if isinstance(source, Merged):
                todo += [p for part in source.parts for p in part.parents]
    return tuple(sorted(found, key=lambda s: s.height))
