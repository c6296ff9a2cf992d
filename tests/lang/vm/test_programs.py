"""Control flow, calls and captured variables in the VM; programs against the interpreter."""

from __future__ import annotations

import pytest

from progsynth.errors import UnsupportedError
from progsynth.lang import interpret, vm
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.primitive import primitive
from progsynth.lang.read import read_program
from progsynth.lang.term import Call, Function, Hole, If, Program, Term, Var, const
from progsynth.lang.types import BOOL, INT
from progsynth.lang.values import Value
from progsynth.lang.vm import bytecode
from progsynth.registry import pack

DSL = pack()


def check(text: str, *rows: tuple[Value, ...], limits: Limits | None = None) -> list[Value]:
    """What the VM gives, which is what the interpreter gives."""
    program = read_program(text, DSL)
    found = vm.run(bytecode.compile_program(program, DSL), rows, limits)
    assert found == [interpret.run(program, row, DSL, limits) for row in rows]
    return found


def test_variables_of_a_loop_change_places() -> None:
    text = """
def f(n: int) -> list[int]:
    a = 1
    b = 2
    c = 3
    while n > 0:
        a, b, c = b, c, a
        n = n - 1
    return [a, b, c]
"""
    assert check(text, (0,), (1,), (2,), (3,))[1] == [2, 3, 1]


def test_a_new_value_does_not_hide_the_old_one_too_early() -> None:
    text = """
def f(n: int) -> int:
    a = 0
    b = 1
    for i in range(n):
        a, b = b, a + b
    return a
"""
    assert check(text, (10,), (90,)) == [55, 2880067194370816120]
    # an alias of a loop's variable keeps the value of the round it was made in
    text = """
def f(xs: list[int]) -> int:
    last = 0
    total = 0
    for x in xs:
        before = last
        last = x
        total = total + before * x
    return total
"""
    assert check(text, ([1, 2, 3, 4],)) == [20]


def test_subroutines_are_called_with_several_types_and_functions() -> None:
    text = """
def twice(g: (a) -> a, x: a) -> a:
    return g(g(x))

def both(n: int, s: str) -> tuple[int, str, int]:
    k = n + 1
    first = twice(lambda x: x * k, n)
    second = twice(lambda t: t + s, s)
    return (first, second, twice(lambda x: twice(lambda y: y + x, n), k))
"""
    check(text, (3, "ab"), (-1, ""))


def test_arguments_that_call_the_same_subroutine() -> None:
    text = """
def weigh(a: int, b: int) -> int:
    return a * 10 + b

def f(x: int) -> int:
    return weigh(weigh(x, weigh(1, x)), weigh(weigh(x, 2), 3))
"""
    check(text, (1,), (5,))


def test_logic_in_conditions() -> None:
    text = """
def f(a: int, b: int) -> list[bool]:
    p = a < b and (b != 3 or not a > 0)
    if not (a == b or p) and 10 // a > 1:
        return [p, True]
    return [p, False]
"""
    check(text, *((a, b) for a in range(-1, 5) for b in range(-1, 5)))


def test_functions_capture_variables_of_loops_and_other_functions() -> None:
    text = """
def f(xs: list[int], ys: list[int]) -> list[list[int]]:
    rows = [[0]]
    for y in ys:
        z = y * y
        above = filter(lambda w: w > y, xs)
        rows = rows + [map(lambda x: fold(lambda t, v: t * z + v + x, y, ys), above)]
    return rows
"""
    check(text, ([1, 2, 3], [0, 1, 2]), ([], [1]), ([5], []))


def test_equal_lambdas_at_places_of_other_types() -> None:
    text = """
def kept(p: (int) -> bool) -> int:
    return len(filter(p, range(3)))

def f(n: int, s: str) -> tuple[int, int]:
    a = [n]
    first = kept(lambda i: a == a)
    b = [[s]]
    return (first, kept(lambda i: b == b))
"""
    check(text, (1, "x"))


def test_values_nested_in_values() -> None:
    text = """
def f(words: list[str]) -> dict[str, list[tuple[int, str]]]:
    found = {"": [(0, "")]}
    for i in range(len(words)):
        word = words[i]
        found = put(found, word, get(found, word, [(0, "none")]) + [(i, upper(word))])
    return delete(found, "")
"""
    check(text, (["a", "b", "a"],), ([f"w{i % 30}" for i in range(100)],), ([],))


@pytest.mark.parametrize("fuel", range(0, 60, 3))
def test_fuel_ends_every_engine_at_the_same_place(fuel: int) -> None:
    text = """
def half(x: int) -> int:
    return x // 2

def f(xs: list[int]) -> int:
    total = 0
    for x in sort(map(lambda v: half(v) + 1, xs)):
        while x > 0:
            x = x - 1
            total = total + x
    return total
"""
    limits = Limits(fuel=fuel)
    check(text, ([3, 1, 2],), ([],), (list(range(9)),), limits=limits)
    check(text, ([3, 1, 2],), (list(range(9)),), limits=Limits(cells=fuel))


def test_the_charge_comes_before_the_failure() -> None:
    text = """
def f(xs: list[int], i: int) -> list[int]:
    return put(xs, i, 1)
"""
    rows = ([1] * 64, 99)
    assert check(text, rows, limits=Limits(fuel=1)) == [Failure(FailureKind.FUEL)]
    assert check(text, rows, limits=Limits(cells=0)) == [Failure(FailureKind.MEMORY)]
    assert check(text, rows) == [Failure(FailureKind.INDEX)]


def test_results_larger_than_the_limit_fail() -> None:
    text = """
def f(xs: list[int]) -> list[list[int]]:
    return [xs, xs]
"""
    assert check(text, ([1, 2],), limits=Limits(cells=6)) == [Failure(FailureKind.MEMORY)]
    assert check(text, ([1, 2],), limits=Limits(cells=7)) == [[[1, 2], [1, 2]]]


def deep(step: Term, levels: int) -> Term:
    """`step` with its variable replaced by itself, again and again."""
    term: Term = Var(0)
    for _ in range(levels):
        term = step.rebuild((*step.children[:-1], term))
    return term


@pytest.mark.parametrize(
    "step",
    [
        Call("add.int", (const(1), Var(0))),
        Call("sub.int", (Call("neg.int", (Var(0),)), Var(0))),
        If(Call("eq", (Var(0), const(5))), const(7), Var(0)),
    ],
)
def test_ten_thousand_deep(step: Term) -> None:
    program = Program((Function("f", ("x",), (INT,), INT, deep(step, 10_000)),))
    code = bytecode.compile_program(program, DSL)
    assert vm.run(code, [(3,), (5,)]) == [interpret.run(program, (x,), DSL) for x in (3, 5)]


def test_what_is_not_supported_is_named() -> None:
    def refused(body: Term, dsl: object = DSL) -> str:
        program = Program((Function("f", ("x",), (INT,), INT, body),))
        with pytest.raises(UnsupportedError) as found:
            bytecode.compile_program(program, dsl)  # type: ignore[arg-type]
        return str(found.value)

    @primitive("(x: int) -> int", name="sort.mine")
    def mine(x: int) -> int:
        """A user's own."""
        return x

    assert refused(Call("sort.mine", (Var(0),)), DSL.extend(mine)) == "the VM has no 'sort.mine'"
    assert "hole" in refused(Hole())


def test_a_users_primitive_is_never_taken_for_the_vms_own() -> None:
    @primitive("(b: bool) -> bool", name="not")
    def contrary(b: bool) -> bool:
        """Says yes."""
        return True

    dsl = DSL.without("not").extend(contrary)
    program = Program((Function("f", ("b",), (BOOL,), BOOL, Call("not", (Var(0),))),))
    with pytest.raises(UnsupportedError):
        bytecode.compile_program(program, dsl)
    in_condition = If(Call("not", (Var(0),)), const(1), const(2))
    program = Program((Function("f", ("b",), (BOOL,), INT, in_condition),))
    with pytest.raises(UnsupportedError):
        bytecode.compile_program(program, dsl)
