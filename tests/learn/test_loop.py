"""Learning over rounds: what it admits, and that it ends the same however it is run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from progsynth.errors import ProgsynthError
from progsynth.learn import Round, Settings, compared, learn
from progsynth.learn.attempt import Attempt
from progsynth.library.store import Library
from progsynth.task import Suite, Task

from .steps import SETTINGS, SMALL, STEPS

ROOT = Path(__file__).parents[2]


def rounds_in(folder: Path, count: int = 2, **options: Any) -> list[Round]:
    return list(learn(SMALL, folder, rounds=count, settings=SETTINGS, **options))


def content(folder: Path) -> list[tuple[Any, ...]]:
    """All that a library holds, but for times."""
    library = Library(folder, create=False)
    return [
        (e.key, e.signature, e.source, e.doc, e.provenance, e.needs, bool(e.retired))
        + (tuple(sorted(library.uses(e).items())),)
        for e in library.entries(all_versions=True)
    ]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learnt") / "library"
    rounds_in(folder)
    return folder


def test_a_round_admits_what_other_tasks_are_cheaper_with(learnt: Path) -> None:
    library = Library(learnt, create=False)
    assert library.entries()
    for entry in library.entries():
        figures = entry.provenance.figures
        assert figures["replays"]["executions_with"] < figures["replays"]["executions_without"]
        assert figures["replays"]["tasks"] > 0
        assert entry.doc


def test_a_later_round_solves_what_the_first_could_not(learnt: Path) -> None:
    first, second = rounds_in(learnt)
    assert "item 8" not in first.solved
    assert "item 8" in second.new
    assert set(second.solved) == {*first.solved, *second.new}
    library = Library(learnt)
    assert any("item 8" in library.uses(entry) for entry in library.entries())


def test_a_run_that_is_over_does_nothing_again(learnt: Path) -> None:
    before = content(learnt)
    steps: list[str] = []
    again = rounds_in(learnt, told=lambda step, attempt: steps.append(step))
    assert [one.number for one in again] == [1, 2]
    assert steps == []
    assert content(learnt) == before


def test_a_run_that_is_stopped_anywhere_ends_the_same(learnt: Path, tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(step: str, attempt: Attempt) -> None:
        done.append(step)
        if len(done) in (2, 5, 6, 9, 14):
            raise StopError

    done: list[str] = []
    while True:
        try:
            rounds_in(tmp_path / "library", told=stop)
            break
        except StopError:
            continue
    assert len(done) == len(set(done)) > 14
    assert content(tmp_path / "library") == content(learnt)


@pytest.mark.slow
def test_processes_that_share_a_run_end_the_same_under_any_hash_seed(
    learnt: Path, tmp_path: Path
) -> None:
    code = """
import sys
from pathlib import Path
from progsynth.learn import learn
from tests.learn.steps import SETTINGS, SMALL
if __name__ == "__main__":
    for one in learn(SMALL, Path(sys.argv[1]), rounds=2, settings=SETTINGS, workers=2):
        print(one)
"""
    script = tmp_path / "learning.py"
    script.write_text(code)
    folder = tmp_path / "library"
    running = [
        subprocess.Popen(
            [sys.executable, str(script), str(folder)],
            env={**os.environ, "PYTHONHASHSEED": str(n), "PYTHONPATH": str(ROOT)},
        )
        for n in (1, 2)
    ]
    assert [process.wait(400) for process in running] == [0, 0]
    assert content(folder) == content(learnt)


def test_the_library_is_compared_with_none_at_equal_budgets(learnt: Path) -> None:
    found = compared(SMALL, learnt, settings=SETTINGS)
    assert found.with_it["item 8"].solved
    assert not found.without["item 8"].solved
    with_it, without = found.used("item 8")
    assert with_it < without == SETTINGS.executions
    assert "of 6 solved" in str(found)


def test_test_examples_are_not_looked_at(tmp_path: Path) -> None:
    pairs = [([1], [1]), ([], [])]
    task = Task.from_pairs("same", pairs, request="list[int] -> list[int]", pack=STEPS)
    wrong = Task.from_pairs(
        "same", pairs, request="list[int] -> list[int]", pack=STEPS, test=[([5], [7])]
    )
    settings = Settings(executions=500)
    found = [
        list(learn(Suite("one", (one,)), tmp_path / name, rounds=1, settings=settings))
        for name, one in (("a", task), ("b", wrong))
    ]
    assert found[0] == found[1]
    assert found[0][0].new == ("same",)


def no_words_help(folder: Path, rounds: int, executions: int) -> list[tuple[str, int]]:
    """The attempts at a task that stays unsolved, and what each of them has used."""
    pairs = [([1, 2], 77), ([], 5)]
    task = Task.from_pairs("no", pairs, request="list[int] -> int", pack=STEPS)
    steps: list[tuple[str, int]] = []
    settings = Settings(executions=executions)
    for one in learn(
        Suite("one", (task,)),
        folder,
        rounds=rounds,
        settings=settings,
        told=lambda step, attempt: steps.append((step, attempt.executions)),
    ):
        assert one.solved == ()
        assert executions <= one.executions < 2 * executions, "what is new is counted alone"
    return steps


def test_a_task_that_sees_nothing_new_goes_on_where_it_was(tmp_path: Path) -> None:
    steps = no_words_help(tmp_path / "rounds", 3, 400)
    assert [name for name, _ in steps] == [f"{n} solve: no" for n in (1, 2, 3)]
    assert [used // 400 for _, used in steps] == [1, 2, 3]
    ((_, whole),) = no_words_help(tmp_path / "at once", 1, 1200)
    assert whole == steps[-1][1], "it is the search that has the budgets of all rounds at once"


def test_batches_begin_with_a_few_tasks_the_small_ones_first(tmp_path: Path) -> None:
    settings = Settings(executions=200, batch=2, curriculum="short")
    first, second = list(learn(SMALL, tmp_path / "l", rounds=2, settings=settings))
    assert len(first.tried) == 2
    assert len({*second.tried, *second.solved}) == 4
    assert all(name.startswith("item") for name in first.tried), "their outputs are small"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"executions": 0}, "executions: expected a whole number from 1, found 0"),
        ({"batch": True}, "batch: expected a whole number from 1, found True"),
        ({"curriculum": "hard"}, "curriculum: expected one of given, short, found 'hard'"),
    ],
)
def test_wrong_settings_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ProgsynthError, match=said):
        Settings(**options)


def test_tasks_of_several_packs_are_refused(tmp_path: Path) -> None:
    other = Task.from_pairs("other", [(1, 2)], request="int -> int")
    mixed = Suite("mixed", (*SMALL.tasks, other))
    with pytest.raises(ProgsynthError, match="tasks of the packs default, steps"):
        list(learn(mixed, tmp_path / "l", settings=SETTINGS))
