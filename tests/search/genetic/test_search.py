"""The genetic search as a search of the one loop."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from deap import base

from progsynth.errors import TaskError, UnsupportedError
from progsynth.evaluate import compare
from progsynth.lang.engines import run_rows
from progsynth.lang.term import Call, Neural, subterms
from progsynth.lang.types import parse_type
from progsynth.search.genetic import (
    GeneticSearch,
    Proposal,
    Scored,
    Settings,
    genetic,
)
from progsynth.search.genetic.deap_tools import individual, judged
from progsynth.search.genetic.fit import Fitter
from progsynth.search.genetic.generate import generate
from progsynth.search.genetic.grammar import Grammar
from progsynth.search.genetic.scoring import EngineScorer, working_limits
from progsynth.search.genetic.tree import Tree, lower, node
from progsynth.search.genetic.vary import Bounds
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Budget, Candidate, Event, run

from .problems import problem

SMALL = Settings(population=60, max_size=20, first_size=10)
BRED = replace(SMALL, local=0.0)  # nothing but generations


def larger_sum() -> Problem:
    return problem("(a: int, b: int) -> int", lambda a, b: max(a, b) + 1, [(1, 5), (7, 2), (3, 3)])


def check(made: Problem) -> Any:
    def checked(candidate: Candidate) -> Any:
        outputs = run_rows(candidate.program, made.inputs, made.dsl, made.limits, engine="python")
        return compare(made.outputs, outputs, made.result)

    return checked


def test_it_finds_a_program_that_is_right_in_the_loop() -> None:
    made = larger_sum()
    search = genetic(settings=BRED)(made, 0)
    outcome = run(search, check(made), check(made), Budget(seconds=None, executions=400_000))
    assert outcome.solved
    assert outcome.executions <= 450_000
    assert search.name == "genetic"


def test_the_seed_decides_everything() -> None:
    before = random.getstate()

    def trail(seed: int) -> list[Any]:
        search = GeneticSearch(larger_sum(), seed, settings=SMALL)
        batches = [search.ask(Allowance(900, None)) for _ in range(3)]
        return [(b.programs, b.executions, [c.program for c in b.candidates]) for b in batches] + [
            [c.program for c in search.partial()]
        ]

    assert trail(5) == trail(5)
    assert trail(5) != trail(6)
    assert random.getstate() == before


def test_executions_are_programs_times_cases() -> None:
    search = GeneticSearch(larger_sum(), 0, settings=Settings(population=50, fits=0.0, local=0.0))
    batch = search.ask(Allowance(None, None))
    assert batch.executions == 3 * batch.programs > 0


@pytest.mark.parametrize(("result", "chosen"), [("int", {0}), ("float", {0, 1})])
def test_outputs_of_floats_are_selected_by_with_an_epsilon(result: str, chosen: set[int]) -> None:
    made = problem(f"(a: int) -> {result}", lambda a: a, [(1,), (2,), (3,)])
    search = GeneticSearch(made, 0, settings=BRED)
    tree = generate(search.grammar, Random(0), size=3, depth=2)
    candidate = made.wrap(lower(tree, search.grammar).term, 1)
    some = [
        individual(tree, n, candidate, np.full(3, error)) for n, error in enumerate((0, 0.4, 3))
    ]
    assert {one.key for one in search.select(some, 60)} == chosen


def test_a_generation_says_how_diverse_large_and_wrong_it_is() -> None:
    made = larger_sum()
    events: list[Event] = []
    search = GeneticSearch(made, 0, settings=replace(BRED, fits=0.0))
    run(search, check(made), never, Budget(None, 3_000), on_event=events.append)
    told = events[-1].details
    rows = {tuple(one.errors) for one in search.population}
    sizes = [one.tree.size for one in search.population]
    assert told["generation"] == search.level > 1
    assert told["behaviours"] == len(rows) > 1
    assert told["distinct"] == len({one.key for one in search.population}) >= told["behaviours"]
    assert (told["largest"], told["size"]) == (max(sizes), pytest.approx(sum(sizes) / len(sizes)))
    assert told["errors"] == tuple(map(min, zip(*rows, strict=True)))
    assert told["right_cases"] == told["errors"].count(0.0)


def never(candidate: Candidate) -> Any:
    """Nothing passes."""
    return compare([1], [2], parse_type("int"))


@pytest.mark.parametrize("informed", [0, 2])
def test_a_sample_of_the_cases_is_run_and_the_rest_of_what_is_right_on_it(informed: int) -> None:
    rows = [(n,) for n in range(20)]
    made = problem("(a: int) -> int", lambda a: a * a + 7 if a > 9 else a, rows)
    settings = replace(BRED, sample=0.25, informed=informed, fits=0.0)
    search = GeneticSearch(made, 0, settings=settings)
    while search.level < 4:
        search.ask(Allowance(1, None))
    known = [20 - int(np.isnan(one.errors).sum()) for one in search.population]
    assert min(known) == 5
    assert search.executions < 8 * search.programs
    scorer = EngineScorer(made)
    for one in search.population:
        all_of_them = scorer([Proposal(one.candidate)]).errors_PC[0]
        is_known = ~np.isnan(one.errors)
        assert np.array_equal(one.errors[is_known], all_of_them[is_known])
        # right on a sample is right on all, or known not to be
        assert is_known.all() or one.errors[is_known].any()


def test_a_rejected_candidate_is_not_handed_out_again() -> None:
    search = GeneticSearch(larger_sum(), 1, settings=BRED)
    handed: list[Any] = []
    for _ in range(40):
        batch = search.ask(Allowance(2_000, None))
        handed += [c.program for c in batch.candidates]
        search.tell([])
    assert len(handed) > 1
    assert len(handed) == len(set(handed))
    assert not search.exhausted


def test_partial_programs_come_best_first() -> None:
    made = problem("(a: int) -> int", lambda a: a * a * a + 7, [(n,) for n in range(6)])
    search = GeneticSearch(made, 0, settings=SMALL)
    for _ in range(4):
        search.ask(Allowance(1_000, None))
    wrong = [check(made)(c).passed for c in search.partial()]
    assert wrong == sorted(wrong, reverse=True)
    assert len(search.logbook) == search.level


def test_it_starts_over_when_it_comes_no_nearer() -> None:
    made = problem("(a: int) -> int", lambda a: (a * 7919) % 104729, [(n,) for n in range(1, 9)])
    search = GeneticSearch(made, 0, settings=Settings(population=30, patience=2))
    while search.starts < 2:
        search.ask(Allowance(1, None))
    assert search.notes == ("started over 1 times, when it came no nearer",)


def test_a_users_operators_take_the_place_of_ours() -> None:
    calls = []

    def only_new(tree: Tree, grammar: Grammar, rng: Random) -> tuple[Tree]:
        calls.append(tree)
        return (generate(grammar, rng, size=5, depth=4),)

    def first_of(individuals: Sequence[Any], count: int) -> list[Any]:
        return [individuals[0]] * count

    toolbox = base.Toolbox()
    toolbox.register("mutate", only_new)
    toolbox.register("select", first_of)
    search = genetic(population=40, toolbox=toolbox)(larger_sum(), 0)
    assert isinstance(search, GeneticSearch)
    for _ in range(4):
        search.ask(Allowance(200, None))
    assert calls
    assert not hasattr(toolbox, "generate"), "the user's toolbox is left as it is"


def test_a_user_s_mutation_is_drawn_like_ours() -> None:
    calls = []

    def point(tree: Tree, grammar: Grammar, rng: Random, bounds: Bounds) -> Tree | None:
        calls.append(tree)
        return None

    toolbox = base.Toolbox()
    toolbox.register("point", point)
    search = genetic(population=40, settings=BRED, toolbox=toolbox)(larger_sum(), 0)
    for _ in range(4):
        search.ask(Allowance(200, None))
    assert calls


class Trainer:
    """A scorer that hands back candidates with networks, and remembers whose children came."""

    def __init__(self, problem: Problem):
        self.engine = EngineScorer(problem)
        self.met: list[Proposal] = []

    def __call__(self, proposals: Sequence[Proposal]) -> Scored:
        self.met += proposals
        scored = self.engine(proposals)
        trained = tuple(
            Candidate(c.program, c.cost, networks={"digit": len(self.met)})
            for c in scored.candidates
        )
        return Scored(scored.errors_PC, trained, scored.executions, 10)


def test_a_scorer_gives_networks_which_children_find_at_their_parents() -> None:
    made = problem("(a: int) -> int", lambda a: a * a * a + 7, [(n,) for n in range(6)])
    trainer = Trainer(made)
    search = GeneticSearch(made, 0, settings=SMALL, scorer=trainer)
    steps = sum(search.ask(Allowance(500, None)).gradient_steps for _ in range(4))
    assert steps == search.gradient_steps > 0
    parents = [parent for proposal in trainer.met for parent in proposal.parents]
    assert parents
    assert all(parent.networks for parent in parents)
    assert {len(p.parents) for p in trainer.met} == {0, 1, 2}
    assert search.partial()[0].networks


def test_gradient_steps_end_an_ask() -> None:
    made = larger_sum()
    search = GeneticSearch(made, 0, settings=SMALL, scorer=Trainer(made))
    batch = search.ask(Allowance(None, None, gradient_steps=1))
    assert batch.gradient_steps == 10


def test_submodules_without_weights_want_a_scorer_that_trains() -> None:
    image = parse_type("tensor[1, 8, 8]")
    digit = Neural("digit", ("image",), (image,), parse_type("choice[10]"))
    made = problem("(x: tensor[1, 8, 8]) -> int", lambda x: 0, [], neural=(digit,))
    with pytest.raises(UnsupportedError, match="digit have no weights yet"):
        GeneticSearch(made, 0)


def test_submodules_are_called_by_the_programs_of_a_search() -> None:
    image = parse_type("tensor[1, 8, 8]")
    digit = Neural("digit", ("image",), (image,), parse_type("choice[10]"))
    made = problem("(xs: list[tensor[1, 8, 8]]) -> int", lambda xs: 0, [([],)], neural=(digit,))
    met: list[Proposal] = []

    def scorer(proposals: Sequence[Proposal]) -> Scored:
        met.extend(proposals)
        return Scored(np.ones((len(proposals), 1)), tuple(p.candidate for p in proposals), 0)

    search = GeneticSearch(made, 0, settings=Settings(population=300, first_size=10), scorer=scorer)
    search.ask(Allowance(None, None, gradient_steps=0))
    while len(met) < 300:
        search.ask(Allowance(None, None, gradient_steps=0))
    calls = [
        any(
            isinstance(t, Call) and t.name == "digit"
            for t in subterms(p.candidate.program.entry.body)
        )
        for p in met
    ]
    assert sum(calls) > len(calls) / 30


def test_the_accuracy_asked_for_is_enough() -> None:
    made = problem(
        "(a: int) -> int", lambda a: a + 1 if a else 50, [(n,) for n in range(5)], accuracy=0.8
    )
    search = GeneticSearch(made, 0, settings=SMALL)
    batch = search.ask(Allowance(None, None))  # until something is found
    while not batch.candidates:
        batch = search.ask(Allowance(200_000, None))
    assert check(made)(batch.candidates[0]).passed >= 4


def test_the_engines_score_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    made = problem("(s: str) -> str", lambda s: s.upper() + "!", [("ab",), ("",), ("c d",)])
    search = GeneticSearch(made, 0, settings=SMALL)
    children = [search._child([]) for _ in range(40)]
    proposals = [child.proposal for child in children if child is not None]
    scorer = EngineScorer(made)
    fast = scorer(proposals).errors_PC
    slow = np.array([scorer.in_python(p.candidate.program) for p in proposals])[..., 0]
    assert np.array_equal(fast, slow)


def test_a_measure_of_the_user_s_is_asked_once_for_each_output() -> None:
    asked: list[tuple[str, str]] = []

    def measure(expected: str, found: str) -> float:
        if expected != found:  # how many numbers it gives is found out by the right output
            asked.append((expected, found))
        return float(abs(len(expected) - len(found)))

    made = problem(
        "(s: str) -> str", lambda s: s.upper() + "!", [("ab",), ("",), ("c d",)], error=measure
    )
    search = GeneticSearch(made, 0, settings=SMALL)
    children = [child for _ in range(60) if (child := search._child([])) is not None]
    proposals = [child.proposal for child in children]
    fast = EngineScorer(made).errors(proposals, [0, 2])
    assert len(asked) == len(set(asked)) > 3
    scorer = EngineScorer(made)
    slow = np.array([scorer.in_python(p.candidate.program, [0, 2]) for p in proposals])[..., 0]
    assert np.array_equal(fast, slow)
    assert np.isinf(fast).any() or (fast > 0).any()


def by_both_parts(expected: tuple[int, int], found: tuple[int, int]) -> tuple[float, float]:
    return abs(expected[0] - found[0]), abs(expected[1] - found[1])


def extremes(sample: float = 1.0) -> GeneticSearch:
    """A search for the least and the largest of two numbers, graded by both parts."""
    made = problem(
        "(a: int, b: int) -> tuple[int, int]",
        lambda a, b: (min(a, b), max(a, b)),
        [(3, 1), (2, 5), (4, 4), (-7, 0), (9, -2), (0, 6)],
        error=by_both_parts,
    )
    return GeneticSearch(made, 0, settings=replace(BRED, sample=sample))


@pytest.mark.parametrize("sample", [1.0, 0.5])
def test_selection_sees_each_of_several_numbers_that_grade_an_output(sample: float) -> None:
    search = extremes(sample)
    while search.level < 2:
        search.ask(Allowance(1_000, None))
    cases = search.judge.cases
    seen = judged(search.population, cases)
    assert seen.shape == (len(search.population), 2 * len(cases))
    for one, row in zip(search.population, seen, strict=True):
        assert one.numbers is not None
        np.testing.assert_array_equal(row, one.numbers[cases].reshape(-1))
        np.testing.assert_array_equal(one.errors, one.numbers.sum(axis=1))
        assert len(one.errors) == 6
    known = seen[~np.isnan(seen).any(axis=1)].reshape(-1, len(cases), 2)
    assert (np.count_nonzero(known, axis=2) == 1).any()  # one part is right and the other is not


def test_an_output_is_graded_by_always_as_many_numbers() -> None:
    made = problem(
        "(n: int) -> int",
        lambda n: 2 * n,
        [(1,), (2,)],
        error=lambda expected, found: (0.0, 0.0) if expected == found else (1.0,),
    )
    grade = EngineScorer(made).grade
    assert grade([2], [0]) == [(0.0, 0.0)]
    with pytest.raises(TaskError, match=r"expected 2 numbers, .* found 1: give always as many"):
        grade([3], [0])


def test_the_condition_of_a_loop_is_fitted_to_what_its_body_does() -> None:
    rows = [(12, 18), (100, 75), (7, 21), (64, 48), (99, 44), (35, 14), (81, 27), (250, 35)]
    made = problem("(a: int, b: int) -> int", math.gcd, rows)
    search = GeneticSearch(made, 0, settings=SMALL)
    grammar = search.grammar
    number, test = grammar.goal, grammar.test
    rules = grammar.rules[number]
    loop = next(
        r for r in rules if r.kind == "while" and r.args[:2] == (number, number) and r.detail == 2
    )
    mod = next(r for r in rules if r.detail == "mod.int")
    less = next(r for r in grammar.rules[test] if r.detail == "lt" and r.args[0] == number)
    a, b = node(grammar.variables[number], number=1), node(grammar.variables[number], number=0)
    wrong = node(loop, (a, b, node(less, (b, a)), b, node(mod, (a, b)), b))
    fitter = Fitter(made, grammar, working_limits(made), Random(0))
    fitted = fitter.fit(wrong)
    assert fitted.tree is not None
    assert fitted.executions > 0
    assert check(made)(made.wrap(lower(fitted.tree, grammar).term, 0)).solved
    assert fitter.fit(node(loop, (a, a, node(less, (b, a)), b, b, b))).tree is None
