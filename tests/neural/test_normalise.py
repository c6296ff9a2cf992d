"""Normalisation: fitted on the rows given, kept with the network, harmless on constants."""

from __future__ import annotations

import pytest
import torch

from progsynth.errors import ProgsynthError
from progsynth.lang.term import Neural
from progsynth.lang.types import parse_type
from progsynth.neural.modality import modality_of
from progsynth.neural.network import Network, fit_normaliser, make_network
from progsynth.neural.normalise import Normaliser


def normaliser(*types: str) -> Normaliser:
    return Normaliser([modality_of(parse_type(t)) for t in types])


def network(*types: str) -> Network:
    names = tuple(f"x{i}" for i in range(len(types)))
    read = tuple(map(parse_type, types))
    return make_network(Neural("f", names, read, parse_type("bool")), seed=0)


def rows(*shape: int) -> torch.Tensor:
    return 5 + 3 * torch.randn(shape, generator=torch.Generator().manual_seed(0))


def test_a_fresh_one_changes_nothing() -> None:
    x_B = rows(4, 2, 3, 3)
    assert torch.equal(normaliser("tensor[2, 3, 3]")(x_B, 0), x_B)


@pytest.mark.parametrize(("type_", "shape"), [("tensor[2, 3, 3]", (2, 3, 3)), ("tensor[4]", (4,))])
def test_each_channel_or_feature_gets_mean_0_and_deviation_1(
    type_: str, shape: tuple[int, ...]
) -> None:
    own, x_N = normaliser(type_), rows(50, *shape)
    x_N[:, 0] *= 100
    own.fit(x_N)
    made_NC = own(x_N, 0).movedim(1, -1).reshape(-1, shape[0])
    torch.testing.assert_close(made_NC.mean(0), torch.zeros(shape[0]), atol=1e-5, rtol=0)
    torch.testing.assert_close(made_NC.std(0, correction=0), torch.ones(shape[0]))


def test_what_is_constant_is_only_shifted() -> None:
    own = normaliser("tensor[2]")
    own.fit(torch.tensor([[0.1, 1.0], [0.1, 3.0], [0.1, 5.0]]))
    found = own(torch.tensor([[0.6, 3.0]]), 0)
    torch.testing.assert_close(found, torch.tensor([[0.5, 0.0]]))


def test_only_the_rows_given_count() -> None:
    train, other = rows(20, 3), 1000 * rows(20, 3)
    first, second = network("tensor[3]"), network("tensor[3]")
    fit_normaliser(first, train)
    fit_normaliser(second, train)
    second(other)  # use on other rows teaches it nothing
    assert torch.equal(first(train), second(train))
    assert first.normaliser.state_dict()["mean_0"].abs().max() < 100


def test_it_changes_what_the_network_gives_and_is_no_weight() -> None:
    own = network("tensor[3]")
    x_N = rows(20, 3)
    before = own(x_N)
    fit_normaliser(own, x_N)
    assert not torch.equal(before, own(x_N))
    assert "normaliser.mean_0" in own.state_dict()
    assert not any("normaliser" in name for name, _ in own.named_parameters())


def test_each_input_has_its_own() -> None:
    own = network("tensor[3]", "float")
    fit_normaliser(own, rows(20, 3), torch.linspace(0, 8, 20)[:, None])
    state = own.normaliser.state_dict()
    assert state["mean_0"].shape == (3,)
    torch.testing.assert_close(state["mean_1"], torch.tensor([4.0]))


def test_rows_that_say_nothing_are_refused() -> None:
    with pytest.raises(ProgsynthError, match="has no rows"):
        normaliser("tensor[2]").fit(torch.zeros(0, 2))
    with pytest.raises(ProgsynthError, match="inf or NaN"):
        normaliser("tensor[2]").fit(torch.tensor([[1.0, float("nan")]]))
