"""With real networks: decisions agree with `bind`, and the loss trains through a program."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from progsynth.lang.engines import run_rows
from progsynth.lang.read import read_program
from progsynth.neural.bind import bind
from progsynth.neural.likelihood import (
    decided_rows,
    layouts,
    mini_batch,
    prepare,
    program_loss,
    symbolic,
)
from progsynth.neural.likelihood.layouts import stacked_inputs
from progsynth.neural.network import Network, make_network
from progsynth.registry import pack

PACK = pack()
PROGRAM = read_program(
    """
neural kind(x: tensor[6]) -> choice[3]
neural odd(x: tensor[6]) -> bool

def f(xs: list[tensor[6]], k: int) -> int:
    total = k
    for x in xs:
        total = total * 2 + kind(x) if odd(x) else total - kind(x)
    return total
""",
    PACK,
)


@pytest.fixture
def networks() -> dict[str, Network]:
    return {one.name: make_network(one, seed=n) for n, one in enumerate(PROGRAM.neural)}


def rows(count: int, lengths: tuple[int, ...] = (0, 1, 2, 3), seed: int = 0) -> list[Any]:
    rng = np.random.default_rng(seed)
    found = []
    for n in range(count):
        length = lengths[n % len(lengths)]
        found.append(([rng.standard_normal(6).astype(np.float32) for _ in range(length)], n % 2))
    return found


def test_the_symbolic_view_of_decisions_is_the_bound_program(networks: dict[str, Network]) -> None:
    given = rows(40)
    found = layouts(given, PROGRAM.entry.types, PROGRAM.neural)
    decisions = {}
    for name, network in networks.items():
        with torch.no_grad():
            outputs = network(torch.from_numpy(stacked_inputs(found, name)))
        decisions[name] = network.head.decide(outputs)
    view, dsl = symbolic(PROGRAM, PACK)
    expected = bind(PROGRAM, networks, PACK, device="cpu").run(given)
    assert run_rows(view, decided_rows(found, decisions), dsl) == expected
    assert len(set(map(str, expected))) > 4


def test_the_loss_trains_a_submodule_from_the_programs_output_alone() -> None:
    """Two points on a line each, of which only the sum of their classes is told."""
    program = read_program(
        """
neural kind(x: tensor[2]) -> choice[3]

def f(xs: list[tensor[2]]) -> int:
    return sum(map(kind, xs))
""",
        PACK,
    )
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 3, (60, 2))
    noise = rng.standard_normal((60, 2, 2)) * 0.1
    angles = np.stack([np.cos(2 * kinds), np.sin(2 * kinds)], -1) + noise
    given = [([x.astype(np.float32) for x in pair],) for pair in angles]
    inputs = prepare(given, program.entry.types, program.neural)
    made = program_loss(program, PACK, inputs, kinds.sum(1).tolist())
    network = make_network(program.neural[0], seed=0)
    optimiser = torch.optim.Adam(network.parameters(), lr=0.02)
    batch = mini_batch(inputs, range(60))
    x_N = torch.from_numpy(inputs.tensors["kind"])[torch.from_numpy(batch.needed["kind"])]
    for _ in range(60):
        optimiser.zero_grad()
        loss = made.loss({"kind": network.head.log_probs(network(x_N))}, batch)
        loss.backward()
        optimiser.step()
    found = network(x_N).argmax(-1).reshape(60, 2).numpy()
    assert (found == kinds).mean() > 0.95


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize("method", ["table", "propagate", "sample"])
def test_losses_on_a_gpu_are_those_on_the_cpu(method: str) -> None:
    given = rows(12)
    inputs = prepare(given, PROGRAM.entry.types, PROGRAM.neural)
    wanted = [n % 3 for n in range(12)]
    made = program_loss(PROGRAM, PACK, inputs, wanted, method=method, num_samples=20_000)
    batch = mini_batch(inputs, range(12))
    losses = []
    for device in ("cpu", "cuda"):
        generator = torch.Generator().manual_seed(0)
        answers = {
            name: torch.randn(len(batch.needed[name]), size, generator=generator)
            .to(device)
            .log_softmax(-1)
            for name, size in (("kind", 3), ("odd", 2))
        }
        sampler = torch.Generator(device).manual_seed(0)
        losses.append(made.losses(answers, batch, generator=sampler).cpu())
    tolerance = 0.2 if method == "sample" else 1e-4
    kept = torch.from_numpy(program_loss(PROGRAM, PACK, inputs, wanted).possible)
    assert torch.allclose(losses[0][kept], losses[1][kept], atol=tolerance)
