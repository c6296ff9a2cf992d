"""solve(): from examples to a program, its result and its errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from progsynth.errors import PackError, ProgramError, ProgsynthError, TaskError
from progsynth.lang.primitive import DSL, primitive
from progsynth.lang.read import read_program
from progsynth.registry import pack
from progsynth.search.run import Event
from progsynth.solve import Result, solve
from progsynth.task import Task

DOUBLE = [([1, 2], [2, 4]), ([5], [10]), ([], [])]


def solved(task: Task, **options: object) -> Result:
    found = solve(task, **{"seconds": 30.0, **options})  # type: ignore[arg-type]
    assert found.solved, str(found)
    return found


def test_a_task_gives_a_readable_program_a_function_and_stand_alone_python() -> None:
    found = solved(Task.from_pairs("double", DOUBLE))
    assert (
        found.program
        == "def double(xs: list[int]) -> list[int]:\n    return map(lambda x: x + x, xs)\n"
    )
    assert found.function([1, 2, 3]) == [2, 4, 6]
    assert found.stop_reason == "solved"
    assert (found.entry, found.cost, found.failed) == ("double", 5, ())
    scope: dict[str, object] = {}
    exec(found.python or "", scope)
    assert scope["double"]([7]) == [14]  # type: ignore[operator]
    assert read_program(found.program, pack()).entry.name == "double"
    assert str(found).startswith("# double: solved in ")


@pytest.mark.parametrize(
    ("name", "pairs", "given", "wanted"),
    [
        ("last of sorted", [([3, 1, 2], 3), ([9, 4], 9), ([5, 7, 6], 7)], ([2, 8, 1],), 8),
        ("shout", [("ab c", "AB C!"), ("hello", "HELLO!")], ("x",), "X!"),
        ("initials", [("ada lovelace", "al"), ("alan b turing", "abt")], ("grace hopper",), "gh"),
        ("mean", [([1.0, 2.0, 6.0], 3.0), ([4.0], 4.0), ([1.0, 2.0], 1.5)], ([5.0, 7.0],), 6.0),
        ("at most ten", [(5, 5), (12, 10), (7, 7), (30, 10), (10, 10)], (99,), 10),
        ("larger", [((1, 2), 2), ((5, 3), 5), ((0, -1), 0)], (4, 9), 9),
        ("swap", [(((1, "a"),), ("a", 1)), (((2, "b"),), ("b", 2))], ((3, "c"),), ("c", 3)),
        ("look up", [(({"a": 7}, "a"), 7), (({"b": 5, "c": 2}, "c"), 2)], ({"z": 9}, "z"), 9),
        ("evens", [([1, 2, 3, 4], [2, 4]), ([5, 7], []), ([6, 1], [6])], ([8, 9],), [8]),
    ],
)
def test_tasks_of_all_kinds_are_solved(
    name: str, pairs: list[tuple[object, object]], given: tuple[object, ...], wanted: object
) -> None:
    assert solved(Task.from_pairs(name, pairs)).function(*given) == wanted


def test_validation_examples_reject_what_only_fits() -> None:
    pairs = [([1, 2, 7], 7), ([3, 5], 5)]  # the largest or the last
    loose = solved(Task.from_pairs("one", pairs))
    strict = solved(Task.from_pairs("one", pairs, validation=[([4, 9, 2], 2)]))
    assert strict.function([4, 9, 2]) == 2
    assert loose.program != strict.program
    assert strict.validation == (1, 1)
    assert strict.rejected


def test_the_test_examples_are_not_looked_at() -> None:
    class Sealed:
        """The task, except that its test examples cannot be had."""

        __class__ = Task  # type: ignore[assignment]  # what isinstance asks

        def __init__(self, task: Task):
            self._task = task

        def __getattr__(self, name: str) -> object:
            assert name != "test", "solve looked at the test examples"
            return getattr(self._task, name)

    task = Task.from_pairs("double", DOUBLE, validation=[([4], [8])], test=[([4, 4], [8, 8])])
    assert solved(Sealed(task)).validation == (1, 1)  # type: ignore[arg-type]
    hopeless = Sealed(Task.from_pairs("odd", [([1, 2], 17), ([2], -9)], test=[([3], 3)]))
    assert not solve(hopeless, executions=20_000, seconds=None).solved  # type: ignore[arg-type]


def test_an_unsolved_task_shows_its_best_partial_program_and_what_to_try() -> None:
    task = Task.from_pairs("riddle", [([1, 2], 2), ([4, 5, 6], 3), ([7], 1), ([1, 1], -9541)])
    found = solve(task, seconds=None, executions=30_000)
    assert not found.solved
    assert found.stop_reason == "executions"
    assert found.program is not None
    assert found.function([7, 7]) == 2
    assert [(m.inputs, m.expected, m.got) for m in found.failed] == [(([1, 1],), -9541, 2)]
    shown = str(found)
    assert "not solved (executions)" in shown
    assert "([1, 1]): expected -9541, got 2" in shown
    assert "# To try: a larger budget" in shown


def test_json_has_what_the_record_needs() -> None:
    found = solved(Task.from_pairs("double", DOUBLE, validation=[([4], [8])]), seed=3).as_json()
    wanted = (
        "task, solved, stop_reason, program, python, entry, cost, validation, seconds, programs, "
        "executions, search, seed, version"
    )
    assert set(wanted.split(", ")) <= set(found)
    assert found["validation"] == {"passed": 1, "total": 1}
    assert (found["task"], found["seed"], found["search"]) == ("double", 3, "portfolio")
    assert found["found_by"] == "bottom_up"
    assert [used["search"] for used in found["searches"]][:2] == ["bottom_up", "flat_genetic"]
    assert sum(used["programs"] for used in found["searches"]) == found["programs"]
    assert json.loads(json.dumps(found)) == found


def test_withheld_primitives_constants_and_packs_are_respected() -> None:
    task = Task.from_pairs("total", [([1, 2], 3), ([5], 5), ([], 0)], withheld=("sum",))
    assert "sum(" not in (solved(task).program or "")
    far = Task.from_pairs("far", [(1, 5001), (3, 5003)], constants=(5000,))
    assert solved(far).function(7) == 5007
    with pytest.raises(PackError, match="cannot withhold 'nothing'"):
        solve(Task.from_pairs("x", DOUBLE, withheld=("nothing",)))


def test_a_users_primitive_takes_part_at_once() -> None:
    @primitive("(n: int) -> int")
    def collatz(n: int) -> int:
        """The next of Collatz' numbers."""
        return n // 2 if n % 2 == 0 else 3 * n + 1

    task = Task.from_pairs("two steps", [(6, 10), (5, 8), (16, 4), (7, 11)])
    found = solved(task, dsl=pack().extend(collatz))
    assert "collatz(collatz(n))" in (found.program or "")


def test_events_tell_of_the_progress() -> None:
    events: list[Event] = []
    solved(Task.from_pairs("double", DOUBLE), on_event=events.append)
    assert events[-1].kind == "stopped"
    assert events[-1].stop_reason == "solved"
    assert events[-1].best == (3, 3)


@pytest.mark.parametrize("search", ["bottom_up", "best_first", "genetic", "portfolio"])
def test_a_budget_of_programs_ends_every_search_close_to_it(search: str) -> None:
    task = Task.from_pairs("far away", [([2, 5], 7_717), ([3], 1_234), ([9, 9, 1], 99_999)])
    found = solve(task, search=search, seconds=None, programs=3_000)
    assert (found.solved, found.stop_reason) == (False, "programs")
    assert 3_000 <= found.programs < 5_500  # a level's batch, or a local search, is ended


def test_a_finite_space_is_exhausted() -> None:
    arithmetic = DSL("small", {"mod.int": pack().primitives["mod.int"]}, {}, {})
    task = Task.from_pairs("far away", [(2, 77), (3, 1234)])
    found = solve(task, dsl=arithmetic, seconds=None, executions=10**7)
    assert (found.solved, found.stop_reason) == (False, "exhausted")
    assert any("other primitives" in advice for advice in found.advice)


def test_solve_takes_one_task() -> None:
    for wrong in ("double", [Task.from_pairs("double", [(1, 2)])]):
        with pytest.raises(ProgsynthError, match=r"task: expected a Task, .* one at a time, found"):
            solve(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"search": "magic"}, ProgsynthError, "no search 'magic': expected one of auto, bottom_up"),
        ({"seconds": None}, ProgsynthError, "a search needs a bound"),
        ({"seconds": -1.0}, ProgsynthError, "seconds: expected a number from 0, found -1.0"),
        ({"seconds": "10"}, ProgsynthError, "seconds: expected a number from 0, found '10'"),
        ({"executions": -5}, ProgsynthError, "executions: expected a whole number from 0"),
        ({"executions": "many"}, ProgsynthError, "expected a whole number from 0, found 'many'"),
        ({"seed": "a"}, ProgsynthError, "seed: expected a whole number, found 'a'"),
        ({"dsl": "default"}, ProgsynthError, "dsl: expected a DSL, such as pack"),
        ({"library": 5}, ProgsynthError, "library: expected a Library, or its folder, found 5"),
        ({"programs": -5}, ProgsynthError, "programs: expected a whole number from 0, found -5"),
        ({"sketch": "def f(n: int) -> int:\n    return ??\n"}, TaskError, "the sketch's last"),
        ({"sketch": "def f(n: int) -> int\n"}, ProgramError, "<sketch>:1:"),
    ],
)
def test_wrong_calls_say_what_to_do(
    options: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        solve(Task.from_pairs("double", DOUBLE), **options)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------ sketches


def test_a_hole_whose_value_is_the_result_is_searched_from_the_values_met_there() -> None:
    sketch = "def f(xs: list[int]) -> int:\n    ys = sort(xs)\n    return ??(ys)\n"
    task = Task.from_pairs("second", [([3, 1, 2], 2), ([4, 9], 9), ([7, 1, 5], 5)], sketch=sketch)
    found = solved(task)
    assert found.filled == ("ys[1]",)
    assert found.program == sketch.replace("??(ys)", "ys[1]")


def test_a_hole_in_a_lambda_and_one_used_twice_are_filled_by_running_the_program() -> None:
    inside = "def f(xs: list[int]) -> int:\n    return sum(map(lambda x: ??, xs))\n"
    pairs = [([1, 2, 3], 14), ([4], 16), ([], 0)]
    assert solved(Task.from_pairs("squares", pairs, sketch=inside)).filled == ("x * x",)
    before = "def f(xs: list[int]) -> int:\n    y = ??\n    return y * y\n"
    pairs = [([3, 2], 9), ([4, 9, 1], 81), ([7], 49)]
    found = solved(Task.from_pairs("largest squared", pairs, sketch=before))
    assert found.function([2, 5]) == 25


def test_several_holes_in_a_loop_are_filled_together() -> None:
    sketch = (
        "def f(xs: list[int]) -> int:\n"
        "    total = 0\n"
        "    for x in xs:\n"
        "        if ??:\n"
        "            total = total + ??\n"
        "    return total\n"
    )
    pairs = [([3, -1, 2], 5), ([4, -9], 4), ([-7, 1, 5, -3], 6), ([-1], 0)]
    found = solved(Task.from_pairs("sum of positives", pairs, sketch=sketch))
    assert found.function([10, -10, 1]) == 11
    assert len(found.filled) == 2


def test_a_hole_may_only_use_what_it_allows_and_its_own_arguments() -> None:
    sketch = "def f(a: int, b: int) -> int:\n    return ??(a)\n"
    pairs = [((3, 6), 6), ((4, 8), 8)]
    assert "b" not in solved(Task.from_pairs("twice", pairs, sketch=sketch)).filled[0]


def test_a_sketch_may_be_a_program_and_without_holes_it_is_only_tried() -> None:
    whole = read_program(
        "def f(xs: list[int]) -> list[int]:\n    return map(lambda x: 2 * x, xs)\n", pack()
    )
    assert solved(Task.from_pairs("double", DOUBLE), sketch=whole).entry == "f"
    wrong = "def f(xs: list[int]) -> list[int]:\n    return xs\n"
    found = solve(Task.from_pairs("double", DOUBLE), sketch=wrong)
    assert (found.solved, found.stop_reason) == (False, "exhausted")
    assert len(found.failed) == 2


# --------------------------------------------------------------------------- determinism

_RUN = """
from progsynth.solve import solve
from progsynth.task import Task
for pairs in [
    [([3, 1, 2], [1, 2]), ([5, 4, 6], [4, 5]), ([9, 8], [8])],
    [("a b", "b"), ("cc dd", "dd"), ("e f", "f")],
    [([1, 2], 17), ([2], -9)],
]:
    found = solve(Task.from_pairs("task", pairs), seconds=None, executions=60_000, seed=1)
    print(repr((found.program, found.cost, found.stop_reason, found.programs, found.executions)))
"""


def test_the_result_is_the_same_in_each_process_whatever_the_hash_seed() -> None:
    outputs = set()
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", _RUN],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
            cwd=Path(__file__).parents[1],
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert outputs.pop().count("\n") == 3
