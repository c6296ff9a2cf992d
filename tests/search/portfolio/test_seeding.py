"""Programs of other searches in the genetic one."""

from __future__ import annotations

from progsynth.lang.read import read_program
from progsynth.registry import pack
from progsynth.search.genetic import GeneticSearch, Settings
from progsynth.search.portfolio import Seeded
from progsynth.search.portfolio.seeding import SeededGenetic
from progsynth.search.run import Allowance, Candidate
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task

PAIRS = [(n, 3 * n * n + 7 * n - 1) for n in range(-3, 9)]
RIGHT = "def f(n: int) -> int:\n    return 3 * n * n + 7 * n - 1\n"
DEEP = "def f(n: int) -> int:\n    return " + " + ".join(["n"] * 60) + "\n"


def candidate(text: str) -> Candidate:
    return Candidate(read_program(text, pack()), 1)


def made() -> SeededGenetic:
    problem = make_problem(make_setting(Task.from_pairs("curve", PAIRS, constants=(3, 7))))
    return SeededGenetic(GeneticSearch(problem, 0, settings=Settings(population=50, local=0.0)))


def test_a_program_that_is_shared_joins_the_population() -> None:
    search = made()
    assert isinstance(search, Seeded)
    assert not search.ask(Allowance(600, None)).candidates
    search.seed([candidate(RIGHT)])
    found = [c for _ in range(8) for c in search.ask(Allowance(600, None)).candidates]
    assert candidate(RIGHT).program.entry.body in [c.program.entry.body for c in found]


def test_programs_that_are_too_large_or_not_in_the_grammar_are_left_out() -> None:
    search = made()
    search.seed([candidate(DEEP)])
    foreign = 'def f(n: int) -> int:\n    return len({"a": [n]})\n'
    search.seed([candidate(foreign)])
    assert not search._waiting
    search.seed([candidate(RIGHT)])
    assert len(search._waiting) == 1
