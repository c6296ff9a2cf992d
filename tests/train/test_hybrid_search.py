"""The hybrid search: finds program and weights, hands out the simplest, counts what it did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

import progsynth
from progsynth.errors import UnsupportedError
from progsynth.evaluate import Evaluation, compare
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.term import Program
from progsynth.neural.bind import bind
from progsynth.neural.config import Config
from progsynth.search.genetic import Proposal
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Budget, Candidate, Outcome, run
from progsynth.train.hybrid_search import HybridSearch, hybrid
from progsynth.train.schedule import Schedule

from .reading import pairs, problem, program

QUICK = Schedule(rungs=(15, 40, 80), new_members=8)


def candidate(expression: str, asked: Problem, cost: int = 9) -> Candidate:
    return asked.wrap(program(expression).entry.body, cost)


def search(asked: Problem, *, seed: int = 0, **settings: object) -> HybridSearch:
    made = hybrid(device="cpu", schedule=replace(QUICK, **settings))(asked, seed)  # type: ignore[arg-type]
    assert isinstance(made, HybridSearch)
    return made


def evaluated(found: Candidate, asked: Problem) -> Evaluation:
    outputs = bind(found.program, found.networks, asked.dsl).run(asked.inputs)
    return compare(asked.outputs, outputs, asked.entry_result)


def solved(asked: Problem, made: HybridSearch, **budget: int) -> Outcome:
    rows, outputs = pairs(60, seed=9)
    held = replace(asked, inputs=tuple(rows), outputs=tuple(outputs))
    return run(
        made,
        lambda found: evaluated(found, asked),
        lambda found: evaluated(found, held),
        Budget(None, **budget),
        accuracy=asked.accuracy,
    )


def shown(found: Program, asked: Problem) -> str:
    return pretty(found, asked.dsl).split("int:\n")[-1].strip()


def test_program_and_weights_are_found_from_pairs_and_sums() -> None:
    asked = problem()
    asked = replace(asked, dsl=asked.dsl.without("sum_by"))
    made = search(asked)
    outcome = solved(asked, made, gradient_steps=20_000)
    assert outcome.solved
    assert outcome.candidate is not None
    assert shown(outcome.candidate.program, asked) == "return sum(map(symbol, xs))"
    assert outcome.gradient_steps == made.scorer.counts.gradient_steps > 0
    assert f"in {outcome.gradient_steps:,} gradient steps" in " ".join(outcome.notes)


def test_a_run_is_the_same_every_time() -> None:
    asked = replace(problem(40), accuracy=1.01)
    first, again = (solved(asked, search(asked), gradient_steps=60) for _ in range(2))
    assert first.executions == again.executions
    assert first.notes == again.notes
    assert first.candidate is not None and again.candidate is not None
    assert first.candidate.program == again.candidate.program


def test_what_is_left_of_a_run_without_training_can_be_run() -> None:
    asked = replace(problem(40), accuracy=1.01)
    made = search(asked)
    made.ask(Allowance(None, None, gradient_steps=1))
    assert made.scorer.counts.programs > 0
    for partial in made.partial():
        assert len(evaluated(partial, asked).outputs) == 40


@pytest.mark.parametrize("steps", [7, 100])
def test_gradient_steps_are_a_bound(steps: int) -> None:
    asked = replace(problem(40), accuracy=1.01)  # not to be reached
    outcome = solved(asked, search(asked), gradient_steps=steps)
    assert outcome.stop_reason == "gradient_steps"
    assert outcome.gradient_steps == steps


def test_equals_are_trained_once_and_the_cheaper_stands_for_them() -> None:
    asked = problem(40)
    made = search(asked)
    dear = candidate("symbol(xs[0]) + symbol(xs[1])", asked, 9)
    cheap = candidate("sum(map(symbol, xs))", asked, 5)
    scored = made.scorer([Proposal(dear), Proposal(cheap)])
    assert len(made.scorer.members) == made.scorer.counts.trained == 1
    assert made.scorer.counts.programs == 2
    assert np.isinf(scored.errors_PC[0]).all()
    assert np.isfinite(scored.errors_PC[1]).all()
    member = made.scorer.member(dear.program)
    assert member is not None and member.candidate.program == cheap.program


def test_what_cannot_reach_the_best_is_not_trained() -> None:
    asked = problem(80)
    made = search(asked)
    made.scorer([Proposal(candidate("sum(map(symbol, xs))", asked))])
    steps = made.scorer.counts.gradient_steps
    for _ in range(2):
        made.scorer([Proposal(candidate("2 * symbol(xs[0])", asked))])
    assert made.scorer.best is not None and made.scorer.best.accuracy > 0.9
    member = made.scorer.member(candidate("2 * symbol(xs[0])", asked).program)
    assert member is not None and member.rung == 0
    assert made.scorer.counts.trained == 1
    assert made.scorer.counts.gradient_steps >= steps
    assert "1 left out" in " ".join(made.notes)


def test_children_inherit_what_their_better_parent_learnt() -> None:
    asked = problem(80)
    made = search(asked, rungs=(60, 1, 1))
    trained = made.scorer([Proposal(candidate("sum(map(symbol, xs))", asked))]).candidates[0]
    child = candidate("2 * symbol(xs[0]) - symbol(xs[1])", asked)
    made.scorer.schedule = replace(QUICK, rungs=(1, 9, 9), new_members=1)
    made.scorer.meet([child])
    starts = made.scorer.starts([Proposal(child, (trained,))])
    assert list(starts.values()) == [trained.networks]
    before = made.scorer.counts.gradient_steps
    made.scorer.train_new(starts)
    assert made.scorer.counts.gradient_steps == before + 2  # inherited, and from fresh weights
    heir = made.scorer.member(child.program)
    assert heir is not None and heir.rung == 1
    given, now = (
        torch.cat([p.detach().flatten() for p in some["symbol"].parameters()])
        for some in (trained.networks, heir.candidate.networks)
    )
    fresh = made.scorer.fresh(heir.view)["symbol"]
    other = torch.cat([p.detach().flatten() for p in fresh.parameters()])
    tried = {True: (now - given).abs().mean(), False: (now - other).abs().mean()}
    assert 0 < tried[True] < tried[False]


def test_programs_that_do_not_look_at_tensors_need_no_training() -> None:
    asked = problem(80)
    made = search(asked)
    scored = made.scorer([Proposal(candidate("len(xs)", asked))])
    member = made.scorer.member(candidate("len(xs)", asked).program)
    assert member is not None
    assert member.fit == np.mean(np.array(asked.outputs) == 2)
    assert scored.gradient_steps == 0
    assert scored.candidates[0].networks == {}


def test_what_is_handed_out_is_the_simplest_of_its_behaviour() -> None:
    asked = problem(80)
    made = search(asked)
    dear = candidate("symbol(xs[0]) + symbol(xs[1])", asked)
    made.scorer([Proposal(dear)])
    for _ in range(3):
        made.scorer.promote()
    (ready,) = made.ready()
    assert shown(made.simpler(ready).candidate.program, asked) == "return sum(map(symbol, xs))"


def test_a_network_that_numbers_backwards_is_no_reason_for_a_longer_program() -> None:
    asked = problem(80)
    made = search(asked)
    made.scorer([Proposal(candidate("sum(map(lambda x: 2 - symbol(x), xs))", asked))])
    for _ in range(3):
        made.scorer.promote()
    (ready,) = made.ready()
    found = made.simpler(ready)
    assert shown(found.candidate.program, asked) == "return sum(map(symbol, xs))"
    assert evaluated(found.candidate, asked).reaches(asked.accuracy)


def test_what_validation_rejects_is_trained_again_from_fresh_weights() -> None:
    asked = problem(80)
    made = search(asked)
    right = candidate("sum(map(symbol, xs))", asked)
    handed = []
    for _ in range(5):
        made.scorer([Proposal(right)])
        for _ in range(3):
            made.scorer.promote()
        ready = made.ready()
        handed += ready
        made.tell([(one.candidate, evaluated(one.candidate, asked)) for one in ready])
    assert [one.rejected for one in handed] == [0, 1, 2]
    first, *others = (one.candidate.networks["symbol"].state_dict() for one in handed)
    for other in others:
        assert not torch.equal(first["last.weight"], other["last.weight"])


def test_without_tables_candidates_are_trained_one_by_one() -> None:
    asked = problem(60)
    made = search(asked, max_assignments=4, rungs=(60, 60, 60))
    made.scorer([Proposal(candidate("sum(map(symbol, xs))", asked))])
    member = made.scorer.member(candidate("sum(map(symbol, xs))", asked).program)
    assert member is not None
    assert not member.view.is_exact
    assert member.accuracy > 0.9
    assert made.scorer.counts.gradient_steps >= 60


def test_a_config_says_how_networks_are_made_and_trained() -> None:
    asked, config = problem(60), Config(width=7, optimiser="sgd", dropout=0.1)
    made = hybrid(device="cpu", schedule=QUICK, config=config)(asked, 0)
    assert isinstance(made, HybridSearch)
    wanted = candidate("sum(map(symbol, xs))", asked)
    made.scorer([Proposal(wanted)])
    member = made.scorer.member(wanted.program)
    assert member is not None and member.rung > 0
    assert member.candidate.networks["symbol"].config == config
    assert made.scorer.schedule.training(0, config).optimiser == "sgd"
    assert made.scorer.schedule.training(0, config).schedule == "constant"
    assert made.scorer.schedule.training(2, config).schedule == "cosine"


def test_a_task_without_submodules_is_refused() -> None:
    with pytest.raises(UnsupportedError, match='use search="genetic"'):
        hybrid()(replace(problem(4), neural=()), 0)


def test_the_method_is_a_function_wherever_it_is_taken_from() -> None:
    assert progsynth.hybrid is progsynth.train.hybrid is hybrid  # no module hides it
