"""Training through programs: states, loops, conditions and numbers, from pairs of the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from progsynth import registry
from progsynth.lang.read import read_program
from progsynth.neural.bind import bind
from progsynth.neural.network import Network, make_network
from progsynth.train.trained import Trained, run_decided, train_program
from progsynth.train.training import Training

PACK = registry.pack()
Pairs = tuple[list[Any], list[Any]]


def trained(text: str, pairs: Pairs, **options: Any) -> tuple[Trained, dict[str, Network]]:
    found = read_program(text, PACK)
    networks = {one.name: make_network(one, seed=n) for n, one in enumerate(found.neural)}
    made = train_program(found, networks, PACK, *pairs, seed=0, device="cpu", **options)
    return made, networks


def share_right(made: Trained, networks: dict[str, Network], pairs: Pairs, within: float) -> float:
    found = run_decided(made.program, networks, PACK, pairs[0])
    return float(np.mean([abs(f - w) <= within for f, w in zip(found, pairs[1], strict=True)]))


def test_numbers_of_a_sketch_are_trained() -> None:
    rng = np.random.default_rng(0)
    xs = rng.uniform(-3, 3, 60).tolist()
    text = "def f(x: float) -> float:\n    return ??param * x + ??param\n"
    made, _ = trained(
        text,
        ([(x,) for x in xs], [2.7 * x - 1.3 for x in xs]),
        training=Training(steps=250, learning_rate=0.1),
    )
    (found,) = bind(made.program, {}, PACK).run([(10.0,)])
    assert found == pytest.approx(25.7, abs=0.01)
    assert made.why.startswith("straight")


def halvings(rng: np.random.Generator, most: int, count: int) -> Pairs:
    """Numbers, and how often each can be halved before it is below 1."""
    turns = rng.integers(0, most + 1, count)
    return [(float(rng.uniform(0.6, 0.9) * 2.0**n),) for n in turns], turns.tolist()


def test_a_learnt_condition_of_a_while_is_exact_at_ten_times_the_length() -> None:
    text = (
        "neural more(x: float) -> bool\n"
        "def f(x: float) -> int:\n    n = 0\n    while more(x):\n"
        "        x = x / 2.0\n        n = n + 1\n    return n\n"
    )
    rng = np.random.default_rng(0)
    made, networks = trained(text, halvings(rng, 4, 200), training=Training(steps=150))
    assert made.chosen.estimator.name == "relaxed" and "'while'" in made.why
    assert share_right(made, networks, halvings(rng, 4, 100), 0) == 1.0
    assert share_right(made, networks, halvings(rng, 40, 100), 0) == 1.0


def parities(rng: np.random.Generator, lengths: tuple[int, int], count: int) -> Pairs:
    """Lists of noisy vectors that show 0 or 1, and whether the number of 1s is odd."""
    rows, outputs = [], []
    for _ in range(count):
        bits = rng.integers(0, 2, rng.integers(*lengths))
        noise = rng.normal(0, 0.1, (len(bits), 2))
        rows.append(([(noise[n] + [b, 0]).astype(np.float32) for n, b in enumerate(bits)],))
        outputs.append(bool(bits.sum() % 2))
    return rows, outputs


def test_a_learnt_step_of_states_is_exact_at_ten_times_the_length() -> None:
    text = (
        "neural step(s: float, x: tensor[2]) -> bool\n"
        "def f(xs: list[tensor[2]]) -> bool:\n    s = False\n    i = 0\n    while i < len(xs):\n"
        "        s = step(1.0, xs[i]) if s else step(0.0, xs[i])\n        i = i + 1\n    return s\n"
    )
    rng = np.random.default_rng(0)
    made, networks = trained(text, parities(rng, (1, 5), 300), training=Training(steps=300))
    assert share_right(made, networks, parities(rng, (40, 50), 40), 0) == 1.0


def energies(rng: np.random.Generator, count: int) -> Pairs:
    """Signals, and the sums of their squares."""
    signals = [rng.uniform(-1, 1, rng.integers(1, 6)) for _ in range(count)]
    return [([float(x) for x in s],) for s in signals], [float((s**2).sum()) for s in signals]


def test_a_cell_in_a_fold_learns_from_pairs_of_the_whole() -> None:
    text = (
        "neural cell(s: float, x: float) -> float\n"
        "def f(xs: list[float]) -> float:\n    return fold(cell, 0.0, xs)\n"
    )
    rng = np.random.default_rng(0)
    held = energies(rng, 100)
    made, _ = trained(text, energies(rng, 300), validation=held, training=Training(steps=400))
    assert made.fitted.best.validation_loss is not None
    assert made.fitted.best.validation_loss < 0.05 * float(np.var(held[1]))


def test_the_same_seed_gives_the_same_weights() -> None:
    text = (
        "neural g(x: float) -> float\n"
        "def f(x: float) -> float:\n    return g(x) if g(x) > 0.0 else ??param * x\n"
    )
    pairs: Pairs = ([(float(x),) for x in range(8)], [float(x) for x in range(8)])
    first, again = (trained(text, pairs, training=Training(steps=5)) for _ in range(2))
    assert first[0].program == again[0].program
    assert all(
        bool((a == b).all())
        for a, b in zip(first[1]["g"].parameters(), again[1]["g"].parameters(), strict=True)
    )


NUMBERS = """
neural digit(x: tensor[10]) -> choice[10]

def number(xs: list[tensor[10]]) -> int:
    n = 0
    for x in xs:
        n = 10 * n + digit(x)
    return n

def f(a: list[tensor[10]], b: list[tensor[10]]) -> int:
    return number(a) + number(b)
"""


def additions(rng: np.random.Generator, length: int, count: int) -> Pairs:
    """Two numbers of so many digits each, as noisy vectors that show these, and their sums."""
    rows, outputs = [], []
    for _ in range(count):
        digits = rng.integers(0, 10, (2, length))
        shown = (np.eye(10)[digits] + rng.normal(0, 0.1, (2, length, 10))).astype(np.float32)
        rows.append(tuple([list(one) for one in shown]))
        outputs.append(sum(int("".join(map(str, one))) for one in digits.tolist()))
    return rows, outputs


@pytest.mark.slow
def test_digits_are_learnt_from_sums_of_numbers_of_fifteen_digits() -> None:
    rng = np.random.default_rng(0)
    made, networks = trained(
        NUMBERS, additions(rng, 15, 100), training=Training(steps=120, batch=32)
    )
    assert made.chosen.estimator.name == "exact"
    assert share_right(made, networks, additions(rng, 15, 50), 0) > 0.9
