"""The loop: budgets, stop reasons, verification and events, with a search made of a list."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from progsynth.evaluate import Evaluation, compare
from progsynth.lang.term import Function, Program, const
from progsynth.lang.types import INT
from progsynth.search.run import Allowance, Batch, Budget, Candidate, Event, Told, run


def program(value: int) -> Program:
    return Program((Function("f", ("x",), (INT,), INT, const(value)),))


class Listed:
    """A search that proposes constants, each after `work` executions."""

    name = "listed"
    level = 1
    steps = 3  # of gradient descent, in each ask
    notes = ()

    def __init__(self, values: list[int], work: int = 0, interrupt_at: int | None = None):
        self.values = iter(values)
        self.work = work
        self.told: list[tuple[int, int]] = []
        self.asked: list[int | None] = []
        self.exhausted = False
        self.interrupt_at = interrupt_at

    def ask(self, allowance: Allowance) -> Batch:
        self.asked.append(allowance.executions)
        value = next(self.values, None)
        if value is None:
            self.exhausted = True
            return Batch((), 0, 0)
        if value == self.interrupt_at:
            raise KeyboardInterrupt
        return Batch((Candidate(program(value), value),), 1, self.work, self.steps)

    def tell(self, results: Told) -> None:
        self.told += [(c.cost, e.passed) for c, e in results]

    def partial(self) -> tuple[Candidate, ...]:
        return (Candidate(program(2), 2),)


def against(*expected: int):  # type: ignore[no-untyped-def]
    def check(candidate: Candidate) -> Evaluation:
        value = candidate.program.entry.body.value  # type: ignore[attr-defined]
        return compare(list(expected), [value] * len(expected), INT)

    return check


def test_the_first_candidate_that_passes_training_and_validation_is_the_solution() -> None:
    search = Listed([1, 5, 7, 5])
    found = run(search, against(5, 5), against(5), Budget(None))
    assert (found.solved, found.stop_reason) == (True, "solved")
    assert found.candidate is not None
    assert found.candidate.cost == 5
    assert search.told == [(1, 0)]
    assert found.executions == 2 + 2 + 1
    assert found.programs == 2


def test_what_validation_rejects_is_kept_and_the_search_goes_on() -> None:
    events: list[Event] = []
    found = run(Listed([5, 6]), against(5), against(6), Budget(None), on_event=events.append)
    assert found.stop_reason == "exhausted"
    assert [c.cost for c in found.rejected] == [5]
    assert found.candidate is not None
    assert found.candidate.cost == 5
    assert not found.solved
    assert [e.kind for e in events if e.kind != "progress"] == ["rejected", "stopped"]
    assert events[-1].stop_reason == "exhausted"
    assert events[-1].best == (1, 1)


def test_an_unsolved_run_gives_the_best_partial_program() -> None:
    found = run(Listed([9]), against(2, 3), against(), Budget(None))
    assert found.candidate is not None
    assert found.candidate.cost == 2
    assert found.evaluation is not None
    assert found.evaluation.passed == 1


@pytest.mark.parametrize(
    ("budget", "reason"),
    [
        (Budget(None, executions=10), "executions"),
        (Budget(None, programs=2), "programs"),
        (Budget(None, gradient_steps=6), "gradient_steps"),
        (Budget(0.0), "seconds"),
    ],
)
def test_each_budget_stops_the_run_and_says_so(budget: Budget, reason: str) -> None:
    search = Listed([1] * 100, work=4)
    assert run(search, against(5), against(), budget).stop_reason == reason


def test_a_share_of_right_examples_may_be_enough() -> None:
    found = run(Listed([4, 5]), against(5, 5, 6), against(5, 6), Budget(None), accuracy=0.5)
    assert found.solved
    assert found.candidate is not None
    assert found.candidate.cost == 5
    assert found.gradient_steps == 6


def test_a_search_is_told_how_many_executions_are_left() -> None:
    search = Listed([1] * 3, work=4)
    run(search, against(5), against(), Budget(None, executions=10))
    assert search.asked == [10, 5]


def test_a_search_is_told_how_many_programs_are_left() -> None:
    given = []

    class Asking(Listed):
        def ask(self, allowance: Allowance) -> Batch:
            given.append(allowance.programs)
            return super().ask(allowance)

    run(Asking([1] * 9), against(5), against(), Budget(None, programs=3))
    assert given == [3, 2, 1]


def test_an_ask_is_over_when_any_of_its_bounds_is_reached() -> None:
    allowance = Allowance(100, 7.0, lambda: 6.0, gradient_steps=5, programs=10)
    assert not allowance.is_spent(9, 99, 4)
    assert allowance.is_spent(10, 0)
    assert allowance.is_spent(0, 100)
    assert allowance.is_spent(0, 0, 5)
    assert Allowance(None, 6.0, lambda: 6.0).is_spent(0, 0)
    assert not Allowance(None, None).is_spent(10**9, 10**9, 10**9)


def test_time_is_looked_at_with_the_clock_given() -> None:
    def ticking() -> Iterator[float]:
        now = 0.0
        while True:
            yield now
            now += 1.0

    ticks = ticking()
    found = run(Listed([1] * 100), against(5), against(), Budget(20.0), clock=lambda: next(ticks))
    assert found.stop_reason == "seconds"
    assert 0 < found.programs < 20


def test_an_interrupt_returns_the_best_so_far() -> None:
    found = run(Listed([3, 4, 8], interrupt_at=8), against(3, 4, 4), against(), Budget(None))
    assert found.stop_reason == "interrupted"
    assert found.candidate is not None
    assert found.candidate.cost == 4


@pytest.mark.parametrize(("validation", "reason"), [(2, "solved"), (3, "interrupted")])
def test_a_program_that_fits_and_was_not_handed_out_yet_is_not_lost(
    validation: int, reason: str
) -> None:
    found = run(Listed([9], interrupt_at=9), against(2, 2), against(validation), Budget(None))
    assert (found.stop_reason, found.solved) == (reason, reason == "solved")
    assert found.candidate is not None
    assert found.candidate.cost == 2
