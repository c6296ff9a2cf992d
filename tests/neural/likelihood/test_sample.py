"""Sampling: its gradient is, on average, the gradient that enumeration finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from progsynth.errors import ProgsynthError
from progsynth.lang.read import read_program
from progsynth.neural.likelihood.enumerate import (
    outcome_table,
    right_assignments,
    table_log_likelihood,
)
from progsynth.neural.likelihood.layouts import Layout, layouts
from progsynth.neural.likelihood.sample import ESTIMATORS, Sampling, log_inclusion, sampling
from progsynth.registry import pack

PACK = pack()
PROGRAM = read_program(
    """
neural digit(x: tensor[1, 2, 2]) -> choice[4]
neural dark(x: tensor[1, 2, 2]) -> bool

def f(xs: list[tensor[1, 2, 2]]) -> int:
    return sum([digit(x) for x in xs if not dark(x)])
""",
    PACK,
)
SIZES = (4, 2, 4, 2)
NUM_ROWS = 4000
WANTED = 3


@pytest.fixture(scope="module")
def layout() -> Layout:
    image = np.zeros((1, 2, 2), np.float32)
    rows = [([image, image],) for _ in range(NUM_ROWS)]
    (found,) = layouts(rows, PROGRAM.entry.types, PROGRAM.neural)
    return found


def logits(seed: int = 0) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(1, size, generator=generator, dtype=torch.float64) for size in SIZES]


def gradients(loss: Any, given: list[torch.Tensor]) -> torch.Tensor:
    return torch.cat(torch.autograd.grad(loss, given), -1)


def sampler(layout: Layout, num_samples: int, estimator: str = "indecater") -> Sampling:
    return sampling(
        PROGRAM,
        layout,
        [WANTED] * NUM_ROWS,
        PACK,
        num_samples=num_samples,
        estimator=estimator,
    )


def exact(layout: Layout, given: list[torch.Tensor]) -> torch.Tensor:
    """The log-likelihood of one row, by enumeration."""
    table = outcome_table(PROGRAM, layout, PACK)
    assert table is not None
    right_BM = right_assignments(table, [WANTED])
    return table_log_likelihood([x.log_softmax(-1) for x in given], table.assignments_MV, right_BM)


def test_the_gradient_is_unbiased_for_that_of_the_likelihood(layout: Layout) -> None:
    """4,000 estimates of two samples each: their mean is within four standard errors."""
    given = [x.requires_grad_() for x in logits()]
    likelihood = exact(layout, given).exp()
    wanted_T = gradients(likelihood, given)[0]
    rows = [x.detach().expand(NUM_ROWS, -1).clone().requires_grad_() for x in given]
    estimate_B = sampler(layout, 2).likelihood(
        [x.log_softmax(-1) for x in rows], np.arange(NUM_ROWS), torch.Generator().manual_seed(1)
    )
    found_BT = gradients(estimate_B.sum(), rows)
    error_T = found_BT.std(0) / NUM_ROWS**0.5
    assert ((found_BT.mean(0) - wanted_T).abs() <= 4 * error_T + 1e-12).all()
    assert (error_T < wanted_T.abs().max() / 20).all()  # else the test could not fail
    value_B = estimate_B.detach() / len(SIZES)
    gap = (value_B.mean() - likelihood).abs()
    assert gap <= 4 * value_B.std() / NUM_ROWS**0.5


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_many_samples_give_the_gradient_of_the_log_likelihood(
    layout: Layout, estimator: str
) -> None:
    given = [x.requires_grad_() for x in logits(2)]
    wanted_T = gradients(exact(layout, given), given)[0]
    generator = torch.Generator().manual_seed(0)
    made = sampler(layout, 20_000, estimator)
    loss_B = made.losses([x.log_softmax(-1) for x in given], np.arange(1), generator)
    assert loss_B.item() == pytest.approx(-exact(layout, given).item(), abs=0.02)
    assert torch.allclose(-gradients(loss_B.sum(), given)[0], wanted_T, atol=0.03)


@pytest.mark.parametrize("num_samples", [1, 2, 5])
def test_what_is_found_is_weighed_so_that_it_is_unbiased(layout: Layout, num_samples: int) -> None:
    given = [x.requires_grad_() for x in logits(3)]
    likelihood = exact(layout, given).exp()
    wanted_T = gradients(likelihood, given)[0]
    rows = [x.detach().expand(NUM_ROWS, -1).clone().requires_grad_() for x in given]
    made = sampler(layout, num_samples, "found")
    generator = torch.Generator().manual_seed(1)
    estimate_B = made.found([x.log_softmax(-1) for x in rows], np.arange(NUM_ROWS), generator)
    value_B = estimate_B.exp()
    found_BT = gradients(value_B.sum(), rows)
    error_T = found_BT.std(0) / NUM_ROWS**0.5
    assert ((found_BT.mean(0) - wanted_T).abs() <= 4 * error_T + 1e-12).all()
    gap = (value_B.mean() - likelihood).abs().item()
    assert gap <= 4 * value_B.std().item() / NUM_ROWS**0.5
    assert value_B.std() < likelihood


def test_the_probability_of_being_found_is_how_often_it_is() -> None:
    """One sample with its neighbours and two plain ones, of two choices, counted out."""
    generator = torch.Generator().manual_seed(0)
    probs = [torch.tensor([0.7, 0.2, 0.1]), torch.tensor([0.6, 0.4])]
    count = 20_000
    x = [torch.multinomial(p, count * 3, True, generator=generator).reshape(-1, 3) for p in probs]
    for a in range(3):
        for b in range(2):
            differs = (x[0] != a).int() + (x[1] != b).int()
            found = (differs[:, :2] == 0).any(1) | (differs[:, 2] <= 1)
            logs = torch.stack([probs[0][a], probs[1][b]]).log().double()
            predicted = log_inclusion(logs[None, None], 2, 1).exp().item()
            assert found.double().mean().item() == pytest.approx(predicted, abs=0.015)
    sure = torch.tensor([[[0.0, 0.0]]], dtype=torch.float64)
    assert log_inclusion(sure, 3, 0).item() == 0.0
    rare = torch.tensor([[[-400.0, -500.0]]], dtype=torch.float64)
    assert log_inclusion(rare, 10, 0).item() == pytest.approx(-900.0 + np.log(10))


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_same_generator_gives_the_same_samples(layout: Layout, estimator: str) -> None:
    answers = [x.log_softmax(-1) for x in logits()]
    made = sampler(layout, 1, estimator)
    found = [
        made.losses(answers, np.arange(1), torch.Generator().manual_seed(seed)).item()
        for seed in (0, 0, 1)
    ]
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_leading_dimensions_are_candidates(layout: Layout, estimator: str) -> None:
    answers = [x.log_softmax(-1).expand(5, 7, -1) for x in logits()]
    made = sampler(layout, 400, estimator)
    generator = torch.Generator().manual_seed(0)
    losses = made.losses(answers, np.arange(7), generator)
    assert losses.shape == (5, 7)
    wanted = -exact(layout, logits()).item()
    assert losses.mean().item() == pytest.approx(wanted, abs=0.05)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_without_a_right_sample_the_gradient_is_zero_and_the_loss_finite(
    layout: Layout, estimator: str
) -> None:
    never = sampling(PROGRAM, layout, [99], PACK, num_samples=2, estimator=estimator)
    given = [x.requires_grad_() for x in logits()]
    loss_B = never.losses(
        [x.log_softmax(-1) for x in given], np.arange(1), torch.Generator().manual_seed(0)
    )
    assert loss_B.isfinite().all()
    assert not gradients(loss_B.sum(), given).any()


def test_an_estimator_that_does_not_exist_is_said(layout: Layout) -> None:
    with pytest.raises(ProgsynthError, match="expected one of found, indecater, reinforce"):
        sampler(layout, 1, "score")
