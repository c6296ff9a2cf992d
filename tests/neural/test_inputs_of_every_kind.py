"""Every input and every architecture for it: shapes, padding, stacking, gradients."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.func import functional_call, stack_module_state, vmap

from progsynth.errors import ProgsynthError
from progsynth.lang.term import Neural
from progsynth.lang.types import parse_type
from progsynth.lang.values import Value
from progsynth.neural.architecture import BODIES, recipe_for
from progsynth.neural.config import Config
from progsynth.neural.decide import CHUNK, decide
from progsynth.neural.modality import Modality, encode, modality_of
from progsynth.neural.network import Network, fit_normaliser, make_network

TYPES = {
    "vector": "tensor[5]",
    "image": "tensor[2, 9, 12]",
    "sound": "tensor[2, 150]",
    "text": "str",
    "series": "list[tuple[float, float]]",
    "video": "list[tensor[2, 9, 12]]",
    "volume": "tensor[2, 5, 9, 12]",
}
PAIRS = [(kind, name) for kind, row in BODIES.items() for name in row]


def network(kind: str, architecture: str = "", seed: int = 0, **wishes: object) -> Network:
    declared = Neural("f", ("x",), (parse_type(TYPES[kind]),), parse_type("choice[3]"))
    config = Config(architecture=architecture, **wishes)  # type: ignore[arg-type]
    return make_network(declared, seed=seed, config=config)


def values(kind: str, count: int = 6) -> list[Value]:
    """Random values; rows of items have 0, 1, 2, ... of them."""
    random = np.random.default_rng(0)

    def tensor(*shape: int) -> Value:
        return random.normal(size=shape).astype(np.float32)

    made = {
        "vector": lambda n: tensor(5),
        "image": lambda n: tensor(2, 9, 12),
        "sound": lambda n: tensor(2, 150),
        "volume": lambda n: tensor(2, 5, 9, 12),
        "text": lambda n: "".join(map(chr, random.integers(32, 500, n))),
        "series": lambda n: [tuple(random.normal(size=2).tolist()) for _ in range(n)],
        "video": lambda n: [tensor(2, 9, 12) for _ in range(n)],
    }
    return [made[kind](n) for n in range(count)]


def batch(kind: str, count: int = 6) -> torch.Tensor:
    return encode(values(kind, count), parse_type(TYPES[kind]))


def test_the_table_has_every_modality() -> None:
    assert set(BODIES) == set(TYPES)
    assert {kind: modality_of(parse_type(t)).kind for kind, t in TYPES.items()} == {
        kind: kind for kind in TYPES
    }


@pytest.mark.parametrize(("kind", "architecture"), PAIRS)
def test_it_is_read_and_gradients_reach_every_weight(kind: str, architecture: str) -> None:
    own = network(kind, architecture)
    assert own.recipe.bodies[0].architecture == architecture
    x_B = batch(kind)
    fit_normaliser(own, x_B)
    outputs_BK = own(x_B)
    assert outputs_BK.shape == (6, 3)
    assert len({tuple(row) for row in outputs_BK.tolist()}) == 6, "rows differ"
    own.head.loss(outputs_BK, torch.arange(6) % 3).backward()
    for name, weight in own.named_parameters():
        assert weight.grad is not None and weight.grad.abs().sum() > 0, name


@pytest.mark.parametrize(("kind", "architecture"), PAIRS)
def test_networks_stacked_mean_what_they_mean_alone(kind: str, architecture: str) -> None:
    alone = [network(kind, architecture, seed) for seed in range(2)]
    weights, buffers = stack_module_state(alone)  # type: ignore[arg-type]
    x_B = batch(kind)
    found = vmap(lambda w, b: functional_call(alone[0], (w, b), (x_B,)))(weights, buffers)
    for number, own in enumerate(alone):
        torch.testing.assert_close(found[number], own(x_B), atol=1e-5, rtol=1e-4)


LONG = [(kind, name) for kind, name in PAIRS if modality_of(parse_type(TYPES[kind])).has_items]


@pytest.mark.parametrize(("kind", "architecture"), LONG)
def test_it_does_not_matter_how_far_a_batch_is_padded(kind: str, architecture: str) -> None:
    own = network(kind, architecture)
    fit_normaliser(own, batch(kind))
    alone = [own(encode([value], parse_type(TYPES[kind]))) for value in values(kind)]
    torch.testing.assert_close(own(batch(kind)), torch.cat(alone), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", ["series", "video"])
def test_normalisation_counts_items_not_padding(kind: str) -> None:
    own = network(kind)
    few, padded = batch(kind, 3), batch(kind, 3)
    padded = torch.cat((padded, torch.zeros_like(padded)), 1)
    fit_normaliser(own, few)
    first = own.normaliser.mean_0.clone()
    fit_normaliser(own, padded)
    assert torch.equal(first, own.normaliser.mean_0)
    assert first.abs().max() > 0


def test_texts_are_not_normalised() -> None:
    own = network("text")
    before = own(batch("text"))
    fit_normaliser(own, batch("text"))
    assert torch.equal(own(batch("text")), before)


def test_width_and_depth_are_those_wished() -> None:
    for kind in TYPES:
        own = network(kind, width=6, depth=3)
        assert own.recipe.bodies[0].widths[0] == 6
        assert len(own.recipe.bodies[0].widths) == 3
        assert own(batch(kind)).shape == (6, 3)
    assert network("image", hidden=(7, 8)).recipe.hidden == (7, 8)


def test_an_architecture_serves_the_inputs_that_have_it() -> None:
    types = (parse_type("tensor[5]"), parse_type("list[float]"))
    declared = Neural("f", ("x", "y"), types, parse_type("bool"))
    found = recipe_for(declared, Config(architecture="lstm"))
    assert [body.architecture for body in found.bodies] == ["dense", "lstm"]
    with pytest.raises(ProgsynthError, match="architecture 'tree' for an input that is a vector"):
        recipe_for(declared, Config(architecture="tree"))


def test_long_values_are_decided_in_smaller_batches() -> None:
    own = network("series")
    rows = [([(0.5, float(n))] * 3,) for n in range(5)]
    long = ([(0.1, 0.2)] * (CHUNK // 9),)
    assert decide(own, [*rows, long])[:5] == decide(own, rows)


def test_a_sound_may_be_read_sample_by_sample() -> None:
    modality = modality_of(parse_type("tensor[1, 20]"))
    assert modality == Modality("sound", (1, 20))
    declared = Neural("f", ("x",), (parse_type("tensor[1, 20]"),), parse_type("bool"))
    own = make_network(declared, seed=0, config=Config(architecture="gru", width=4))
    x_B = torch.zeros(2, 1, 20)
    x_B[1, 0, 0] = 5.0
    first, second = own(x_B)
    assert not torch.equal(first, second), "the first sample is remembered"
