"""The packs of other systems: exactly their primitives, documented, and true to their meaning."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from progsynth.lang import engines
from progsynth.lang.agreement.random_values import random_value
from progsynth.lang.describe import examples_of
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.interpret import run
from progsynth.lang.primitive import DSL, Primitive, signature_of
from progsynth.lang.python.to_python import to_python
from progsynth.lang.read import read_expression, read_program
from progsynth.lang.term import Call, Function, Program, Term, Var, subterms
from progsynth.lang.types import BOOL, INT, Type, list_of, substitute, variables
from progsynth.lang.values import Value
from progsynth.registry import pack
from progsynth.solve import solve
from progsynth.task import Task
from progsynth.task_formats import read_tasks

OPERATIONS = {
    "lambdabeam": (
        "Add Subtract Multiply IntDivide Square Min Max Greater Less Equal IsEven IsOdd If Head "
        "Last Take Drop Access Minimum Maximum Reverse Sort Sum Map Filter Count ZipWith Scanl1"
    ),
    "dreamcoder_lists": (
        "map fold unfold range index length cons car cdr is_empty is_prime is_square"
    ),
}
OPERATORS = {
    "lambdabeam": set[str](),
    "dreamcoder_lists": {"_ + _", "_ - _", "_ * _", "_ % _", "_ > _", "_ == _"},
}
PACKS = tuple(OPERATIONS)


def members() -> Iterator[tuple[str, str]]:
    for pack_name in PACKS:
        for name in pack(pack_name):
            yield pack_name, name


MEMBERS = tuple(members())
FIRST_ORDER = tuple(
    (p, n) for p, n in MEMBERS if not any(t.name == "fn" for t in signature_of(pack(p)[n]).types)
)


@pytest.mark.parametrize("pack_name", PACKS)
def test_a_pack_has_exactly_the_published_operations(pack_name: str) -> None:
    dsl = pack(pack_name)
    wanted = {*OPERATIONS[pack_name].split(), *OPERATORS[pack_name]}
    assert {dsl.surface_of(name) for name in dsl} == wanted
    assert len(list(dsl)) == len(wanted)


def value_of(text: str, dsl: DSL, expected: Type | None = None) -> tuple[Value | Failure, Type]:
    term, type_ = read_expression(text, dsl, expected=expected)
    return run(Program((Function("main", (), (), type_, term),)), (), dsl), type_


@pytest.mark.parametrize(("pack_name", "name"), MEMBERS)
def test_examples_are_true_and_use_what_they_show(pack_name: str, name: str) -> None:
    dsl = pack(pack_name)
    examples = examples_of(dsl[name])
    assert examples
    for text, wanted in examples:
        value, type_ = value_of(text, dsl)
        assert (value, type_) == value_of(wanted, dsl, type_), text
        term, _ = read_expression(text, dsl)
        assert name in {node.name for node in subterms(term) if isinstance(node, Call)}


@pytest.mark.parametrize(("pack_name", "name"), MEMBERS)
def test_it_says_what_it_is(pack_name: str, name: str) -> None:
    first = pack(pack_name)[name].doc.split("\n\n")[0].strip()
    assert first and first[-1] in ".?", first


@pytest.mark.parametrize("pack_name", PACKS)
def test_a_pack_goes_to_another_process_as_it_is(pack_name: str) -> None:
    dsl = pack(pack_name)
    again = pickle.loads(pickle.dumps(dsl))  # noqa: S301 (made here)
    assert (again.name, again.digest) == (dsl.name, dsl.digest)


# ------------------------------------------------------------------------------- meaning


def caller(name: str, types: tuple[Type, ...], result: Type) -> Program:
    args: tuple[Term, ...] = tuple(Var(i) for i in reversed(range(len(types))))
    names = tuple(f"x{i}" for i in range(len(types)))
    return Program((Function("main", names, types, result, Call(name, args)),))


def ground(name: str, dsl: DSL) -> tuple[tuple[Type, ...], Type]:
    """The types of a member's parameters and its result, ints for variables."""
    signature = signature_of(dsl[name])
    by = dict.fromkeys(variables(signature.type), INT)
    return tuple(substitute(t, by) for t in signature.types), substitute(signature.result, by)


def rows_for(name: str, types: tuple[Type, ...]) -> list[tuple[Value, ...]]:
    """Random arguments, some ints small enough to be positions."""
    rng = Random(name)

    def value(type_: Type) -> Value:
        return (
            rng.randint(-3, 5) if type_ == INT and rng.random() < 0.7 else random_value(rng, type_)
        )

    rows = [tuple(value(t) for t in types) for _ in range(24)]
    huge = name == "range.stop"
    return [row for row in rows if not huge or row[0] < 1000]  # type: ignore[operator]


@pytest.mark.parametrize(("pack_name", "name"), FIRST_ORDER)
def test_engines_agree(pack_name: str, name: str) -> None:
    dsl = pack(pack_name)
    types, result = ground(name, dsl)
    program, rows = caller(name, types, result), rows_for(name, types)
    for limits in (Limits(), Limits(fuel=3, cells=6)):
        wanted = engines.run_rows(program, rows, dsl, limits, "interpreter")
        assert engines.run_rows(program, rows, dsl, limits, "python") == wanted
    scope: dict[str, Any] = {}
    exec(to_python(program, dsl), scope)
    for row, value in zip(rows, engines.run_rows(program, rows, dsl), strict=True):
        if not isinstance(value, Failure):
            assert scope["main"](*row) == value


SHARED = tuple((p, n) for p, n in FIRST_ORDER if n in pack().primitives)


@pytest.mark.parametrize(("pack_name", "name"), SHARED)
def test_what_has_a_name_of_the_default_pack_means_and_costs_the_same(
    pack_name: str, name: str
) -> None:
    """The VM knows a primitive by its name."""
    dsl, default = pack(pack_name), pack().primitives[name]
    own = dsl.primitives[name]
    assert (own.fuel, own.cells, own.signature.names) == (
        default.fuel,
        default.cells,
        default.signature.names,
    )
    types, result = ground(name, dsl)
    program, rows = caller(name, types, result), rows_for(name, types)
    for limits in (Limits(), Limits(fuel=3, cells=6)):
        found = engines.run_rows(program, rows, dsl, limits, "interpreter")
        assert found == engines.run_rows(program, rows, pack(), limits, "interpreter")


CALLS = [
    ("lambdabeam", "Map(lambda x: IntDivide(6, x), xs)"),
    ("lambdabeam", "Filter(lambda x: Less(IntDivide(6, x), 3), xs)"),
    ("lambdabeam", "Map(lambda x: Count(lambda y: Greater(y, x), xs), xs)"),
    ("lambdabeam", "ZipWith(lambda x, y: Multiply(x, y), xs, Drop(1, xs))"),
    ("lambdabeam", "Scanl1(lambda x, y: If(IsOdd(y), Add(x, y), Subtract(x, y)), xs)"),
    ("dreamcoder_lists", "map(lambda x: 6 % x, xs)"),
    ("dreamcoder_lists", "fold(xs, [], lambda x, ys: cons(x, ys) if x > 2 else ys)"),
    ("dreamcoder_lists", "unfold(xs, lambda ys: is_empty(ys), lambda ys: length(ys), cdr)"),
    ("dreamcoder_lists", "map(lambda i: index(i, xs), range(length(xs) - 1))"),
]


@pytest.mark.parametrize(("pack_name", "text"), CALLS)
def test_engines_agree_where_functions_are_given(pack_name: str, text: str) -> None:
    dsl = pack(pack_name)
    xs = list_of(INT)
    term, type_ = read_expression(text, dsl, ("xs",), (xs,), expected=xs)
    program = Program((Function("main", ("xs",), (xs,), type_, term),))
    rng = Random(text)
    rows = [(random_value(rng, xs),) for _ in range(30)]
    for limits in (Limits(), Limits(fuel=9, cells=30)):
        wanted = engines.run_rows(program, rows, dsl, limits, "interpreter")
        assert engines.run_rows(program, rows, dsl, limits, "python") == wanted
    assert not all(isinstance(value, Failure) for value in wanted)


EDGES = [
    ("lambdabeam", "Access(3, [1, 2])", FailureKind.INDEX),
    ("lambdabeam", "Head(Take(0, [1]))", FailureKind.INDEX),
    ("lambdabeam", "Minimum(Take(0, [1]))", FailureKind.DOMAIN),
    ("lambdabeam", "IntDivide(1, 0)", FailureKind.ZERO),
    ("lambdabeam", "If(Less(0, 1), 5, IntDivide(1, 0))", FailureKind.ZERO),  # strict
    ("lambdabeam", "Scanl1(lambda x, y: Add(x, y), Take(0, [1]))", []),
    ("dreamcoder_lists", "index(0 - 1, [1, 2])", FailureKind.INDEX),
    ("dreamcoder_lists", "car(cdr([1]))", FailureKind.INDEX),
    ("dreamcoder_lists", "length(cdr(cdr([1])))", FailureKind.INDEX),
    ("dreamcoder_lists", "5 if 1 > 0 else 1 % 0", 5),  # lazy
    ("dreamcoder_lists", "fold([1, 2, 3], [], lambda x, xs: cons(x, xs))", [1, 2, 3]),
    ("dreamcoder_lists", "unfold(0, lambda x: x > 3, lambda x: x, lambda x: x)", FailureKind.FUEL),
]


@pytest.mark.parametrize(("pack_name", "text", "wanted"), EDGES)
def test_edges(pack_name: str, text: str, wanted: Value | FailureKind) -> None:
    value, _ = value_of(text, pack(pack_name))
    assert value == (Failure(wanted) if isinstance(wanted, FailureKind) else wanted)


def test_primes_are_those_of_the_published_table() -> None:
    is_prime = pack("dreamcoder_lists").primitives["is_prime"].fn
    found = [n for n in range(-5, 1000) if is_prime(n)]
    assert (found[:5], found[-1], len(found)) == ([2, 3, 5, 7, 11], 199, 46)


# --------------------------------------------------------------------------------- tasks


@pytest.mark.data
def test_published_solutions_give_the_published_outputs(data_folder: Path) -> None:
    path = data_folder / "lambdabeam" / "handwritten_tasks.json"
    solutions = {t["name"]: t["solution"] for t in json.loads(path.read_text("utf-8"))}
    suite, dsl = read_tasks(path), pack("lambdabeam")
    assert len(suite) == 100
    for task in suite:
        text = solutions[task.name]
        term, type_ = read_expression(text, dsl, task.params, task.types, expected=task.result)
        program = Program((Function("f", task.params, task.types, type_, term),))
        examples = (*task.train, *task.test)
        found = engines.run_rows(program, [e.inputs for e in examples], dsl, engine="python")
        assert found == [e.output for e in examples], task.name


TASKS = [
    ("lambdabeam", "sum of squares", [([1, 2], 5), ([3], 9), ([2, 0, 2], 8), ([], 0)]),
    ("lambdabeam", "the last less the first", [([1, 5], 4), ([3], 0), ([2, 0, 7], 5)]),
    ("dreamcoder_lists", "add 1", [([1, 2], [2, 3]), ([], []), ([5, 0], [6, 1])]),
    ("dreamcoder_lists", "sum", [([1, 2], 3), ([5], 5), ([], 0), ([2, 2, 3], 7)]),
]


@pytest.mark.parametrize(("pack_name", "name", "pairs"), TASKS)
def test_tasks_are_solved_in_the_pack(
    pack_name: str, name: str, pairs: list[tuple[Any, Any]]
) -> None:
    task = replace(Task.from_pairs(name, pairs), pack=pack_name)
    found = solve(task, search="bottom_up", seconds=20.0)
    assert found.solved
    program = read_program(str(found.program), pack(pack_name))
    used = {n.name for f in program.functions for n in subterms(f.body) if isinstance(n, Call)}
    assert used <= set(pack(pack_name))
    assert all(isinstance(pack(pack_name)[n], Primitive | Function) for n in used)
    assert BOOL not in task.types
