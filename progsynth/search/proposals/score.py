"""How right a proposed program is, and what it costs.

Nobody vouches for it: it runs within the task's limits, one example at a time, and one that
has used up its fuel or memory a few times is not run on the other examples.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from math import inf

from progsynth.evaluate import Grade, compare
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.python import python_engine
from progsynth.lang.term import Build, Call, Function, If, Lambda, Let, Program, Values, subterms
from progsynth.lang.values import Value, close, show
from progsynth.search.space import IF_COST, LITERAL_COST
from progsynth.task import Example

_SPENT = (FailureKind.FUEL, FailureKind.MEMORY)
_NEARER = 0.5  # of the error is left where a program is far nearer
_PATIENCE = 3  # examples on which a program may run out of fuel or memory


@dataclass(frozen=True, slots=True)
class Score:
    """What a program gave on the examples, in order, as far as it was run on them.

    `error` is the mean graded error; `inf` where it fails or was not run on all.
    """

    outputs: tuple[Value | Failure, ...]
    right: tuple[bool, ...]
    total: int
    error: float = inf

    @property
    def passed(self) -> int:
        """How many examples it is right on."""
        return sum(self.right)

    def is_better(self, other: Score) -> bool:
        """Is it right on more, or far nearer while right on as many?"""
        if self.passed != other.passed:
            return self.passed > other.passed
        return self.error < other.error * _NEARER

    def reaches(self, accuracy: float) -> bool:
        """Is it right on that share of the examples?"""
        return self.passed >= accuracy * self.total - 1e-9


def score(
    program: Program,
    dsl: DSL,
    examples: Sequence[Example],
    *,
    limits: Limits,
    tolerance: float,
    error: Grade | None = None,
) -> Generator[None, None, Score]:
    """Run the program on the examples, with a pause after each; returns its score."""
    ready = python_engine.compile_program(program, dsl)
    outputs: list[Value | Failure] = []
    right: list[bool] = []
    spent = 0
    for example in examples:
        (found,) = ready.run([example.inputs], limits)
        failed = isinstance(found, Failure)
        outputs.append(found)
        right.append(not failed and close(example.output, found, tolerance))
        spent += isinstance(found, Failure) and found.kind in _SPENT
        if spent >= _PATIENCE:
            break
        yield
    far = inf
    if len(outputs) == len(examples):
        expected = [example.output for example in examples]
        found_all = compare(
            expected, outputs, program.entry.result, tolerance=tolerance, error=error
        )
        far = found_all.error
    return Score(tuple(outputs), tuple(right), len(examples), far)


def first_wrong(scored: Score, examples: Sequence[Example], name: str) -> str:
    """The first example that it fails, as text: what it was given, what it gave."""
    place = next((n for n, right in enumerate(scored.right) if not right), None)
    if place is None:
        return ""
    example, found = examples[place], scored.outputs[place]
    given = ", ".join(show(value) for value in example.inputs)
    gave = f"fails ({found.kind.value})" if isinstance(found, Failure) else f"gives {show(found)}"
    left = len(examples) - len(scored.right)
    rest = f"; not run on {left} more examples, for what it uses up" if left else ""
    return f"{name}({given}) {gave}, expected {show(example.output)}{rest}"


def cost_of(program: Program, dsl: DSL) -> int:
    """What the searches would pay for all of the program: to tell the cheapest."""
    return sum(_cost(function, dsl) for function in program.functions)


def _cost(function: Function, dsl: DSL) -> int:
    total = 0
    for term in subterms(function.body):
        match term:
            case Call(name=name):
                found = dsl.primitives.get(name)
                total += found.cost if found else 1
            case If():
                total += IF_COST
            case Build():
                total += LITERAL_COST
            case Lambda() | Let() | Values():
                pass
            case _:
                total += 1
    return total
