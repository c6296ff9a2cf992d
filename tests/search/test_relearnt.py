"""Costs learnt again: what near programs use stays as cheap as it was, all else becomes dearer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from progsynth.lang.read import read_expression
from progsynth.lang.types import INT, list_of
from progsynth.registry import pack, suite
from progsynth.search.fast.method import available, fast_bottom_up
from progsynth.search.relearnt import relearnt
from progsynth.search.space import Constant
from progsynth.search.universe import make_space
from progsynth.solve import solve

XS = list_of(INT)
SPACE = make_space(pack(), (XS,), INT, [Constant(1, INT, 1), Constant(2, INT, 1)])
NEAR, _ = read_expression("sum(xs) + 2", pack(), params=("xs",), types=(XS,))


def test_what_no_near_program_uses_becomes_dearer() -> None:
    learnt = relearnt(SPACE, [NEAR])
    assert learnt is not None
    for type_, some in SPACE.instances.items():
        for before, after in zip(some, learnt.instances[type_], strict=True):
            used = before.name in ("sum.int", "add.int")
            assert after.cost - before.cost == (0 if used else 1), before
    assert {c.value: c.cost for c in learnt.constants} == {1: 2, 2: 1}


def test_programs_that_call_nothing_say_nothing() -> None:
    variable, _ = read_expression("xs", pack(), params=("xs",), types=(XS,))
    assert relearnt(SPACE, [variable]) is None
    assert relearnt(SPACE, []) is None


@pytest.mark.slow
@pytest.mark.skipif(not available(), reason="needs Numba")
def test_a_search_with_costs_learnt_again_can_be_asked_for() -> None:
    task = replace(suite("lists")["9 where there was 1"], test=())
    used = []
    for relearn in (False, True):
        method = fast_bottom_up(relearn=relearn)
        found = solve(task, search=method, seconds=None, executions=1_000_000)
        assert found.solved
        used.append(found.executions)
    assert used[0] != used[1], "there was no second search"
