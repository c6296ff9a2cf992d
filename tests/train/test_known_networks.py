"""Submodules that are trained beside networks whose weights are known, on the same tensors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch

import progsynth as ps
from progsynth import registry
from progsynth.lang.engines import run_rows
from progsynth.lang.read import read_program
from progsynth.lang.types import parse_type
from progsynth.neural import Network, as_primitive, make_network
from progsynth.neural.likelihood.layouts import layouts, outcomes
from progsynth.neural.likelihood.readings import known_networks
from progsynth.train import Training, fit_network
from tests.train.reading import SYMBOL, pairs, vectors

REQUEST = "list[tensor[3]] -> int"


@pytest.fixture(scope="module")
def known() -> Mapping[str, Network]:
    """A network that reads which of three numbers is the largest."""
    x_N, y_N = vectors(300, seed=3)
    network = make_network(SYMBOL, seed=0)
    shown = torch.from_numpy(np.stack(x_N))
    fit_network(network, [shown], y_N, seed=0, training=Training(steps=150), device="cpu")
    return {"symbol": network}


def task(sketch: str) -> ps.Task:
    """The symbols' sum where the first number of the first vector is above 1, else nothing."""
    rows, sums = pairs(150)
    outputs = [n if row[0][0][0] > 1.0 else 0 for row, n in zip(rows, sums, strict=True)]
    given = [(row[0], out) for row, out in zip(rows, outputs, strict=True)]
    return ps.Task.from_pairs(
        "beside",
        given[:110],
        validation=given[110:],
        request=REQUEST,
        sketch=sketch,
        accuracy=0.85,
    )


BODY = "s = sum(map(symbol, xs))\n    return s if {} else 0\n"


@pytest.mark.parametrize(
    "sketch",
    [
        "def f(xs: list[tensor[3]]) -> int:\n    " + BODY.format("??neural(xs[0])"),
        "neural high(x: tensor[3]) -> bool\n\n\ndef f(xs: list[tensor[3]]) -> int:\n    "
        "return ??(high(xs[0]), sum(map(symbol, xs)))\n",
    ],
)
def test_it_learns_beside_them(sketch: str, known: Mapping[str, Network]) -> None:
    before = {name: value.clone() for name, value in known["symbol"].state_dict().items()}
    found = ps.solve(task(sketch), networks=known, seconds=None, gradient_steps=6000)
    assert found.solved
    assert "symbol" in found.networks
    assert len(found.networks) == 2
    after = found.networks["symbol"].state_dict()
    assert all(bool((after[name] == value).all()) for name, value in before.items())


def test_what_they_answer_counts_for_what_can_be_right_at_all(
    known: Mapping[str, Network],
) -> None:
    sketch = "def f(xs: list[tensor[3]]) -> int:\n    " + BODY.format("??neural(xs[0])")
    wrong = sketch.replace("else 0", "else 9")
    found = ps.solve(task(wrong), networks=known, seconds=None, gradient_steps=1000)
    assert not found.solved
    assert any("left out: no networks bring them" in note for note in found.notes)


def test_tables_are_those_of_the_run_with_the_network(known: Mapping[str, Network]) -> None:
    """The symbolic view with known answers gives what the program gives."""
    high = "neural high(x: tensor[3]) -> bool\n\n\n"
    text = f"{high}def f(xs: list[tensor[3]]) -> int:\n    {BODY.format('high(xs[1])')}"
    dsl = registry.pack().extend(as_primitive(known["symbol"], name="symbol"))
    program = read_program(text, dsl)
    rows = pairs(6)[0]
    types = (parse_type("list[tensor[3]]"),)
    (named,) = known_networks(program, dsl)
    assert (named.name, named.result) == ("symbol", parse_type("choice[3]"))
    decide = dsl.primitives["symbol"].fn
    for layout in layouts(rows, types, program.neural, [(named, decide)]):
        assignments = [[0, 0], [0, 1], [1, 0]]
        found = outcomes(program, layout, assignments, dsl)
        plain = read_program(text.replace(high, "").replace("high(xs[1])", "False"), dsl)
        other = read_program(text.replace(high, "").replace("high(xs[1])", "True"), dsl)
        shown = [rows[n] for n in layout.rows[:1]]
        (no,), (yes,) = run_rows(plain, shown, dsl), run_rows(other, shown, dsl)
        assert found == [no, yes, no]
