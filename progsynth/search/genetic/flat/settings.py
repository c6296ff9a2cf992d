"""What can be set of a flat genetic search."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FlatSettings:
    """What can be set of a flat genetic search; sizes are numbers of genes.

    A population of `population` genomes goes on for `patience` generations in which it comes no
    nearer; `elite` is the share of it that lives on beside its children. A child has `fresh`
    chances to have no parents, `crossover` to have two (alternation), `touch` to be one parent
    with a single operand, target or production changed, `perturb` with its constants moved, and
    else genes are added at `rate` and as many deleted (UMAD, size-neutral). `aimed` is the
    share of added statements that write what is read behind them. `sample` is the share of the
    cases that a generation is judged by (down-sampled lexicase). `registers` are those of a type
    of the request, `spare` those of other types.
    """

    population: int = 500
    max_size: int = 80
    first_size: int = 16
    patience: int = 100
    elite: float = 0.1
    fresh: float = 0.05
    crossover: float = 0.15
    touch: float = 0.3
    perturb: float = 0.05
    rate: float = 0.09
    aimed: float = 0.7
    sample: float = 0.25
    registers: int = 4
    spare: int = 2
