"""Do all engines mean the same? One program run by each of them, and the outcomes compared.

The interpreter says what is right. Values are compared so that nothing a program could tell
apart is equal (-0.0 and 0.0 differ, NaN is NaN), failures by their kind. Each way of running a
program is one entry of `ENGINES`, and tests may put in broken ones to see that they are caught.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from progsynth.errors import UnsupportedError
from progsynth.lang import interpret, vm
from progsynth.lang.agreement.random_programs import Rows, Sample
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.printing.pretty import normal, pretty
from progsynth.lang.python import python_engine
from progsynth.lang.python.to_python import to_python
from progsynth.lang.read import read_program
from progsynth.lang.term import Program
from progsynth.lang.values import Value, identity_key, show, size_of
from progsynth.lang.vm import bytecode

Outcome = Value | Failure
Outcomes = tuple[Outcome, ...]

# Gives the outcome of each row, None for rows that it does not run, or None for a program that
# it does not run. It sees what is expected, because some run only where a value is.
Engine = Callable[[Program, Rows, DSL, Limits, Outcomes], tuple[Outcome | None, ...] | None]

HUGE = 1_000_000  # values of more cells are compared by their number alone


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One row on which an engine differs from the interpreter, or broke."""

    engine: str
    row: tuple[Value, ...]
    expected: Outcome
    found: str

    def __str__(self) -> str:
        args = ", ".join(show(value, 200) for value in self.row)
        expected = show_outcome(self.expected)
        return f"{self.engine} on ({args}): expected {expected}, found {self.found}"


def outcome_key(outcome: Outcome) -> Hashable:
    """A key that is equal for outcomes that count as the same."""
    if isinstance(outcome, Failure):
        return outcome
    size = size_of(outcome)
    return ("huge", size) if size > HUGE else identity_key(outcome)


def show_outcome(outcome: Outcome) -> str:
    """The outcome, for a reader."""
    return str(outcome) if isinstance(outcome, Failure) else show(outcome, 200)


def expected_outcomes(sample: Sample, dsl: DSL) -> Outcomes:
    """What the interpreter says to each row."""
    return tuple(interpret.run(sample.program, row, dsl, sample.limits) for row in sample.rows)


def disagreements(
    sample: Sample, expected: Outcomes, dsl: DSL, engines: Mapping[str, Engine] | None = None
) -> list[Disagreement]:
    """Where engines differ from what is expected. An engine that crashes disagrees."""
    found = []
    rows_before = [identity_key(row) for row in sample.rows]
    for name, engine in (ENGINES if engines is None else engines).items():
        try:
            outcomes = engine(sample.program, sample.rows, dsl, sample.limits, expected)
        except Exception as error:
            crash = f"{type(error).__name__}: {error}"
            found.append(Disagreement(name, sample.rows[0], expected[0], crash))
            continue
        if outcomes is None:
            continue
        for row, right, outcome in zip(sample.rows, expected, outcomes, strict=True):
            if outcome is not None and outcome_key(outcome) != outcome_key(right):
                found.append(Disagreement(name, row, right, show_outcome(outcome)))
        if [identity_key(row) for row in sample.rows] != rows_before:
            found.append(Disagreement(name, sample.rows[0], expected[0], "changed its arguments"))
    return found


# ------------------------------------------------------------------------------- engines


def run_interpreter(
    program: Program, rows: Rows, dsl: DSL, limits: Limits, expected: Outcomes
) -> tuple[Outcome | None, ...]:
    """The interpreter itself, which is what the others are compared to."""
    return tuple(interpret.run(program, row, dsl, limits) for row in rows)


def run_python(
    program: Program, rows: Rows, dsl: DSL, limits: Limits, expected: Outcomes
) -> tuple[Outcome | None, ...]:
    """Checked Python."""
    return tuple(python_engine.compile_program(program, dsl).run(rows, limits))


def run_readable(
    program: Program, rows: Rows, dsl: DSL, limits: Limits, expected: Outcomes
) -> tuple[Outcome | None, ...]:
    """Readable Python, on the rows that have a value: it does not count fuel."""
    scope: dict[str, Any] = {"__name__": "exported"}
    frames = sys.getrecursionlimit()  # a text of many functions raises it
    try:
        exec(to_python(program, dsl), scope)  # noqa: S102 (text of our own making)
        function = scope[program.entry.name]
        pairs = zip(rows, expected, strict=True)
        return tuple(None if isinstance(r, Failure) else function(*row) for row, r in pairs)
    finally:
        sys.setrecursionlimit(frames)


def run_vm(
    program: Program, rows: Rows, dsl: DSL, limits: Limits, expected: Outcomes
) -> tuple[Outcome | None, ...] | None:
    """The VM, for programs that it has all instructions for."""
    try:
        code = bytecode.compile_program(program, dsl)
    except UnsupportedError:
        return None
    outcomes = vm.run(code, rows, limits)
    return tuple(None if outcome is vm.HANDED_OVER else outcome for outcome in outcomes)


def run_printed(
    program: Program, rows: Rows, dsl: DSL, limits: Limits, expected: Outcomes
) -> tuple[Outcome | None, ...]:
    """The interpreter, on what reading the printed program gives."""
    text = pretty(program, dsl)
    again = read_program(text, dsl)
    if again != normal(program, dsl):
        raise AssertionError(f"reading the printed program gives another one:\n{text}")
    return tuple(interpret.run(again, row, dsl, limits) for row in rows)


ENGINES: Mapping[str, Engine] = {
    "python": run_python,
    "readable": run_readable,
    "vm": run_vm,
    "printed": run_printed,
}

# Writing and reading text takes much longer than running: only one program in so many.
EVERY: Mapping[str, int] = {"readable": 4, "printed": 8}


def engines_for(seed: int, every: Mapping[str, int] = EVERY) -> dict[str, Engine]:
    """The engines that run the random program of that number."""
    return {name: e for name, e in ENGINES.items() if seed % every.get(name, 1) == 0}
