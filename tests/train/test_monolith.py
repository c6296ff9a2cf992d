"""The control from end to end: it learns its training lists, it is tuned, and seeds decide."""

from __future__ import annotations

import pytest
import torch

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.task import Example, Task
from progsynth.train.fit import Training
from progsynth.train.monolith import fit_monolith

from .reading import pairs


def task(request: str = "list[tensor[3]] -> int") -> Task:
    (rows, sums), (held, wanted) = pairs(150, seed=0), pairs(60, seed=1)
    return Task.from_examples(
        "sum of two symbols",
        [Example(r, s) for r, s in zip(rows, sums, strict=True)],
        request=request,
        validation=[Example(r, s) for r, s in zip(held, wanted, strict=True)],
    )


def test_it_learns_and_generalises_to_lists_of_the_same_length() -> None:
    asked = task()
    found = fit_monolith(asked, seed=0, training=Training(steps=150), device="cpu")
    assert found.training > 0.95
    assert found.validation > 0.9
    assert found.share_right(asked.validation) == found.validation
    assert found.gradient_steps == 6 * 150  # two kinds of answer, three learning rates
    assert found.answer([[]]) != []


def test_a_number_is_answered_in_the_output_s_type() -> None:
    asked = task("list[tensor[3]] -> float")
    found = fit_monolith(asked, seed=0, learning_rates=(0.01,), training=Training(steps=2))
    (answer,) = found.answer([asked.train[0].inputs[0]])
    assert type(answer) is float


def test_the_seed_decides_and_torch_s_generator_is_left_alone() -> None:
    before = torch.random.get_rng_state()
    options = {"learning_rates": (0.01,), "training": Training(steps=20), "device": "cpu"}
    one, same, other = (fit_monolith(task(), seed=s, **options) for s in (3, 3, 4))  # type: ignore[arg-type]
    assert torch.equal(before, torch.random.get_rng_state())
    lists = [e.inputs[0] for e in task().validation]
    assert one.answer(lists) == same.answer(lists)
    assert one.answer(lists) != other.answer(lists)


def test_a_task_of_two_inputs_is_refused() -> None:
    asked = Task.from_pairs("add", [((1, 2), 3), ((2, 2), 4)])
    with pytest.raises(UnsupportedError, match=r"reads one list, found \(int, int\)"):
        fit_monolith(asked, seed=0)


def test_a_set_is_read_in_no_order() -> None:
    asked = task()
    found = fit_monolith(
        asked,
        seed=0,
        learning_rates=(0.01,),
        training=Training(steps=60),
        device="cpu",
        reader="set",
    )
    assert found.training > 0.5
    lists = [e.inputs[0] for e in asked.validation]
    assert found.answer(lists) == found.answer([[*reversed(xs)] for xs in lists])
    with pytest.raises(ProgsynthError, match="reader: expected one of sequence, set, found 'bag'"):
        fit_monolith(asked, seed=0, reader="bag")
