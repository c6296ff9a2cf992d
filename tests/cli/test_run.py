"""`progsynth run`: values, failures, and the memory on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from progsynth.cli import main

PROGRAM = """\
def twice(n: int) -> int:
    return 2 * n


def f(xs: list[int]) -> list[int]:
    return map(lambda x: twice(x), xs)


def scale(x: float, by: tuple[float, str]) -> float:
    return x * by[0]


def at_start(xs: list[int]) -> int:
    return xs[0]
"""

NOTES = """\
def note(notes: memory[int], key: str, amount: int) -> tuple[memory[int], int]:
    total = recall(notes, key, 0) + amount
    return (memorise(notes, key, total), total)


def look(key: str, notes: memory[int]) -> int:
    return recall(notes, key, 0)


def wipe(notes: memory[int]) -> memory[int]:
    return memory_of({})
"""


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "f.psl"
    path.write_text(PROGRAM)
    return str(path)


@pytest.fixture
def notes(tmp_path: Path) -> list[str]:
    path = tmp_path / "notes.psl"
    path.write_text(NOTES)
    return ["run", str(path), "--memory", str(tmp_path / "notes.json"), "--call"]


@pytest.mark.parametrize("engine", ["auto", "interpreter", "python"])
@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("f([3, 1, 2])", "[6, 2, 4]"),
        ("f([])", "[]"),
        ("twice(2 + 3)", "10"),
        ("scale(3, (2, 'a'))", "6.0"),
        ("at_start(range(-5, 9))", "-5"),
    ],
)
def test_the_value_of_a_call_is_printed(
    call: str, value: str, engine: str, program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", program, "--call", call, "--engine", engine]) == 0
    assert capsys.readouterr().out == f"{value}\n"


def test_a_failure_is_named(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", program, "--call", "at_start([])"]) == 1
    assert (
        capsys.readouterr().out == "at_start failed: index (a position outside a list or a text)\n"
    )
    assert main(["run", program, "--call", "f(range(0, 9))", "--fuel", "5"]) == 1
    assert capsys.readouterr().out.startswith("f failed: fuel")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("g([1])", "--call:1:1: the program has no function 'g'"),
        ("twise(1)", "did you mean 'twice'?"),
        ("f([1], 2)", "--call:1:1: 'f' takes 1 argument(s) (xs: list[int]), found 2"),
        ("f(['a'])", "expected"),
        ("f([1", "--call:1:"),
        ("3 + 4", "expected a call of one of the program's functions: twice, f, scale, at_start"),
        ("at_start([1 // 0])", "argument 'xs' has no value: it ends in a failure: zero"),
    ],
)
def test_wrong_calls_are_told(
    call: str, message: str, program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", program, "--call", call]) == 2
    assert message in capsys.readouterr().err


def test_the_place_of_a_wrong_argument_is_that_in_the_call(
    program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", program, "--call", "scale(1.5, (nope, 'a'))"]) == 2
    assert "--call:1:13:" in capsys.readouterr().err


def test_memory_lasts_from_run_to_run(
    notes: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for amount, total in ((2, 2), (3, 5)):
        assert main([*notes, f'note("milk", {amount})']) == 0
        assert capsys.readouterr().out == f"{total}\n"
    assert json.loads((tmp_path / "notes.json").read_text()) == {"milk": 5}
    assert main([*notes, 'look("milk")']) == 0
    assert capsys.readouterr().out == "5\n"
    assert main([*notes, "wipe()"]) == 0
    assert json.loads((tmp_path / "notes.json").read_text()) == {}


def test_a_failing_program_leaves_the_memory_alone(
    notes: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*notes, 'note("milk", 9223372036854775807)']) == 0
    assert main([*notes, 'note("milk", 1)']) == 1
    assert "note failed: overflow" in capsys.readouterr().out
    assert json.loads((tmp_path / "notes.json").read_text()) == {"milk": 2**63 - 1}


def test_wrong_memories_are_told(
    notes: list[str], program: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.json").write_text('{"milk": "much"}')
    assert main([*notes, 'note("milk", 1)']) == 2
    assert "key 'milk': expected int, found 'much'" in capsys.readouterr().err
    assert main(["run", notes[1], "--call", 'note("milk", 1)']) == 2
    assert "'note' has a parameter of type memory: give --memory" in capsys.readouterr().err
    assert main(["run", program, "--memory", notes[3], "--call", "f([])"]) == 2
    assert "expected a function with one parameter of type memory" in capsys.readouterr().err
