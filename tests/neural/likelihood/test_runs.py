"""Runs under assignments that recur: remembered or not, the answers are the same."""

from __future__ import annotations

import numpy as np
import pytest

from progsynth.neural.likelihood import runs as module
from progsynth.neural.likelihood.runs import Runs

OUTPUTS = [0, 1, 2, 7, 1]  # 7 is never reached


def make(*, remember: bool, ran: list[int]) -> Runs:
    def run(assignments: np.ndarray) -> list[int]:
        ran.append(len(assignments))
        return [int(a + b) for a, b in assignments]

    return Runs(run, (3, 2), OUTPUTS, 1e-9, remember=remember)


def drawn(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.stack([rng.integers(0, 3, (10, 4)), rng.integers(0, 2, (10, 4))], -1)


@pytest.mark.parametrize("largest", [module.LARGEST, 0])
def test_what_is_remembered_is_what_would_be_run(
    largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST", largest)
    ran: list[int] = []
    kept, anew = make(remember=True, ran=ran), make(remember=False, ran=[])
    rows = np.arange(5)
    for seed in range(4):
        x_RND = drawn(seed)
        right_RN, codes_RN = kept.right(x_RND, rows)
        wanted_RN, others_RN = anew.right(x_RND, rows)
        assert (right_RN == wanted_RN).all() and right_RN.any() and not right_RN.all()
        same_RNN = codes_RN[:, :, None] == codes_RN[:, None, :]
        assert (same_RNN == (others_RN[:, :, None] == others_RN[:, None, :])).all()
    assert sum(ran) <= 6 or largest == 0  # each of the six assignments once


def test_rows_are_those_asked_for() -> None:
    made = make(remember=True, ran=[])
    right_RN, _ = made.right(np.array([[[2, 0]], [[2, 0]]]), np.array([2, 3]))
    assert right_RN.tolist() == [[True], [False]]
