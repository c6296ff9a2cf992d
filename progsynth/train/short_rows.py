"""The rows on which programs with submodules are cheap to tell apart.

A list of two digits can be read in a hundred ways, one of four in ten thousand, one of five in so
many that there is no table. Where a task has enough rows of few assignments, these say which
program it is and teach its networks, all candidates in one batch; the others are left for the end
(`TrainingScorer.complete`) and for the last word, which is the run's.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from progsynth.neural.likelihood.layouts import layouts
from progsynth.search.problem import Problem
from progsynth.train.behaviour import Numbers

_SHARE = 0.5  # of the rows, at least


def short_rows(problem: Problem, *, few: int, share: float = _SHARE) -> Numbers:
    """The numbers of the rows with at most `few` assignments; all rows, where those are less than
    that share of them."""
    every = np.arange(len(problem.inputs))
    found = [
        np.array(layout.rows, np.int64)
        for layout in layouts(problem.inputs, problem.entry_types, problem.neural)
        if layout.num_assignments is not None and layout.num_assignments <= few
    ]
    short = np.sort(np.concatenate(found)) if found else every[:0]
    return short if len(short) >= share * len(every) else every


def of_rows(problem: Problem, rows: Numbers) -> Problem:
    """The problem with these rows alone."""
    return replace(
        problem,
        inputs=tuple(problem.inputs[row] for row in rows),
        outputs=tuple(problem.outputs[row] for row in rows),
    )
