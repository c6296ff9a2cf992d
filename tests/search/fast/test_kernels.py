"""Each kernel against the primitive or prelude function it stands for, on random values."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from progsynth.lang.failure import Limits
from progsynth.lang.primitive import primitive, signature_of
from progsynth.lang.types import BOOL, INT, STR, Type, substitute, variables
from progsynth.lang.values import identity_key
from progsynth.registry import pack
from progsynth.search.bank import Bank
from progsynth.search.fast.bank import FastBank
from progsynth.search.fast.fragment import covers, restrict
from progsynth.search.fast.memory import Sizes
from progsynth.search.fast.opcodes import TABLE
from progsynth.search.kernels import FAIL, Kernels
from progsynth.search.levels import Levels
from progsynth.search.space import Constant
from progsynth.search.universe import make_space

pytestmark = pytest.mark.timeout(900)  # the first to run compiles the kernels

CELLS = 4000
NUM_ROWS = 24
NUMBERS = (0, 1, -1, 2, 3, 5, -4, 10, 97, 2**30, -(2**30) - 1, 2**62, -(2**63), 2**63 - 1)
CHARS = "ab Z-9\n+é"
BODIES = ("lt", "mod.int", "upper", "neg.int")


def value(type_: Type, draw: Random, small: bool) -> Any:
    """A random value of the type, with the edges of its range among them."""
    if type_ == INT:
        return draw.randint(-5, 5) if small or draw.random() < 0.7 else draw.choice(NUMBERS)
    if type_ == BOOL:
        return draw.random() < 0.5
    if type_ == STR:
        if draw.random() < 0.3:
            return draw.choice(("", "12", " -7 ", "+3", "x", "a-b", "9223372036854775808"))
        return "".join(draw.choice(CHARS) for _ in range(draw.randint(0, 6)))
    if type_.name == "tuple":
        return tuple(value(t, draw, small) for t in type_.types)
    return [value(type_.types[0], draw, small) for _ in range(draw.randint(0, 5))]


def instance(name: str, by: Type) -> tuple[list[Type], Type]:
    """The types of the plain arguments and of the result, where variables stand for `by`."""
    signature = signature_of(pack()[name])
    to = {v: by for t in (*signature.types, signature.result) for v in variables(t)}
    plain = [substitute(t, to) for t in signature.types if t.name != "fn"]
    return plain, substitute(signature.result, to)


def values_of(name: str, by: Type, seed: int) -> tuple[set[Any], set[Any], int]:
    """The rows that the bank in Python and the compiled one have, with the call among them."""
    draw = Random(seed)
    params, result = instance(name, by)
    rows = [tuple(value(t, draw, n < NUM_ROWS // 2) for t in params) for n in range(NUM_ROWS)]
    lambdas = TABLE[name].calls > 0
    allowed = (name, *BODIES) if lambdas else (name,)
    constants = [Constant(2, INT, 1)] if lambdas else []
    whole = make_space(pack(), tuple(params), result, constants, allowed=allowed)
    space, *_ = restrict(whole, pack())
    cost = getattr(pack()[name], "cost", 1) + len(params) + (3 if lambdas else 1)
    root = space.symbol(space.top(tuple(params)), result)
    hints = [list(zip(params, row, strict=True)) for row in rows]
    slow = Bank(space, Kernels(pack(), Limits(100_000, CELLS)), root.scope, rows, hints)
    sizes = Sizes(1 << 24, NUM_ROWS, 400, CELLS, 8)
    fast = FastBank(space, root.scope, rows, hints, sizes=sizes)
    for bank in (slow, fast):
        levels = Levels(space, bank, root, keep_root=True)
        for level in range(1, cost + 1):
            for _ in levels.fill(level):
                pass
    expected = {row_key(e.row) for cell in slow.shelf(root).cells for e in cell}
    found = {
        row_key(fast.row(root, int(a)))
        for cell in fast.shelf(root).cells
        for a in fast.addresses(cell)
    }
    called = sum(p.detail == name for p in fast.productions)
    return expected, found, called


def row_key(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(None if v is FAIL else (identity_key(v),) for v in row)


@pytest.mark.parametrize("name", TABLE)
def test_the_kernel_means_what_the_primitive_means(name: str) -> None:
    generic = any(variables(t) for t in signature_of(pack()[name]).types)
    for seed, by in enumerate((INT, STR) if generic else (INT,)):
        expected, found, called = values_of(name, by, seed)
        assert called, "the call is nowhere in the space"
        assert expected == found


def test_a_primitive_of_another_meaning_has_no_kernel() -> None:
    @primitive("(a: int) -> int", name="abs.int")
    def another(a: int) -> int:
        return 0

    default = pack()
    assert covers(default, "abs.int", default)
    assert not covers(default, "sqrt", default)
    assert not covers(default.without("abs.int").extend(another), "abs.int", default)
