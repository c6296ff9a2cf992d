"""The reference solutions of 'psb1' and 'psb2': they are right, and nothing but tests reads them.

They show that each problem can be said in the language, and that our answers and a program of
the language agree. A search, grammar, library or seed that saw them would know the answers.
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import resources
from pathlib import Path
from types import ModuleType

import pytest
from progsynth.tasks.psb1 import generate as psb1
from progsynth.tasks.psb1.problem import Problem, make_task
from progsynth.tasks.psb2 import generate as psb2

from progsynth.evaluate import evaluate
from progsynth.lang.read import read_program
from progsynth.lang.text.format import format_text
from progsynth.registry import pack

ROOT = Path(__file__).parents[2]
PROBLEMS = [(module, problem) for module in (psb1, psb2) for problem in module.PROBLEMS]
NUM_RANDOM = 200


def reference(module: ModuleType, problem: Problem) -> str:
    folder = resources.files(f"progsynth.tasks.{module.NAME}") / "reference"
    return (folder / f"{problem.name}.psl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("module", "problem"), PROBLEMS, ids=[problem.name for _, problem in PROBLEMS]
)
def test_a_reference_solution_is_right_on_all_edge_cases_and_on_random_examples(
    module: ModuleType, problem: Problem
) -> None:
    text = reference(module, problem)
    assert format_text(text) == text
    program = read_program(text, pack())
    task = make_task(module.NAME, problem, num_test=NUM_RANDOM)
    examples = (*task.train, *task.test)
    found = evaluate(
        program, examples, pack(), limits=task.limits, tolerance=task.tolerance, engine="python"
    )
    missed = [example for example, right in zip(examples, found.right, strict=True) if not right]
    assert missed == []


def test_every_problem_has_one_reference_solution_and_no_other_is_there() -> None:
    for module in (psb1, psb2):
        folder = ROOT / "tasks" / module.NAME / "reference"
        names = sorted(f"{problem.name}.psl" for problem in module.PROBLEMS)
        assert sorted(path.name for path in folder.iterdir()) == names


def test_no_code_names_the_folder_of_reference_solutions() -> None:
    naming = [
        str(path.relative_to(ROOT))
        for folder in ("progsynth", "dsl", "tasks", "benchmarks", "scripts")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"""["'/]reference["'/]""", path.read_text(encoding="utf-8"))
    ]
    assert naming == []


WATCH = """
import os, sys

opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)

import progsynth as ps

library = ps.Library(sys.argv[1])
for name, search in (("psb1", "bottom_up"), ("psb2", "genetic")):
    tasks = ps.suite(name)
    task = tasks[tasks.quick[1]]
    ps.solve(task, search=search, executions=20_000, seconds=2, library=library)
assert any(path.endswith("suite.toml") for path in opened), "the hook sees what is opened"
print([path for path in opened if f"{os.sep}reference{os.sep}" in path])
"""


@pytest.mark.slow
def test_no_search_opens_a_reference_solution(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(tmp_path / "library")],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stderr
