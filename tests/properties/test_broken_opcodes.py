"""Any instruction of the VM that is broken on purpose shows in the agreement of the engines.

Broken means: its result is lost, or, where it has none, it is skipped. That may crash or hang
the machine, which counts as shown; so each instruction is tried in a process of its own.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import sys
from collections import defaultdict
from concurrent.futures import TimeoutError as Hangs
from dataclasses import dataclass, replace
from functools import cache

import pytest
from pebble import ProcessExpired, ProcessPool

from progsynth.errors import UnsupportedError
from progsynth.lang import vm
from progsynth.lang.agreement.agreement import Outcomes, expected_outcomes, outcome_key
from progsynth.lang.agreement.random_programs import RandomPrograms, Sample
from progsynth.lang.vm import bytecode, layout
from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.code import Code
from progsynth.lang.vm.listing import instructions
from progsynth.registry import pack

FIRST, NUM_PROGRAMS = 50_000, 2500
FEWEST = 5  # programs in which an instruction stands, for the test to mean anything
SECONDS = 20.0

pytestmark = [
    pytest.mark.skipif(not vm.available(), reason="the VM needs Numba"),
    pytest.mark.skipif(sys.platform != "linux", reason="the broken machines run in forks"),
]


@dataclass(frozen=True, slots=True)
class Case:
    """A random program on the VM, and what the interpreter says to its rows."""

    sample: Sample
    code: Code
    expected: Outcomes


WITHOUT_RESULT = (op.FUEL_OF, op.CELLS_OF)  # the only ones of the families


def operands(number: int) -> str:
    """The kinds of the instruction's operands, as far as they matter here."""
    if number < op.NUMBERS:
        return op.CORE_OPERANDS[number]
    return "" if number in WITHOUT_RESULT else "d"


def broken(code: Code, number: int) -> Code:
    """The program, in which that instruction's result is lost or it is skipped."""
    changed = code.words.copy()
    for place, words in instructions(code):
        if words[0] != number:
            continue
        kinds = operands(number)
        if "d" in kinds:
            changed[place + 1 + kinds.index("d")] = layout.SCRATCH + 15
        else:
            changed[place], changed[place + 1] = op.JUMP, place + len(words)
    return replace(code, words=changed)


@cache
def cases() -> dict[int, list[Case]]:
    """Random programs by the instructions that stand in them."""
    dsl = pack()
    source = RandomPrograms(dsl)
    found: dict[int, list[Case]] = defaultdict(list)
    for seed in range(FIRST, FIRST + NUM_PROGRAMS):
        sample = source.sample(seed)
        try:
            code = bytecode.compile_program(sample.program, dsl)
        except UnsupportedError:
            continue
        case = Case(sample, code, expected_outcomes(sample, dsl))
        for number in {words[0] for _, words in instructions(code)}:
            found[number].append(case)
    return found


def shows(number: int) -> bool:
    """Does a program come to another end when the instruction is broken?"""
    faulthandler.disable()  # a crash is what may be wanted here
    for case in cases()[number]:
        try:
            outcomes = vm.run(broken(case.code, number), case.sample.rows, case.sample.limits)
        except Exception:
            return True  # what it left behind is no value
        if list(map(outcome_key, outcomes)) != list(map(outcome_key, case.expected)):
            return True
    return False


def test_every_broken_instruction_shows() -> None:
    vm.warm_up(background=False)
    sample = cases()[op.END][0]
    vm.run(sample.code, sample.sample.rows)  # the kernels are in this process before it forks
    tested = [n for n, found in cases().items() if len(found) >= FEWEST and n != op.TICK]
    context = multiprocessing.get_context("fork")
    hidden = []
    with ProcessPool(max_workers=1, context=context) as pool:
        futures = {n: pool.schedule(shows, args=[n], timeout=SECONDS) for n in sorted(tested)}
        for number, future in futures.items():
            try:
                if not future.result():
                    hidden.append(op.name_of(number))
            except (Hangs, ProcessExpired):
                continue  # the machine hung or crashed: that shows
    assert hidden == []
