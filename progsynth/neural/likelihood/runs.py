"""Runs of a program under assignments that recur: each different one is run once.

A trained network answers much alike from step to step, so samples of its answers are mostly
assignments that were drawn before. Where there are few enough in all, what each gave is kept in
an array, and a step costs a look-up.

Shapes: R rows of all leading dimensions, N runs, D variables, W different expected outputs, U
outcomes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from progsynth.lang.failure import Failure
from progsynth.lang.values import Value
from progsynth.neural.likelihood.enumerate import numbered, right_outcomes

REMEMBERED = 1_000_000  # assignments, of which what each gave is kept
LARGEST = 16_000_000  # pairs of an expected output and an outcome; beyond, all is forgotten

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Run = Callable[[Numbers], Sequence[Value | Failure]]  # assignments [M, D] to what each gives


class Runs:
    """Runs of one program on rows of which `outputs` are expected.

    `sizes` are the numbers of values of the variables. Without `remember` every call runs anew,
    with the same result: the slow twin.
    """

    def __init__(
        self,
        run: Run,
        sizes: Sequence[int],
        outputs: Sequence[Value],
        tolerance: float,
        *,
        remember: bool = True,
    ):
        self._run = run
        self._sizes = tuple(sizes)
        self._tolerance = tolerance
        self._wanted_of, self._wanted = numbered(outputs)
        space = math.prod(self._sizes)
        self._numbers = np.full(space, -1) if remember and space <= REMEMBERED else None
        self._outcomes: dict[object, int] = {}
        self._right_WU = np.zeros((len(self._wanted), 0), np.bool_)

    def right(self, x_RND: Numbers, rows: Numbers) -> tuple[Bools, Numbers]:
        """In which runs [R, N] the program is right, and a number for each different assignment.

        `rows` are the numbers of the rows; those of R beyond them are the same over again.
        """
        if self._numbers is None:
            flat = x_RND.reshape(-1, x_RND.shape[-1])
            different, back = np.unique(flat, axis=0, return_inverse=True)
            codes_RN = back.reshape(x_RND.shape[:2])
            ids_M, unique = numbered(self._run(different))
            ids_RN, right_WU = ids_M[codes_RN], self._judged(unique)
        else:
            codes_RN = np.ravel_multi_index(tuple(np.moveaxis(x_RND, -1, 0)), self._sizes)
            ids_RN = self._known(codes_RN, self._numbers)
            right_WU = self._right_WU
        wanted_R = self._wanted_of[rows][np.arange(len(x_RND)) % len(rows)]
        return right_WU[wanted_R[:, None], ids_RN], codes_RN

    def _known(self, codes_RN: Numbers, numbers: Numbers) -> Numbers:
        """The number of the outcome of each assignment; those that are new are run."""
        if self._right_WU.size > LARGEST:
            numbers[:] = -1
            self._outcomes.clear()
            self._right_WU = self._right_WU[:, :0]
        ids_RN = numbers[codes_RN]
        new = np.unique(codes_RN[ids_RN < 0])
        if not len(new):
            return ids_RN
        found = self._run(np.stack(np.unravel_index(new, self._sizes), -1))
        numbers[new], unseen = numbered(found, self._outcomes)
        self._right_WU = np.concatenate([self._right_WU, self._judged(unseen)], 1)
        return np.asarray(numbers[codes_RN])

    def _judged(self, given: Sequence[Value | Failure]) -> Bools:
        """For which expected outputs W each of the outcomes U is right."""
        return right_outcomes(given, self._wanted, self._tolerance)
