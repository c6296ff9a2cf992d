"""Conditions of a loop: those that stop it where it may, and no others."""

from __future__ import annotations

from random import Random

import pytest

import progsynth as ps
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.types import BOOL, INT, list_of
from progsynth.search.kernels import FAIL, FAILURES, Kernels
from progsynth.search.loops.cheap import Cheap, Shelf
from progsynth.search.loops.stopping import Course, Stopping, both, conjunction, fits
from progsynth.search.space import Constant, Space
from progsynth.search.universe import make_space

NAMES = ["add.int", "lt", "ne", "item.list", "len.list"]
LIMITS = Limits(5_000, 500)


def small() -> tuple[DSL, Space]:
    whole = ps.pack()
    dsl = DSL("small", {n: whole.primitives[n] for n in NAMES}, {}, {})
    constants = [Constant(0, INT, 1), Constant(1, INT, 1)]
    return dsl, make_space(dsl, (INT, list_of(INT)), INT, constants, max_nesting=0)


def courses(seed: int) -> list[Course]:
    """An index that goes through lists, stopping before the first 0 or at the end."""
    rng = Random(seed)
    made = []
    for _ in range(6):
        xs = [rng.randint(0, 3) for _ in range(rng.randint(0, 5))]
        settings = [(xs, place) for place in range(8)]
        stop = xs.index(0) if 0 in xs else len(xs)
        made.append(Course(settings, frozenset({stop})))
    return made


def values(test: Cheap, course: Course) -> list[object]:
    found: list[object] = []
    for setting in course.settings:
        try:
            found.append(test.run(setting))
        except FAILURES:
            found.append(FAIL)
    return found


def all_fitting(given: list[Course], dearest: int) -> set[tuple[tuple[object, ...], ...]]:
    """What single conditions and pairs of them give that fit, by brute force."""
    dsl, space = small()
    shelf = Shelf(space, Kernels(dsl, LIMITS), (list_of(INT), INT), BOOL)
    shelf.open([setting for course in given for setting in course.settings])
    rows = [[values(test, course) for course in given] for test in shelf.up_to(dearest)]
    pairs = [[both(a, b) for a, b in zip(x, y, strict=True)] for x in rows for y in rows]
    return {tuple(map(tuple, row)) for row in (*rows, *pairs) if fits(row, given)}


@pytest.mark.parametrize("seed", range(4))
def test_the_conditions_found_are_those_of_brute_force(seed: int) -> None:
    dsl, space = small()
    given = courses(seed)
    stopping = Stopping(space, Kernels(dsl, LIMITS), (list_of(INT), INT))
    found = [test for test in stopping.conditions(given) if test is not None]
    assert found and stopping.executions > 0
    rows = [[values(test, course) for course in given] for test in found]
    assert all(fits(row, given) for row in rows)
    expected = all_fitting(given, 5)
    stops = {_stops(row) for row in rows}
    assert {_stops(row) for row in expected} <= stops


def _stops(row: object) -> tuple[int, ...]:
    assert isinstance(row, list | tuple)
    return tuple(next((n for n, v in enumerate(own) if v is not True), -1) for own in row)


def test_a_guard_comes_before_what_fails_without_it() -> None:
    dsl, space = small()
    kernels = Kernels(dsl, LIMITS)
    shelf = Shelf(space, kernels, (list_of(INT), INT), BOOL)
    shelf.open([([1, 2], 0), ([3], 1), ([], 0), ([0, 1], 2), ([0], 0)])
    known = {str(test.term.label()) + str(test.cost): test for test in shelf.up_to(6)}
    assert len(known) > 1
    inside = next(t for t in shelf.up_to(5) if t.run(([7], 0)) and not t.run(([7], 1)))
    at_end = next(t for t in shelf.up_to(6) if _fails(t, ([], 0)))
    guarded = conjunction(inside, at_end)
    course = Course([([5], 1)], frozenset({0}))
    assert fits([values(guarded, course)], [course])
    assert not fits([values(conjunction(at_end, inside), course)], [course])


def _fails(test: Cheap, setting: tuple[object, ...]) -> bool:
    try:
        test.run(setting)
    except FAILURES:
        return True
    return False
