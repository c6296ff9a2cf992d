"""Types of core, beside the tree."""

import pytest

from progsynth.lang.infer import IllTypedError, infer, infer_function
from progsynth.lang.primitive import DSL, primitive
from progsynth.lang.term import (
    Apply,
    Build,
    Call,
    For,
    Function,
    Hole,
    If,
    Lambda,
    Let,
    Project,
    Term,
    Values,
    Var,
    While,
    const,
)
from progsynth.lang.types import BOOL, INT, Type, list_of, parse_type


@primitive("(x: int, y: int) -> int", name="add.int", surface="_ + _")
def add(x, y):
    return x + y


@primitive("(f: (a) -> b, xs: list[a]) -> list[b]", name="map")
def map_(f, xs):
    return [f(x) for x in xs]


@primitive("(xs: list[a]) -> list[a] where a: ordered")
def sort(xs):
    return sorted(xs)


@primitive("(x: a, y: a) -> bool where a: equal")
def eq(x, y):
    return x == y


PACK = DSL("small", {}, {}, {}).extend(add, map_, sort, eq)
A = Type("a")


def type_text(term: Term, *env: str) -> str:
    return ", ".join(map(str, infer(term, tuple(map(parse_type, env)), PACK).types))


def test_polymorphic_calls_get_their_types_from_the_arguments() -> None:
    body = Call("map", (Lambda(1, Call("add.int", (Var(0), Var(1)))), Var(1)))
    assert type_text(body, "list[int]", "int") == "list[int]"
    typed = infer(Call("sort", (Var(0),)), (parse_type("list[str]"),), PACK)
    assert typed.by == {"a": Type("str")}


def test_several_values() -> None:
    state = Values((const(0), const("")))
    assert type_text(While(2, state, const(True), Values((Var(1), Var(0))))) == "int, str"
    assert type_text(Let(2, state, Var(1))) == "int"
    assert type_text(If(const(True), state, Values((const(1), const("b"))))) == "int, str"
    loop = For(1, Var(0), const(0), Call("add.int", (Var(0), Var(1))))
    assert type_text(loop, "list[int]") == "int"


def test_what_nothing_determines_is_int() -> None:
    assert type_text(Build("list", ())) == "list[int]"
    assert type_text(Hole()) == "int"


def test_tuples_and_dicts() -> None:
    pair = Build("tuple", (const(1), const("a")))
    assert type_text(Project(1, pair)) == "str"
    assert type_text(Build("dict", (const("a"), const(1)))) == "dict[str, int]"


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (Call("add.int", (const(1), const("a"))), "argument 2 of add.int: expected int, found str"),
        (Call("add.int", (const(1),)), "add.int: expected 2 arguments, found 1"),
        (Call("subtract", ()), "no primitive or function 'subtract' in the pack 'small'"),
        (Var(0), "variable 0 is not bound: 0 are in scope"),
        (If(const(1), const(1), const(2)), "condition: expected bool, found int"),
        (If(const(True), const(1), const("a")), "branches of if: expected int, found str"),
        (Let(2, const(1), Var(0)), "let: binds 2 values, found 1"),
        (Build("list", (const(1), const(1.0))), "item of a list: expected int, found float"),
        (Project(2, Build("tuple", (const(1),))), "expected a longer tuple"),
        (Build("dict", (const(1.0), const(1))), "float is not hashable"),
        (For(1, const(1), const(0), Var(0)), "source of for: expected list["),
    ],
)
def test_ill_typed_terms_are_refused(term: Term, message: str) -> None:
    with pytest.raises(IllTypedError) as caught:
        infer(term, (), PACK)
    assert message in str(caught.value)


def test_classes_are_checked_where_the_type_is_known() -> None:
    with pytest.raises(IllTypedError, match="is not ordered"):
        infer(Call("sort", (Var(0),)), (parse_type("list[dict[str, int]]"),), PACK)


def test_rigid_variables_stay_themselves_and_have_only_their_classes() -> None:
    same = Function(
        "same", ("x",), (A,), BOOL, Call("eq", (Var(0), Var(0))), "", (("a", "ordered"),)
    )
    assert infer_function(same, PACK).by == {"a": A}
    unclassed = Function("same", ("x",), (A,), BOOL, Call("eq", (Var(0), Var(0))))
    with pytest.raises(IllTypedError, match="eq: a is not known to be equal"):
        infer_function(unclassed, PACK)
    wrong = Function("wrong", ("x",), (A,), INT, Var(0))
    with pytest.raises(IllTypedError, match="result: expected int"):
        infer_function(wrong, PACK)


def test_function_parameters_are_applied() -> None:
    each = Function(
        "each",
        ("f", "xs"),
        (parse_type("(a) -> b"), list_of(A)),
        list_of(Type("b")),
        Call("map", (Lambda(1, Apply(2, (Var(0),))), Var(0))),
    )
    assert str(infer_function(each, PACK).type) == "list[b]"


def test_deep_terms_are_inferred() -> None:
    term: Term = Var(0)
    for _ in range(10_000):
        term = Call("add.int", (term, const(1)))
    assert infer(term, (INT,), PACK).type == INT


def test_an_item_of_a_lambda_s_tuple_is_typed_by_a_later_argument() -> None:
    pairs = parse_type("list[tuple[int, tuple[str, bool]]]")
    inner = Lambda(1, Project(1, Project(1, Var(0))))
    assert str(infer(Call("map", (inner, Var(0))), (pairs,), PACK).type) == "list[bool]"


def test_an_item_of_a_tuple_that_nothing_determines_is_an_int() -> None:
    term = Call("map", (Lambda(1, Project(2, Var(0))), Build("list", ())))
    typed = infer(term, (), PACK)
    assert str(typed.type) == "list[int]"
    assert str(typed.children[1].type) == "list[tuple[int, int, int]]"


def test_an_item_that_the_tuple_of_a_later_argument_lacks_is_refused() -> None:
    term = Call("map", (Lambda(1, Project(2, Var(0))), Var(0)))
    with pytest.raises(IllTypedError, match=r"item 2 of tuple\[int\]: expected a longer tuple"):
        infer(term, (parse_type("list[tuple[int]]"),), PACK)
