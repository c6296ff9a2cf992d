"""The Python engine means what the interpreter means, and is much faster."""

from __future__ import annotations

import math
import threading
import time

import pytest

from progsynth.errors import DefectError, UnsupportedError
from progsynth.lang import interpret
from progsynth.lang.agreement.random_programs import RandomPrograms
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.primitive import DSL, primitive
from progsynth.lang.python import python_writer
from progsynth.lang.python.checked_python import Checked
from progsynth.lang.python.python_engine import compile_program
from progsynth.lang.read import read_program
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
from progsynth.lang.types import FLOAT, INT, parse_type
from progsynth.lang.values import INT_MAX, INT_MIN, identity_key
from progsynth.registry import pack

X, Y, Z = Var(0), Var(1), Var(2)
ONE = const(1)
FUEL = Failure(FailureKind.FUEL)


def call(name: str, *args: Term) -> Call:
    return Call(name, args)


def add(left: Term, right: Term) -> Call:
    return call("add.int", left, right)


def numbers(*items: int) -> Build:
    return Build("list", tuple(map(const, items)))


NO_INDEX = call("item.list", numbers(), const(0))
NO_LIST = call("item.list", Build("list", ()), const(0))
NO_QUOTIENT = call("floordiv.int", ONE, const(0))


def key(outcome):
    return outcome if isinstance(outcome, Failure) else identity_key(outcome)


def agree(program: Program, rows=((),), dsl: DSL | None = None, limits: Limits | None = None):
    """Assert that both engines give the same; what they give."""
    dsl = dsl or pack()
    expected = [interpret.run(program, row, dsl, limits) for row in rows]
    found = compile_program(program, dsl).run(rows, limits)
    assert list(map(key, found)) == list(map(key, expected))
    return found


def entry(body: Term, *functions: Function, params=()) -> Program:
    names = tuple(f"x{n}" for n in range(len(params)))
    return Program((*functions, Function("entry", names, params, INT, body)))


@pytest.mark.parametrize(
    "body",
    [
        add(NO_INDEX, NO_QUOTIENT),
        add(NO_QUOTIENT, NO_INDEX),
        Build("list", (call("sort.list", numbers(2, 1)), NO_QUOTIENT, NO_INDEX)),
        Let(1, NO_QUOTIENT, NO_INDEX),
        Let(1, NO_INDEX, ONE),
        For(1, NO_LIST, NO_QUOTIENT, X),
        For(1, call("sort.list", numbers(2, 1)), NO_INDEX, X),
        If(call("lt", NO_QUOTIENT, ONE), NO_INDEX, NO_INDEX),
        If(TRUE, ONE, NO_INDEX),
        If(TRUE, ONE, call("len.list", call("sort.list", numbers(2, 1)))),
        While(1, NO_INDEX, call("lt", NO_QUOTIENT, ONE), X),
        Let(0, For(0, numbers(1, 2), Values(()), Values(())), const(4)),
        Let(0, If(TRUE, Values(()), Values(())), const(4)),
        Let(2, If(TRUE, Values((ONE, const(2))), Values((const(3), const(4)))), add(X, Y)),
        While(1, If(TRUE, ONE, NO_INDEX), call("lt", X, const(3)), add(X, ONE)),
        add(const(INT_MAX), ONE),
        call("mul.int", const(INT_MIN), const(-1)),
        call("neg.int", const(INT_MIN)),
        call("floordiv.int", const(INT_MIN), const(-1)),
        While(1, const(0), TRUE, X),
        While(1, const("ab"), TRUE, call("concat.str", X, X)),
    ],
)
def test_core_means_the_same(body: Term):
    if isinstance(body, While) and body.body == call("concat.str", X, X):
        (name,) = [n for n in pack().overloads("_ + _") if "str" in n]
        body = While(1, const("ab"), TRUE, call(name, X, X))
    agree(entry(body))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        # the branch not taken reads the older variable of the name that the other one takes
        ("x = a\n if a > 1:\n  x = x + 1\n  x = x * 2\n else:\n  x = x - 5\n return x", 5),
        # a variable of outside is read again in the next iteration
        ("s = 0\n for i in range(a):\n  t = s + a\n  a2 = t + 1\n  s = a2\n return s + a", 4),
        # two variables change places
        ("x = 1\n y = 2\n for i in range(a):\n  x, y = y, x + y\n return x * 100 + y", 4),
        # loops inside each other with the same names
        ("s = 0\n for i in range(a):\n  for j in range(i):\n   s += i * j\n return s", 6),
        # break, continue and return inside loops
        ("for i in range(a):\n  if i == 1:\n   continue\n  if i > 2:\n   return i\n return -a", 5),
        # a lambda that keeps the loop's variable of that time
        (
            "s = 0\n for i in range(a):\n  s += sum(map(lambda x: x * i + s, [1, 2]))\n return s",
            4,
        ),
    ],
)
def test_statements_mean_the_same(text: str, rows: int):
    program = read_program(f"def entry(a: int) -> int:\n {text}\n", pack())
    found = agree(program, [(n,) for n in range(rows)])
    assert not any(isinstance(value, Failure) for value in found)


def test_a_lambda_given_before_a_binding_of_its_variables_name_keeps_its_own():
    adding = Lambda(1, add(X, Y), ("y",))
    later = Let(1, const(50), call("range.stop", X), ("x",))
    body = Let(1, ONE, call("map", adding, later), ("x",))
    assert agree(entry(body))[0][:3] == [1, 2, 3]


def test_a_lambda_still_to_be_called_keeps_its_variables():
    # the loop's first variable takes the name of the x that the lambda reads
    applied = Function("applied", ("f",), (parse_type("(int) -> int"),), INT, Apply(0, (ONE,)))
    late = call("applied", Lambda(1, add(X, Y), ("i",)))
    loop = While(2, Values((const(0), late)), FALSE, Values((Y, X)), ("x", "y"))
    body = Let(1, call("max.int", const(2), const(5)), Let(2, loop, X, ("x", "y")), ("x",))
    assert agree(entry(body, applied)) == [6]


def test_conditions_with_charges_are_evaluated_in_each_iteration():
    cond = call("lt", call("len.list", call("sort.list", X)), const(3))
    body = While(1, numbers(), cond, call("append", X, ONE))
    assert agree(entry(call("len.list", body))) == [3]


@pytest.mark.parametrize("fuel", range(12))
def test_fuel_runs_out_at_the_same_step(fuel: int):
    program = read_program(
        "def entry(xs: list[int]) -> list[int]:\n"
        "    for x in xs:\n"
        "        xs = sort(map(lambda y: y + x, xs))\n"
        "    return xs\n",
        pack(),
    )
    agree(program, [([2, 1],), ([],), ([INT_MAX, 1],)], limits=Limits(fuel=fuel))


@pytest.mark.parametrize("seed", range(0, 150))
def test_random_programs_mean_the_same(seed: int):
    sample = RandomPrograms(pack()).sample(700_000 + seed)
    agree(sample.program, sample.rows, limits=sample.limits)


@pytest.mark.parametrize("seed", range(0, 50))
def test_splitting_off_functions_changes_nothing(seed: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(python_writer, "MAX_BLOCKS", 1)
    monkeypatch.setattr(Checked, "max_depth", 1)
    sample = RandomPrograms(pack()).sample(800_000 + seed)
    agree(sample.program, sample.rows, limits=sample.limits)


def test_rows_do_not_share_fuel():
    loop = While(1, X, call("lt", X, const(10)), add(X, ONE))
    program = entry(loop, params=(INT,))
    assert agree(program, [(0,), (5,), (-90,), (0,)], limits=Limits(fuel=10)) == [10, 10, FUEL, 10]


def test_one_program_runs_on_many_threads_at_once():
    loop = While(1, X, call("lt", X, const(3000)), add(X, ONE))
    ready = compile_program(entry(loop, params=(INT,)), pack())
    found: list[object] = []

    def work() -> None:
        found.extend(ready.run([(0,)] * 20, Limits(fuel=3000)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3000] * 80


def test_a_loop_is_at_least_15_times_faster_than_in_the_interpreter():
    program = read_program(
        "def entry(n: int) -> int:\n"
        "    s = 0\n"
        "    while n > 0:\n"
        "        if n % 3 == 0:\n"
        "            s += n\n"
        "        n -= 1\n"
        "    return s\n",
        pack(),
    )
    ready = compile_program(program, pack())

    def ratio() -> float:
        start = time.perf_counter()
        interpret.run(program, (5000,), pack())
        middle = time.perf_counter()
        ready.run([(5000,)])
        return (middle - start) / (time.perf_counter() - middle)

    assert max(ratio() for _ in range(5)) > 15


# ---------------------------------------------------------------- a user's own primitives


@primitive("(x: int) -> int")
def own_double(x):
    """Twice x."""
    return 2 * x


@primitive("(f: (a) -> b, x: a) -> tuple[b, b] where a: equal")
def own_twice(f, x):
    """What f gives, twice."""
    return (f(x), f(x))


@primitive("(f: (int) -> int, default: int) -> int")
def own_try(f, default):
    """What f gives, or the default: but a failure of the program is not to be caught."""
    try:
        return f(0)
    except (IndexError, ArithmeticError, KeyError):
        return default


@primitive("(x: int) -> int")
def own_wrong(x):
    """Not what it says."""
    return str(x)


@primitive("(x: int) -> list[a]")
def own_loose(x):
    """A list of anything."""
    return ["text"] * x


OWN = pack().extend(own_double, own_twice, own_try, own_wrong, own_loose)


def test_own_primitives_run():
    body = Project(0, call("own_twice", Lambda(1, call("own_double", X)), const(4)))
    assert agree(entry(body), dsl=OWN) == [8]


def test_failures_of_lambdas_pass_through_own_primitives():
    body = call("own_try", Lambda(1, call("item.list", numbers(), X)), const(7))
    assert agree(entry(body), dsl=OWN) == [Failure(FailureKind.INDEX)]


def test_a_result_of_another_type_is_a_defect():
    with pytest.raises(DefectError, match="'own_wrong' broke its declaration"):
        compile_program(entry(call("own_wrong", ONE)), OWN).run([()])


def test_own_primitives_may_be_polymorphic():
    assert agree(entry(call("own_loose", const(2))), dsl=OWN) == [["text", "text"]]


def test_a_defect_in_an_own_primitive_is_loud():
    @primitive("(x: int) -> int")
    def broken(x):
        return x.nothing

    with pytest.raises(AttributeError, match="nothing"):
        compile_program(entry(call("broken", ONE)), pack().extend(broken)).run([()])


# ------------------------------------------------------------------------------ limits


def test_charges_come_before_the_memory_is_taken():
    start = time.perf_counter()
    program = entry(call("range.stop", const(2_000_000_000)))
    limits = Limits(fuel=10**9, cells=10**6)
    assert compile_program(program, pack()).run([()], limits) == [Failure(FailureKind.MEMORY)]
    assert time.perf_counter() - start < 1


def test_floats_keep_their_signs_and_nan():
    body = call("mul.float", X, const(-1.0))
    program = Program((Function("entry", ("x",), (FLOAT,), FLOAT, body),))
    found = agree(program, [(0.0,), (math.nan,), (math.inf,)])
    assert math.copysign(1, found[0]) == -1
    for constant in (math.nan, math.inf, -math.inf, -0.0):
        agree(Program((Function("entry", (), (), FLOAT, const(constant)),)))


@pytest.mark.parametrize("text", ["'", '"', "\\", "\n", "\ud800", "'\"", "{x}", "\x00é"])
def test_texts_are_written_as_they_are(text: str):
    assert agree(entry(const(text))) == [text]


def test_what_cannot_run_is_refused():
    with pytest.raises(UnsupportedError, match="solve it first"):
        compile_program(entry(Hole()), pack())
    neural = Neural("digit", ("x",), (INT,), INT)
    program = Program((Function("f", (), (), INT, call("digit", ONE)),), (neural,))
    with pytest.raises(UnsupportedError, match="'digit' is a neural submodule"):
        compile_program(program, pack())
    with pytest.raises(UnsupportedError, match="no primitive or function 'nothing'"):
        compile_program(entry(call("nothing")), pack())
    with pytest.raises(UnsupportedError, match="'entry' calls itself"):
        compile_program(entry(call("entry")), pack())


@pytest.mark.parametrize("hint", ["class", "fuel", "size", "print", "not a name", "value", "_", ""])
def test_any_hint_becomes_a_name(hint: str):
    body = Let(1, add(X, ONE), Let(1, add(X, Y), add(X, Y), (hint,)), (hint,))
    program = Program((Function("entry", (hint,), (INT,), INT, body),))
    assert agree(program, [(1,)]) == [5]


# ------------------------------------------------------------------------------- depth


def nested(step, base: Term, depth: int = 10_000) -> Term:
    for _ in range(depth):
        base = step(base)
    return base


POSITIVE = call("lt", const(0), X)


@pytest.mark.parametrize(
    "body",
    [
        nested(lambda t: add(t, ONE), X, 3000),
        nested(lambda t: add(ONE, t), X),
        nested(lambda t: If(POSITIVE, t, ONE), X),
        nested(lambda t: If(POSITIVE, ONE, t), X, 3000),
        nested(lambda t: add(If(POSITIVE, t, ONE), ONE), X, 2000),
        nested(lambda t: If(call("lt", t, ONE), ONE, X), X, 2000),
        nested(lambda t: Let(1, t, add(X, ONE), ("x",)), X, 3000),
        nested(lambda t: Let(1, add(X, ONE), t, ("x",)), X),
        nested(lambda t: For(1, numbers(1), const(0), t), X, 300),
        nested(lambda t: While(1, const(0), call("lt", X, ONE), add(t, ONE)), const(0), 300),
        nested(lambda t: call("sum.int", call("map", Lambda(1, t), numbers(1))), X, 300),
    ],
    ids=["left", "right", "then", "else", "arg", "cond", "bound", "let", "for", "while", "lambda"],
)
def test_deep_programs_compile_and_run(body: Term):
    agree(entry(body, params=(INT,)), [(5,)], limits=Limits(fuel=10**6))


def test_many_functions_may_call_each_other_in_a_row():
    functions = [Function("f0", ("x",), (INT,), INT, X)]
    for number in range(1, 3000):
        functions.append(
            Function(f"f{number}", ("x",), (INT,), INT, call(f"f{number - 1}", add(X, ONE)))
        )
    program = Program(tuple(functions))
    assert agree(program, [(0,)]) == [2999]


def test_higher_order_subroutines_mean_the_same():
    compose = Function(
        "compose",
        ("f", "g", "xs"),
        (parse_type("(int) -> int"), parse_type("(int) -> int"), parse_type("list[int]")),
        parse_type("list[int]"),
        call("map", Y, call("map", Z, X)),
    )
    body = call("compose", Lambda(1, add(X, ONE)), Lambda(1, call("mul.int", X, X)), numbers(1, 2))
    assert agree(entry(body, compose)) == [[4, 9]]
