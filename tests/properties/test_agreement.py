"""All engines mean the same, on at least 10,000 random programs in each run of the tests.

What the programs met is counted: every primitive and prelude function (executed, not merely
written), every type, every kind of failure and every instruction of the VM at least a hundred
times, so that what passes was tested. tests/conftest.py prints the counts.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest

from progsynth.errors import UnsupportedError
from progsynth.lang import vm
from progsynth.lang.agreement.agreement import (
    Engine,
    disagreements,
    engines_for,
    expected_outcomes,
    outcome_key,
    run_python,
)
from progsynth.lang.agreement.random_programs import RandomPrograms, Sample
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.infer import Typed, check_program
from progsynth.lang.interpret import run
from progsynth.lang.primitive import DSL, Callee
from progsynth.lang.term import Program
from progsynth.lang.types import walk_type
from progsynth.lang.values import Value
from progsynth.lang.vm import bytecode
from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.listing import instructions
from progsynth.registry import pack

NUM_PROGRAMS = 10_000
NUM_CHUNKS = 8  # worked off by two processes
FEWEST = 100
TYPES = ("int", "float", "bool", "str", "list", "dict", "tuple", "graph", "memory", "fn")


@dataclass(frozen=True)
class Watched(DSL):
    """A DSL that counts which of its callees a run looks up, which is once a call."""

    called: set[str] = field(default_factory=set)

    def __getitem__(self, name: str) -> Callee:
        self.called.add(name)
        return super().__getitem__(name)


@dataclass
class Met:
    """What the programs of a chunk met."""

    callees: Counter[str] = field(default_factory=Counter)  # programs that executed it
    types: Counter[str] = field(default_factory=Counter)  # programs (of a quarter) with one
    outcomes: Counter[str] = field(default_factory=Counter)  # rows that ended so
    engines: Counter[str] = field(default_factory=Counter)  # rows compared
    opcodes: Counter[str] = field(default_factory=Counter)  # programs whose code has it

    def as_dict(self) -> dict[str, dict[str, int]]:
        return {name: dict(counter) for name, counter in vars(self).items()}


def heads(typed: dict[str, Typed]) -> set[str]:
    """The names of all types in the program."""
    found = set()
    todo = list(typed.values())
    while todo:
        node = todo.pop()
        todo.extend(node.children)
        every = [t for outer in node.types for t in walk_type(outer)]
        found |= {t.name for t in every if not t.is_variable}
    return found


def compare(seed: int, sample: Sample, dsl: DSL, met: Met) -> list[str]:
    """The disagreements on one program, shown; counts what was met."""
    if seed % 4 == 0:
        met.types.update(heads(check_program(sample.program, dsl)))
    watched = Watched(dsl.name, dsl.primitives, dsl.functions, dsl.surfaces)
    expected = tuple(run(sample.program, row, watched, sample.limits) for row in sample.rows)
    met.callees.update(watched.called)
    met.outcomes.update(o.kind.value if isinstance(o, Failure) else "value" for o in expected)
    engines = {**engines_for(seed), "vm": partial(watched_vm, met)}
    counted: dict[str, Any] = {name: _counting(name, e, met) for name, e in engines.items()}
    return [str(found) for found in disagreements(sample, expected, dsl, counted)]


def watched_vm(met: Met, program: Program, rows: Any, dsl: DSL, limits: Limits, _: Any) -> Any:
    """The VM; counts the instructions that it is given."""
    try:
        code = bytecode.compile_program(program, dsl)
    except UnsupportedError:
        return None
    met.opcodes.update({op.name_of(words[0]) for _, words in instructions(code)})
    return tuple(None if o is vm.HANDED_OVER else o for o in vm.run(code, rows, limits))


def _counting(name: str, engine: Engine, met: Met) -> Any:
    def counting(*given: Any) -> Any:
        outcomes = engine(*given)
        met.engines[name] += sum(o is not None for o in outcomes or ())
        return outcomes

    return counting


def run_chunk(chunk: int) -> tuple[dict[str, dict[str, int]], list[str]]:
    """What the programs of a chunk met, and the disagreements on them."""
    dsl = pack()
    source = RandomPrograms(dsl)
    met = Met()
    size = NUM_PROGRAMS // NUM_CHUNKS
    found = []
    for seed in range(chunk * size, (chunk + 1) * size):
        found += [f"program {seed}: {x}" for x in compare(seed, source.sample(seed), dsl, met)]
    return met.as_dict(), found


def all_chunks() -> list[tuple[dict[str, dict[str, int]], list[str]]]:
    """The results of all chunks; in two processes where processes can be forked."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return [run_chunk(chunk) for chunk in range(NUM_CHUNKS)]
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        return list(pool.map(run_chunk, range(NUM_CHUNKS)))


@pytest.mark.timeout(1200)
def test_engines_agree_on_random_programs(record_property: Any) -> None:
    vm.warm_up(background=False)
    met: dict[str, Counter[str]] = defaultdict(Counter)
    disagreeing = []
    for counts, found in all_chunks():
        disagreeing += found
        for group, counter in counts.items():
            met[group].update(counter)
    record_property("agreement", {"programs": NUM_PROGRAMS, **{k: dict(v) for k, v in met.items()}})
    assert disagreeing == []
    assert too_seldom(met, pack()) == {}
    assert met["outcomes"]["value"] * 2 >= met["outcomes"].total()


def too_seldom(met: dict[str, Counter[str]], dsl: DSL) -> dict[str, int]:
    """What was met less often than it must be, with how often it was."""
    wanted = {f"callee {c.name}": met["callees"][c.name] for c in RandomPrograms(dsl).callees}
    wanted |= {f"type {name}": met["types"][name] for name in TYPES}
    wanted |= {f"failure {kind.value}": met["outcomes"][kind.value] for kind in FailureKind}
    if vm.available():
        wanted |= {f"opcode {name}": met["opcodes"][name] for name in opcodes()}
    return {name: number for name, number in wanted.items() if number < FEWEST}


def opcodes() -> list[str]:
    """The names of all instructions of the VM that programs are compiled to.

    TURN stands in the code of flat genomes only, and changes no value: whether errors are the same
    with and without it is asked in `search/genetic/flat/test_endless.py`.
    """
    ends = ("NUMBERS", "SEQUENCES", "TEXTS", "TABLES", "CHARGES", "END_OF_FAMILIES", "TURN")
    numbers = {n: v for n, v in vars(op).items() if n.isupper() and isinstance(v, int)}
    return [n for n in numbers if n not in (*ends, "FAMILY_LENGTH")]


# --------------------------------------------------------------------- the test of the test


def samples() -> Iterator[Sample]:
    source = RandomPrograms(pack())
    return (source.sample(seed) for seed in range(30))


def test_samples_are_the_same_each_time() -> None:
    for one, other in zip(samples(), samples(), strict=True):
        assert one.program == other.program
        assert [outcome_key(row) for row in one.rows] == [outcome_key(row) for row in other.rows]
        assert one.limits == other.limits


# A primitive that is broken on purpose must be caught: else the agreement says nothing of it.

BREAKABLE = sorted(c.name for c in RandomPrograms(pack()).callees if c.name in pack().primitives)
TRIES = 60  # programs about the primitive, one of which must show that it is broken


def wrong(value: Value) -> Value:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value - 1 if value > 0 else value + 1
    if isinstance(value, float):
        return 1.0 if value == 0 else 0.0
    if isinstance(value, str):
        return value + "!"
    if isinstance(value, tuple):
        return (*value[:-1], wrong(value[-1]))
    if isinstance(value, dict):
        return dict(list(value.items())[1:]) if value else missing()
    return value[1:] if value else missing()


def missing() -> Value:
    raise IndexError("a failure where there must be a value")


def broken(dsl: DSL, name: str) -> DSL:
    """The DSL, in which that primitive gives wrong results."""
    right = dsl.primitives[name]
    made = replace(right, fn=lambda *args: wrong(right.fn(*args)))
    return DSL(dsl.name, {**dsl.primitives, name: made}, dsl.functions, dsl.surfaces)


def caught(name: str) -> bool:
    """Do programs about the primitive show that it is broken in the Python engine?"""
    dsl = pack()
    source = RandomPrograms(dsl)
    only_python = {"python": run_python}
    for seed in range(TRIES):
        sample = source.sample(seed, focus=name)
        expected = expected_outcomes(sample, dsl)
        if disagreements(sample, expected, broken(dsl, name), only_python):
            return True
    return False


@pytest.mark.parametrize("name", BREAKABLE)
def test_a_broken_primitive_is_caught(name: str) -> None:
    assert caught(name)
