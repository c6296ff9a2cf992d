"""Solutions without what changes nothing."""

from __future__ import annotations

import pytest

from progsynth.lang.failure import Limits
from progsynth.lang.interpret import run as interpret
from progsynth.lang.term import (
    Build,
    Call,
    For,
    Function,
    Let,
    Program,
    Term,
    Values,
    Var,
    While,
    const,
)
from progsynth.lang.types import INT, list_of
from progsynth.registry import pack
from progsynth.search.simplify import simplify

ROWS = [[3, 1], [9], [2, 2, 5]]
FEW = Limits(fuel=1_000)  # of what is tried, some does not end


def add(left: Term, right: Term) -> Term:
    return Call("add.int", (left, right))


def less(left: Term, right: Term) -> Term:
    return Call("lt", (left, right))


def simplified(body: Term, rows: list[list[int]] = ROWS) -> Term:
    """The body of `f(xs: list[int]) -> int` made simpler, by its outputs on the rows."""
    program = Program((Function("f", ("xs",), (list_of(INT),), INT, body),))

    def outputs(candidate: Program) -> list[object]:
        return [interpret(candidate, (row,), pack(), FEW) for row in rows]

    wanted = outputs(program)
    return simplify(program, pack(), lambda other: outputs(other) == wanted).entry.body


def total(source: Term, start: Term) -> Term:
    """The sum of a list by a loop."""
    return For(1, source, start, add(Var(1), Var(0)))


@pytest.mark.parametrize(
    ("program", "simpler"),
    [
        pytest.param(
            Let(1, const(0), total(Var(1), Var(0))),
            total(Var(0), const(0)),
            id="a name for a constant",
        ),
        pytest.param(
            # s, n = 0, 7; for x in xs: s, n = s + x, n + n; return s
            Let(
                2,
                For(
                    2,
                    Var(0),
                    Values((const(0), const(7))),
                    Values((add(Var(2), Var(0)), add(Var(1), Var(1)))),
                ),
                Var(1),
            ),
            total(Var(0), const(0)),
            id="a variable of a for loop that only itself reads",
        ),
        pytest.param(
            # n, ys, m = 0, xs, 5; while n < len(ys): n, ys, m = n + 2, ys, n; return n
            Let(
                3,
                While(
                    3,
                    Values((const(0), Var(0), const(5))),
                    less(Var(2), Call("len.list", (Var(1),))),
                    Values((add(Var(2), const(2)), Var(1), Var(2))),
                ),
                Var(2),
            ),
            While(1, const(0), less(Var(0), Call("len.list", (Var(1),))), add(Var(0), const(2))),
            id="variables of a while loop that nothing reads or that stay what they are",
        ),
    ],
)
def test_bindings_that_do_nothing_are_removed(program: Term, simpler: Term) -> None:
    assert simplified(program) == simpler


def test_a_variable_that_another_reads_stays() -> None:
    # a, b = 1, 1; for x in xs: a, b = b, a + b; return a
    fibonacci = Let(
        2,
        For(2, Var(0), Values((const(1), const(1))), Values((Var(1), add(Var(2), Var(1))))),
        Var(1),
    )
    assert simplified(fibonacci, [[], [0], [0, 0], [0, 0, 0], [0] * 6]) == fibonacci


def test_what_fails_must_go_on_failing() -> None:
    failing = Let(1, Call("div.int", (const(1), const(0))), const(7))
    assert simplified(failing) == failing


def test_an_empty_list_is_put_where_its_name_was() -> None:
    named = Let(1, Build("list", ()), Call("count.list", (Var(1), Call("len.list", (Var(0),)))))
    inlined = Call("count.list", (Var(0), Call("len.list", (Build("list", ()),))))
    assert simplified(named, [[0, 3], [0, 0], [1]]) == inlined
