"""The one place where test examples are opened: once, on the one program that was returned.

It runs in another process than the search did, which never had them. The program comes as text
and is read again in the task's pack, less what the task withholds: what cannot be written there
is not a solution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from progsynth import neural, registry
from progsynth.bench.record import Score
from progsynth.errors import ProgramError
from progsynth.evaluate import Evaluation, evaluate
from progsynth.lang.primitive import DSL
from progsynth.lang.read import read_program
from progsynth.lang.term import Program
from progsynth.library.vocabulary import Vocabulary
from progsynth.task import Example, Task


@dataclass(frozen=True, slots=True)
class Judged:
    """What came out: `fits` says that the program is right on the training and the validation
    examples. Only then were the test examples opened, else `test` is None and `error` says why.
    """

    fits: bool
    right: bool
    test: Score | None
    error: str = ""


def judge(task: Task, text: str, networks: Mapping[str, bytes]) -> Judged:
    """How the program does on the examples of the task; `networks` are its trained ones."""
    whole = task.pack if isinstance(task.pack, DSL) else registry.pack(task.pack)
    pack = whole.without(*task.withheld) if task.withheld else whole
    try:
        program = read_program(text, pack)
    except ProgramError as error:
        first = str(error).partition("\n")[0]
        return Judged(False, False, None, f"the program cannot be read in the task's pack: {first}")
    trained = {name: neural.from_bytes(data) for name, data in networks.items()}
    for kind, examples in (("training", task.train), ("validation", task.validation)):
        found = _evaluated(program, examples, task, pack, trained)
        if not found.reaches(task.accuracy):
            why = f"the program is right on {found.passed} of {found.total} {kind} examples"
            return Judged(False, False, None, why)
    found = _evaluated(program, task.test, task, pack, trained)
    return Judged(True, found.reaches(task.accuracy), Score(found.passed, found.total))


def _evaluated(
    program: Program,
    examples: Sequence[Example],
    task: Task,
    pack: DSL,
    networks: Mapping[str, neural.Network],
) -> Evaluation:
    rows = [example.inputs for example in examples]
    words = Vocabulary(pack, pack).with_networks(networks, rows)
    return evaluate(
        words.opened(program),
        examples,
        words.dsl,
        limits=task.limits,
        tolerance=task.tolerance,
        error=task.error,
    )
