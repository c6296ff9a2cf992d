"""Soft sorting and soft shortest paths: the algorithm, where the temperature is low."""

from __future__ import annotations

import networkx
import numpy as np
import pytest
import torch

from progsynth.neural.gradients import Relaxation, distances
from progsynth.neural.gradients.sorting import soft_order

from .running import networks, program, run


def test_a_soft_order_is_nearly_the_permutation_that_sorts() -> None:
    keys = torch.tensor([[0.3, -1.0, 2.0, 9.0]], requires_grad=True)
    there = torch.tensor([[True, True, True, False]])
    cold = soft_order(keys, there, 0.01)[0, :3, :3]
    assert torch.allclose(cold, torch.eye(3)[[1, 0, 2]], atol=1e-4)
    warm = soft_order(keys, there, 1.0)
    assert torch.allclose(warm.sum(-1), torch.ones(1, 4))
    assert warm[0, :, 3].max() == 0.0
    warm[0, 0, 0].backward()
    assert keys.grad is not None and keys.grad[0, 0] != 0 and keys.grad[0, 3] == 0


@pytest.mark.parametrize(("sort", "tolerance"), [("straight", 1e-6), ("soft", 1e-3)])
def test_a_program_sorts_what_networks_answer(sort: str, tolerance: float) -> None:
    text = (
        "neural g(x: float) -> float\n"
        "def f(xs: list[float]) -> list[float]:\n    return sort(map(g, xs))\n"
    )
    parts, rows = networks(program(text)), [([1.0, -2.0, 0.5],), ([3.0],)]
    how = Relaxation(sort=sort, temperature=1e-4)
    wanted, _ = run(program(text), rows, parts)
    found, machine = run(program(text), rows, parts, how=how)
    assert torch.allclose(found.items[0], wanted.items[0], atol=tolerance)
    assert found.items[1, 0].item() == pytest.approx(wanted.items[1, 0].item(), abs=tolerance)
    assert found.items.requires_grad and any("sort" in note for note in machine.notes)


def random_costs(seed: int, count: int) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    costs = rng.uniform(0.5, 3.0, (count, count))
    costs[rng.random((count, count)) < 0.5] = np.inf
    return torch.tensor(costs)[None].requires_grad_()


@pytest.mark.parametrize("seed", range(4))
def test_shortest_paths_are_those_of_networkx(seed: int) -> None:
    costs = random_costs(seed, 6)
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(6))
    for i, j in zip(*np.nonzero(np.isfinite(costs[0].detach().numpy())), strict=True):
        if i != j:
            graph.add_edge(int(i), int(j), weight=costs[0, i, j].item())
    wanted = networkx.single_source_dijkstra_path_length(graph, 0)
    found = distances(costs, 0)[0].tolist()
    assert found == pytest.approx([wanted.get(n, float("inf")) for n in range(6)])
    soft = distances(costs, 0, temperature=1e-3)[0].tolist()
    assert soft == pytest.approx(found, abs=1e-2)


def test_the_gradient_of_a_length_is_the_path() -> None:
    costs = torch.full((1, 4, 4), torch.inf)
    for i, j, cost in ((0, 1, 1.0), (1, 3, 1.0), (0, 2, 1.0), (2, 3, 1.5), (0, 3, 9.0)):
        costs[0, i, j] = cost
    hard = costs.clone().requires_grad_()
    distances(hard, 0)[0, 3].backward()
    assert hard.grad is not None
    assert {tuple(p[1:]) for p in hard.grad.nonzero().tolist()} == {(0, 1), (1, 3)}
    soft = costs.clone().requires_grad_()
    distances(soft, 0, temperature=0.5)[0, 3].backward()
    assert soft.grad is not None and torch.isfinite(soft.grad).all()
    assert 0 < soft.grad[0, 2, 3] < soft.grad[0, 1, 3]
