"""A language model as a proposer, from recorded answers: what is taken of them, what is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from progsynth.errors import ProgsynthError
from progsynth.search.proposals.proposed import ProposalReport, ProposalRequest, Proposed
from progsynth.search.proposals.text_model import TextModel, prompt
from progsynth.search.proposals.texts import MAX_CHARACTERS
from progsynth.search.run import Allowance, Batch, Candidate, Search, Told
from progsynth.solve import Result, solve
from progsynth.task import Task

ANSWERS = Path(__file__).with_name("answers")
REQUEST = ProposalRequest(
    "sum of squares",
    "def sum_of_squares(xs: list[int]) -> int:",
    ("sum_of_squares([1, 2, 3]) == 14", "sum_of_squares([]) == 0"),
    "sum(xs)  (list[int]) -> int  # The sum.",
)
TASK = Task.from_pairs("sum of squares", [([1, 2, 3], 14), ([], 0), ([4, 1], 17)])


def recorded(*names: str) -> Callable[[str], str]:
    """A model that gives these answers, one after another."""
    left: Iterator[str] = iter([(ANSWERS / f"{name}.md").read_text() for name in names])
    return lambda _: next(left)


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


def nothing(*_: object) -> Search:
    return Nothing()


def solved(complete: Callable[[str], str], **options: int) -> Result:
    model = TextModel(complete, **options)
    return solve(TASK, proposals=model, search=nothing, seconds=None, executions=30_000)


def statuses(result: Result) -> list[str]:
    return [report.status for report in result.proposals]


# ------------------------------------------------------------------------------- answers


def test_a_program_among_prose_is_found() -> None:
    result = solved(recorded("prose_around"))
    assert result.solved
    assert statuses(result) == ["solution"]
    assert result.proposals[0].source == "model, round 1:7"
    assert result.search == "proposals"
    assert "the program was proposed: model, round 1:7" in result.notes


def test_wrong_syntax_is_told_and_asked_for_again() -> None:
    prompts: list[str] = []
    answers = recorded("wrong_syntax", "prose_around")

    def complete(text: str) -> str:
        prompts.append(text)
        return answers(text)

    result = solved(complete)
    assert result.solved
    assert statuses(result) == ["refused", "solution"]
    finding = result.proposals[0].finding
    assert finding.startswith("model, round 1:4:")
    assert "    for x in xs\n" in finding
    assert finding not in prompts[0]
    assert finding in prompts[1]
    assert "for x in xs\n        total" in prompts[1], "the text itself is told as well"


def test_python_that_is_not_the_language_is_refused_with_what_to_write() -> None:
    result = solved(recorded("python_of_another_kind"), rounds=1)
    assert not result.solved
    expected = [
        ("'import' is not part of the language", "all that the language pack holds is there"),
        ("functions cannot be recursive", "write a while loop"),
        ("strings have no prefix: found 'f'", "join texts with +"),
        ("values have no methods: found '.append(...)'", "append(ys, item)"),
    ]
    assert statuses(result) == ["refused"] * 4
    for report, (finding, hint) in zip(result.proposals, expected, strict=True):
        assert finding in report.finding
        assert hint in report.finding


def test_of_several_programs_the_cheapest_that_is_right_is_taken() -> None:
    result = solved(recorded("several"))
    assert statuses(result) == ["right", "wrong", "solution"]
    assert result.program is not None
    assert "lambda" in result.program
    assert result.proposals[1].finding == "square_of_sum([1, 2, 3]) gives 36, expected 14"


@pytest.mark.parametrize("name", ["empty", "refusal", "output_and_json"])
def test_an_answer_without_a_program_is_told_and_asked_for_again(name: str) -> None:
    result = solved(recorded(name, "prose_around"))
    assert statuses(result) == ["refused", "solution"]
    assert result.proposals[0].finding.startswith("no program in the answer")


def test_it_is_asked_no_more_often_than_it_may_be() -> None:
    asked: list[str] = []

    def complete(text: str) -> str:
        asked.append(text)
        return ""

    assert not solved(complete, rounds=3).solved
    assert len(asked) == 3


def test_what_is_nearly_right_is_repaired() -> None:
    result = solved(recorded("nearly"), rounds=1)
    assert result.solved
    assert statuses(result) == ["repaired"]
    assert "the program is a repaired one: model, round 1:2" in result.notes


def test_an_exception_is_reported_and_the_search_goes_on() -> None:
    def complete(_: str) -> str:
        raise ConnectionError("the line is dead")

    model = TextModel(complete, name="m")
    task = Task.from_pairs("double", [(3, 6), (5, 10)])
    result = solve(task, proposals=model, search="bottom_up", seconds=None, executions=20_000)
    assert result.solved, "by the search that follows"
    assert result.search == "bottom_up"
    (report,) = result.proposals
    assert (report.source, report.status) == ("m", "error")
    assert report.finding == "ConnectionError: the line is dead"
    assert any("the line is dead" in note for note in result.notes)


def test_an_answer_of_another_type_is_reported() -> None:
    result = solved(lambda _: b"def f()")  # type: ignore[arg-type, return-value]
    assert statuses(result) == ["error"]
    assert "expected the text of an answer, found bytes" in result.proposals[0].finding


def test_an_interrupt_in_the_model_ends_the_search() -> None:
    def complete(_: str) -> str:
        raise KeyboardInterrupt

    assert solved(complete).stop_reason == "interrupted"


def test_an_answer_of_10_mb_is_read_in_part() -> None:
    program = (ANSWERS / "prose_around.md").read_text()
    found = list(TextModel(lambda _: program + "x" * 10_000_000).propose(REQUEST))
    assert [bool(one.program) for one in found] == [True, False]
    assert f"only the first {MAX_CHARACTERS:,} of it were read" in found[1].finding


# --------------------------------------------------------------------------------- prompts


def test_a_prompt_has_all_of_the_request() -> None:
    text = prompt(REQUEST)
    assert all(part in text for part in (REQUEST.signature, *REQUEST.examples, REQUEST.primitives))
    assert "before" not in text.partition(REQUEST.primitives)[2]


def test_a_prompt_shows_so_many_examples_and_says_that_there_are_more() -> None:
    text = prompt(REQUEST, examples=1)
    assert REQUEST.examples[0] in text
    assert REQUEST.examples[1] not in text
    assert "and 1 more" in text


def test_a_prompt_is_bounded_whatever_was_proposed() -> None:
    report = ProposalReport("m", "x" * 1_000_000, "refused", "y" * 1_000_000)
    request = ProposalRequest("f", "def f(x: int) -> int:", (), "", (report,) * 100)
    assert len(prompt(request)) < 50_000


def test_a_model_without_rounds_is_not_asked() -> None:
    def complete(_: str) -> str:
        raise ProgsynthError("asked")

    assert list(TextModel(complete, rounds=0).propose(REQUEST)) == []


def test_proposals_say_where_they_stand_in_the_answer() -> None:
    found = list(TextModel(recorded("several"), name="m").propose(REQUEST))
    assert [one.label for one in found] == ["m, round 1:6", "m, round 1:17", "m, round 1:24"]
    assert all(isinstance(one, Proposed) for one in found)
