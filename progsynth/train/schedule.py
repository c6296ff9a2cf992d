"""How much training the candidates of a hybrid search get, and how they climb from rung to rung."""

from __future__ import annotations

from dataclasses import dataclass, replace

from progsynth.neural.config import Config
from progsynth.train.training import Training, training_for


@dataclass(frozen=True, slots=True)
class Schedule:
    """How much training candidates get.

    A behaviour's first `rungs[0]` gradient steps, then `rungs[1]` more when it is among the best
    `share` of its rung, and so on. The last rung, where the learning rate falls to zero, is for
    those that are right on half as many rows as are asked for, at least.
    A share `held_out` of the rows is trained on in the last rung only: by it candidates are told
    apart, for some learn their training rows by heart.
    Where half of the rows have at most `few` assignments, only these are trained on and told
    apart by until the end (see `short_rows`); 0: never.
    `new_members` are trained for the first time in a generation, at most, of them
    `short_members` that cannot reach the accuracy asked for. `bounded` leaves out those that
    cannot even reach the best accuracy so far; `inherit` starts children from their parents'
    weights. What is handed out is trained for `finish` steps more, three times at most (see
    `finishing`); 0 leaves that out.
    On the first rung networks that give everything the same answer pay a penalty of the weight
    `spread` (see `train.spread`), which falls to nothing on the second, if that is not the last.
    """

    rungs: tuple[int, ...] = (20, 60, 300)
    share: float = 0.25
    held_out: float = 0.2
    new_members: int = 16
    short_members: int = 4
    learning_rate: float = 0.01
    batch: int = 64
    max_assignments: int = 20_000
    few: int = 1_000
    stacked: bool = True
    bounded: bool = True
    inherit: bool = True
    finish: int = 600
    spread: float = 1.0

    def training(self, rung: int, config: Config | None = None) -> Training:
        """How those on that rung are trained to climb to the next, as the config wishes if any."""
        usual = Training(learning_rate=self.learning_rate, batch=self.batch)
        wished = usual if config is None else training_for(config)
        last = rung == len(self.rungs) - 1
        schedule = wished.schedule if last else "constant"
        spread = self.spread if rung < min(2, len(self.rungs) - 1) else 0.0
        return replace(
            wished,
            steps=self.rungs[rung],
            schedule=schedule,
            spread=spread,
            spread_left=spread if rung == 0 else 0.0,
        )
