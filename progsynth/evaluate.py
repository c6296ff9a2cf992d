"""A program on examples: what it gives, where it fails, and how far off it is.

Errors are graded by the type of the output, so that a search can tell a near miss from
nonsense: 0.0 is right, `inf` is a failure. The table below has one line a type.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from progsynth.errors import TaskError
from progsynth.lang.engines import run_rows
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.tensor import numbers_of
from progsynth.lang.term import Program
from progsynth.lang.types import FLOAT, Type
from progsynth.lang.values import Value, close, entry_types, identity_key, show
from progsynth.task import Example, Metric

# (expected, found) -> 0.0 when right; or several numbers, which are all 0.0 then
Grade = Callable[[Value, Value], float | tuple[float, ...]]


_ROUNDING = 1e-9  # of a share of whole numbers


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a program gave on some examples, one entry an example.

    `outputs` are values or failures, `errors` 0.0 for right and `inf` for a failure.
    """

    outputs: tuple[Value | Failure, ...]
    errors: tuple[float, ...]
    right: tuple[bool, ...]

    @property
    def passed(self) -> int:
        """How many outputs are right."""
        return sum(self.right)

    @property
    def total(self) -> int:
        """How many examples there were."""
        return len(self.right)

    @property
    def solved(self) -> bool:
        """Is every output right?"""
        return all(self.right)

    def reaches(self, accuracy: float) -> bool:
        """Is that share of the outputs right? Of no examples any share is."""
        return self.passed >= accuracy * self.total - _ROUNDING

    @property
    def failures(self) -> tuple[Failure | None, ...]:
        """The failure on each example, None where there is a value."""
        return tuple(o if isinstance(o, Failure) else None for o in self.outputs)

    @property
    def error(self) -> float:
        """The mean error; `inf` when the program fails anywhere."""
        return _total(self.errors) / len(self.errors) if self.errors else 0.0


def evaluate(
    program: Program,
    examples: Sequence[Example],
    dsl: DSL,
    *,
    limits: Limits | None = None,
    tolerance: float = 1e-9,
    error: Grade | None = None,
    engine: str = "auto",
) -> Evaluation:
    """Run the program on the examples and compare.

    An output is right when it equals the expected one, floats within `tolerance`. `error`
    grades wrong outputs, several numbers count as their sum; None grades by the program's result
    type.
    """
    rows = [example.inputs for example in examples]
    outputs = run_rows(program, rows, dsl, limits or Limits(), engine=engine)
    expected = [example.output for example in examples]
    return compare(expected, outputs, program.entry.result, tolerance=tolerance, error=error)


def compare(
    expected: Sequence[Value],
    outputs: Sequence[Value | Failure],
    type_: Type,
    *,
    tolerance: float = 1e-9,
    error: Grade | None = None,
) -> Evaluation:
    """The evaluation of outputs already at hand, of the type given."""
    measure = error or partial(grade, type_)
    right, errors = [], []
    for wanted, found in zip(expected, outputs, strict=True):
        fits = not isinstance(found, Failure) and close(wanted, found, tolerance)
        right.append(fits)
        if fits:
            errors.append(0.0)
        else:
            failed = isinstance(found, Failure)
            errors.append(math.inf if failed else _total(error_numbers(measure(wanted, found))))
    return Evaluation(tuple(outputs), tuple(errors), tuple(right))


def error_numbers(graded: float | tuple[float, ...]) -> tuple[float, ...]:
    """What a measure says of an output, as several numbers in any case."""
    return tuple(map(float, graded)) if isinstance(graded, tuple) else (float(graded),)


# ----------------------------------------------------------------------------- graded errors


def grade(type_: Type, expected: Value, found: Value) -> float:
    """How far `found` is from `expected`, both of the type: 0.0 when equal."""
    return _GRADES.get(type_.name, _unequal)(type_, expected, found)


def _unequal(_: Type, expected: Any, found: Any) -> float:
    return float(expected != found)


def _difference(_: Type, expected: Any, found: Any) -> float:
    if expected == found or (expected != expected and found != found):
        return 0.0
    gap = abs(float(expected) - float(found))
    return math.inf if math.isnan(gap) else gap


def _edits(_: Type, expected: str, found: str) -> float:
    return float(levenshtein(expected, found))


def _items(type_: Type, expected: list[Any], found: list[Any]) -> float:
    """Errors item by item; each item too many or too few counts as much as a wrong one."""
    item = type_.types[0]
    pairs = zip(expected, found, strict=False)
    total = _total(grade(item, a, b) for a, b in pairs)
    return total + abs(len(expected) - len(found)) * _MISSING


def _parts(type_: Type, expected: tuple[Any, ...], found: tuple[Any, ...]) -> float:
    return _total(grade(t, a, b) for t, a, b in zip(type_.types, expected, found, strict=True))


def _entries(type_: Type, expected: dict[Any, Any], found: dict[Any, Any]) -> float:
    _, value_type = entry_types(type_)
    shared = [k for k in expected if k in found]
    total = _total(grade(value_type, expected[k], found[k]) for k in shared)
    return total + (len(expected) + len(found) - 2 * len(shared)) * _MISSING


def _total(errors: Iterable[float]) -> float:
    """The sum, added up in order as the VM does it (`sum` and `fsum` round in other places)."""
    total = 0.0
    for error in errors:
        total += error
    return total


def _numbers(_: Type, expected: Any, found: Any) -> float:
    """The mean difference of two tensors' items."""
    pairs = zip(numbers_of(expected), numbers_of(found), strict=True)
    gaps = [_difference(FLOAT, a, b) for a, b in pairs]
    return math.fsum(gaps) / len(gaps) if gaps else 0.0


_MISSING = 10.0  # an item or entry that is missing, or one too many

_GRADES: dict[str, Callable[[Type, Any, Any], float]] = {
    "int": _difference,
    "float": _difference,
    "bool": _unequal,
    "choice": _unequal,
    "str": _edits,
    "list": _items,
    "tuple": _parts,
    "dict": _entries,
    "graph": _entries,
    "memory": _entries,
    "tensor": _numbers,
}


def levenshtein(left: Sequence[Hashable], right: Sequence[Hashable]) -> int:
    """The least number of items to insert, delete or replace to make `left` `right`.

    The items of a text are its characters; those of a list must be hashable. Bit-parallel (Myers
    1999, in Hyyro's form of 2003): a few operations on words of many bits an item of `right`.

    >>> levenshtein("kitten", "sitting")
    3
    """
    if not left or not right:
        return len(left) + len(right)
    places: dict[Hashable, int] = {}
    for position, char in enumerate(left):
        places[char] = places.get(char, 0) | 1 << position
    mask, last = (1 << len(left)) - 1, 1 << (len(left) - 1)
    plus, minus, score = mask, 0, len(left)
    for char in right:
        match = places.get(char, 0)
        diagonal = (((match & plus) + plus) ^ plus) | match | minus
        horizontal_plus = minus | (~(diagonal | plus) & mask)
        horizontal_minus = diagonal & plus
        if horizontal_plus & last:
            score += 1
        elif horizontal_minus & last:
            score -= 1
        horizontal_plus = (horizontal_plus << 1 | 1) & mask
        horizontal_minus = (horizontal_minus << 1) & mask
        plus = horizontal_minus | (~(diagonal | horizontal_plus) & mask)
        minus = horizontal_plus & diagonal
    return score


# ---------------------------------------------------------------------------------- metrics


def score(metric: str | Metric, expected: Sequence[Value], evaluation: Evaluation) -> float:
    """What the metric says of an evaluation: a name in `MEASURES`, or a function of one's own.

    Raises TaskError for a metric of numbers where outputs are none.
    """
    if callable(metric):
        return float(metric(expected, evaluation.outputs))
    return MEASURES[metric](expected, evaluation)


def _accuracy(_: Sequence[Value], evaluation: Evaluation) -> float:
    return evaluation.passed / max(1, evaluation.total)


def _macro_f1(expected: Sequence[Value], evaluation: Evaluation) -> float:
    """The mean over the outputs that occur of the harmonic mean of precision and recall."""
    wanted = [identity_key(value) for value in expected]
    found = [None if isinstance(o, Failure) else identity_key(o) for o in evaluation.outputs]
    scores = []
    for label in dict.fromkeys(wanted):
        right = sum(w == f == label for w, f in zip(wanted, found, strict=True))
        scores.append(2 * right / (wanted.count(label) + found.count(label)))
    return math.fsum(scores) / max(1, len(scores))


def _differences(expected: Sequence[Value], evaluation: Evaluation) -> list[float]:
    """Expected less found; inf for a failure."""
    made = []
    for wanted, got in zip(expected, evaluation.outputs, strict=True):
        if isinstance(wanted, bool) or not isinstance(wanted, int | float):
            raise TaskError(
                f"metric: errors are of outputs that are numbers, found {show(wanted)}; "
                'take "accuracy", "macro_f1" or a function of your own'
            )
        made.append(math.inf if isinstance(got, Failure) else float(wanted) - float(got))
    return made


def _mean_absolute_error(expected: Sequence[Value], evaluation: Evaluation) -> float:
    off = _differences(expected, evaluation)
    return _total([abs(x) for x in off]) / max(1, len(off))


def _root_mean_squared_error(expected: Sequence[Value], evaluation: Evaluation) -> float:
    off = _differences(expected, evaluation)
    return math.sqrt(_total([x * x for x in off]) / max(1, len(off)))


def _r_squared(expected: Sequence[Value], evaluation: Evaluation) -> float:
    """1 less the squared error's share of that of the mean, which so scores 0."""
    off = _differences(expected, evaluation)
    mean = math.fsum(expected) / max(1, len(expected))
    spread = math.fsum((x - mean) ** 2 for x in expected)
    return 1 - _total([x * x for x in off]) / spread if spread else math.nan


MEASURES: Mapping[str, Callable[[Sequence[Value], Evaluation], float]] = MappingProxyType(
    {
        "accuracy": _accuracy,
        "macro_f1": _macro_f1,
        "mean_absolute_error": _mean_absolute_error,
        "root_mean_squared_error": _root_mean_squared_error,
        "r_squared": _r_squared,
    }
)
