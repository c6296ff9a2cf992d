"""How a generation is scored: each proposal on each training example.

The default scorer runs all of them in the VM at once. A scorer of another kind may train the
neural submodules first; what it hands back are the same programs with their networks, which
their children find among their parents'.

P: proposals, C: cases (training examples).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from progsynth.search.run import Candidate

Errors = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate to be scored, and those it was made from: none, one or two of them."""

    candidate: Candidate
    parents: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What a scorer found, in the order of the proposals.

    `errors_PC` is 0.0 where a program is right, `inf` where it fails. `candidates` are the same
    programs, with networks where these were trained. An execution is one program on one case.
    """

    errors_PC: Errors
    candidates: tuple[Candidate, ...]
    executions: int
    gradient_steps: int = 0


Scorer = Callable[[Sequence[Proposal]], Scored]
