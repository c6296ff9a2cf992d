"""A task with submodules and a library: which stage solves it, and what that costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from progsynth.library.vocabulary import Vocabulary
from progsynth.neural import decided_with_confidence
from progsynth.registry import pack
from progsynth.search.run import Budget, Outcome
from progsynth.solving.purse import Purse, Weight
from progsynth.solving.reading import params_of, read_by
from progsynth.solving.stages import FROZEN, NEW, TUNED, Known, Staged, in_stages
from progsynth.task import Task
from tests.library.networks import LEVEL, level_network

PACK = pack("default")
LISTS = [[0, 1], [3, 2], [2], [1, 3, 3], [3], [0, 2, 1], [2, 2], [1]]


def tensors(levels: list[int]) -> list[np.ndarray]:
    return [np.array([float(level)], np.float32) for level in levels]


def spread(levels: list[int]) -> int:
    return max(levels) - min(levels)


def task_of(function=spread, lists=LISTS, **options) -> Task:  # type: ignore[no-untyped-def]
    pairs = [(tensors(some), function(some)) for some in lists]
    return Task.from_pairs(
        "asked", pairs, request="list[tensor[1]] -> int", neural=[LEVEL], params=("xs",), **options
    )


def words_with(task: Task, **networks) -> Vocabulary:  # type: ignore[no-untyped-def]
    return Vocabulary(PACK, PACK).with_networks(networks, [e.inputs for e in task.train])


def staged(task: Task, budget: Budget, **networks) -> Staged:  # type: ignore[no-untyped-def]
    known = Known(task, words_with(task, **networks))
    return in_stages(known, budget, choose=False)


def test_a_frozen_network_serves_without_a_gradient_step() -> None:
    found = staged(task_of(sum), Budget(None, 5_000, None, 500), level=level_network())
    assert (found.outcome.solved, found.stage, found.outcome.gradient_steps) == (True, FROZEN, 0)
    assert found.begun == {"level": "level"}
    assert found.outcome.candidate is not None
    assert found.outcome.candidate.networks == {}, "nothing new was made"


def test_of_several_networks_the_one_that_fits_is_found() -> None:
    wrong = level_network(shift=1.0)  # as sure, and one too high
    networks = {"another": wrong, "level": level_network(), "shifted": level_network(shift=-1.0)}
    found = staged(task_of(sum), Budget(None, 10_000, None, 0), **networks)
    assert (found.outcome.solved, found.begun) == (True, {"level": "level"})


def test_without_networks_and_gradient_steps_only_programs_over_tensors_are_tried() -> None:
    solved = staged(task_of(len), Budget(None, 2_000, None, 0))
    assert (solved.outcome.solved, solved.stage) == (True, FROZEN)
    not_solved = staged(task_of(), Budget(None, 2_000, None, 0))
    assert not not_solved.outcome.solved
    assert not_solved.outcome.executions <= 3_000
    assert not_solved.outcome.gradient_steps == 0


@pytest.mark.slow
def test_a_network_that_is_off_is_tuned_and_the_frozen_one_stays_as_it_is() -> None:
    network = level_network(shift=0.45)  # reads some levels one too high
    before = [value.clone() for value in network.state_dict().values()]
    lists = [[n % 4, (n // 3) % 4] for n in range(40)]
    task = task_of(sum, lists, accuracy=1.0)
    noisy = [replace(e, inputs=([x + np.float32(0.1) for x in e.inputs[0]],)) for e in task.train]
    task = replace(task, train=tuple(noisy))
    found = staged(task, Budget(None, 200_000, None, 3_000), level=network)
    assert found.outcome.solved
    assert found.stage in (TUNED, NEW)
    assert all((a == b).all() for a, b in zip(before, network.state_dict().values(), strict=True))


# ------------------------------------------------------------------------------- reading


def test_what_is_read_more_than_once_is_read_first() -> None:
    found = staged(task_of(), Budget(None, 60_000, None, 0), level=level_network())
    assert found.outcome.candidate is not None
    program = found.setting.vocabulary.closed(found.outcome.candidate.program)
    assert [n.name for n in program.neural] == ["level"]
    assert program.entry.params == ("xs",)


def test_an_example_read_without_confidence_is_not_relied_on() -> None:
    network = level_network()
    task = task_of(sum, [[0, 1], [3, 2], [2], [1, 3]])
    unsure = np.array([1.5], np.float32)  # between two levels
    task = replace(task, train=(*task.train, replace(task.train[0], inputs=([unsure],))))
    arrays = [x for e in task.train for x in e.inputs[0]]
    sharp = level_network()
    for value in sharp.last.parameters():
        value.data *= 20.0
    answers = decided_with_confidence(sharp, arrays)
    known = {"level": {id(x): a for x, a in zip(arrays, answers, strict=True)}}
    reading = read_by(task, {"level": network.declaration}, known)
    assert reading is not None
    assert reading.confidence[-1] < 0.6 < 0.9 < min(reading.confidence[:-1])
    assert [e.inputs for e in reading.task().train] == [([0, 1],), ([3, 2],), ([2],), ([1, 3],)]
    assert len(reading.whole_task().train) == 5


def test_tensors_that_nobody_reads_are_no_reading() -> None:
    declared = {"level": level_network().declaration}
    assert params_of(task_of(), declared) is not None
    assert params_of(task_of(), {}) is None
    table = Task.from_pairs(
        "table", [({"a": tensors([1])[0]}, 1)], request="dict[str, tensor[1]] -> int"
    )
    assert params_of(table, declared) is None, "held in something other than a list"


def test_examples_that_contradict_surer_ones_are_left_out() -> None:
    task = task_of(sum, [[1], [2]])
    one, two = task.train[0].inputs[0][0], task.train[1].inputs[0][0]
    answers = {"level": {id(one): (1, 0.95), id(two): (1, 0.99)}}
    reading = read_by(task, {"level": level_network().declaration}, answers)
    assert reading is not None
    assert [(e.inputs, e.output) for e in reading.task().train] == [(([1],), 2)]


# ------------------------------------------------------------------------------- budgets


def test_a_purse_gives_each_its_share_of_what_is_left() -> None:
    purse = Purse(
        Budget(None, 1000, None, 90), {"a": Weight(3), "b": Weight(1, 2), "c": Weight(1, 1)}
    )
    first = purse.part(["a", "b", "c"])
    assert (first.executions, first.gradient_steps) == (600, None)
    purse.spend(_used(100, 0))
    second = purse.part(["b", "c"])
    assert (second.executions, second.gradient_steps) == (450, 60)
    purse.spend(_used(450, 30))
    last = purse.part(["c"])
    assert (last.executions, last.gradient_steps) == (450, 60)


def _used(executions: int, steps: int) -> Outcome:
    return Outcome(
        False, "executions", None, None, None, (), 0.0, 0, executions, 0, (), gradient_steps=steps
    )
