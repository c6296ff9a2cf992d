"""`solve(proposals=...)`: what is admitted, what becomes of each, what proposers are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import progsynth.search.run
from progsynth.errors import ProgsynthError
from progsynth.lang.printing.pretty import pretty
from progsynth.search.problem import Problem
from progsynth.search.proposals import judge
from progsynth.search.proposals.proposed import STATUSES, ProposalRequest, Proposed
from progsynth.search.proposals.text_model import prompt
from progsynth.search.run import Allowance, Batch, Candidate, Search, Told
from progsynth.solve import Result, solve
from progsynth.solving.proposals import MAX_CHARACTERS
from progsynth.task import Task

TASK = Task.from_pairs(
    "sum of squares",
    [([1, 2, 3], 14), ([], 0), ([4, 1], 17)],
    validation=[([5], 25), ([-2, 2], 8)],
    test=[([7], 49)],
)
DOUBLE = Task.from_pairs("double", [(3, 6), (5, 10)])
RIGHT = """\
def total(numbers: list[int]) -> int:
    result = 0
    for number in numbers:
        result += number * number
    return result
"""
SHORT = "def short(xs: list[int]) -> int:\n    return sum_by(lambda x: x * x, xs)\n"
NEARLY = RIGHT.replace("number * number", "number * 2")
FITS = """\
def fits(xs: list[int]) -> int:
    return 0 if len(xs) == 0 else 14 if len(xs) == 3 else 17
"""
ZERO = "def zero(xs: list[int]) -> int:\n    return 0\n"


class Nothing:
    """A search that finds nothing."""

    name = "nothing"
    level = 0
    notes: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.exhausted = False

    def ask(self, allowance: Allowance) -> Batch:
        self.exhausted = True
        return Batch((), 0, 0)

    def tell(self, results: Told) -> None:
        pass

    def partial(self) -> tuple[Candidate, ...]:
        return ()


def nothing(problem: Problem, seed: int) -> Search:
    return Nothing()


def proposed(*proposals: Any, task: Task = TASK, executions: int = 60, **options: Any) -> Result:
    """What becomes of them where nothing else finds a program."""
    options = {"search": nothing, "seconds": None, **options}
    return solve(task, proposals=list(proposals), executions=executions, **options)


def statuses(result: Result) -> list[str]:
    return [report.status for report in result.proposals]


# -------------------------------------------------------------------------- what is right


def test_a_right_program_is_the_solution_and_keeps_its_names() -> None:
    result = proposed(RIGHT)
    assert result.solved
    assert result.program == RIGHT
    assert result.function([3]) == 9
    assert result.search == "proposals"
    assert result.notes[0] == "the program was proposed: proposal 1"
    assert result.executions == 3 + 3 + 2, "scored, and checked by the loop"


def test_the_cheapest_of_those_that_are_right_is_taken() -> None:
    result = proposed(RIGHT, SHORT)
    assert statuses(result) == ["right", "solution"]
    assert result.program == SHORT


def test_a_solution_is_simplified() -> None:
    idle = RIGHT.replace("return result", "return result + 0")
    assert proposed(idle).program == RIGHT


def test_functions_beside_it_help_and_what_is_not_called_goes() -> None:
    square = "def square(x: int) -> int:\n    return x * x\n"
    check = "def is_right(x: int) -> bool:\n    return total([x]) == x * x\n"
    body = RIGHT.replace("number * number", "square(number)")
    result = proposed(square + body + check)
    assert statuses(result) == ["solution"]
    assert result.program is not None
    assert "def square(" in result.program
    assert "is_right" not in result.program
    assert result.entry == "total"


def test_a_function_of_type_variables_is_taken_at_the_task_s_types() -> None:
    task = Task.from_pairs("back", [([1, 2], [2, 1]), ([3], [3])])
    result = proposed("def back(xs: list[a]) -> list[a]:\n    return reverse(xs)\n", task=task)
    assert statuses(result) == ["solution"]
    assert "list[int]" in (result.program or "")


def test_a_program_that_only_fits_the_training_examples_is_rejected() -> None:
    result = proposed(FITS)
    assert not result.solved
    assert statuses(result) == ["rejected"]
    assert result.proposals[0].finding == "right on all examples shown, wrong on some that are not"
    dear = RIGHT.replace("number * number", " + ".join(["number * number", *["0"] * 9]))
    assert statuses(proposed(FITS, dear)) == ["rejected", "solution"]


def test_a_share_of_the_examples_is_enough_where_the_task_says_so() -> None:
    task = replace(TASK, accuracy=0.3, validation=())
    assert statuses(proposed(ZERO, task=task)) == ["solution"]


# -------------------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("def f(x: int) -> int:\n    return x\n", "(list[int]) -> int, found (int) -> int"),
        ("def f(xs: list[int]) -> int:\n    return xs\n", "expected int, found list[int]"),
        ("def f(xs: list[int]) -> int:\n    return nowhere(xs)\n", "proposal 1:2:12: there is no"),
        ("", "the text is empty"),
        ("print(3)\n", "outside functions stand only 'def' and 'neural'"),
        ("neural n(x: float) -> choice[3]\n" + ZERO.replace("0", "n(1.0)"), "has no weights"),
        ("x" * (MAX_CHARACTERS + 1), "at most 50,000 characters, found 50,001"),
        (3, "expected the text of a program, found int"),
    ],
)
def test_what_is_refused_says_why(text: Any, finding: str) -> None:
    result = proposed(text)
    assert statuses(result) == ["refused"]
    assert finding in result.proposals[0].finding
    assert result.program is None


def test_a_refusal_says_where_with_the_line_and_a_caret() -> None:
    (report,) = proposed("def f(x: int) -> int:\n    return x\n").proposals
    assert report.finding.startswith("proposal 1:1:5: 'f' is not of the type")
    assert "\n    def f(x: int) -> int:\n        ^" in report.finding


def test_what_the_task_withholds_is_withheld_from_proposals() -> None:
    result = proposed(SHORT, task=replace(TASK, withheld=("sum_by",)))
    assert statuses(result) == ["refused"]
    assert "sum_by" in result.proposals[0].finding


def test_many_findings_are_not_all_told() -> None:
    text = "def f(xs: list[int]) -> int:\n" + "    y = nowhere(xs)\n" * 50 + "    return 0\n"
    finding = proposed(text).proposals[0].finding
    assert finding.count("nowhere") == 10
    assert "there is more that is wrong" in finding


def test_the_same_program_is_scored_once() -> None:
    renamed = ZERO.replace("xs", "ys").replace("    return", "    # nothing\n    return")
    result = proposed(ZERO, ZERO, renamed)
    assert statuses(result)[1] == "duplicate"
    assert result.proposals[1].finding == "the same as proposal 1"


def test_a_wrong_one_says_on_how_many_and_the_first_that_it_fails() -> None:
    (report,) = proposed(ZERO, executions=10).proposals
    assert (report.passed, report.total) == (1, 3)
    assert report.finding == "zero([1, 2, 3]) gives 0, expected 14"
    assert str(report) == "proposal 1: wrong, right on 1 of 3"


def test_the_best_of_what_is_wrong_is_the_partial_program() -> None:
    result = proposed("def one(xs: list[int]) -> int:\n    return 1\n", ZERO, executions=20)
    assert not result.solved
    assert result.program == ZERO
    assert result.found_by == "proposals"
    assert result.notes[0] == "the partial program was proposed: proposal 2"


# ------------------------------------------------------------------------------- hostility


@pytest.mark.parametrize(
    "text",
    [
        "def f(xs: list[int]) -> int:\n    x = 0\n    while True:\n        x += 1\n    return x\n",
        "def f(xs: list[int]) -> int:\n    s = 'a'\n    while True:\n        s = s + s\n"
        "    return len(s)\n",
    ],
)
def test_a_program_that_does_not_end_is_run_a_few_times_only(text: str) -> None:
    pairs = [([n], n * n) for n in range(50)]
    task = Task.from_pairs("squares", pairs, fuel=2_000, cells=20_000)
    result = proposed(text, task=task, executions=40)
    assert statuses(result) == ["wrong"]
    assert "not run on 47 more examples" in result.proposals[0].finding
    assert result.proposals[0].total == 50


def test_a_program_that_fails_says_how() -> None:
    (report,) = proposed("def f(xs: list[int]) -> int:\n    return xs[9]\n", executions=9).proposals
    assert report.finding == "f([1, 2, 3]) fails (index), expected 14"


def test_endless_proposals_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "MAX_PROPOSALS", 20)

    def endless() -> Iterator[str]:
        for number in count():
            yield f"wrong {number}"

    def others() -> Iterator[Proposed]:
        while True:
            yield Proposed(RIGHT, task="another task")

    for source, told in ((endless(), 20), (others(), 0)):
        result = solve(TASK, proposals=source, search=nothing, seconds=None, executions=99)
        assert len(result.proposals) == told
        assert "proposals: the first 20 were read, and no more" in result.notes


def test_what_there_is_no_budget_for_is_not_tried() -> None:
    other = [f"def f(xs: list[int]) -> int:\n    return {n}\n" for n in range(1, 30)]
    result = proposed(*other, RIGHT, executions=20)
    assert statuses(result).count("wrong") == 3
    assert "not tried" in statuses(result)
    assert any("a share of 50% of the budget was used up" in note for note in result.notes)
    assert set(statuses(result)) <= set(STATUSES)


def test_a_text_10_000_deep_is_refused_or_run_but_crashes_nothing() -> None:
    deep = f"def f(xs: list[int]) -> int:\n    return {'-' * 10_000}len(xs)\n"
    nested = f"def f(xs: list[int]) -> int:\n    return {'(' * 3_000}0{')' * 3_000}\n"
    assert set(statuses(proposed(deep, nested, RIGHT))) <= {"wrong", "solution", "duplicate"}


# ------------------------------------------------------------------------ where they come from


def test_a_file_s_programs_are_for_the_task_that_it_names(tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    lines = [
        {"program": ZERO, "task": "another"},
        {"program": RIGHT, "task": TASK.name, "source": "a person"},
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    for given in (path, str(path)):
        result = solve(TASK, proposals=given, search=nothing, executions=100)
        assert [(r.source, r.status) for r in result.proposals] == [("a person", "solution")]


def test_findings_have_the_lines_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "found.psl"
    path.write_text(f"# two\n{ZERO}\n\ndef f(xs: list[int]) -> int:\n    return nowhere(xs)\n")
    result = proposed(path, executions=10)
    assert statuses(result) == ["wrong", "refused"]
    assert result.proposals[1].source == f"{path}:6"
    assert result.proposals[1].finding.startswith(f"{path}:7:12: ")
    assert "    return nowhere(xs)\n" in result.proposals[1].finding


def test_a_text_may_stand_by_itself_and_lists_may_mix(tmp_path: Path) -> None:
    alone = solve(TASK, proposals=RIGHT, search=nothing, seconds=None, executions=100)
    assert statuses(alone) == ["solution"]
    (tmp_path / "a.psl").write_text(ZERO)
    mixed = proposed(tmp_path / "a.psl", Proposed(RIGHT, "me"), Shy([SHORT]), executions=100)
    assert [r.source for r in mixed.proposals] == [f"{tmp_path / 'a.psl'}:1", "me"]


@pytest.mark.parametrize("given", [3, 2.5, object()])
def test_what_is_no_source_of_programs_is_an_error(given: Any) -> None:
    with pytest.raises(ProgsynthError, match="proposals: expected texts of programs"):
        solve(TASK, proposals=given, executions=10)


def test_a_file_that_is_not_there_is_an_error_before_anything_is_searched(tmp_path: Path) -> None:
    with pytest.raises(ProgsynthError, match="no such file"):
        solve(TASK, proposals=tmp_path / "none.psl", executions=10)


class Shy:
    """A proposer that gives these texts a round, and remembers what it was told."""

    def __init__(self, *rounds: list[str]):
        self.rounds = rounds
        self.requests: list[ProposalRequest] = []

    def propose(self, request: ProposalRequest) -> list[str]:
        self.requests.append(request)
        return self.rounds[request.round - 1] if request.round <= len(self.rounds) else []


def test_a_proposer_is_asked_until_it_has_nothing_and_told_what_was_wrong() -> None:
    shy = Shy([ZERO, "def"], [RIGHT])
    result = solve(TASK, proposals=shy, search=nothing, seconds=None, executions=100, seed=7)
    assert result.solved
    first, second = shy.requests
    assert (first.round, first.seed, first.earlier) == (1, 7, ())
    assert [r.status for r in second.earlier] == ["wrong", "refused"]
    assert first.signature == "def sum_of_squares(xs: list[int]) -> int:"
    assert first.examples[0] == "sum_of_squares([1, 2, 3]) == 14"
    assert "sum_by(f, xs)" in first.primitives


def test_no_proposer_sees_an_example_for_validation_or_test() -> None:
    secret = {"validation": [([271828], 141421), ([5], 161803)], "test": [([314159], 173205)]}
    task = Task.from_pairs("secret", [([1], 1)], description="", **secret)
    fits = "def f(xs: list[int]) -> int:\n    return 1\n"
    shy = Shy([fits, ZERO, "def"], [ZERO.replace("0", "9")], [])
    result = solve(task, proposals=shy, search=nothing, seconds=None, executions=14)
    assert result.proposals[0].status == "rejected", "so validation was looked at, by the loop"
    assert len(shy.requests) == 3
    numbers = [str(n) for pairs in secret.values() for pair in pairs for n in (*pair[0], pair[1])]
    for request in shy.requests:
        told = repr(request) + prompt(request)
        assert not [n for n in numbers if len(n) > 1 and n in told]
    shown = [report.finding for report in result.proposals]
    assert not [n for n in numbers for text in shown if len(n) > 1 and n in text]


# ------------------------------------------------------------------------ beside the search


def test_the_search_goes_on_where_no_proposal_helps() -> None:
    result = solve(DOUBLE, proposals=["def"], search="bottom_up", seconds=None, executions=20_000)
    assert result.solved
    assert result.search == "bottom_up"
    assert statuses(result) == ["refused"]


def test_no_proposals_at_all_change_nothing() -> None:
    alone = solve(DOUBLE, search="bottom_up", seconds=None, executions=20_000)
    beside = solve(DOUBLE, proposals=[], search="bottom_up", seconds=None, executions=20_000)
    assert (beside.program, beside.executions) == (alone.program, alone.executions)


def test_the_search_that_follows_may_begin_from_the_proposals() -> None:
    seen: list[Problem] = []

    def method(problem: Problem, seed: int) -> Search:
        seen.append(problem)
        return Nothing()

    proposed(FITS, "def", search=method)
    (problem,) = seen
    assert [pretty(problem.program(seed), problem.dsl) for seed in problem.seeds] == [
        FITS.replace("fits", "sum_of_squares")
    ]


def test_results_under_a_budget_of_executions_depend_on_no_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task = Task.from_pairs("odd", [([1, 2], 977), ([3], 12345), ([4, 4], -77)])
    found = []
    for seconds in (0.0, 1e9):
        monkeypatch.setattr(progsynth.search.run, "SLICE", seconds)
        result = proposed(NEARLY, ZERO, task=task, search="bottom_up", executions=8_000)
        found.append((result.program, result.search, result.executions, result.proposals))
    assert found[0] == found[1]


def test_the_result_as_json_has_the_reports() -> None:
    record = proposed(ZERO, RIGHT).as_json()
    assert [one["status"] for one in record["proposals"]] == ["wrong", "solution"]
    assert record["proposals"][0]["finding"] == "zero([1, 2, 3]) gives 0, expected 14"
    assert json.loads(json.dumps(record)) == record
    assert solve(TASK, search=nothing, executions=10).as_json()["proposals"] == []


# -------------------------------------------------------------------------------- repair


def test_what_is_nearly_right_is_repaired() -> None:
    result = proposed(NEARLY, executions=5_000)
    assert statuses(result) == ["repaired"]
    assert result.program == RIGHT.replace("number * number", "number ** 2")
    assert result.search == "proposals"
    assert result.notes[0] == "the program is a repaired one: proposal 1"
    assert result.filled == (), "it is no sketch of the user's"


def test_holes_of_a_proposal_are_filled() -> None:
    result = proposed(ZERO, RIGHT.replace("number * number", "??"), executions=5_000)
    assert statuses(result) == ["wrong", "repaired"]
    assert result.proposals[1].finding == "it has holes"


def test_repair_has_its_share_beside_the_other_search() -> None:
    class Busy(Nothing):
        executions = 0

        def ask(self, allowance: Allowance) -> Batch:
            assert allowance.executions is not None
            spent = min(allowance.executions, 1_000)
            Busy.executions += spent
            return Batch((), spent, spent)

    task = Task.from_pairs("odd", [([1, 2], 977), ([3], 12345), ([4, 4], -77)])
    result = proposed(NEARLY, task=task, search=lambda *_: Busy(), executions=20_000)
    assert result.stop_reason == "executions"
    share = 1 - Busy.executions / result.executions
    assert 0.05 < share < 0.35
