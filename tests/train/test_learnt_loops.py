"""Learnt parts inside loops, found by `solve` in the default pack from examples of the whole."""

from __future__ import annotations

import numpy as np
import pytest

from progsynth import Task, solve
from progsynth.lang.term import Call, subterms

pytestmark = pytest.mark.slow


def smoothed(xs: list[float]) -> float:
    """The energy of a signal, where what is long ago counts less."""
    state = 0.0
    for x in xs:
        state = 0.6 * state + x * x
    return state


def signals(count: int, lengths: range, seed: int) -> list[list[float]]:
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1, 1, rng.choice(lengths)).tolist() for _ in range(count)]


def test_a_fold_with_a_learnt_cell() -> None:
    rows = signals(250, range(1, 6), 0)
    pairs = [(xs, smoothed(xs)) for xs in rows]
    task = Task.from_pairs(
        "energy",
        pairs[:200],
        validation=pairs[200:],
        request="list[float] -> float",
        neural=("cell(s: float, x: float) -> float",),
        tolerance=0.15,
        accuracy=0.85,
    )
    result = solve(task, seconds=None, programs=150)
    assert result.solved and result.core is not None
    called = {t.name for t in subterms(result.core.entry.body) if isinstance(t, Call)}
    assert "fold" in called and set(result.networks) == {"cell"}
    assert any("trained relaxations" in note for note in result.notes)
    assert any(note.startswith("gradients: straight") for note in result.notes)
    longer = signals(20, range(50, 51), 1)  # ten times as long
    found = [result.function(xs) for xs in longer]
    right = [abs(f - smoothed(xs)) <= 0.3 for f, xs in zip(found, longer, strict=True)]
    assert np.mean(right) >= 0.9


def turns_of(x: float) -> int:
    """How often 1 can be taken from a number while it is more than 1.37."""
    turns = 0
    while x > 1.37:
        x, turns = x - 1.0, turns + 1
    return turns


def clear(longest: float, count: int, seed: int) -> list[float]:
    """Numbers that stay clear of 1.37 all the way down."""
    drawn = np.random.default_rng(seed).uniform(longest / 5, longest + 0.3, 3 * count).tolist()
    return [x for x in drawn if abs((x - 1.37) % 1.0 - 0.5) < 0.45][:count]


def test_a_while_with_a_learnt_condition_is_exact_on_ten_times_the_length() -> None:
    pairs = [(x, turns_of(x)) for x in clear(5.0, 250, 0)]
    task = Task.from_pairs(
        "turns",
        pairs[:200],
        validation=pairs[200:],
        request="float -> int",
        neural=("full(x: float) -> bool",),
        accuracy=0.95,
    )
    result = solve(task, seconds=None, programs=100)
    assert result.solved and result.program is not None and "while full(" in result.program
    assert [result.function(x) for x in clear(50.0, 40, 1)] == list(
        map(turns_of, clear(50.0, 40, 1))
    )


def grown(x: float, years: int) -> float:
    """A population that comes to rest, after so many years."""
    for _ in range(years):
        x = 2.6 * x * (1.0 - x)
    return x


def populations(count: int, years: range, seed: int) -> list[tuple[float, int]]:
    rng = np.random.default_rng(seed)
    return [(float(rng.uniform(0.05, 0.95)), int(rng.choice(years))) for _ in range(count)]


def test_a_for_with_a_learnt_step() -> None:
    pairs = [((x, n), grown(x, n)) for x, n in populations(250, range(1, 6), 0)]
    task = Task.from_pairs(
        "rest",
        pairs[:200],
        validation=pairs[200:],
        request="(float, int) -> float",
        neural=("step(x: float) -> float",),
        tolerance=0.05,
        accuracy=0.85,
    )
    result = solve(task, seconds=None, programs=30)
    assert result.solved and result.program is not None and "for " in result.program
    longer = populations(40, range(50, 51), 1)  # ten times as many years
    right = [abs(result.function(x, n) - grown(x, n)) <= 0.1 for x, n in longer]
    assert np.mean(right) >= 0.9
