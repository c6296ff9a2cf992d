"""Which productions can be undone: those that do what is known to be undone, whatever the pack."""

from __future__ import annotations

import pytest

from progsynth.lang.types import INT, STR, Type, list_of, parse_type
from progsynth.registry import pack
from progsynth.search.backward.roles import (
    is_concatenation,
    is_join,
    is_less,
    operations,
    undoing,
)
from progsynth.search.space import Production, Scope, Symbol


def call(name: str, *types: Type) -> Production:
    scope = Scope(types, None, True, False, types, 0)
    return Production("call", name, 1, tuple(Symbol(scope, t, 1) for t in types))


@pytest.mark.parametrize(
    ("dsl", "name", "expected"),
    [
        ("default", "add.int", [7]),
        ("default", "sub.int", [-7, 13]),
        ("default", "mul.int", [None]),
        ("default", "max.int", []),
        ("default", "floordiv.int", []),
        ("lambdabeam", "add.int", [7]),
        ("dreamcoder_lists", "sub.int", [-7, 13]),
    ],
)
def test_operations_on_numbers(dsl: str, name: str, expected: list[int | None]) -> None:
    known = pack(dsl)
    if name not in known:
        (name,) = (n for n in known if n.split(".")[0] == name.split(".")[0])
    assert [one.other(10, 3) for one in operations(known, call(name, INT, INT))] == expected


def test_what_is_out_of_range_or_does_not_divide_is_none() -> None:
    (product,) = operations(pack(), call("mul.int", INT, INT))
    assert [product.other(12, 3), product.other(12, 5), product.other(0, 0)] == [4, None, None]
    (total,) = operations(pack(), call("add.int", INT, INT))
    assert total.other(2**63 - 1, -1) is None


def test_sequences() -> None:
    xs, texts = list_of(INT), list_of(STR)
    assert is_concatenation(pack(), call("concat.str", STR, STR), STR)
    assert is_concatenation(pack(), call("concat.list", xs, xs), xs)
    assert not is_concatenation(pack(), call("concat.list", texts, xs), texts)
    assert is_join(pack(), call("join", STR, texts)) and not is_join(
        pack(), call("concat.str", STR, STR)
    )
    assert is_less(pack(), call("lt", INT, INT)) and not is_less(pack(), call("le", INT, INT))


@pytest.mark.parametrize(
    ("name", "args", "result", "value", "expected"),
    [
        ("append", "list[int], int", "list[int]", [1, 2, 3], ([1, 2], 3)),
        ("append", "list[int], int", "list[int]", [], None),
        ("reverse.str", "str", "str", "abc", ("cba",)),
        ("neg.int", "int", "int", 5, (-5,)),
        ("str.int", "int", "str", "-12", (-12,)),
        ("str.int", "int", "str", "012", None),
        ("float.int", "int", "float", 3.0, (3,)),
        ("float.int", "int", "float", 3.5, None),
    ],
)
def test_calls_undone_from_their_result(
    name: str, args: str, result: str, value: object, expected: object
) -> None:
    if name not in pack():
        (name,) = (n for n in pack() if n.startswith(name.split(".")[0]) and n.endswith(args))
    production = call(name, *parse_type(f"({args}) -> {result}").types[:-1])
    found = undoing(pack(), production, parse_type(result))
    assert found is not None and found.arguments(value) == expected


def test_sorting_and_the_like_cannot_be_undone() -> None:
    xs = list_of(INT)
    assert undoing(pack(), call("sort.list", xs), xs) is None
    assert undoing(pack(), call("abs.int", INT), INT) is None
