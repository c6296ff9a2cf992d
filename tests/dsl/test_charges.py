"""Charges: no primitive makes more than it is charged for, and none is charged after the work."""

from __future__ import annotations

import time
from functools import partial
from random import Random

import pytest

from progsynth.lang.agreement.random_values import random_value
from progsynth.lang.failure import Fail, Failure, FailureKind, Limits, Meter
from progsynth.lang.interpret import call_primitive
from progsynth.lang.primitive import Primitive, charge_function
from progsynth.lang.types import INT, substitute, variables
from progsynth.lang.values import INT_MAX, INT_MIN, Value, misfit, size_of
from progsynth.registry import pack

FIRST_ORDER = tuple(
    name
    for name, p in pack().primitives.items()
    if not any(t.name == "fn" for t in p.signature.types)
)
PIECE = 330  # characters of the longest number as text
SHARE = 32  # cells that a unit of fuel pays for


def outcome(name: str, *args: Value, limits: Limits | None = None) -> Value | Failure:
    try:
        return call_primitive(pack().primitives[name], args, Meter(limits or Limits()))
    except Fail as fail:
        return Failure(fail.kind)


def charged(primitive: Primitive, args: tuple[Value, ...]) -> tuple[int, int]:
    names = primitive.signature.names
    formulas = (charge_function(f, names) for f in (primitive.fuel, primitive.cells))
    fuel, cells = (0 if f is None else max(0, f(*args)) for f in formulas)
    return fuel, cells


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_results_have_their_type_and_no_more_cells_than_charged(name: str) -> None:
    """With variables for ints, so that no items are shared, size tells what was allocated."""
    rng = Random(name)
    primitive = pack().primitives[name]
    by = dict.fromkeys(variables(primitive.signature.type), INT)
    types = [substitute(t, by) for t in primitive.signature.types]
    for _ in range(60):
        args = tuple(random_value(rng, t) for t in types)
        before = repr(args)
        result = outcome(name, *args)
        assert repr(args) == before, f"{name} changed its arguments"
        if isinstance(result, Failure):
            continue
        assert misfit(result, substitute(primitive.signature.result, by)) == ""
        fuel, cells = charged(primitive, args)
        held = sum(map(size_of, args))
        assert size_of(result) <= cells + SHARE * fuel + held + PIECE, args


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_formulas_have_a_value_for_every_argument(name: str) -> None:
    """Charges are taken before the primitive can refuse its arguments."""
    primitive = pack().primitives[name]
    by = dict.fromkeys(variables(primitive.signature.type), INT)
    types = [substitute(t, by) for t in primitive.signature.types]
    rng = Random(name)
    for number in (0, -1, INT_MIN, INT_MAX):
        args = tuple(number if t == INT else random_value(rng, t) for t in types)
        assert all(isinstance(c, int) for c in charged(primitive, args))


BOMBS = {
    "repeat.str": ("ab", INT_MAX),
    "repeat.list": ([0], 10**12),
    "range.stop": (10**18,),
    "range.start": (INT_MIN, INT_MAX),
    "range.step": (INT_MAX, INT_MIN, -1),
    "replace": ("a" * 10**5, "a", "b" * 10**5),
    "join": ("x" * 10**5, [""] * 10**5),
    "concat.str": ("a" * 4 * 10**6, "b" * 10**6),
    "eq": ([[0] * 2000] * 2000, [[0] * 2000] * 2000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_fail_before_they_are_made(name: str) -> None:
    start = time.perf_counter()
    result = outcome(name, *BOMBS[name])
    assert result in (Failure(FailureKind.FUEL), Failure(FailureKind.MEMORY))
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize("base", [-3, -2, -1, 0, 1, 2, 3])
def test_powers_with_vast_exponents_take_no_time(base: int) -> None:
    for exponent in (10**9, INT_MAX):
        wanted = {-1: (-1) ** exponent, 0: 0, 1: 1}.get(base, Failure(FailureKind.OVERFLOW))
        assert outcome("pow.int", base, exponent) == wanted


EDGES = [
    ("add.int", (INT_MAX, 1), FailureKind.OVERFLOW),
    ("sub.int", (INT_MIN, 1), FailureKind.OVERFLOW),
    ("mul.int", (2**32, 2**31), FailureKind.OVERFLOW),
    ("floordiv.int", (INT_MIN, -1), FailureKind.OVERFLOW),
    ("floordiv.int", (1, 0), FailureKind.ZERO),
    ("mod.int", (INT_MIN, -1), 0),
    ("mod.int", (1, 0), FailureKind.ZERO),
    ("neg.int", (INT_MIN,), FailureKind.OVERFLOW),
    ("abs.int", (INT_MIN,), FailureKind.OVERFLOW),
    ("pow.int", (2, 63), FailureKind.OVERFLOW),
    ("pow.int", (-2, 63), INT_MIN),
    ("pow.int", (2, -1), FailureKind.DOMAIN),
    ("div.int", (1, 0), FailureKind.ZERO),
    ("div.float", (1.0, 0.0), FailureKind.ZERO),
    ("int.float", (float("nan"),), FailureKind.DOMAIN),
    ("int.float", (float("inf"),), FailureKind.DOMAIN),
    ("int.float", (1e300,), FailureKind.OVERFLOW),
    ("int.float", (9223372036854774784.0,), 9223372036854774784),
    ("floor", (2.0**63,), FailureKind.OVERFLOW),
    ("round", (0.5,), 0),
    ("pow.float", (0.0, -1.0), FailureKind.ZERO),
    ("pow.float", (-8.0, 0.5), FailureKind.DOMAIN),
    ("pow.float", (-10.0, 309.0), float("-inf")),
    ("pow.float", (10.0, 309.0), float("inf")),
    ("exp", (1e4,), float("inf")),
    ("sqrt", (-1.0,), FailureKind.DOMAIN),
    ("log", (0.0,), FailureKind.DOMAIN),
    ("sin", (float("inf"),), FailureKind.DOMAIN),
    ("item.list", ([1], 1), FailureKind.INDEX),
    ("item.str", ("", 0), FailureKind.INDEX),
    ("put.list", ([1], -2, 0), FailureKind.INDEX),
    ("delete.list", ([], 0), FailureKind.INDEX),
    ("item.dict", ({1: 2}, 3), FailureKind.KEY),
    ("delete.dict", ({1: 2}, 3), FailureKind.KEY),
    ("index.list", ([1], 2), FailureKind.DOMAIN),
    ("min.list", ([],), FailureKind.DOMAIN),
    ("max.list", ([],), FailureKind.DOMAIN),
    ("slice_all_by.list", ([1], 0), FailureKind.DOMAIN),
    ("range.step", (0, 5, 0), FailureKind.DOMAIN),
    ("split", ("a", ""), FailureKind.DOMAIN),
    ("ord", ("",), FailureKind.DOMAIN),
    ("ord", ("ab",), FailureKind.DOMAIN),
    ("chr", (-1,), FailureKind.DOMAIN),
    ("chr", (0xD800,), FailureKind.DOMAIN),
    ("chr", (2**40,), FailureKind.DOMAIN),
    ("fixed", (float("nan"), 2), FailureKind.DOMAIN),
    ("fixed", (1.0, -1), FailureKind.DOMAIN),
    ("fixed", (2.5, 0), "2"),
    ("fixed", (1e300, 17), f"{1e300:.17f}"),
    ("int.str", ("9223372036854775808",), FailureKind.OVERFLOW),
    ("int.str", ("-9223372036854775808",), INT_MIN),
    ("int.str", ("9" * 10_000,), FailureKind.OVERFLOW),
    ("sum.int", ([INT_MAX, 1, -1],), FailureKind.OVERFLOW),
    ("product.int", ([2**62, 2, 0],), FailureKind.OVERFLOW),
]


@pytest.mark.parametrize(("name", "args", "wanted"), EDGES)
def test_edges(name: str, args: tuple[Value, ...], wanted: Value | FailureKind) -> None:
    expected = Failure(wanted) if isinstance(wanted, FailureKind) else wanted
    found = outcome(name, *args)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    "text", ["", "-", "1_000", "٣", "1 2", "0x10", "1.0", "--1", "+ 1", "\u00a01", "1e3"]
)
def test_text_that_is_no_integer(text: str) -> None:
    assert outcome("int.str", text) == Failure(FailureKind.DOMAIN)


@pytest.mark.parametrize(
    "text", ["", ".", "e5", "1e", "1e+", "nan", "inf", "1_0.0", "٣.0", "1.2.3", "0x1p3", "1ee5"]
)
def test_text_that_is_no_float(text: str) -> None:
    assert outcome("float.str", text) == Failure(FailureKind.DOMAIN)


NAN = float("nan")


def test_comparisons_with_nan() -> None:
    compare = partial(outcome, limits=Limits())
    for name in ("lt", "le", "gt", "ge", "eq"):
        assert compare(name, NAN, NAN) is False
        assert compare(name, [NAN], [NAN]) is False
        assert compare(name, (1, NAN), (1, 2.0)) is False
    assert compare("ne", [NAN], [NAN]) is True
    assert compare("lt", [1.0, NAN], [2.0, NAN]) is True
    assert compare("le", [1.0], [1.0, NAN]) is True
    assert compare("in.list", NAN, [NAN]) is False
    assert repr(compare("sort.list", [NAN, 2.0, 1.0])) == "[1.0, 2.0, nan]"
    assert repr(compare("unique.list", [NAN, 0.0, NAN, -0.0])) == "[nan, 0.0, nan]"
    assert compare("min.list", [NAN, 2.0]) == 2.0


def test_float_sums_add_from_left_to_right() -> None:
    """Python's own sum keeps what rounding loses, from 3.12 on."""
    assert outcome("sum.float", [1e16, 1.0, -1e16]) == 0.0
