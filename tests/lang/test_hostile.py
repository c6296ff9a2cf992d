"""Programs that try to run forever, eat all memory or crash the tool: a value or a named failure.

Every engine must say the same, soon, and without more memory than its limits allow.
"""

from __future__ import annotations

import math
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest

from progsynth.lang import vm
from progsynth.lang.agreement.agreement import (
    ENGINES,
    Engine,
    outcome_key,
    run_interpreter,
    show_outcome,
)
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.term import (
    TRUE,
    Build,
    Call,
    For,
    Function,
    If,
    Lambda,
    Let,
    Program,
    Term,
    Values,
    Var,
    While,
    const,
)
from progsynth.lang.types import Type, parse_type
from progsynth.lang.values import INT_MAX, INT_MIN, Value
from progsynth.registry import pack

DEEP = 10_000
SECONDS = 15.0  # generous, for loaded machines: nearly all take well under one on an idle one
SECONDS_TO_PRINT = 30.0  # and to read again: texts 10,000 deep take a few
X, Y = Var(0), Var(1)


@dataclass(frozen=True, slots=True)
class Hostile:
    """A program without parameters and what it must come to."""

    name: str
    body: Term
    type: str
    expected: Value | FailureKind
    functions: tuple[Function, ...] = ()

    @property
    def program(self) -> Program:
        entry = Function("entry", (), (), parse_type(self.type), self.body)
        return Program((*self.functions, entry))


def call(name: str, *args: Term) -> Call:
    return Call(name, args)


def forever(start: Term, step: Term) -> Term:
    return While(1, start, TRUE, step)


def times(number: int, start: Term, step: Term) -> Term:
    """`step` done that often; it sees the state and then the counter."""
    return For(1, call("range.stop", const(number)), start, step)


def deep(start: Term, step: str) -> Term:
    """One operation inside another, 10,000 times."""
    for _ in range(DEEP):
        start = call(step, start, const(1))
    return start


def deep_lets() -> Term:
    body: Term = Var(0)
    for _ in range(DEEP):
        body = Let(1, call("add.int", Var(0), const(1)), body)
    return Let(1, const(0), body)


def deep_ifs() -> Term:
    body: Term = const(0)
    for number in range(DEEP):
        body = If(call("eq", Var(0), const(number)), const(number), body)
    return Let(1, const(0), body)


def deep_conditions() -> Term:
    cond: Term = TRUE
    for _ in range(DEEP):
        cond = If(cond, TRUE, TRUE)
    return cond


def nested_maps(depth: int) -> Term:
    """A loop of a thousand inside another, so deep."""
    body: Term = Var(0)
    for _ in range(depth):
        body = call("sum.int", call("map", Lambda(1, body), call("range.stop", const(1000))))
    return Let(1, const(1), body)


def chain_of_functions(number: int, uses: int) -> tuple[Function, ...]:
    """Each calls the one before it, `uses` times."""
    int_ = Type("int")
    found = [Function("f0", ("x",), (int_,), int_, Var(0))]
    for place in range(1, number):
        body: Term = Var(0)
        for _ in range(uses):
            body = Call(f"f{place - 1}", (body,))
        found.append(Function(f"f{place}", ("x",), (int_,), int_, body))
    return tuple(found)


def shared(levels: int) -> Term:
    """A list whose items are one list, and so on: few cells, no end of items."""
    body: Term = X
    for _ in range(levels):
        body = Let(1, Build("list", (X, X, X, X)), body)
    return Let(1, const("a"), body)


def compared(levels: int) -> Term:
    return Let(1, shared(levels), call("eq", X, X))


BIG_TEXT = call("repeat.str", const("a"), const(20_000))
NAN = const(math.nan)

PROGRAMS = [
    Hostile("a loop without end", forever(const(0), X), "int", FailureKind.FUEL),
    Hostile(
        "a number that doubles",
        forever(const(1), call("add.int", X, X)),
        "int",
        FailureKind.OVERFLOW,
    ),
    Hostile(
        "a number that squares",
        forever(const(3), call("mul.int", X, X)),
        "int",
        FailureKind.OVERFLOW,
    ),
    Hostile(
        "a list that doubles",
        forever(Build("list", (const(1),)), call("concat.list", X, X)),
        "list[int]",
        FailureKind.MEMORY,
    ),
    Hostile(
        "a text that doubles",
        forever(const("ab"), call("concat.str", X, X)),
        "str",
        FailureKind.MEMORY,
    ),
    Hostile(
        "a list that grows",
        forever(Build("list", ()), call("append", X, const(1))),
        "list[int]",
        FailureKind.FUEL,
    ),
    Hostile(
        "a list of long lists",
        forever(Build("list", ()), call("append", X, call("range.stop", const(900)))),
        "list[list[int]]",
        FailureKind.MEMORY,
    ),
    Hostile(
        "a text bomb by replace",
        call("len.str", call("replace", BIG_TEXT, const("a"), BIG_TEXT)),
        "int",
        FailureKind.FUEL,
    ),
    Hostile(
        "a text bomb by join",
        call(
            "len.str",
            call("join", BIG_TEXT, call("repeat.list", Build("list", (const(""),)), const(1000))),
        ),
        "int",
        FailureKind.FUEL,
    ),
    Hostile(
        "a huge repeat", call("repeat.str", const("ab"), const(INT_MAX)), "str", FailureKind.FUEL
    ),
    Hostile(
        "nothing, repeated without end",
        call("repeat.list", Build("list", ()), const(INT_MAX)),
        "list[int]",
        [],
    ),
    Hostile(
        "no text, repeated without end",
        call("repeat.str", const(""), const(INT_MAX)),
        "str",
        "",
    ),
    Hostile("a huge range", call("range.stop", const(INT_MAX)), "list[int]", FailureKind.FUEL),
    Hostile(
        "the widest range",
        call("range.start", const(INT_MIN), const(INT_MAX)),
        "list[int]",
        FailureKind.FUEL,
    ),
    Hostile("a large range", call("range.stop", const(2_000_000)), "list[int]", FailureKind.MEMORY),
    Hostile("loops in loops", nested_maps(4), "int", FailureKind.FUEL),
    Hostile("2 ** 63", call("pow.int", const(2), const(63)), "int", FailureKind.OVERFLOW),
    Hostile("2 ** 62", call("pow.int", const(2), const(62)), "int", 2**62),
    Hostile(
        "a power of huge exponent",
        call("pow.int", const(3), const(INT_MAX)),
        "int",
        FailureKind.OVERFLOW,
    ),
    Hostile("1 to a huge power", call("pow.int", const(1), const(INT_MAX)), "int", 1),
    Hostile("-1 to a huge power", call("pow.int", const(-1), const(INT_MAX)), "int", -1),
    Hostile(
        "2 ** 63 by adding", call("add.int", const(INT_MAX), const(1)), "int", FailureKind.OVERFLOW
    ),
    Hostile("-2 ** 63 - 1", call("sub.int", const(INT_MIN), const(1)), "int", FailureKind.OVERFLOW),
    Hostile(
        "-2 ** 63 // -1",
        call("floordiv.int", const(INT_MIN), const(-1)),
        "int",
        FailureKind.OVERFLOW,
    ),
    Hostile("-2 ** 63 % -1", call("mod.int", const(INT_MIN), const(-1)), "int", 0),
    Hostile("-(-2 ** 63)", call("neg.int", const(INT_MIN)), "int", FailureKind.OVERFLOW),
    Hostile("abs(-2 ** 63)", call("abs.int", const(INT_MIN)), "int", FailureKind.OVERFLOW),
    Hostile("-7 // 2", call("floordiv.int", const(-7), const(2)), "int", -4),
    Hostile("division by zero", call("mod.int", const(1), const(0)), "int", FailureKind.ZERO),
    Hostile("0.0 / 0.0", call("div.float", const(0.0), const(0.0)), "float", FailureKind.ZERO),
    Hostile("int(nan)", call("int.float", NAN), "int", FailureKind.DOMAIN),
    Hostile("int(inf)", call("int.float", const(math.inf)), "int", FailureKind.DOMAIN),
    Hostile("int(1e300)", call("int.float", const(1e300)), "int", FailureKind.OVERFLOW),
    Hostile("nan == nan", Let(1, NAN, call("eq", X, X)), "bool", False),
    Hostile("[nan] == [nan]", Let(1, Build("list", (NAN,)), call("eq", X, X)), "bool", False),
    Hostile(
        "sort puts NaN last",
        call("sort.list", Build("list", (NAN, const(2.0), const(-math.inf)))),
        "list[float]",
        [-math.inf, 2.0, math.nan],
    ),
    Hostile(
        "a float that overflows",
        forever(const(1e300), call("mul.float", X, X)),
        "float",
        FailureKind.FUEL,
    ),
    Hostile("operations 10,000 deep", deep(const(0), "add.int"), "int", DEEP),
    Hostile(
        "operations 10,000 deep that overflow",
        deep(const(INT_MAX - 100), "add.int"),
        "int",
        FailureKind.OVERFLOW,
    ),
    Hostile("bindings 10,000 deep", deep_lets(), "int", DEEP),
    Hostile("branches 10,000 deep", deep_ifs(), "int", 0),
    Hostile("conditions 10,000 deep", deep_conditions(), "bool", True),
    Hostile(
        "calls 2,000 deep",
        Call("f1999", (const(5),)),
        "int",
        5,
        chain_of_functions(2_000, 1),
    ),
    Hostile(
        "2 ** 60 calls",
        Call("f60", (const(5),)),
        "int",
        FailureKind.FUEL,
        chain_of_functions(61, 2),
    ),
    Hostile("a comparison of 4 ** 20 items", compared(20), "bool", FailureKind.FUEL),
    Hostile(
        "a loop whose state swaps forever",
        Let(
            2,
            While(2, Values((const(0), const(1))), TRUE, Values((X, Y))),
            X,
        ),
        "int",
        FailureKind.FUEL,
    ),
]


@pytest.fixture(scope="module", autouse=True)
def _kernels() -> None:
    """The VM's kernels, compiled before any time is taken."""
    vm.warm_up(background=False)


ALL_ENGINES: dict[str, Engine] = {"interpreter": run_interpreter, **ENGINES}


PAIRS = [
    pytest.param(hostile, engine, id=f"{hostile.name}-{engine}")
    for hostile in PROGRAMS
    for engine in sorted(ALL_ENGINES)
    if engine != "readable" or not isinstance(hostile.expected, FailureKind)  # it has no limits
]


@pytest.mark.parametrize(("hostile", "engine"), PAIRS)
def test_a_hostile_program_comes_to_the_same_end_in_every_engine(
    hostile: Hostile, engine: str
) -> None:
    start = time.perf_counter()
    if not agrees(hostile, engine):
        pytest.skip(f"the engine '{engine}' does not run this program")
    allowed = SECONDS_TO_PRINT if engine == "printed" else SECONDS
    assert time.perf_counter() - start < allowed


def agrees(hostile: Hostile, engine: str) -> bool:
    """Does the engine run the program? Fails if it comes to another end than it must."""
    right = hostile.expected
    expected = Failure(right) if isinstance(right, FailureKind) else right
    found = ALL_ENGINES[engine](hostile.program, ((),), pack(), Limits(), (expected,))
    if found is None or found[0] is None:
        return False
    assert outcome_key(found[0]) == outcome_key(expected), show_outcome(found[0])
    return True


MEGABYTES = 1200  # for the tool itself, its kernels, and a run at its limit of cells

MEASURE = """
import re, runpy, sys
tests = runpy.run_path(sys.argv[1])
for hostile in tests["PROGRAMS"]:
    if hostile.expected in ("memory", "fuel"):
        tests["agrees"](hostile, sys.argv[2])
with open("/proc/self/status") as status:  # ru_maxrss counts the process that forked this one
    print(int(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("engine", sorted(ALL_ENGINES))
def test_hostile_programs_stay_within_the_memory_bound(engine: str) -> None:
    command = [sys.executable, "-c", MEASURE, __file__, engine]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < MEGABYTES
