"""Who is trained, and who climbs: successive halving without rounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from progsynth.lang.term import const
from progsynth.train.behaviour import Behaviour, make_view
from progsynth.train.pool import Member, climbing, rank, waiting

from .reading import SYMBOL, problem, program

ASKED = problem(4)
VIEW = make_view(ASKED, (SYMBOL,), max_assignments=100, seed=0)


def member(serial: int, *, score: float = 0.1, bound: float = 1.0, rung: int = 0) -> Member:
    possible = np.arange(100) < 100 * bound
    behaviour = Behaviour(str(serial).encode(), (), possible, np.full(100, 0.1))
    candidate = ASKED.wrap(const(0), 10)
    right = None if rung == 0 else np.arange(100) < 100 * score
    return Member(serial, candidate, VIEW, behaviour, np.full(100, score), right_H=right, rung=rung)


def test_those_that_can_reach_most_are_trained_first_and_few_that_fall_short() -> None:
    some = [member(n, bound=b) for n, b in enumerate((0.2, 0.5, 1.0, 0.6, 0.95, 0.7))]
    chosen = waiting(some, least=0.3, asked=0.9, most=4, short=1)
    assert [m.serial for m in chosen] == [2, 4, 5]
    assert [m.serial for m in waiting(some, least=0.0, asked=0.0, most=3, short=1)] == [0, 1, 2]


def test_programs_that_read_all_inputs_are_trained_before_those_that_do_not() -> None:
    blind, seeing = member(0), member(1)
    reads = ASKED.wrap(program("len(xs)").entry.body, 12)
    seeing = replace(seeing, candidate=reads)
    assert (blind.unread, seeing.unread) == (1, 0)
    assert waiting([blind, seeing], least=0.3, asked=0.9, most=1, short=1) == [seeing]
    able = replace(seeing, behaviour=member(1, bound=0.6).behaviour)
    assert waiting([blind, able], least=0.3, asked=0.9, most=1, short=1) == [blind]


def test_the_best_of_a_rung_climb_and_the_others_may_later() -> None:
    some = [member(n, score=s, rung=1) for n, s in enumerate((0.5, 0.4, 0.3, 0.2))]
    assert [(r, [m.serial for m in ms]) for r, ms in climbing(some, 0.0, 3, 0.25)] == [(1, [0])]
    some[0] = replace(some[0], rung=2)
    assert [(r, [m.serial for m in ms]) for r, ms in climbing(some, 0.0, 3, 0.25)] == [(2, [0])]
    more = [*some, *(member(n, score=0.1, rung=1) for n in range(4, 8))]
    found = dict(climbing(more, 0.0, 3, 0.25))
    assert [m.serial for m in found[1]] == [1]


def test_none_climbs_that_cannot_reach_what_another_did() -> None:
    some = [member(0, score=0.5, rung=1, bound=0.6), member(1, score=0.4, rung=1)]
    assert climbing(some, 0.7, 3, 0.25) == []


def test_of_equals_the_cheaper_is_better() -> None:
    one, other = member(0, score=0.5, rung=1), member(1, score=0.5, rung=1)
    cheaper = replace(other, candidate=replace(other.candidate, cost=3))
    assert min((one, cheaper), key=rank) is cheaper
