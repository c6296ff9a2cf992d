"""A network as a whole: it learns, alone and stacked with others, on any device."""

from __future__ import annotations

import copy

import pytest
import torch
from torch.func import functional_call, grad, stack_module_state, vmap

from progsynth.lang.term import Neural
from progsynth.lang.types import parse_type
from progsynth.neural.network import Network, fit_normaliser, make_network

GPU = [
    pytest.param("cpu"),
    pytest.param(
        "cuda",
        marks=[
            pytest.mark.gpu,
            pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA"),
        ],
    ),
]


def network(type_: str, result: str, seed: int = 0) -> Network:
    return make_network(Neural("f", ("x",), (parse_type(type_),), parse_type(result)), seed=seed)


def stripes() -> tuple[torch.Tensor, torch.Tensor]:
    """Images [N, 1, 8, 8] of a noisy row or column, and which of the two [N]."""
    generator = torch.Generator().manual_seed(0)
    x_N = 0.3 * torch.randn(300, 1, 8, 8, generator=generator)
    places = torch.randint(0, 8, (300,), generator=generator)
    is_row_N = torch.rand(300, generator=generator) < 0.5
    for x, place, is_row in zip(x_N, places, is_row_N, strict=True):
        if is_row:
            x[0, place, :] += 1
        else:
            x[0, :, place] += 1
    return x_N, is_row_N


def train(own: Network, x_N: torch.Tensor, targets: torch.Tensor, steps: int = 60) -> None:
    optimiser = torch.optim.Adam(own.parameters(), lr=3e-3)
    for _ in range(steps):
        optimiser.zero_grad()
        own.head.loss(own(x_N), targets).backward()
        optimiser.step()


@pytest.mark.parametrize("device", GPU)
def test_it_learns_what_it_is_shown_and_more(device: str) -> None:
    x_N, is_row_N = (part.to(device) for part in stripes())
    own = network("tensor[1, 8, 8]", "bool").to(device)
    fit_normaliser(own, x_N[:200])
    train(own, x_N[:200], own.head.targets(is_row_N[:200].tolist()).to(device))
    with torch.no_grad():
        decided = own.head.decide(own(x_N[200:]))
    right = [d == r for d, r in zip(decided, is_row_N[200:].tolist(), strict=True)]
    assert sum(right) >= 95


def test_a_network_of_numbers_learns_their_product() -> None:
    x_N = torch.rand(400, 2, generator=torch.Generator().manual_seed(0)) * 4
    product_N1 = x_N.prod(1, keepdim=True)
    own = network("tensor[2]", "float")
    fit_normaliser(own, x_N[:300])
    train(own, x_N[:300], product_N1[:300], steps=300)
    with torch.no_grad():
        error = own.head.loss(own(x_N[300:]), product_N1[300:])
    assert error < 0.02 * product_N1.var()


def test_training_gives_the_same_weights_again() -> None:
    x_N, is_row_N = stripes()
    made = [network("tensor[1, 8, 8]", "choice[2]") for _ in range(2)]
    for own in made:
        train(own, x_N, is_row_N.long(), steps=3)
    first, second = (own.state_dict() for own in made)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_nothing_but_weights_changes_in_training() -> None:
    x_N, is_row_N = stripes()
    own = network("tensor[1, 8, 8]", "bool")
    before = copy.deepcopy(dict(own.named_buffers()))
    train(own.train(), x_N, is_row_N.float(), steps=2)
    assert all(torch.equal(before[name], b) for name, b in own.named_buffers())
    outputs = own(x_N)
    assert torch.equal(own.eval()(x_N), outputs), "training and use are one mode"


@pytest.mark.parametrize("type_", ["tensor[1, 8, 8]", "tensor[3, 32, 32]", "tensor[6]"])
def test_networks_stacked_mean_what_they_mean_alone(type_: str) -> None:
    shape = tuple(int(str(n)) for n in parse_type(type_).args)
    x_B = torch.randn(5, *shape, generator=torch.Generator().manual_seed(1))
    targets = torch.arange(5)
    alone = [network(type_, "choice[5]", seed) for seed in range(3)]
    for number, own in enumerate(alone):
        fit_normaliser(own, (1 + number) * x_B)
    weights, buffers = stack_module_state(alone)
    first = alone[0]

    def loss(weights: dict[str, torch.Tensor], buffers: dict[str, torch.Tensor]) -> torch.Tensor:
        return first.head.loss(functional_call(first, (weights, buffers), (x_B,)), targets)

    stacked = vmap(grad(loss))(weights, buffers)
    for number, own in enumerate(alone):
        own.head.loss(own(x_B), targets).backward()
        for name, weight in own.named_parameters():
            torch.testing.assert_close(stacked[name][number], weight.grad, atol=1e-5, rtol=1e-4)
