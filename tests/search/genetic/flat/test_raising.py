"""Programs from elsewhere as genomes: what is decoded again gives the same."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from progsynth.lang import vm
from progsynth.lang.failure import Failure
from progsynth.lang.interpret import run
from progsynth.lang.read import read_program
from progsynth.lang.term import Call, If, Term, Var, const
from progsynth.registry import pack
from progsynth.search.genetic.flat import gene
from progsynth.search.genetic.flat.alphabet import Alphabet, make_alphabet
from progsynth.search.genetic.flat.decode import Decoder
from progsynth.search.genetic.flat.method import flat_genetic
from progsynth.search.genetic.flat.raising import Raiser
from progsynth.search.genetic.flat.settings import FlatSettings
from progsynth.search.genetic.flat.tables import make_language
from progsynth.search.genetic.flat.unfold import unfolded
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance
from tests.search.genetic.flat.test_twins import bred, named
from tests.search.genetic.problems import problem

pytestmark = pytest.mark.skipif(not vm.available(), reason="needs Numba")

LISTS = "(xs: list[int], n: int) -> list[int]"
NUMBERS = "(xs: list[int], n: int) -> int"
ROWS: list[tuple[Any, ...]] = [([3, 1, 4, 1, 5], 2), ([], 0), ([-7, 7], 3)]
PROGRAMS = {
    "a call": (NUMBERS, "return max(len(xs), n)"),
    "a lambda of one call": (LISTS, "return map(lambda x: x + n, xs)"),
    "a lambda of more": (LISTS, "return map(lambda x: x * x + n * x, xs)"),
    "what is filtered": (LISTS, "return filter(lambda x: x % 2 == n % 2, xs)"),
    "a function of the pack": (NUMBERS, "return sum_by(lambda x: x * x - n, xs)"),
    "a choice": (NUMBERS, "return xs[0] if len(xs) > 0 else n - 1"),
    "and": (NUMBERS, "return 1 if len(xs) > 0 and xs[0] > n else 2"),
    "a loop": (
        NUMBERS,
        "total = 1\n    for x in xs:\n        total = total * 2 + x\n    return total",
    ),
    "two variables": (
        NUMBERS,
        "a = 0\n    b = 1\n    for i in range(n):\n        a, b = b, a + b\n    return a",
    ),
    "while": (
        NUMBERS,
        "i = 0\n    while i < len(xs) and xs[i] != 1:\n        i += 1\n    return i",
    ),
    "a loop in a loop": (
        NUMBERS,
        "total = 0\n    for x in xs:\n        for y in xs:\n            if x < y:\n"
        "                total += x * y\n    return total",
    ),
}


@cache
def alphabet_of(signature: str) -> Alphabet:
    """The alphabet of a request, with few constants."""
    wanted = problem(signature, lambda *row: [] if signature == LISTS else 0, ROWS)
    return make_language(make_alphabet(wanted, FlatSettings()), wanted.dsl).alphabet


def raised(wanted: Problem, term: Term, alphabet: Alphabet) -> Term | None:
    """The term by way of a genome."""
    genome = Raiser(wanted, alphabet).genome(term, most=80)
    return None if genome is None else Decoder(alphabet).term(genome)


def asked(signature: str, body: str) -> tuple[Problem, Term]:
    """A problem and a program of its request, with the examples that it gives."""
    program = read_program(f"def f{signature}:\n    {body}\n", pack())
    rows = ROWS

    def meaning(*row: Any) -> Any:
        return run(program, row, pack())

    return problem(signature, meaning, rows), program.entry.body


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_means_the_same_as_a_genome(name: str) -> None:
    wanted, body = asked(*PROGRAMS[name])
    term = raised(wanted, body, alphabet_of(PROGRAMS[name][0]))
    assert term is not None
    program = wanted.program(term)
    assert tuple(run(program, row, wanted.dsl) for row in wanted.inputs) == wanted.outputs


@pytest.mark.parametrize("name", ["lists", "texts"])
def test_bred_genomes_come_back_from_their_terms(name: str) -> None:
    wanted, made = named(name)
    decoder, raiser = Decoder(made.alphabet), Raiser(wanted, made.alphabet)
    genomes, lengths = bred(made, 60, 2)
    came = 0
    for row, length in zip(genomes, lengths, strict=True):
        term = decoder.term(row[:length])
        genome = raiser.genome(term, most=200)
        if genome is None:  # there were no registers left, or the result is a parameter's
            continue
        came += 1
        again = decoder.term(genome)
        for inputs in wanted.inputs:
            first, second = (run(wanted.program(one), inputs, wanted.dsl) for one in (term, again))
            assert first == second or (isinstance(first, Failure) and isinstance(second, Failure))
    assert came > 15


def test_what_no_genome_says_is_none() -> None:
    wanted = problem("(n: int) -> int", abs, [(1,), (-2,)], allowed=("add.int",))
    alphabet = make_language(make_alphabet(wanted, FlatSettings()), wanted.dsl).alphabet
    assert raised(wanted, Call("mul.int", (Var(0), Var(0))), alphabet) is None
    assert raised(wanted, Call("add.int", (Var(0), Var(0))), alphabet) is not None
    deep: Term = Var(0)
    for _ in range(10_000):
        deep = Call("add.int", (Var(0), deep))
    assert raised(wanted, deep, alphabet) is None  # too long, and no stack overflows


def test_a_choice_does_not_evaluate_both_branches() -> None:
    wanted, body = asked(*PROGRAMS["a choice"])
    genome = Raiser(wanted, alphabet_of(NUMBERS)).genome(body, most=80)
    assert genome is not None and isinstance(body, If)
    assert gene.IF in genome[:, gene.FORM] and gene.ELSE in genome[:, gene.FORM]


def test_a_call_without_a_lambda_stays_as_it_is() -> None:
    assert unfolded(Call("len.list", (Var(0),)), pack()) is None


def test_a_population_begins_from_the_problems_seeds() -> None:
    wanted, body = asked(*PROGRAMS["a loop in a loop"])
    search = flat_genetic(settings=FlatSettings(population=60))(replace(wanted, seeds=(body,)), 0)
    batch = search.ask(Allowance(2_000, None))
    assert batch.candidates
    program = batch.candidates[0].program
    assert tuple(run(program, row, wanted.dsl) for row in wanted.inputs) == wanted.outputs


def test_programs_of_others_join_the_next_generation() -> None:
    wanted, body = asked(*PROGRAMS["a loop in a loop"])
    search: Any = flat_genetic(settings=FlatSettings(population=60))(wanted, 0)
    assert not search.ask(Allowance(500, None)).candidates
    search.seed([wanted.wrap(body, 1), wanted.wrap(const(3), 1)])
    found: tuple[Any, ...] = ()
    for _ in range(10):
        found = found or search.ask(Allowance(500, None)).candidates
    assert found
