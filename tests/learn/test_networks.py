"""Networks in the loop: what is taken, what is refused, and that nothing is forgotten."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from progsynth import neural
from progsynth.lang.types import Signature
from progsynth.learn import Round, Settings, learn
from progsynth.learn.attempt import Attempt
from progsynth.learn.networks import seeing, take_networks, with_programs
from progsynth.learn.state import begin
from progsynth.learn.trained import Trained
from progsynth.learn.units import Bench
from progsynth.library import journal
from progsynth.library.admit import add_network
from progsynth.library.pruning import prune
from progsynth.library.store import Library
from progsynth.task import Suite, Task
from tests.library.networks import LEVEL, level_network

from .seeing import LARGEST, SEEING, SEEN, TOTAL

SETTINGS = Settings(executions=8_000, gradient_steps=1, frontier=1, subroutines=1, solutions=1)
TEXT = f"neural {LEVEL}\ndef solution(xs: list[tensor[1]]) -> int:\n    return sum_by(level, xs)\n"


def task_of(name: str, lists: list[list[int]], *, more: float = 0.0) -> Task:
    """The sum of levels, each of which reads `more`."""
    pairs = [([np.array([n + more], np.float32) for n in some], sum(some)) for some in lists]
    return Task.from_pairs(
        name, pairs[:-1], validation=pairs[-1:], request="list[tensor[1]] -> int", neural=[LEVEL]
    )


PLAIN = task_of("plain", [[0, 1], [3], [2, 2], [1]])
AGAIN = task_of("again", [[2, 1], [0], [3, 3], [2]])
HIGHER = task_of("higher", [[2, 1], [0], [1, 1], [2]], more=1.0)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    library = Library(tmp_path / "library")
    with closing(Bench(library, "run")) as made:
        yield made


def solved_with(network: Any, library: Library) -> Attempt:
    """An attempt that has trained the network."""
    declared = network.declaration
    signature = Signature(tuple(zip(declared.params, declared.types, strict=True)), declared.result)
    weights = library.write_weights(neural.to_bytes(network))
    trained = Trained("level", weights, str(signature), {"stage": "new"})
    return Attempt(True, 10, (TEXT,), (), 5, "new", (trained,))


def test_a_network_is_taken_once_and_another_under_another_name(bench: Bench) -> None:
    library = bench.library
    attempts = {
        "plain": solved_with(level_network(), library),
        "again": solved_with(level_network(shift=0.01), library),
        "higher": solved_with(level_network(shift=-1.0), library),
    }
    state = begin(1, library, bench, (PLAIN, AGAIN, HIGHER), SETTINGS)
    taken = take_networks(attempts, state, bench, SETTINGS)
    assert (taken.names, taken.refused) == (("level", "level_2"), ("again",))
    assert [e.name for e in library.entries()] == ["level", "level_2"]
    assert library.weights(library.get("level")) == neural.to_bytes(level_network())
    figures = library.get("level_2").provenance.figures
    assert (figures["task"], figures["stage"]) == ("higher", "new")
    changed = with_programs(attempts, taken)
    assert "sum_by(level_2, xs)" in changed["higher"].programs[0]
    assert [changed[name].called for name in ("plain", "again")] == [("level",), ("level",)]
    assert all("neural" not in one.programs[0] for one in changed.values())
    assert set(seeing(state, taken, bench).words.networks) == {"level", "level_2"}
    assert take_networks({}, state, bench, SETTINGS).names == ()
    assert take_networks(attempts, state, bench, SETTINGS) == taken, "it is done once"


def test_a_copy_that_is_no_better_than_what_is_there_is_refused(bench: Bench) -> None:
    add_network(bench.library, level_network())
    state = begin(1, bench.library, bench, (PLAIN,), SETTINGS)
    attempts = {"plain": solved_with(level_network(shift=0.02), bench.library)}
    taken = take_networks(attempts, state, bench, SETTINGS)
    assert (taken.names, taken.refused) == ((), ("plain",))
    assert len(bench.library.entries(all_versions=True)) == 1


def test_weights_that_only_a_journal_names_are_not_pruned(bench: Bench) -> None:
    library = bench.library
    found = solved_with(level_network(), library)
    other = library.write_weights(neural.to_bytes(level_network(shift=0.5)))
    journal.write(library, "run", "1 solve: plain", found.as_json())
    for file in (library.path / "weights").iterdir():
        os.utime(file, (time.time() - 7200,) * 2)
    assert prune(library) == (f"weights/{other}.safetensors",)
    assert library.weights_of(found.networks[0].weights)


def test_a_journal_of_before_networks_is_read() -> None:
    old = {"solved": True, "executions": 3, "programs": ["p"], "called": []}
    assert Attempt.from_json(old) == Attempt(True, 3, ("p",))
    assert Attempt.from_json(Attempt(True, 3, ("p",)).as_json()) == Attempt(True, 3, ("p",))


def test_frozen_networks_serve_new_tasks_and_stay_as_they_are(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    before = add_network(library, level_network())
    (one,) = learn(Suite("levels", (PLAIN,)), library, rounds=1, settings=SETTINGS)
    assert (one.new, one.networks, one.gradient_steps) == (("plain",), (), 0)
    assert library.uses(library.get("level")) == {"plain": 1}
    after = library.get("level")
    assert (after.key, after.digest, after.weights) == (before.key, before.digest, before.weights)


# ------------------------------------------------------------------ from nothing, by training


def rounds_in(folder: Path, **options: Any) -> list[Round]:
    return list(learn(SEEN, folder, rounds=2, settings=SEEING, **options))


def content(folder: Path) -> list[tuple[Any, ...]]:
    library = Library(folder, create=False)
    return [
        (e.key, e.source, e.weights, e.provenance, tuple(sorted(library.uses(e).items())))
        for e in library.entries(all_versions=True)
    ]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_recogniser_that_one_task_trains_serves_the_next_and_nothing_is_forgotten(
    tmp_path: Path,
) -> None:
    first, second = rounds_in(tmp_path / "library")
    assert (first.new, first.networks) == (("total",), ("mark",))
    assert first.gradient_steps > 0
    assert "largest" in second.new
    assert set(dict(content(tmp_path / "library")[0][-1])) == {"total", "largest"}
    code = """
import sys
from progsynth import neural
from progsynth.library.store import Library
from progsynth.neural.decide import decide
from tests.learn.seeing import LARGEST, TOTAL
library = Library(sys.argv[1], create=False)
network = neural.from_bytes(library.weights(library.get("mark")))
rows = [(x,) for task in (TOTAL, LARGEST) for e in task.test for x in e.inputs[0]]
print(decide(network, rows))
"""
    done = [
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "library")],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        ).stdout
        for _ in range(2)
    ]
    assert done[0] == done[1]
    found = [int(text) for text in done[0].strip()[1:-1].split(",")]
    marks = [int(np.argmax(x)) for t in (TOTAL, LARGEST) for e in t.test for x in e.inputs[0]]
    assert sum(a == b for a, b in zip(found, marks, strict=True)) >= 0.9 * len(marks)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_run_that_trains_and_is_stopped_ends_the_same(tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(step: str, attempt: Attempt) -> None:
        done.append(step)
        if len(done) in (1, 2):
            raise StopError

    rounds_in(tmp_path / "whole")
    done: list[str] = []
    while True:
        try:
            rounds_in(tmp_path / "stopped", told=stop)
            break
        except StopError:
            continue
    assert content(tmp_path / "stopped") == content(tmp_path / "whole")
