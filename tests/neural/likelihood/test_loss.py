"""The loss of a program: which estimator serves which rows, and mini-batches of mixed layouts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from progsynth.errors import ProgsynthError, TaskError, UnsupportedError
from progsynth.lang.read import read_program
from progsynth.lang.term import Program
from progsynth.neural.likelihood.inputs import Inputs, mini_batch, prepare
from progsynth.neural.likelihood.loss import ProgramLoss, program_loss
from progsynth.neural.likelihood.readings import called_submodules
from progsynth.registry import pack

PACK = pack()
HEAD = """
neural digit(x: tensor[1, 2, 2]) -> choice[10]
neural dark(x: tensor[1, 2, 2]) -> bool
neural level(x: tensor[3]) -> float
"""


def program(body: str, result: str = "int", params: str = "xs: list[tensor[1, 2, 2]]") -> Program:
    return read_program(f"{HEAD}\ndef f({params}) -> {result}:\n    return {body}\n", PACK)


def inputs(found: Program, lengths: list[int], seed: int = 0) -> Inputs:
    rng = np.random.default_rng(seed)
    rows = [([_image(rng) for _ in range(length)],) for length in lengths]
    return prepare(rows, found.entry.types, called_submodules(found, PACK))


def _image(rng: Any) -> Any:
    return rng.random((1, 2, 2)).astype(np.float32)


def random_outputs(made: ProgramLoss, batch: Any, *lead: int, seed: int = 0) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(seed)
    sizes = {"digit": 10, "dark": 2}
    return {
        name: torch.randn(*lead, len(numbers), sizes[name], generator=generator).log_softmax(-1)
        for name, numbers in batch.needed.items()
    }


SUM = program("sum(map(digit, xs))")


def test_each_layout_gets_the_first_estimator_that_serves() -> None:
    made = program_loss(SUM, PACK, inputs(SUM, [2, 5, 2]), [3, 20, 4])
    assert made.how.split("\n") == [
        "exact: table of 100 assignments",
        "exact: distributions propagated in 9 steps",
    ]
    unique = program("len(unique(map(digit, xs)))")
    hard = program_loss(unique, PACK, inputs(unique, [4, 5]), [2, 3])
    assert hard.how.split("\n") == [
        "exact: distributions propagated in 5 steps",
        "sampled (found): 10 samples a value of a choice, because one step would have "
        "100000 combinations of values (at most 20000)",
    ]


@pytest.mark.parametrize("body", ["sum(map(digit, xs))", "count_if(lambda x: dark(x), xs)"])
def test_exact_estimators_agree(body: str) -> None:
    found = program(body)
    given = inputs(found, [2, 3, 0, 2, 1])
    outputs = [2, 1, 0, 0, 1]
    table = program_loss(found, PACK, given, outputs, method="table")
    propagated = program_loss(found, PACK, given, outputs, method="propagate")
    batch = mini_batch(given, [4, 1, 0, 2])
    answers = random_outputs(table, batch)
    assert torch.allclose(
        table.losses(answers, batch), propagated.losses(answers, batch), atol=1e-5
    )


def test_a_mini_batch_of_mixed_layouts_is_in_the_order_asked_for() -> None:
    given = inputs(SUM, [2, 1, 3, 1])
    made = program_loss(SUM, PACK, given, [5, 7, 9, 2])
    whole = mini_batch(given, [0, 1, 2, 3])
    log_probs = random_outputs(made, whole)["digit"]
    all_losses = made.losses({"digit": log_probs}, whole)
    assert all_losses[1].item() == pytest.approx(-log_probs[2, 7].item())
    some = mini_batch(given, [3, 0, 1])
    chosen = log_probs[torch.as_tensor(some.needed["digit"])]
    assert torch.allclose(made.losses({"digit": chosen}, some), all_losses[[3, 0, 1]])


def test_the_same_tensor_is_needed_once() -> None:
    image, other = np.zeros((1, 2, 2), np.float32), np.ones((1, 2, 2), np.float32)
    rows = [([image, image],), ([other, image],)]
    given = prepare(rows, SUM.entry.types, SUM.neural[:1])
    assert given.tensors["digit"].shape == (2, 1, 2, 2)
    batch = mini_batch(given, [1, 0])
    assert batch.needed["digit"].tolist() == [1, 0]
    made = program_loss(SUM, PACK, given, [3, 4])
    sure = torch.full((2, 10), -20.0)
    sure[0, 4], sure[1, 1] = 0.0, 0.0  # `other` is a four, `image` a one
    losses = made.losses({"digit": sure}, batch)
    assert losses[0].item() > 10
    assert made.losses({"digit": sure[[1, 0]]}, batch)[0].item() > 10
    right = program_loss(SUM, PACK, given, [2, 5])
    assert right.loss({"digit": sure}, batch).item() == pytest.approx(0.0, abs=1e-6)


def test_leading_dimensions_are_candidates() -> None:
    given = inputs(SUM, [2, 5, 2, 0])
    made = program_loss(SUM, PACK, given, [5, 17, 9, 0])
    batch = mini_batch(given, [0, 1, 2, 3])
    answers = random_outputs(made, batch, 3)
    together = made.loss(answers, batch)
    alone = [made.loss({"digit": answers["digit"][n]}, batch) for n in range(3)]
    assert together.shape == (3,)
    assert torch.allclose(together, torch.stack(alone))


def test_rows_that_cannot_be_right_teach_nothing() -> None:
    given = inputs(SUM, [2, 2, 5])
    made = program_loss(SUM, PACK, given, [5, 19, 99])
    assert made.possible.tolist() == [True, False, False]
    assert made.best_accuracy == pytest.approx(1 / 3)
    batch = mini_batch(given, [0, 1, 2])
    logits = torch.zeros(9, 10, requires_grad=True)
    outputs = {"digit": logits.log_softmax(-1)}
    assert made.losses(outputs, batch)[1:].tolist() == [math.inf, math.inf]
    loss = made.loss(outputs, batch)
    assert loss.item() == pytest.approx(made.losses(outputs, batch)[0].item())
    loss.backward()
    assert logits.grad is not None and logits.grad.isfinite().all()
    impossible = mini_batch(given, [1])
    assert made.loss({"digit": logits[:2].log_softmax(-1)}, impossible).item() == 0.0


def test_real_answers_give_the_squared_error_of_the_programs_output() -> None:
    found = program("sum(map(level, xs)) * 2.0 - 1.0", "float", "xs: list[tensor[3]]")
    rows = [([np.full(3, n, np.float32) for n in range(length)],) for length in (1, 2)]
    given = prepare(rows, found.entry.types, called_submodules(found, PACK))
    made = program_loss(found, PACK, given, [0.0, 5.0])
    assert made.how.startswith("squared error")
    batch = mini_batch(given, [0, 1])
    answers = torch.tensor([[1.0], [0.5]], requires_grad=True)
    losses = made.losses({"level": answers}, batch)
    assert losses.tolist() == [1.0, 9.0]
    losses.sum().backward()
    assert answers.grad is not None and answers.grad.tolist() == [[4.0 - 12.0], [-12.0]]


def test_several_real_numbers_are_items_of_a_tuple() -> None:
    text = """
neural place(x: tensor[3]) -> tuple[float, float]

def f(x: tensor[3]) -> tuple[float, float]:
    p = place(x)
    return p[0] * p[1], max(p[0], 0.0)
"""
    found = read_program(text, PACK)
    given = prepare([(np.zeros(3, np.float32),)], found.entry.types, found.neural)
    made = program_loss(found, PACK, given, [(1.0, 1.0)])
    losses = made.losses({"place": torch.tensor([[2.0, 3.0]])}, mini_batch(given, [0]))
    assert losses.tolist() == [(6.0 - 1.0) ** 2 + (2.0 - 1.0) ** 2]


def test_any_of_k_are_choices_of_their_own() -> None:
    text = """
neural marks(x: tensor[3]) -> tuple[bool, bool, bool]

def f(x: tensor[3]) -> int:
    m = marks(x)
    return sum([int(m[0]), int(m[1]), int(m[2])])
"""
    found = read_program(text, PACK)
    given = prepare([(np.zeros(3, np.float32),)] * 2, found.entry.types, found.neural)
    made = program_loss(found, PACK, given, [2, 0])
    assert made.how.startswith("exact: distributions propagated")
    logits = torch.tensor([[0.3, -1.0, 2.0]])
    losses = made.losses({"marks": logits}, mini_batch(given, [0, 1]))
    a, b, c = logits[0].sigmoid().tolist()
    two = a * b * (1 - c) + a * (1 - b) * c + (1 - a) * b * c
    none = (1 - a) * (1 - b) * (1 - c)
    assert losses.exp().tolist() == pytest.approx([1 / two, 1 / none], rel=1e-5)


def test_what_cannot_be_had_is_said() -> None:
    given = inputs(SUM, [5])
    with pytest.raises(UnsupportedError, match="100000 assignments; at most 20000 are allowed"):
        program_loss(SUM, PACK, given, [3], method="table")
    with pytest.raises(ProgsynthError, match="expected one of auto, exact, table, propagate"):
        program_loss(SUM, PACK, given, [3], method="exct")
    with pytest.raises(TaskError, match="1 rows have 2 expected outputs"):
        program_loss(SUM, PACK, given, [3, 4])
    unique = program("len(unique(map(digit, xs)))")
    with pytest.raises(UnsupportedError, match="100000 combinations"):
        program_loss(unique, PACK, given, [3], method="propagate")
    with pytest.raises(UnsupportedError, match="not exact: one step would have 100000"):
        program_loss(unique, PACK, given, [3], method="exact")
    compared = program("1 if level(x) > 0.5 else 0", "int", "x: tensor[3]")
    rows = [(np.zeros(3, np.float32),)]
    real = prepare(rows, compared.entry.types, called_submodules(compared, PACK))
    with pytest.raises(UnsupportedError, match="because 'gt' of a network's real answer"):
        program_loss(compared, PACK, real, [1])
    sampled = program_loss(SUM, PACK, given, [3], method="sample")
    with pytest.raises(ProgsynthError, match=r"need a torch\.Generator"):
        sampled.loss({"digit": torch.zeros(5, 10).log_softmax(-1)}, mini_batch(given, [0]))
