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

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from progsynth.lang.failure import Fail
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program
from progsynth.lang.types import FLOAT
from progsynth.lang.values import Value, close
from progsynth.neural.likelihood.branching import Steps
from progsynth.neural.likelihood.distributions import (
    VOID,
    Choice,
    Conflict,
    Leaf,
    Merged,
    NotExact,
    Source,
    join,
    merged,
    tuples,
    unique,
)
from progsynth.neural.likelihood.enumerate import masked_logsumexp, numbered
from progsynth.neural.likelihood.layouts import Layout, readings_of
from progsynth.neural.likelihood.random_run import run_random
from progsynth.neural.likelihood.random_values import is_known, whole
from progsynth.neural.likelihood.readings import symbolic, value_of
from progsynth.neural.likelihood.real_answers import Answer, Real, Step, value_of_real

MAX_WORLDS = 200
MAX_STEPS = 20_000  # in all worlds together

Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A run of the program with the values of some choices fixed.

    `fixed` has the variables and the numbers of their values. `events` are independent: a
    source, and which of its values are right for which expected outputs [E, U]. `possible_E`
    says for which expected outputs all that is known is right.
    """

    fixed: tuple[tuple[int, int], ...]
    events: tuple[tuple[Source, Truths], ...]
    reals: tuple[tuple[Real, npt.NDArray[np.float64]], ...]  # with what is expected [E]
    possible_E: Truths


@dataclass(frozen=True, slots=True, eq=False)
class Propagation:
    """How to compute the losses of a program on a layout's rows; see `propagate`.

    `ids_B` has for each row the number of its expected output.
    """

    worlds: tuple[World, ...]
    order: tuple[Source, ...]  # all sources, each behind those that it is made of
    ids_B: Numbers
    _indices: dict[Any, Tensor] = field(default_factory=dict)  # of merged sources, by device

    @property
    def how(self) -> str:
        """What it is, for a reader."""
        if self.is_real:
            return "squared error: real answers go straight through the program's arithmetic"
        number = len(self.worlds)
        runs = f", in {number} cases" if number > 1 else ""
        return f"exact: distributions propagated through {len(self.order)} sources{runs}"

    @property
    def is_real(self) -> bool:
        """Is the output made of real answers?"""
        return any(world.reals for world in self.worlds)

    @property
    def possible_B(self) -> Truths:
        """Which rows some answers make right."""
        return np.any([world.possible_E for world in self.worlds], axis=0)[self.ids_B]

    def losses(
        self, answers: Sequence[Tensor], rows: Numbers, generator: torch.Generator | None = None
    ) -> Tensor:
        """The losses [..., B] of these rows; `answers` has [..., B, K] for each variable."""
        if self.is_real:
            return self.squared_error(answers, rows)
        return -self.log_likelihood(answers, rows)

    def log_likelihood(self, answers: Sequence[Tensor], rows: Numbers) -> Tensor:
        """The log-probability [..., B] that the program gives what is expected of these rows.

        `answers` has log-probabilities [..., B, K] for each variable.
        """
        known: dict[Source, Tensor] = {}
        for source in self.order:
            known[source] = (
                answers[source.variable]
                if isinstance(source, Choice)
                else self._merge(source, known)
            )
        ids, found = self.ids_B[rows], []
        for world in self.worlds:
            possible = torch.as_tensor(world.possible_E[ids], device=answers[0].device)
            total_B = torch.zeros_like(answers[0][..., 0])
            for variable, value in world.fixed:
                total_B = total_B + answers[variable][..., value]
            for source, right_EU in world.events:
                right_BU = torch.as_tensor(right_EU[ids], device=total_B.device)
                total_B = total_B + masked_logsumexp(known[source], right_BU)
            found.append(total_B.masked_fill(~possible, -torch.inf))
        together_BN = torch.stack(found, -1)
        return masked_logsumexp(together_BN, torch.ones_like(together_BN, dtype=torch.bool))

    def squared_error(self, answers: Sequence[Tensor], rows: Numbers) -> Tensor:
        """The sum of squared differences [..., B] from what is expected of these rows."""
        (world,) = self.worlds
        ids = self.ids_B[rows]
        total_B = torch.zeros_like(answers[0][..., 0])
        for real, wanted_E in world.reals:
            wanted_B = torch.as_tensor(wanted_E[ids], device=total_B.device).to(total_B)
            total_B = total_B + (value_of_real(real, answers) - wanted_B) ** 2
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
) -> Propagation:
    """The plan for a hybrid program on a layout's rows, of which `outputs` are expected.

    Raises NotExact, which says why there is none.
    """
    view, dsl = symbolic(program, dsl, neural=layout.neural)
    ids_B, expected = numbered(outputs)
    choices = [
        None if v.num_values is None else Choice(n, v.num_values)
        for n, v in enumerate(layout.variables)
    ]
    worlds: list[World] = []
    num_runs, steps = 0, Steps(MAX_STEPS)
    todo: list[dict[int, int]] = [{}]
    while todo:
        fixed = todo.pop()
        num_runs += 1
        try:
            result, checks = run_random(view, _arguments(layout, choices, fixed), dsl, steps)
            found = _events(result, checks, expected, tolerance)
            worlds.append(World(tuple(fixed.items()), *found))
        except Fail:
            continue  # no output is right where the program fails
        except Conflict as conflict:
            variable = min(conflict.choices)
            size = layout.variables[variable].num_values or 0
            todo += [{**fixed, variable: n} for n in reversed(range(size))]
        if num_runs + len(todo) > max_worlds:
            raise NotExact(f"more than {max_worlds} cases would have to be told apart")
    if not worlds:
        worlds.append(World((), (), (), np.zeros(len(expected), np.bool_)))
    if len(worlds) > 1 and any(world.reals for world in worlds):
        raise NotExact("the output is a real answer in one case and not in another")
    sources = [source for world in worlds for source, _ in world.events]
    return Propagation(tuple(worlds), _in_order(sources), ids_B)


def _arguments(
    layout: Layout, choices: Sequence[Choice | None], fixed: dict[int, int]
) -> Sequence[Any]:
    """The arguments of the symbolic view, with leaves for choices that are not fixed."""
    answers: list[Any] = []
    for number, (variable, choice) in enumerate(zip(layout.variables, choices, strict=True)):
        if choice is None:
            if variable.submodule.result != FLOAT:
                raise NotExact(f"'{variable.submodule.name}' answers {variable.submodule.result}")
            answers.append(Answer(number, 0))
        elif number in fixed or choice.size == 1:
            answers.append(value_of(variable.submodule, fixed.get(number, 0)))
        else:
            values = tuple(value_of(variable.submodule, n) for n in range(choice.size))
            answers.append(Leaf(choice, values, np.arange(choice.size)))
    return layout.fill(readings_of(layout)(answers))


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


# ------------------------------------------------------------------------ what is right


_NEVER = object()  # expected of a part of the output that cannot be what is expected


@dataclass(frozen=True, slots=True)
class _Column:
    """A part of the output, and what is expected of it for each expected output."""

    value: Any
    wanted: list[Any]


def _events(
    result: Any, checks: Sequence[Leaf], expected: Sequence[Value], tolerance: float
) -> tuple[tuple[tuple[Source, Truths], ...], tuple[tuple[Real, Any], ...], Truths]:
    """Independent events that make the output right; real parts; which outputs are possible."""
    possible_E = np.ones(len(expected), np.bool_)
    leaves: list[_Column] = [_Column(check, [True] * len(expected)) for check in checks]
    reals = []
    for column in _columns(result, list(expected)):
        impossible = np.array([w is _NEVER for w in column.wanted], np.bool_)
        if isinstance(column.value, Answer | Step):
            wanted = [0.0 if w is _NEVER else w for w in column.wanted]
            reals.append((column.value, np.array(wanted, np.float64)))
        elif isinstance(column.value, Leaf):
            leaves.append(column)
        else:
            impossible |= ~_right([column.value], column.wanted, tolerance)[:, 0]
        possible_E &= ~impossible
    if reals and leaves:
        raise NotExact("the output has real answers and choices in it")
    events = []
    for group in _dependent(leaves):
        source, right_EU = _event(group, tolerance)
        possible_E &= right_EU.any(1)
        events.append((source, right_EU))
    return tuple(events), tuple(reals), possible_E


def _columns(value: Any, wanted: list[Any]) -> list[_Column]:
    """The parts of a list or tuple that has random parts; else the value itself."""
    if isinstance(value, list | tuple) and not is_known(value):
        fits = [w is not _NEVER and len(w) == len(value) for w in wanted]
        found = [_Column(None, [None if fit else _NEVER for fit in fits])]
        for place, part in enumerate(value):
            inner = [w[place] if fit else _NEVER for w, fit in zip(wanted, fits, strict=True)]
            found += _columns(part, inner)
        return found
    return [_Column(value if isinstance(value, Answer | Step) else whole(value), wanted)]


def _right(values: Sequence[Any], wanted: Sequence[Any], tolerance: float) -> Truths:
    """Which values U are right for which of those expected E."""
    return np.array(
        [[_matches(w, value, tolerance) for value in values] for w in wanted], np.bool_
    ).reshape(len(wanted), len(values))


def _matches(wanted: Any, value: Any, tolerance: float) -> bool:
    if wanted is None or value is None:
        return wanted is None
    return wanted is not _NEVER and value is not VOID and close(wanted, value, tolerance)


def _dependent(columns: Sequence[_Column]) -> list[list[_Column]]:
    """The columns in groups that read no common choice."""
    groups: list[tuple[frozenset[int], list[_Column]]] = []
    for column in columns:
        reads = column.value.source.reads
        apart = [g for g in groups if not g[0] & reads]
        joined = [g for g in groups if g[0] & reads]
        members = [c for g in joined for c in g[1]]
        groups = [*apart, (reads.union(*(g[0] for g in joined)), [*members, column])]
    return [members for _, members in groups]


def _event(group: Sequence[_Column], tolerance: float) -> tuple[Source, Truths]:
    """A source that decides a group of columns, and which of its values are right."""
    leaves = [column.value for column in group]
    if len({x.source for x in leaves}) == 1:
        source, rows = leaves[0].source, list(zip(*(x.values for x in leaves), strict=True))
    else:
        joint = join(leaves)
        ids, rows = unique(tuples(leaves, joint))
        source = merged([joint.part(ids)], len(rows))
    rights = [_right([row[n] for row in rows], c.wanted, tolerance) for n, c in enumerate(group)]
    return source, np.logical_and.reduce(rights)
