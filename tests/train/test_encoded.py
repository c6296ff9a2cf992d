"""Texts and rows of items inside programs: searched for as tensors, handed out as they are."""

from __future__ import annotations

import random

import numpy as np
import pytest

from progsynth.errors import UnsupportedError
from progsynth.lang.term import Call, Term, Var
from progsynth.solve import solve
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task
from progsynth.train.encoded import encoded
from progsynth.train.hybrid_search import hybrid
from progsynth.train.schedule import Schedule

LOUD = "loud(text: str) -> bool"
QUICK = Schedule(rungs=(20, 40, 60), new_members=6)


def task(count: int = 120) -> Task:
    """How many of one to three words are loud: capital letters."""
    rng = random.Random(0)

    def word(loud: bool) -> str:
        text = "".join(rng.choices("abcdefgh", k=rng.randint(1, 6)))
        return text.upper() if loud else text

    pairs = []
    for _ in range(count):
        loud = [rng.random() < 0.5 for _ in range(rng.randint(1, 3))]
        pairs.append(([word(one) for one in loud], sum(loud)))
    return Task.from_pairs(
        "loud words",
        pairs[:-30],
        test=pairs[-30:],
        request="list[str] -> int",
        params=("said",),
        neural=(LOUD,),
        accuracy=0.9,
    )


def test_a_program_over_texts_is_found_with_its_network() -> None:
    asked = task()
    method = hybrid(device="cpu", schedule=QUICK, population=60)
    found = solve(asked, seconds=None, gradient_steps=3000, search=method)
    assert found.solved
    assert found.program is not None and "neural loud(text: str) -> bool" in found.program
    assert "def loud_words(said: list[str]) -> int:" in found.program
    assert np.mean(found.evaluate(asked.test).right) >= 0.85
    assert found.networks["loud"].recipe.bodies[0].architecture == "convolutional"
    assert "str was read as tensor[6, 2]" in found.notes
    assert found.function(["no", "", "HEAD"]) in (0, 1, 2, 3), "longer and empty texts are read"


def test_what_is_encoded_is_put_back() -> None:
    asked = task(36)
    setting = make_setting(asked)
    problem = make_problem(setting)
    tensors, encoding = encoded(problem)
    (type_,) = encoding.types.values()
    assert str(tensors.types[0]) == f"list[{type_}]"
    (row, *_), (words, *_) = tensors.inputs, problem.inputs
    for x, word in zip(row[0], words[0], strict=True):
        assert x.shape == type_.args
        codes = x[x[:, 0] > 0, 1].astype(int).tolist()
        assert "".join(map(chr, codes)) == word
    candidate = tensors.wrap(_counting(), 3)
    assert candidate.program.entry.types == tensors.types
    assert encoding.back(candidate) == problem.wrap(_counting(), 3)
    assert encoding.there(encoding.back(candidate)) == candidate


def _counting() -> Term:
    return Call("len.list", (Var(0),))


def test_tensors_need_no_encoding() -> None:
    plain = Task.from_pairs(
        "f",
        [([[0.0]], 0), ([[1.0]], 1)],
        request="list[tensor[1]] -> int",
        neural=("digit(x: tensor[1]) -> choice[2]",),
    )
    problem = make_problem(make_setting(plain))
    same, encoding = encoded(problem)
    assert same is problem and not encoding.types


def test_outputs_of_what_is_read_are_refused() -> None:
    asked = Task.from_pairs(
        "f", [(["a", "B"], "B"), (["c"], "")], request="list[str] -> str", neural=(LOUD,)
    )
    with pytest.raises(UnsupportedError, match="the output str holds what a submodule reads"):
        encoded(make_problem(make_setting(asked)))
