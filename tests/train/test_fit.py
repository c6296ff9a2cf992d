"""The training loop: what is kept, what ends it, what it gives back."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from progsynth import registry
from progsynth.errors import ProgsynthError, TaskError
from progsynth.neural.likelihood.inputs import prepare
from progsynth.neural.network import Network, make_network
from progsynth.train.fit import Training, batches, decided, descend, fit_network, fit_program

from .reading import SYMBOL, pairs, program, type_of_pairs, vectors


def trained(seed: int, **options: object) -> tuple[Network, object]:
    x_N, y_N = vectors(150, seed=1)
    network = make_network(SYMBOL, seed=seed)
    training = Training(steps=60, **options)  # type: ignore[arg-type]
    x = torch.from_numpy(np.stack(x_N))
    fitted = fit_network(
        network,
        [x[:100]],
        y_N[:100],
        seed=seed,
        validation=([x[100:]], y_N[100:]),
        training=training,
        device="cpu",
    )
    return network, fitted


def test_a_network_learns_from_labels() -> None:
    _, fitted = trained(0)
    assert fitted.best.validation_accuracy > 0.95
    assert fitted.gradient_steps == 60
    assert fitted.stop_reason == "steps"


def test_the_same_seed_gives_the_same_weights() -> None:
    first, again, other = (trained(seed)[0].state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_the_global_generator_is_left_alone() -> None:
    before = torch.get_rng_state()
    trained(0)
    assert torch.equal(before, torch.get_rng_state())


def test_normalisers_see_training_rows_only() -> None:
    network, _ = trained(0)
    x_N, _ = vectors(150, seed=1)
    mean = np.stack(x_N[:100]).mean(0)
    assert network.normaliser.mean_0.numpy() == pytest.approx(mean, abs=1e-6)


def test_patience_ends_the_training_and_the_best_weights_stay() -> None:
    weight = nn.Linear(1, 1)
    held = iter([(0.5, 0.5), (0.2, 0.9), (0.3, 0.8), (0.4, 0.8), (0.1, 1.0)])
    seen = []

    def measure() -> tuple[float, float]:
        seen.append(weight.weight.item())
        return next(held)

    def loss(rows: list[int]) -> torch.Tensor:
        return weight(torch.ones(len(rows), 1)).mean()

    training = Training(steps=1000, measure_every=3, patience=2)
    fitted = descend([weight], loss, 10, training, seed=0, measure=measure)
    assert fitted.stop_reason == "patience"
    assert fitted.gradient_steps == 12
    assert fitted.best.step == 6
    assert weight.weight.item() == seen[1]


def test_seconds_end_the_training() -> None:
    weight = nn.Linear(1, 1)
    ticks = iter(range(1000))

    def loss(rows: list[int]) -> torch.Tensor:
        return weight(torch.ones(len(rows), 1)).mean()

    training = Training(steps=1000, seconds=5)
    fitted = descend([weight], loss, 4, training, seed=0, clock=lambda: float(next(ticks)))
    assert fitted.stop_reason == "seconds"
    assert fitted.gradient_steps < 10


def test_every_pass_meets_every_row_once() -> None:
    drawn = batches(10, 4, torch.Generator().manual_seed(0))
    rows = [row for _ in range(5) for row in next(drawn)]
    assert sorted(rows[:10]) == list(range(10)) == sorted(rows[10:])
    assert rows[:10] != rows[10:]


def test_the_rate_rises_and_falls_to_zero() -> None:
    rates = [Training(steps=100, learning_rate=1.0, warm_up=10).rate(n) for n in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) > 0.9
    assert rates[100] == pytest.approx(0.0)
    assert Training(steps=100, learning_rate=1.0, warm_up=1, schedule="constant").rate(99) == 1.0


def test_networks_in_a_program_learn_from_what_it_shall_give() -> None:
    rows, outputs = pairs(150)
    wanted, dsl = program("sum(map(symbol, xs))"), registry.pack()
    networks = {"symbol": make_network(SYMBOL, seed=0)}
    fitted = fit_program(
        wanted,
        networks,
        dsl,
        rows[:100],
        outputs[:100],
        seed=0,
        validation=(rows[100:], outputs[100:]),
        training=Training(steps=80),
        device="cpu",
    )
    assert fitted.best.validation_accuracy > 0.9
    inputs = prepare(rows[100:], (type_of_pairs(),), (SYMBOL,))
    found = decided(wanted, networks, dsl, inputs)
    right = np.mean([a == b for a, b in zip(found, outputs[100:], strict=True)])
    assert right == fitted.best.validation_accuracy


def test_a_missing_network_is_named() -> None:
    rows, outputs = pairs(4)
    with pytest.raises(TaskError, match="no network for the submodule 'symbol'"):
        fit_program(program("sum(map(symbol, xs))"), {}, registry.pack(), rows, outputs, seed=0)
    with pytest.raises(TaskError, match="calls no neural submodule"):
        fit_program(program("len(xs)"), {}, registry.pack(), rows, outputs, seed=0)


def test_rows_and_targets_have_to_agree() -> None:
    network = make_network(SYMBOL, seed=0)
    with pytest.raises(TaskError, match="as many rows"):
        fit_network(network, [torch.zeros(3, 3)], [0, 1], seed=0)
    with pytest.raises(ProgsynthError, match="steps: expected at least 1, found 0"):
        Training(steps=0)
