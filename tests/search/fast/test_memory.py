"""The compiled bank's memory: values kept as narrow as they are, tables that grow, its bound."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from progsynth.lang.failure import Limits
from progsynth.lang.types import BOOL, INT, STR, list_of, tuple_of
from progsynth.registry import pack
from progsynth.search.bank import Bank
from progsynth.search.fast import layout as at
from progsynth.search.fast.bank import FastBank
from progsynth.search.fast.fragment import restrict
from progsynth.search.fast.memory import Sizes
from progsynth.search.kernels import FAIL, Kernels
from progsynth.search.levels import Levels
from progsynth.search.space import Constant
from progsynth.search.universe import make_space

pytestmark = pytest.mark.timeout(900)  # the first to run compiles the kernels

XS = list_of(INT)
ROWS: list[tuple[Any, ...]] = [([3, 1, 2],), ([],), ([5, -4, 0, 5],)]
CELLS = 400


def bank_of(max_bytes: int, rows: list[tuple[Any, ...]] = ROWS) -> FastBank:
    """An empty bank for functions of a list."""
    constants = [Constant(i, INT, 1) for i in (0, 1, 2)]
    space, *_ = restrict(make_space(pack(), (XS,), XS, constants), pack())
    hints = [[(XS, row[0])] for row in rows]
    sizes = Sizes(max_bytes, len(rows), 100, CELLS, 8)
    return FastBank(space, space.top((XS,)), rows, hints, sizes=sizes)


@pytest.mark.parametrize(
    ("items", "words"),
    [([1, -128, 127], 2), ([1, 128], 2), ([-129, 0, 0], 3), ([40_000, 1], 3), ([2**50], 2)],
)
def test_a_list_takes_the_room_that_its_widest_item_needs(items: list[int], words: int) -> None:
    memory = bank_of(1 << 20).memory
    before = int(memory.Q[at.WORDS])
    assert memory.decode(XS, memory.encode(XS, items)) == items
    assert int(memory.Q[at.WORDS]) - before == words


def test_values_keep_their_words_while_tables_grow() -> None:
    draw, bank = Random(0), bank_of(1 << 24)
    memory, type_ = bank.memory, list_of(tuple_of(INT, STR))
    values: list[Any] = [[(draw.randint(-(10**9), 10**9), "é" * (n % 5))] for n in range(3_000)]
    mask = int(memory.Q[at.SEQUENCE_MASK])
    words = [memory.encode(type_, value) for value in values]
    assert memory.Q[at.SEQUENCE_MASK] > mask
    assert len(set(words)) == len(values)
    assert [memory.encode(type_, value) for value in values] == words
    assert [memory.decode(type_, word) for word in words] == values
    assert memory.decode(list_of(BOOL), memory.encode(list_of(BOOL), [True, False])) == [
        True,
        False,
    ]


def test_a_full_bank_holds_true_values_and_stays_within_its_bound() -> None:
    bank = bank_of(1 << 17)
    root = bank.space.symbol(bank.top, XS)
    kernels = Kernels(pack(), Limits(100_000, CELLS))
    slow = Bank(bank.space, kernels, bank.top, ROWS, bank.hints)
    for some, levels in ((bank, 8), (slow, 4)):
        filling = Levels(bank.space, some, root, keep_root=True)
        for level in range(1, levels + 1):
            for _ in filling.fill(level):
                pass
    assert bank.full
    assert 4_000 < bank.entries <= 4_096
    assert bank.bytes_used() <= 4 * (1 << 17)
    cells = zip(slow.shelf(root).cells, bank.shelf(root).cells, strict=False)
    for entries, cell in cells:
        held = {repr(entry.row) for entry in entries}
        assert {repr(bank.row(root, int(one))) for one in bank.addresses(cell)} == held
    for cell in bank.shelf(root).cells:
        rows = [bank.row(root, int(one)) for one in bank.addresses(cell)]
        assert len(set(map(repr, rows))) == len(rows)
        assert all(any(v is not FAIL for v in row) for row in rows)
