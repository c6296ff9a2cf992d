"""Search by trained relaxations: unfinished programs, and what is found."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from progsynth import registry
from progsynth.errors import ProgsynthError
from progsynth.lang.failure import Limits
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.term import Call, Function, Neural, Program, Term, subterms
from progsynth.lang.types import FLOAT, Type, list_of
from progsynth.search.problem import Problem
from progsynth.search.run import Candidate
from progsynth.train.near import Plan, near, rules_with_submodules
from progsynth.train.unfinished import Open, Unfinished

PACK = registry.pack()
CELL = Neural("cell", ("s", "x"), (FLOAT, FLOAT), FLOAT)


def problem(
    types: tuple[Type, ...],
    rows: list[tuple[object, ...]],
    outputs: list[float],
    allowed: tuple[str, ...],
    neural: tuple[Neural, ...] = (),
) -> Problem:
    names = tuple(f"x{n}" for n in range(len(types)))

    def wrap(term: Term, cost: int) -> Candidate:
        called = {t.name for t in subterms(term) if isinstance(t, Call)}
        declared = tuple(n for n in neural if n.name in called)
        return Candidate(Program((Function("f", names, types, FLOAT, term),), declared), cost)

    return Problem(
        types,
        FLOAT,
        tuple(rows),
        tuple(outputs),
        PACK,
        wrap,
        types,
        FLOAT,
        Limits(),
        neural=neural,
        allowed=allowed,
    )


def absolute(rows: int = 60) -> Problem:
    x = np.random.default_rng(0).uniform(-2, 2, (rows, 2)).tolist()
    return problem(
        (FLOAT, FLOAT),
        [(a, b) for a, b in x],
        [abs(a) + b for a, b in x],
        ("add.float", "abs.float"),
    )


def test_open_places_are_networks_over_what_they_see() -> None:
    given, numbers = absolute(), count()
    rules = rules_with_submodules(given)
    root = Unfinished((Open(rules.root, next(numbers)),))
    assert root.is_trainable and root.cost == 0
    children = [*root.expanded(rules, numbers)]
    (added,) = [c for c in children if isinstance(c.term, Call) and c.term.name == "add.float"]
    declared = added.program(given).neural
    assert [n.name for n in declared] == [one.name for one in added.open]
    assert all(n.types == (FLOAT, FLOAT) and n.result == FLOAT for n in declared)
    assert len({one.number for child in children for one in child.open}) == sum(
        len(child.open) for child in children
    )


@pytest.mark.parametrize("inherits", [True, False])
def test_a_program_without_networks_is_found(inherits: bool) -> None:
    plan = Plan(rungs=(5, 15), inherits=inherits, max_nodes=120)
    found = near(absolute(), seed=0, plan=plan)
    assert found.program is not None
    text = pretty(found.program, PACK)
    assert "abs(x0)" in text and "x1" in text and found.loss < 1e-9
    assert found.networks == {} and 0 < found.nodes <= 120 and found.gradient_steps > 0


def test_the_same_seed_finds_the_same() -> None:
    plan = Plan(rungs=(3,), max_nodes=15)
    first, again = (near(absolute(), seed=1, plan=plan) for _ in range(2))
    assert (first.nodes, first.gradient_steps) == (again.nodes, again.gradient_steps)


@pytest.mark.slow
def test_a_fold_with_a_learnt_cell_is_found() -> None:
    rng = np.random.default_rng(0)
    signals = [rng.uniform(-1, 1, rng.integers(1, 6)).tolist() for _ in range(200)]
    given = problem(
        (list_of(FLOAT),),
        [(s,) for s in signals],
        [float(np.sum(np.square(s))) for s in signals],
        ("fold", "sum.float"),
        (CELL,),
    )
    found = near(given, seed=0, plan=Plan(enough=0.05, max_nodes=250))
    assert found.program is not None and "fold" in pretty(found.program, PACK)
    assert set(found.networks) == {"cell"} and found.loss <= 0.05


def test_rungs_rise() -> None:
    with pytest.raises(ProgsynthError, match="rungs: expected rising numbers of steps"):
        Plan(rungs=(10, 5))
