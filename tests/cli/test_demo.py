"""`progsynth demo`: its table, its exit status, what its searches see, and that it ends in time.

Most tests put a stand-in in the place of `solve`, small tasks in the place of the digits, and a
clock that only the stand-ins move.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from progsynth.cli import demo, demo_algorithms, demo_digits, demo_enumeration, demo_task, main
from progsynth.errors import ProgsynthError
from progsynth.evaluate import Evaluation
from progsynth.registry import suite
from progsynth.task import Example, Task
from progsynth.train import Training
from progsynth.train.monolith import LEARNING_RATES

NOTHING = -1.0  # the share right of a task that is not solved
BOUND = 110.0  # seconds that the demo may take


@dataclass
class Clock:
    """In the place of the module `time`: it stands still until a stand-in moves it."""

    now: float = 1000.0

    def monotonic(self) -> float:
        return self.now


@dataclass
class FakeResult:
    """As much of a Result as the demo looks at: so large a share of any examples is right."""

    right: float
    core: None = None
    notes: tuple[str, ...] = ()
    networks: dict[str, Any] = field(default_factory=dict)
    gradient_steps: int = 7
    seconds: float = 0.25
    stop_reason: str = "seconds"

    @property
    def solved(self) -> bool:
        return self.right != NOTHING

    def evaluate(self, examples: Sequence[Example]) -> Evaluation:
        if not self.solved:
            raise ProgsynthError("there is no program")
        passed = round(self.right * len(examples))
        return Evaluation((), (), tuple(number < passed for number in range(len(examples))))

    def add_networks_to(self, library: object, *, doc: str) -> None:
        pass

    def as_json(self) -> dict[str, Any]:
        return {
            "program": "def f() -> int:\n    return 1\n" if self.solved else None,
            "search": "fake",
            "executions": 5678,
            "gradient_steps": self.gradient_steps,
            "seconds": self.seconds,
        }


@dataclass(frozen=True)
class Asked:
    """A search that the demo asked for: when, and what for."""

    start: float
    task: Task
    seconds: float


@dataclass
class Solver:
    """In the place of `solve`: all is right but what `right` names.

    What is solved again without the library is named so: "largest digit, without". `hungry`
    spends all the seconds that it gets, and ends so many seconds `late`.
    """

    clock: Clock
    right: dict[str, float] = field(default_factory=dict)
    all_right: float = 1.0
    hungry: bool = False
    late: float = 0.0
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, task: Task, *, seconds: float, **options: Any) -> FakeResult:
        self.asked.append(Asked(self.clock.now, task, seconds))
        if self.hungry:
            self.clock.now += seconds + self.late
        without = "library" in options and options["library"] is None
        name = f"{task.name}, without" if without else task.name
        return FakeResult(self.right.get(name, self.all_right))


def small(name: str) -> Task:
    """A task with 20 held-out examples."""
    pairs = [([number], number) for number in range(20)]
    return Task.from_pairs(name, pairs[:3], validation=pairs[3:5], test=pairs)


DIGITS = [small(name) for name in ("sum of two digits", "largest digit", "count of threes")]
SUITES: dict[str, Any] = {
    "digits": DIGITS,
    "digit_measures": {"sum of five digits": small("sum of five digits")},
}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    for module in (demo, demo_task):
        monkeypatch.setattr(module, "time", found)
    return found


@pytest.fixture
def solver(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Solver:
    """The whole demo with nothing in it that takes time; the control takes none either."""
    found = Solver(clock)
    monkeypatch.setattr(demo_task, "solve", found)
    monkeypatch.setattr(demo_digits, "suite", SUITES.__getitem__)
    monkeypatch.setattr(demo_digits, "fit_monolith", control(lambda training: None))
    return found


def control(spend: Callable[[Training], None]) -> Callable[..., Any]:
    """In the place of `fit_monolith`."""

    def fit(task: Task, *, seed: int, training: Training) -> Any:
        spend(training)
        return SimpleNamespace(share_right=lambda examples: 0.5, gradient_steps=9, seconds=0.5)

    return fit


def rows(shown: str) -> dict[str, dict[str, str]]:
    """The table that the demo ends with: its entries by task and head."""
    lines = shown.splitlines()
    first = max(n for n, line in enumerate(lines) if line.startswith(demo_task.HEADS[0] + " "))
    table = [re.split(r" {2,}", line) for line in lines[first + 2 : lines.index("", first)]]
    return {row[0]: dict(zip(demo_task.HEADS, row, strict=True)) for row in table}


# ------------------------------------------------------------------------ held-out examples

# The cheapest programs for the training examples are xs, and min(xs), which no empty list has.
SAME = Task.from_pairs("same", [([1, 2], [1, 2]), ([5], [5])], test=[([3], [3]), ([4, 1], [4, 1])])
MISSED = replace(SAME, name="missed", test=(*SAME.test, *SAME.test[:1], Example(([7],), [0])))
FAILS = Task.from_pairs("fails", [([3, 1, 2], 1), ([4, 6], 4)], test=[([5, 2], 2), ([], 0)])


@pytest.mark.parametrize(
    ("tasks", "status", "right"),
    [
        pytest.param([SAME], 0, ["100.0%"], id="all are right"),
        pytest.param([SAME, MISSED], 1, ["100.0%", "75.0%"], id="one is wrong"),
        pytest.param([FAILS], 1, ["50.0%"], id="one makes the program fail"),
    ],
)
def test_the_table_counts_the_held_out_examples_of_programs_really_found(
    tasks: list[Task],
    status: int,
    right: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(demo_enumeration, "suite", {"demo": tasks}.__getitem__)
    assert main(["demo", "--quiet", "--seconds", "20", "--only", "enumeration"]) == status
    table = rows(capsys.readouterr().out)
    assert list(table) == [task.name for task in tasks]
    assert [row["right on held-out"] for row in table.values()] == right


def test_the_searches_see_all_of_a_task_but_its_held_out_examples(solver: Solver) -> None:
    assert main(["demo", "--quiet"]) == 0
    evolved = [suite("algorithms")[name] for name in demo_algorithms.NAMES]
    tasks = {task.name: task for task in (*suite("demo"), *evolved, *DIGITS)}
    assert {asked.task.name for asked in solver.asked} == set(tasks)
    for asked in solver.asked:
        whole = tasks[asked.task.name]
        assert whole.test and asked.task == replace(whole, test=())


# ------------------------------------------------------------------------------ exit status


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("mean", "mean"),
        ("greatest common divisor", "greatest common divisor"),
        ("sum of two digits", "sum of two digits"),
        ("largest digit", "largest digit, with the library"),
    ],
)
def test_a_task_that_is_not_solved_has_its_row_and_makes_the_status_1(
    name: str, row: str, solver: Solver, capsys: pytest.CaptureFixture[str]
) -> None:
    solver.right[name] = NOTHING
    assert main(["demo", "--quiet"]) == 1
    shown = capsys.readouterr().out
    table = rows(shown)
    assert "not solved: seconds" in shown
    assert table[row]["right on held-out"] == "not solved"
    assert table[row]["executions"] == "5,678"
    others = [line for entry, line in table.items() if entry != row]
    assert others and all(line["right on held-out"] == "100.0%" for line in others)


@pytest.mark.parametrize(
    ("name", "right", "status"),
    [
        ("initials", 0.9, 1),
        ("greatest common divisor", 0.9, 1),
        ("sum of two digits", demo_digits.LEAST_RIGHT, 0),
        ("sum of two digits", demo_digits.LEAST_RIGHT - 0.05, 1),
        ("count of threes", demo_digits.LEAST_RIGHT, 0),
        ("count of threes", demo_digits.LEAST_RIGHT - 0.05, 1),
        ("count of threes, without", 0.0, 0),
        ("count of threes, without", NOTHING, 0),
    ],
)
def test_programs_must_be_right_but_readers_of_images_may_err_and_comparisons_fail(
    name: str, right: float, status: int, solver: Solver
) -> None:
    solver.right[name] = right
    assert main(["demo", "--quiet"]) == status


# ------------------------------------------------------------------------------------- time


@pytest.mark.parametrize("options", [[], ["--only", "digits"]], ids=["whole", "digits"])
def test_no_search_gets_more_time_than_what_is_left(
    options: list[str], solver: Solver, clock: Clock
) -> None:
    solver.hungry, solver.late = True, 0.5
    end = clock.now + 30
    assert main(["demo", "--quiet", "--seconds", "30", *options]) == 0
    for asked in solver.asked:
        assert 0 <= asked.seconds <= max(0.0, end - asked.start)
    assert solver.asked[-1].start > end


@pytest.mark.parametrize("right", [1.0, NOTHING], ids=["solved", "unsolved"])
def test_the_demo_by_itself_ends_within_its_bound(
    right: float, solver: Solver, clock: Clock
) -> None:
    solver.hungry, solver.all_right = True, right
    start = clock.now
    main(["demo", "--quiet"])
    assert 0 < clock.now - start <= BOUND


@pytest.mark.parametrize("search", ["auto", "genetic"])
def test_a_search_that_would_start_after_the_end_tries_nothing(search: str, clock: Clock) -> None:
    pace = demo_task.Pace(clock.now - 1, progress=False)
    result = pace.solve(SAME, seconds=5, search=search)
    assert (result.solved, result.programs, result.executions) == (False, 0, 0)
    assert result.stop_reason == "seconds"


def test_all_trainings_of_the_control_share_what_is_left(
    solver: Solver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spend(training: Training) -> None:
        assert training.seconds is not None
        clock.now += training.seconds * len(LEARNING_RATES) * len(("class", "number"))

    monkeypatch.setattr(demo_digits, "fit_monolith", control(spend))
    start = clock.now
    assert main(["demo", "--quiet", "--seconds", "10"]) == 0
    assert start < clock.now <= start + 10


# -------------------------------------------------------------------------------- the parts


def test_the_parts_one_by_one_are_the_whole(
    solver: Solver, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--quiet"]) == 0
    whole = rows(capsys.readouterr().out)
    parts: list[str] = []
    for name in demo.PARTS:
        assert main(["demo", "--quiet", "--only", name]) == 0
        shown = capsys.readouterr().out
        titles = {other for other, (title, _) in demo.PARTS.items() if title in shown}
        assert titles == {name}
        assert rows(shown)
        parts += rows(shown)
    assert parts == list(whole)


def test_an_unknown_part_is_wrong_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--only", "nothing"]) == 2
    assert "'nothing'" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_whole_demo_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sklearn", reason="the digits are scikit-learn's")
    assert main(["demo", "--quiet"]) == 0
    table = rows(capsys.readouterr().out)
    assert {task.name for task in suite("demo")} | set(demo_algorithms.NAMES) <= set(table)
    assert {f"{task.name}, with the library" for task in DIGITS[1:]} <= set(table)
