"""What can be set of a genetic search."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set of a genetic search; sizes are numbers of nodes.

    A population of `population` programs goes on for `patience` generations in which it comes
    no nearer. `elite` is the share of it that lives on beside its children, `crossovers` the
    share of children of two parents, `fresh` the share that has none. `sample` is the share of
    the cases that a generation is run on and selects by (down-sampled lexicase); with `informed`
    these are cases that different programs solve, as a few of them are found to every so many
    generations (see `lexicase.sampling`), with 0 they are drawn. `fits` is the share of the
    programs that are a loop or an `if` whose conditions are fitted to what the rest of them
    does (see `fit` and `decide`). `local` is the work that goes into the local search of loops
    (see `probe` and `refine`) for each unit that goes into breeding.
    """

    population: int = 500
    max_size: int = 36
    max_depth: int = 14
    first_size: int = 20
    patience: int = 30
    elite: float = 0.2
    crossovers: float = 0.25
    fresh: float = 0.05
    sample: float = 1.0
    informed: int = 0
    fits: float = 0.3
    local: float = 3.0
