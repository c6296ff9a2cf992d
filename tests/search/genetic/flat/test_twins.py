"""Lowering in kernels agrees with the slow decoder, on random and on bred genomes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from progsynth.lang import vm
from progsynth.lang.failure import Limits
from progsynth.lang.interpret import run
from progsynth.lang.vm import bytecode
from progsynth.search.genetic.flat import gene
from progsynth.search.genetic.flat.alphabet import make_alphabet
from progsynth.search.genetic.flat.decode import Decoder
from progsynth.search.genetic.flat.running import Runner
from progsynth.search.genetic.flat.settings import FlatSettings
from progsynth.search.genetic.flat.tables import Language, make_language
from progsynth.search.genetic.flat.vary import breed
from progsynth.search.genetic.scoring import EngineScorer, Proposal, working_limits
from progsynth.search.problem import Problem
from tests.search.genetic.problems import problem

pytestmark = pytest.mark.skipif(not vm.available(), reason="needs Numba")

RATES = np.array([0.05, 0.15, 0.3, 0.05, 0.09, 0.7, 60.0])
PROBLEMS: dict[str, tuple[str, Any, list[tuple[Any, ...]]]] = {
    "lists": (
        "(xs: list[int], n: int) -> list[int]",
        lambda xs, n: [x for x in xs if x > n],
        [([3, 1, 4, 1, 5], 2), ([], 0), ([-7, 7], -1)],
    ),
    "texts": (
        "(s: str, n: int) -> str",
        lambda s, n: s * n,
        [("ab c", 2), ("", 3), ("x,y", 0)],
    ),
    "floats": ("(x: float, n: int) -> float", lambda x, n: x * n, [(0.5, 3), (-2.0, 0)]),
    "tables": (
        "(ws: list[str]) -> dict[str, int]",
        lambda ws: {w: ws.count(w) for w in ws},
        [(["a", "b", "a"],), ([],)],
    ),
    "pairs": (
        "(xs: list[int]) -> tuple[int, bool]",
        lambda xs: (len(xs), not xs),
        [([1, 2],), ([],)],
    ),
}


@cache
def named(name: str) -> tuple[Problem, Language]:
    """A problem, and the language of its programs."""
    wanted = problem(*PROBLEMS[name])
    return wanted, make_language(make_alphabet(wanted, FlatSettings()), wanted.dsl)


def bred(made: Language, count: int, generations: int) -> tuple[Any, Any]:
    """Genomes after so many generations of variation without selection, and their lengths."""
    rng = np.random.default_rng(count)
    parents = np.zeros((count, 100, gene.WIDTH), np.int64)
    lengths = np.ones(count, np.int64)
    for number in range(generations):
        mothers = rng.integers(0, count, count) if number else np.full(count, -1)
        fathers = rng.integers(0, count, count)
        seeds = rng.integers(0, 2**64, count, np.uint64)
        genomes, sizes = np.zeros_like(parents), np.zeros_like(lengths)
        breed(
            *(made.tables, parents, lengths, mothers, fathers, seeds, RATES),
            *(genomes, genomes.view(np.float64), sizes),
        )
        parents, lengths = genomes, sizes
    return parents, lengths


def errors_of_terms(wanted: Problem, runner: Runner, terms: list[Any], limits: Limits) -> Any:
    """What the VM's own compiler and `vm.grade` make of the decoded programs."""
    codes = [bytecode.compile_program(wanted.program(term), wanted.dsl) for term in terms]
    grades = vm.grade(codes, runner.batch, limits)
    errors = np.where(grades.errors == 0.0, np.finfo(np.float64).tiny, grades.errors)
    found = np.where(grades.equal, 0.0, errors)
    found[grades.status == 8] = np.inf  # a row that the VM hands over counts as a failure
    return found


@pytest.mark.parametrize("name", ["lists", "texts", "tables"])
def test_kernels_and_decoder_agree_on_values_and_failures(name: str) -> None:
    agree(name, 120, fuels=(1, 60))


@pytest.mark.slow
@pytest.mark.parametrize("name", PROBLEMS)
def test_kernels_and_decoder_agree_on_thousands(name: str) -> None:
    agree(name, 2000, fuels=(1, 50))


def agree(name: str, count: int, *, fuels: tuple[int, ...]) -> None:
    """Bred genomes give the same by either way: the fuel they take is the same as well, so that
    they fail together where it is little."""
    wanted, made = named(name)
    decoder = Decoder(made.alphabet)
    genomes, lengths = bred(made, count, 2)
    terms = [decoder.term(row[:length]) for row, length in zip(genomes, lengths, strict=True)]
    failures = set()
    for fuel in fuels:
        limits = Limits(fuel, 300)
        runner = Runner(wanted, made, limits)
        slow = errors_of_terms(wanted, runner, terms, limits)
        lowered = runner.lowered(genomes, lengths)
        fast = np.concatenate([runner.run(low, range(low.begin, low.end)) for low in lowered])
        np.testing.assert_array_equal(fast, slow)
        failures.add(int(np.isinf(fast).sum()))
    assert len(np.unique(fast, axis=0)) > 5  # they do not all do the same
    assert len(failures) == len(fuels)  # some fail for want of fuel only


MEASURES: dict[str, Any] = {
    "lists": lambda wanted, given: (abs(len(wanted) - len(given)), abs(sum(wanted) - sum(given))),
    "texts": lambda wanted, given: (float(wanted != given), float(len(given)), 2.0),
    "floats": lambda wanted, given: abs(wanted - given),
    "tables": lambda wanted, given: (abs(len(wanted) - len(given)), float(wanted != given)),
    "pairs": lambda wanted, given: (abs(wanted[0] - given[0]), float(wanted[1] is not given[1])),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_measures_of_a_user_grade_what_decoded_programs_give(name: str) -> None:
    plain, made = named(name)
    wanted = replace(plain, error=MEASURES[name])
    limits = Limits(60, 300)
    genomes, lengths = bred(made, 60, 2)
    terms = [Decoder(made.alphabet).term(row[:n]) for row, n in zip(genomes, lengths, strict=True)]
    slow = EngineScorer(wanted)
    slow.limits = limits
    cases = np.arange(len(wanted.inputs))[::-1]
    numbers_PCK = slow.numbers([Proposal(wanted.wrap(t, 1)) for t in terms], cases.tolist())
    runner = Runner(wanted, made, limits)
    (low,) = runner.lowered(genomes, lengths)
    assert runner.width == numbers_PCK.shape[2]
    errors = runner.run(low, range(60), cases)
    np.testing.assert_array_equal(errors, numbers_PCK.reshape(60, -1))
    assert len(np.unique(errors, axis=0)) > 5
    tried, executions = runner.try_out(low, range(60), cases)
    np.testing.assert_array_equal(tried, errors)
    assert executions == 60 * len(cases)


def test_equal_keys_are_equal_programs() -> None:
    wanted, made = named("lists")
    runner = Runner(wanted, made, working_limits(wanted))
    decoder = Decoder(made.alphabet)
    genomes, lengths = bred(made, 400, 3)
    (low,) = runner.lowered(genomes, lengths)
    terms: dict[int, set[Any]] = {}
    for key, row, length in zip(low.keys.tolist(), genomes, lengths, strict=True):
        terms.setdefault(key, set()).add(decoder.term(row[:length]))
    assert any(list(low.keys).count(key) > 1 for key in terms)
    assert all(len(some) == 1 for some in terms.values())


def test_decoded_programs_mean_in_the_interpreter_what_they_do_in_the_vm() -> None:
    wanted, made = named("lists")
    limits = Limits(200, 300)
    runner = Runner(wanted, made, limits)
    decoder = Decoder(made.alphabet)
    genomes, lengths = bred(made, 60, 2)
    (low,) = runner.lowered(genomes, lengths)
    errors = runner.run(low, range(60))
    for n in range(60):
        program = wanted.program(decoder.term(genomes[n, : lengths[n]]))
        for case, row in enumerate(wanted.inputs):
            value = run(program, row, wanted.dsl, limits)
            assert (errors[n, case] == 0.0) == (value == wanted.outputs[case])
