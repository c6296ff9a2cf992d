"""Gradients through programs: estimators behind one protocol, chosen from the program.

    question = Question(program=..., dsl=..., rows=..., outputs=..., networks=...)
    chosen = choose(question)
    print(chosen.why)                                # said aloud
    chosen.estimator.losses(networks, params, rows)  # differentiable, one a row

`estimator` has the table of what there is. Exact and sampled likelihoods are those of
`neural.likelihood`; the rest is the tensor engine (`tensor_run`), which runs a program on many
rows at once as torch operations, with networks anywhere in it: in bodies of folds and loops, on
states, in conditions. `relaxation` says how decisions become differentiable.
"""

from progsynth.neural.gradients.estimator import (
    AUTOMATIC,
    ESTIMATORS,
    Chosen,
    Estimator,
    Question,
    choose,
)
from progsynth.neural.gradients.faults import CandidateEnded, ending, finite
from progsynth.neural.gradients.params import Params, filled, with_params
from progsynth.neural.gradients.paths import distances
from progsynth.neural.gradients.relaxation import HARD, SOFT, Relaxation
from progsynth.neural.gradients.through import decided_outputs

__all__ = [
    "AUTOMATIC",
    "ESTIMATORS",
    "HARD",
    "SOFT",
    "CandidateEnded",
    "Chosen",
    "Estimator",
    "Params",
    "Question",
    "Relaxation",
    "choose",
    "decided_outputs",
    "distances",
    "ending",
    "filled",
    "finite",
    "with_params",
]
