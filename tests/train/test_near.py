"""Search by trained relaxations: unfinished programs, and what is found."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
import torch

from progsynth import registry
from progsynth.errors import ProgsynthError
from progsynth.evaluate import Evaluation, evaluate
from progsynth.lang.failure import Limits
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.term import Call, For, Function, Neural, Program, Term, Var, subterms
from progsynth.lang.types import FLOAT, INT, Type, list_of
from progsynth.neural.config import Config
from progsynth.neural.gradients.through import Through
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Budget, Candidate, Outcome, run
from progsynth.task import Example
from progsynth.train.hybrid_search import hybrid
from progsynth.train.near import near_search, rules_with_submodules
from progsynth.train.relaxed import Plan
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


def searched(given: Problem, plan: Plan, *, seed: int = 0, programs: int = 150) -> Outcome:
    """A search until a program is right on all rows."""
    examples = tuple(map(Example, given.inputs, given.outputs))

    def check(candidate: Candidate) -> Evaluation:
        return evaluate(candidate.program, examples, PACK, engine="python")

    search = near_search(plan=plan, device="cpu")(given, seed)
    return run(search, check, check, Budget(None, programs=programs))


@pytest.mark.parametrize("inherits", [True, False])
def test_a_program_without_networks_is_found(inherits: bool) -> None:
    plan = Plan(rungs=(5, 15), inherits=inherits, per_cost=0.02)
    found = searched(absolute(), plan)
    assert found.solved and found.candidate is not None
    text = pretty(found.candidate.program, PACK)
    assert "abs(x0)" in text and "x1" in text
    assert found.candidate.networks == {} and found.gradient_steps > 0


def test_the_same_seed_finds_the_same() -> None:
    plan = Plan(rungs=(3,))
    first, again = (searched(absolute(), plan, seed=1, programs=15) for _ in range(2))
    assert (first.programs, first.gradient_steps) == (again.programs, again.gradient_steps)
    assert first.gradient_steps > 0


def test_gradient_steps_are_a_budget() -> None:
    search = near_search(plan=Plan(rungs=(30,)), device="cpu")(absolute(), 0)
    batch = search.ask(Allowance(None, None, gradient_steps=12))
    assert batch.gradient_steps == 12


def test_rungs_rise() -> None:
    with pytest.raises(ProgsynthError, match="rungs: expected rising numbers of steps"):
        Plan(rungs=(10, 5))


def with_cell(loss: str = "squared") -> Problem:
    signals = [[0.1 * n, 0.2, -0.3][: 1 + n % 3] for n in range(20)]
    types: tuple[Type, ...] = (list_of(FLOAT),)
    made = problem(types, [(s,) for s in signals], [sum(s) for s in signals], (), (CELL,))
    return replace(made, loss=loss)


def test_the_hybrid_search_hands_over_what_reads_states() -> None:
    search = hybrid(device="cpu")(with_cell(), 0)
    assert search.name == "near"
    assert any("'cell' reads (float, float)" in note for note in search.notes)


def test_the_task_s_loss_and_the_config_are_those_of_training() -> None:
    config = Config(optimiser="sgd", learning_rate=0.003, width=4, depth=1)
    search = near_search(plan=Plan(rungs=(2,)), config=config, device="cpu")(
        with_cell("absolute"), 0
    )
    node = next(
        n for _, _, n in search.queue if n.is_finished and search.calls_submodule(n.unfinished)
    )
    trained = search.trainer.climbed(node, lambda: False)
    assert trained.chosen is not None and isinstance(trained.chosen.estimator, Through)
    assert trained.chosen.estimator.error == "absolute"
    part = trained.parts["cell"]
    assert isinstance(part.optimiser, torch.optim.SGD)
    assert part.network.config == config
    assert part.optimiser.param_groups[0]["lr"] == 0.003


def test_what_waits_calls_a_submodule_or_can() -> None:
    search = near_search(device="cpu")(with_cell(), 0)
    for _, _, node in search.queue:
        assert node.unfinished.open or search.calls_submodule(node.unfinished)
        for place in node.unfinished.open:  # networks do not read the program's input
            assert 0 not in place.read


def grown(rows: int = 20) -> Problem:
    """A number after so many turns of a step that is learnt."""
    step = Neural("step", ("x",), (FLOAT,), FLOAT)
    given = [(0.1 * n, n % 3) for n in range(rows)]
    return problem((FLOAT, INT), given, [x * 2.0**n for x, n in given], (), (step,))


def test_a_for_that_reads_all_inputs_is_among_the_first() -> None:
    search = near_search(plan=Plan(rungs=(2, 4)), device="cpu")(grown(), 0)
    finished = [n for _, _, n in sorted(search.queue, key=lambda one: one[:2]) if n.is_finished]
    loops = [n for n in finished if isinstance(n.unfinished.term, For)]
    (alone,) = [n for n in finished if n.unfinished.term == Call("step", (Var(1),))]
    assert search.unread(alone.unfinished) == 1 and search.unread(loops[0].unfinished) == 0
    assert finished.index(loops[0]) < 3
    trained = search.trainer.climbed(loops[0], lambda: False)
    assert trained.loss > 0 and trained.chosen is not None
    early = replace(trained, loss=9.0)
    assert search.promise(early) < 1.0 < search.promise(replace(early, rung=2)) == 9.0
