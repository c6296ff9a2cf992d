"""Propagation: it finds what enumeration finds, and goes on where enumeration cannot."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from progsynth.lang.failure import Failure
from progsynth.lang.read import read_program
from progsynth.lang.term import Call, Const, Program, Term
from progsynth.lang.types import INT
from progsynth.neural.likelihood.distributions import NotExact
from progsynth.neural.likelihood.enumerate import (
    outcome_table,
    right_assignments,
    table_log_likelihood,
)
from progsynth.neural.likelihood.layouts import Layout, layouts
from progsynth.neural.likelihood.propagate import Propagation, grouped_logsumexp, propagate
from progsynth.neural.likelihood.readings import called_submodules
from progsynth.registry import pack

from .random_hybrids import Writer

PACK = pack()
IMAGE = np.zeros((1, 2, 2), np.float32)


def program(body: str, result: str = "int", values: int = 4) -> Program:
    return read_program(
        f"""
neural digit(x: tensor[1, 2, 2]) -> choice[{values}]
neural dark(x: tensor[1, 2, 2]) -> bool

def f(xs: list[tensor[1, 2, 2]]) -> {result}:
    return {body}
""",
        PACK,
    )


def layout_of(found: Program, row: tuple[Any, ...], rows: int) -> Layout:
    (one,) = layouts([row] * rows, found.entry.types, called_submodules(found, PACK))
    return one


def random_logits(layout: Layout, seed: int = 0) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    shape = (len(layout.rows),)
    return [
        torch.randn(*shape, v.num_values or 1, generator=generator, dtype=torch.float64)
        for v in layout.variables
    ]


def log_probs(logits: list[torch.Tensor]) -> list[torch.Tensor]:
    return [x.log_softmax(-1) for x in logits]


def assert_as_enumerated(found: Program, row: tuple[Any, ...]) -> Propagation | None:
    """Every possible output has the likelihood, and the gradient, that enumeration finds."""
    table = outcome_table(found, layout_of(found, row, 1), PACK)
    assert table is not None
    outputs = [o for o in table.outcomes if not isinstance(o, Failure)]
    if not outputs:
        return None
    layout = layout_of(found, row, len(outputs))
    made = propagate(found, layout, outputs, PACK)
    logits = [x[:1].expand(len(outputs), -1).clone() for x in random_logits(layout)]
    logits = [x.requires_grad_() for x in logits]
    found_B = made.log_likelihood(log_probs(logits), np.arange(len(outputs)))
    right_BM = right_assignments(table, outputs)
    wanted_B = table_log_likelihood(log_probs(logits), table.assignments_MV, right_BM)
    assert torch.allclose(found_B, wanted_B.to(found_B))
    assert made.possible_B.all()
    if not logits:  # a program that reads no tensor
        return made
    still = sum(x.sum() for x in logits) * 0.0  # so that all have a gradient
    for one, other in zip(
        torch.autograd.grad(found_B.sum() + still, logits, retain_graph=True),
        torch.autograd.grad(wanted_B.sum() + still, logits),
        strict=True,
    ):
        assert torch.allclose(one, other, atol=1e-8)
    return made


BODIES = [
    ("sum(map(digit, xs))", "int"),
    ("product([digit(x) + 1 for x in xs])", "int"),
    ("count_if(lambda x: digit(x) == 3, xs)", "int"),
    ("max(map(digit, xs)) - min(map(digit, xs))", "int"),
    ("digit(xs[0]) + digit(xs[1]) > 4", "bool"),
    ("digit(xs[0]) - digit(xs[1])", "int"),
    ("map(digit, xs)", "list[int]"),
    ("digit(xs[0]) * digit(xs[0]) + digit(xs[1])", "int"),
    ("digit(xs[0]) if digit(xs[0]) > digit(xs[1]) else digit(xs[1])", "int"),
    ("digit(xs[0]) // digit(xs[1])", "int"),
    ("digit(xs[0]) // digit(xs[1]) if digit(xs[1]) != 0 else 7", "int"),
    ("[1 // digit(x) for x in xs][0]", "int"),
    ("digit(xs[digit(xs[0]) % 2])", "int"),
    ("any(lambda x: digit(x) == 3, xs)", "bool"),
    ("all(lambda x: digit(x) > 0, xs)", "bool"),
    ("digit(max_by(lambda x: digit(x), xs))", "int"),
    ("sum(filter(lambda y: y > 1, map(digit, xs)))", "int"),
    ("max(filter(lambda y: y > 1, map(digit, xs)))", "int"),
    ("fold(lambda a, x: a * 2 + digit(x), 0, xs)", "int"),
    ("sort(map(digit, xs))", "list[int]"),
    ("find_if(lambda x: digit(x) == 2, xs)", "int"),
    ("sum_by(lambda x: digit(x) if dark(x) else 0, xs)", "int"),
    ("digit(xs[0]) in map(digit, xs[1:])", "bool"),
    ("count(map(digit, xs), digit(xs[0]))", "int"),
    ("sum(map(lambda y: y + 1, filter(lambda y: y > 1, map(digit, xs))))", "int"),
    ("(digit(xs[0]), digit(xs[0]) > digit(xs[1]))", "tuple[int, bool]"),
    ("counts(map(digit, xs))", "dict[int, int]"),
    ("take_while(lambda y: y > 0, map(digit, xs))", "list[int]"),
    ('"yes" if digit(xs[0]) == 1 else "no"', "str"),
    ("float(digit(xs[0])) / 3.0", "float"),
]


@pytest.mark.parametrize(("body", "result"), BODIES)
def test_programs_have_the_likelihood_that_enumeration_finds(body: str, result: str) -> None:
    assert assert_as_enumerated(program(body, result), ([IMAGE] * 3,)) is not None


def random_program(seed: int) -> None:
    found = read_program(Writer(Random(seed)).program(), PACK)
    try:
        assert_as_enumerated(found, ([IMAGE] * 3, [2, 1], 1))
    except NotExact:
        pytest.skip("too many steps")  # 3% of programs


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_random_programs_have_the_likelihood_that_enumeration_finds(seed: int) -> None:
    try:
        random_program(seed)
    except pytest.skip.Exception:
        return


@pytest.mark.slow
def test_many_random_programs() -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(500):
        try:
            random_program(seed)
            outcomes["exact"] += 1
        except pytest.skip.Exception:
            outcomes["too many steps"] += 1
    assert outcomes["exact"] > 450


def test_long_lists_agree_with_convolution() -> None:
    """The sum of ten digits: 10**10 assignments, 91 values."""
    found = program("sum(map(digit, xs))", values=10)
    layout = layout_of(found, ([IMAGE] * 10,), 91)
    made = propagate(found, layout, list(range(91)), PACK)
    logits = [x[:1].expand(91, -1) for x in random_logits(layout)]
    total = np.ones(1)
    for x in logits:
        total = np.convolve(total, x[0].softmax(-1).numpy())
    found_B = made.log_likelihood(log_probs(logits), np.arange(91))
    assert np.allclose(found_B.exp().numpy(), total)


@pytest.mark.parametrize(
    "body",
    [
        "count_if(lambda x: digit(x) == 3, xs)",
        "max(map(digit, xs))",
        "digit(max_by(lambda x: digit(x), xs))",
        "fold(lambda a, x: max(a, digit(x)), 0, xs)",
        "sum(filter(lambda y: y > 4, map(digit, xs)))",
        "find_if(lambda x: digit(x) == 3, xs)",
    ],
)
def test_the_likelihoods_of_all_outputs_of_long_lists_add_up_to_one(body: str) -> None:
    found = program(body, values=10)
    outputs = list(range(-1, 91))
    layout = layout_of(found, ([IMAGE] * 10,), len(outputs))
    made = propagate(found, layout, outputs, PACK)
    logits = [x[:1].expand(len(outputs), -1) for x in random_logits(layout)]
    found_B = made.log_likelihood(log_probs(logits), np.arange(len(outputs)))
    assert found_B.exp().sum().item() == pytest.approx(1.0)
    assert 10 <= made.possible_B.sum() < len(outputs)


@pytest.mark.parametrize(("body", "result"), BODIES[:10])
def test_gradients_are_those_of_finite_differences(body: str, result: str) -> None:
    found = program(body, result, values=3)
    table = outcome_table(found, layout_of(found, ([IMAGE] * 2,), 1), PACK)
    assert table is not None
    outputs = [o for o in table.outcomes if not isinstance(o, Failure)][:2]
    layout = layout_of(found, ([IMAGE] * 2,), len(outputs))
    made = propagate(found, layout, outputs, PACK)
    logits = [x.requires_grad_() for x in random_logits(layout, 3)]

    def likelihood(*given: Any) -> Any:
        return made.log_likelihood(log_probs(list(given)), np.arange(len(outputs)))

    assert torch.autograd.gradcheck(likelihood, tuple(logits))


def test_choices_read_twice_are_told_apart_by_cases() -> None:
    found = program("take_while(lambda y: y > 0, map(digit, xs))", "list[int]")
    made = assert_as_enumerated(found, ([IMAGE] * 3,))
    assert made is not None and len(made.worlds) > 1
    assert f"in {len(made.worlds)} cases" in made.how


def test_a_failure_counts_even_where_its_value_is_not_used() -> None:
    found = read_program(
        """
neural digit(x: tensor[1, 2, 2]) -> choice[4]

def f(xs: list[tensor[1, 2, 2]]) -> int:
    unused = 1 // digit(xs[0])
    return digit(xs[1])
""",
        PACK,
    )
    assert assert_as_enumerated(found, ([IMAGE] * 2,)) is not None


def test_outputs_that_cannot_be_are_impossible_and_without_gradient() -> None:
    found = program("sum(map(digit, xs))")
    layout = layout_of(found, ([IMAGE] * 2,), 2)
    made = propagate(found, layout, [1, 99], PACK)
    assert made.possible_B.tolist() == [True, False]
    logits = [x.requires_grad_() for x in random_logits(layout)]
    losses_B = made.losses(log_probs(logits), np.arange(2))
    assert losses_B[1] == math.inf
    losses_B[0].backward()
    assert all(x.grad is not None and x.grad.isfinite().all() for x in logits)


def test_small_probabilities_do_not_underflow() -> None:
    found = program("sum(map(digit, xs))", values=10)
    layout = layout_of(found, ([IMAGE] * 10,), 1)
    made = propagate(found, layout, [10], PACK)
    sure_of_zero = torch.full((1, 10), -100.0)
    sure_of_zero[0, 0] = 0.0
    answers = [sure_of_zero.clone().requires_grad_() for _ in range(10)]
    (loss,) = made.losses(answers, np.arange(1))
    # a ten out of zeros: one digit is a 9 and another a 1, or five are 2s: two digits are wrong
    ways = 2 * math.comb(10, 2) * 4 + math.comb(10, 2)
    assert loss.item() == pytest.approx(200.0 - math.log(ways), abs=1e-3)
    loss.backward()
    assert all(x.grad is not None and x.grad.isfinite().all() for x in answers)


def test_leading_dimensions_are_candidates() -> None:
    found = program("count_if(lambda x: digit(x) == 3, xs)")
    layout = layout_of(found, ([IMAGE] * 3,), 2)
    made = propagate(found, layout, [1, 2], PACK)
    answers = [torch.stack([x, x.flip(0), -x]).log_softmax(-1) for x in random_logits(layout)]
    together_CB = made.log_likelihood(answers, np.arange(2))
    for number in range(3):
        alone_B = made.log_likelihood([a[number] for a in answers], np.arange(2))
        assert torch.allclose(together_CB[number], alone_B)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("len(unique(map(digit, xs)))", "one step would have 10000000000 combinations"),
        ("is_sorted(map(digit, xs))", "cases would have to be told apart"),
        ("fold(lambda a, x: a * 10 + digit(x), 0, xs) % 7", "more than added to"),
    ],
)
def test_what_is_not_exact_says_why(body: str, why: str) -> None:
    result = "bool" if "sorted" in body else "int"
    found = program(body, result, values=10)
    with pytest.raises(NotExact, match=why):
        propagate(found, layout_of(found, ([IMAGE] * 10,), 1), [1], PACK, max_worlds=20)


def test_grouped_logsumexp_of_nothing_has_no_gradient() -> None:
    x_BN = torch.tensor([[0.0, -math.inf, -math.inf]], requires_grad=True)
    found_BG = grouped_logsumexp(x_BN, torch.tensor([[0, 0, 1]]), 2)
    assert found_BG.tolist() == [[0.0, -math.inf]]
    found_BG[:, :1].sum().backward()
    assert x_BN.grad is not None and x_BN.grad.tolist() == [[1.0, 0.0, 0.0]]


def test_a_layouts_rows_are_looked_up_by_number() -> None:
    found = program("sum(map(digit, xs))")
    layout = layout_of(found, ([IMAGE] * 2,), 3)
    made = propagate(found, layout, [0, 3, 6], PACK)
    answers = log_probs(random_logits(layout))
    all_B = made.log_likelihood(answers, np.arange(3))
    some_B = made.log_likelihood([a[[2, 0]] for a in answers], np.array([2, 0]))
    assert torch.allclose(some_B, all_B[[2, 0]])


def test_programs_may_be_10_000_deep() -> None:
    found = program("digit(xs[0])")
    body: Term = found.entry.body
    for _ in range(10_000):
        body = Call("add.int", (body, Const(1, INT)))
    deep = Program((replace(found.entry, body=body),), found.neural)
    made = propagate(deep, layout_of(deep, ([IMAGE],), 2), [10_003, 3], PACK)
    assert made.possible_B.tolist() == [True, False]
