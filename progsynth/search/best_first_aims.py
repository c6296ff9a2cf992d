"""What a hole has to give, as far as the parts already closed and the expected outputs say.

An aim says on which examples the hole's value is needed whatever else comes (a part that fails
on one of these makes the program fail there), and what it has to be where that is known: the
expected output at the root, what is left of it in the branches of an `if` whose condition is
closed, the items of a tuple or list, the sides of `and` and `or`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth.grammar.rules import Rule
from progsynth.search.best_first_values import Closed, Values
from progsynth.search.kernels import FAIL


class AnyValue:
    """The mark of an example on which any value will do: the one `ANY`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ANY"


ANY = AnyValue()


@dataclass(frozen=True, slots=True)
class Aim:
    """The examples on which the value is needed, as bits, and what it has to be, if known."""

    needed: int
    wanted: Values | None


NOTHING = Aim(0, None)


def aim_of_argument(rule: Rule, number: int, aim: Aim, done: Sequence[Closed]) -> Aim | None:
    """The aim of a rule's argument, where the whole has `aim` and those before it are closed.

    None where nothing that could stand there would make the program right.
    """
    if aim is NOTHING or rule.args[number].is_lambda:
        return NOTHING
    if rule.kind == "list" and not _has_length(aim, len(rule.args)):
        return None
    return _AIMS.get(rule.kind, _plain)(number, aim, done)


def _has_length(aim: Aim, count: int) -> bool:
    wanted = aim.wanted or ()
    return all(value is ANY or len(value) == count for value in wanted)


def _plain(number: int, aim: Aim, done: Sequence[Closed]) -> Aim:
    return Aim(aim.needed, None)


def _let(number: int, aim: Aim, done: Sequence[Closed]) -> Aim:
    return aim if number else Aim(aim.needed, None)


def _if(number: int, aim: Aim, done: Sequence[Closed]) -> Aim:
    return _where(done[0], number == 1, aim) if number else Aim(aim.needed, None)


def _and(number: int, aim: Aim, done: Sequence[Closed]) -> Aim:
    return _where(done[0], True, aim) if number else _side(aim, True)


def _or(number: int, aim: Aim, done: Sequence[Closed]) -> Aim:
    return _where(done[0], False, aim) if number else _side(aim, False)


def _side(aim: Aim, value: bool) -> Aim:
    """The left side has to be `value` where the whole has to."""
    if aim.wanted is None:
        return aim
    return Aim(aim.needed, tuple([w if w is value else ANY for w in aim.wanted]))


def _where(condition: Closed, value: bool, aim: Aim) -> Aim:
    """The aim on the examples on which the condition has that value."""
    if condition.row is None:
        return NOTHING
    chosen = [found is value for found in condition.row]
    needed = aim.needed & sum(1 << place for place, here in enumerate(chosen) if here)
    if aim.wanted is None:
        return Aim(needed, None)
    wanted = [w if here else ANY for w, here in zip(aim.wanted, chosen, strict=True)]
    return Aim(needed, tuple(wanted))


def _items(number: int, aim: Aim, done: Sequence[Closed]) -> Aim:
    if aim.wanted is None:
        return Aim(aim.needed, None)
    return Aim(aim.needed, tuple([w if w is ANY else w[number] for w in aim.wanted]))


_AIMS: dict[str, Callable[[int, Aim, Sequence[Closed]], Aim]] = {
    "let": _let,
    "if": _if,
    "and": _and,
    "or": _or,
    "tuple": _items,
    "list": _items,
}


def meets(part: Closed, aim: Aim, misses: int, same: Callable[[Any, Any], bool]) -> bool:
    """May the part stand there? `misses` examples may go wrong, `same` compares values."""
    if part.row is None:
        return True
    if (part.fails & aim.needed).bit_count() > misses:
        return False
    if aim.wanted is None:
        return True
    for value, wanted in zip(part.row, aim.wanted, strict=True):
        if wanted is not ANY and (value is FAIL or not same(value, wanted)):
            return False
    return True
