"""Everything in the default pack means the same in every engine, and in exported Python."""

from __future__ import annotations

from functools import cache
from itertools import islice, product
from random import Random
from typing import Any

import pytest

from progsynth.lang import engines
from progsynth.lang.agreement.random_values import random_value
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import signature_of
from progsynth.lang.python.to_python import to_python
from progsynth.lang.term import Call, Function, Lambda, Program, Term, Var
from progsynth.lang.types import (
    BOOL,
    INT,
    Type,
    has_class,
    list_of,
    parse_type,
    substitute,
    variables,
)
from progsynth.lang.values import Value, identity_key
from progsynth.registry import pack

ITEMS = tuple(
    map(parse_type, ("int", "float", "list[float]", "str", "tuple[int, float]", "dict[str, int]"))
)
KEYS = tuple(map(parse_type, ("int", "str", "tuple[int, str]", "bool")))
SMALL = frozenset({"k", "start", "stop", "step", "width", "digits"})  # lengths follow them
LIMITS = (Limits(), Limits(fuel=12, cells=60))
ROWS = 12
VARIANTS = 4  # choices of types for a function's type variables
NOT_IN_VM = {"float.str", "fixed"}
FIRST_ORDER = tuple(
    n for n in pack() if not any(t.name == "fn" for t in signature_of(pack()[n]).types)
)


def variants(name: str) -> list[tuple[tuple[Type, ...], Type]]:
    """Types of the function's parameters and result without variables."""
    signature = signature_of(pack()[name])
    classes = dict(signature.classes)
    pools = [
        KEYS
        if classes.get(v) == "hashable"
        else [t for t in ITEMS if has_class(t, classes[v])]
        if v in classes
        else ITEMS
        for v in variables(signature.type)
    ]
    found = []
    for chosen in islice(product(*pools), VARIANTS):
        by = dict(zip(variables(signature.type), chosen, strict=True))
        types = tuple(substitute(t, by) for t in signature.types)
        found.append((types, substitute(signature.result, by)))
    return found


def random_rows(name: str, types: tuple[Type, ...]) -> list[tuple[Value, ...]]:
    rng, names = Random(name), signature_of(pack()[name]).names
    return [
        tuple(
            rng.randint(-3, 9) if n in SMALL and t == INT else random_value(rng, t)
            for n, t in zip(names, types, strict=True)
        )
        for _ in range(ROWS)
    ]


def caller(name: str, types: tuple[Type, ...], result: Type) -> Program:
    args: tuple[Term, ...] = tuple(Var(i) for i in reversed(range(len(types))))
    names = tuple(f"x{i}" for i in range(len(types)))
    return Program((Function("main", names, types, result, Call(name, args)),))


def same(left: Value | Failure, right: Value | Failure) -> bool:
    if isinstance(left, Failure) or isinstance(right, Failure):
        return bool(left == right)
    return identity_key(left) == identity_key(right)


@cache
def others() -> tuple[str, ...]:
    """The engines to compare with the interpreter; the VM where it is compiled already."""
    return ("python", "vm") if engines.vm.ready() else ("python",)


def assert_agreement(program: Program, rows: list[tuple[Value, ...]], *, vm: bool) -> None:
    for limits in LIMITS:
        wanted = engines.run_rows(program, rows, pack(), limits, "interpreter")
        for engine in others():
            if engine == "vm" and not vm:
                continue
            found = engines.run_rows(program, rows, pack(), limits, engine)
            for row, a, b in zip(rows, wanted, found, strict=True):
                assert same(a, b), (engine, limits, row, a, b)


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_engines_agree(name: str) -> None:
    for types, result in variants(name):
        program = caller(name, types, result)
        assert_agreement(program, random_rows(name, types), vm=name not in NOT_IN_VM)


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_readable_python_gives_the_interpreters_values(name: str) -> None:
    for types, result in variants(name):
        program, rows = caller(name, types, result), random_rows(name, types)
        scope: dict[str, Any] = {}
        exec(to_python(program, pack()), scope)
        wanted = engines.run_rows(program, rows, pack(), engine="interpreter")
        for row, value in zip(rows, wanted, strict=True):
            if not isinstance(value, Failure):
                assert same(scope["main"](*row), value), row


INT_LIST = list_of(INT)
X, Y = Var(0), Var(1)
WITH_FUNCTIONS = [
    ("map", Lambda(1, Call("floordiv.int", (X, Call("sub.int", (X, X))))), INT_LIST),
    ("map", Lambda(1, Call("range.stop", (X,))), list_of(INT_LIST)),
    ("filter", Lambda(1, Call("lt", (X, Call("mod.int", (X, X))))), INT_LIST),
    ("sort_by", Lambda(1, Call("neg.int", (X,))), INT_LIST),
    ("find_if", Lambda(1, Call("gt", (X, Call("abs.int", (X,))))), INT),
    ("any.fn", Lambda(1, Call("eq", (X, X))), BOOL),
    ("accumulate", Lambda(2, Call("mul.int", (Y, X))), INT_LIST),
    ("min_by", Lambda(1, Call("mod.int", (X, Call("len.list", (Call("range.stop", (X,)),))))), INT),
]


@pytest.mark.parametrize(("name", "function", "result"), WITH_FUNCTIONS)
def test_engines_agree_where_functions_are_given(name: str, function: Lambda, result: Type) -> None:
    body = Call(name, (function, X))
    program = Program((Function("main", ("xs",), (INT_LIST,), result, body),))
    rng = Random(name)
    rows = [(random_value(rng, INT_LIST),) for _ in range(4 * ROWS)]
    assert_agreement(program, rows, vm=True)
