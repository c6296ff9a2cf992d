"""Primitives agree with their meanings, written in the language: tests/dsl/meanings.psl."""

from __future__ import annotations

from functools import cache
from itertools import product
from pathlib import Path
from random import Random

import pytest

from progsynth.lang.agreement.random_values import random_value
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.interpret import run
from progsynth.lang.primitive import DSL, signature_of
from progsynth.lang.read import read_prelude
from progsynth.lang.term import Call, Function, Program, Var
from progsynth.lang.types import Type, parse_type, substitute, variables
from progsynth.lang.values import identity_key
from progsynth.registry import pack

MEANINGS = Path(__file__).with_name("meanings.psl")
NAMES = tuple(
    line.removeprefix("def slow_").partition("(")[0]
    for line in MEANINGS.read_text(encoding="utf-8").splitlines()
    if line.startswith("def slow_")
)
ROWS = 150
AMPLE = Limits(fuel=10**6, cells=10**6)
# What type variables stand for; a dict's keys only the hashable ones.
ITEMS = tuple(map(parse_type, ("int", "float", "str", "bool", "list[int]", "tuple[int, str]")))
KEYS = tuple(map(parse_type, ("int", "str", "bool", "tuple[int, str]")))
SMALL = frozenset({"k", "start", "stop", "step"})  # ints that lengths follow


@cache
def meanings() -> DSL:
    return read_prelude(MEANINGS.read_text(encoding="utf-8"), pack(), "meanings.psl")


def kernel_name(name: str) -> str:
    dotted = {n.replace(".", "_"): n for n in pack().primitives}
    return dotted[name]


def choices(name: str) -> list[dict[str, Type]]:
    signature = signature_of(meanings()[f"slow_{name}"])
    free = variables(signature.type)
    pools = [KEYS if (v, "hashable") in signature.classes else ITEMS for v in free]
    return [dict(zip(free, found, strict=True)) for found in product(*pools)]


def caller(name: str, types: tuple[Type, ...], result: Type) -> Program:
    params = tuple(f"x{i}" for i in range(len(types)))
    body = Call(name, tuple(Var(len(types) - 1 - i) for i in range(len(types))))
    return Program((Function("main", params, types, result, body),))


@pytest.mark.parametrize("name", NAMES)
def test_kernel_agrees_with_its_meaning(name: str) -> None:
    rng = Random(name)
    dsl, fast = meanings(), kernel_name(name)
    signature = signature_of(dsl[f"slow_{name}"])
    assert signature.types == signature_of(dsl[fast]).types, "the meaning has another type"
    values = failures = 0
    everything = choices(name)
    for row in range(ROWS):
        by = everything[row % len(everything)]
        types = tuple(substitute(t, by) for t in signature.types)
        result = substitute(signature.result, by)
        args = tuple(
            rng.randint(-3, 9) if n in SMALL else random_value(rng, t)
            for n, t in zip(signature.names, types, strict=True)
        )
        wanted = run(caller(f"slow_{name}", types, result), args, dsl, AMPLE)
        found = run(caller(fast, types, result), args, dsl, AMPLE)
        if isinstance(wanted, Failure):
            failures += 1
            assert found == wanted, args
        else:
            values += 1
            assert identity_key(found) == identity_key(wanted), args
    assert values >= ROWS // 8, f"{failures} of {ROWS} rows fail: too few values compared"


def test_there_is_a_meaning_for_every_hot_primitive() -> None:
    hot = {"sort.list", "sum.int", "sum.float", "reverse.list", "unique.list", "count.list"}
    hot |= {"range.stop", "zip.two", "flatten", "in.list", "join", "split", "replace", "dict_of"}
    assert hot <= {kernel_name(name) for name in NAMES}
