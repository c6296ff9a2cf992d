"""What programs can give on the training rows at all, whatever their networks answer.

Two programs that give the same outcome under every assignment of answers are one behaviour: no
training tells them apart. A row that no assignment makes right is lost for good, which bounds a
program's accuracy before anything is trained; the share of assignments that make a row right is
what networks that know nothing would reach.

Shapes: R training rows, M assignments of one layout, W different expected outputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from progsynth.errors import UnsupportedError
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Neural, Program
from progsynth.lang.values import Value
from progsynth.neural.likelihood.enumerate import all_assignments, numbered, right_outcomes
from progsynth.neural.likelihood.inputs import Inputs, prepare
from progsynth.neural.likelihood.layouts import Layout, assigned_rows, outcomes_of_many
from progsynth.search.genetic.scoring import working_limits
from progsynth.search.problem import Problem

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

_SAMPLED = 500  # assignments of a layout that has too many for a table
_FEW = 1_000  # of a table, where other layouts have none: candidates are trained alone anyway


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The training rows as programs see them that call these submodules.

    `assignments` has for each layout all of its assignments, or some where there are too many
    (`tabled` says which), or none where answers are real. `limits` are those of a run in the
    symbolic view: loops that do not end are common, and shall end soon. `wanted_R` is the
    number of each row's expected output among the different ones, `outputs`. `apart` are rows
    that are not trained on, under some assignments: programs that differ there differ.
    """

    neural: tuple[Neural, ...]
    inputs: Inputs
    assignments: tuple[Numbers, ...]
    tabled: tuple[bool, ...]
    limits: Limits
    wanted_R: Numbers
    outputs: tuple[Value, ...]
    apart: View | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the submodules."""
        return tuple(one.name for one in self.neural)

    @property
    def reads(self) -> tuple[Neural, ...]:
        """The submodules, and the networks with known weights that read the tensors as well."""
        layouts = self.inputs.layouts
        return (*self.neural, *(layouts[0].known if layouts else ()))

    @property
    def is_exact(self) -> bool:
        """Is there a table for every row?"""
        return all(self.tabled)


@dataclass(frozen=True, slots=True, eq=False)
class Behaviour:
    """What a program can do on the rows of its view.

    `key` is equal for programs of one behaviour. `right` says for each layout which assignments
    give which of the expected outputs, [W, M]. `possible_R` says which rows can be right at
    all (where that is not known, True), `chance_R` how likely they are right by chance.
    """

    key: bytes
    right: tuple[Bools, ...]
    possible_R: Bools
    chance_R: Floats

    @property
    def bound(self) -> float:
        """No networks make the program right on a larger share of the rows."""
        return float(self.possible_R.mean())

    @property
    def chance(self) -> float:
        """The mean probability of being right by chance."""
        return float(self.chance_R.mean())


def make_view(
    problem: Problem, neural: Sequence[Neural], *, max_assignments: int, seed: int
) -> View:
    """The problem's training rows for programs that call these submodules, and no others; those
    among them that are primitives of the pack are networks with known weights."""
    weighted = problem.dsl.primitives
    known = [(one, weighted[one.name].fn) for one in neural if one.name in weighted]
    neural = [one for one in neural if one.name not in weighted]
    inputs = prepare(problem.inputs, problem.entry_types, neural, known)
    random = np.random.default_rng(seed)
    sizes = [layout.num_assignments for layout in inputs.layouts]
    if any(size is None or size > max_assignments for size in sizes):
        max_assignments = min(max_assignments, _FEW)
    assignments, tabled = [], []
    for layout in inputs.layouts:
        every = all_assignments(layout, max_assignments)
        tabled.append(every is not None)
        assignments.append(_some_assignments(layout, random) if every is None else every)
    shown = [
        assigned_rows(layout, some[-1:])[0]
        for layout, some in zip(inputs.layouts, assignments, strict=True)
        if len(some)
    ]
    limits = working_limits(replace(problem, inputs=tuple(shown)))
    wanted_R, outputs = numbered(problem.outputs)
    return View(tuple(neural), inputs, tuple(assignments), tuple(tabled), limits, wanted_R, outputs)


def _some_assignments(layout: Layout, random: np.random.Generator) -> Numbers:
    sizes = [v.num_values for v in layout.variables]
    if any(size is None for size in sizes):
        return np.zeros((0, len(sizes)), np.int64)
    columns = [random.integers(0, size or 1, _SAMPLED) for size in sizes]
    return np.stack(columns, 1)


def behaviours(
    programs: Sequence[Program], view: View, dsl: DSL, problem: Problem
) -> tuple[list[Behaviour | None], int]:
    """The behaviour of each program, and how many executions that took.

    All programs run on all assignments at once. None for a program outside the fragment of
    which likelihoods are known (see `neural.likelihood.readings`).
    """
    made, executions = _behaviours(programs, view, dsl, problem)
    if view.apart is None:
        return made, executions
    others, more = _behaviours(programs, view.apart, dsl, problem)
    both = [
        replace(one, key=sha256(one.key + other.key).digest()) if one and other else None
        for one, other in zip(made, others, strict=True)
    ]
    return both, executions + more


def _behaviours(
    programs: Sequence[Program], view: View, dsl: DSL, problem: Problem
) -> tuple[list[Behaviour | None], int]:
    """The same on the view's own rows."""
    outcomes: list[list[Sequence[Value | Failure]] | None] = [[] for _ in programs]
    executions = 0
    for layout, assignments_MV in zip(view.inputs.layouts, view.assignments, strict=True):
        if not len(assignments_MV):
            continue
        some = [n for n, found in enumerate(outcomes) if found is not None]
        ran = _run([programs[n] for n in some], layout, assignments_MV, dsl, view.limits)
        executions += len(some) * len(assignments_MV)
        for n, values in zip(some, ran, strict=True):
            held = outcomes[n]
            assert held is not None
            if values is None:
                outcomes[n] = None
            else:
                held.append(values)
    made = [
        None if found is None else _behaviour(program, found, view, problem.tolerance)
        for program, found in zip(programs, outcomes, strict=True)
    ]
    return made, executions


def _run(
    programs: Sequence[Program],
    layout: Layout,
    assignments_MV: Numbers,
    dsl: DSL,
    limits: Limits,
) -> Sequence[list[Value | Failure] | None]:
    try:
        return outcomes_of_many(programs, layout, assignments_MV, dsl, limits)
    except UnsupportedError:
        if len(programs) == 1:
            return [None]
        half = len(programs) // 2
        return [
            *_run(programs[:half], layout, assignments_MV, dsl, limits),
            *_run(programs[half:], layout, assignments_MV, dsl, limits),
        ]


def _behaviour(
    program: Program,
    outcomes: Sequence[Sequence[Value | Failure]],
    view: View,
    tolerance: float,
) -> Behaviour:
    key = sha256(repr([one.name for one in view.reads]).encode())
    if not outcomes:  # real answers: every program is a behaviour of its own
        key.update(str(hash(program.entry.body)).encode())
    right: list[Bools] = []
    num_rows = len(view.wanted_R)
    possible_R, chance_R = np.ones(num_rows, np.bool_), np.zeros(num_rows)
    given = iter(outcomes)
    for number, (layout, tabled) in enumerate(zip(view.inputs.layouts, view.tabled, strict=True)):
        if not len(view.assignments[number]):
            right.append(np.zeros((len(view.outputs), 0), np.bool_))
            continue
        ids_M, unique = numbered(next(given))
        right_WU = right_outcomes(unique, view.outputs, tolerance)
        right_WM = right_WU[:, ids_M]
        right.append(right_WM)
        rows = np.array(layout.rows, np.int64)
        chance_R[rows] = right_WM.mean(1)[view.wanted_R[rows]]
        if tabled:
            possible_R[rows] = chance_R[rows] > 0
        key.update(repr(sorted(_classes(right_WU, ids_M))).encode())
    return Behaviour(key.digest(), tuple(right), possible_R, chance_R)


def _classes(right_WU: Bools, ids_M: Numbers) -> set[tuple[int, bytes]]:
    """Which assignments give which expected output: all that training can see of a program."""
    return {
        (int(wanted), np.packbits(right_WU[wanted, ids_M]).tobytes())
        for wanted in range(len(right_WU))
    }
