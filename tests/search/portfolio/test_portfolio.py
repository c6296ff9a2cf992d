"""The portfolio: rounds agree however many workers there are, and lost workers cost a note."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from progsynth.errors import UnsupportedError
from progsynth.evaluate import Evaluation, compare
from progsynth.lang.types import BOOL, INT
from progsynth.search.portfolio import Member, Portfolio, team
from progsynth.search.portfolio.clock import Clock
from progsynth.search.portfolio.hosts import Here, Patience, There
from progsynth.search.portfolio.shares import FLOOR, credit_after, shares
from progsynth.search.portfolio.team import Seat, Team
from progsynth.search.run import Allowance, Budget, Candidate, Outcome, Search, run

from .searches import Computing, Counting, Failing, late, near, value_of

ROOT = Path(__file__).resolve().parents[3]
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: /proc, memory limits")


@pytest.fixture(autouse=True)
def workers_load_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


@pytest.fixture
def made() -> Iterator[Callable[..., Portfolio]]:
    portfolios: list[Portfolio] = []

    def make(output: int, *searches: Callable[[], Search], **options: Any) -> Portfolio:
        members = [Member(f"search {n}", one) for n, one in enumerate(searches)]
        portfolios.append(Portfolio(members, near(output), **options))
        return portfolios[-1]

    yield make
    for one in portfolios:
        one.close()


def against(output: int) -> Callable[[Candidate], Evaluation]:
    return lambda candidate: compare([output], [value_of(candidate)], INT)


def ran(portfolio: Portfolio, output: int, valid: int, budget: Budget) -> Outcome:
    return run(portfolio, against(output), against(valid), budget)


def story(portfolio: Portfolio, outcome: Outcome) -> tuple[Any, ...]:
    """All that a run says, but for the time it took."""
    assert outcome.candidate is not None
    used = [(u.search, u.programs, u.executions) for u in portfolio.used()]
    return (
        *(outcome.solved, outcome.stop_reason, value_of(outcome.candidate), outcome.programs),
        *(outcome.executions, outcome.level, [value_of(c) for c in outcome.rejected], used),
        portfolio.finder(outcome.candidate),
    )


def proposing(start: int, *values: int) -> Callable[[], Search]:
    return partial(Counting, start, proposed=values)


# --------------------------------------------------------------------------------- rounds


@pytest.mark.parametrize(
    ("output", "searches", "many"),
    [
        # found by the last, which goes on from where the others are
        (40, [partial(Counting, 0), partial(Counting, -50), proposing(8, 40)], 2),
        # found by two in the same round: the first in order has it
        (30, [partial(Counting, -90), proposing(4, 30), proposing(4, 30)], 3),
        # a candidate that is not right, and one that ends before the others
        (25, [partial(Counting, 0, stop=7), proposing(2, 9, 25)], 2),
        # never found
        (500, [partial(Counting, 0), partial(Counting, 9), partial(Counting, -3)], 3),
    ],
)
def test_the_same_comes_out_whatever_the_number_of_workers(
    made: Callable[..., Portfolio], output: int, searches: list[Any], many: int
) -> None:
    stories = []
    for workers in (1, many):
        portfolio = made(output, *searches, workers=workers)
        outcome = ran(portfolio, output, output, Budget(None, executions=9_000_000))
        hosts = [isinstance(seat.host, There) for seat in portfolio.team.seats if not seat.over]
        assert any(hosts) == (workers > 1)
        stories.append(story(portfolio, outcome))
    assert stories[0] == stories[1]
    assert stories[0][0] == (output != 500)


def test_a_budget_of_programs_is_kept_whatever_the_number_of_workers(
    made: Callable[..., Portfolio],
) -> None:
    stories = []
    for workers in (1, 2):
        portfolio = made(500, partial(Counting, 0), partial(Counting, 9), workers=workers)
        outcome = ran(portfolio, 500, 500, Budget(None, programs=2_000))
        assert outcome.stop_reason == "programs"
        assert 2_000 <= outcome.programs <= 2_200
        stories.append(story(portfolio, outcome))
    assert stories[0] == stories[1]


def test_the_first_search_is_alone_at_the_beginning(made: Callable[..., Portfolio]) -> None:
    portfolio = made(3, partial(Counting, 0, proposed=[3]), partial(Failing, "killed"), workers=2)
    outcome = ran(portfolio, 3, 3, Budget(None, executions=10**6))
    assert outcome.solved
    assert [u.programs for u in portfolio.used()] == [3, 0]
    assert portfolio.team.seats[1].host is None


def test_those_who_propose_are_told_how_it_went(made: Callable[..., Portfolio]) -> None:
    proposer = Counting(0, proposed=[2, 9])
    portfolio = made(9, lambda: proposer, partial(Counting, -90), workers=1)
    outcome = run(portfolio, against(9), against(9), Budget(None, executions=10**6))
    assert outcome.solved
    assert proposer.told == [2]


@pytest.mark.parametrize("budget", [Budget(30.0), Budget(None, executions=10**6)])
def test_a_space_of_which_the_first_search_sees_the_end_at_once_is_exhausted(
    made: Callable[..., Portfolio], budget: Budget
) -> None:
    portfolio = made(9, partial(Counting, 0, stop=3), partial(Counting, 0), workers=2)
    assert ran(portfolio, 9, 9, budget).stop_reason == "exhausted"
    assert [u.programs for u in portfolio.used()] == [3, 0]


# ---------------------------------------------------------------------------------- clock


@LINUX
@pytest.mark.parametrize(
    ("what", "said", "budget"),
    [
        ("killed", "SIGKILL", Budget(30.0)),
        ("hangs", "did not answer", Budget(30.0)),
        ("memory", "memory", Budget(30.0)),
        ("killed", "SIGKILL", Budget(None, executions=30_000_000)),
        ("hangs", "did not answer", Budget(None, executions=30_000_000)),
    ],
)
def test_a_lost_worker_costs_a_note_and_the_others_go_on(
    made: Callable[..., Portfolio], what: str, said: str, budget: Budget
) -> None:
    # What the last search proposes is taken as soon as the other was lost.
    last = partial(Counting, 100, proposed=range(10**4), seconds=0.01)
    searches = [Computing, partial(Failing, what, at=150), last]
    patience = Patience(start=30.0, grace=0.3, least=1.0, each=0.0)
    portfolio = made(0, *searches, workers=3, patience=patience)

    def is_lost(candidate: Candidate) -> Evaluation:
        return compare([True], [any("search 1 was lost" in n for n in portfolio.notes)], BOOL)

    outcome = run(portfolio, is_lost, is_lost, budget)
    assert outcome.solved
    assert portfolio.finder(outcome.candidate or pytest.fail("no candidate")) == "search 2"
    (note,) = outcome.notes
    assert said in note


def test_a_defect_is_warned_of_and_an_unsupported_problem_is_said() -> None:
    members = [Member("a", partial(Failing, "error")), Member("b", partial(Failing, "unsupported"))]
    members.append(Member("c", partial(Counting, 0, proposed=[9])))
    members.insert(0, Member("first", Computing))
    portfolio = Portfolio(members, near(9), workers=2)
    with pytest.warns(RuntimeWarning, match="the search a failed: ValueError: a defect"):
        outcome = run(portfolio, against(9), against(9), Budget(30.0))
    portfolio.close()
    assert outcome.solved
    assert any("b was left out: not for such problems" in note for note in outcome.notes)


@pytest.mark.parametrize("budget", [Budget(30.0), Budget(None, 10**9)])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_search_that_was_not_ready_is_tried_again(
    made: Callable[..., Portfolio],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    workers: int,
    budget: Budget,
) -> None:
    monkeypatch.setattr(team, "_REST", 0.05)
    attempts = tmp_path / "attempts"
    second = partial(late, attempts, tries=3, proposed=[3])
    portfolio = made(3, Computing, second, workers=workers)
    outcome = ran(portfolio, 3, 3, budget)
    assert outcome.solved
    assert portfolio.finder(outcome.candidate or pytest.fail("no candidate")) == "search 1"
    assert len(attempts.read_text()) == 3
    assert outcome.notes == ("search 1 had to wait: it is being compiled",)


@pytest.mark.parametrize("budget", [Budget(30.0), Budget(None, 10**9)])
def test_a_search_that_is_never_ready_is_left_out(
    made: Callable[..., Portfolio],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    budget: Budget,
) -> None:
    monkeypatch.setattr(team, "_REST", 0.0)
    monkeypatch.setattr(team, "_RESTS", 4)
    portfolio = made(3, partial(late, tmp_path / "attempts", tries=99, proposed=[]), workers=1)
    with pytest.raises(UnsupportedError, match="it is being compiled"):
        ran(portfolio, 3, 3, budget)
    assert len((tmp_path / "attempts").read_text()) == 5 + 1  # to prepare is an attempt, too


def test_a_portfolio_of_which_no_search_can_be_made_says_why(
    made: Callable[..., Portfolio],
) -> None:
    portfolio = made(1, partial(Failing, "unsupported"), workers=1)
    with pytest.raises(UnsupportedError, match="not for such problems"):
        ran(portfolio, 1, 1, Budget(5.0))


def test_searches_that_cannot_be_sent_run_in_this_process(made: Callable[..., Portfolio]) -> None:
    second = Counting(0, proposed=[5])
    portfolio = made(5, Computing, lambda: second, workers=2)
    outcome = ran(portfolio, 5, 5, Budget(30.0))
    assert outcome.solved
    assert portfolio.finder(outcome.candidate or pytest.fail("no candidate")) == "search 1"
    (note,) = outcome.notes
    assert note.startswith("search 1 ran in this process: it cannot be sent")


def test_a_short_budget_is_the_first_search_s_alone(made: Callable[..., Portfolio]) -> None:
    portfolio = made(9, partial(Counting, 0, seconds=0.01), partial(Counting, 0), workers=2)
    outcome = ran(portfolio, 10**6, 0, Budget(1.0))
    assert outcome.stop_reason == "seconds"
    assert outcome.seconds < 30
    assert portfolio.used()[1].programs == 0


# --------------------------------------------------------------------------------- shares


def test_shares_follow_progress_and_have_a_floor() -> None:
    credit = 0.0
    for gain in (0.2, 0.1, 0.0):
        credit = credit_after(credit, gain, 1.0)
    first, second, third = shares([credit, 0.0, 0.0])
    assert first > second == third >= FLOOR / 3
    assert sum((first, second, third)) == pytest.approx(1.0)
    for _ in range(60):
        credit = credit_after(credit, 0.0, 1.0)
    assert shares([credit, 0.0]) == pytest.approx([0.5, 0.5])


# ----------------------------------------------------------------------------- interrupts

# A process that was started in the background ignores interrupts, and so would its own.
_RUN = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from functools import partial
from progsynth.search.portfolio import Member, Portfolio
from progsynth.search.run import Budget, run
from tests.search.portfolio.searches import Computing, Counting, near
from tests.search.portfolio.test_portfolio import against
members = [Member(str(n), partial(Counting, n - 10**6, seconds=0.01)) for n in range(2)]
members.insert(0, Member("first", Computing))
portfolio = Portfolio(members, near(0), workers=3)
def tell(event):
    pids = [s.host.resident.pid for s in portfolio.team.seats[1:] if s.host and s.programs]
    if len(pids) == 2: print(*pids, flush=True)
outcome = run(portfolio, against(0), against(0), Budget(60.0), on_event=tell)
portfolio.close()
print(outcome.stop_reason, outcome.candidate is not None)
"""


@LINUX
def test_an_interrupt_ends_the_run_and_leaves_no_worker(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", _RUN],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    assert running.stdout is not None
    pids = [int(pid) for pid in running.stdout.readline().split()]
    assert len(pids) == 2
    os.killpg(running.pid, signal.SIGINT)
    rest = running.stdout.read()
    assert running.wait(30) == 0
    running.stdout.close()
    assert rest.splitlines()[-1] == "interrupted True"
    end = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < end:
        time.sleep(0.02)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_a_search_that_may_not_be_back_in_time_is_not_asked_before_the_end() -> None:
    search = Counting(0)
    team = Team((Member("slow", lambda: search),), own=1)
    (seat,) = team.seats

    def settle(one: Seat, there: bool) -> None:
        one.host = Here(one.member, near(9))

    clock = Clock(team, settle, workers=1)
    now = time.monotonic()
    clock.ask(Allowance(None, now + 0.01, end=now + 1000))
    asked = search.value
    assert asked > 0
    seat.late = 60.0
    now = time.monotonic()
    clock.ask(Allowance(None, now + 0.01, end=now + 30))
    assert search.value == asked
    clock.ask(Allowance(None, now + 0.02, end=now + 1000))
    assert search.value > asked
