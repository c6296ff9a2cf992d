"""What may be at fault in a program, and how it is mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from progsynth.evaluate import evaluate
from progsynth.lang.infer import check_program
from progsynth.lang.primitive import DSL
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.read import read_program
from progsynth.lang.term import Hole, Lambda, Program, holes, size, subterms
from progsynth.registry import pack
from progsynth.search.proposals import repair
from progsynth.search.proposals.broken import (
    MAX_BROKEN,
    MAX_SIZE,
    Broken,
    constants_in,
    worth_repairing,
)
from progsynth.search.proposals.inline import inlined
from progsynth.search.proposals.repair import Repaired, Repairs
from progsynth.search.proposals.score import Score, cost_of, score
from progsynth.search.proposals.suspects import near, suspects, swaps, times_met, within
from progsynth.task import Example, Task


@pytest.fixture(scope="module")
def dsl() -> DSL:
    return pack()


def scored(program: Program, task: Task, dsl: DSL) -> Score:
    running = score(program, dsl, task.train, limits=task.limits, tolerance=task.tolerance)
    while True:
        try:
            next(running)
        except StopIteration as done:
            found: Score = done.value
            return found


def repaired(text: str, task: Task, dsl: DSL, *, pauses: int = 400) -> str | None:
    """The program that a broken one becomes, within so many looks at the clock."""
    program = read_program(text, dsl)
    whole = Score((), (), len(task.train)) if "??" in text else scored(program, task, dsl)
    steps: Iterator[Repaired | None] = Repairs(task, dsl).steps([Broken(0, program, whole)])
    for _, found in zip(range(pauses), steps, strict=False):
        if found is not None:
            assert evaluate(found.program, task.train, dsl).solved
            return pretty(found.program, dsl)
    return None


# ------------------------------------------------------------------------------- suspects

SUM = """\
def total(xs: list[int]) -> int:
    result = 0
    for x in xs:
        if x > 100:
            result += 7
        result += x * 2
    return result
"""


def test_every_suspect_is_a_well_typed_program_with_one_hole(dsl: DSL) -> None:
    found = suspects(read_program(SUM, dsl), dsl)
    assert len(found) > 20
    for suspect in found:
        (hole,) = holes(suspect.sketch.entry.body)
        assert check_program(suspect.sketch, dsl)
        assert hole.type is not None
    kinds = {hole.kind for suspect in found for hole in holes(suspect.sketch.entry.body)}
    assert kinds == {"expression", "param"}


def test_holes_that_stand_for_little_come_first(dsl: DSL) -> None:
    found = [suspect.replaced for suspect in suspects(read_program(SUM, dsl), dsl)]
    assert found == sorted(found)
    assert found[0] == 0, "a constant keeps its place"
    assert found[-1] == size(read_program(SUM, dsl).entry.body)


def test_every_expression_may_be_at_fault_but_no_lambda(dsl: DSL) -> None:
    text = "def f(xs: list[int]) -> int:\n    return sum_by(lambda x: x * x, xs)\n"
    program = read_program(text, dsl)
    found = [suspect.sketch.entry.body for suspect in suspects(program, dsl)]
    wanted = [t for t in subterms(program.entry.body) if not isinstance(t, Lambda)]
    plain = [b for b in found for h in holes(b) if h.kind == "expression" and h.args is None]
    assert len(plain) == len(wanted)
    assert not any(isinstance(one, Hole) for one in subterms(program.entry.body))


def test_what_the_failing_examples_do_not_run_is_not_at_fault(dsl: DSL) -> None:
    found = suspects(read_program(SUM, dsl), dsl)
    limits = Task.from_pairs("any", [(1, 1)]).limits
    rare = [s for s in found if times_met(s, dsl, [Example(([1, 2],), 3)], limits) == 0]
    assert rare, "what stands in the branch for numbers above 100"
    assert all(times_met(s, dsl, [Example(([101, 1],), 3)], limits) == 1 for s in found)


def test_primitives_near_a_program_are_its_own_and_those_of_their_types(dsl: DSL) -> None:
    names = near(read_program(SUM, dsl), dsl)
    assert {"add.int", "mul.int", "sub.int", "floordiv.int", "gt", "le"} <= set(names)
    assert not {"sort", "len.list", "add.float"} & set(names)
    suspect = suspects(read_program(SUM, dsl), dsl)[0]
    (hole,) = holes(within(suspect, names).sketch.entry.body)
    assert hole.allowed == names


def test_swaps_are_all_other_calls_of_the_type(dsl: DSL) -> None:
    program = read_program("def f(x: int) -> bool:\n    return x + 1 < 9\n", dsl)
    found = list(swaps(program, dsl))
    assert all(check_program(one, dsl) for one in found)
    texts = {pretty(one, dsl).split("return ")[1].strip() for one in found}
    assert {"9 < x + 1", "x + 1 <= 9", "x - 1 < 9", "1 - x < 9", "max(x, 1) < 9"} <= texts
    assert program not in found
    assert len(set(found)) == len(found)


# --------------------------------------------------------------------------------- repair

SQUARES = Task.from_pairs("sum of squares", [([1, 2, 3], 14), ([], 0), ([4, 1], 17)])
RIGHT = """\
def f(xs: list[int]) -> int:
    total = 0
    for x in xs:
        total += x * x
    return total
"""


@pytest.mark.parametrize(
    ("was", "broken"),
    [
        ("x * x", "x + x"),
        ("x * x", "x * 2"),
        ("x * x", "x"),
        ("total = 0", "total = 3"),
        ("total += x * x", "total -= x * x"),
        ("return total", "return -total"),
        ("return total", "return total + len(xs)"),
        ("in xs", "in xs[1:]"),
        ("x * x", "??"),
    ],
)
def test_one_mistake_is_mended(was: str, broken: str, dsl: DSL) -> None:
    text = RIGHT.replace(was, broken)
    assert text != RIGHT
    assert repaired(text, SQUARES, dsl) is not None


def test_the_mended_program_is_what_it_was_elsewhere(dsl: DSL) -> None:
    found = repaired(RIGHT.replace("x * x", "x * 2"), SQUARES, dsl)
    assert found == RIGHT.replace("x * x", "x ** 2")


GRADES = Task.from_pairs(
    "grade",
    [(95, "A"), (85, "B"), (75, "C"), (90, "A"), (80, "B"), (89, "B"), (79, "C")],
    request="int -> str",
)


def test_two_mistakes_are_mended_one_after_the_other(dsl: DSL) -> None:
    text = """\
def grade(n: int) -> str:
    if n > 90:
        return "A"
    if n > 80:
        return "B"
    return "C"
"""
    assert repaired(text, GRADES, dsl, pauses=3_000) is not None


def test_two_mistakes_are_mended_where_both_are_on_all_examples(dsl: DSL) -> None:
    pairs = [([1, 2, 3], 4), ([], 0), ([4, 1], 1), ([7, 7, 2], 14)]
    text = """\
def f(xs: list[int]) -> int:
    total = 1
    for x in xs:
        if x % 2 == 0:
            total += x
    return total
"""
    found = repaired(text, Task.from_pairs("sum of odd", pairs), dsl, pauses=3_000)
    assert found is not None
    assert "total = 0" in found


def test_a_mistake_in_a_function_beside_is_mended(dsl: DSL) -> None:
    text = """\
def square(x: int) -> int:
    return x * 2

def f(xs: list[int]) -> int:
    return sum([square(x) for x in xs])
"""
    found = repaired(text, SQUARES, dsl)
    assert found is not None
    assert "return x ** 2" in found


def test_a_number_is_tuned_to_few_digits(dsl: DSL) -> None:
    pairs = [(0.0, 32.0), (100.0, 212.0), (37.0, 98.6)]
    task = Task.from_pairs("fahrenheit", pairs, request="float -> float")
    found = repaired("def f(c: float) -> float:\n    return c * 1.7 + 32.0\n", task, dsl)
    assert found == "def f(c: float) -> float:\n    return c * 1.8 + 32.0\n"


def test_the_programs_own_constants_may_be_used_elsewhere(dsl: DSL) -> None:
    text = "def f(x: int) -> int:\n    return 271 if x > 828 else x\n"
    assert set(constants_in(read_program(text, dsl))) == {271, 828}
    task = Task.from_pairs("f", [(900, 900), (828, 271), (5, 271), (829, 829)])
    assert repaired(text, task, dsl) is not None


def test_the_order_of_what_is_found_is_the_same_every_time(dsl: DSL) -> None:
    text = RIGHT.replace("x * x", "x + 1")
    assert repaired(text, SQUARES, dsl) == repaired(text, SQUARES, dsl)


def test_repair_ends_where_nothing_can_be_filled(dsl: DSL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "_ROUNDS", 0)
    task = Task.from_pairs("odd", [([1, 2], 977), ([3], 12345), ([4, 4], -77)])
    program = read_program("def f(xs: list[int]) -> int:\n    return len(xs)\n", dsl)
    repairs = Repairs(task, dsl)
    steps = list(repairs.steps([Broken(0, program, scored(program, task, dsl))]))
    assert steps.count(None) == len(steps)
    assert repairs.programs > 0
    assert repairs.effort >= repairs.programs + repairs.executions


# --------------------------------------------------------------------------- what is repaired


def broken(dsl: DSL, texts: Sequence[str]) -> list[Broken]:
    made = []
    for key, text in enumerate(texts):
        program = read_program(f"def f(xs: list[int]) -> int:\n    return {text}\n", dsl)
        made.append(Broken(key, program, scored(program, SQUARES, dsl)))
    return made


def test_those_right_on_most_examples_are_repaired_first(dsl: DSL) -> None:
    found = worth_repairing(broken(dsl, ["7", "14", "sum(xs)", "len(xs)"]))
    assert [one.key for one in found][:2] == [1, 2], "of one example each, the smaller"
    assert found[-1].key == 0


def test_of_equal_behaviour_the_smallest_is_repaired(dsl: DSL) -> None:
    found = worth_repairing(broken(dsl, ["sum(xs) + 0", "sum(xs)", "0 + sum(xs)"]))
    assert [one.key for one in found] == [1]


def test_few_are_repaired_and_none_that_is_too_large(dsl: DSL) -> None:
    many = broken(dsl, [str(n) for n in range(20, 30)])
    assert len(worth_repairing(many)) == MAX_BROKEN
    assert worth_repairing(broken(dsl, [" + ".join(["1"] * MAX_SIZE)])) == []


# ------------------------------------------------------------------------------ costs, inlining


def test_costs_order_programs_as_their_sizes_do(dsl: DSL) -> None:
    costs = [cost_of(one.program, dsl) for one in broken(dsl, ["0", "sum(xs)", "sum(xs) + 1"])]
    assert costs == sorted(set(costs))


def test_what_a_program_calls_of_its_own_is_put_in_place(dsl: DSL) -> None:
    text = """\
def less(x: int, y: int) -> int:
    return x - y

def f(xs: list[int]) -> int:
    return sum([less(less(x, 1), len(xs)) for x in xs])
"""
    program = read_program(text, dsl)
    body = inlined(program)
    assert body is not None
    alone = read_program("def f(xs: list[int]) -> int:\n    return 0\n", dsl)
    entry = alone.entry
    made = Program((type(entry)("f", entry.params, entry.types, entry.result, body),))
    examples = [Example((xs,), 0) for xs in ([], [5], [1, 2, 3], [-4, 9])]
    assert evaluate(made, examples, dsl).outputs == evaluate(program, examples, dsl).outputs


@pytest.mark.parametrize(
    "text",
    [
        "def twice(f: (int) -> int, x: int) -> int:\n    return f(f(x))\n\n"
        "def g(x: int) -> int:\n    return twice(lambda y: y + 1, x)\n",
        "def small(x: int) -> bool:\n    return x < 9\n\n"
        "def g(x: int) -> int:\n    while small(x):\n        x += 1\n    return x\n",
        "def big(x: int) -> int:\n    return " + " + ".join(["x"] * 300) + "\n\n"
        "def g(x: int) -> int:\n    return big(big(x))\n",
    ],
)
def test_what_cannot_be_put_in_place_has_no_body(text: str, dsl: DSL) -> None:
    assert inlined(read_program(text, dsl)) is None
