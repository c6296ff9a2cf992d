"""Which estimator serves which program, and what each of them gives."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest
import torch

from progsynth.errors import ProgsynthError, TaskError, UnsupportedError
from progsynth.neural.gradients import (
    CandidateEnded,
    Chosen,
    Question,
    Relaxation,
    choose,
    ending,
    with_params,
)
from progsynth.neural.gradients.faults import CAUSES, MEMORY, NAN, SHAPE

from .running import PACK, networks, program

DIGITS = "neural digit(x: tensor[2]) -> choice[4]\n"
SUM = DIGITS + "def f(xs: list[tensor[2]]) -> int:\n    return sum(map(digit, xs))\n"
LINE = "def f(x: float) -> float:\n    return ??param * x + ??param\n"
STATE = (
    "neural cell(s: float, x: float) -> float\n"
    "def f(xs: list[float]) -> float:\n    return fold(cell, 0.0, xs)\n"
)
CHOICE = (
    "neural big(x: float) -> bool\n"
    "def f(x: float) -> float:\n    return x * 2.0 if big(x) else -x\n"
)
UNIQUE = DIGITS + "def f(xs: list[tensor[2]]) -> int:\n    return len(unique(map(digit, xs)))\n"


def vectors(count: int, length: int, seed: int = 0) -> list[Any]:
    rng = np.random.default_rng(seed)
    return [([x.astype(np.float32) for x in rng.normal(size=(length, 2))],) for _ in range(count)]


def chosen(text: str, rows: Any, outputs: Any, name: str = "auto", **options: Any) -> Chosen:
    found, count = with_params(program(text))
    params = [torch.ones((), requires_grad=True) for _ in range(count)]
    question = Question(
        program=found,
        dsl=PACK,
        rows=rows,
        outputs=outputs,
        networks=networks(found),
        params=params,
        **options,
    )
    return choose(question, name)


REALS = [([0.5, 0.25],), ([1.0],)]


@pytest.mark.parametrize(
    ("text", "rows", "outputs", "name", "says"),
    [
        (SUM, vectors(3, 2), [3, 4, 2], "exact", "table of 16"),
        (SUM, vectors(3, 8), [13, 14, 12], "exact", "distributions propagated"),
        (UNIQUE, vectors(2, 9), [3, 4], "sampled", "sampled (found)"),
        (LINE, [(1.0,), (2.0,)], [1.0, 3.0], "straight", "the program has numbers to train"),
        (STATE, REALS, [1.0, 2.0], "straight", "'cell' answers float"),
        (CHOICE, [(1.0,), (2.0,)], [2.0, 4.0], "relaxed", "not straight: both branches"),
    ],
)
def test_the_first_estimator_that_serves_is_taken_and_says_so(
    text: str, rows: Any, outputs: Any, name: str, says: str
) -> None:
    found = chosen(text, rows, outputs)
    assert found.estimator.name == name
    assert says in found.why


def gradient(found: Chosen, parts: Any, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    found.estimator.losses(parts, (), [0, 1, 2], generator).mean().backward()
    slope = parts["digit"].last.weight.grad.flatten().clone()
    parts["digit"].zero_grad()
    return slope


def test_run_through_the_program_a_sum_has_the_exact_likelihood() -> None:
    text, rows = SUM, vectors(3, 3)
    parts = networks(program(text))
    exact, relaxed = (chosen(text, rows, [3, 4, 5], name) for name in ("exact", "relaxed"))
    given = [one.estimator.losses(parts, (), [2, 0, 1]).tolist() for one in (exact, relaxed)]
    assert given[0] == pytest.approx(given[1], rel=1e-4)
    assert torch.allclose(gradient(exact, parts), gradient(relaxed, parts), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("name", ["sampled", "indecater", "reinforce"])
def test_sampled_gradients_point_where_the_exact_one_does(name: str) -> None:
    rows = vectors(3, 2)
    parts = networks(program(SUM))
    exact = gradient(chosen(SUM, rows, [3, 2, 4], "exact"), parts)
    sampled = chosen(SUM, rows, [3, 2, 4], name, num_samples=200)
    mean = torch.stack([gradient(sampled, parts, seed) for seed in range(5)]).mean(0)
    cosine = torch.cosine_similarity(mean, exact, 0).item()
    assert cosine > (0.7 if name == "reinforce" else 0.97)


def test_what_serves_nothing_says_why_of_each() -> None:
    text = "neural g(x: float) -> float\ndef f(x: float) -> str:\n    return str(int(g(x)))\n"
    with pytest.raises(UnsupportedError, match=r"exact: .*; straight: .*; sampled: .*; relaxed: "):
        chosen(text, [(1.0,), (2.0,)], ["1", "2"])
    with pytest.raises(ProgsynthError, match="no estimator 'exct': expected auto or one of exact"):
        chosen(SUM, vectors(2, 2), [1, 2], "exct")
    with pytest.raises(TaskError, match="2 rows have 1 expected outputs"):
        chosen(SUM, vectors(2, 2), [1])
    with pytest.raises(ProgsynthError, match="conditions: expected one of soft"):
        Relaxation(conditions="weird")


# ------------------------------------------------------------------------ how candidates end


def test_a_loss_that_is_not_finite_ends_the_candidate_by_name() -> None:
    text = "def f(x: float) -> float:\n    return exp(??param * x)\n"
    found = chosen(text, [(1.0,), (1000.0,)], [1.0, 2.0])
    with pytest.raises(CandidateEnded, match="loss is not finite") as caught:
        found.estimator.losses({}, [torch.tensor(5.0, requires_grad=True)], [0, 1])
    assert caught.value.cause == NAN
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert again.cause == NAN and str(again) == str(caught.value)


def test_shapes_and_memory_end_the_candidate_and_defects_do_not() -> None:
    with pytest.raises(CandidateEnded) as caught, ending():
        torch.ones(2, 3) @ torch.ones(2, 3)
    assert caught.value.cause == SHAPE
    with pytest.raises(CandidateEnded) as caught, ending():
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1 GiB")
    assert caught.value.cause == MEMORY
    with pytest.raises(RuntimeError, match="defect"), ending():
        raise RuntimeError("a defect")
    assert len(set(CAUSES)) == 4


def test_rows_that_fail_teach_nothing_and_all_of_them_end_it() -> None:
    text = "def f(x: float) -> float:\n    return ??param * sqrt(x)\n"
    found = chosen(text, [(4.0,), (-1.0,), (-2.0,)], [1.0, 1.0, 1.0])
    weight = torch.tensor(2.0, requires_grad=True)
    losses = found.estimator.losses({}, [weight], [0, 1])
    assert losses.tolist() == [9.0, 0.0]
    losses.sum().backward()
    assert weight.grad is not None and math.isfinite(weight.grad.item())
    with pytest.raises(CandidateEnded, match="fails"):
        found.estimator.losses({}, [weight], [1, 2])


def test_normalisers_see_data_and_not_states() -> None:
    rows = [([3.0, 5.0],), ([7.0],)]
    found, parts = chosen(STATE, rows, [1.0, 2.0]), networks(program(STATE))
    found.estimator.normalise(parts, ())
    normaliser = parts["cell"].normaliser
    assert normaliser.mean_1.item() == pytest.approx(5.0)
    assert normaliser.mean_0.item() == 0.0 and normaliser.scale_0.item() == 1.0


OVERFLOW = "neural cell(x: float) -> float\ndef f(x: float) -> float:\n    return cell(exp(x))\n"


def test_what_overflows_is_no_number_to_normalise() -> None:
    found, parts = chosen(OVERFLOW, [(0.0,), (1000.0,)], [1.0, 2.0]), networks(program(OVERFLOW))
    found.estimator.normalise(parts, ())
    assert parts["cell"].normaliser.mean_0.item() == pytest.approx(1.0)
    found = chosen(OVERFLOW, [(1000.0,), (2000.0,)], [1.0, 2.0])
    with pytest.raises(CandidateEnded, match="nothing that 'cell' reads is"):
        found.estimator.normalise(parts, ())
