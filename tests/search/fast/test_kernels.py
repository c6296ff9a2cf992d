"""Each kernel against the primitive or prelude function it stands for, on random values."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL, Primitive, primitive, signature_of
from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type, substitute, variables
from progsynth.lang.values import identity_key
from progsynth.registry import pack
from progsynth.search.bank import Bank
from progsynth.search.fast.bank import FastBank
from progsynth.search.fast.fragment import restrict
from progsynth.search.fast.meanings import operations, tables
from progsynth.search.fast.memory import Sizes
from progsynth.search.kernels import FAIL, Kernels
from progsynth.search.levels import Levels
from progsynth.search.space import Constant
from progsynth.search.universe import make_space

pytestmark = pytest.mark.timeout(900)  # the first to run compiles the kernels

CELLS = 4000
NUM_ROWS = 24
NUMBERS = (0, 1, -1, 2, 3, 5, -4, 10, 97, 2**30, -(2**30) - 1, 2**62, -(2**63), 2**63 - 1)
FLOATS = (0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -3.5, 1e-9, 1e18, 9.3e18, -1e300, 1e308, 5e-324)
SPECIAL = (math.inf, -math.inf, math.nan)
CHARS = "ab Z-9\n+é"
BODIES = ("lt", "mod.int", "upper", "neg.int", "sub.int", "floor")
KNOWN = [(pack_name, name) for pack_name, table in tables().items() for name in table]


def value(type_: Type, draw: Random, small: bool) -> Any:
    """A random value of the type, with the edges of its range among them."""
    if type_ == INT:
        return draw.randint(-5, 5) if small or draw.random() < 0.7 else draw.choice(NUMBERS)
    if type_ == FLOAT:
        return draw.choice(FLOATS if small else FLOATS + SPECIAL)
    if type_ == BOOL:
        return draw.random() < 0.5
    if type_ == STR:
        if draw.random() < 0.3:
            return draw.choice(("", "12", " -7 ", "+3", "x", "a-b", "9223372036854775808"))
        return "".join(draw.choice(CHARS) for _ in range(draw.randint(0, 6)))
    if type_.name == "tuple":
        return tuple(value(t, draw, small) for t in type_.types)
    if type_.name == "dict":
        key, item = type_.types
        return {
            value(key, draw, small): value(item, draw, small) for _ in range(draw.randint(0, 5))
        }
    return [value(type_.types[0], draw, small) for _ in range(draw.randint(0, 5))]


def instance(dsl: DSL, name: str, by: Type) -> tuple[list[Type], Type]:
    """The types of the plain arguments and of the result, where variables stand for `by`."""
    signature = signature_of(dsl[name])
    to = {v: by for t in (*signature.types, signature.result) for v in variables(t)}
    plain = [substitute(t, to) for t in signature.types if t.name != "fn"]
    return plain, substitute(signature.result, to)


def values_of(dsl: DSL, name: str, by: Type, seed: int) -> tuple[set[Any], set[Any], int]:
    """The rows that the bank in Python and the compiled one have, with the call among them."""
    draw = Random(seed)
    params, result = instance(dsl, name, by)
    known = operations(dsl)
    rows = [tuple(value(t, draw, n < NUM_ROWS // 2) for t in params) for n in range(NUM_ROWS)]
    lambdas = known[name].calls > 0
    allowed = (name, *(b for b in BODIES if b in dsl)) if lambdas else (name,)
    constants = [Constant(2, INT, 1)] if lambdas else []
    whole = make_space(dsl, tuple(params), result, constants, allowed=allowed)
    space, *_ = restrict(whole, dsl, tables=True)
    cost = getattr(dsl[name], "cost", 1) + len(params) + (3 if lambdas else 1)
    root = space.symbol(space.top(tuple(params)), result)
    hints = [list(zip(params, row, strict=True)) for row in rows]
    slow = Bank(space, Kernels(dsl, Limits(100_000, CELLS)), root.scope, rows, hints)
    sizes = Sizes(1 << 24, NUM_ROWS, 400, CELLS, 8)
    fast = FastBank(space, root.scope, rows, hints, sizes=sizes, operations=known)
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


@pytest.mark.parametrize(("pack_name", "name"), KNOWN)
def test_the_kernel_means_what_the_primitive_means(pack_name: str, name: str) -> None:
    dsl = pack(pack_name)
    generic = any(variables(t) for t in signature_of(dsl[name]).types)
    for seed, by in enumerate((INT, STR, FLOAT) if generic else (INT,)):
        expected, found, called = values_of(dsl, name, by, seed)
        assert called or by == FLOAT, "the call is nowhere in the space"
        assert expected == found


def test_a_primitive_of_another_meaning_has_no_kernel() -> None:
    @primitive("(a: int) -> int", name="abs.int")
    def another(a: int) -> int:
        return 0

    default = pack()
    assert "abs.int" in operations(default)
    assert "fixed" not in operations(default)
    assert "abs.int" not in operations(default.without("abs.int").extend(another))


def test_a_primitive_has_its_kernel_under_any_name_and_surface() -> None:
    default = pack()
    add, item = default["add.int"], default["item.list"]
    assert isinstance(add, Primitive) and isinstance(item, Primitive)
    plus = replace(add.written("plus", doc="", examples=()), name="plus")
    nth = item.written("nth", doc="", examples=(), signature="(xs: list[int], i: int) -> int")
    dsl = DSL("mine", {}, {}, {}).extend(plus, replace(nth, name="nth"))
    known = operations(dsl)
    assert known == {
        "plus": operations(default)["add.int"],
        "nth": operations(default)["item.list"],
    }


def test_a_primitive_that_is_charged_otherwise_has_no_kernel() -> None:
    dear = replace(pack()["range.stop"], cells="1 + 2 * max(stop, 0)")
    assert not operations(DSL("mine", {}, {}, {}).extend(dear))


def test_a_subroutine_of_the_same_text_over_other_callees_has_no_kernel() -> None:
    @primitive("(a: int, b: int) -> int", name="max.int")
    def another(a: int, b: int) -> int:
        return a

    default = pack()
    same = DSL("mine", {}, {}, {}).extend(*map(default.__getitem__, ("max.int", "slice_to.list")))
    other = DSL("mine", {}, {}, {}).extend(another, default["slice_to.list"])
    assert "take.list" in operations(same.extend(default["take.list"]))
    assert "take.list" not in operations(other.extend(default["take.list"]))
