"""`progsynth bench`, `report` and `compare`: what is printed and written, and exit codes.

A stand-in runs the jobs; `tests/bench` runs real ones.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from progsynth.bench import frozen as frozen_module
from progsynth.bench.frozen import Frozen, claim
from progsynth.bench.plan import Plan
from progsynth.bench.record import RECORDS, Machine, Record, Score, journal
from progsynth.bench.run import Begun
from progsynth.cli import bench as verb
from progsynth.cli import bench_display, main


@dataclass
class Runner:
    """In the place of `run`: each job is solved, but for those of methods named in `ends`."""

    ends: dict[str, str] = field(default_factory=dict)
    interrupted_after: int | None = None
    compiles: bool = False
    plans: list[Plan] = field(default_factory=list)

    def __call__(
        self,
        frozen: Frozen,
        folder: Path,
        *,
        command: str,
        on_begin: Any,
        on_compiling: Any,
        on_start: Any,
    ) -> Generator[Record, None, None]:
        self.plans.append(frozen.plan)
        claim(folder, frozen)
        with journal(folder / RECORDS) as (lines, known):
            jobs = frozen.jobs[len(known) :]
            on_begin(Begun(jobs, known))
            if self.compiles:
                on_compiling()
            for number, job in enumerate(jobs):
                if number == self.interrupted_after:
                    raise KeyboardInterrupt
                on_start(job)
                lines.append(self.record(frozen, job.chosen.task.name, job.method, job.seed))
                yield self.record(frozen, job.chosen.task.name, job.method, job.seed)

    def record(self, frozen: Frozen, task: str, method: str, seed: int) -> Record:
        reason = self.ends.get(method, "solved")
        right = reason == "solved"
        (chosen,) = (c for c in frozen.chosen if c.task.name == task)
        return Record(
            plan=frozen.digest,
            suite=chosen.suite,
            task=task,
            method=method,
            seed=seed,
            solved=right,
            right=right,
            test=Score(10, 10) if right else None,
            stop_reason=reason,
            error="" if right else "what went wrong",
            program=None,
            size=5,
            cost=5,
            single_call=False,
            seconds=1.25,
            executions=12_345,
            programs=10,
            gradient_steps=0,
            notes=(),
            seconds_given=frozen.plan.seconds,
            executions_given=frozen.plan.executions,
            gradient_steps_given=None,
            workers=frozen.plan.workers,
            cores=frozen.plan.cores,
            pack=chosen.pack,
            pack_digest=chosen.pack_digest,
            suite_checksum=chosen.suite_checksum,
            task_checksum=chosen.task_checksum,
            version="0",
            source="s",
            machine=Machine("here", 2),
            python="3.11",
            command="",
            started="",
        )


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Runner:
    found = Runner()
    monkeypatch.setattr(verb, "run_jobs", found)
    monkeypatch.setattr(frozen_module, "pack_digest", lambda dsl: dsl.name)  # takes a while
    return found


def bench(folder: Path, *options: str) -> int:
    tasks = () if "--plan" in options else ("demo", "--tasks", "mean", "initials")
    return main(["bench", *tasks, *options, "--out", str(folder)])


def test_compiling_is_said_in_a_line_before_the_first_job(
    runner: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runner.compiles = True
    assert bench(tmp_path / "x", "--methods", "bottom_up") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("compiling what the methods run compiled: once")


def test_a_line_for_each_job_and_a_table_at_the_end(
    runner: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runner.ends["random"] = "seconds"
    options = ("--methods", "bottom_up,random", "--seeds", "2", "--seconds", "5")
    assert bench(tmp_path / "x", *options) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "8 jobs: 2 tasks, 2 methods, 2 seeds; at most 5 s each, 1 at a time"
    first = " ".join(lines[1].split())
    assert first == "1/8 initials bottom_up seed 0 right 1.25 s 12,345 executions"
    assert "not found (seconds)" in lines[2]
    (row,) = (" ".join(line.split()) for line in lines if line.startswith("demo   bottom_up"))
    assert row == "demo bottom_up 2 2.0 (2 to 2) 2 0 0% (0 of 4) 1.25 0"
    assert lines[-1].endswith(f"'progsynth report {tmp_path / 'x'}' draws them")


def test_lost_jobs_are_listed_and_make_the_status_1(
    runner: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runner.ends["random"] = "died"
    assert bench(tmp_path / "x", "--methods", "bottom_up,random") == 1
    assert "died: mean, random, seed 0: what went wrong" in capsys.readouterr().out


def test_an_interrupt_says_what_is_left_and_the_same_command_goes_on(
    runner: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runner.interrupted_after = 1
    assert bench(tmp_path / "x", "--seeds", "2") == 130
    shown = capsys.readouterr().out
    assert "interrupted: 3 jobs are left; the same command goes on with them" in shown
    runner.interrupted_after = None
    assert bench(tmp_path / "x", "--seeds", "2") == 0
    shown = capsys.readouterr().out
    assert f"1 of them are in {tmp_path / 'x' / RECORDS} already" in shown
    assert "2/4 " in shown and "1/4 " not in shown


def test_the_command_line_stands_before_the_file_of_the_plan(
    runner: Runner, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('suites = ["demo"]\nmethods = ["genetic"]\nseeds = 3\nexecutions = 900\n')
    assert bench(tmp_path / "x", "--plan", str(plan)) == 0
    assert bench(tmp_path / "y", "--plan", str(plan), "--seeds", "5-6", "--seconds", "2") == 0
    first, second = runner.plans
    assert (first.seeds, first.seconds, first.executions) == ((0, 1, 2), None, 900)
    assert (second.seeds, second.seconds, second.executions) == ((5, 6), 2.0, 900)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--methods", "genetc"), "no method 'genetc'; did you mean 'genetic' or 'flat_genetic'?"),
        (("--seeds", "many"), "expected how many seeds (10), or which (3-5, or 1,7)"),
        (("--seconds", "0"), "expected a number above 0"),
        (("--quick",), "a plan has 'quick' or 'tasks', not both"),
    ],
)
def test_wrong_options(
    options: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(tmp_path / "x", *options) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_a_folder_of_another_plan(
    runner: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(tmp_path / "x") == 0
    assert bench(tmp_path / "x", "--seconds", "7") == 2
    assert "plan seconds: 60.0 there, 7.0 here" in capsys.readouterr().err


def test_report_and_compare(
    runner: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runner.ends["random"] = "seconds"
    assert bench(tmp_path / "x", "--methods", "bottom_up,random") == 0
    assert bench(tmp_path / "y", "--methods", "bottom_up", "--seconds", "9") == 0
    capsys.readouterr()
    assert main(["report", str(tmp_path / "x"), "--out", str(tmp_path / "tables")]) == 0
    assert str(tmp_path / "tables" / "report.md") in capsys.readouterr().out
    out = tmp_path / "compared.md"
    runs = [str(tmp_path / "x"), str(tmp_path / "y")]
    assert main(["compare", *runs, "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    warned = "warning: unequal seconds given: 60.0 against 9.0 (x: bottom_up against y: bottom_up"
    assert warned in shown
    assert "| x: bottom_up | x: random    | 2     | 2    | 0" in out.read_text()
    assert main(["compare", *runs, "--methods", "nothing"]) == 2
    assert main(["report", str(tmp_path)]) == 2
    assert "holds no run" in capsys.readouterr().err


def test_a_report_on_several_runs(
    runner: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [str(tmp_path / name) for name in "xy"]
    for folder, method in zip(runs, ("bottom_up", "genetic"), strict=True):
        assert bench(Path(folder), "--methods", method) == 0
    published = '[[published]]\nname = "them"\nsource = "a paper"\nruns = 9\nsolved = {mean = 4}\n'
    (tmp_path / "x" / "published.toml").write_text(published)
    capsys.readouterr()
    assert main(["report", *runs]) == 2
    assert "belongs to none of them: say --out DIR" in capsys.readouterr().err
    assert main(["report", *runs, "--out", str(tmp_path / "both")]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "demo x: bottom_up 2 2 2 0 0% (0 of 2) 1.25 0" in lines
    assert "mean 1/1 1.25 1/1 1.25 4/9" in lines
    assert f"{tmp_path / 'both' / 'solved_over_time_demo.png'}" in lines


def test_on_a_terminal_a_bar_says_how_far_it_is(
    runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    console = Console(file=screen, force_terminal=True, width=120, color_system=None)
    monkeypatch.setattr(bench_display, "Console", lambda: console)
    runner.ends["random"] = "hung"
    assert bench(tmp_path / "x", "--methods", "bottom_up,random") == 1
    shown = screen.getvalue()
    assert "1 right of 1; now: initials (random)" in shown
    assert "2 right of 4" in shown and "4/4" in shown
    assert "2/4 initials random    hung" in shown
