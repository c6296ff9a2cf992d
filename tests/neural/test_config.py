"""What is wished of a network: dropout, batch normalisation, augmentation, one's own modules."""

from __future__ import annotations

import sys
import types
from collections.abc import Sequence

import pytest
import torch
from torch import nn

from progsynth.errors import ProgsynthError
from progsynth.lang.term import Neural
from progsynth.lang.types import parse_type
from progsynth.neural.augment import AUGMENTATIONS
from progsynth.neural.config import Config
from progsynth.neural.modality import modality_of
from progsynth.neural.network import Network, make_network
from progsynth.neural.weights import from_bytes, network_digest, to_bytes


def network(type_: str = "tensor[1, 8, 8]", seed: int = 0, **wishes: object) -> Network:
    declared = Neural("f", ("x",), (parse_type(type_),), parse_type("choice[3]"))
    return make_network(declared, seed=seed, config=Config(**wishes))  # type: ignore[arg-type]


def images(type_: str = "tensor[1, 8, 8]", count: int = 16) -> torch.Tensor:
    shape = modality_of(parse_type(type_)).shape
    return torch.randn(count, *shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    "wishes", [{"dropout": 0.5}, {"batch_norm": True}, {"augment": ("noise",)}]
)
def test_training_and_use_are_two_modes(wishes: dict[str, object]) -> None:
    own, plain = network(**wishes), network()
    assert not own.training, "a network is ready for use"
    assert torch.equal(own(images()), own(images()))
    if "batch_norm" not in wishes:
        assert torch.equal(own(images()), plain(images()))
    with torch.random.fork_rng(devices=[]):
        used = own(images())
        own.train()
        assert not torch.equal(own(images()), used)
    assert own.recipe.is_stackable is False
    assert plain.recipe.is_stackable is True


@pytest.mark.parametrize("type_", ["tensor[1, 8, 8]", "tensor[2, 90]", "tensor[1, 8, 8, 8]"])
def test_batch_normalisation_learns_means(type_: str) -> None:
    own = network(type_, batch_norm=True).train()
    before = {name: b.clone() for name, b in own.named_buffers()}
    own(images(type_))
    changed = [name for name, b in own.named_buffers() if not torch.equal(before[name], b)]
    assert changed and all("normaliser" not in name for name in changed)


VARIED = [
    (way, type_)
    for way, one in AUGMENTATIONS.items()
    for kind, type_ in [
        ("vector", "tensor[4]"),
        ("image", "tensor[1, 8, 8]"),
        ("sound", "tensor[1, 64]"),
        ("volume", "tensor[1, 4, 8, 8]"),
    ]
    if kind in one.kinds
]


@pytest.mark.parametrize(("way", "type_"), VARIED)
def test_an_augmentation_varies_each_training_input(way: str, type_: str) -> None:
    own, x_B = network(type_, augment=(way,)), images(type_, 40)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        varied_B = own.train().augment(x_B, 0)
    assert varied_B.shape == x_B.shape
    changed = [not torch.equal(x, y) for x, y in zip(varied_B, x_B, strict=True)]
    assert sum(changed) >= 12
    assert torch.equal(own.eval().augment(x_B, 0), x_B)


def test_a_shift_moves_and_repeats_the_edge() -> None:
    x_B = torch.arange(64.0).reshape(1, 1, 8, 8).repeat(300, 1, 1, 1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        found = network(augment=("shift",)).train().augment(x_B, 0)
    assert found.unique().numel() <= 64
    inner = {float(x[0, 4, 4]) for x in found}
    assert inner == {36.0 + 8 * v + h for v in (-1, 0, 1) for h in (-1, 0, 1)}


def test_padding_stays_empty_when_items_are_varied() -> None:
    declared = Neural("f", ("x",), (parse_type("list[float]"),), parse_type("bool"))
    own = make_network(declared, seed=0, config=Config(augment=("noise", "gain"))).train()
    x_B = torch.tensor([[[1.0, 2.0], [0.0, 0.0]]])
    with torch.random.fork_rng(devices=[]):
        varied = own.augment(x_B, 0)
    assert varied[0, :, 0].tolist() == [1, 0]
    assert varied[0, 1, 1] == 0 and varied[0, 0, 1] != 2


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"dropout": 1.0}, "dropout: expected a share from 0 to below 1, found 1.0"),
        ({"width": -1}, "width: expected 0"),
        ({"hidden": (0,)}, "hidden: expected widths from 1"),
        ({"optimiser": "lion"}, "optimiser: expected one of 'adamw'"),
        ({"schedule": "up"}, "schedule: expected one of"),
        ({"learning_rate": 0.0}, "learning_rate: expected None or"),
        ({"module": "a:B", "width": 3}, "width: expected nothing: the module has its own"),
    ],
)
def test_a_wish_that_means_nothing_is_refused(wishes: dict[str, object], message: str) -> None:
    with pytest.raises(ProgsynthError, match=message):
        Config(**wishes)  # type: ignore[arg-type]


def test_an_augmentation_has_to_fit_an_input() -> None:
    with pytest.raises(ProgsynthError, match="no way 'flip' to vary vector; there are: noise"):
        network("tensor[3]", augment=("flip",))


def test_what_was_wished_is_kept_with_the_weights() -> None:
    made = network(dropout=0.25, batch_norm=True, augment=("shift",), optimiser="sgd", width=4)
    back = from_bytes(to_bytes(made))
    assert back.config == made.config and back.recipe == made.recipe
    assert torch.equal(back(images()), made(images()))
    assert network_digest(back) == network_digest(made)


# ---------------------------------------------------------------------- a module of one's own


class Reader(nn.Module):
    """A network that somebody wrote."""

    def __init__(self, shapes: Sequence[tuple[int, ...]], num_outputs: int):
        super().__init__()
        (shape,) = shapes
        self.layers = nn.Sequential(nn.Flatten(), nn.LazyLinear(5), nn.Tanh())
        self.layers(torch.zeros(1, *shape))
        self.last = nn.Linear(5, num_outputs)

    def forward(self, x_B: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.last(self.layers(x_B))
        return found


@pytest.fixture
def name() -> str:
    return f"{__name__}:Reader"


def test_a_module_of_one_s_own_is_taken_by_its_name(name: str) -> None:
    before = torch.get_rng_state()
    own, again, other = (network(seed=seed, module=name) for seed in (0, 0, 1))
    assert torch.equal(before, torch.get_rng_state())
    assert isinstance(own.own, Reader)
    assert torch.equal(own(images()), again(images()))
    assert not torch.equal(own(images()), other(images()))
    back = from_bytes(to_bytes(own))
    assert torch.equal(back(images()), own(images()))


def test_a_file_imports_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = types.ModuleType("somebodys_networks")
    kept.Reader = Reader  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "somebodys_networks", kept)
    data = to_bytes(network(module="somebodys_networks:Reader"))
    monkeypatch.delitem(sys.modules, "somebodys_networks")
    with pytest.raises(ProgsynthError, match="write 'import somebodys_networks' before"):
        from_bytes(data)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("Reader", "'<module>:<class or function>', found 'Reader'"),
        ("sys:nothing", "the module 'sys' has no 'nothing'"),
        ("sys:maxsize", "cannot be called"),
        ("builtins:list", "is to be an nn.Module; its call gave list"),
    ],
)
def test_a_name_that_means_no_module_is_told(wrong: str, message: str) -> None:
    wrong = wrong if wrong != "builtins:list" else f"{__name__}:a_list"
    with pytest.raises(ProgsynthError, match=message):
        network(module=wrong)


def a_list(shapes: object, num_outputs: int) -> list[object]:
    """No network at all."""
    return []
