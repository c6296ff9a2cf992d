"""Fillings of several holes in order of cost, untried."""

from __future__ import annotations

from itertools import islice

from progsynth import registry
from progsynth.lang.failure import Limits
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.read import read_program
from progsynth.lang.term import free_variables
from progsynth.search.fillings import fillings
from progsynth.search.holes import find_holes
from progsynth.search.run import Candidate
from progsynth.search.sketched import Sketched
from progsynth.task import Example

DSL = registry.pack()


def first(body: str, count: int) -> list[Candidate]:
    program = read_program(f"def f(n: int, m: int) -> int:\n    {body}\n", DSL)
    examples = (Example((1, 2), 3),)
    sites = find_holes(program, DSL)
    sketch = Sketched(program, sites, DSL, examples, 1e-9, Limits(), (), 0, {})
    return list(islice((one for one in fillings(sketch) if one is not None), count))


def test_the_cheapest_come_first() -> None:
    found = first("return ??(n) * ??(m)", 300)
    costs = [one.cost for one in found]
    assert costs == sorted(costs)
    assert "n * m" in pretty(found[0].program, DSL)


def test_a_hole_with_arguments_uses_one_of_them() -> None:
    assert all(free_variables(one.filled[0].term) for one in first("return ??(n) + m", 100))
    assert not all(free_variables(one.filled[0].term) for one in first("return ?? + m", 100))


def test_numbers_to_be_trained_stay() -> None:
    (one,) = first("return n + ??param[int]", 2)
    assert "??param[int]" in pretty(one.program, DSL)
    assert one.filled == ()


def test_a_sketch_without_holes_is_its_own_filling() -> None:
    (one,) = first("return n + m", 2)
    assert one.cost == 1
