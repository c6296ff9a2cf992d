"""`progsynth solve`: exit codes, what is printed and written, and that nothing found is lost."""

from __future__ import annotations

import json
import runpy
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from progsynth.cli import main
from progsynth.cli import solve as verb
from progsynth.errors import UnsupportedError
from progsynth.lang.read import read_neural
from progsynth.library.admit import add_network
from progsynth.library.store import Library
from progsynth.neural import Body, Recipe, make_network
from progsynth.registry import pack
from progsynth.solve import Result
from progsynth.task import Task

DOUBLE = {
    "name": "double",
    "examples": [{"inputs": [[1, 2]], "output": [2, 4]}, {"inputs": [[5]], "output": [10]}],
    "validation": [{"inputs": [[7, 0]], "output": [14, 0]}],
    "test": [{"inputs": [[9]], "output": [18]}],
}
LENGTH = {
    "name": "length",
    "examples": [{"inputs": ["abc"], "output": 3}, {"inputs": [""], "output": 0}],
}
NONSENSE = {
    "name": "nonsense",
    "examples": [
        {"inputs": ["abc"], "output": "7.xQ!"},
        {"inputs": ["b"], "output": "zz~"},
        {"inputs": [""], "output": "@@0"},
    ],
}
KEYS = {
    *("task", "solved", "stop_reason", "program", "python", "entry", "cost", "validation"),
    *("seconds", "programs", "executions", "search", "seed", "version"),
}


def file_of(folder: Path, *tasks: dict[str, Any]) -> str:
    path = folder / "tasks.json"
    path.write_text(json.dumps(tasks[0] if len(tasks) == 1 else tasks))
    return str(path)


@dataclass
class FakeResult:
    """As much of a Result as the command line looks at."""

    task: Task
    solved: bool = True
    stop_reason: str = "solved"
    extra: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "task": self.task.name,
            "solved": self.solved,
            "stop_reason": self.stop_reason,
            "program": "def f(x: int) -> int:\n    return x\n",
            "python": "def f(x):\n    return x\n",
            "entry": "f",
            "cost": 1,
            "validation": {"passed": 0, "total": 0},
            "seconds": 0.5,
            "programs": 1234,
            "executions": 5678,
            "gradient_steps": 0,
            "accuracy": None,
            "search": "fake",
            "seed": 0,
            "version": "0",
        }

    def __str__(self) -> str:
        return "best partial program: ..."


# --------------------------------------------------------------------------- the whole way


def test_a_task_is_solved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, python = tmp_path / "out.json", tmp_path / "out.py"
    arguments = ["solve", file_of(tmp_path, DOUBLE), "--seconds", "30"]
    assert main([*arguments, "--json", str(out), "--python", str(python)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("# double: solved in ")
    assert "# validation: 1 of 1\n" in shown
    record = json.loads(out.read_text())
    assert set(record) >= KEYS
    assert (record["task"], record["solved"], record["stop_reason"]) == ("double", True, "solved")
    assert record["validation"] == {"passed": 1, "total": 1}
    assert record["program"].strip() in shown
    assert record["python"] == python.read_text()
    scope: dict[str, Any] = {}
    exec(record["python"], scope)
    assert scope[record["entry"]]([3, 4]) == [6, 8]


@pytest.mark.parametrize("bound", ["executions", "programs"])
def test_a_task_that_is_not_solved_ends_with_1(
    bound: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, python = tmp_path / "out.json", tmp_path / "out.py"
    arguments = ["solve", file_of(tmp_path, NONSENSE), f"--{bound}", "2000", "--json", str(out)]
    assert main([*arguments, "--python", str(python)]) == 1
    captured = capsys.readouterr()
    assert captured.out.startswith(f"# nonsense: not solved ({bound}) in ")
    assert "nothing written, 'nonsense' is not solved" in captured.err
    record = json.loads(out.read_text())
    assert (record["solved"], record["stop_reason"]) == (False, bound)
    assert not python.exists()


def test_several_tasks_give_a_list_and_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    (tmp_path / "py").mkdir()
    arguments = ["solve", file_of(tmp_path, DOUBLE, LENGTH), "--seconds", "20", "--quiet"]
    assert main([*arguments, "--json", str(out), "--python", str(tmp_path / "py")]) == 0
    assert [record["task"] for record in json.loads(out.read_text())] == ["double", "length"]
    assert capsys.readouterr().out.endswith("2 of 2 solved\n")
    assert sorted(p.name for p in (tmp_path / "py").iterdir()) == ["double.py", "length.py"]


def test_one_task_is_chosen_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.json"
    file = file_of(tmp_path, DOUBLE, LENGTH)
    assert main(["solve", file, "--task", "length", "--json", str(out)]) == 0
    assert json.loads(out.read_text())["task"] == "length"
    assert main(["solve", file, "--task", "lenght"]) == 2
    assert "did you mean 'length'?" in capsys.readouterr().err


def test_of_a_table_it_is_said_what_was_taken_for_the_first_example(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "sums.csv"
    table.write_text("a,b,c\n1,2,3\n5,5,10\n", encoding="utf-8")
    assert main(["solve", str(table), "--programs", "2000"]) == 0
    captured = capsys.readouterr()
    assert "sums.csv: 2 examples, the first 1, 2 -> 3" in captured.err
    assert "return a + b" in captured.out


def test_other_programs_that_fit_are_comments_and_need_not_be_looked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"Max Ernst": "Ernst", "Joe Miros": "Miros"}
    examples = [{"inputs": [name], "output": last} for name, last in names.items()]
    file = file_of(tmp_path, {"name": "last", "examples": examples})
    asked = ["solve", file, "--search", "bottom_up_python", "--alternatives"]
    assert main(asked) == 0
    printed = capsys.readouterr().out
    program, others = printed.split("# Other programs that fit:\n")
    assert "s[4:]" not in program
    assert "#       return s[4:]\n" in others
    assert main([*asked, "--first-fit"]) == 0
    first = capsys.readouterr().out
    assert "s[4:]" in first and "# No other program that fits was met." in first


def test_a_sketch_is_taken_from_a_file(tmp_path: Path) -> None:
    sketch, out = tmp_path / "s.psl", tmp_path / "out.json"
    sketch.write_text("def twice(xs: list[int]) -> list[int]:\n    return map(lambda x: ??, xs)\n")
    file = file_of(tmp_path, DOUBLE)
    assert main(["solve", file, "--sketch", str(sketch), "--json", str(out)]) == 0
    record = json.loads(out.read_text())
    assert record["entry"] == "twice"
    assert "map(lambda x:" in record["program"]


# ------------------------------------------------------------------------------ wrong input


@pytest.fixture
def no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("a search was started")

    monkeypatch.setattr(verb, "solve", fail)


@pytest.mark.usefixtures("no_search")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--json", "no/out.json"], "--json no/out.json: there is no folder"),
        (["--json", "."], "--json .: expected a file, found a folder"),
        (["--task", "double", "--python", "no/out.py"], "--python no/out.py: there is no folder"),
        (["--python", "out.py"], "--python out.py: 2 tasks are solved, one file each: give a"),
        (["--sketch", "s.psl"], "--sketch is for one task, tasks.json has 2: choose with --task"),
        (["--task", "double", "--sketch", "s.psl"], "s.psl: no such file"),
        (["--seconds", "0"], "argument --seconds: expected a number above 0, found '0'"),
        (["--seconds", "ten"], "argument --seconds: expected a number above 0, found 'ten'"),
        (["--executions", "-1"], "--executions: expected a whole number from 1, found '-1'"),
        (["--format", "dreamcoder"], "expected one of DreamCoder's tasks"),
    ],
)
def test_wrong_input_ends_with_2_before_a_search_starts(
    options: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    file_of(tmp_path, DOUBLE, LENGTH)
    if "dreamcoder" in options:
        Path("tasks.json").write_text('[{"name": 1}]')
    assert main(["solve", "tasks.json", *options]) == 2
    assert message in capsys.readouterr().err


# ----------------------------------------------------------------------- nothing is lost


def solving(monkeypatch: pytest.MonkeyPatch, **how: Any) -> list[Task]:
    """Put a stand-in for the search; what it does for each task is given by name."""
    asked: list[Task] = []

    def stand_in(task: Task, **_: object) -> FakeResult:
        asked.append(task)
        action = how.get(task.name)
        return action(task) if action else FakeResult(task)

    monkeypatch.setattr(verb, "solve", stand_in)
    return asked


def test_the_search_is_not_even_given_the_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = solving(monkeypatch)
    assert main(["solve", file_of(tmp_path, DOUBLE)]) == 0
    assert [task.test for task in asked] == [()]
    assert len(asked[0].validation) == 1


@pytest.mark.parametrize(
    ("error", "code"), [(UnsupportedError("no such thing"), 2), (RuntimeError("a defect"), 3)]
)
def test_a_task_that_goes_wrong_does_not_cost_the_others(
    error: Exception,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def wrong(_: Task) -> FakeResult:
        raise error

    solving(monkeypatch, double=wrong)
    out = tmp_path / "out.json"
    assert main(["solve", file_of(tmp_path, DOUBLE, LENGTH), "--json", str(out)]) == code
    first, second = json.loads(out.read_text())
    assert (first["stop_reason"], first["solved"], second["solved"]) == ("error", False, True)
    assert str(error) in first["error"]
    assert set(first) >= KEYS
    assert str(error) in capsys.readouterr().err


def test_ctrl_c_keeps_what_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = solving(monkeypatch, length=lambda task: FakeResult(task, False, "interrupted"))
    out = tmp_path / "out.json"
    file = file_of(tmp_path, DOUBLE, LENGTH, NONSENSE)
    assert main(["solve", file, "--json", str(out)]) == 130
    assert [r["stop_reason"] for r in json.loads(out.read_text())] == ["solved", "interrupted"]
    assert [task.name for task in asked] == ["double", "length"]
    assert "best partial program" in capsys.readouterr().out


def test_results_are_on_disk_before_the_next_task_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.json"
    seen: list[int] = []

    def look(task: Task) -> FakeResult:
        seen.append(len(json.loads(out.read_text())))
        return FakeResult(task)

    solving(monkeypatch, length=look)
    assert main(["solve", file_of(tmp_path, DOUBLE, LENGTH), "--json", str(out)]) == 0
    assert seen == [1]


def test_a_search_that_hangs_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(task: Task) -> FakeResult:
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            return FakeResult(task, False, "interrupted")
        raise AssertionError("nothing interrupted it")

    asked = solving(monkeypatch, double=hang)
    monkeypatch.setattr(verb, "_GRACE", 0.1)
    out = tmp_path / "out.json"
    arguments = ["solve", file_of(tmp_path, DOUBLE, LENGTH), "--json", str(out)]
    assert main([*arguments, "--seconds", "0.1"]) == 1
    assert [r["stop_reason"] for r in json.loads(out.read_text())] == ["seconds", "solved"]
    assert len(asked) == 2


def test_a_result_is_saved_and_loaded_again(tmp_path: Path) -> None:
    arguments = ["solve", file_of(tmp_path, DOUBLE), "--quiet", "--save", str(tmp_path / "kept")]
    assert main(arguments) == 0
    assert Result.load(tmp_path / "kept").function([4, 1]) == [8, 2]


def test_a_program_with_networks_is_written_with_their_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = Recipe((Body("dense", ()),), hidden=())
    declared = read_neural("level(x: tensor[1]) -> choice[4]", pack())
    network = make_network(declared, seed=0, recipe=recipe)
    for k, row in enumerate(network.last.weight.data):  # 2kx - k^2 is largest for the nearest k
        row.fill_(2 * k)
        network.last.bias.data[k] = -(k**2)
    add_network(Library(tmp_path / "library"), network)
    pairs = [([[0.0], [2.0]], 2), ([[3.0]], 3), ([[1.0], [1.0], [3.0]], 5), ([[2.0], [2.0]], 4)]
    task = {
        "name": "total",
        "request": "list[tensor[1]] -> int",
        "examples": [{"inputs": [xs], "output": total} for xs, total in pairs],
    }
    out = tmp_path / "total.py"
    arguments = ["solve", file_of(tmp_path, task), "--library", str(tmp_path / "library")]
    kept = ["--python", str(out), "--save", str(tmp_path / "kept")]
    assert main([*arguments, *kept, "--seconds", "30", "--quiet"]) == 0
    assert capsys.readouterr().err == ""
    found = runpy.run_path(str(out))
    assert [found["total"](np.array(xs)) for xs, _ in pairs] == [total for _, total in pairs]
    again = tmp_path / "again.py"
    assert main(["export", str(tmp_path / "kept"), "-o", str(again)]) == 0
    assert again.read_text() == out.read_text()
    assert capsys.readouterr().out == f"{again}\n{again.with_suffix('.safetensors')}\n"
