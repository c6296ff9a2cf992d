"""Sums kept as their terms: the same likelihood as by listing their values, for far more."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from progsynth.errors import UnsupportedError
from progsynth.lang.read import read_program
from progsynth.neural.likelihood import additive
from progsynth.neural.likelihood.distributions import Choice, Leaf, leaf
from progsynth.neural.likelihood.inputs import mini_batch, prepare
from progsynth.neural.likelihood.loss import ProgramLoss, program_loss
from progsynth.registry import pack

PACK = pack()
NUMBERS = """
neural digit(x: tensor[1]) -> choice[{size}]

def number(xs: list[tensor[1]]) -> int:
    n = 0
    for x in xs:
        n = {size} * n + digit(x)
    return n

def f(a: list[tensor[1]], b: list[tensor[1]]) -> {result}:
    return {body}
"""


def digits(length: int, rows: int, size: int) -> tuple[list[Any], list[tuple[int, int]]]:
    """Rows of two lists of tensors, and two numbers that random digits would make of them."""
    rng, places = np.random.default_rng(0), iter(range(10**6))
    found, numbers = [], []
    for _ in range(rows):
        two = [[np.array([next(places)], np.float32) for _ in range(length)] for _ in range(2)]
        found.append(tuple(two))
        drawn = rng.integers(0, size, (2, length)).tolist()
        weights = [size**n for n in reversed(range(length))]
        numbers.append(tuple(sum(w * d for w, d in zip(weights, one)) for one in drawn))
    return found, numbers


def made(
    body: str, length: int, rows: int, size: int, outputs: Any, method: str, result: str = "int"
) -> ProgramLoss:
    program = read_program(NUMBERS.format(size=size, body=body, result=result), PACK)
    given, numbers = digits(length, rows, size)
    inputs = prepare(given, program.entry.types, program.neural)
    wanted = [outputs(*two) for two in numbers]
    return program_loss(program, PACK, inputs, wanted, method=method)


def losses_and_slope(one: ProgramLoss, size: int, rows: list[int]) -> tuple[Any, Any]:
    batch = mini_batch(one.inputs, rows)
    generator = torch.Generator().manual_seed(0)
    count = len(one.inputs.tensors["digit"])
    logits = torch.randn(count, size, generator=generator, dtype=torch.float64).requires_grad_()
    answers = logits.log_softmax(-1)[torch.as_tensor(batch.needed["digit"])]
    losses = one.losses({"digit": answers}, batch)
    (slope,) = torch.autograd.grad(losses.sum(), logits)
    return losses.detach(), slope


@pytest.mark.parametrize(
    ("body", "outputs"),
    [
        ("number(a) + number(b)", lambda a, b: a + b),
        ("number(a) - 2 * number(b) + 5", lambda a, b: a - 2 * b + 5),
        ("-(number(a) + number(b))", lambda a, b: -(a + b)),
        ("number(b) + (100 if digit(a[0]) > 1 else 3)", lambda a, b: b + (100 if a > 8 else 3)),
    ],
)
def test_sums_kept_as_their_terms_have_the_likelihood_of_tables(
    body: str, outputs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(additive, "MANY", 2)
    table, terms = (made(body, 3, 5, 3, outputs, how) for how in ("table", "propagate"))
    given = [losses_and_slope(one, 3, [4, 0, 2, 1, 3]) for one in (table, terms)]
    assert torch.allclose(given[0][0], given[1][0])
    assert torch.allclose(given[0][1], given[1][1], atol=1e-9)
    assert (table.possible == terms.possible).all() and terms.possible.all()


def test_what_is_more_than_added_to_is_listed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(additive, "MANY", 2)
    body = "(number(a) + number(b)) % 5"
    table, terms = (
        made(body, 3, 4, 3, lambda a, b: (a + b) % 5, how) for how in ("table", "propagate")
    )
    given = [losses_and_slope(one, 3, [0, 1, 2, 3]) for one in (table, terms)]
    assert torch.allclose(given[0][0], given[1][0])


def test_numbers_of_fifteen_digits_are_added_exactly() -> None:
    whole = made("number(a) + number(b)", 15, 6, 10, lambda a, b: a + b, "exact")
    losses, slope = losses_and_slope(whole, 10, list(range(6)))
    assert whole.possible.all() and losses.isfinite().all()
    assert (slope != 0).any(-1).all()  # every digit learns
    assert losses.mean().item() < 15 * 2 * np.log(10)
    with pytest.raises(UnsupportedError, match="more than added to"):
        made("(number(a) + number(b)) * number(a)", 15, 2, 10, lambda a, b: 0, "exact")


def test_what_cannot_be_is_not_possible() -> None:
    one = made("number(a) + number(b)", 8, 3, 10, lambda a, b: a + b + 10**9, "exact")
    assert not one.possible.any() and one.best_accuracy == 0.0
    pair = made(
        "(number(a), digit(b[0]))", 8, 3, 10, lambda a, b: (a, 3), "exact", "tuple[int, int]"
    )
    assert pair.possible.all()
    with pytest.raises(UnsupportedError, match="read one choice"):
        made("(number(a), digit(a[0]))", 8, 3, 10, lambda a, b: (a, 3), "exact", "tuple[int, int]")


def test_the_chance_of_a_sum_is_that_of_all_ways_to_it() -> None:
    sizes = ((0, 7, 21), (0, 1, 2, 3), (-5, 0), (2, 2, 9))
    terms = [leaf(Choice(n, n, len(values)), values) for n, values in enumerate(sizes)]
    total = additive.additive(4, terms)
    assert isinstance(total, additive.Additive)
    expected = [6, 13, 9, 1, 1000, 6.0]
    plan = additive.reach(total, expected)
    drawn = torch.Generator().manual_seed(0)
    probs = [torch.rand(1, len(v), generator=drawn, dtype=torch.float64).softmax(-1) for v in sizes]
    known = {t.source: p.log() for t, p in zip(terms, probs, strict=True) if isinstance(t, Leaf)}
    wide = {s: p.expand(6, -1) for s, p in known.items()}
    chances = plan.log_probs(wide, np.arange(6)).exp().tolist()
    wanted = [0.0] * 6
    for places in product(*(range(len(v)) for v in sizes)):
        value = 4 + sum(v[p] for v, p in zip(sizes, places, strict=True))
        chance = float(np.prod([p[0, n].item() for p, n in zip(probs, places, strict=True)]))
        for n, one in enumerate(expected):
            wanted[n] += chance * (value == one and isinstance(one, int))
    assert chances == pytest.approx(wanted)
    assert plan.possible_E.tolist() == [w > 0 for w in wanted]
