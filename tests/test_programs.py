"""Programs in the language with what is expected of them, run by every engine.

In `programs/*.psl`, a comment `# expect: f([1, 2]) == 3` or `# expect failure: index: f([])`
tells the value or the kind of failure of a call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from progsynth import registry
from progsynth.errors import UnsupportedError
from progsynth.lang import engines
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.infer import check_program
from progsynth.lang.read import read_call, read_program, read_value
from progsynth.lang.term import Program
from progsynth.lang.text.format import format_text
from progsynth.lang.values import identity_key

FILES = sorted((Path(__file__).parent / "programs").glob("*.psl"))
ENOUGH = Limits(fuel=10_000)  # for all but those that never end
LINE = re.compile(r"# expect(?P<failure> failure)?: (?P<rest>.*)")


@dataclass(frozen=True)
class Expectation:
    """A call, and its value as text or the kind of its failure."""

    call: str
    value: str
    failure: str


def expectations(text: str) -> list[Expectation]:
    found = []
    for line in text.splitlines():
        match = LINE.fullmatch(line.strip())
        if match is None:
            assert "expect" not in line, f"not read: {line}"
            continue
        if match["failure"]:
            kind, call = match["rest"].split(": ", 1)
            found.append(Expectation(call, "", kind))
        else:
            call, value = match["rest"].split(" == ", 1)
            found.append(Expectation(call, value, ""))
    return found


@cache
def program_of(path: Path) -> Program:
    return read_program(path.read_text(encoding="utf-8"), registry.pack(), path.name)


def entry_at(program: Program, name: str) -> Program:
    """The program that ends with the function of that name."""
    names = [f.name for f in program.functions]
    return Program(program.functions[: names.index(name) + 1], program.neural)


def test_there_are_programs_for_each_part_of_the_language() -> None:
    found = [e for path in FILES for e in expectations(path.read_text(encoding="utf-8"))]
    assert len(found) > 130
    assert len([e for e in found if e.failure]) > 20


@pytest.mark.parametrize("engine", [e for e in engines.ENGINES if e != "auto"])
@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_programs_mean_what_they_say(path: Path, engine: str) -> None:
    dsl = registry.pack()
    program = program_of(path)
    wrong = []
    for expected in expectations(path.read_text(encoding="utf-8")):
        function, args = read_call(expected.call, program, dsl)
        called = entry_at(program, function.name)
        try:
            (outcome,) = engines.run_rows(called, [args], dsl, ENOUGH, engine=engine)
        except UnsupportedError:
            assert engine == "vm"  # what it lacks, "auto" gives to the Python engine
            (outcome,) = engines.run_rows(called, [args], dsl, ENOUGH)
        if expected.failure:
            got = outcome.kind.value if isinstance(outcome, Failure) else repr(outcome)
            fine = got == expected.failure
        else:
            value = read_value(expected.value, function.result)
            got = repr(outcome)
            fine = not isinstance(outcome, Failure)
            fine = fine and identity_key(outcome) == identity_key(value)
        if not fine:
            wrong.append(
                f"{expected.call}: expected {expected.value or expected.failure}, got {got}"
            )
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_programs_are_well_typed_in_core(path: Path) -> None:
    program = program_of(path)
    typed = check_program(program, registry.pack())
    assert set(typed) == {f.name for f in program.functions}


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_formatting_does_not_change_the_meaning(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert read_program(format_text(text), registry.pack()) == program_of(path)
