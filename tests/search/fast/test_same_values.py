"""The compiled bank against the one in Python: the same values at the same costs."""

from __future__ import annotations

import math
from typing import Any

import pytest

from progsynth.lang.failure import Failure, Limits
from progsynth.lang.interpret import run
from progsynth.lang.term import Function, Program
from progsynth.lang.types import INT, Type, parse_type
from progsynth.lang.values import identity_key
from progsynth.registry import pack
from progsynth.search.bank import Bank
from progsynth.search.fast.bank import FastBank
from progsynth.search.fast.fragment import restrict
from progsynth.search.fast.memory import Sizes
from progsynth.search.kernels import FAIL, Kernels
from progsynth.search.levels import Levels
from progsynth.search.space import Constant, Scope, Space, Symbol
from progsynth.search.universe import make_space

pytestmark = pytest.mark.timeout(900)  # the first to run compiles the kernels

CELLS = 400
CONSTANTS = [Constant(i, INT, 1) for i in (0, 1, 2)] + [Constant(-1, INT, 2)]

# request, rows, greatest cost
TASKS: dict[str, tuple[str, list[tuple[Any, ...]], int]] = {
    "lists": ("(list[int]) -> list[int]", [([3, 1, 2],), ([],), ([5, -4, 0, 5],)], 4),
    "a list and a number": ("(list[int], int) -> int", [([3, 1], 2), ([], 0), ([-4, 5], -4)], 4),
    "lists of lists": (
        "(list[list[int]]) -> list[int]",
        [([[3, 1], [2]],), ([],), ([[5], [-4, 0], [5]],)],
        3,
    ),
    "long lists": (
        "(list[int]) -> list[int]",
        [(list(range(60, -60, -1)),), ([7, 3, 7, -2] * 9,), ([2**40, 5, -(2**40), 5] * 8,)],
        3,
    ),
    "numbers": ("(int, int) -> int", [(3, 0), (2**40, -7), (-4, 2)], 4),
    "floats": ("(float, float) -> float", [(1.5, -0.0), (0.0, 2.0), (-1e308, math.nan)], 4),
    "lists of floats": (
        "(list[float], list[float]) -> float",
        [([0.5, -0.0], [2.0, 0.0]), ([], [1e9]), ([math.nan, 3.0, -1.0], [math.inf, 3.0])],
        4,
    ),
    "dicts": (
        "(dict[int, int], int) -> dict[int, int]",
        [({3: 1, 1: 2}, 1), ({}, 5), ({-4: 5, 0: -4, 5: 5}, 5)],
        4,
    ),
    "large numbers": ("(int) -> bool", [(2**61,), (-(2**62),), (2**62 - 1,), (0,)], 4),
}


def filled(
    space: Space, types: tuple[Type, ...], root: Symbol, rows: list[tuple[Any, ...]], cost: int
) -> tuple[Bank, FastBank]:
    """Both banks, filled up to a cost with the same pools."""
    hints = [list(zip(types, row, strict=True)) for row in rows]
    noted: dict[Scope, Any] = {}
    slow = Bank(space, Kernels(pack(), Limits(100_000, CELLS)), root.scope, rows, hints)
    fast = FastBank(
        space, root.scope, rows, hints, sizes=Sizes(1 << 24, len(rows), 100, CELLS, 8), noted=noted
    )
    for bank in (slow, fast):
        levels = Levels(space, bank, root, keep_root=True)
        for level in range(1, cost + 1):
            for _ in levels.fill(level):
                pass
    return slow, fast


def row_key(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(None if v is FAIL else (identity_key(v),) for v in row)


@pytest.mark.parametrize("name", TASKS)
def test_the_compiled_bank_keeps_the_same_values_at_the_same_costs(name: str) -> None:
    text, rows, cost = TASKS[name]
    *types, result = parse_type(text).types
    whole = make_space(pack(), tuple(types), result, CONSTANTS)
    space, *_ = restrict(whole, pack(), tables="dict" in text)
    root = space.symbol(space.top(tuple(types)), result)
    slow, fast = filled(space, tuple(types), root, rows, cost)
    assert fast.programs == slow.programs
    assert fast.entries == slow.entries > 90
    for symbol, shelf in slow.shelves.items():
        for cell_cost, cell in enumerate(shelf.cells):
            compiled = fast.shelf(symbol).cells
            entries = compiled[cell_cost] if cell_cost < len(compiled) else range(0)
            assert len(entries) == len(cell)
            if symbol.scope.feedback:
                continue  # bodies without rows
            rows_of = [fast.row(symbol, int(a)) for a in fast.addresses(entries)]
            assert {row_key(e.row) for e in cell} == set(map(row_key, rows_of))


def test_terms_of_entries_mean_their_rows() -> None:
    text, rows, cost = TASKS["lists"]
    *types, result = parse_type(text).types
    space, *_ = restrict(make_space(pack(), tuple(types), result, CONSTANTS), pack())
    root = space.symbol(space.top(tuple(types)), result)
    _, fast = filled(space, tuple(types), root, rows, cost)
    checked = 0
    for cell in fast.shelf(root).cells:
        for address in fast.addresses(cell)[::7].tolist():
            program = Program((Function("f", ("xs",), tuple(types), result, fast.term(address)),))
            for row, value in zip(rows, fast.row(root, address), strict=True):
                found = run(program, row, pack(), Limits())
                assert isinstance(found, Failure) if value is FAIL else found == value
            checked += 1
    assert checked > 20
