"""Choosing among programs that fit: when it looks on, when it stops, what it hands out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from progsynth.evaluate import Evaluation, compare
from progsynth.lang.term import Const, Function, Program, const
from progsynth.lang.types import INT
from progsynth.search.run import Allowance, Batch, Budget, Candidate, Outcome, Search, Told, run
from progsynth.search.settle import Judge, Patience, Settling, Weighed

WORK = 10  # executions of one ask
GO_ON = Patience(least=1_000)
RIGHT = 100  # constants from here on fit


def candidate(value: int) -> Candidate:
    body = const(value)
    return Candidate(Program((Function("f", ("x",), (INT,), INT, body),)), value)


def value_of(one: Candidate) -> int:
    body = one.program.entry.body
    assert isinstance(body, Const) and isinstance(body.value, int)
    return body.value


class Listed:
    """Proposes constants, one an ask; 0 stands for an ask that finds nothing."""

    name = "listed"
    notes = ("a note",)

    def __init__(self, values: Sequence[int]):
        self.values = list(values)
        self.told: list[int] = []
        self.level = 0

    @property
    def exhausted(self) -> bool:
        return not self.values

    def ask(self, allowance: Allowance) -> Batch:
        self.level += 1
        value = self.values.pop(0)
        return Batch((candidate(value),) if value else (), 1, WORK)

    def tell(self, results: Told) -> None:
        self.told += [value_of(one) for one, _ in results]

    def partial(self) -> tuple[Candidate, ...]:
        return ()


def fits(one: Candidate) -> Evaluation:
    return compare([True], [value_of(one) >= RIGHT], INT)


def judge(
    weights: Mapping[int, Weighed], *, floor: float = 0.0, second: Search | None = None
) -> Judge:
    return Judge(
        fits, lambda c, _: weights[value_of(c)], lambda level: floor * level, lambda c: second
    )


def found(search: Search, *, executions: int | None = None, never: Sequence[int] = ()) -> Outcome:
    """What the loop makes of it, where the validation examples turn down those of `never`."""
    budget = Budget(None, executions or 10_000)
    return run(search, fits, lambda c: compare([True], [value_of(c) not in never], INT), budget)


def answer(outcome: Outcome) -> int:
    assert outcome.solved and outcome.candidate is not None
    return value_of(outcome.candidate)


def test_the_likeliest_of_those_that_fit_is_handed_out_though_it_came_later() -> None:
    weights = {101: Weighed(9.0), 102: Weighed(5.0), 103: Weighed(7.0)}
    inner = Listed([1, 101, 2, 102, 103])
    search = Settling(inner, judge(weights), GO_ON)
    outcome = found(search)
    assert answer(outcome) == 102
    assert [value_of(fit.candidate) for fit in search.fits] == [102, 103, 101]
    assert inner.told == [1, 101, 2, 102, 103], "each is told once"
    assert (search.name, search.notes) == ("listed", ("a note",))


def test_of_two_as_likely_the_first_is_taken() -> None:
    weights = {101: Weighed(5.0), 102: Weighed(5.0)}
    assert answer(found(Settling(Listed([101, 102]), judge(weights), GO_ON))) == 101


def test_it_stops_at_once_where_a_fit_is_sure() -> None:
    sure = Listed([101, 102])
    weights = {101: Weighed(9.0, sure=True), 102: Weighed(5.0)}
    assert answer(found(Settling(sure, judge(weights), GO_ON))) == 101
    assert sure.values == [102]


def test_it_looks_on_for_the_least_only_where_a_fit_is_vouched_for_or_all_to_come_is_longer() -> (
    None
):
    patience = Patience(share=10.0, least=20)
    vouched = Listed([0] * 5 + [101] + [0] * 10)
    weights = {101: Weighed(9.0, vouched=True), 102: Weighed(5.0)}
    assert answer(found(Settling(vouched, judge(weights), patience))) == 101
    assert len(vouched.values) == 8
    near = Listed([0, 101, 0, 102, 0, 0])
    assert answer(found(Settling(near, judge(weights), patience))) == 102
    lightest = Listed([0] * 5 + [101] + [0] * 10)
    weights = {101: Weighed(9.0), 102: Weighed(5.0)}
    assert answer(found(Settling(lightest, judge(weights, floor=3.0), patience))) == 101
    assert len(lightest.values) == 8, "from level 3 on all weigh 9 at least"


def test_it_looks_on_for_its_patience_only() -> None:
    weights = {101: Weighed(9.0), 102: Weighed(5.0)}
    inner = Listed([0] * 10 + [101] + [0] * 10 + [102])
    outcome = found(Settling(inner, judge(weights), Patience(share=0.5, least=30)))
    assert answer(outcome) == 101
    assert len(inner.values) == 5, "half of what it had used"
    inner = Listed([101, *[0] * 10, 102])
    outcome = found(Settling(inner, judge(weights), Patience(share=0.5, least=30)))
    assert answer(outcome) == 101
    assert len(inner.values) == 8, "30 executions at least"


def test_the_end_of_the_budget_takes_the_best_that_there_is() -> None:
    weights = {101: Weighed(9.0), 102: Weighed(5.0)}
    inner = Listed([0, 101, 0, 0, 0, 102])
    outcome = found(Settling(inner, judge(weights), GO_ON), executions=42)
    assert answer(outcome) == 101
    assert outcome.executions <= 42 + WORK + 3, "the ask that goes over it, and checks"


def test_what_validation_turns_down_gives_way_to_the_next_best() -> None:
    weights = {101: Weighed(9.0), 102: Weighed(5.0), 103: Weighed(7.0)}
    search = Settling(Listed([101, 102, 103, 0]), judge(weights), GO_ON)
    outcome = found(search, never=[102])
    assert answer(outcome) == 103
    assert [value_of(one) for one in outcome.rejected] == [102]


def test_after_all_fits_were_turned_down_it_goes_on() -> None:
    weights = {101: Weighed(5.0, sure=True), 102: Weighed(5.0, sure=True)}
    search = Settling(Listed([101, 0, 102]), judge(weights), GO_ON)
    assert answer(found(search, never=[101])) == 102


def test_a_second_search_looks_for_one_that_is_not_odd() -> None:
    weights = {101: Weighed(5.0, odd=0.5), 102: Weighed(4.0), 103: Weighed(6.0, odd=0.1)}
    second = Listed([0, 103, 102, 0])
    search = Settling(Listed([101]), judge(weights, second=second), GO_ON)
    assert answer(found(search)) == 102
    assert second.values == [0], "it ends with the first that is not odd"


def test_a_second_search_that_finds_nothing_leaves_what_there_was() -> None:
    weights = {101: Weighed(5.0, odd=0.5)}
    second = Listed([0] * 50)
    patience = Patience(least=10, second=100)
    search = Settling(Listed([101, 0, 0]), judge(weights, second=second), patience)
    assert answer(found(search)) == 101
    assert len(second.values) == 40


def test_what_does_not_fit_goes_to_the_loop_as_ever() -> None:
    search = Settling(Listed([1, 2]), judge({}), GO_ON)
    outcome = found(search)
    assert (outcome.solved, outcome.stop_reason) == (False, "exhausted")
    assert outcome.candidate is not None and value_of(outcome.candidate) == 1


def test_only_the_first_few_and_those_that_may_be_the_likeliest_are_weighed_closely() -> None:
    bounds = []

    def weigh(one: Candidate, bound: float) -> Weighed:
        bounds.append(bound)
        return Weighed(float(value_of(one)))

    made = Judge(fits, weigh, lambda level: 0.0, lambda c: None)
    found(Settling(Listed([105, 103, 104]), made, Patience(least=1_000, closely=2)))
    assert bounds == [inf, inf, 103.0]
