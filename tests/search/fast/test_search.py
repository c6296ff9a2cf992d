"""The compiled search as a method: the same solutions, budgets, what it says when it is full."""

from __future__ import annotations

import math
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from progsynth.lang.failure import Limits
from progsynth.lang.interpret import run
from progsynth.lang.primitive import DSL, called_names, primitive
from progsynth.lang.term import Function, Program, Term
from progsynth.lang.types import parse_signature
from progsynth.lang.values import close
from progsynth.registry import pack
from progsynth.search.aimed import AimedBank
from progsynth.search.bottom_up import bottom_up
from progsynth.search.change_over import ChangeOver
from progsynth.search.course import BottomUp
from progsynth.search.fast import cache
from progsynth.search.fast.method import fast_bottom_up, ready
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Candidate, Search
from progsynth.search.turns import InTurns

pytestmark = pytest.mark.timeout(900)  # the first to run compiles the kernels

LISTS = [([3, 1, 2, 8],), ([],), ([5, 4, 7, 7],), ([-2, 6],)]
NUMBERS = [(3,), (8,), (-4,), (15,), (-1,)]

# signature, meaning, rows
TASKS: dict[str, tuple[str, Callable[..., Any], list[tuple[Any, ...]]]] = {
    "sorted downwards": ("(xs: list[int]) -> list[int]", lambda xs: sorted(xs)[::-1], LISTS),
    "sum of squares": ("(xs: list[int]) -> int", lambda xs: sum(x * x for x in xs), LISTS),
    "even ones": ("(xs: list[int]) -> list[int]", lambda xs: [x for x in xs if x % 2 == 0], LISTS),
    "with a condition": (
        "(up: bool, n: int) -> int",
        lambda up, n: n if up else -n,
        [(True, 3), (False, 4), (True, -2), (False, -9)],
    ),
    "running sums": (
        "(xs: list[int]) -> list[int]",
        lambda xs: [sum(xs[: i + 1]) for i in range(len(xs))],
        LISTS,
    ),
    "initials": (
        "(s: str) -> str",
        lambda s: "".join(w[0] for w in s.split()),
        [("to be or not",), ("Ada Lovelace",), ("x",)],
    ),
}


def problem(
    signature: str, meaning: Callable[..., Any], rows: list[tuple[Any, ...]], dsl: DSL | None = None
) -> Problem:
    read = parse_signature(signature)

    def wrap(term: Term, cost: int) -> Candidate:
        return Candidate(Program((Function("f", read.names, read.types, read.result, term),)), cost)

    outputs = tuple(meaning(*row) for row in rows)
    return Problem(
        read.types, read.result, tuple(rows), outputs, dsl or pack(), wrap, read.types,
        read.result, Limits(),
    )  # fmt: skip


def first(search: Search, asked: Problem, executions: int) -> tuple[Candidate | None, int]:
    """The first candidate that is right, and the executions used."""
    used = 0
    while used < executions and not search.exhausted:
        batch = search.ask(Allowance(executions - used, None))
        used += batch.executions
        for candidate in batch.candidates:
            found = [run(candidate.program, row, asked.dsl) for row in asked.inputs]
            assert found == list(asked.outputs)
            return candidate, used
    return None, used


def is_in_python(search: Search) -> bool:
    return isinstance(search, BottomUp) and isinstance(search.aimed, AimedBank)


LONG = ("even ones", "initials")  # for the twin


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in LONG else n for n in TASKS]
)
def test_it_finds_a_program_of_the_same_cost_as_its_twin(name: str) -> None:
    asked = problem(*TASKS[name])
    slow, _ = first(bottom_up(asked, 0), asked, 3_000_000)
    fast, _ = first(fast_bottom_up()(asked, 0), asked, 30_000_000)
    assert slow is not None and fast is not None
    assert fast.cost == slow.cost


def test_small_allowances_find_the_same_as_one_large_one() -> None:
    asked = problem(*TASKS["sorted downwards"])
    whole, _ = first(fast_bottom_up()(asked, 0), asked, 5_000_000)
    search = fast_bottom_up()(asked, 0)
    for _ in range(100_000):
        batch = search.ask(Allowance(700, None))
        if batch.candidates:
            break
    assert whole is not None
    assert batch.candidates[0].program == whole.program


def test_a_full_bank_says_so_and_goes_on_finding() -> None:
    signature, _, rows = TASKS["sorted downwards"]
    asked = problem(signature, lambda xs: [x * 2 + 1 for x in reversed(xs)][::2], rows)
    search = fast_bottom_up(max_bytes=1 << 19)(asked, 0)
    found, _ = first(search, asked, 900_000)
    assert any("the bank is full at" in note for note in search.notes)
    assert isinstance(search, InTurns)
    assert found is not None or search.searches[0].level > 5


def test_what_it_has_no_words_for_goes_to_its_twin() -> None:
    graphs = ({1: {2: 1.0}, 2: {}}, {3: {}})
    asked = problem("(g: graph[int]) -> int", len, [(g,) for g in graphs])
    assert is_in_python(fast_bottom_up()(asked, 0))


def test_primitives_without_a_kernel_have_turns_in_the_twin() -> None:
    names = {"add.float", "sub.float", "fixed", "len.str", "reverse.str"}
    small = pack().without(*({*pack()} - names))
    rows = [(0.25,), (1.5,), (-3.75,)]
    asked = problem("(x: float) -> str", lambda x: f"{x + x:.1f}"[::-1], rows, small)
    search = fast_bottom_up()(asked, 0)
    assert isinstance(search, InTurns)
    found, _ = first(search, asked, 3_000_000)
    assert found is not None
    assert {"fixed", "reverse.str"} <= called_names(found.program.entry)


COUNTED = [(["a", "b", "a"],), (["c"],), (["x", "y", "y", "y"],)]

# signature, meaning, rows
DICTS: dict[str, tuple[str, Callable[..., Any], list[tuple[Any, ...]]]] = {
    "counted": ("(xs: list[str]) -> dict[str, int]", Counter, COUNTED),
    "in another order": (
        "(xs: list[str]) -> dict[str, int]",
        lambda xs: Counter(reversed(xs)),
        COUNTED,
    ),
    "looked up": (
        "(prices: dict[str, int], xs: list[str]) -> int",
        lambda prices, xs: sum(prices.get(x, 0) for x in xs),
        [({"a": 3, "b": 5}, ["a", "b", "a"]), ({}, ["a"]), ({"x": 1, "y": 7, "z": 2}, ["y", "w"])],
    ),
}


@pytest.mark.parametrize("name", DICTS)
def test_dicts_are_values_too(name: str) -> None:
    asked = problem(*DICTS[name])
    search = fast_bottom_up()(asked, 0)
    assert isinstance(search, InTurns)
    found, _ = first(search.searches[0], asked, 20_000_000)
    assert found is not None


# signature, meaning, rows; the outputs are rounded
CLOSE: dict[str, tuple[str, Callable[..., Any], list[tuple[Any, ...]]]] = {
    "a length": (
        "(x: float, y: float) -> float",
        lambda x, y: round(math.sqrt(x * x + y * y), 3),
        [(1.0, 2.0), (0.5, 0.25), (7.0, 0.0)],
    ),
    "a mean": (
        "(xs: list[float]) -> float",
        lambda xs: round(sum(xs) / len(xs), 3),
        [([1.0, 2.0, 2.0],), ([0.1],), ([3.0, 4.5, -1.0],)],
    ),
    "thirds": (
        "(xs: list[float]) -> list[float]",
        lambda xs: [round(x / 3, 3) for x in xs],
        [([1.0, 2.0, 2.0],), ([0.1],), ([3.0, 4.5, -1.0],)],
    ),
    "one of two": (
        "(up: bool, x: float) -> float",
        lambda up, x: round(math.sqrt(x) if up else math.log(x), 3),
        [(True, 3.0), (False, 4.0), (True, 2.0), (False, 9.0)],
    ),
}


@pytest.mark.parametrize("name", CLOSE)
def test_floats_are_right_within_the_tolerance(name: str) -> None:
    signature, meaning, rows = CLOSE[name]
    asked = replace(problem(signature, meaning, rows), tolerance=1e-3)
    search = fast_bottom_up()(asked, 0)
    assert not is_in_python(search)
    used = 0
    while used < 20_000_000 and not search.exhausted:
        batch = search.ask(Allowance(1_000_000, None))
        used += batch.executions
        if batch.candidates:
            break
    found = [run(batch.candidates[0].program, row, asked.dsl) for row in rows]
    assert close(found, [meaning(*row) for row in rows], 1e-3)


@pytest.mark.parametrize("name", ["dreamcoder_lists", "lambdabeam"])
def test_packs_of_other_systems_have_kernels_too(name: str) -> None:
    asked = problem(*TASKS["sum of squares"], pack(name))
    slow, _ = first(bottom_up(asked, 0), asked, 3_000_000)
    fast, _ = first(fast_bottom_up()(asked, 0), asked, 3_000_000)
    assert slow is not None and fast is not None
    assert fast.cost == slow.cost


def test_a_pack_of_unknown_primitives_goes_to_the_twin() -> None:
    @primitive("(xs: list[int]) -> int")
    def squares(xs):  # type: ignore[no-untyped-def]
        """The sum of the squares."""
        return sum(x * x for x in xs)

    asked = problem(*TASKS["sum of squares"], DSL("mine", {}, {}, {}).extend(squares))
    assert is_in_python(fast_bottom_up()(asked, 0))


def test_an_unsolved_search_has_partial_programs() -> None:
    asked = problem("(n: int) -> int", lambda n: {3: 77, 8: 9}.get(n, n + 2), NUMBERS)
    search = fast_bottom_up()(asked, 0)
    search.ask(Allowance(20_000, None))
    best = search.partial()[0]
    right = [
        run(best.program, row, pack()) == out
        for row, out in zip(asked.inputs, asked.outputs, strict=True)
    ]
    assert sum(right) >= 3


def test_while_the_kernels_are_compiled_its_twin_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROGSYNTH_CACHE", str(tmp_path))
    monkeypatch.setattr("sys.executable", shutil.which("true"))  # nothing is compiled
    asked = problem(*TASKS["sum of squares"])
    search = fast_bottom_up(wait=False)(asked, 0)
    assert isinstance(search, ChangeOver) and is_in_python(search.searches[-1])
    assert not ready()  # nor begun a second time
    assert len(list(tmp_path.rglob("compiling"))) == 1
    cache.kernels().mark_complete()
    assert ready()
