"""Enumeration: the probability that a program gives what is expected, summed over assignments."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from progsynth.lang.failure import Failure, FailureKind
from progsynth.lang.read import read_program
from progsynth.lang.term import Program
from progsynth.neural.likelihood.enumerate import (
    OutcomeTable,
    assignment_log_probs,
    best_accuracy,
    masked_logsumexp,
    outcome_table,
    outcome_tables,
    possible,
    right_assignments,
    right_one_by_one,
    right_outcomes,
    table_log_likelihood,
)
from progsynth.neural.likelihood.layouts import Layout, layouts
from progsynth.neural.likelihood.readings import called_submodules
from progsynth.registry import pack

PACK = pack()
IMAGE = np.zeros((1, 2, 2), np.float32)


def program(body: str, result: str = "int") -> Program:
    head = (
        "neural digit(x: tensor[1, 2, 2]) -> choice[4]\nneural dark(x: tensor[1, 2, 2]) -> bool\n"
    )
    text = f"{head}def f(xs: list[tensor[1, 2, 2]]) -> {result}:\n    return {body}\n"
    return read_program(text, PACK)


def layout(found: Program, length: int = 2, rows: int = 3) -> Layout:
    given = [([IMAGE] * length,) for _ in range(rows)]
    (one,) = layouts(given, found.entry.types, called_submodules(found, PACK))
    return one


def table(found: Program, length: int = 2) -> OutcomeTable:
    made = outcome_table(found, layout(found, length), PACK)
    assert made is not None
    return made


SUM = program("sum(map(digit, xs))")


def random_log_probs(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).log_softmax(-1)


def test_likelihood_is_the_sum_over_right_assignments_written_out() -> None:
    made = table(SUM)
    right_BM = right_assignments(made, [0, 3, 6])
    log_probs_BVK = random_log_probs(3, 2, 4)
    found_B = table_log_likelihood(log_probs_BVK, made.assignments_MV, right_BM)
    probs = log_probs_BVK.exp()
    for row, wanted in enumerate([0, 3, 6]):
        total = math.fsum(
            float(probs[row, 0, a] * probs[row, 1, b])
            for a in range(4)
            for b in range(4)
            if a + b == wanted
        )
        assert found_B[row].exp().item() == pytest.approx(total)


def test_leading_dimensions_are_candidates() -> None:
    made = table(SUM)
    right_BM = right_assignments(made, [0, 3, 6])
    log_probs_CBVK = random_log_probs(5, 3, 2, 4)
    together_CB = table_log_likelihood(log_probs_CBVK, made.assignments_MV, right_BM)
    for one in range(5):
        alone_B = table_log_likelihood(log_probs_CBVK[one], made.assignments_MV, right_BM)
        assert torch.allclose(together_CB[one], alone_B)


def test_outer_sums_agree_with_gathering() -> None:
    mixed = program("digit(xs[0]) if dark(xs[1]) else digit(xs[1])")
    assignments_MV = table(mixed).assignments_MV  # 4 and 2 values, padded to 4
    log_probs_BVK = random_log_probs(3, 4, 4)
    quick_BM = assignment_log_probs(log_probs_BVK, assignments_MV)
    order = np.random.default_rng(0).permutation(len(assignments_MV))
    gathered_BM = assignment_log_probs(log_probs_BVK, assignments_MV[order])
    assert quick_BM.shape == (3, 64)
    assert torch.allclose(quick_BM[:, order], gathered_BM)


def test_gradients_are_those_of_finite_differences() -> None:
    made = table(SUM)
    right_BM = right_assignments(made, [1, 3, 5])
    logits = torch.randn(
        2, 3, 2, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1)
    )
    logits.requires_grad_()

    def loss(x: Any) -> Any:
        return table_log_likelihood(x.log_softmax(-1), made.assignments_MV, right_BM)

    assert torch.autograd.gradcheck(loss, (logits,))


def test_a_row_that_cannot_be_right_has_no_gradient() -> None:
    made = table(SUM)
    logits = torch.zeros(2, 2, 4, requires_grad=True)
    right_BM = right_assignments(made, [1, 99])
    found_B = table_log_likelihood(logits.log_softmax(-1), made.assignments_MV, right_BM)
    assert found_B[1] == -math.inf
    found_B.nan_to_num(neginf=0.0).sum().backward()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()
    assert not logits.grad[1].any()
    assert logits.grad[0].any()


def test_values_of_probability_zero_give_no_nan() -> None:
    x_BM = torch.tensor([[-math.inf, 0.5, -math.inf]], requires_grad=True)
    mask_BM = torch.tensor([[True, True, False]])
    masked_logsumexp(x_BM, mask_BM).sum().backward()
    assert x_BM.grad is not None and x_BM.grad.tolist() == [[0.0, 1.0, 0.0]]
    only = torch.tensor([[-math.inf, -math.inf]], requires_grad=True)
    found_B = masked_logsumexp(only, torch.tensor([[True, True]]))
    assert found_B.item() == -math.inf
    found_B.nan_to_num(neginf=0.0).sum().backward()
    assert only.grad is not None and only.grad.tolist() == [[0.0, 0.0]]


def test_small_probabilities_do_not_underflow() -> None:
    made = table(SUM)
    log_probs_BVK = torch.full((1, 2, 4), -1000.0)
    found_B = table_log_likelihood(log_probs_BVK, made.assignments_MV, right_assignments(made, [1]))
    assert found_B.item() == pytest.approx(-2000 + math.log(2))


def test_failures_are_never_right_and_bound_the_accuracy() -> None:
    quotient = table(program("digit(xs[0]) // digit(xs[1])"))
    right_BM = right_assignments(quotient, [3, 0, 7])
    assert possible(right_BM).tolist() == [True, True, False]
    assert best_accuracy(quotient, [3, 0, 7]) == pytest.approx(2 / 3)


def test_floats_are_right_within_the_tolerance() -> None:
    half = table(program("float(digit(xs[0])) / 3.0", "float"))
    assert right_assignments(half, [0.333], 1e-2).sum() == 4
    assert right_assignments(half, [0.333]).sum() == 0


@pytest.mark.parametrize(
    "outputs",
    [
        [[3, 1], [], [3, 1], [2]],
        [(1, True), (1, False)],
        ["a", "", "b"],
        [True, False],
        [[0.1 + 0.2], [0.3], [-0.0], [math.nan]],
        [{1: 2, 3: 4}, {3: 4, 1: 2}],
    ],
)
def test_outcomes_that_are_looked_up_are_right_as_those_that_are_compared(
    outputs: list[Any],
) -> None:
    outcomes = [*outputs, Failure(FailureKind.ZERO), *outputs[::-1], *[type(outputs[0])()]]
    right_BU = right_outcomes(outcomes, outputs)
    assert np.array_equal(right_BU, right_one_by_one(outcomes, outputs, 1e-9))
    assert right_BU.any(1).all() and not right_BU[:, len(outputs)].any()


def test_equal_behaviour_has_equal_keys() -> None:
    same = program("digit(xs[1]) + digit(xs[0])")
    other = program("digit(xs[1]) - digit(xs[0])")
    tables = outcome_tables([SUM, same, other], layout(SUM), PACK)
    keys = [one.key for one in tables if one is not None]
    assert keys[0] == keys[1] != keys[2]


def test_too_many_assignments_give_no_table() -> None:
    assert outcome_table(SUM, layout(SUM, 4), PACK, limit=255) is None
    made = outcome_table(SUM, layout(SUM, 4), PACK, limit=256)
    assert made is not None and len(made.ids_M) == 256


def test_a_layout_without_tensors_has_one_assignment() -> None:
    made = table(SUM, 0)
    found_B = table_log_likelihood(
        torch.zeros(2, 0, 4), made.assignments_MV, right_assignments(made, [0, 1])
    )
    assert found_B.tolist() == [0.0, -math.inf]
