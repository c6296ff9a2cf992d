"""The tensor engine means what the other engines mean, and its gradients are right."""

from __future__ import annotations

import math
from itertools import product
from random import Random

import numpy as np
import pytest
import torch

from progsynth.errors import UnsupportedError
from progsynth.lang.engines import run_rows
from progsynth.lang.failure import Fail, Failure
from progsynth.neural.bind import bind
from progsynth.neural.gradients.batched import Chances
from progsynth.neural.gradients.relaxation import HARD, SOFT, Relaxation
from progsynth.neural.gradients.rows import to_rows
from progsynth.neural.gradients.through import decided_outputs
from tests.neural.likelihood.random_hybrids import Writer

from .running import PACK, networks, program, run, table_network

PLAIN = (
    ("int", "s = 0\n    for x in xs:\n        s = s + x if x > n else s - 1\n    return s"),
    ("int", "i = 0\n    while i < n and i * i < 9:\n        i += 1\n    return i"),
    ("list[int]", "return sort(map(lambda x: x * n, xs)) + [n]"),
    ("int", "return fold(lambda a, b: a * 2 + b, n, xs) + xs[0]"),
    ("int", "return sum(filter(lambda x: x > n, xs)) // n"),
    ("bool", "return all(lambda x: x > 0, xs) or n in [1, 2]"),
    ("list[int]", "return [x + i for i, x in enumerate(xs)]"),
    ("int", "return max(xs) - min(xs) + len(reverse(xs)[1:])"),
    ("list[tuple[int, int]]", "return zip(xs, range(n))"),
    ("float", "return sum([float(x) / 2.0 for x in xs]) - sqrt(float(n) - 1.0)"),
    ("list[int]", "return sort_by(lambda x: (x - n) * (x - n), xs)[:2]"),
    ("int", "return sum(map(lambda x: sum(map(lambda y: x * y + n, xs)), xs))"),
)


@pytest.mark.parametrize(("result", "body"), PLAIN)
def test_programs_without_networks_mean_what_the_interpreter_says(result: str, body: str) -> None:
    if "n in [" in body:
        body = body.replace("n in [1, 2]", "n == 1")
    found = program(f"def f(xs: list[int], n: int) -> {result}:\n    {body}\n")
    rng = np.random.default_rng(0)
    rows = [
        (rng.integers(-4, 6, rng.integers(0, 6)).tolist(), int(rng.integers(0, 5)))
        for _ in range(20)
    ]
    value, machine = run(found, rows)
    given = to_rows(value, found.entry.result, len(rows))
    wanted = run_rows(found, rows, PACK, engine="interpreter")
    for mine, failed, theirs in zip(given, machine.failed.tolist(), wanted, strict=True):
        assert failed == isinstance(theirs, Failure)
        if not failed:
            assert mine == (pytest.approx(theirs, rel=1e-5) if result == "float" else theirs)


def test_random_programs_with_networks_decide_as_bound_ones_do() -> None:
    rng, images = Random(3), np.random.default_rng(3)
    num_run = 0
    for number in range(40):
        found = program(Writer(rng).program())
        parts = networks(found, seed=number)
        rows = []
        for _ in range(6):
            xs = [images.random((1, 2, 2)).astype(np.float32) for _ in range(3)]
            rows.append(
                (xs, [rng.randint(-2, 4) for _ in range(rng.randint(0, 4))], rng.randint(0, 3))
            )
        try:
            given = decided_outputs(found, PACK, parts, (), rows)
        except UnsupportedError:
            continue
        num_run += 1
        wanted = bind(found, parts, PACK, device="cpu").run(rows)
        for mine, theirs in zip(given, wanted, strict=True):
            if isinstance(theirs, Failure):
                assert isinstance(mine, Failure), found
            else:
                assert mine == theirs, found
    assert num_run > 20


# ------------------------------------------------------------------------------- gradients

STRAIGHT = """
neural cell(s: float, x: float) -> float

def f(xs: list[float], y: float) -> float:
    return fold(cell, y * 2.0, xs) / (1.0 + y * y) - max(map(lambda x: cell(x, y), xs))
"""


def test_gradients_are_those_of_finite_differences() -> None:
    found = program(STRAIGHT)
    parts = networks(found)
    for network in parts.values():
        network.to(torch.float64)
    rows = [([0.5, -0.25, 0.125], 0.5), ([1.0], -0.75)]

    def total() -> torch.Tensor:
        double = {n: lambda *xs, p=p: p(*[x.double() for x in xs]) for n, p in parts.items()}
        value, _ = run(found, rows, double, how=SOFT)
        return value.sum()

    total().backward()
    weights = parts["cell"].last.weight
    for place in (0, 5, 17):
        with torch.no_grad():
            weights[0, place] += 1e-3
            above = total().item()
            weights[0, place] -= 2e-3
            below = total().item()
            weights[0, place] += 1e-3
        slope = (above - below) / 2e-3
        assert weights.grad is not None
        assert weights.grad[0, place].item() == pytest.approx(slope, rel=1e-2, abs=1e-4)


LOOP = """
neural more(x: float) -> bool

def f(n: float) -> int:
    count = 0
    while more(n):
        n = n + 1.0
        count = count + 2
    return count
"""


def test_a_while_with_a_learnt_condition_gives_all_its_ends_with_their_chances() -> None:
    more = table_network(0.9, 0.5, 0.25, 1e-9)
    value, machine = run(program(LOOP), [(0.0,), (2.0,)], {"more": more}, how=SOFT)
    assert isinstance(value, Chances)
    found = dict(zip(value.numbers.tolist(), value.probs[0].tolist(), strict=True))
    assert found[0] == pytest.approx(0.1)
    assert found[2] == pytest.approx(0.9 * 0.5)
    assert found[4] == pytest.approx(0.9 * 0.5 * 0.75)
    assert found[6] == pytest.approx(0.9 * 0.5 * 0.25)
    assert value.probs.sum(-1).tolist() == pytest.approx([1.0, 1.0])
    assert any("while" in note for note in machine.notes)
    value.probs[0, 2].backward()
    slope = more.logits.grad[1].item()  # d/dlogit of 0.9 * (1 - p)
    assert slope == pytest.approx(-0.9 * 0.5 * 0.5, rel=1e-4)


STATES = """
neural step(x: float) -> bool

def f(xs: list[float]) -> bool:
    odd = False
    for x in xs:
        odd = not odd if step(x) else odd
    return odd
"""


def test_a_random_state_is_what_enumeration_says() -> None:
    chances = (0.9, 0.3, 0.6)
    value, _ = run(
        program(STATES), [([0.0, 1.0, 2.0],)], {"step": table_network(*chances)}, how=SOFT
    )
    wanted = 0.0
    for answers in product((False, True), repeat=3):
        chance = math.prod(p if a else 1 - p for p, a in zip(chances, answers, strict=True))
        wanted += chance * (sum(answers) % 2)
    assert value.tolist() == pytest.approx([wanted])


COUNT = """
neural is_it(x: float) -> bool

def f(xs: list[float]) -> int:
    return len(filter(lambda x: is_it(x), xs)) + 1
"""


@pytest.mark.parametrize("how", ["straight-through", "hard"])
def test_other_relaxations_decide_forwards(how: str) -> None:
    relaxation = Relaxation(conditions=how)
    is_it = table_network(0.9, 0.3, 0.6)
    value, _ = run(
        program(COUNT), [([0.0, 1.0, 2.0, 2.0],), ([1.0],)], {"is_it": is_it}, how=relaxation
    )
    assert to_rows(value, program(COUNT).entry.result, 2) == [4, 1]
    if how == "straight-through":
        value.mean.sum().backward()
        assert (is_it.logits.grad > 0).all()


def test_counts_of_items_kept_by_chance_are_convolutions() -> None:
    chances = (0.9, 0.3, 0.6)
    value, _ = run(
        program(COUNT), [([0.0, 1.0, 2.0],), ([1.0],)], {"is_it": table_network(*chances)}, how=SOFT
    )
    found = [0.0] * 4
    for answers in product((False, True), repeat=3):
        found[sum(answers)] += math.prod(
            p if a else 1 - p for p, a in zip(chances, answers, strict=True)
        )
    at = dict(zip(value.numbers.tolist(), value.probs[0].tolist(), strict=True))
    assert [at[n + 1] for n in range(4)] == pytest.approx(found)
    assert value.probs[1].sum().item() == pytest.approx(1.0)


COMPARED = """
neural key(x: float) -> float

def f(a: float, b: float) -> float:
    return key(a) if key(a) < key(b) else key(b) * 2.0
"""


def test_comparisons_of_learnt_numbers_become_decisions_as_the_temperature_falls() -> None:
    parts = networks(program(COMPARED))
    rows = [(0.5, -1.0), (-1.0, 0.5), (2.0, 1.0)]
    wanted, _ = run(program(COMPARED), rows, parts, how=HARD)
    cold, _ = run(program(COMPARED), rows, parts, how=Relaxation(temperature=1e-4))
    warm, _ = run(program(COMPARED), rows, parts, how=Relaxation(temperature=10.0))
    assert cold.tolist() == pytest.approx(wanted.tolist(), abs=1e-3)
    assert warm.requires_grad and warm.tolist() != pytest.approx(wanted.tolist(), abs=1e-3)


def test_what_depends_on_data_alone_is_decided_and_noted_nowhere() -> None:
    found = program(
        "neural g(x: float) -> float\n"
        "def f(x: float) -> float:\n    return g(x) if x > 0.5 else x\n"
    )
    value, machine = run(found, [(0.0,), (1.0,)], networks(found), how=SOFT)
    assert not machine.notes and value[0].item() == 0.0


def test_what_is_not_run_says_what() -> None:
    text = program("def f(s: str) -> int:\n    return len(s)\n")
    with pytest.raises(UnsupportedError, match="values of type str"):
        run(text, [("a",), ("b",)])
    forever = program("def f(n: int) -> int:\n    while n > 0:\n        n += 1\n    return n\n")
    _, machine = run(forever, [(0,), (1,)], how=Relaxation(max_turns=10))
    assert machine.failed.tolist() == [False, True]
    always = program("def f(n: int) -> int:\n    return n + [1, 2][5]\n")
    with pytest.raises(Fail):
        run(always, [(0,), (1,)])
