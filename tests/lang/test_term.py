"""Core terms: equality, hashes, folds, binders; all of it 10,000 deep."""

from progsynth.lang.term import (
    Apply,
    Build,
    Call,
    Const,
    For,
    Hole,
    If,
    Lambda,
    Let,
    Term,
    Values,
    Var,
    While,
    bind,
    const,
    fold,
    free_variables,
    holes,
    map_variables,
    shift,
    size,
    subterms,
)
from progsynth.lang.types import FLOAT, INT

DEEP = 10_000


def chain(length: int, leaf: Term) -> Term:
    term = leaf
    for _ in range(length):
        term = Call("add", (term, const(1)))
    return term


def test_literals_of_different_types_differ_though_python_calls_them_equal() -> None:
    assert len({const(1), const(1.0), const(True)}) == 3
    assert const(0.0) != const(-0.0)
    assert const(float("nan")) == const(float("nan"))
    assert Const(1, FLOAT) != Const(1, INT)


def test_names_are_hints_outside_equality() -> None:
    assert Let(1, const(1), Var(0), ("x",)) == Let(1, const(1), Var(0), ("y",))
    assert hash(Lambda(1, Var(0), ("x",))) == hash(Lambda(1, Var(0)))


def test_a_hole_without_arguments_is_not_a_hole_of_none() -> None:
    assert Hole() != Hole(args=())
    assert holes(Call("f", (Hole(), Hole("param")))) == (Hole(), Hole("param"))


def test_deep_terms_are_compared_hashed_folded_and_shifted() -> None:
    a, b = chain(DEEP, Var(0)), chain(DEEP, Var(0))
    assert a == b and hash(a) == hash(b)
    assert a != chain(DEEP, Var(1))
    assert size(a) == 2 * DEEP + 1
    assert shift(a, 1) == chain(DEEP, Var(1))
    assert fold(a, lambda node, below: 1 + max(below, default=0)) == DEEP + 1


def test_children_are_visited_in_order_of_evaluation() -> None:
    loop = For(1, Var(2), const(0), Call("f", (Var(0), Var(1))))
    assert [type(t).__name__ for t in subterms(loop)] == [
        "For",
        "Var",
        "Const",
        "Call",
        "Var",
        "Var",
    ]


def test_free_variables_are_counted_from_the_top() -> None:
    term = Let(2, Values((Var(0), Var(3))), Lambda(1, Call("f", (Var(0), Var(2), Var(4)))))
    assert free_variables(term) == {0, 1, 3}
    assert free_variables(While(1, Var(0), Var(0), Var(1))) == {0}
    assert free_variables(Apply(2, (Var(0),))) == {0, 2}


def test_shift_leaves_bound_variables_alone() -> None:
    term = For(1, Var(0), Var(1), Build("tuple", (Var(0), Var(1), Var(2))))
    moved = For(1, Var(5), Var(6), Build("tuple", (Var(0), Var(1), Var(7))))
    assert shift(term, 5) == moved
    assert shift(moved, -5) == term


def test_bind_puts_the_last_value_for_the_innermost_variable() -> None:
    body = Call("f", (Var(0), Var(1), Var(2), Lambda(1, Call("g", (Var(1), Var(3))))))
    bound = bind(body, (const("a"), Var(7)))
    inner = Lambda(1, Call("g", (Var(8), Var(1))))
    assert bound == Call("f", (Var(7), const("a"), Var(0), inner))


def test_bind_of_a_function_parameter_by_another() -> None:
    assert bind(Apply(0, (Var(1),)), (Var(4),)) == Apply(4, (Var(0),))


def test_unchanged_parts_are_shared_not_copied() -> None:
    term = If(Var(0), const(1), const(2))
    assert map_variables(term, lambda _, node: node) is term
