"""What the hybrid search promises, seen through `solve`: nothing is trained twice, candidates of
one shape train together, and what cannot be trained ends by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from progsynth import Task
from progsynth.neural.config import Config
from progsynth.solve import Result, solve
from progsynth.train import Schedule, hybrid, scorer
from progsynth.train.behaviour import Behaviour
from progsynth.train.population import Population
from progsynth.train.trial import Trained, train_together

from .reading import pairs

QUICK = Schedule(rungs=(4, 8, 16), new_members=6)


def task(count: int = 40, accuracy: float = 1.0, *, right: bool = False) -> Task:
    """The sum of two symbols; where it is not right, sums of others' symbols: no program fits."""
    rows, outputs = pairs(count)
    if not right:
        outputs = outputs[7:] + outputs[:7]
    return Task.from_pairs(
        "sum of two",
        [(row[0], output) for row, output in zip(rows, outputs, strict=True)],
        request="list[tensor[3]] -> int",
        neural=("symbol(x: tensor[3]) -> choice[3]",),
        accuracy=accuracy,
    )


def solved(config: Config | None = None, **budget: int) -> Result:
    method = hybrid(device="cpu", schedule=QUICK, config=config, alone=True, population=40)
    return solve(task(), seconds=None, search=method, device="cpu", **budget)  # type: ignore[arg-type]


# ------------------------------------------------------------------------ once, and together


def test_no_behaviour_is_trained_twice_on_a_rung_and_those_of_one_shape_train_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bouts: list[tuple[int, list[Behaviour]]] = []
    stacked: list[bool] = []

    def spy(problem: object, view: object, candidates: Sequence, *args, **options) -> Trained:  # type: ignore[no-untyped-def, type-arg]
        bouts.append((args[1].steps, [behaviour for _, behaviour in candidates]))
        return train_together(problem, view, candidates, *args, **options)  # type: ignore[arg-type]

    class Seen(Population):
        def __init__(self, *args, **options):  # type: ignore[no-untyped-def]
            super().__init__(*args, **options)
            stacked.append(self.stacked)

    monkeypatch.setattr(scorer, "train_together", spy)
    monkeypatch.setattr("progsynth.train.trial.Population", Seen)
    found = solved(gradient_steps=150)
    assert not found.solved and found.gradient_steps == 150
    rungs = [(steps, [b.key for b in some]) for steps, some in bouts if steps in QUICK.rungs]
    times = Counter((steps, key) for steps, keys in rungs for key in set(keys))
    assert len(times) > 8
    assert set(times.values()) == {1}  # a bout a rung, and never a second one
    for _, keys in rungs:  # within a bout: inherited weights and fresh ones, at most
        assert max(Counter(keys).values()) <= 2
    assert all(stacked)
    firsts = [len(set(keys)) for steps, keys in rungs if steps == QUICK.rungs[0]]
    assert max(firsts) > 3


# ------------------------------------------------------------------------ what ends by name


class _Reader(nn.Module):
    def __init__(self, shapes: Sequence[tuple[int, ...]], num_outputs: int):
        super().__init__()
        self.last = nn.Linear(shapes[0][0], num_outputs)


class Nan(_Reader):
    """Its answers are no numbers."""

    def forward(self, x_BT: Tensor) -> Tensor:
        found: Tensor = self.last(x_BT) * torch.nan
        return found


class Clash(_Reader):
    """Its layers do not fit what they read."""

    def forward(self, x_BT: Tensor) -> Tensor:
        found: Tensor = self.last(torch.cat((x_BT, x_BT), 1))
        return found


class Greedy(_Reader):
    """It asks for more memory than there is."""

    def forward(self, x_BT: Tensor) -> Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 80.00 GiB.")


@pytest.mark.parametrize(
    ("network", "cause"),
    [(Nan, "loss is not finite"), (Clash, "shape clash"), (Greedy, "out of memory")],
)
def test_what_cannot_be_trained_ends_by_name_and_not_the_run(
    network: type[nn.Module], cause: str
) -> None:
    found = solved(Config(module=f"{__name__}:{network.__name__}"), programs=40)
    assert not found.solved
    assert any(note.endswith(f"ended in training: {cause}") for note in found.notes), found.notes


# ------------------------------------------------------------------------ alone


def test_the_genetic_search_trains_where_a_task_names_submodules() -> None:
    found = solve(
        task(80, accuracy=0.9, right=True),
        seconds=None,
        gradient_steps=8_000,
        search="genetic",
        device="cpu",
    )
    assert found.solved
    assert found.search == found.found_by == "genetic"
    assert found.networks
