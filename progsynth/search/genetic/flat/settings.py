"""What can be set of a flat genetic search."""

from __future__ import annotations

from dataclasses import dataclass

from progsynth.errors import ProgsynthError

_SHARES = ("elite", "fresh", "crossover", "touch", "perturb", "rate", "aimed", "sample")
_COUNTS = ("population", "max_size", "first_size", "patience", "registers", "spare")


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

    def __post_init__(self) -> None:
        for name in _SHARES:
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ProgsynthError(
                    f"the setting '{name}' of the flat genetic search: expected a share from 0 "
                    f"to 1, found {getattr(self, name)}"
                )
        for name in _COUNTS:
            if getattr(self, name) < 1:
                raise ProgsynthError(
                    f"the setting '{name}' of the flat genetic search: expected 1 or more, "
                    f"found {getattr(self, name)}"
                )
        if self.first_size > self.max_size:
            raise ProgsynthError(
                "the settings of the flat genetic search: expected a first_size of at most "
                f"max_size, found {self.first_size} and {self.max_size}"
            )
