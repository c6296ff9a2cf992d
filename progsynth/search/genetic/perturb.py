"""Constants that are a little different: what is mined is often near what is needed, not on it.

Ints change by a small step, in sign or in scale, floats by a Gaussian step in proportion to their
size (as ephemeral constants are perturbed in symbolic regression; Schmidt and Lipson 2009), texts
by one character or one mined text. The new constant is a rule like those that were mined, made
once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from random import Random

from progsynth.lang.types import FLOAT, INT, STR, Type
from progsynth.search.genetic.grammar import Grammar, Rule

_LEAST, _MOST = -(2**63), 2**63 - 1
_STEPS = (1, 1, 1, 2, 5, 10)
_SHARE = 0.1  # of a float, that its step has for a standard deviation
_FLOOR = 0.1  # and what it has at least
_LONGEST = 64  # characters of a text

Scalar = int | float | str


def perturbed(rule: Rule, grammar: Grammar, rng: Random) -> Rule | None:
    """The rule of another constant near that one; None for those that have none near, or where
    the pack's constants are all that there are."""
    if grammar.fixed:
        return None
    change = _CHANGES.get(grammar.types[rule.result])
    if change is None:
        return None
    found = change(rule.detail, grammar, rule.result, rng)
    if type(found) is type(rule.detail) and repr(found) == repr(rule.detail):
        return None
    return constant_rule(grammar, rule.result, found)


def constant_rule(grammar: Grammar, type_: int, value: Scalar) -> Rule:
    """The rule of a constant: the one that was mined, or one that is made once."""
    known: dict[str, Rule] | None = grammar.memo.get(("constants", type_))
    if known is None:
        mined = (rule for rule in grammar.leaves[type_] if rule.kind == "constant")
        known = grammar.memo["constants", type_] = {repr(rule.detail): rule for rule in mined}
    found = known.get(repr(value))
    if found is None:
        found = known[repr(value)] = Rule("constant", type_, detail=value)
    return found


def _int(value: int, grammar: Grammar, type_: int, rng: Random) -> int:
    draw = rng.random()
    if draw < 0.7:
        found = value + rng.choice(_STEPS) * rng.choice((-1, 1))
    elif draw < 0.8:
        found = -value
    elif draw < 0.9:
        found = value * rng.choice((2, 10))
    else:
        found = value // rng.choice((2, 10))
    return min(max(found, _LEAST), _MOST)


def _float(value: float, grammar: Grammar, type_: int, rng: Random) -> float:
    step = rng.gauss(0.0, max(_FLOOR, _SHARE * abs(value)))
    return value + step if math.isfinite(value) else step


def _text(value: str, grammar: Grammar, type_: int, rng: Random) -> str:
    """A character more, less or another one, or a mined text behind it."""
    place = rng.randrange(len(value) + 1)
    new = rng.choice(_characters(grammar, type_))
    match rng.randrange(4):
        case 0:
            return (value[:place] + new + value[place:])[:_LONGEST]
        case 1:
            return value[:place] + value[place + 1 :]
        case 2:
            return value[:place] + new + value[place + 1 :] if place < len(value) else new
        case _:
            return (value + rng.choice(_texts(grammar, type_)))[:_LONGEST]


def _texts(grammar: Grammar, type_: int) -> Sequence[str]:
    """The mined texts, and an empty one."""
    return ["", *(rule.detail for rule in grammar.leaves[type_] if rule.kind == "constant")]


def _characters(grammar: Grammar, type_: int) -> Sequence[str]:
    """The characters of the mined texts."""
    return sorted(set("".join(_texts(grammar, type_)))) or [" "]


_CHANGES: Mapping[Type, Callable[..., Scalar]] = {INT: _int, FLOAT: _float, STR: _text}
