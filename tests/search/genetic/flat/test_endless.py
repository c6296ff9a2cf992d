"""Loops that can have no end fail when that shows; those that have one are left alone."""

from __future__ import annotations

import numpy as np
import pytest

from progsynth.lang import vm
from progsynth.lang.failure import Limits
from progsynth.lang.interpret import run
from progsynth.lang.read import read_program
from progsynth.search.genetic.flat.alphabet import make_alphabet
from progsynth.search.genetic.flat.raising import Raiser
from progsynth.search.genetic.flat.running import Runner
from progsynth.search.genetic.flat.settings import FlatSettings
from progsynth.search.genetic.flat.tables import make_language
from tests.search.genetic.flat.test_twins import PROBLEMS, bred, named
from tests.search.genetic.problems import problem

pytestmark = pytest.mark.skipif(not vm.available(), reason="needs Numba")

SIGNATURE = "(xs: list[int], n: int) -> int"
ROWS = [([3, 1, 4], 2), ([5], 0), ([-7, 7], 3)]
FOREVER = 1 << 50  # units of fuel: nobody waits for the end of them

ENDLESS = {
    "nothing that is tested changes": "i = 0\n    while n == n:\n        i += 1\n    return i",
    "three turns": "i = 0\n    while i != 7:\n        i = (i + 1) % 3\n    return i",
    "a way into it": (
        "i = -20\n    while i != 7:\n        if i < 0:\n            i += 1\n"
        "        else:\n            i = (i + 1) % 5\n    return i"
    ),
    "two swapped": (
        "a = 0\n    b = 1\n    t = 0\n    while a != 2:\n        t = a\n        a = b\n"
        "        b = t\n    return b"
    ),
    "in a loop": (
        "t = 0\n    for x in xs:\n        i = x\n        while i != 100:\n"
        "            i = i % 10\n        t += i\n    return t"
    ),
    "around a loop": (
        "t = 1\n    while t > 0:\n        t = 1\n        for x in xs:\n"
        "            t = x * x\n    return t"
    ),
    "lists": "ys = xs\n    while len(ys) > 0:\n        ys = xs\n    return len(ys)",
}
ENDING = {
    "counted down": "i = n * 40\n    while i > 0:\n        i -= 1\n    return i",
    "what is not tested repeats": (
        "i = 0\n    k = n\n    while i < 50:\n        k = n\n        i += 1\n    return k + i"
    ),
    "the same again in each turn of a loop": (
        "t = 0\n    for x in xs:\n        i = 0\n        while i < 9:\n            i += 2\n"
        "        t += i\n    return t"
    ),
    "a list that grows": (
        "ys = xs\n    while len(ys) < 40:\n        ys = ys + xs\n    return len(ys)"
    ),
}


def errors_of(body: str, fuel: int) -> np.ndarray:
    """The errors of a function of the body, where the outputs are its own, or 0."""
    program = read_program(
        f"def f(xs: list[int], n: int) -> int:\n    {body}\n", named("lists")[0].dsl
    )
    values = [run(program, row, named("lists")[0].dsl, Limits(5_000, 5_000)) for row in ROWS]
    outputs = [value if isinstance(value, int) else 0 for value in values]
    wanted = problem(SIGNATURE, lambda xs, n: outputs[[row[0] for row in ROWS].index(xs)], ROWS)
    made = make_language(make_alphabet(wanted, FlatSettings()), wanted.dsl)
    genome = Raiser(wanted, made.alphabet).genome(program.entry.body, most=80)
    assert genome is not None
    runner = Runner(wanted, made, Limits(5_000, 5_000))
    runner.limits[0] = fuel
    (lowered,) = runner.lowered(genome[None], np.array([len(genome)]))
    return runner.run(lowered, [0])


@pytest.mark.parametrize("name", ENDLESS)
def test_a_loop_without_an_end_fails_long_before_its_fuel_is_used(name: str) -> None:
    np.testing.assert_array_equal(errors_of(ENDLESS[name], FOREVER), np.inf)


@pytest.mark.parametrize("name", ENDING)
def test_a_loop_that_ends_gives_what_it_gives(name: str) -> None:
    np.testing.assert_array_equal(errors_of(ENDING[name], 5_000), 0.0)


@pytest.mark.parametrize("name", PROBLEMS)
def test_programs_fail_where_they_fail_when_turns_are_not_looked_at(name: str) -> None:
    wanted, made = named(name)
    unwatched = make_language(made.alphabet, wanted.dsl, watched=False)
    genomes, lengths = bred(made, 300, 6)
    found = []
    for language in (made, unwatched):
        runner = Runner(wanted, language, Limits(400, 800))
        (lowered,) = runner.lowered(genomes, lengths)
        found.append(runner.run(lowered, range(300)))
    np.testing.assert_array_equal(*found)
