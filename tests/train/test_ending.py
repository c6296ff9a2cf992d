"""What ends one training by name, and never the run: NaN, shapes that clash, no memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from progsynth.neural.gradients.faults import CAUSES, CandidateEnded
from progsynth.search.genetic import Proposal
from progsynth.train import trial
from progsynth.train.fit import descend
from progsynth.train.population import Population
from progsynth.train.training import Training

from .reading import problem
from .test_hybrid_search import candidate, search

Rows = list[int]


def no_memory(_: Rows) -> torch.Tensor:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 80.00 GiB.")


def no_memory_on_a_cpu(_: Rows) -> torch.Tensor:
    raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried")


def clash(_: Rows) -> torch.Tensor:
    return nn.Linear(3, 2)(torch.zeros(4, 5)).sum()


ENDINGS: list[tuple[Callable[[Rows], torch.Tensor], str]] = [
    (no_memory, "out of memory"),
    (no_memory_on_a_cpu, "out of memory"),
    (clash, "shape clash"),
]


@pytest.mark.parametrize(("loss", "cause"), ENDINGS)
def test_a_training_ends_by_name(loss: Callable[[Rows], torch.Tensor], cause: str) -> None:
    with pytest.raises(CandidateEnded, match=cause) as ended:
        descend([nn.Linear(1, 1)], loss, 4, Training(steps=3), seed=0)
    assert ended.value.cause == cause in CAUSES


def test_a_loss_that_is_not_finite_leaves_the_best_weights() -> None:
    layer, seen = nn.Linear(1, 1), []

    def loss(rows: Rows) -> torch.Tensor:
        seen.append(layer.weight.detach().clone())
        found: torch.Tensor = layer(torch.ones(len(rows), 1)).mean()
        return found * float("nan") if len(seen) > 25 else found

    with pytest.raises(CandidateEnded, match="loss is not finite"):
        descend([layer], loss, 4, Training(steps=100, measure_every=10), seed=0)
    assert len(seen) == 30
    assert torch.equal(layer.weight, seen[20])


def test_other_errors_are_defects_and_pass() -> None:
    def loss(_: Rows) -> torch.Tensor:
        raise RuntimeError("something else")

    with pytest.raises(RuntimeError, match="something else") as error:
        descend([nn.Linear(1, 1)], loss, 4, Training(steps=3), seed=0)
    assert not isinstance(error.value, CandidateEnded)


GOOD, BAD = "sum(map(symbol, xs))", "symbol(xs[0]) * symbol(xs[1])"


@pytest.mark.parametrize("raised", [torch.OutOfMemoryError("CUDA out of memory"), None])
def test_a_candidate_that_ends_does_not_end_the_others(
    raised: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = problem(60)
    made = search(asked, rungs=(15, 15, 15))
    bad = candidate(BAD, asked)
    made.scorer.meet([bad])
    member = made.scorer.member(bad.program)
    assert member is not None
    wrong = member.behaviour.right[0]

    class Faulty(Population):
        """Fails where the bad candidate is among those trained."""

        def train(self, *args: object, **options: object) -> int:
            among = [bool((r == torch.from_numpy(wrong)).all()) for r in self.right[0]]
            if any(among) and raised is not None:
                raise CandidateEnded("out of memory") from raised
            done = super().train(*args, **options)  # type: ignore[arg-type]
            with torch.no_grad():
                for bad, networks in zip(among, self.networks, strict=True):
                    if bad:
                        networks["symbol"].last.bias.fill_(float("nan"))
            return done

    monkeypatch.setattr(trial, "Population", Faulty)
    for _ in range(3):
        made.scorer([Proposal(bad), Proposal(candidate(GOOD, asked))])
    ended, good = (made.scorer.member(candidate(e, asked).program) for e in (BAD, GOOD))
    assert ended is not None and good is not None
    cause = "loss is not finite" if raised is None else "out of memory"
    assert (ended.ended, ended.rung) == (cause, 0)
    assert not good.ended and good.rung > 0 and good.accuracy > 0.8
    assert made.scorer.counts.ended == {cause: 1}
    assert f"1 ended in training: {cause}" in made.notes
    assert all(c.candidate.networks for c in (good,))
