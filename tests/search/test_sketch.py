"""Filling holes: numbers, functions, and what cannot be filled."""

from __future__ import annotations

import pytest

from progsynth.errors import UnsupportedError
from progsynth.lang.interpret import run as interpret
from progsynth.lang.term import Call, Function, Hole, If, Lambda, Let, Program, Var, const
from progsynth.lang.types import FLOAT, INT, STR, list_of
from progsynth.registry import pack
from progsynth.search.holes import find_holes
from progsynth.search.run import Allowance, Candidate
from progsynth.search.simplify import simplify
from progsynth.search.sketch import search_sketch
from progsynth.task import Example


def first_found(program: Program, examples: list[Example], **options: object) -> Candidate | None:
    search = search_sketch(program, pack(), examples, **options)  # type: ignore[arg-type]
    while not search.exhausted:
        batch = search.ask(Allowance(20_000, None))
        if batch.candidates:
            return batch.candidates[0]
    return None


def test_a_trainable_number_is_found_by_search_on_the_error() -> None:
    param = Hole("param", FLOAT)
    body = Call("add.float", (Call("mul.float", (param, Var(0))), param))
    line = Program((Function("f", ("x",), (FLOAT,), FLOAT, body),))
    examples = [Example((x,), 3.7 * x - 12.25) for x in (0.0, 1.0, 2.5, -4.0)]
    found = first_found(line, examples)
    assert found is not None
    slope, start = (f.term.value for f in found.filled)  # type: ignore[attr-defined]
    assert slope == pytest.approx(3.7)
    assert start == pytest.approx(-12.25)


def test_numbers_that_lean_on_each_other_are_found() -> None:
    """On the sum of errors, not of squares, the search would stick at an edge."""
    param, x = Hole("param", FLOAT), Var(0)
    square = Call("mul.float", (Call("mul.float", (param, x)), x))
    body = Call("add.float", (square, Call("add.float", (Call("mul.float", (param, x)), param))))
    parabola = Program((Function("f", ("x",), (FLOAT,), FLOAT, body),))
    examples = [Example((x / 4,), 0.05 * x * x - 0.375 * x + 3.2) for x in range(-5, 13)]
    found = first_found(parabola, examples, tolerance=0.01)
    assert found is not None
    fitted = [f.term.value for f in found.filled]  # type: ignore[attr-defined]
    assert fitted == pytest.approx([0.8, -1.5, 3.2])


def test_a_trainable_int_is_one_of_the_plain_ones_or_the_tasks_own() -> None:
    body = Call("add.int", (Hole("param", INT), Var(0)))
    shift = Program((Function("f", ("n",), (INT,), INT, body),))
    found = first_found(shift, [Example((1,), 778)], constants=(777,))
    assert found is not None
    assert found.filled[0].term == const(777)
    assert first_found(shift, [Example((1,), 778)]) is None


def test_a_trainable_text_and_a_neural_hole_are_refused_with_advice() -> None:
    text = Program((Function("f", ("s",), (STR,), STR, Hole("param", STR)),))
    with pytest.raises(UnsupportedError, match="expected float or int; write"):
        search_sketch(text, pack(), [Example(("a",), "b")])
    neural = Program((Function("f", ("s",), (STR,), STR, Hole("neural", STR)),))
    with pytest.raises(UnsupportedError, match="neural submodule, in 'f'"):
        search_sketch(neural, pack(), [Example(("a",), "b")])


def test_only_the_allowed_primitives_are_used() -> None:
    hole = Hole("expression", None, ("neg.int", "abs.int"))
    program = Program((Function("f", ("n",), (INT,), INT, hole),))
    found = first_found(program, [Example((3,), -3), Example((-4,), -4)])
    assert found is not None
    assert found.filled[0].term == Call("neg.int", (Call("abs.int", (Var(0),)),))


@pytest.mark.parametrize("suffix", [0, "!"])
def test_a_hole_may_be_the_result_of_a_branch_within_a_binding(suffix: int | str) -> None:
    type_ = INT if suffix == 0 else STR
    size = Call("len.list", (Var(0),))
    body = Let(1, size, If(Call("gt", (Var(0), const(1))), Hole(), const(suffix)), ("size",))
    program = Program((Function("f", ("xs",), (list_of(type_),), type_, body),))
    long = [7, 8, 9] if suffix == 0 else ["a", "b", "c"]
    examples = [Example((long[:n],), suffix) for n in (0, 1)]
    found = first_found(program, [*examples, Example((long,), long[0])])
    assert found is not None
    assert interpret(found.program, (long,), pack()) == long[0]


def test_sites_say_what_a_hole_sees() -> None:
    inner = Lambda(1, Hole(), ("x",))
    body = Call("map", (inner, Call("reverse.list", (Hole(args=(Var(0),)),))))
    program = Program((Function("f", ("xs",), (list_of(INT),), list_of(INT), body),))
    in_lambda, function = find_holes(program, pack())
    assert (in_lambda.names, in_lambda.types) == (("xs", "x"), (list_of(INT), in_lambda.types[1]))
    assert (in_lambda.once, in_lambda.tail) == (False, False)
    assert (function.names, function.once, function.tail) == (("xs",), True, False)


def test_what_changes_nothing_is_removed_and_the_rest_stays() -> None:
    double = Call("reverse.list", (Call("reverse.list", (Var(0),)),))
    body = Call("sort.list", (Call("append", (double, Call("add.int", (const(0), const(7))))),))
    program = Program((Function("f", ("xs",), (list_of(INT),), list_of(INT), body),))
    rows = [[3, 1], [9]]

    def outputs(candidate: Program) -> list[object]:
        return [interpret(candidate, (row,), pack()) for row in rows]

    wanted = outputs(program)
    simple = simplify(program, pack(), lambda other: outputs(other) == wanted)
    assert simple.entry.body == Call("sort.list", (Call("append", (Var(0), const(7))),))
