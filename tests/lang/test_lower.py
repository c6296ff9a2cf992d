"""The shapes that statements and expressions lower to: the rules in `lower.py`, one by one."""

from __future__ import annotations

import pytest

from progsynth import registry
from progsynth.errors import PackError, ProgramError
from progsynth.lang.infer import check_program
from progsynth.lang.interpret import run
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.read import read_program
from progsynth.lang.term import (
    FALSE,
    TRUE,
    Apply,
    Build,
    Call,
    For,
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
    subterms,
)
from progsynth.lang.types import Type

V = [Var(n) for n in range(8)]


def body(text: str, params: str = "n: int, xs: list[int]") -> Term:
    """The body of a function of these parameters (`xs` is Var(0)), which is well-typed in core."""
    lines = "\n".join(f"    {line}" for line in text.splitlines())
    program = read_program(f"def f({params}):\n{lines}\n", registry.pack())
    check_program(program, registry.pack())
    return program.entry.body


def add(a: Term, b: Term) -> Term:
    return Call("add.int", (a, b))


def less(a: Term, b: Term) -> Term:
    return Call("lt", (a, b))


def put(xs: Term, i: Term, x: Term) -> Term:
    return Call("put.list", (xs, i, x))


ONE, TWO = const(1), const(2)
N, XS = V[1], V[0]

# ------------------------------------------------------------------------- assignments


def test_an_assignment_is_a_let_used_or_not() -> None:
    assert body("y = n + 1\nreturn y") == Let(1, add(N, ONE), V[0])
    assert body("y = n + 1\nreturn 1") == Let(1, add(N, ONE), ONE)
    assert body("n += 1\nreturn n") == Let(1, add(N, ONE), V[0])


def test_names_are_kept_as_hints() -> None:
    term = body("total = 1\nreturn total")
    assert isinstance(term, Let)
    assert term.names == ("total",)


def test_a_tuple_of_values_for_as_many_names_is_never_built() -> None:
    assert body("a, b = n, 1\nreturn a") == Let(2, Values((N, ONE)), V[1])


def test_other_tuples_are_taken_apart_by_projections() -> None:
    taken = Values((Project(0, V[0]), Project(1, V[0])))
    pair = Call("item.list", (V[0], const(0)))
    params = "n: int, ps: list[tuple[int, int]]"
    expected = Let(1, pair, Let(2, taken, add(V[1], V[0])))
    assert body("a, b = ps[0]\nreturn a + b", params) == expected
    taken = Values((Project(0, V[0]), Project(1, V[0])))
    assert body("a, b = p\nreturn a", "n: int, p: tuple[int, int]") == Let(2, taken, V[1])


def test_an_item_is_assigned_by_put_after_its_value() -> None:
    assert body("xs[n] = 1\nreturn xs") == Let(1, put(XS, N, ONE), V[0])
    assert body("xs[n] = n + 1\nreturn xs") == Let(1, put(XS, N, add(N, ONE)), V[0])
    expected = Let(1, add(N, TWO), Let(1, put(V[1], add(V[2], ONE), V[0]), V[0]))
    assert body("xs[n + 1] = n + 2\nreturn xs") == expected


def test_an_index_of_a_changed_item_is_evaluated_once() -> None:
    item = Call("item.list", (V[1], V[0]))
    expected = Let(1, add(N, ONE), Let(1, put(V[1], V[0], add(item, TWO)), V[0]))
    assert body("xs[n + 1] += 2\nreturn xs") == expected


def test_items_of_items_are_put_twice() -> None:
    inner = put(Call("item.list", (V[0], N)), ONE, TWO)
    expected = Let(1, put(V[0], N, inner), V[0])
    assert body("g[n][1] = 2\nreturn g", "n: int, g: list[list[int]]") == expected


# ---------------------------------------------------------------------------- branches


def test_an_if_binds_the_variables_that_are_read_later() -> None:
    text = "if n > 0:\n    y = 1\n    z = 5\nelse:\n    y = 2\nreturn y"
    first = Let(1, ONE, Let(1, const(5), V[1]))
    cond = Call("gt", (N, const(0)))
    assert body(text) == Let(1, If(cond, first, TWO), V[0])


def test_variables_are_in_the_order_of_their_first_assignment() -> None:
    text = "a, b = 0, 0\nif n > 0:\n    b = 1\n    a = 2\nreturn a - b"
    term = body(text)
    assert isinstance(term, Let)
    inner = term.body
    assert isinstance(inner, Let)
    assert inner.names == ("b", "a")


def test_an_if_without_effect_is_kept_for_its_failures() -> None:
    text = "if n > 0:\n    y = 1 // n\nreturn n"
    term = body(text)
    assert isinstance(term, Let)
    assert (term.count, term.body) == (0, N)
    assert isinstance(term.bound, If)
    assert term.bound.orelse == Values(())


def test_returns_in_branches_nest_and_nothing_is_copied() -> None:
    text = "if n > 0:\n    return 1\nxs = xs + xs\nreturn len(xs)"
    rest = Let(1, Call("concat.list", (XS, XS)), Call("len.list", (V[0],)))
    assert body(text) == If(Call("gt", (N, const(0))), ONE, rest)


def test_what_follows_an_if_is_never_copied() -> None:
    parts = [
        f"if n > {i}:\n    if n > {i + 1}:\n        return {i}\n    n = n - 1" for i in range(12)
    ]
    term = body("\n".join([*parts, "return len(xs)"]))
    calls = [t for t in subterms(term) if isinstance(t, Call) and t.name == "len.list"]
    assert len(calls) == 1


def test_and_or_not_are_lazy_ifs() -> None:
    params = "a: bool, b: bool"
    assert body("return a and b and a", params) == If(V[1], If(V[0], V[1], FALSE), FALSE)
    assert body("return a or b", params) == If(V[1], TRUE, V[0])
    assert body("return not a", params) == Call("not", (V[1],))


def test_chains_of_comparisons_evaluate_each_operand_once() -> None:
    assert body("return 1 < n < 2") == If(less(ONE, N), less(N, TWO), FALSE)
    expected = Let(1, add(N, ONE), If(less(ONE, V[0]), less(V[0], TWO), FALSE))
    assert body("return 1 < n + 1 < 2") == expected
    first = add(N, ONE)
    second = add(V[2], TWO)
    inner = If(less(V[1], V[0]), less(V[0], V[3]), FALSE)
    assert body("return n + 1 < n + 2 < n") == Let(1, first, Let(1, second, inner))


# ------------------------------------------------------------------------------- loops


def test_a_while_carries_what_it_assigns_and_is_read_again() -> None:
    loop = While(1, N, less(V[0], const(9)), add(V[0], ONE))
    assert body("while n < 9:\n    n = n + 1\nreturn n") == Let(1, loop, V[0])


def test_variables_of_one_round_are_not_carried() -> None:
    text = "while n < 9:\n    y = n + 1\n    n = y\nreturn n"
    loop = While(1, N, less(V[0], const(9)), Let(1, add(V[0], ONE), V[0]))
    assert body(text) == Let(1, loop, V[0])


def test_a_for_goes_over_a_list() -> None:
    loop = For(1, XS, N, add(V[1], V[0]))
    assert body("for x in xs:\n    n = n + x\nreturn n") == Let(1, loop, V[0])


def test_a_for_goes_over_the_characters_and_the_keys() -> None:
    loop = For(1, Call("chars", (V[0],)), V[1], V[0])
    assert body("for c in t:\n    s = c\nreturn s", "s: str, t: str") == Let(1, loop, V[0])
    loop = For(1, Call("keys", (V[0],)), V[1], V[0])
    params = "s: str, d: dict[str, int]"
    assert body("for k in d:\n    s = k\nreturn s", params) == Let(1, loop, V[0])


def test_a_loop_variable_that_is_read_later_is_carried() -> None:
    loop = For(1, XS, N, V[0])
    assert body("for n in xs:\n    pass\nreturn n") == Let(1, loop, V[0])


def test_the_parts_of_an_item_are_bound_first() -> None:
    taken = Values((Project(0, V[0]), Project(1, V[0])))
    loop = For(1, V[0], V[1], Let(2, taken, add(add(V[3], V[1]), V[0])))
    text = "for a, b in ps:\n    n = n + a + b\nreturn n"
    assert body(text, "n: int, ps: list[tuple[int, int]]") == Let(1, loop, V[0])


def test_a_for_that_may_stop_is_a_while_over_an_index() -> None:
    term = body("for x in xs:\n    if x == n: break\n    n += x\nreturn n")
    kinds = {type(t) for t in subterms(term)}
    assert While in kinds
    assert For not in kinds
    assert "len.list" in {t.name for t in subterms(term) if isinstance(t, Call)}


def test_continue_alone_keeps_the_for() -> None:
    loop = For(1, XS, N, If(Call("eq", (V[0], V[1])), V[1], add(V[1], V[0])))
    text = "for x in xs:\n    if x == n: continue\n    n += x\nreturn n"
    assert body(text) == Let(1, loop, V[0])


def test_no_condition_of_a_while_holds_a_let() -> None:
    term = body(
        "def g(y):\n    z = y\n    return z < 9\nwhile 0 < n * 2 < 9 and g(n): n += 1\nreturn n"
    )
    for loop in (t for t in subterms(term) if isinstance(t, While)):
        assert not any(isinstance(t, Let) for t in subterms(loop.cond))


# --------------------------------------------------------------------------- functions


def test_function_names_are_expanded_and_parameters_passed_on() -> None:
    assert body("return map(abs, xs)") == Call("map", (Lambda(1, Call("abs.int", (V[0],))), XS))
    passed = body("return map(g, xs)", "g: (int) -> int, xs: list[int]")
    assert passed == Call("map", (V[1], XS))
    assert body("return g(1)", "g: (int) -> int, xs: list[int]") == Apply(1, (ONE,))


def test_nested_functions_are_put_where_they_are_named_or_called() -> None:
    text = "def g(y): return y + n\nreturn map(g, xs)"
    assert body(text) == Call("map", (Lambda(1, add(V[0], V[2])), XS))
    text = "def g(y, z): return y + z\nreturn g(n, 1)"
    assert body(text) == Let(2, Values((N, ONE)), add(V[1], V[0]))


# ---------------------------------------------------------- literals and comprehensions


def test_comprehensions_are_map_filter_and_flatten() -> None:
    kept = Call("filter", (Lambda(1, less(V[0], V[2])), XS))
    assert body("return [x for x in xs if x < n]") == kept
    mapped = Call("map", (Lambda(1, add(V[0], ONE)), kept))
    assert body("return [x + 1 for x in xs if x < n]") == mapped
    assert body("return [x for x in xs]") == Call("map", (Lambda(1, V[0]), XS))
    inner = Call("map", (Lambda(1, add(V[1], V[0])), V[1]))
    flat = Call("flatten", (Call("map", (Lambda(1, inner), XS)),))
    assert body("return [x + y for x in xs for y in xs]") == flat
    pairs = Call("map", (Lambda(1, Build("tuple", (V[0], ONE))), XS))
    assert body("return {x: 1 for x in xs}") == Call("dict_of", (pairs,))


def test_signs_belong_to_constants() -> None:
    assert body("return -5") == const(-5)
    assert body("return -9223372036854775808") == const(-(2**63))
    assert body("return -inf") == const(float("-inf"))
    assert body("return -n") == Call("neg.int", (N,))


def test_an_int_literal_where_a_float_is_needed_is_a_float() -> None:
    assert body("y: float = 2\nreturn y") == Let(1, const(2.0), V[0])
    assert body("y: float = -0\nreturn y") == Let(1, const(0.0), V[0])
    assert body("return x * 2", "x: float") == Call("mul.float", (V[0], const(2.0)))


def test_tuples_are_projected_and_lists_built() -> None:
    assert body("return p[-1]", "p: tuple[int, str]") == Project(1, V[0])
    assert body("return [n, 1]") == Build("list", (N, ONE))
    assert body("return {n: 1}") == Build("dict", (N, ONE))


def test_holes_carry_type_primitives_and_arguments() -> None:
    float_ = Type("float")
    assert body("y: float = ??\nreturn y") == Let(1, Hole("expression", float_), V[0])
    assert body("return ??{add.int}(n) + 1").children[0] == Hole(
        "expression", Type("int"), ("add.int",), (N,)
    )
    assert body("return ??neural[bool](xs)") == Hole("neural", Type("bool"), (), (XS,))
    term = body("y = ??\nreturn n")
    assert isinstance(term, Let)
    assert term.bound == Hole("expression", None)


# ------------------------------------------------------------------------------ limits


def test_a_value_that_cannot_be_made_up_is_asked_for() -> None:
    text = (
        "def f(xs: list[a], d: a) -> a:\n"
        "    if len(xs) > 3:\n"
        "        if len(xs) > 5: return d\n"
        "        e = xs[1]\n"
        "    else:\n"
        "        e = d\n"
        "    return e\n"
    )
    with pytest.raises(ProgramError, match="give 'e' a value before"):
        read_program(text, registry.pack())


@pytest.mark.parametrize(
    "text",
    [
        "x = x + 1\n" * 10_000,
        "".join(f"if x == {i}: return {i}\n" for i in range(-10_000, 0)),
        "if x == 0: y = 0\n"
        + "".join(f"elif x == {i}: y = {i}\n" for i in range(1, 5_000))
        + "else: y = 0\n",
    ],
    ids=["assignments", "returns", "elif"],
)
def test_long_functions_are_lowered_and_run(text: str) -> None:
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    program = read_program(f"def f(x: int) -> int:\n{lines}    return x\n", registry.pack())
    assert run(program, (7,), registry.pack()) in (7, 10_007)


def test_a_pack_without_what_a_loop_is_made_of_is_named() -> None:
    dsl = registry.pack().without("item.list")
    with pytest.raises(PackError, match=r"needs '_\[_\]' for list\[a\] and int"):
        read_program("def f(x: int):\n    while True:\n        x = x\n", dsl)
    text = "def f(n: int):\n    for x in range(n):\n        break\n    return n\n"
    without = registry.pack().without("len")
    with pytest.raises(ProgramError, match="not in the pack"):
        read_program(text, without)


def test_a_choice_is_an_int_to_the_program_and_a_choice_to_those_who_call_it() -> None:
    text = (
        "def next_of(c: choice[3]) -> choice[3]:\n    return (c + 1) % 3\n\n\n"
        "def f(c: choice[3]) -> list[int]:\n    return [c, next_of(c), next_of(2)]\n"
    )
    program = read_program(text, registry.pack())
    assert run(program, (1,), registry.pack()) == [1, 2, 0]
    assert [str(t) for t in program.entry.types] == ["choice[3]"]
    assert read_program(pretty(program, registry.pack()), registry.pack()) == program
