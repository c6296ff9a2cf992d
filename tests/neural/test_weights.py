"""Networks as bytes: the same network comes back, and nothing else is taken for one."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import torch
from safetensors.torch import save

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.lang.term import Neural
from progsynth.lang.types import parse_type
from progsynth.neural import weights
from progsynth.neural.architecture import Body, Recipe
from progsynth.neural.network import Network, fit_normaliser, make_network
from progsynth.neural.weights import from_bytes, network_digest, to_bytes

HERE = Path(__file__).parent
SMALL = Recipe((Body("dense", (4,)), Body("convolutional", (3,), (2,))), (5,))


def sample(seed: int = 0, name: str = "f") -> Network:
    """A small network, with a normaliser that does something. The kept file was made by it."""
    types = (parse_type("tuple[float, float]"), parse_type("tensor[1, 4, 4]"))
    declared = Neural(name, ("point", "image"), types, parse_type("choice[3]"))
    made = make_network(declared, seed=seed, recipe=SMALL)
    fit_normaliser(made, *inputs())
    return made


def inputs() -> tuple[torch.Tensor, torch.Tensor]:
    return torch.linspace(-1, 2, 12).reshape(6, 2), torch.linspace(0, 1, 96).reshape(6, 1, 4, 4)


def test_the_same_network_comes_back() -> None:
    made = sample()
    back = from_bytes(to_bytes(made))
    assert back.declaration == made.declaration and back.recipe == made.recipe
    assert torch.equal(back(*inputs()), made(*inputs()))
    assert to_bytes(back) == to_bytes(made)
    assert all(p.requires_grad for p in back.parameters()), "it can be trained on"


def test_the_same_network_has_the_same_bytes_whoever_writes_them() -> None:
    kept = (HERE / "network_v1.safetensors").read_bytes()  # by another process, long ago
    assert {to_bytes(from_bytes(kept)) for _ in range(20)} == {kept}


def test_the_digest_is_of_architecture_and_weights() -> None:
    made = sample()
    digest = network_digest(made)
    assert digest == network_digest(from_bytes(to_bytes(made)))
    assert digest == network_digest(sample(name="other_name"))
    assert digest != network_digest(sample(seed=1))
    with torch.no_grad():
        made.last.bias[0] += 1e-6
    changed = network_digest(made)
    fit_normaliser(made, *(2 * x_N for x_N in inputs()))
    assert len({digest, changed, network_digest(made)}) == 3


def test_the_first_version_is_still_read() -> None:
    data = (HERE / "network_v1.safetensors").read_bytes()
    back = from_bytes(data)
    assert back.declaration == sample().declaration and back.recipe == SMALL
    assert network_digest(back) == (
        "2a3fffd7631d2fb46c63baa53b7915563a1249bad200682a8d05cfa20e287655"
    )
    outputs = back(*inputs())[0]
    torch.testing.assert_close(
        outputs, torch.tensor([-1.590255, -1.015978, -0.983749]), atol=1e-5, rtol=1e-4
    )


# --------------------------------------------------------------- what is not a whole network


@pytest.mark.parametrize("data", [b"", b"abc", b"\x80\x04K\x01." * 10, b"\xff" * 100])
def test_foreign_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ProgsynthError, match=r"no network that progsynth wrote|damaged"):
        from_bytes(data)


def test_another_safetensors_file_is_refused() -> None:
    with pytest.raises(ProgsynthError, match="without a network's description"):
        from_bytes(save({"weight": torch.zeros(3)}))
    with pytest.raises(ProgsynthError, match="not one of a network"):
        from_bytes(save({}, {"progsynth.network": "abc {}"}))


def test_every_damaged_byte_is_noticed() -> None:
    data = to_bytes(sample())
    for place in range(0, len(data), 7):
        damaged = bytearray(data)
        damaged[place] ^= 1
        with pytest.raises(ProgsynthError):
            from_bytes(bytes(damaged))


def test_a_file_cut_short_is_refused() -> None:
    data = to_bytes(sample())
    for length in (4, 100, len(data) // 2, len(data) - 1):
        with pytest.raises(ProgsynthError):
            from_bytes(data[:length])
    with pytest.raises(ProgsynthError, match="damaged"):
        from_bytes(data[:-1])


def test_a_newer_version_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    describe = weights.describe
    monkeypatch.setattr(weights, "describe", lambda n: replace(describe(n), version=3))
    data = to_bytes(sample())
    with pytest.raises(UnsupportedError, match=r"version 3 .* reads versions up to 2: install"):
        from_bytes(data)


@pytest.mark.parametrize(
    "change",
    [
        {"types": ("tuple[float, float]", "tensor[1, 4, ")},
        {"recipe": replace(SMALL, hidden=(6,))},
        {"recipe": replace(SMALL, hidden=(10**9, 10**9))},  # no memory is asked for
        {"types": ("float", "float")},
        {"result": "choice[4]"},
        {"result": "int"},
        {"params": 3},
    ],
)
def test_a_description_that_does_not_fit_is_refused(
    change: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    describe = weights.describe
    monkeypatch.setattr(weights, "describe", lambda n: replace(describe(n), **change))
    data = to_bytes(sample())
    with pytest.raises(ProgsynthError, match="damaged"):
        from_bytes(data)


def test_the_header_is_readable_without_progsynth() -> None:
    data = to_bytes(sample())
    (length,) = struct.unpack_from("<Q", data)
    text = json.loads(data[8 : 8 + length])["__metadata__"]["progsynth.network"]
    description = msgspec.json.decode(text.partition(" ")[2])
    assert description["result"] == "choice[3]"
    assert description["recipe"]["hidden"] == [5]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_where_the_weights_are_does_not_matter() -> None:
    made = sample()
    assert to_bytes(sample().to("cuda")) == to_bytes(made)
    assert network_digest(sample().to("cuda")) == network_digest(made)
