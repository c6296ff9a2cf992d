"""Exported programs with networks: they answer as these do, and need no progsynth."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.lang.read import read_program
from progsynth.lang.term import Program
from progsynth.lang.types import parse_type
from progsynth.lang.values import Value, identity_key
from progsynth.neural.architecture import BODIES
from progsynth.neural.bind import bind
from progsynth.neural.config import Config
from progsynth.neural.modality import encode
from progsynth.neural.network import Network, fit_normaliser, make_network
from progsynth.neural.standalone import standalone, write_standalone
from progsynth.neural.standalone.readers import read_items, read_numbers, read_text
from progsynth.registry import pack

from .test_inputs_of_every_kind import PAIRS, TYPES, values

PACK = pack()
REALS = "tuple[float, float]"


def program(text: str) -> Program:
    return read_program(text, PACK)


def asked(type_: str, result: str = REALS) -> Program:
    """A program that is nothing but its network."""
    read = f"neural read(x: {type_}) -> {result}\n"
    shown = "int" if result.startswith("choice") else result
    return program(f"{read}\ndef f(x: {type_}) -> {shown}:\n    return read(x)\n")


def fitted(own: Program, rows: Sequence[Value], seed: int = 0, **wishes: Any) -> dict[str, Network]:
    """A network for each submodule, normalised by these rows."""
    networks = {}
    for declared in own.neural:
        network = make_network(declared, seed=seed, config=Config(**wishes))
        fit_normaliser(network, *(encode(rows, t) for t in declared.types))
        network.last.weight.data.mul_(10)  # so that answers differ
        networks[declared.name] = network
    return networks


def exported(own: Program, networks: dict[str, Network], folder: Path) -> ModuleType:
    """The written files, imported."""
    path = folder / "exported.py"
    files = write_standalone(own, networks, PACK, path)
    assert files == (path, folder / "exported.safetensors")
    assert "progsynth" not in path.read_text().replace("needs no progsynth", "")
    spec = importlib.util.spec_from_file_location("exported", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def agree(own: Program, networks: dict[str, Network], rows: Sequence[Any], folder: Path) -> str:
    """Assert that the export gives what the program gives, to the last bit; its text."""
    module = exported(own, networks, folder)
    function = getattr(module, own.entry.name)
    bound = bind(own, networks, PACK, device="cpu")
    for row in rows:
        (wanted,) = bound.run([row])
        assert identity_key(function(*row)) == identity_key(wanted)
    return (folder / "exported.py").read_text()


@pytest.mark.parametrize(("kind", "architecture"), PAIRS)
def test_every_architecture_answers_alike(kind: str, architecture: str, tmp_path: Path) -> None:
    own = asked(TYPES[kind])
    networks = fitted(own, values(kind), architecture=architecture)
    agree(own, networks, [(value,) for value in values(kind, 9)[6:]], tmp_path)


RESULTS = [
    *("choice[3]", "bool", "tuple[bool, bool, bool]"),
    *("float", "tuple[float, float]", "tensor[2, 3]"),
]


@pytest.mark.parametrize("result", RESULTS)
def test_every_output_is_decided_alike(result: str, tmp_path: Path) -> None:
    own = asked("tensor[5]", result)
    rows = [(value,) for value in values("vector", 12)]
    networks = fitted(own, [value for (value,) in rows])
    agree(own, networks, rows, tmp_path)
    bound = bind(own, networks, PACK, device="cpu")
    assert len({identity_key(found) for found in bound.run(rows)}) > 1, "answers differ"


def test_layers_stand_one_by_one(tmp_path: Path) -> None:
    own = asked("tensor[2, 9, 12]", "choice[3]")
    networks = fitted(own, values("image"), width=4, depth=2, dropout=0.25, batch_norm=True)
    networks["read"].train()(encode(values("image"), parse_type(TYPES["image"])))
    networks["read"].eval()
    text = agree(own, networks, [(value,) for value in values("image")], tmp_path)
    assert (
        """
        self.bodies = nn.ModuleList([
            nn.Sequential(
                nn.Conv2d(2, 4, 3, padding=1),
                nn.BatchNorm2d(4),
                nn.ReLU(),
                nn.Conv2d(4, 8, 3, stride=2, padding=1),
                nn.BatchNorm2d(8),
                nn.ReLU(),
                nn.Flatten(),
            ),
        ])
        self.hidden = nn.Sequential(
            nn.Linear(240, 64),
            nn.BatchNorm1d(64),
            nn.ReLU(),
            nn.Dropout(0.25),
        )
        self.last = nn.Linear(64, 3)
"""
        in text
    )


def test_several_networks_of_several_inputs_stand_in_one_program(tmp_path: Path) -> None:
    own = program("""\
neural nearer(x: tensor[5], outputs: tensor[5], torch: float) -> bool
neural level(x: tensor[5]) -> choice[4]

def levels(xs: list[tensor[5]]) -> list[int]:
    return map(level, xs)

def f(xs: list[tensor[5]], level: float) -> int:
    return sum(levels(xs)) if nearer(xs[0], xs[1], level) else len(xs)
""")
    rows = values("vector", 8)
    networks = {n.name: make_network(n, seed=3) for n in own.neural}
    fit_normaliser(networks["level"], encode(rows, parse_type("tensor[5]")))
    starts = range(0, 8, 2)
    agree(own, networks, [(rows[n : n + 4], 0.5 * n) for n in starts], tmp_path)


def test_names_that_the_text_uses_are_kept_apart(tmp_path: Path) -> None:
    own = program("""\
neural nn(class_: tensor[5]) -> choice[4]

def trained(xs: list[tensor[5]]) -> int:
    return sum(map(nn, xs))

def len_(xs: list[tensor[5]]) -> int:
    return trained(xs) + len(xs)
""")
    networks = fitted(own, values("vector"))
    agree(own, networks, [(values("vector"),), ([],)], tmp_path)
    entry = replace(own.entry, name="torch")
    renamed = replace(own, functions=(*own.functions[:-1], entry))
    with pytest.raises(UnsupportedError, match="'torch' is a name that the exported text uses"):
        standalone(renamed, networks, PACK)


FRESH = """
import json, sys
sys.modules["progsynth"] = None  # to import it is an error
sys.path.insert(0, sys.argv[1])
import numpy as np
import dense, image, text
held_out = np.load(sys.argv[1] + "/held_out.npz")
answers = [
    [dense.f(row) for row in held_out["dense"]],
    [image.f(row) for row in held_out["image"]],
    [text.f(row) for row in held_out["text"].tolist()],
]
print(json.dumps(answers))
"""


def test_a_process_without_progsynth_gives_the_same_answers(tmp_path: Path) -> None:
    types = {"dense": "tensor[5]", "image": "tensor[2, 9, 12]", "text": "str"}
    random = np.random.default_rng(1)
    rows: dict[str, Any] = {
        "dense": random.normal(size=(20, 3, 5)).astype(np.float32),
        "image": random.normal(size=(20, 3, 2, 9, 12)).astype(np.float32),
        "text": [
            ["".join(map(chr, random.integers(32, 500, n))) for n in (k, 3)] for k in range(9)
        ],
    }
    np.savez(tmp_path / "held_out.npz", **rows)
    wanted = []
    for name, type_ in types.items():
        own = program(
            f"neural read(x: {type_}) -> choice[7]\n"
            f"def f(xs: list[{type_}]) -> list[int]:\n    return map(lambda x: read(x) + 1, xs)\n"
        )
        config = {"architecture": "gru"} if name == "text" else {}
        networks = fitted(own, list(rows[name][0]), **config)
        write_standalone(own, networks, PACK, tmp_path / f"{name}.py")
        bound = bind(own, networks, PACK, device="cpu")
        wanted.append(bound.run([(list(row),) for row in rows[name]]))
    assert all(len({n for row in found for n in row}) > 1 for found in wanted), "answers differ"
    done = subprocess.run(
        [sys.executable, "-c", FRESH, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == wanted


# --------------------------------------------------------------------------------- parts


@pytest.mark.parametrize("kind", BODIES)
def test_values_are_read_as_networks_read_them(kind: str) -> None:
    type_ = parse_type(TYPES[kind])
    shapes = {"series": (2,), "video": (2, 9, 12), "text": (1,)}
    for value in values(kind):
        (shape,) = {shapes.get(kind) or np.shape(value)}
        if kind == "text":
            found = read_text(value)
        else:
            found = (read_items if kind in shapes else read_numbers)(value, shape)
        assert torch.equal(found, encode([value], type_))


def test_single_numbers_and_lists_of_them_are_read() -> None:
    assert torch.equal(read_numbers(0.1, (1,)), encode([0.1], parse_type("float")))
    row = [0.1, 1e300]
    assert torch.equal(read_items(row, (1,)), encode([row], parse_type("list[float]")))


def test_an_array_of_another_shape_is_told() -> None:
    with pytest.raises(ValueError, match=r"of shape \(1, 8, 8\), found one of \(8, 8\)"):
        read_numbers(np.zeros((8, 8)), (1, 8, 8))
    with pytest.raises(ValueError, match=r"items of shape \(2,\), found \(3,\)"):
        read_items([(1.0, 2.0, 3.0)], (2,))


# ------------------------------------------------------------------------------- refused


class Reader(nn.Module):
    """A module of a user's own."""

    def __init__(self, shapes: Sequence[tuple[int, ...]], num_outputs: int):
        super().__init__()
        self.layer = nn.Linear(shapes[0][0], num_outputs)

    def forward(self, x_B: torch.Tensor) -> torch.Tensor:
        return self.layer(x_B)


def test_a_module_of_one_s_own_is_refused_with_what_to_do(tmp_path: Path) -> None:
    own = asked("tensor[5]")
    config = Config(module=f"{__name__}:Reader")
    networks = {"read": make_network(own.neural[0], seed=0, config=config)}
    with pytest.raises(UnsupportedError) as caught:
        write_standalone(own, networks, PACK, tmp_path / "f.py")
    told = str(caught.value)
    assert "cannot export 'read'" in told and f"{__name__}:Reader" in told
    assert "Result.save" in told and "state_dict()" in told
    assert list(tmp_path.iterdir()) == []


def test_a_layer_that_is_not_known_is_named() -> None:
    own = asked("tensor[5]")
    networks = fitted(own, values("vector"))
    networks["read"].hidden.append(nn.Tanh())
    with pytest.raises(UnsupportedError, match="a layer Tanh, which has no stand-alone form"):
        standalone(own, networks, PACK)


def test_a_network_that_is_missing_is_told() -> None:
    with pytest.raises(ProgsynthError, match="'read', which has no network"):
        standalone(asked("tensor[5]"), {}, PACK)


def test_a_program_without_networks_has_no_weights(tmp_path: Path) -> None:
    own = program("def f(n: int) -> int:\n    return n + 1\n")
    assert write_standalone(own, {}, PACK, tmp_path / "f.py") == (tmp_path / "f.py",)
    assert "torch" not in (tmp_path / "f.py").read_text()
