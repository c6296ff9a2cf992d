"""The likelihood of a program with neural parts, and its gradient with respect to their outputs.

A hybrid program on given tensors is a function of what its submodules answer. Where these answer
one of finitely many values, the networks' outputs are independent distributions over them, and
the likelihood of an expected output is the probability that the program gives it.

`program_loss` takes the first estimator that serves, for each layout of a task's rows:

| the program                                            | estimator                | cost        |
| ------------------------------------------------------ | ------------------------ | ----------- |
| any, with at most 1,000 assignments of its answers     | table (`enumerate`)      | assignments |
| reads each choice once, or twice in one place: sums,   | exact (`propagate`)      | values of   |
| counts, the largest, comparisons, `if`, loops over     |                          | partial     |
| lists of any length; sums with too many values to list |                          | results     |
| (numbers of 15 digits), by their terms (`additive`)    |                          |             |
| arithmetic on real answers (`float`), no comparisons   | squared error of the     | one pass    |
|                                                        | output (`propagate`)     |             |
| any other, with at most 20,000 assignments             | table (`enumerate`)      | assignments |
| any other that the engines run                         | sampled (`sample`)       | runs a step |

Tables and propagation give the same numbers, but that propagation does not count fuel: a test
compares them on random programs. `ProgramLoss.how` says which was taken, and why no better one.
"""

from progsynth.neural.likelihood.distributions import NotExact
from progsynth.neural.likelihood.enumerate import (
    OutcomeTable,
    best_accuracy,
    outcome_table,
    outcome_tables,
    table_log_likelihood,
)
from progsynth.neural.likelihood.inputs import Inputs, MiniBatch, mini_batch, prepare
from progsynth.neural.likelihood.layouts import Layout, decided_rows, layouts, outcomes
from progsynth.neural.likelihood.loss import ProgramLoss, program_loss
from progsynth.neural.likelihood.propagate import propagate
from progsynth.neural.likelihood.readings import called_submodules, symbolic
from progsynth.neural.likelihood.sample import sampling

__all__ = [
    "Inputs",
    "Layout",
    "MiniBatch",
    "NotExact",
    "OutcomeTable",
    "ProgramLoss",
    "best_accuracy",
    "called_submodules",
    "decided_rows",
    "layouts",
    "mini_batch",
    "outcome_table",
    "outcome_tables",
    "outcomes",
    "prepare",
    "program_loss",
    "propagate",
    "sampling",
    "symbolic",
    "table_log_likelihood",
]
