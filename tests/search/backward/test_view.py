"""The compiled bank looked at backwards against the one in Python: the same parts and pairs."""

from __future__ import annotations

from typing import Any

import pytest

from progsynth.lang.failure import Limits
from progsynth.lang.types import BOOL, INT, STR, Type, list_of, parse_type
from progsynth.registry import pack
from progsynth.search.backward.python_view import BankView
from progsynth.search.backward.roles import SLICES, UNDONE, Operation
from progsynth.search.bank import Bank
from progsynth.search.fast.bank import FastBank
from progsynth.search.fast.fragment import restrict
from progsynth.search.fast.memory import Sizes
from progsynth.search.fast.view import FastView
from progsynth.search.kernels import Kernels
from progsynth.search.levels import Levels
from progsynth.search.space import Constant, Symbol
from progsynth.search.universe import make_space

pytestmark = pytest.mark.timeout(900)  # the first to run compiles the kernels

CELLS = 400
CONSTANTS = [Constant(1, INT, 1), Constant(-1, INT, 2), Constant(", ", STR, 1)]
LEVEL = 4  # to which banks are filled
LISTS_LEVEL = 3  # of lists, of which there are more

Views = tuple[BankView, FastView]


def views(request: str, rows: list[tuple[Any, ...]], wanted: Type) -> tuple[Views, Symbol]:
    *types, result = parse_type(request).types
    space, *_ = restrict(make_space(pack(), tuple(types), result, CONSTANTS), pack())
    top = space.top(tuple(types))
    hints = [list(zip(types, row, strict=True)) for row in rows]
    slow = Bank(space, Kernels(pack(), Limits(100_000, CELLS)), top, rows, hints)
    fast = FastBank(space, top, rows, hints, sizes=Sizes(1 << 24, len(rows), 100, CELLS, 8))
    for bank in (slow, fast):
        levels = Levels(space, bank, space.symbol(top, result), keep_root=True)
        for level in range(1, (LISTS_LEVEL if wanted.name == "list" else LEVEL) + 1):
            for _ in levels.fill(level):
                pass
    return (BankView(slow, 1e-9), FastView(fast)), space.symbol(top, wanted)


NUMBERS = ("(int, int) -> int", [(3, 7), (0, -2), (2**40, 5), (-4, 9)], INT)
TEXTS = ("(str, str) -> str", [("ab cd", "x"), ("", "yy"), ("Ada L", "ab")], STR)
LISTS = ("(list[int]) -> list[int]", [([3, 1, 2],), ([],), ([5, -4],)], list_of(INT))


def terms(view: Any, found: Any) -> list[tuple[Any, ...]]:
    """What is found, with terms for handles."""
    return [tuple(view.term(x) if i in (0, 1) else x for i, x in enumerate(one)) for one in found]


@pytest.mark.parametrize("operation", UNDONE, ids=lambda o: f"{o.name} {o.given_left}")
@pytest.mark.parametrize("wanted", [(21, 0, 5 * 2**40, -36), (10, -2, 2**40 + 5, 5), (0, 0, 0, 0)])
def test_pairs_of_numbers(operation: Operation, wanted: tuple[int, ...]) -> None:
    (slow, fast), symbol = views(*NUMBERS)
    for cost in range(1, LEVEL + 1):
        expected = terms(slow, slow.partners(operation, symbol, cost, wanted))
        assert terms(fast, fast.partners(operation, symbol, cost, wanted)) == expected[:8]


@pytest.mark.parametrize("operation", SLICES, ids=lambda o: o.name)
def test_positions_of_a_piece(operation: Operation) -> None:
    (slow, fast), symbol = views("(str) -> int", [("abcd",), ("xyzzy",), ("no",)], INT)
    wanted = (("abcd", "bc"), ("xyzzy", "yzz"), ("no", ""))
    some = 0
    for cost in range(1, LEVEL + 1):
        expected = terms(slow, slow.partners(operation, symbol, cost, wanted))
        assert terms(fast, fast.partners(operation, symbol, cost, wanted)) == expected
        some += len(expected)
    assert some


@pytest.mark.parametrize(
    ("task", "wanted"),
    [
        (TEXTS, ("ab cd, x!", "yy, yy", "ab")),
        (LISTS, ([1, 2, 3, 3, 1, 2], [7], [5, -4, 5])),
    ],
    ids=["texts", "lists"],
)
def test_parts(task: Any, wanted: tuple[Any, ...]) -> None:
    (slow, fast), symbol = views(*task)
    some = 0
    for cost in range(1, LEVEL + 1):
        expected = [(r, m, slow.term(h)) for r, m, h in slow.parts(symbol, cost, wanted)]
        found = [(r, m, fast.term(h)) for r, m, h in fast.parts(symbol, cost, wanted)]
        assert found == expected
        some += len(expected)
    assert some > 10


@pytest.mark.parametrize("task", [NUMBERS, TEXTS, LISTS], ids=["numbers", "texts", "lists"])
def test_values_are_found_again(task: Any) -> None:
    (slow, fast), symbol = views(*task)
    for cost in range(1, LEVEL + 1):
        for row, handle in slow.rows(symbol, cost, 30):
            term = slow.term(handle)
            for view in (slow, fast):
                found = view.find(symbol, row)
                assert found is not None and found[0] == cost
                assert view.term(found[1]) == term  # type: ignore[arg-type]
        compiled = [(row, fast.term(handle)) for row, handle in fast.rows(symbol, cost, 30)]
        assert compiled == [(row, slow.term(handle)) for row, handle in slow.rows(symbol, cost, 30)]
    nowhere = tuple(row[0] * 3 for row in task[1][::-1])
    assert (slow.find(symbol, nowhere) is None) == (fast.find(symbol, nowhere) is None)


def test_sets_of_examples() -> None:
    (slow, fast), symbol = views(*TEXTS)
    conditions = slow.bank.space.symbol(symbol.scope, BOOL)
    before: set[int] = set()
    for cost in range(1, LEVEL + 1):
        first: dict[int, Any] = {}
        for mask, entry in slow.right(symbol, cost, ("ab", "yy", "Ada")):
            if mask not in before:
                first.setdefault(mask, slow.term(entry))
        before |= set(first)
        found = dict(fast.right(symbol, cost, ("ab", "yy", "Ada")))
        assert {m: fast.term(h) for m, h in found.items() if m} == first
        held = {mask for mask, _ in slow.holding(conditions, cost)}
        assert {mask for mask, _ in fast.holding(conditions, cost)} <= held


def test_rows_are_the_same_whoever_has_read_them_before() -> None:
    (slow, fast), symbol = views(*TEXTS)
    for cost in range(1, slow.num_cells(symbol)):
        begun = fast.rows(symbol, cost, 10)
        first = next(begun, None)
        again = [row for row, _ in fast.rows(symbol, cost, 10)]
        assert again == [row for row, _ in slow.rows(symbol, cost, 10)]
        assert ([first[0]] if first else []) + [row for row, _ in begun] == again
