"""Compiling from a body whose types are known already."""

from __future__ import annotations

import numpy as np
import pytest

from progsynth.lang import vm
from progsynth.lang.agreement.random_programs import RandomPrograms
from progsynth.lang.infer import Typed, infer_function, program_signatures
from progsynth.lang.read import read_program
from progsynth.lang.term import Build, Call, Function, Let, Program, Var, const
from progsynth.lang.types import INT, Type, list_of, tuple_of
from progsynth.lang.vm import bytecode
from progsynth.lang.vm.code import Code
from progsynth.registry import pack

DSL = pack()


def same(a: Code, b: Code) -> bool:
    arrays = zip((a.words, a.constants, a.image), (b.words, b.constants, b.image), strict=True)
    return all(np.array_equal(x, y) for x, y in arrays) and a.descriptor == b.descriptor


def test_the_code_is_that_of_inference() -> None:
    source = RandomPrograms(DSL)
    for seed in range(150):
        program = source.sample(seed).program
        typed = infer_function(program.entry, DSL, extra=program_signatures(program))
        code = bytecode.compile_program(program, DSL, typed=typed)
        assert same(code, bytecode.compile_program(program, DSL)), seed


def test_a_node_that_stands_in_two_places_is_the_last_use_in_none() -> None:
    ints = list_of(INT)
    used, zero = Typed(Var(0), (ints,), (), {}), Typed(const(0), (INT,), (), {})
    put = Call("put.list", (Var(0), const(0), const(0)))
    put_typed = Typed(put, (ints,), (used, zero, zero), {"a": INT})
    pair = Build("tuple", (put, Var(0)))
    pair_typed = Typed(pair, (tuple_of(ints, ints),), (put_typed, used), {})
    made = Call("reverse.list", (Var(0),))
    made_typed = Typed(made, (ints,), (Typed(Var(0), (ints,), (), {}),), {"a": INT})
    body = Let(1, made, pair)
    entry = Function("f", ("xs",), (ints,), tuple_of(ints, ints), body)
    typed = Typed(body, pair_typed.types, (made_typed, pair_typed), {})
    code = bytecode.compile_program(Program((entry,)), DSL, typed=typed)
    assert vm.run(code, [([1, 2, 3],)]) == [([0, 2, 1], [3, 2, 1])]


def test_types_of_another_body_are_noticed() -> None:
    program = read_program("def f(n: int) -> int:\n    return n + 1\n", DSL)
    other = Typed(Var(0), (Type("int"),), (), {})
    with pytest.raises(AssertionError, match="the types are those of another term"):
        bytecode.compile_program(program, DSL, typed=other)
