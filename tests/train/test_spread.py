"""Networks that give everything the same answer pay for it, at the beginning of a search."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from progsynth.search.genetic import Proposal
from progsynth.train.hybrid_search import HybridSearch, hybrid
from progsynth.train.schedule import Schedule
from progsynth.train.spread import penalty, unevenness
from progsynth.train.training import Training
from progsynth.train.trial import train_alone, train_together

from .reading import problem, program


def test_it_is_nothing_where_all_answers_are_in_use_and_most_where_one_is() -> None:
    sure = torch.full((3, 3), -50.0).fill_diagonal_(0.0)
    assert unevenness(sure) == pytest.approx(0.0, abs=1e-5)
    assert unevenness(torch.zeros(4, 3).log_softmax(-1)) == pytest.approx(0.0, abs=1e-5)
    assert unevenness(sure[:1].expand(5, 3)) == pytest.approx(math.log(3), abs=1e-5)


def test_candidates_pay_each_for_its_own_answers() -> None:
    x_CNK = torch.randn(2, 7, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    log_CNK = x_CNK.log_softmax(-1)
    total = penalty([log_CNK], 0.5)
    each = [unevenness(log_NK).item() for log_NK in log_CNK]
    assert total.item() == pytest.approx(0.5 * sum(each))
    alone_CNK = x_CNK.detach().clone().requires_grad_()
    penalty([alone_CNK[1].log_softmax(-1)], 0.5).backward()
    total.backward()
    assert x_CNK.grad is not None and alone_CNK.grad is not None
    assert torch.allclose(x_CNK.grad[1], alone_CNK.grad[1], atol=1e-6)


def test_it_is_whole_on_the_first_rung_falls_on_the_second_and_never_comes_to_the_last() -> None:
    schedule = Schedule(rungs=(10, 20, 30, 40), spread=2.0)
    ends = [(t.spread_at(0), t.spread_at(t.steps)) for t in map(schedule.training, range(4))]
    assert ends == [(2.0, 2.0), (2.0, 0.0), (0.0, 0.0), (0.0, 0.0)]
    assert Schedule(rungs=(10,)).training(0).spread == 0.0
    assert Schedule(rungs=(10, 20)).training(1).spread == 0.0


def test_stacked_and_one_by_one_are_the_same_and_differ_from_training_without() -> None:
    asked = problem(60)
    made = hybrid(device="cpu", schedule=Schedule(rungs=(1, 1)))(asked, 0)
    assert isinstance(made, HybridSearch)
    made.scorer([Proposal(asked.wrap(program("sum(map(symbol, xs))").entry.body, 5))])
    (member,) = made.scorer.members.values()
    networks = made.scorer.fresh(member.view)
    training = Training(steps=12, spread=1.0, spread_left=0.0, schedule="constant")
    found = [
        trained(
            asked,
            member.view,
            [(member.candidate.program, member.behaviour)],
            [networks],
            how,
            device=torch.device("cpu"),
            seed=0,
        ).likelihood_CR
        for trained in (train_together, train_alone)
        for how in (training, replace(training, spread=0.0))
    ]
    assert found[0] == pytest.approx(found[2], abs=1e-4)
    assert found[1] == pytest.approx(found[3], abs=1e-4)
    assert abs(found[0] - found[1]).max() > 1e-3
