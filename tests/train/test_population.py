"""Candidates trained in one batch: the same as one by one, and each by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from progsynth.evaluate import compare
from progsynth.neural.bind import bind
from progsynth.neural.config import Config
from progsynth.neural.likelihood.inputs import mini_batch
from progsynth.neural.likelihood.loss import program_loss
from progsynth.neural.network import Network, make_network
from progsynth.train.behaviour import behaviours, make_view
from progsynth.train.fit import Training, answers
from progsynth.train.population import Population

from .reading import SYMBOL, problem, program

PROGRAMS = (
    "sum(map(symbol, xs))",
    "sum(map(symbol, xs)) + 1",
    "max(map(symbol, xs)) * 2",
    "symbol(xs[0]) * symbol(xs[1])",
)


def population(
    expressions: Sequence[str] = PROGRAMS, *, stacked: bool = True, seed: int = 0
) -> Population:
    asked = problem(60)
    view = make_view(asked, (SYMBOL,), max_assignments=100, seed=0)
    found, _ = behaviours([program(e) for e in expressions], view, asked.dsl, asked)
    networks = [{"symbol": make_network(SYMBOL, seed=seed + n)} for n in range(len(expressions))]
    known = [behaviour for behaviour in found if behaviour is not None]
    return Population(view, known, networks, device=torch.device("cpu"), stacked=stacked)


def weights(network: Network) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in network.parameters()])


def test_stacked_and_one_by_one_agree() -> None:
    together, apart = population(stacked=True), population(stacked=False)
    for each in (together, apart):
        assert each.train(Training(steps=25, weight_decay=0.1), seed=3) == 25
    for one, other in zip(together.networks, apart.networks, strict=True):
        torch.testing.assert_close(
            weights(one["symbol"]), weights(other["symbol"]), rtol=1e-3, atol=1e-4
        )
    assert together.likelihood() == pytest.approx(apart.likelihood(), abs=1e-3)


def test_networks_that_do_not_stack_are_trained_one_by_one() -> None:
    config = Config(dropout=0.2, batch_norm=True)
    asked = problem(60)
    view = make_view(asked, (SYMBOL,), max_assignments=100, seed=0)
    found, _ = behaviours([program(e) for e in PROGRAMS[:2]], view, asked.dsl, asked)
    known = [behaviour for behaviour in found if behaviour is not None]
    trained = []
    for _ in range(2):
        made = [{"symbol": make_network(SYMBOL, seed=n, config=config)} for n in range(2)]
        some = Population(view, known, made, device=torch.device("cpu"))
        assert not some.stacked
        state = torch.get_rng_state()
        some.train(Training(steps=40), seed=1)
        assert torch.equal(torch.get_rng_state(), state)
        trained.append(some)
    first, again = (one.networks[0]["symbol"] for one in trained)
    assert all(map(torch.equal, first.state_dict().values(), again.state_dict().values()))
    norm = next(m for m in first.modules() if isinstance(m, torch.nn.BatchNorm1d))
    assert int(norm.num_batches_tracked or 0) == 40, "its buffers were learnt"
    assert not first.training
    assert trained[0].likelihood()[0].mean() > 0.6


def test_candidates_do_not_touch_each_other() -> None:
    alone, among = population(PROGRAMS[:1]), population()
    for each in (alone, among):
        each.train(Training(steps=20), seed=0)
    torch.testing.assert_close(
        weights(alone.networks[0]["symbol"]),
        weights(among.networks[0]["symbol"]),
        rtol=1e-3,
        atol=1e-4,
    )


def test_the_right_program_learns_and_the_others_do_not() -> None:
    some = population()
    some.train(Training(steps=80), seed=0)
    right = some.right_rows().mean(1)
    assert right[0] > 0.95
    assert (right[1:] < 0.9).all()
    assert some.likelihood().mean(1).argmax() == 0


def test_the_networks_that_were_given_stay_as_they_were() -> None:
    asked = problem(20)
    view = make_view(asked, (SYMBOL,), max_assignments=100, seed=0)
    (found,), _ = behaviours([program(PROGRAMS[0])], view, asked.dsl, asked)
    assert found is not None
    given = make_network(SYMBOL, seed=0)
    before = weights(given).clone()
    some = Population(view, [found], [{"symbol": given}], device=torch.device("cpu"))
    some.train(Training(steps=5), seed=0)
    assert torch.equal(weights(given), before)
    assert not torch.equal(weights(some.networks[0]["symbol"]), before)


def test_measures_agree_with_the_likelihood_and_with_running_the_program() -> None:
    some = population()
    some.train(Training(steps=30), seed=0)
    asked = problem(60)
    everything = mini_batch(some.view.inputs, range(60))
    for c, expression in enumerate(PROGRAMS):
        wanted = program(expression)
        loss = program_loss(wanted, asked.dsl, some.view.inputs, asked.outputs)
        with torch.no_grad():
            given = answers(some.networks[c], some.tensors, everything)
            expected = (-loss.losses(given, everything)).exp().numpy()
        assert some.likelihood()[c] == pytest.approx(expected, abs=1e-5)
        outputs = bind(wanted, some.networks[c], asked.dsl).run(asked.inputs)
        right = compare(asked.outputs, outputs, wanted.entry.result).right
        assert some.right_rows()[c].tolist() == list(right)


def test_only_the_rows_that_are_given_are_trained_on() -> None:
    some = population(PROGRAMS[:1])
    rows = np.arange(10)
    some.train(Training(steps=300, batch=10), seed=0, rows=rows)
    likelihood = some.likelihood()[0]
    assert likelihood[rows].mean() > likelihood[10:].mean()
    assert likelihood[rows].min() > 0.9


def test_stop_ends_the_training() -> None:
    some = population()
    left = iter([False, False, True])
    assert some.train(Training(steps=50), seed=0, stop=lambda: next(left)) == 2
