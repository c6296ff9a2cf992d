"""The table of heads: last layer, loss, decision and distribution for each type of output."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.lang.types import parse_type
from progsynth.lang.values import misfit
from progsynth.neural.head import HEADS, Head, head_of


def head(type_: str, loss: str = "") -> Head:
    return head_of(parse_type(type_), loss)


ROWS: list[tuple[str, int, int | None, Any]] = [  # type, outputs, values, one value
    ("choice[4]", 4, 4, 2),
    ("bool", 1, 2, True),
    ("tuple[bool, bool, bool]", 3, None, (True, False, True)),
    ("float", 1, None, 1.5),
    ("tuple[float, float]", 2, None, (1.0, -1.0)),
    ("tensor[3]", 3, None, np.arange(3, dtype=np.float32)),
    ("tensor[2, 3]", 6, None, np.arange(6, dtype=np.float32).reshape(2, 3)),
]


def test_every_line_of_the_table_is_tested() -> None:
    met = [row.pattern for row in HEADS for type_, *_ in ROWS if row.make(parse_type(type_), "")]
    assert set(met) == {row.pattern for row in HEADS}
    assert len(met) == len(ROWS), "a type is of one line only"


@pytest.mark.parametrize(("type_", "num_outputs", "num_values", "value"), ROWS)
def test_a_head_has_its_width_loss_and_decision(
    type_: str, num_outputs: int, num_values: int | None, value: Any
) -> None:
    own = head(type_)
    assert (own.num_outputs, own.num_values) == (num_outputs, num_values)
    outputs_BK = torch.randn(5, num_outputs, generator=torch.Generator().manual_seed(0))
    outputs_BK.requires_grad_()
    own.loss(outputs_BK, own.targets([value] * 5)).backward()
    assert outputs_BK.grad is not None and outputs_BK.grad.abs().sum() > 0
    decided = own.decide(outputs_BK)
    assert len(decided) == 5
    assert [misfit(v, parse_type(type_)) for v in decided] == [""] * 5


@pytest.mark.parametrize(("type_", "num_outputs", "num_values", "value"), ROWS)
def test_following_the_loss_leads_to_the_value(
    type_: str, num_outputs: int, num_values: int | None, value: Any
) -> None:
    own = head(type_)
    outputs_BK = torch.zeros(1, num_outputs, requires_grad=True)
    steps = torch.optim.Adam([outputs_BK], lr=0.2)
    for _ in range(200):
        steps.zero_grad()
        own.loss(outputs_BK, own.targets([value])).backward()
        steps.step()
    (decided,) = own.decide(outputs_BK)
    if "float" in type_ or "tensor" in type_:
        np.testing.assert_allclose(np.asarray(decided), np.asarray(value), atol=1e-2)
    else:
        assert decided == value


@pytest.mark.parametrize(("type_", "num_values"), [("choice[4]", 4), ("bool", 2)])
def test_log_probs_are_a_distribution_over_the_values(type_: str, num_values: int) -> None:
    own = head(type_)
    outputs_CBK = 3 * torch.randn(2, 5, own.num_outputs, generator=torch.Generator().manual_seed(1))
    log_probs = own.log_probs(outputs_CBK)
    assert log_probs is not None and log_probs.shape == (2, 5, num_values)
    torch.testing.assert_close(log_probs.exp().sum(-1), torch.ones(2, 5))
    # the likeliest value is the decision; for bool False comes first
    likeliest = log_probs[0].argmax(-1).tolist()
    assert list(map(int, own.decide(outputs_CBK[0]))) == likeliest
    assert len(set(likeliest)) > 1


@pytest.mark.parametrize("type_", ["choice[4]", "bool"])
def test_the_loss_is_the_negative_log_probability_of_the_target(type_: str) -> None:
    own = head(type_)
    outputs_BK = torch.randn(6, own.num_outputs, generator=torch.Generator().manual_seed(2))
    targets = torch.tensor([0, 1, 1, 0, 1, 0])
    log_probs = own.log_probs(outputs_BK)
    assert log_probs is not None
    torch.testing.assert_close(
        own.loss(outputs_BK, targets), -log_probs[torch.arange(6), targets].mean()
    )


def test_real_numbers_have_no_list_of_probabilities() -> None:
    for type_ in ("float", "tensor[2]", "tuple[bool, bool]"):
        own = head(type_)
        assert own.log_probs(torch.zeros(1, own.num_outputs)) is None


def test_integer_and_one_hot_targets_mean_the_same() -> None:
    own = head("choice[3]")
    outputs_BK = torch.randn(4, 3, generator=torch.Generator().manual_seed(3))
    integers = torch.tensor([2, 0, 1, 2])
    one_hot = torch.nn.functional.one_hot(integers, 3).float()
    torch.testing.assert_close(own.loss(outputs_BK, integers), own.loss(outputs_BK, one_hot))


def test_the_absolute_error_is_an_option_of_real_numbers() -> None:
    outputs, targets = torch.tensor([[3.0], [0.0]]), torch.tensor([[1.0], [0.0]])
    assert head("float").loss(outputs, targets).item() == 2.0  # (2 ** 2 + 0) / 2
    assert head("float", "absolute").loss(outputs, targets).item() == 1.0  # (2 + 0) / 2


def test_a_loss_has_any_dimensions_before_the_batch() -> None:
    own = head("choice[3]")
    outputs_CBK = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(4))
    targets_CB = torch.randint(0, 3, (2, 4), generator=torch.Generator().manual_seed(5))
    apart = [own.loss(o, t) for o, t in zip(outputs_CBK, targets_CB, strict=True)]
    torch.testing.assert_close(own.loss(outputs_CBK, targets_CB), torch.stack(apart).mean())


@pytest.mark.parametrize(
    ("type_", "targets"),
    [
        ("choice[3]", torch.zeros(4, 1, dtype=torch.int64)),
        ("choice[3]", torch.zeros(4)),
        ("bool", torch.zeros(4, 1)),
        ("float", torch.zeros(4)),  # would be broadcast to [4, 4] without a word
    ],
)
def test_targets_of_another_shape_are_refused(type_: str, targets: torch.Tensor) -> None:
    own = head(type_)
    with pytest.raises(ProgsynthError, match="targets have the shape"):
        own.loss(torch.zeros(4, own.num_outputs), targets)


def test_a_tensor_that_was_decided_is_a_value() -> None:
    outputs_BK = torch.arange(12.0).reshape(2, 6)
    first, second = head("tensor[2, 3]").decide(outputs_BK)
    assert first.tolist() == [[0, 1, 2], [3, 4, 5]] and second[0, 0] == 6
    assert not first.flags.writeable and first.flags.c_contiguous
    outputs_BK += 1
    assert first[0, 0] == 0


@pytest.mark.parametrize("type_", ["int", "str", "list[bool]", "choice[0]", "tuple[bool, float]"])
def test_what_no_network_answers_is_refused_with_what_there_is(type_: str) -> None:
    with pytest.raises(UnsupportedError, match="no network answers the type") as error:
        head(type_)
    assert "choice[k] (softmax)" in str(error.value)


def test_the_refusal_says_what_to_write_instead() -> None:
    with pytest.raises(UnsupportedError, match=r"for one of k whole numbers write choice\[k\]"):
        head("int")


def test_a_loss_that_the_type_does_not_have_is_refused() -> None:
    with pytest.raises(ProgsynthError, match="no loss 'absolute' for a network that answers bool"):
        head("bool", "absolute")


def test_an_even_chance_costs_log_k() -> None:
    loss = head("choice[8]").loss(torch.zeros(3, 8), torch.tensor([0, 3, 7]))
    assert math.isclose(loss.item(), math.log(8), rel_tol=1e-6)
