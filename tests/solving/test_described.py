"""What a progress bar says of the best program of a task that is trained."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import progsynth as ps
from progsynth.lang.read import read_program
from progsynth.neural import make_network
from progsynth.registry import pack
from progsynth.search.run import Candidate, Event
from progsynth.solving.described import Described, constant_share, in_a_line
from progsynth.solving.setting import make_setting
from tests.train.reading import SYMBOL, vectors

EVENT = Event("progress", 5.0, 10, 40, 2, (0, 0))


def setting(**changes: Any) -> Any:
    x_N, y_N = vectors(40, seed=0)
    given = list(zip(x_N, y_N, strict=True))
    neural = ("symbol(x: tensor[3]) -> choice[3]",)
    made = ps.Task.from_pairs(
        "symbol", given[:30], validation=given[30:], request="tensor[3] -> int", neural=neural
    )
    return make_setting(made, **changes)


def test_it_has_the_best_program_its_score_and_that_of_a_constant() -> None:
    text = "neural symbol(x: tensor[3]) -> choice[3]\n\n\ndef f(x: tensor[3]) -> int:\n    "
    program = read_program(f"{text}return symbol(x)\n", pack())
    candidate = Candidate(program, 1, networks={"symbol": make_network(SYMBOL, seed=0)})
    search: Any = SimpleNamespace(partial=lambda: (candidate,))
    known = Described(setting(), lambda: search)(EVENT).details
    assert known["best"] == "symbol(x)"
    assert 0.0 <= known["validation"] <= 1.0
    assert 0.0 < known["baseline"] < 0.8


def test_before_there_is_a_program_the_baseline_alone_is_known() -> None:
    assert list(Described(setting(), lambda: None)(EVENT).details) == ["baseline"]


def test_nothing_is_added_where_nothing_is_trained() -> None:
    known = setting(networks={"symbol": make_network(SYMBOL, seed=0)})
    assert Described(known, lambda: None)(EVENT) is EVENT


@pytest.mark.parametrize(
    ("given", "wanted", "share"),
    [
        ([1, 1, 2], [1, 2, 2, 2], 0.25),
        ([0.0, 1.0, 1.1, 9.0], [1.0, 1.05, 7.0, 1.2], 0.75),
        ([np.zeros(2), np.zeros(2), np.ones(2)], [np.zeros(2), np.ones(2)], 0.5),
        ([], [1], 0.0),
    ],
)
def test_the_constant_is_told_by_what_was_given(given: Any, wanted: Any, share: float) -> None:
    assert constant_share(given, wanted, tolerance=0.2) == share


def test_a_program_is_shown_in_a_line() -> None:
    assert in_a_line("def f(x: int) -> int:\n    return x + 1\n") == "x + 1"
    long = in_a_line("def f(x: int) -> int:\n    return " + " + ".join(["x"] * 40))
    assert len(long) == 60
    assert long.endswith("...")
