"""What is taken from DEAP: toolbox, fitness, hall of fame, statistics, logbook.

Not `creator`, which makes classes at run time in a module's globals, and none of the operators
that draw from the global `random`. A user's `deap.base.Toolbox` may bring operators of its own
under these names; what it lacks is ours:

* `generate(grammar, rng) -> Tree`: a tree of a first generation;
* `mutate(tree, grammar, rng) -> (Tree,)`;
* `mate(left, right, grammar, rng) -> (Tree, Tree)`;
* `select(individuals, count) -> list of individuals`: parents, as in `deap.tools`. An individual
  has `tree`, `errors` (one number a case, 0.0 where it is right) and `fitness`;
* `subtree`, `point`, `constant`, `perturbation`, `variable`, `exchange`, `addition`, `deletion`,
  `renewal`, of which our `mutate` draws: `(tree, grammar, rng, bounds) -> Tree`, or None where
  there is nothing to change (see `vary`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from deap import base, tools

from progsynth.search.genetic.lexicase.selection import Errors
from progsynth.search.genetic.tree import Tree
from progsynth.search.run import Candidate

HALL = 10  # individuals in the hall of fame


class Fitness(base.Fitness):  # type: ignore[misc]
    """The share of cases that are wrong, the sum of bounded errors, and the size: all least."""

    weights = (-1.0, -1.0, -1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Individual:
    """A tree that was scored. `errors` has its error on each case, NaN where it was not run yet
    (its `fitness` is of the others), `key` is its program's term. `numbers` are those that errors
    are the sums of, [case, number], where the task grades by several."""

    tree: Tree
    key: Any
    candidate: Candidate
    errors: Errors
    fitness: Fitness
    numbers: Errors | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Individual:
        return self  # it never changes: the hall of fame need not copy it


def individual(
    tree: Tree, key: Any, candidate: Candidate, errors: Errors, numbers: Errors | None = None
) -> Individual:
    """The individual with its fitness."""
    fitness = Fitness(fitness_values(tree, errors))
    return Individual(tree, key, candidate, errors, fitness, numbers)


def judged(individuals: Sequence[Individual], cases: Sequence[int]) -> Errors:
    """What selection sees of individuals on these cases: a row each, with a column for each
    number by which an output is graded."""
    rows = [one.errors if one.numbers is None else one.numbers for one in individuals]
    found = np.stack(rows)[:, cases]
    return found.reshape(len(found), -1)


def fitness_values(tree: Tree, errors: Errors) -> tuple[float, float, float]:
    """The fitness of a tree with these errors, as far as they are known."""
    known = errors[~np.isnan(errors)]
    wrong = float(np.count_nonzero(known)) / max(1, len(known))
    # A bounded sum: one enormous error must not hide what the others say.
    total = float(np.sum(1.0 - 1.0 / (1.0 + known))) * len(errors) / max(1, len(known))
    return wrong, total, float(tree.size)


def toolbox(given: base.Toolbox | None, ours: Mapping[str, Callable[..., Any]]) -> base.Toolbox:
    """The user's toolbox with what it lacks of ours; the user's is left as it is."""
    made = base.Toolbox()
    for name, operator in ours.items():
        own = getattr(given, name, None)
        made.register(name, operator if own is None else own)
    return made


def hall_of_fame() -> tools.HallOfFame:
    """An empty hall of fame, which keeps one individual of each program."""
    return tools.HallOfFame(HALL, similar=lambda one, other: one.key == other.key)


def statistics() -> tools.Statistics:
    """What the logbook says of each generation.

    The least and the mean share of cases that are wrong; the mean and the largest size; how many
    different programs and rows of errors there are; on how many cases some program is right.
    """
    found = tools.Statistics()
    found.register("least", lambda some: float(min(one.fitness.values[0] for one in some)))
    found.register("mean", lambda some: float(np.mean([one.fitness.values[0] for one in some])))
    found.register("size", lambda some: float(np.mean([one.tree.size for one in some])))
    found.register("largest", lambda some: max(one.tree.size for one in some))
    found.register("distinct", lambda some: len({one.key for one in some}))
    found.register("behaviours", lambda some: len({one.errors.tobytes() for one in some}))
    found.register("right_cases", lambda some: int(np.sum(least_errors(some) == 0.0)))
    return found


def least_errors(individuals: Sequence[Individual]) -> Errors:
    """The least error of any of them on each case; infinite where nothing is known."""
    errors = np.stack([one.errors for one in individuals])
    found: Errors = np.fmin.reduce(errors, axis=0, initial=np.inf)
    return found


def logbook() -> tools.Logbook:
    """An empty logbook, with a row to come for each generation."""
    made = tools.Logbook()
    made.header = ["generation", "programs", "executions", "least", "mean", "size", "largest"]
    made.header += ["distinct", "behaviours", "right_cases"]
    return made


def log(
    book: tools.Logbook, compiled: Mapping[str, float], counts: Iterable[tuple[str, int]]
) -> None:
    """Write a generation down."""
    book.record(**dict(counts), **compiled)
