"""What programs mean: order, laziness, charges, closures, failures."""

from __future__ import annotations

import time

import pytest

from progsynth.errors import DefectError, UnsupportedError
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.interpret import run
from progsynth.lang.primitive import DSL, primitive
from progsynth.lang.term import (
    FALSE,
    TRUE,
    Apply,
    Build,
    Call,
    For,
    Function,
    Hole,
    If,
    Lambda,
    Let,
    Neural,
    Program,
    Project,
    Term,
    Values,
    Var,
    While,
    const,
)
from progsynth.lang.types import INT, Type, parse_type
from progsynth.lang.values import INT_MAX
from progsynth.registry import pack

X, Y, Z = Var(0), Var(1), Var(2)
ONE, TWO = const(1), const(2)
LIST = parse_type("list[int]")
INDEX, ZERO = Failure(FailureKind.INDEX), Failure(FailureKind.ZERO)
FUEL, MEMORY = Failure(FailureKind.FUEL), Failure(FailureKind.MEMORY)


def call(name: str, *args: Term) -> Call:
    return Call(name, args)


def add(left: Term, right: Term) -> Call:
    return call("add.int", left, right)


def numbers(*items: int) -> Build:
    return Build("list", tuple(map(const, items)))


NO_INDEX = call("item.list", numbers(), const(0))
NO_LIST = call("item.list", Build("list", ()), const(0))
NO_QUOTIENT = call("floordiv.int", ONE, const(0))


def value_of(body: Term, *args: object, limits: Limits | None = None, **functions: Function):
    types = tuple(LIST if isinstance(arg, list) else INT for arg in args)
    names = tuple(f"x{n}" for n in range(len(args)))
    entry = Function("entry", names, types, INT, body)
    return run(Program((*functions.values(), entry)), args, pack(), limits)


def test_the_last_of_several_bound_values_is_the_innermost():
    body = Let(2, Values((const(7), const(3))), call("sub.int", Y, X))
    assert value_of(body) == 4


def test_a_loop_replaces_all_its_state_at_once():
    swap = While(2, Values((ONE, TWO)), call("lt", Y, const(2)), Values((X, Y)))
    assert value_of(Let(2, swap, Build("tuple", (Y, X)))) == (2, 1)


def test_a_loop_over_a_list_sees_the_state_and_then_the_element():
    body = For(1, numbers(1, 2, 3), const(0), add(call("mul.int", Y, const(10)), X))
    assert value_of(body) == 123


def test_a_loop_without_iterations_gives_what_it_started_with():
    assert value_of(While(1, const(5), FALSE, NO_INDEX)) == 5
    assert value_of(For(1, numbers(), const(5), NO_INDEX)) == 5


def test_a_loop_may_have_no_state():
    assert value_of(Let(0, For(0, numbers(1, 2), Values(()), Values(())), const(4))) == 4


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (add(NO_INDEX, NO_QUOTIENT), INDEX),
        (add(NO_QUOTIENT, NO_INDEX), ZERO),
        (Build("list", (NO_QUOTIENT, NO_INDEX)), ZERO),
        (Let(1, NO_QUOTIENT, NO_INDEX), ZERO),
        (For(1, NO_LIST, NO_QUOTIENT, X), INDEX),  # the source before the first state
        (If(call("lt", NO_QUOTIENT, ONE), NO_INDEX, NO_INDEX), ZERO),
        (While(1, NO_INDEX, call("lt", NO_QUOTIENT, ONE), X), INDEX),
    ],
)
def test_operations_run_from_left_to_right(body: Term, expected: Failure):
    assert value_of(body) == expected


def test_only_the_chosen_branch_runs():
    assert value_of(If(TRUE, ONE, NO_INDEX)) == 1
    assert value_of(If(FALSE, NO_INDEX, TWO)) == 2


def test_what_is_bound_and_not_used_still_runs():
    assert value_of(Let(1, NO_INDEX, ONE)) == INDEX


def test_a_lambda_keeps_the_values_around_it():
    adding = Lambda(1, add(X, Y))  # Y is the variable of the Let
    body = Let(1, const(10), call("map", adding, numbers(1, 2)))
    assert value_of(body) == [11, 12]


def test_a_subroutine_calls_the_function_it_is_given():
    apply_twice = Function(
        "twice",
        ("f", "x"),
        (parse_type("(int) -> int"), INT),
        INT,
        Apply(1, (Apply(1, (X,)),)),
    )
    body = Let(1, const(5), call("twice", Lambda(1, add(X, Y)), ONE))
    assert value_of(body, twice=apply_twice) == 11


def test_a_function_parameter_can_be_passed_on():
    each = Function(
        "each", ("f", "xs"), (parse_type("(int) -> int"), LIST), LIST, call("map", Y, X)
    )
    assert value_of(call("each", Lambda(1, add(X, ONE)), numbers(1)), each=each) == [2]


# --------------------------------------------------------------------------- charges


def double() -> Function:
    return Function("twofold", ("x",), (INT,), INT, add(X, X))


@pytest.mark.parametrize(
    ("body", "fuel"),
    [
        (add(ONE, ONE), 0),
        (If(TRUE, ONE, TWO), 0),
        (call("twofold", ONE), 1),
        (While(1, const(0), call("lt", X, const(5)), add(X, ONE)), 5),
        (For(1, numbers(1, 2, 3), const(0), X), 3),
        (call("map", Lambda(1, X), numbers(1, 2, 3)), 3),
        (call("sort.list", numbers(3, 1, 2)), 4),
        (call("map", Lambda(1, call("twofold", X)), numbers(1, 2)), 4),
    ],
)
def test_fuel_is_what_the_table_says(body: Term, fuel: int):
    assert value_of(body, twofold=double(), limits=Limits(fuel=fuel)) != FUEL
    if fuel:
        assert value_of(body, twofold=double(), limits=Limits(fuel=fuel - 1)) == FUEL


@pytest.mark.parametrize(
    ("body", "cells"),
    [
        (call("append", numbers(), ONE), 1),
        (call("range.stop", const(3)), 4),
        (call("sort.list", numbers(3, 1)), 3),
    ],
)
def test_cells_are_what_the_table_says(body: Term, cells: int):
    limits = Limits(cells=cells)
    length = call("len.list", body)
    assert value_of(length, limits=limits) != MEMORY
    assert value_of(length, limits=Limits(cells=cells - 1)) == MEMORY


def test_fuel_is_charged_before_the_body_runs():
    body = For(1, numbers(1), const(0), NO_INDEX)
    assert value_of(body, limits=Limits(fuel=0)) == FUEL
    assert value_of(body, limits=Limits(fuel=1)) == INDEX


def test_a_result_larger_than_the_limit_is_a_memory_failure():
    shared = Let(1, numbers(1, 2, 3), Build("list", (X,) * 10))
    assert value_of(shared, limits=Limits(cells=41)) == [[1, 2, 3]] * 10
    assert value_of(shared, limits=Limits(cells=40)) == MEMORY


def test_an_endless_loop_runs_out_of_fuel_soon():
    start = time.perf_counter()
    assert value_of(While(1, const(0), TRUE, add(X, ONE))) == FUEL
    assert time.perf_counter() - start < 3  # 0.2 s on an idle machine


@pytest.mark.parametrize(("length", "expected"), [(2_000_000, MEMORY), (10**15, FUEL)])
def test_a_list_bomb_fails_before_the_memory_is_taken(length: int, expected: Failure):
    assert value_of(call("range.stop", const(length))) == expected


# -------------------------------------------------------------------------- failures


def test_an_integer_outside_64_bits_is_an_overflow():
    assert value_of(add(const(INT_MAX), ONE)) == Failure(FailureKind.OVERFLOW)


def test_holes_and_neural_submodules_do_not_run():
    with pytest.raises(UnsupportedError, match="solve it first"):
        value_of(Hole())
    neural = Neural("digit", ("x",), (INT,), INT)
    program = Program((Function("f", (), (), INT, call("digit", ONE)),), (neural,))
    with pytest.raises(UnsupportedError, match="'digit' is a neural submodule"):
        run(program, (), pack())


def test_a_primitive_that_returns_another_type_is_named():
    @primitive("(x: int) -> int")
    def half(x):
        return x / 2

    with pytest.raises(DefectError, match=r"'half' broke its declaration .*expected int"):
        run_with(half, INT, call("half", const(3)))


def test_a_defect_in_a_primitive_is_no_failure():
    @primitive("(x: int) -> int")
    def broken(x):
        return x.no_such_attribute

    with pytest.raises(AttributeError):
        run_with(broken, INT, call("broken", ONE))


def run_with(made, result: Type, body: Term):
    dsl = DSL("own", {}, {}, {}).extend(made)
    return run(Program((Function("entry", (), (), result, body),)), (), dsl)


# ------------------------------------------------------------------------------ depth


def nested(step, base: Term, depth: int = 10_000) -> Term:
    for _ in range(depth):
        base = step(base)
    return base


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (nested(lambda t: add(t, ONE), ONE), 10_001),
        (nested(lambda t: add(ONE, t), ONE), 10_001),
        (nested(lambda t: If(TRUE, t, ONE), TWO), 2),
        (nested(lambda t: If(FALSE, ONE, t), TWO), 2),
        (nested(lambda t: Let(1, t, add(X, ONE)), ONE), 10_001),
        (nested(lambda t: Project(0, Build("tuple", (t,))), ONE), 1),
        (nested(lambda t: For(1, numbers(1), ONE, t), TWO, 2000), 2),
        (nested(lambda t: call("sum.int", call("map", Lambda(1, t), numbers(1))), X, 1000), 1),
    ],
    ids=["left", "right", "then", "else", "let", "project", "for", "lambda"],
)
def test_deep_programs_run(body: Term, expected: int):
    assert value_of(body, limits=Limits(fuel=100_000)) == expected
