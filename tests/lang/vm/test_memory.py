"""The VM's memory: collections, what is handed over, values that share their objects."""

from __future__ import annotations

from random import Random

import pytest

from progsynth.errors import UnsupportedError
from progsynth.lang import interpret, vm
from progsynth.lang.agreement.random_programs import RandomPrograms
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.read import read_program
from progsynth.lang.values import Value, identity_key
from progsynth.lang.vm import Memory, bytecode
from progsynth.registry import pack

DSL = pack()
AMPLE = Limits(fuel=10**9, cells=10**9)

BUBBLE_SORT = """
def bubble_sort(xs: list[int]) -> list[int]:
    for i in range(len(xs)):
        for j in range(len(xs) - 1 - i):
            if xs[j] > xs[j + 1]:
                left = xs[j]
                xs[j] = xs[j + 1]
                xs[j + 1] = left
    return xs
"""

TANGLED = """
def f(words: list[str], n: int) -> tuple[dict[str, list[int]], list[tuple[str, list[int]]], str]:
    table = {"": [0]}
    pairs = [("", [0])]
    text = ""
    for i in range(n):
        word = words[i % len(words)]
        old = get(table, word, [])
        table = put(table, word, append(old, i))
        pairs = take(append(pairs, (word + str(i), old)), 20)
        text = drop(text + word, 1)
        if i % 7 == 3:
            table = delete(table, "") if "" in table else put(table, "", [i])
    return (table, pairs, text)
"""


def test_bubble_sort_of_a_thousand_numbers_fits() -> None:
    code = bytecode.compile_program(read_program(BUBBLE_SORT, DSL), DSL)
    xs = Random(1).sample(range(10_000), 1000)
    # 4 GB are made; 100,000 words at a time are room enough
    assert vm.run(code, [(xs,)], AMPLE, memory=Memory(space=100_000)) == [sorted(xs)]


@pytest.mark.parametrize("slack", [1, 500, 5000])
def test_collections_change_nothing(slack: int) -> None:
    program = read_program(TANGLED, DSL)
    code = bytecode.compile_program(program, DSL)
    rows: list[tuple[Value, ...]] = [(["a", "bc", "", "défg"], 60), (["x"], 100), (["u", "v"], 0)]
    expected = [interpret.run(program, row, DSL) for row in rows]
    found = vm.run(code, rows, memory=Memory(slack=slack))
    assert list(map(identity_key, found)) == list(map(identity_key, expected))


def test_random_programs_with_a_collection_at_every_turn() -> None:
    programs = RandomPrograms(DSL)
    compared = 0
    for seed in range(9000, 9120):
        sample = programs.sample(seed)
        try:
            code = bytecode.compile_program(sample.program, DSL)
        except UnsupportedError:
            continue
        found = vm.run(code, sample.rows, sample.limits, memory=Memory(slack=1))
        for row, value in zip(sample.rows, found, strict=True):
            expected = interpret.run(sample.program, row, DSL, sample.limits)
            assert identity_key(value) == identity_key(expected), (seed, row)
            compared += 1
    assert compared > 200


def test_a_row_that_does_not_fit_is_handed_over() -> None:
    code = bytecode.compile_program(read_program(TANGLED, DSL), DSL)
    rows: list[tuple[Value, ...]] = [(["abc", "d"], 200), (["a"], 1)]
    small = vm.run(code, rows, memory=Memory(space=600))
    ample = vm.run(code, rows)
    assert small == [vm.HANDED_OVER, ample[1]]


def test_a_failure_is_not_hidden_by_little_memory() -> None:
    text = "def f(n: int) -> list[int]:\n    return range(n)\n"
    code = bytecode.compile_program(read_program(text, DSL), DSL)
    found = vm.run(code, [(10**9,), (5000,)], memory=Memory(space=1000))
    assert found == [Failure(FailureKind.FUEL), vm.HANDED_OVER]


def test_old_versions_keep_their_values() -> None:
    text = """
def f(n: int) -> tuple[list[list[int]], list[dict[int, int]]]:
    xs = [0]
    lists = [xs]
    d = {0: 0}
    dicts = [d]
    for i in range(n):
        left = append(xs, i)
        right = append(xs, -i)
        lists = append(append(append(lists, left), right), put(left, 0, 100))
        more = put(d, i % 13, i)
        other = put(d, i + 50, -i)
        dicts = append(append(append(dicts, more), other), put(more, 0, i))
        xs = right if i % 2 == 0 else left
        d = other if i % 3 == 0 else more
    return (lists, dicts)
"""
    program = read_program(text, DSL)
    code = bytecode.compile_program(program, DSL)
    for slack in (1, 1000, 1 << 17):
        found = vm.run(code, [(40,)], memory=Memory(slack=slack))
        assert found == [interpret.run(program, (40,), DSL)]


def test_many_results_come_back_in_parts() -> None:
    text = "def f(n: int) -> list[int]:\n    return range(n)\n"
    code = bytecode.compile_program(read_program(text, DSL), DSL)
    rows = [(400,)] * 50
    assert vm.run(code, rows, memory=Memory(space=1000)) == [list(range(400))] * 50


def test_rows_that_need_it_get_more_memory() -> None:
    text = """
def f(n: int) -> int:
    xs = range(n)
    return sum(append(xs, 1))
"""
    (large,) = [bytecode.compile_program(read_program(text, DSL), DSL)]
    rows = [(300_000,), (5,)]
    limits = Limits(fuel=10**6, cells=10**6)
    expected = [sum(range(300_000)) + 1, 11]
    assert vm.run(large, rows, limits) == expected
    assert vm.run(large, rows, limits, memory=Memory(space=300_000)) == [vm.HANDED_OVER, 11]
    text = text.replace("sum(append(xs, 1))", "len(xs)")
    small = bytecode.compile_program(read_program(text, DSL), DSL)
    batch = vm.encode_rows(large.types, rows, expected, large.result)
    scores = vm.score([small, large, small], batch, limits)
    assert scores.equal.tolist() == [[False, False], [True, True], [False, False]]
    assert not scores.status.any()
    cramped = vm.score([large], batch, limits, memory=Memory(space=100_000))
    assert cramped.status.tolist() == [[8, 0]]
