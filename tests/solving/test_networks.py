"""Tasks over tensors: networks that are given, submodules to be trained, one's own methods."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from progsynth.errors import LibraryError, ProgramError, ProgsynthError, TaskError, UnsupportedError
from progsynth.lang.primitive import DSL
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.read import read_neural, read_program
from progsynth.lang.term import Call, Lambda, Var
from progsynth.neural import Body, Network, Recipe, make_network
from progsynth.registry import pack
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Batch, Candidate, Told
from progsynth.solve import Result, solve
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task

PACK = pack()
SMALL = DSL(
    "small",
    {n: PACK.primitives[n] for n in ("map", "sum.int", "add.int", "sub.int", "len.list")},
    {},
    PACK.surfaces,
)
LEVEL = "level(x: tensor[1]) -> choice[4]"
XS = [[[0.0], [2.0]], [[3.0]], [[1.0], [1.0], [3.0]], [[2.0], [2.0]], [[3.0], [1.0]]]
TOTALS = [2, 3, 5, 4, 4]


def level_network(declaration: str = LEVEL) -> Network:
    """A network that answers the number nearest to that in its tensor, without training."""
    recipe = Recipe((Body("dense", ()),), hidden=())
    network = make_network(read_neural(declaration, PACK), seed=0, recipe=recipe)
    for k, row in enumerate(network.last.weight.data):  # 2kx - k^2 is largest for the nearest k
        row.fill_(2 * k)
        network.last.bias.data[k] = -(k**2)
    return network


def levels(outputs: list[int] = TOTALS, **options: Any) -> Task:
    pairs = list(zip(XS, outputs, strict=True))
    return Task.from_pairs("total level", pairs, request="list[tensor[1]] -> int", **options)


def solved(task: Task, **options: Any) -> Result:
    found = solve(task, **{"dsl": SMALL, "seconds": 30.0, **options})
    assert found.solved, str(found)
    return found


# --------------------------------------------------------------------------- known networks


def test_a_network_that_is_given_is_a_word_of_the_language() -> None:
    network = level_network()
    found = solved(levels(), networks={"level": network})
    text = "def total_level(xs: list[tensor[1]]) -> int:\n    return sum(map(level, xs))\n"
    assert found.program == f"neural {LEVEL}\n\n\n{text}"
    assert read_program(found.program, PACK) == found.core
    assert (found.found_by, found.gradient_steps) == ("bottom_up", 0)
    assert found.networks == {"level": network}
    assert found.python is None
    assert found.notes == (
        "Result.export writes it as Python, with the weights of 'level' beside it",
    )
    assert found.as_json()["networks"] == ["level"]


def test_the_function_of_a_hybrid_program_takes_arrays_and_nested_lists() -> None:
    function = solved(levels(), networks={"level": level_network()}).function
    wanted = np.array([[3.0], [2.0], [0.0]])
    assert function(wanted) == 5, "one array is a list of tensors"
    assert function(list(wanted)) == 5
    assert function(wanted.tolist()) == 5
    assert function([]) == 0
    with pytest.raises(TaskError, match="argument 'xs' of total_level"):
        function(np.zeros((3, 2)))
    with pytest.raises(ProgsynthError, match=r"takes 1 argument\(s\) .*, found 2"):
        function(wanted, wanted)


def test_a_network_under_another_name_is_declared_by_that_name() -> None:
    found = solved(levels(), networks={"height": level_network()})
    assert (found.program or "").startswith("neural height(x: tensor[1]) -> choice[4]\n")
    assert found.function([[3.0]]) == 3


def test_a_declared_submodule_with_known_weights_is_not_trained() -> None:
    found = solved(levels(neural=[LEVEL]), networks={"level": level_network()})
    assert (found.search, found.found_by, found.gradient_steps) == ("bottom_up", "frozen", 0)


@pytest.mark.parametrize("declared", [True, False])
def test_a_sketch_may_call_a_known_network(declared: bool) -> None:
    text = "def f(xs: list[tensor[1]]) -> int:\n    return ??(map(level, xs))\n"
    sketch = f"neural {LEVEL}\n\n{text}" if declared else text
    found = solved(levels(), sketch=sketch, networks={"level": level_network()})
    assert found.filled == ("sum(x)",)
    assert (found.program or "").startswith(f"neural {LEVEL}\n\n\ndef f(")
    assert found.function([[3.0], [1.0]]) == 4


@pytest.mark.parametrize("word", ["level", "neural level"])
def test_a_sketch_may_use_the_submodules_of_its_task_without_declaring_them(word: str) -> None:
    sketch = f"def total(xs: list[tensor[1]]) -> int:\n    return ??(map({word}, xs))\n"
    for task, given in (
        (levels(neural=[LEVEL]), sketch),
        (levels(neural=[LEVEL], sketch=sketch), None),
        (levels(), f"neural {LEVEL}\n{sketch}"),
    ):
        problem = make_problem(make_setting(task, sketch=given))
        assert [str(t) for t in problem.types] == ["list[int]"]
        assert [n.name for n in problem.neural] == ["level"]
        program = problem.wrap(Call("sum.int", (Var(0),)), 2).program
        assert pretty(program, PACK) == (
            f"neural {LEVEL}\n\n\ndef total(xs: list[tensor[1]]) -> int:\n"
            "    return sum(map(level, xs))\n"
        )


def test_a_sketch_may_call_a_known_network_neural() -> None:
    text = "def f(xs: list[tensor[1]]) -> int:\n    return ??(map(neural level, xs))\n"
    found = solved(levels(), sketch=text, networks={"level": level_network()})
    assert (found.found_by, found.filled) == ("bottom_up", ("sum(x)",))
    assert (found.program or "").startswith(f"neural {LEVEL}\n\n\ndef f(")


def test_a_sketch_says_how_to_declare_a_submodule_that_nothing_names() -> None:
    text = "def f(xs: list[tensor[1]]) -> int:\n    return ??(map(neural height, xs))\n"
    with pytest.raises(ProgramError, match=r"(?s)<sketch>:2:.*'height'.*declare it before"):
        make_setting(levels(neural=[LEVEL]), sketch=text)


def test_a_function_of_a_sketch_cannot_have_the_name_of_the_tasks_submodule() -> None:
    text = (
        "def level(n: int) -> int:\n    return n\n"
        "def f(xs: list[tensor[1]]) -> int:\n    return ??(level(len(xs)))\n"
    )
    with pytest.raises(ProgramError, match="<sketch>:1:1: 'level' is already a neural submodule"):
        make_setting(levels(neural=[LEVEL]), sketch=text)


def test_a_share_of_the_examples_may_be_wrong_and_the_result_says_which() -> None:
    task = levels([2, 3, 5, 4, 0], accuracy=0.8, validation=[([[3.0]], 3)])
    found = solved(task, networks={"level": level_network()})
    assert (found.accuracy.training, found.accuracy.validation) == (0.8, 1.0)
    assert [missed.expected for missed in found.failed] == [0]
    shown = "# right on 80.0% of the training examples and 100.0% of those for validation"
    assert str(found).split("\n")[1] == shown
    assert found.as_json()["accuracy"] == {"training": 0.8, "validation": 1.0}
    strict = solve(
        levels([2, 3, 5, 4, 0]),
        networks={"level": level_network()},
        dsl=SMALL,
        seconds=None,
        executions=120_000,
    )
    assert (strict.solved, strict.accuracy.training) == (False, 0.8)


def test_several_holes_are_filled_so_that_enough_examples_are_right() -> None:
    sketch = "def f(x: int) -> int:\n    return ??param[int] * x + ??param[int]\n"
    pairs = [(1, 5), (2, 8), (3, 11), (10, 32), (7, 0)]
    task = Task.from_pairs("line", pairs, sketch=sketch, accuracy=0.8)
    found = solved(task, dsl=PACK)
    assert found.filled == ("3", "2")
    assert [missed.expected for missed in found.failed] == [0]


def test_a_result_is_evaluated_on_other_examples() -> None:
    found = solved(levels(), networks={"level": level_network()})
    more = levels([2, 3, 5, 0, 0]).train
    evaluation = found.evaluate(more)
    assert evaluation.right == (True, True, True, False, False)


def test_what_is_to_be_trained_is_by_default_for_the_hybrid_search() -> None:
    found = solve(levels(neural=[LEVEL]), seconds=0.0)
    assert (found.search, found.stop_reason) == ("hybrid", "seconds")
    assert found.advice[0] == "a larger budget"


# ------------------------------------------------------------------------ wrong settings


def test_a_network_for_other_types_than_declared_is_refused() -> None:
    wide = level_network("level(x: tensor[2]) -> choice[4]")
    with pytest.raises(ProgsynthError, match=r"networks\['level'\] is a network for other types"):
        solve(levels(neural=[LEVEL]), networks={"level": wide})
    sketch = (
        "neural level(x: tensor[1]) -> bool\ndef f(xs: list[tensor[1]]) -> int:\n    return ??\n"
    )
    with pytest.raises(TaskError, match="its sketch declares the submodule 'level' with other"):
        solve(levels(neural=[LEVEL], sketch=sketch))


@pytest.mark.parametrize("search", ["bottom_up", "best_first"])
def test_what_has_no_weights_is_only_for_methods_that_train(search: str) -> None:
    with pytest.raises(UnsupportedError, match=f"{search} trains nothing, and 'level' has no"):
        solve(levels(neural=[LEVEL]), search=search)


def test_a_library_that_is_not_there_is_no_empty_one(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="there is no library there; progsynth"):
        solve(levels(), library=str(tmp_path / "wrong"))
    assert not (tmp_path / "wrong").exists()


def test_results_with_networks_go_to_other_processes() -> None:
    found = solved(levels(), networks={"level": level_network()})
    again = pickle.loads(pickle.dumps(found))  # noqa: S301 (our own)
    assert again.function([[3.0], [2.0]]) == 5


# --------------------------------------------------------------------------- own methods


class Trained:
    """A search that hands out one candidate, as if it had trained its network."""

    name = "trained"
    level = 1
    notes = ()

    def __init__(self, candidate: Candidate, networks: Mapping[str, Network]):
        self.candidate = candidate
        self.networks = networks
        self.exhausted = False

    def ask(self, allowance: Allowance) -> Batch:
        self.exhausted = True
        made = Candidate(self.candidate.program, 3, self.candidate.filled, self.networks)
        return Batch((made,), 1, 10, 25)

    def tell(self, results: Told) -> None:
        pass

    def partial(self) -> tuple[Candidate, ...]:
        return ()


def method(seen: list[Problem]) -> Any:
    def made(problem: Problem, seed: int) -> Trained:
        seen.append(problem)
        levels = Call("map", (Lambda(1, Call("level", (Var(0),))), Var(0)))
        body = Call("sum.int", (levels if problem.types == problem.entry_types else Var(0),))
        return Trained(problem.wrap(body, 3), {"level": level_network()})

    return made


def test_a_method_of_ones_own_is_given_the_problem_and_may_bring_networks() -> None:
    seen: list[Problem] = []
    found = solved(levels(neural=[LEVEL]), search=method(seen), gradient_steps=100)
    (problem,) = seen
    assert [n.name for n in problem.neural] == ["level"]
    assert (len(problem.inputs), problem.outputs) == (5, tuple(TOTALS))
    assert found.program is not None
    assert found.program.startswith(f"neural {LEVEL}\n")
    assert (found.search, found.gradient_steps, found.programs) == ("trained", 25, 1)
    assert "25 gradient steps" in str(found)
    assert found.function([[2.0], [3.0]]) == 5
    assert list(found.networks) == ["level"]


def test_a_program_is_not_called_as_its_submodule_is() -> None:
    seen: list[Problem] = []
    found = solved(replace(levels(neural=[LEVEL]), name="level"), search=method(seen))
    assert found.entry == "f"
    assert found.function([[2.0], [3.0]]) == 5


def test_a_method_fills_the_one_hole_of_a_sketch() -> None:
    seen: list[Problem] = []
    sketch = (
        f"neural {LEVEL}\n\ndef f(xs: list[tensor[1]]) -> int:\n    return ??(map(level, xs))\n"
    )
    found = solved(levels(), sketch=sketch, search=method(seen))
    (problem,) = seen
    assert [str(t) for t in problem.types] == ["list[int]"]
    assert found.filled == ("sum(x)",)
    assert found.function([[2.0], [3.0]]) == 5


def test_a_method_cannot_fill_several_holes() -> None:
    sketch = f"neural {LEVEL}\n\ndef f(xs: list[tensor[1]]) -> int:\n    return ?? + ??\n"
    with pytest.raises(UnsupportedError, match=r"the sketch has 2 holes \(\?\?, \?\?\): only"):
        solve(levels(), sketch=sketch, search=method([]))


def test_what_a_solution_does_not_need_is_simplified_away_with_its_networks() -> None:
    def padded(problem: Problem, seed: int) -> Trained:
        levels = Call("map", (Lambda(1, Call("level", (Var(0),))), Var(0)))
        others = Call("map", (Lambda(1, Call("other", (Var(0),))), Var(0)))
        none = Call("sub.int", (Call("sum.int", (others,)), Call("sum.int", (others,))))
        body = Call("add.int", (Call("sum.int", (levels,)), none))
        networks = {
            "level": level_network(),
            "other": make_network(read_neural(other, PACK), seed=1),
        }
        return Trained(problem.wrap(body, 9), networks)

    other = LEVEL.replace("level", "other")
    found = solved(levels(neural=[LEVEL, other]), search=padded)
    assert found.program is not None
    assert "return sum(map(level, xs))\n" in found.program
    assert list(found.networks) == ["level"]


def test_a_program_whose_submodule_nobody_trained_is_refused() -> None:
    def untrained(problem: Problem, seed: int) -> Trained:
        made: Trained = method([])(problem, seed)
        made.networks = {}
        return made

    with pytest.raises(UnsupportedError, match="the submodule 'level' has no weights: search="):
        solve(levels(neural=[LEVEL]), search=untrained)


def test_budgets() -> None:
    with pytest.raises(ProgsynthError, match="give seconds, executions, programs, gradient_steps"):
        solve(levels(), seconds=None)
    with pytest.raises(ProgsynthError, match="gradient_steps: expected a whole number from 0"):
        solve(levels(), gradient_steps=-1)
