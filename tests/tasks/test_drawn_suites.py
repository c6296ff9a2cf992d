"""The suites whose examples are drawn by `asked`: cards, seeds, splits, and programs that solve.

`programs/<suite>.psl` has a program for some of the tasks of each suite, below a line that names
the task. They are here, not in the package: no search, grammar or library sees them.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import pytest
from progsynth.tasks.asked import Asked, Counts, task_of

from progsynth.errors import DefectError
from progsynth.evaluate import evaluate
from progsynth.lang.read import read_program
from progsynth.lang.values import identity_key
from progsynth.registry import pack, suite
from progsynth.request import request_text
from progsynth.solve import solve
from progsynth.task import Suite
from progsynth.task_formats import read_tasks, tasks_to_text, write_tasks

KINDS = ("train", "validation", "test")
SUITES = {"text": 100, "tables": 30, "graphs": 15, "regression": 20}  # the least number of tasks
PROGRAMS = Path(__file__).parent / "programs"


def make(name: str, seed: int) -> Suite:
    found: Suite = import_module(f"progsynth.tasks.{name}.generate").make(seed)
    return found


def card(name: str) -> dict[str, Any]:
    folder = resources.files(f"progsynth.tasks.{name}")
    return tomllib.loads((folder / "suite.toml").read_text(encoding="utf-8"))


def programs() -> list[tuple[str, str, str]]:
    found = []
    for path in sorted(PROGRAMS.glob("*.psl")):
        for part in path.read_text(encoding="utf-8").split("# task: ")[1:]:
            name, _, text = part.partition("\n")
            found.append((path.stem, name, text))
    return found


@pytest.mark.parametrize("name", SUITES)
def test_the_card_says_what_is_there(name: str) -> None:
    tasks = suite(name).tasks
    said = card(name)
    assert len(tasks) >= SUITES[name]
    assert {request_text(task.request) for task in tasks} == set(said["requests"])
    for task in tasks:
        assert {kind: len(getattr(task, kind)) for kind in KINDS} == said["splits"]
        assert task.description and task.params
    page = (resources.files(f"progsynth.tasks.{name}") / "README.md").read_text(encoding="utf-8")
    assert f"\n{len(tasks)} " in page


@pytest.mark.parametrize("name", SUITES)
def test_quick_tasks_are_few_and_there(name: str) -> None:
    found = suite(name)
    assert 5 <= len(found.quick) <= 8
    assert [task.name for task in found.subset(found.quick)] == list(found.quick)


@pytest.mark.parametrize("name", SUITES)
def test_a_seed_decides_the_examples_and_nothing_else(name: str) -> None:
    assert make(name, 0) == suite(name)
    for task, drawn_anew in zip(suite(name), make(name, 4), strict=True):
        assert task.name == drawn_anew.name and task.request == drawn_anew.request
        assert task.test != drawn_anew.test


@pytest.mark.parametrize("name", SUITES)
def test_no_input_comes_twice_in_a_task(name: str) -> None:
    for task in suite(name):
        inputs = [identity_key(e.inputs) for kind in KINDS for e in getattr(task, kind)]
        assert len(set(inputs)) == len(inputs), task.name


@pytest.mark.parametrize("name", SUITES)
def test_no_parameter_hides_a_function_of_the_pack(name: str) -> None:
    dsl = pack()
    known = {n.partition(".")[0] for n in (*dsl.primitives, *dsl.functions)}
    assert not known & {param for task in suite(name) for param in task.params}


@pytest.mark.parametrize("name", SUITES)
def test_outputs_differ(name: str) -> None:
    for task in suite(name):
        for examples in (task.train, task.test):
            assert len({identity_key(e.output) for e in examples}) > 1, task.name


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_goes_through_a_file(name: str, tmp_path: Path) -> None:
    found = suite(name)
    write_tasks(tmp_path / "tasks.json", found.tasks)
    assert read_tasks(tmp_path / "tasks.json").tasks == found.tasks


def test_examples_are_the_same_under_another_hash_seed() -> None:
    """Sets of names are what could differ: graphs have them."""
    code = """
import sys
from progsynth.registry import suite
from progsynth.task_formats import tasks_to_text
sys.stdout.write(tasks_to_text(suite("graphs").tasks))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "1"},
    )
    assert done.stdout == tasks_to_text(suite("graphs").tasks)


def test_a_form_of_an_edit_is_shown_in_training() -> None:
    module = import_module("progsynth.tasks.text.generate")
    assert all(len(edit.forms) <= module.COUNTS.train for edit in module.EDITS)


def test_there_are_programs_for_each_suite() -> None:
    assert {name for name, _, _ in programs()} == set(SUITES)
    assert len(programs()) >= 20


@pytest.mark.parametrize(
    ("name", "task_name", "text"), programs(), ids=[f"{n}: {t}" for n, t, _ in programs()]
)
def test_a_program_gives_the_outputs_of_all_examples(name: str, task_name: str, text: str) -> None:
    task = suite(name)[task_name]
    dsl = pack().without(*task.withheld) if task.withheld else pack()
    program = read_program(text, dsl)
    for kind in KINDS:
        found = evaluate(
            program, getattr(task, kind), dsl, tolerance=task.tolerance, engine="python"
        )
        assert found.solved, kind


def test_tests_of_formulas_reach_beyond_what_is_learned_from() -> None:
    module = import_module("progsynth.tasks.regression.formulas")
    for formula in module.FORMULAS:
        for (low, high), (lowest, highest) in zip(formula.within, formula.beyond, strict=True):
            assert lowest <= low < high <= highest and highest - lowest > high - low
        task = suite("regression")[formula.name]
        for kind, ranges in zip(KINDS, (formula.within,) * 2 + (formula.beyond,), strict=True):
            for example in getattr(task, kind):
                for x, (low, high) in zip(example.inputs, ranges, strict=True):
                    assert low <= x <= high


@pytest.mark.parametrize("name", ["parabola", "saturation"])
def test_constants_are_fitted_where_the_shape_is_given(name: str) -> None:
    task = suite("regression")[f"{name}, constants only"]
    result = solve(task, seconds=None, executions=300_000)
    assert result.core is not None
    assert evaluate(result.core, task.test, pack(), tolerance=1e-6).solved


def test_too_few_inputs_are_told() -> None:
    asked = Asked(
        name="yes",
        request="bool -> bool",
        params="b",
        description="",
        answer=lambda b: b,
        draws=(lambda rng: (rng.random() < 0.5,),),
    )
    with pytest.raises(DefectError, match="'yes' has too few inputs: draw more widely"):
        task_of(asked, 0, Counts(train=2, validation=0, test=1))
