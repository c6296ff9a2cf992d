"""What productions do, as far as they can be undone: known by trying, whatever a pack calls them.

An operation is known by what it gives on a few arguments. Should one be taken for another all
the same, nothing is lost but time: what is put together is run like any other candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth.lang.primitive import DSL, Primitive
from progsynth.lang.types import FLOAT, INT, STR, Type
from progsynth.lang.values import INT_MAX, INT_MIN
from progsynth.search.kernels import FAILURES
from progsynth.search.space import Production


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation on two numbers, undone from its result and one argument.

    `other(result, given)` is the other argument, None where there is none; `given` is the left
    argument if `given_left`. Of a slice the result is said with the sequence that it is cut from.
    """

    name: str
    given_left: bool
    other: Callable[[Any, int], int | None]


def _within(number: int) -> int | None:
    return number if INT_MIN <= number <= INT_MAX else None


def _quotient(result: int, given: int) -> int | None:
    return result // given if given and result % given == 0 else None


# What an operation gives on these pairs of numbers tells it from others.
_PAIRS = ((7, 3), (-4, 9), (12, -5), (0, 6), (2, 2))
UNDONE = (
    Operation("add", True, lambda r, a: _within(r - a)),
    Operation("subtract", True, lambda r, a: _within(a - r)),
    Operation("subtract", False, lambda r, b: _within(r + b)),
    Operation("multiply", True, _quotient),
)
_NUMERIC: tuple[tuple[Callable[[int, int], int], tuple[Operation, ...]], ...] = (
    (lambda a, b: a + b, UNDONE[:1]),
    (lambda a, b: a - b, UNDONE[1:3]),
    (lambda a, b: a * b, UNDONE[3:]),
)


def _stop(cut: tuple[Any, Any], start: int) -> int | None:
    """Where a slice of the sequence that begins there has to stop to be the result."""
    whole, result = cut
    first = start + len(whole) if start < 0 else start
    stop = first + len(result)
    return stop if 0 <= first and whole[first:stop] == result else None


def _stop_from_end(cut: tuple[Any, Any], start: int) -> int | None:
    """The same, counted from the end; None where that is the end itself."""
    stop = _stop(cut, start)
    return None if stop is None else stop - len(cut[0]) or None


SLICES = (Operation("slice", True, _stop), Operation("slice from the end", True, _stop_from_end))


def operations(dsl: DSL, production: Production) -> tuple[Operation, ...]:
    """How to undo an operation on two numbers; empty for all else."""
    if [a.type for a in production.args] != [INT, INT]:
        return ()
    fn = _function(dsl, production)
    for plain, found in _NUMERIC:
        if fn is not None and _agrees(fn, plain, _PAIRS):
            return found
    return ()


def is_concatenation(dsl: DSL, production: Production, type_: Type) -> bool:
    """Does it put two texts, or two lists, of the type one after the other?"""
    if [a.type for a in production.args] != [type_, type_]:
        return False
    pairs = (("ab", "c"), ("", "b"), ("b", "")) if type_ == STR else (([1, 2], [3]), ([], [1]))
    fn = _function(dsl, production)
    return fn is not None and _agrees(fn, lambda a, b: a + b, pairs)


def is_slice(dsl: DSL, production: Production, type_: Type) -> bool:
    """Does it cut a piece from a text, or a list, of the type between two positions?"""
    if [a.type for a in production.args] != [type_, INT, INT]:
        return False
    whole: Any = "abcdef" if type_ == STR else [1, 2, 3, 4, 5, 6]
    fn = _function(dsl, production)
    tries = ((whole, 1, 4), (whole, -3, 6), (whole, 2, -1))
    return fn is not None and _agrees(fn, lambda s, i, j: s[i:j], tries)


def is_less(dsl: DSL, production: Production) -> bool:
    """Is it the question whether one number is less than another?"""
    types = [a.type for a in production.args]
    fn = _function(dsl, production) if types in ([INT, INT], [FLOAT, FLOAT]) else None
    return fn is not None and _agrees(fn, lambda a, b: a < b, _PAIRS)


@dataclass(frozen=True, slots=True)
class Undoing:
    """How the arguments of a call follow from its result: None where it cannot be the result."""

    name: str
    types: Callable[[Sequence[Type], Type], bool]  # of the arguments and the result
    plain: Callable[..., Any]
    tries: tuple[tuple[Any, ...], ...]
    arguments: Callable[[Any], tuple[Any, ...] | None]


def _last(xs: list[Any]) -> tuple[Any, ...] | None:
    return (xs[:-1], xs[-1]) if xs else None


def _number(text: str) -> tuple[int, ...] | None:
    digits = text.removeprefix("-")
    plain = digits.isascii() and digits.isdigit() and len(digits) < _LONG
    return (int(text),) if plain and str(int(text)) == text else None


def _whole(number: float) -> tuple[int, ...] | None:
    return (int(number),) if number == number and abs(number) < 2**53 and number % 1 == 0 else None


_LONG = 18
_KNOWN = (
    Undoing(
        "append",
        lambda args, result: result.name == "list" and list(args) == [result, result.types[0]],
        lambda xs, x: [*xs, x],
        (([1, 2], 3), ([], 1)),
        _last,
    ),
    Undoing(
        "reverse",
        lambda args, result: list(args) == [result] and result.name in ("list", "str"),
        lambda xs: xs[::-1],
        (([1, 2, 2, 3],), ("abc",)),
        lambda xs: (xs[::-1],),
    ),
    Undoing(
        "negate",
        lambda args, result: list(args) == [result] == [INT],
        lambda n: -n,
        ((3,), (0,), (-2,)),
        lambda n: (-n,),
    ),
    Undoing(
        "write",
        lambda args, result: list(args) == [INT] and result == STR,
        str,
        ((30,), (0,), (-2,)),
        _number,
    ),
    Undoing(
        "real",
        lambda args, result: list(args) == [INT] and result == FLOAT,
        float,
        ((3,), (-2,)),
        _whole,
    ),
)


def undoing(dsl: DSL, production: Production, result: Type) -> Undoing | None:
    """How to undo a call from its result alone, where that can be done."""
    types = [a.type for a in production.args]
    for one in _KNOWN:
        if one.types(types, result):
            fn = _function(dsl, production)
            tries = [t for t in one.tries if _fits(t[0], types[0])]
            if fn is not None and tries and _agrees(fn, one.plain, tries):
                return one
    return None


def is_join(dsl: DSL, production: Production) -> bool:
    """Does it put a separator between texts?"""
    types = [str(a.type) for a in production.args]
    fn = _function(dsl, production) if types == ["str", "list[str]"] else None
    return fn is not None and _agrees(fn, lambda s, parts: s.join(parts), ((", ", ["a", "b"]),))


def _fits(value: Any, type_: Type) -> bool:
    return isinstance(value, str) == (type_ == STR)


def _function(dsl: DSL, production: Production) -> Callable[..., Any] | None:
    callee = dsl[production.detail] if production.kind == "call" else None
    return callee.fn if isinstance(callee, Primitive) and not callee.user else None


def _agrees(
    fn: Callable[..., Any], plain: Callable[..., Any], tries: Sequence[tuple[Any, ...]]
) -> bool:
    """Does the function give on these arguments what the plain one does?"""
    for args in tries:
        try:
            given = fn(*args)
        except FAILURES:
            return False
        expected = plain(*args)
        if type(given) is not type(expected) or given != expected:
            return False
    return True
