"""Random types and values, for tests: mostly ordinary, and every edge case now and then.

Everything is drawn from the generator given, so that a seed names the same values everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from progsynth.lang.types import (
    SCALARS,
    Type,
    dict_of,
    has_class,
    list_of,
    tuple_of,
)
from progsynth.lang.values import INT_MAX, INT_MIN, Value, entry_types

EDGE_SHARE = 0.04  # of the scalars drawn are one of the edge cases below

EDGE_INTS = (
    *(INT_MAX, INT_MIN, INT_MAX - 1, INT_MIN + 1, 2**62, -(2**62), 3037000500, 2**32, 2**31),
    *(-(2**31), 2**53 + 1, 10**9, 65536, 1114111, 255, 128, -128, 64, 63, -1),
)
EDGE_FLOATS = (
    *(float("nan"), float("inf"), float("-inf"), -0.0, 1e308, -1e308, 5e-324, 2.0**63, -(2.0**63)),
    *(2.0**53 + 2.0, 1e16, 1e15, 123456789.125, 1e-5, 0.1, 2.5, -2.5),
)
EDGE_STRINGS = (
    *("", "\x00", "é", "ß", "İ", "日本語", "😀a", "a\u0301", "\t\n x \r", "\u00a0", "٣", "x" * 200),
    *("abc" * 30, "'\"\\", "1_000", "+5", "1e400", "nan", "-inf", "9223372036854775808", "{}%s"),
)
_INTS = (*range(4), *range(4), -1, -2, *range(10))
_FLOATS = (0.0, 1.0, 2.0, 0.5, -1.5, 3.25, 10.0, -2.0)
_WORDS = ("a", "b", "ab", "abc", "Hello", "x y", "one two  three", "a,b,c", " pad ", "A1b2", "aXbX")
_NUMERALS = ("0", "7", "12", "-3", "3.5", "1e3")


def random_int(rng: Random) -> int:
    """A small integer mostly, and one that breaks things now and then."""
    if rng.random() < EDGE_SHARE:
        return rng.choice(EDGE_INTS)
    return rng.choice(_INTS) if rng.random() < 0.8 else rng.randint(-100, 100)


def random_float(rng: Random) -> float:
    """A float with few digits mostly; NaN, infinities and signed zeros now and then."""
    if rng.random() < 2 * EDGE_SHARE:
        return rng.choice(EDGE_FLOATS)
    return rng.choice(_FLOATS) if rng.random() < 0.8 else round(rng.uniform(-100, 100), 3)


def random_text(rng: Random) -> str:
    """A short text: words, numerals, and now and then empty, long or far from ASCII."""
    draw = rng.random()
    if draw < 2 * EDGE_SHARE:
        return rng.choice(EDGE_STRINGS)
    if draw < 0.3:
        return rng.choice(_NUMERALS)
    if draw < 0.9:
        return rng.choice(_WORDS)
    return "".join(rng.choice("abcxyz ,01AB") for _ in range(rng.randint(1, 8)))


def random_length(rng: Random) -> int:
    """A length for a list or a dict: few items, sometimes none, rarely many."""
    draw = rng.random()
    if draw < 0.08:
        return 0
    return rng.randint(1, 5) if draw < 0.97 else rng.randint(30, 100)


def random_value(rng: Random, type_: Type) -> Value:
    """A value of the type, which has no variables."""
    name = type_.name
    if name == "int":
        return random_int(rng)
    if name == "float":
        return random_float(rng)
    if name == "bool":
        return rng.random() < 0.5
    if name == "str":
        return random_text(rng)
    if name == "choice":
        return rng.randrange(_number(type_.args[0]))
    if name == "list":
        return [random_value(rng, type_.types[0]) for _ in range(random_length(rng))]
    if name == "tuple":
        return tuple(random_value(rng, part) for part in type_.types)
    if name == "graph":
        return _random_graph(rng, type_.types[0])
    assert name in ("dict", "memory"), f"no values of {type_} are made here"
    key, item = entry_types(type_)
    length = min(random_length(rng), 8)
    return {random_value(rng, key): random_value(rng, item) for _ in range(length)}


def _random_graph(rng: Random, node: Type) -> Value:
    # Every node that an edge leads to has an entry of its own, as in graphs made by programs.
    nodes = list({random_value(rng, node): None for _ in range(rng.randint(0, 5))})
    weights = (1.0, 1.0, 2.0, 0.5, 0.0)
    return {
        here: {there: rng.choice(weights) for there in nodes if rng.random() < 0.4}
        for here in nodes
    }


def _number(arg: Type | int) -> int:
    assert isinstance(arg, int)
    return arg


# --------------------------------------------------------------------------------- types


def random_type(rng: Random, heads: Sequence[str], depth: int = 2, cls: str = "") -> Type:
    """A type without variables, of the class `cls` ("" for any), nested at most `depth` deep.

    `heads` names the containers that may occur in it.
    """
    while True:
        found = _draw_type(rng, heads, depth)
        if not cls or has_class(found, cls):
            return found


def _draw_type(rng: Random, heads: Sequence[str], depth: int) -> Type:
    if depth <= 0 or rng.random() < 0.55 or not heads:
        return rng.choices(SCALARS, (5, 2, 2, 3))[0]
    weights = [_HEAD_WEIGHTS[head] for head in heads]
    head = rng.choices(heads, weights)[0]
    if head == "list":
        return list_of(_draw_type(rng, heads, depth - 1))
    if head == "tuple":
        return tuple_of(*(_draw_type(rng, heads, depth - 1) for _ in range(rng.randint(1, 3))))
    if head == "memory":
        return Type("memory", (_draw_type(rng, heads, depth - 1),))
    key = random_type(rng, ("tuple",), min(depth - 1, 1), "hashable")
    if head == "graph":
        return Type("graph", (key,))
    return dict_of(key, _draw_type(rng, heads, depth - 1))


_HEAD_WEIGHTS = {"list": 8, "tuple": 3, "dict": 4, "graph": 1, "memory": 1}
CONTAINERS = tuple(_HEAD_WEIGHTS)
