"""Compile the kernels and leave them on disk: `python -m progsynth.search.fast.compile`."""

from __future__ import annotations

import numpy as np

from progsynth.lang.term import Function, Program, Term
from progsynth.lang.types import INT, list_of
from progsynth.registry import pack
from progsynth.search.backward.roles import UNDONE
from progsynth.search.fast import cache, trying
from progsynth.search.fast.bank import FastBank
from progsynth.search.fast.fragment import restrict
from progsynth.search.fast.search import search_for
from progsynth.search.goal import Goal
from progsynth.search.run import Allowance, Candidate
from progsynth.search.space import Constant
from progsynth.search.universe import make_space


def compile_all() -> None:
    """Run a search for the length of a list, which calls every kernel."""
    xs = list_of(INT)

    def wrap(term: Term, cost: int) -> Candidate:
        return Candidate(Program((Function("f", ("x",), (xs,), xs, term),)), cost)

    space, *_ = restrict(make_space(pack(), (xs,), xs, [Constant(1, INT, 1)]), pack())
    goal = Goal((xs,), xs, (([2**40],), ([5, 6, 7],)), ([2**40], [5, 11, 18]))
    search = search_for(space, pack(), goal, wrap, max_bytes=1 << 22)
    for _ in range(3):  # beyond the running sums that are the solution
        search.ask(Allowance(10_000, None))
    bank = search.aimed.bank
    assert isinstance(bank, FastBank)
    bank.grow()
    none = np.zeros(0, np.int32)
    trying.note_places(bank.memory.A, none, none, none, np.full(2, -1), np.zeros(2, np.int64))
    number = space.symbol(search.top, INT)
    search.aimed.view.find(number, (0, 3))
    any(search.aimed.view.partners(UNDONE[0], number, 1, (0, 3)))
    cache.kernels().mark_complete()


if __name__ == "__main__":
    compile_all()
