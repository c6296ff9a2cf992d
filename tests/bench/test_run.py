"""A run for real: workers that die, hang and fail, runs that are killed, and where tests are seen.

Worker processes take a second each to start: the fast tests start few of them.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from progsynth.bench import frozen as frozen_module
from progsynth.bench import run as run_module
from progsynth.bench.attempt import Asked, attempt
from progsynth.bench.digests import source_digest
from progsynth.bench.frozen import PLAN, freeze
from progsynth.bench.plan import Plan
from progsynth.bench.record import FAILED, RECORDS, Record, Score, read_records
from progsynth.bench.run import run
from progsynth.errors import ProgsynthError
from progsynth.execute import Done, Lost, Trouble
from progsynth.task import Suite, Task

pytestmark = pytest.mark.skipif(not hasattr(os, "setpgid"), reason="needs process groups")

TaskFile = Callable[..., str]


def test_test_examples_are_opened_once_in_a_process_that_searches_for_nothing(
    misbehaving: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    monkeypatch.setenv("MISBEHAVING_LOG", str(log))
    module = importlib.import_module(misbehaving)
    task = Task.from_pairs(
        "double",
        [(2, 4), (5, 10)],
        validation=[(7, 14)],
        test=[(212121, module.SECRET), (0, 1)],  # the last one is not what double does
        error=module.logging,
    )
    monkeypatch.setattr(frozen_module, "suite_or_file", lambda name: Suite("own", (task,)))
    plan = Plan(suites=("own",), methods=(f"{misbehaving}:looking",), seconds=20)
    (record,) = run(freeze(plan), tmp_path / "x")
    assert record.error == "", "the method looks for test examples in its process"
    assert (record.solved, record.right, record.test) == (True, False, Score(1, 2))
    assert read_records(tmp_path / "x" / RECORDS) == ((record,), b"")
    lines = [line.split() for line in log.read_text().splitlines()]
    searchers = {pid for what, pid in lines if what == "searched"}
    judges = [pid for what, pid in lines if what == "judged"]  # of the wrong answer
    assert searchers and len(judges) == 1
    assert not {str(os.getpid()), *searchers} & set(judges)


@pytest.mark.slow
def test_a_worker_that_dies_or_fails_costs_one_record_that_says_so(
    misbehaving: str, task_file: TaskFile, tmp_path: Path
) -> None:
    names = ("killed", "broken", "leaving", "greedy")
    methods = (*(f"{misbehaving}:{name}" for name in names), "bottom_up")
    plan = Plan(suites=(task_file(),), methods=methods, seconds=20, workers=2)
    records = {r.method.rpartition(":")[2]: r for r in run(freeze(plan), tmp_path / "x")}
    found = {name: (r.stop_reason, r.error) for name, r in records.items()}
    assert found == {
        "killed": ("died", "its process was killed by SIGKILL; was the memory used up?"),
        "broken": ("error", "RuntimeError: no such luck"),
        "leaving": ("died", "the method ended its process: exit(3)"),
        "greedy": ("memory", "it needed more memory than it may have"),
        "bottom_up": ("solved", ""),
    }
    assert [name for name, r in records.items() if r.solved] == ["bottom_up"]
    assert all(r.test is None for name, r in records.items() if name in names)


def test_a_hung_worker_is_killed_with_what_it_has_started(
    misbehaving: str, task_file: TaskFile, tmp_path: Path
) -> None:
    method = f"{misbehaving}:hanging"
    frozen = freeze(Plan(suites=(task_file(),), methods=(method,), seconds=0.1, limit=1.0))
    (record,) = run(frozen, tmp_path / "x")
    assert record.stop_reason == "hung"
    assert record.error == "it took longer than 1 s, and was killed"
    assert (record.solved, record.seconds) == (False, 1.0)


def test_the_look_for_test_examples_finds_them_where_they_are(
    misbehaving: str, task_file: TaskFile
) -> None:
    module = importlib.import_module(misbehaving)
    task = freeze(Plan(suites=(task_file(),), methods=("bottom_up",))).chosen[0].task
    seen = module.seen()
    assert any(thing is task for thing in seen)
    assert any(thing is task.test[0] for thing in seen)


def test_a_pack_that_was_changed_meanwhile_ends_the_run(task_file: TaskFile) -> None:
    (chosen,) = freeze(Plan(suites=(task_file(),), methods=("bottom_up",))).chosen
    task = replace(chosen.task, test=())
    answer = attempt(Asked(task, "bottom_up", 0, 5.0, None, None, None, 1, "another digest"))
    with pytest.raises(ProgsynthError, match="'default' was changed since the run began"):
        run_module._found(Done(answer, 0.1))


def test_an_answer_says_which_search_of_a_portfolio_found_the_program(task_file: TaskFile) -> None:
    (chosen,) = freeze(Plan(suites=(task_file(),), methods=("portfolio",))).chosen
    task = replace(chosen.task, test=())
    answer = attempt(Asked(task, "portfolio", 0, 20.0, None, None, None, 1, chosen.pack_digest))
    assert answer.solved
    assert answer.found_by == "bottom_up"
    assert answer.processor_seconds is not None and answer.processor_seconds > 0


def test_an_answer_without_a_solution_says_how_near_its_program_comes_and_whose_it_is(
    task_file: TaskFile,
) -> None:
    pairs = [{"inputs": [n], "output": out} for n, out in ((1, 1), (2, 2), (3, 941), (4, 4))]
    hard = {"name": "hard", "request": "int -> int", "examples": pairs}
    (chosen,) = freeze(Plan(suites=(task_file(hard),), methods=("bottom_up",))).chosen
    asked = Asked(chosen.task, "bottom_up_python", 0, 20.0, 50, None, None, 1, chosen.pack_digest)
    answer = attempt(asked)
    assert not answer.solved
    assert (answer.found_by, answer.training) == ("bottom_up_python", 0.75)


@pytest.mark.parametrize("trouble", Trouble)
def test_whatever_happens_to_a_process_there_is_a_word_for_it(trouble: Trouble) -> None:
    found = run_module._found(Lost(trouble, "so it was", 1.5))
    assert found.source == source_digest()
    assert found.stop_reason in FAILED and not found.solved
    assert (found.error, found.seconds) == ("so it was", 1.5)
    judged = run_module._judged(Lost(trouble, "so it was", 1.5))
    assert (judged.fits, judged.error) == (False, "while its program was judged: so it was")


def test_what_was_recorded_is_not_run_again(
    task_file: TaskFile, tmp_path: Path, record: Callable[..., Record]
) -> None:
    frozen = freeze(Plan(suites=(task_file(),), methods=("bottom_up",), seeds=(0, 1)))
    folder = tmp_path / "x"
    known = [record("double", seed=seed, plan=frozen.digest) for seed in (0, 1)]
    run_module.claim(folder, frozen)
    with run_module.journal(folder / RECORDS) as (lines, _):
        for one in known:
            lines.append(one)
    begun = []
    assert list(run(frozen, folder, on_begin=begun.append)) == []
    assert begun[0].jobs == () and begun[0].known == tuple(known)


def test_another_plan_in_the_same_folder_is_refused(task_file: TaskFile, tmp_path: Path) -> None:
    plan = Plan(suites=(task_file(),), methods=("bottom_up",), seconds=5)
    run_module.claim(tmp_path / "x", freeze(plan))
    before = (tmp_path / "x" / PLAN).read_bytes()
    with pytest.raises(ProgsynthError, match="plan seconds: 5 there, 6 here"):
        list(run(freeze(replace(plan, seconds=6, limit=0)), tmp_path / "x"))
    assert (tmp_path / "x" / PLAN).read_bytes() == before


def test_records_of_another_plan_are_refused(
    task_file: TaskFile, tmp_path: Path, record: Callable[..., Record]
) -> None:
    frozen = freeze(Plan(suites=(task_file(),), methods=("bottom_up",)))
    run_module.claim(tmp_path / "x", frozen)
    with run_module.journal(tmp_path / "x" / RECORDS) as (lines, _):
        lines.append(record("double", plan="another"))
    with pytest.raises(ProgsynthError, match=r"records.jsonl:1: is a record of another plan"):
        list(run(frozen, tmp_path / "x"))


# ---------------------------------------------------------------------------- slow: killed


def start(folder: Path, file: str, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "progsynth", "bench", file, "--out", str(folder), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)


def wait_for_records(folder: Path, count: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        path = folder / RECORDS
        if path.exists() and path.read_bytes().count(b"\n") >= count:
            return
        time.sleep(0.05)
    pytest.fail(f"no {count} records in a minute")


def alive(group: int) -> list[int]:
    """The processes whose environment says that they belong to this test's run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                environment = (entry / "environ").read_bytes()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if f"BENCH_TEST_GROUP={group}\0".encode() in environment and state != "Z":
                found.append(int(entry.name))
    return found


OPTIONS = ("--methods", "bottom_up,random", "--seeds", "2", "--seconds", "5", "--workers", "2")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_a_run_that_is_stopped_leaves_nothing_behind_and_goes_on(
    how: signal.Signals, task_file: TaskFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_TEST_GROUP", str(os.getpid()))
    file, folder = task_file(), tmp_path / "x"
    first = start(folder, file, *OPTIONS)
    wait_for_records(folder, 1)
    if how == signal.SIGINT:
        os.killpg(first.pid, how)  # as Ctrl-C does: all processes of the terminal get it
    else:
        first.send_signal(how)
    shown, _ = first.communicate(timeout=30)
    if how == signal.SIGINT:
        assert first.returncode == 130
        assert "the same command goes on with them" in shown
    end = time.monotonic() + 10
    while (left := alive(os.getpid())) and time.monotonic() < end:
        time.sleep(0.1)
    assert set(left) <= {os.getpid()}, "processes of the run outlive it"
    path = folder / RECORDS
    before = path.read_bytes()
    assert 1 <= before.count(b"\n") < 4
    with path.open("ab") as file_of_records:
        file_of_records.write(before.splitlines()[0][:-40])  # a torn line
    second = start(folder, file, *OPTIONS)
    shown, _ = second.communicate(timeout=60)
    assert second.returncode == 0
    assert "are in" in shown and "already" in shown
    assert path.read_bytes().startswith(before)
    records, torn = read_records(path)
    assert not torn
    assert sorted((r.method, r.seed) for r in records) == [
        *(("bottom_up", 0), ("bottom_up", 1), ("random", 0), ("random", 1)),
    ]
