"""Which body reads which input, how large it is, and its first weights."""

from __future__ import annotations

import msgspec
import pytest
import torch
from torch import nn

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.lang.term import Neural
from progsynth.lang.types import parse_type
from progsynth.neural.architecture import Body, Recipe, recipe_for
from progsynth.neural.layers import LAST_LAYER
from progsynth.neural.modality import modality_of
from progsynth.neural.network import Network, make_network


def declaration(*types: str, result: str = "choice[10]") -> Neural:
    names = tuple(f"x{i}" for i in range(len(types)))
    return Neural("f", names, tuple(map(parse_type, types)), parse_type(result))


def layers(network: Network) -> list[nn.Module]:
    return [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.Linear)]


def multiplications(network: Network, type_: str) -> int:
    """How many a single value costs."""
    found = 0
    x_B = torch.zeros(1, *modality_of(parse_type(type_)).shape)

    def count(module: nn.Module, _: object, output: torch.Tensor) -> None:
        nonlocal found
        assert isinstance(module.weight, torch.Tensor)
        found += module.weight[0].numel() * output[0].numel()

    for layer in layers(network):
        layer.register_forward_hook(count)
    network(x_B)
    return found


def test_vectors_get_dense_layers() -> None:
    made = make_network(declaration("tensor[5]"), seed=0)
    assert made.recipe.bodies == (Body("dense", (64,)),)
    assert all(isinstance(m, nn.Linear) for m in layers(made))


def test_images_get_convolutions() -> None:
    made = make_network(declaration("tensor[1, 8, 8]"), seed=0)
    assert made.recipe.bodies == (Body("convolutional", (16, 32), (1, 2)),)
    assert [m.groups for m in layers(made) if isinstance(m, nn.Conv2d)] == [1, 1]


def test_large_images_get_separable_convolutions() -> None:
    made = make_network(declaration("tensor[3, 64, 48]"), seed=0)
    assert made.recipe.bodies == (Body("separable", (16, 32, 64, 64), (2, 2, 2, 2)),)
    groups = [m.groups for m in layers(made) if isinstance(m, nn.Conv2d)]
    assert groups == [1, 16, 1, 32, 1, 64, 1]


def test_a_small_image_costs_little() -> None:
    made = make_network(declaration("tensor[1, 8, 8]"), seed=0)
    assert multiplications(made, "tensor[1, 8, 8]") < 150_000


@pytest.mark.parametrize(
    "type_",
    ["float", "tuple[float, float]", "tensor[1]", "tensor[1, 1, 1]", "tensor[2, 3, 50]"],
)
@pytest.mark.parametrize("result", ["choice[3]", "bool", "tensor[2, 2]"])
def test_every_shape_goes_through(type_: str, result: str) -> None:
    made = make_network(declaration(type_, result=result), seed=0)
    x_B = torch.ones(4, *modality_of(parse_type(type_)).shape)
    assert made(x_B).shape == (4, made.head.num_outputs)


def test_several_inputs_are_read_side_by_side() -> None:
    made = make_network(declaration("tensor[1, 8, 8]", "float", "tensor[1, 8, 8]"), seed=0)
    image, number = torch.ones(2, 1, 8, 8), torch.ones(2, 1)
    before = made(image, number, image)
    assert before.shape == (2, 10)
    for changed in [
        (2 * image, number, image),
        (image, -number, image),
        (image, number, 0 * image),
    ]:
        assert not torch.equal(made(*changed), before)


def test_an_input_that_nothing_reads_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="no architecture reads the type int"):
        make_network(declaration("int"), seed=0)
    with pytest.raises(ProgsynthError, match="'f' has no parameter"):
        make_network(declaration(), seed=0)


def test_a_recipe_is_plain_data() -> None:
    recipe = recipe_for(declaration("tensor[1, 8, 8]", "float"))
    assert msgspec.json.decode(msgspec.json.encode(recipe), type=Recipe) == recipe


def test_a_recipe_of_one_s_own_is_followed() -> None:
    recipe = Recipe((Body("separable", (4, 6), (2, 1)),), hidden=())
    made = make_network(declaration("tensor[1, 8, 8]"), seed=0, recipe=recipe)
    assert made.recipe == recipe
    assert made.last.weight.shape == (10, 6 * 4 * 4)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (Body("convolutional", (4,), (1,)), "expected one of dense"),
        (Body("lstm", (4,)), "architecture 'lstm'"),
        (Body("dense", (0,)), "each at least 1"),
        (Body("dense", (4,), (1,)), "a width and no stride"),
    ],
)
def test_a_recipe_that_does_not_fit_is_refused(body: Body, message: str) -> None:
    with pytest.raises(ProgsynthError, match=message):
        make_network(declaration("tensor[3]"), seed=0, recipe=Recipe((body,)))


def test_a_recipe_has_a_body_for_each_input() -> None:
    with pytest.raises(ProgsynthError, match="has 1 bodies, 'f' has 2 inputs"):
        make_network(declaration("float", "float"), seed=0, recipe=Recipe((Body("dense", (4,)),)))


# ------------------------------------------------------------------------- first weights


def weights(network: Network) -> list[torch.Tensor]:
    return [p.detach() for p in network.parameters()]


def test_the_seed_says_the_weights_and_nothing_else_does() -> None:
    torch.manual_seed(1)
    first = make_network(declaration("tensor[1, 8, 8]"), seed=0)
    torch.manual_seed(2)
    state = torch.get_rng_state()
    again = make_network(declaration("tensor[1, 8, 8]"), seed=0)
    assert torch.equal(torch.get_rng_state(), state), "the global generator was used"
    other = make_network(declaration("tensor[1, 8, 8]"), seed=1)
    assert all(map(torch.equal, weights(first), weights(again)))
    assert not any(map(torch.equal, weights(first)[::2], weights(other)[::2]))


@pytest.mark.parametrize("type_", ["tensor[100]", "tensor[1, 8, 8]", "tensor[3, 224, 224]"])
def test_signals_neither_vanish_nor_explode(type_: str) -> None:
    shape = modality_of(parse_type(type_)).shape
    x_B = torch.randn(8, *shape, generator=torch.Generator().manual_seed(0))
    sizes = []
    for seed in range(3):
        made = make_network(declaration(type_), seed=seed)
        with torch.no_grad():
            sizes.append(made(x_B).std().item() / LAST_LAYER)
    assert 0.2 < sum(sizes) / 3 < 3


def test_a_fresh_network_gives_nearly_even_chances() -> None:
    x_B = torch.randn(64, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    for seed in range(3):
        made = make_network(declaration("tensor[1, 8, 8]"), seed=seed)
        with torch.no_grad():
            chances_BV = made(x_B).softmax(-1)
        assert 0.05 < chances_BV.min() and chances_BV.max() < 0.2


def test_gradients_reach_every_weight() -> None:
    made = make_network(declaration("tensor[1, 32, 32]", "tensor[4]"), seed=0)
    generator = torch.Generator().manual_seed(0)
    inputs = [torch.randn(16, *s, generator=generator) for s in [(1, 32, 32), (4,)]]
    made.head.loss(made(*inputs), torch.arange(16) % 10).backward()
    for name, weight in made.named_parameters():
        assert weight.grad is not None and weight.grad.abs().sum() > 0, name
