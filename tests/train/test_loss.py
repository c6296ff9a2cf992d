"""The loss that a task names: squared or absolute errors of programs that answer numbers."""

from __future__ import annotations

import numpy as np
import pytest

from progsynth import registry
from progsynth.errors import TaskError
from progsynth.lang.read import read_program
from progsynth.neural.config import Config
from progsynth.neural.likelihood.inputs import prepare
from progsynth.neural.network import make_network
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task
from progsynth.task_formats.json_tasks import task_from_json, task_to_json
from progsynth.train.fit import decided, fit_program
from progsynth.train.training import Training

PROGRAM = (
    "neural level(x: tensor[1]) -> float\n\n"
    "def total(xs: list[tensor[1]]) -> float:\n    return sum(map(level, xs))\n"
)


@pytest.mark.parametrize(("error", "typical"), [("squared", 10.0), ("absolute", 0.0)])
def test_outliers_pull_the_mean_and_not_the_median(error: str, typical: float) -> None:
    """The same input has the output 0 four times of five, and 50 once."""
    dsl = registry.pack()
    program = read_program(PROGRAM, dsl)
    x = np.ones(1, np.float32)
    rows = [([x],)] * 40
    outputs = [50.0 if n % 5 == 0 else 0.0 for n in range(40)]
    config = Config(hidden=(), width=4)
    networks = {"level": make_network(program.neural[0], seed=0, config=config)}
    fit_program(
        program,
        networks,
        dsl,
        rows,
        outputs,
        seed=0,
        training=Training(steps=200, learning_rate=0.5, batch=40),
        error=error,
        device="cpu",
    )
    inputs = prepare(rows[:1], program.entry.types, program.neural)
    (found,) = decided(program, networks, dsl, inputs)
    assert found == pytest.approx(typical, abs=1.5)


def test_the_loss_of_a_task_reaches_those_who_train() -> None:
    task = Task.from_pairs("f", [([1.0], 1.0), ([2.0], 2.5)], loss="absolute")
    assert make_problem(make_setting(task)).loss == "absolute"
    assert task_from_json(task_to_json(task), "here") == task
    with pytest.raises(TaskError, match="loss: expected one of squared, absolute, found 'huber'"):
        Task.from_pairs("f", [(1, 1)], loss="huber")
