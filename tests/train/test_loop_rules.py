"""Loops as rules: what a call of one is written out as, and which loops are none."""

from __future__ import annotations

import pytest

from progsynth import registry
from progsynth.lang.engines import run_rows
from progsynth.lang.term import Call, For, Function, Lambda, Program, Term, Var, While, const
from progsynth.lang.types import FLOAT, INT, Type
from progsynth.train.loop_rules import ENDS, TIMES, TURNS, is_no_loop, written_out

PACK = registry.pack()
ABOVE_ONE = Lambda(1, Call("gt", (Var(0), const(1.0))))
LESS_ONE = Lambda(1, Call("sub.float", (Var(0), const(1.0))))


def never(term: Term) -> bool:
    return False


@pytest.mark.parametrize(
    ("name", "result", "expected"), [(ENDS, FLOAT, [0.5, 0.75]), (TURNS, INT, [3, 0])]
)
def test_a_call_is_written_out_as_a_loop(name: str, result: Type, expected: list[object]) -> None:
    body = written_out(Call(name, (Var(0), ABOVE_ONE, LESS_ONE)))
    program = Program((Function("f", ("x",), (FLOAT,), result, body),))
    assert run_rows(program, [(3.5,), (0.75,)], PACK, engine="interpreter") == expected


@pytest.mark.parametrize("name", [ENDS, TURNS])
@pytest.mark.parametrize(
    ("init", "going", "step", "none"),
    [
        (Var(0), ABOVE_ONE, LESS_ONE, False),
        (const(3.0), ABOVE_ONE, LESS_ONE, True),
        (Var(0), Lambda(1, const(True)), LESS_ONE, True),
        (Var(0), ABOVE_ONE, Lambda(1, Var(0)), True),
        (Var(0), ABOVE_ONE, Lambda(1, Var(1)), True),  # what is around the loop
    ],
)
def test_loops_that_are_shorter_programs(
    name: str, init: Term, going: Term, step: Term, none: bool
) -> None:
    made = written_out(Call(name, (init, going, step)))
    loop = made if isinstance(made, While) else made.children[0]
    assert isinstance(loop, While) and is_no_loop(loop, never) == none


def test_a_for_turns_as_often_as_it_is_told() -> None:
    body = written_out(Call(TIMES, (Var(1), Var(0), LESS_ONE)))
    program = Program((Function("f", ("x", "n"), (FLOAT, INT), FLOAT, body),))
    assert run_rows(program, [(3.5, 3), (0.75, 0)], PACK, engine="interpreter") == [0.5, 0.75]


@pytest.mark.parametrize(
    ("count", "step", "none"),
    [
        (Var(0), LESS_ONE, False),
        (const(3), LESS_ONE, True),
        (Var(0), Lambda(1, Var(0)), True),
        (Var(0), Lambda(1, const(1.0)), True),
        (Var(0), Lambda(1, Var(2)), True),  # what is around the loop
    ],
)
def test_fors_that_are_shorter_programs(count: Term, step: Term, none: bool) -> None:
    loop = written_out(Call(TIMES, (Var(1), count, step)))
    assert isinstance(loop, For) and is_no_loop(loop, never) == none
