"""Every primitive of the VM means what its Python function means, at the edges of its types."""

from __future__ import annotations

import itertools
import math
from random import Random

import pytest

from progsynth.lang import interpret, vm
from progsynth.lang.agreement.random_values import random_value
from progsynth.lang.primitive import signature_of
from progsynth.lang.term import Call, Function, Lambda, Program, Term, Var, const
from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type, list_of, substitute, variables
from progsynth.lang.values import INT_MAX, INT_MIN, Value, identity_key
from progsynth.lang.vm import bytecode
from progsynth.lang.vm.bytecode_primitives import SUPPORTED
from progsynth.registry import pack

DSL = pack()
INTS = [0, 1, -1, 2, -2, 3, 7, 10, 63, 64, -64, 2**31, -(2**31), 2**32, 2**62, -(2**62)]
INTS += [3_037_000_499, 3_037_000_500, -3_037_000_500, INT_MAX, INT_MAX - 1, INT_MIN, INT_MIN + 1]
FLOATS = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 1.5, 2.5, -2.5, 3.0, 0.1, 1e-300, 5e-324, 1e300, -1e300]
FLOATS += [2.0**52, 2.0**53, 2.0**63, -(2.0**63), 0.49999999999999994, 4503599627370497.5]
FLOATS += [math.inf, -math.inf, math.nan]
TEXTS = [
    "",
    "a",
    " ",
    "ab",
    "aab",
    "aaab",
    "aa",
    "abab",
    "ab,cd,,e",
    ",",
    " a b\t\nc ",
    "é€😀",
    "A1b2",
]
TEXTS += ["0", "-12", "+7", " 42 ", "--1", "1_000", "9223372036854775807", "9223372036854775808"]
TEXTS += ["-9223372036854775808", "-9223372036854775809", "00000000000000000000001", "²", "x" * 40]
EDGES = {"int": INTS, "float": FLOATS, "bool": [False, True], "str": TEXTS}
STANDS_FOR = (INT, STR, FLOAT, list_of(FLOAT), Type("tuple", (STR, INT)))


def rows_of(types: tuple[Type, ...], rng: Random) -> list[tuple[Value, ...]]:
    """Edge values combined, and random ones."""
    pools = [
        EDGES.get(t.name) or [random_value(rng, t) for _ in range(6)] + _repetitive(t)
        for t in types
    ]
    crossed = list(itertools.product(*pools))
    if len(crossed) > 600:
        crossed = rng.sample(crossed, 600)
    return crossed + [tuple(random_value(rng, t) for t in types) for _ in range(40)]


def _repetitive(type_: Type) -> list[Value]:
    """Lists with equal items, and one long enough for every stage of sorting."""
    if type_.name != "list" or type_.types[0].name not in EDGES:
        return []
    pool = EDGES[type_.types[0].name]
    return [[], [pool[0]] * 3, pool, [*pool[::-1], *pool, *pool[2:9]]]


def assert_same(program: Program, rows: list[tuple[Value, ...]]) -> None:
    """The VM gives what the interpreter gives, row by row."""
    found = vm.run(bytecode.compile_program(program, DSL), rows)
    handed_over = sum(value is vm.HANDED_OVER for value in found)
    assert handed_over <= len(rows) / 2
    for row, value in zip(rows, found, strict=True):
        if value is vm.HANDED_OVER:  # longer numbers than 64 bits are exact for
            assert program.entry.body.label() in (("fixed",), ("float.str",))
            continue
        expected = interpret.run(program, row, DSL)
        assert identity_key(value) == identity_key(expected), (row, value, expected)


def instances(name: str) -> list[tuple[tuple[Type, ...], Type]]:
    """Parameter and result types of a primitive, its variables replaced in several ways."""
    signature = signature_of(DSL[name])
    names = variables(signature.type)
    classes = dict(signature.classes)
    found = []
    for first, second in itertools.product(STANDS_FOR, (INT, STR) if len(names) > 1 else (INT,)):
        by = dict(zip(names, (first, second), strict=False))
        if any(classes.get(v) == "hashable" and by[v] not in (INT, STR) for v in names):
            continue
        found.append(
            (tuple(substitute(t, by) for t in signature.types), substitute(signature.result, by))
        )
    return list(dict.fromkeys(found))


FIRST_ORDER = sorted(
    n for n in SUPPORTED if not any(t.name == "fn" for t in signature_of(DSL[n]).types)
)


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_means_what_the_python_function_means(name: str) -> None:
    rng = Random(name)
    for types, result in instances(name):
        args = tuple(Var(i) for i in reversed(range(len(types))))
        params = tuple(f"x{i}" for i in range(len(types)))
        program = Program((Function("f", params, types, result, Call(name, args)),))
        assert_same(program, rows_of(types, rng))


HIGHER_ORDER: dict[str, tuple[Term, Type]] = {
    "map": (Call("map", (Lambda(1, Call("mul.int", (Var(0), Var(0)))), Var(0))), list_of(INT)),
    "filter": (Call("filter", (Lambda(1, Call("gt", (Var(0), const(2)))), Var(0))), list_of(INT)),
    "fold": (Call("fold", (Lambda(2, Call("sub.int", (Var(1), Var(0)))), const(0), Var(0))), INT),
    "sort_by": (
        Call("sort_by", (Lambda(1, Call("mod.int", (Var(0), const(5)))), Var(0))),
        list_of(INT),
    ),
}


@pytest.mark.parametrize("name", sorted(set(SUPPORTED) - set(FIRST_ORDER)))
def test_primitives_with_functions(name: str) -> None:
    body, result = HIGHER_ORDER[name]
    program = Program((Function("f", ("xs",), (list_of(INT),), result, body),))
    rng = Random(name)
    assert_same(program, [([*INTS][:n],) for n in range(len(INTS))])
    assert_same(program, [(random_value(rng, list_of(INT)),) for _ in range(40)])


def test_the_vm_has_the_primitives_of_the_default_pack_and_no_others() -> None:
    assert set(DSL.primitives) == SUPPORTED


def test_numbers_in_decimal_text() -> None:
    rng = Random(5)
    texts = [
        f"{rng.choice(['', '-', '+'])}{rng.randrange(10 ** rng.randrange(1, 12))}"
        for _ in range(99)
    ]
    texts += [f"{t}.{rng.randrange(1000)}" for t in texts] + [
        f"{t}e{rng.randrange(-9, 9)}" for t in texts
    ]
    texts += [
        ".5",
        "5.",
        ".",
        "",
        "e5",
        "1e",
        "1e+",
        "1e-2",
        "1E5",
        "1.2.3",
        "1e5e",
        "--1",
        "inf",
        "nan",
    ]
    texts += ["-0", "0e999999", "0.000e-9999999", "1e400", "1_0", "0x1", "+.e1", " 1.5\n", "1 5"]
    read = Program((Function("f", ("s",), (STR,), FLOAT, Call("float.str", (Var(0),))),))
    assert_same(read, [(t,) for t in texts])
    numbers = [rng.choice([1, 10, 1e3, 1e6]) * rng.random() for _ in range(99)]
    numbers += [n / 8 for n in range(-40, 40)] + [0.005, 0.015, 2.675, 0.125, 1e22, -1e-9, 5e-324]
    write = Program(
        (Function("f", ("x", "n"), (FLOAT, INT), STR, Call("fixed", (Var(1), Var(0)))),)
    )
    assert_same(write, [(x, n) for x in numbers for n in (-1, 0, 1, 2, 3, 4)])
    assert_same(write, [(n / 8, digits) for n in range(-40, 40) for digits in range(19)])


@pytest.mark.parametrize("type_", [INT, BOOL, FLOAT, STR])
def test_constants_and_parameters_come_back(type_: Type) -> None:
    for value in EDGES[type_.name]:
        body = const(value)
        constant = Program((Function("f", (), (), type_, body),))
        assert_same(constant, [()])
    given = Program((Function("f", ("x",), (type_,), type_, Var(0)),))
    assert_same(given, [(v,) for v in EDGES[type_.name]])
