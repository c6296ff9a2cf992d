"""Core to text: it reads well, and reads back as the normal form of the program.

That random programs do so, too, is tested in `properties/test_printing.py`.
"""

from __future__ import annotations

import pytest

from progsynth.lang.agreement.random_programs import RandomPrograms
from progsynth.lang.infer import IllTypedError, check_program
from progsynth.lang.interpret import run
from progsynth.lang.printing.normal import normal
from progsynth.lang.printing.pretty import pretty, pretty_term
from progsynth.lang.read import read_program
from progsynth.lang.term import (
    FALSE,
    TRUE,
    Apply,
    Build,
    Call,
    Const,
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
from progsynth.lang.types import BOOL, FLOAT, INT, Type, fn_of, list_of, parse_type, tuple_of
from progsynth.registry import pack

DSL = pack()


def function(body: Term, *params: str, result: Type = INT) -> Program:
    """A program of one function; parameters are written `name: type`."""
    pairs = [p.split(": ") for p in params]
    types = tuple(parse_type(t) for _, t in pairs)
    return Program((Function("f", tuple(n for n, _ in pairs), types, result, body),))


def check_law(program: Program) -> str:
    """The program's text; reading it gives the normal form."""
    text = pretty(program, DSL)
    assert read_program(text, DSL) == normal(program, DSL), text
    return text


def body_of(program: Program) -> str:
    """The printed statements of a program of one function; the law holds."""
    lines = check_law(program).splitlines()[1:]
    return "\n".join(line.removeprefix("    ") for line in lines)


def add(a: Term, b: Term) -> Term:
    return Call("add.int", (a, b))


# Programs that are printed as they are written.
AS_WRITTEN = {
    "loops and branches": '''\
def f(xs: list[int], n: int) -> int:
    """What it is."""
    total = 0
    i = 0
    while i < len(xs):
        if xs[i] > 3 and xs[i] not in [1, 2]:
            total += xs[i]
        elif xs[i] == 2:
            total -= 1
        else:
            y = xs[i] * 2
            total = y + total
        i += 1
    for x in xs:
        for z in xs:
            total += x * z
            n -= 1
    best = xs[0]
    for x in xs:
        if x > best:
            best = x
    if total > 3:
        return best
    a, b = total, n
    a, b = b, a
    return a - b
''',
    "functions as arguments": """\
def double(x: int) -> int:
    return x * 2


def f(xs: list[int], g: (int) -> int) -> list[int]:
    def h(x):
        if x > 3:
            return 0
        y = g(x)
        return y * y

    ys = map(h, filter(lambda x: 0 < x <= 10, xs))
    return map(double, map(g, ys))
""",
    "items that change": """\
def f(xs: list[str]) -> dict[str, list[int]]:
    d: dict[str, list[int]] = {}
    for i in range(len(xs)):
        if xs[i] not in d:
            d[xs[i]] = []
        d[xs[i]] = append(d[xs[i]], i)
    return d
""",
    "a choice": """\
def f(s: str, t: tuple[int, bool], x: float) -> str:
    return "a" + s[1:] if t[1] or t[0] == -1 and x < -inf else s[::-1] + str(-t[0])
""",
    "every kind of literal": """\
def f(n: int) -> tuple[list[int], dict[str, float], tuple[bool]]:
    return [1, -9223372036854775808], {"a\\n": 1e-05, 'say "hi"': -0.0, "nan": nan}, (n == 0,)
""",
    "sketches": """\
neural digit(image: tensor[1, 8, 8]) -> choice[10]


def f(xs: list[tensor[1, 8, 8]], n: int) -> int:
    y = ??[int]{map, sum.int, +}
    z = ??neural[float](n) * ??param[float]
    return y if z > 0.5 else sum(map(digit, xs))
""",
    "a type variable": """\
def f(xs: list[a], g: (a, a) -> a) -> list[a]:
    ys = xs[:1]
    for x in xs[1:]:
        ys = append(ys, g(ys[-1], x))
    return ys
""",
}


@pytest.mark.parametrize("text", AS_WRITTEN.values(), ids=AS_WRITTEN)
def test_what_a_person_writes_comes_back(text: str) -> None:
    assert check_law(read_program(text, DSL)) == text


# --------------------------------------------------------------- moving out of expressions


def test_what_is_evaluated_before_is_bound_before() -> None:
    inner = Let(1, Call("len.list", (Var(0),)), add(Var(0), Var(0)), ("size",))
    term = add(Call("item.list", (Var(0), const(9))), add(inner, Call("max.list", (Var(0),))))
    assert body_of(function(term, "xs: list[int]")) == (
        "n = xs[9]\nsize = len(xs)\nreturn n + (size + size + max(xs))"
    )


def test_nothing_is_moved_out_of_a_branch() -> None:
    inner = Let(1, Call("item.list", (Var(1), const(0))), add(Var(0), Var(0)))
    program = function(add(const(1), If(Var(0), inner, const(2))), "xs: list[int]", "c: bool")
    assert body_of(program) == (
        "if c:\n    n = xs[0]\n    m = n + n\nelse:\n    m = 2\nreturn 1 + m"
    )
    assert run(normal(program, DSL), ([], False), DSL) == 3


def test_nothing_is_moved_out_of_a_lambda() -> None:
    inner = Lambda(1, Let(1, add(Var(0), const(1)), Call("mul.int", (Var(0), Var(0)))), ("x",))
    program = function(Call("map", (inner, Var(0))), "xs: list[int]", result=list_of(INT))
    assert body_of(program) == (
        "def g(x):\n    n = x + 1\n    return n * n\n\nreturn map(g, xs)"
    ).replace("g(", "f2(").replace("(g,", "(f2,").replace("f2", _nested_name(program))


def _nested_name(program: Program) -> str:
    """The name that a nested function got: the program's own is `f`."""
    return check_law(program).split("def ")[2].split("(")[0]


# ----------------------------------------------------------------------------------- loops


def loop(count: int, init: Term, body: Term, rest: Term) -> Term:
    return Let(count, For(count, Call("range.stop", (const(3),)), init, body), rest)


def test_a_loop_starts_from_a_copy_where_the_value_is_needed_after() -> None:
    term = loop(1, Var(0), add(Var(1), const(1)), add(Var(0), Var(1)))
    assert body_of(function(term, "n: int")) == (
        "m = n\nfor x in range(3):\n    m += 1\nreturn m + n"
    )


def test_two_variables_that_start_alike_are_two() -> None:
    body = Values((add(Var(2), const(1)), Var(2)))
    term = loop(2, Values((Var(0), Var(0))), body, add(Var(0), Var(1)))
    text = body_of(function(term, "n: int"))
    assert text.splitlines()[0] == "m = n"


def test_what_no_one_reads_is_no_state_but_may_fail() -> None:
    body = Values((add(Var(2), const(1)), Call("item.list", (Var(3), Var(0)))))
    program = function(loop(2, Values((const(0), const(0))), body, Var(1)), "xs: list[int]")
    made = normal(program, DSL)
    assert body_of(program).splitlines()[-1].startswith("return")
    loops = made.entry.body
    while not isinstance(loops, For):
        assert isinstance(loops, Let)
        loops = loops.bound if isinstance(loops.bound, For) else loops.body
    assert loops.count == 1
    assert str(run(made, ([],), DSL)) == "failure: index"
    assert run(made, ([1, 2, 3],), DSL) == 3


def test_what_a_loop_never_changes_is_bound_before_it() -> None:
    body = Values((add(Var(2), Var(1)), Var(1)))
    term = loop(2, Values((const(0), Call("len.list", (Var(0),)))), body, Var(1))
    assert "for" in (text := body_of(function(term, "xs: list[int]")))
    assert text.index("len(xs)") < text.index("for")


def test_an_endless_loop_is_no_literal_true() -> None:
    term = Let(1, While(1, Var(0), TRUE, add(Var(0), const(1))), Var(0))
    assert body_of(function(term, "n: int")) == (
        "forever = True\nwhile forever:\n    n += 1\nreturn n"
    )


def test_the_order_of_a_loop_s_variables_is_kept() -> None:
    inner = For(
        1, Call("range.stop", (const(2),)), Var(1), add(Var(1), const(1))
    )  # changes the second
    body = Let(1, inner, Values((add(Var(3), const(1)), Var(0))))
    term = loop(2, Values((Var(0), const(5))), body, add(Var(0), Var(1)))
    check_law(function(term, "n: int"))


def test_a_copy_comes_before_the_source_and_must_not_change_it() -> None:
    # the inner loop goes over a list of the outer loop's state, and starts from its item
    inner = For(1, Build("list", (Var(1), Var(1))), Var(0), Var(2))
    term = For(1, Call("range.stop", (const(3),)), Var(0), inner)
    check_law(function(term, "n: int"))


# In a loop over the state n, whose item is Var(0): what hands n on, and nobody reads it after.
COSTLY = Call("floordiv.int", (const(1), Var(0)))
POSITIVE = Call("lt", (const(0), Var(0)))
KEEPING = {
    "free": If(TRUE, const(-9), Var(1)),
    "costly": If(TRUE, COSTLY, Var(1)),
    "costly condition": If(Call("lt", (COSTLY, const(0))), const(-9), Var(1)),
    "both arms": If(POSITIVE, Var(1), Var(1)),
    "kept first": If(POSITIVE, Var(1), COSTLY),
    "an expression in each arm": If(
        TRUE, If(FALSE, const(1), Var(1)), If(POSITIVE, COSTLY, Var(1))
    ),
    "a chain": If(TRUE, COSTLY, If(POSITIVE, const(2), Var(1))),
    "bound": Let(1, If(TRUE, COSTLY, Var(1)), Var(0)),
    "bound twice": Let(1, If(TRUE, COSTLY, Var(1)), Let(1, If(FALSE, const(1), Var(0)), Var(0))),
    "a statement inside": If(TRUE, Let(1, COSTLY, If(FALSE, Var(0), Var(2))), Var(1)),
    "a statement as the other arm": If(TRUE, Var(1), Let(1, COSTLY, If(FALSE, Var(0), Var(2)))),
    "an elif": If(TRUE, Let(1, COSTLY, Var(0)), If(POSITIVE, const(2), Var(1))),
    "a loop inside": For(1, Build("list", (Var(0),)), Var(1), If(POSITIVE, COSTLY, Var(1))),
    "a loop in an arm": If(
        TRUE, For(1, Build("list", ()), Var(1), If(FALSE, COSTLY, Var(1))), Var(1)
    ),
}


@pytest.mark.parametrize("kind", KEEPING)
def test_what_only_a_choice_hands_on_reads_back(kind: str) -> None:
    numbers = Build("list", (const(2), const(0)))
    for rest in (FALSE, Call("lt", (Var(0), const(0)))):  # is n read after the loop?
        term = Let(1, For(1, numbers, Var(0), KEEPING[kind]), rest)
        program = function(Let(1, const(0), term), "x: int", result=BOOL)
        check_law(program)
        made = normal(program, DSL)
        assert repr(run(made, (1,), DSL)) == repr(run(program, (1,), DSL))


def test_an_update_is_an_if_only_where_its_variable_is_read() -> None:
    changing = For(1, Build("list", ()), const(0), If(TRUE, const(-9), Var(1)))
    read = function(Let(1, changing, Var(0)), "x: int")
    assert body_of(read).splitlines()[2:4] == ["    if True:", "        n = -9"]
    unread = function(Let(1, changing, FALSE), "x: int", result=BOOL)
    assert body_of(unread) == "n = 0\nfor y in []:\n    n = -9 if True else n\nreturn False"


# ------------------------------------------------------------------------ names and types


def test_names_avoid_functions_keywords_and_each_other() -> None:
    term = Let(1, add(Var(0), Var(1)), add(Var(0), Var(1)), ("n",))
    program = function(term, "len: int", "n: int")
    text = check_law(program)
    assert text == "def f(len2: int, n: int) -> int:\n    m = n + len2\n    return m + n\n"
    assert body_of(function(Let(1, const(1), Var(0), ("while",)), "x: int")) == "n = 1\nreturn n"


def test_an_open_type_is_said_where_an_overload_hangs_on_it() -> None:
    empty = Build("list", ())
    assert body_of(function(Call("sum.float", (empty,)), result=FLOAT)) == (
        "xs: list[float] = []\nreturn sum(xs)"
    )
    assert body_of(function(Call("sum.int", (Call("reverse.list", (empty,)),)))) == (
        "xs: list[int] = reverse([])\nreturn sum(xs)"
    )
    appended = Call("append", (empty, const(1)))
    assert body_of(function(appended, result=list_of(INT))) == "return append([], 1)"


def test_a_binding_whose_type_is_open_says_it() -> None:
    term = Let(1, Build("list", ()), Call("append", (Var(0), const(1.5))), ("ys",))
    assert body_of(function(term, result=list_of(FLOAT))) == (
        "ys: list[float] = []\nreturn append(ys, 1.5)"
    )


# ------------------------------------------------------------------------------ expressions


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (Call("neg.int", (const(5),)), "-5"),
        (Call("neg.int", (const(-5),)), "-(-5)"),
        (Call("neg.float", (const(0.0),)), "-0.0"),
        (Call("neg.float", (const(float("inf")),)), "-inf"),
        (Call("neg.int", (Var(0),)), "-n"),
        (Const(float("nan"), FLOAT), "nan"),
        (If(Var(1), Var(1), FALSE), "c and c"),
        (If(Var(1), TRUE, Var(1)), "c or c"),
        (If(If(Var(1), Var(1), FALSE), Var(1), FALSE), "(c and c) and c"),
        (If(Var(1), If(Var(1), Var(1), FALSE), FALSE), "c and c and c"),
        (If(Var(1), const(1), const(2)), "1 if c else 2"),
        (Call("not", (If(Var(1), TRUE, FALSE),)), "not (True if c else False)"),
        (Project(1, Build("tuple", (Var(0), Var(1)))), "(n, c)[1]"),
        (Build("tuple", (Var(0),)), "(n,)"),
        (Build("dict", (const(1), const(2))), "{1: 2}"),
        (Call("sub.int", (Var(0), Call("sub.int", (Var(0), Var(0))))), "n - (n - n)"),
    ],
    ids=str,
)
def test_expressions(term: Term, text: str) -> None:
    assert pretty_term(term, ("c", "n"), DSL) == text
    types = {"int": INT, "float": FLOAT}
    for result in (*types.values(), BOOL, tuple_of(INT), parse_type("dict[int, int]")):
        program = function(term, "c: bool", "n: int", result=result)
        if well_typed(program):
            assert body_of(program) == f"return {text}"
            return
    raise AssertionError("of none of these types")


def well_typed(program: Program) -> bool:
    """Is it?"""
    try:
        check_program(program, DSL)
    except IllTypedError:
        return False
    return True


def test_a_term_that_is_no_expression_is_printed_as_statements() -> None:
    term = Let(1, add(Var(0), const(1)), Call("mul.int", (Var(0), Var(1))))
    assert pretty_term(term, ("n",), DSL) == "x = n + 1\nreturn x * n"


def test_a_function_parameter_is_passed_by_name() -> None:
    types = (fn_of((INT,), INT), list_of(INT))
    called = Apply(2, (Var(0),))
    body = Call("map", (Lambda(1, add(called, const(1))), Call("map", (Var(1), Var(0)))))
    program = Program((Function("f", ("g", "xs"), types, list_of(INT), body),))
    assert body_of(program) == "return map(lambda x: g(x) + 1, map(g, xs))"


def test_a_typed_variable_that_a_branch_ends_in_has_its_type_said() -> None:
    empty, false = Build("list", ()), Build("list", (FALSE,))
    program = function(Let(1, If(FALSE, empty, false), Var(0)), result=list_of(BOOL))
    check_law(program)
    many = Values((empty, const(1)))
    check_law(
        function(Let(2, If(FALSE, many, Values((false, const(2)))), Var(1)), result=list_of(BOOL))
    )
    for number in (38552, 19208):
        check_law(RandomPrograms(DSL).sample(number).program)


def test_what_a_branch_does_not_need_gives_its_name_to_what_replaces_it() -> None:
    text = """\
def f(xs: list[int]) -> int:
    total = 0
    for x in xs:
        if x < 0:
            break
        total += x * 2
    return total
"""
    printed = check_law(read_program(text, DSL))
    assert "            stop = True\n        else:\n            total += x * 2\n" in printed


def test_holes_and_neural_submodules() -> None:
    hole = Hole("expression", None, ("map", "sum.int"), (Var(0),))
    neural = Neural("digit", ("image",), (parse_type("tensor[1, 8, 8]"),), parse_type("choice[10]"))
    body = add(hole, Call("sum.int", (Call("map", (Lambda(1, Call("digit", (Var(0),))), Var(0))),)))
    types = (parse_type("list[tensor[1, 8, 8]]"),)
    program = Program((Function("f", ("xs",), types, INT, body),), (neural,))
    assert check_law(program) == (
        "neural digit(image: tensor[1, 8, 8]) -> choice[10]\n\n\n"
        "def f(xs: list[tensor[1, 8, 8]]) -> int:\n"
        "    return ??[int]{map, sum.int}(xs) + sum(map(digit, xs))\n"
    )


# --------------------------------------------------------------------------------- depth


def _nested(kind: str, depth: int) -> Term:
    term: Term = Var(0)
    for number in range(depth):
        if kind == "right":
            term = add(const(number), term)
        elif kind == "left":
            term = add(term, const(number))
        elif kind == "bindings":
            term = Let(1, add(Var(0), const(1)), term)
        elif kind == "bound bindings":
            term = Let(1, term, Var(0))
        else:
            term = If(Call("lt", (Var(0), const(number))), const(number), term)
    return term


@pytest.mark.parametrize("kind", ["right", "left", "bindings", "bound bindings", "choices"])
def test_programs_ten_thousand_deep(kind: str) -> None:
    program = function(_nested(kind, 10_000), "n: int")
    assert pretty(program, DSL).count("\n") > 1
    check_law(function(_nested(kind, 1_000), "n: int"))
