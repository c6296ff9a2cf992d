"""Functions of the prelude against Python's own, on random values."""

from __future__ import annotations

import itertools
import math
import operator
from collections import Counter
from collections.abc import Callable
from functools import reduce
from random import Random
from typing import Any

import pytest

from progsynth.lang.agreement.random_values import random_value
from progsynth.lang.failure import Failure, FailureKind
from progsynth.lang.interpret import run
from progsynth.lang.read import read_expression
from progsynth.lang.term import Function, Program
from progsynth.lang.types import parse_type
from progsynth.lang.values import INT_MAX, INT_MIN, identity_key
from progsynth.registry import pack

# The names that the expressions may use, with their types.
NAMES = {
    "n": "int",
    "k": "int",
    "x": "float",
    "p": "bool",
    "s": "str",
    "t": "str",
    "xs": "list[int]",
    "ys": "list[str]",
    "ps": "list[bool]",
    "rows": "list[list[int]]",
    "d": "dict[str, int]",
    "e": "dict[str, int]",
    "m": "memory[int]",
}
SMALL = {"n", "k"}
ROWS = 120


def first_if(f: Callable[[Any], bool], xs: Any) -> int:
    return next((i for i, x in enumerate(xs) if f(x)), -1)


def grouped(f: Callable[[Any], Any], xs: list[Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for x in xs:
        found.setdefault(f(x), []).append(x)
    return found


def removed(xs: list[Any], x: Any) -> list[Any]:
    rest = xs[:]
    rest.remove(x)
    return rest


def ascii_lower(s: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in s)


def ascii_upper(s: str) -> str:
    return "".join(c.upper() if c.isascii() else c for c in s)


LISTS = [
    ("is_empty(xs)", lambda xs: not xs),
    ("first(xs)", lambda xs: xs[0]),
    ("last(xs)", lambda xs: xs[-1]),
    ("tail(ys)", lambda ys: ys[1:]),
    ("init(ys)", lambda ys: ys[:-1]),
    ("take(xs, n)", lambda xs, n: list(itertools.islice(xs, max(n, 0)))),
    ("drop(xs, n)", lambda xs, n: list(itertools.islice(xs, max(n, 0), None))),
    ("find_if(lambda x: x % 2 == 1, xs)", lambda xs: first_if(lambda x: x % 2 == 1, xs)),
    ("find(xs, n)", lambda xs, n: xs.index(n) if n in xs else -1),
    ("take_while(lambda x: x < 5, xs)", lambda xs: [*itertools.takewhile(lambda x: x < 5, xs)]),
    ("drop_while(lambda x: x < 5, xs)", lambda xs: [*itertools.dropwhile(lambda x: x < 5, xs)]),
    ("remove(xs, n)", lambda xs, n: removed(xs, n)),
    (
        "partition(lambda x: x > 3, xs)",
        lambda xs: ([x for x in xs if x > 3], [x for x in xs if not x > 3]),
    ),
    ("chunks(xs, k)", lambda xs, k: [xs[i : i + k] for i in range(0, len(xs), k)]),
    ("windows(xs, 2)", lambda xs: [[a, b] for a, b in itertools.pairwise(xs)]),
    ("any(ps)", lambda ps: any(ps)),
    ("all(ps)", lambda ps: all(ps)),
    ("any(lambda x: x > 8, xs)", lambda xs: any(x > 8 for x in xs)),
    ("all(lambda x: x < 8, xs)", lambda xs: all(x < 8 for x in xs)),
    ("count_if(lambda x: x > 3, xs)", lambda xs: sum(x > 3 for x in xs)),
    ("is_sorted(xs)", lambda xs: xs == sorted(xs)),
    ("flat_map(lambda x: [x, -x], [1, k])", lambda k: [1, -1, k, -k]),
    (
        "zip_with(lambda x, y: y * x, [1, 2, 3], ys)",
        lambda ys: [y * x for x, y in zip([1, 2, 3], ys, strict=False)],
    ),
    (
        "scan(lambda a, x: max(a, x), k, xs)",
        lambda k, xs: [*itertools.accumulate(xs, max, initial=k)],
    ),
    ("accumulate(lambda a, x: max(a, x), xs)", lambda xs: [*itertools.accumulate(xs, max)]),
    ("min_by(lambda x: x % 3, xs)", lambda xs: [*min(enumerate(xs), key=lambda i: i[1] % 3)][1]),
    ("max_by(lambda x: x % 3, xs)", lambda xs: max(xs, key=lambda x: x % 3)),
    ("sum_by(lambda y: len(y), ys)", lambda ys: sum(map(len, ys))),
    ("group_by(lambda x: x % 3, xs)", lambda xs: grouped(lambda x: x % 3, xs)),
    (
        "runs(lambda x: x > 2, xs)",
        lambda xs: [list(g) for _, g in itertools.groupby(xs, lambda x: x > 2)],
    ),
    ("counts(xs)", lambda xs: dict(Counter(xs))),
    ("zip(xs, ys, ps)", lambda xs, ys, ps: list(zip(xs, ys, ps, strict=False))),
    ("transpose(rows)", lambda rows: [list(c) for c in zip(*rows, strict=False)]),
    ("reduce(lambda a, y: a + y, ys)", lambda ys: reduce(operator.add, ys)),
]
TEXT = [
    ("is_empty(s)", lambda s: s == ""),
    ("first(s)", lambda s: s[0]),
    ("last(s)", lambda s: s[-1]),
    ("tail(s)", lambda s: s[1:]),
    ("init(s)", lambda s: s[:-1]),
    ("take(s, n)", lambda s, n: "".join(itertools.islice(s, max(n, 0)))),
    ("drop(s, n)", lambda s, n: "".join(itertools.islice(s, max(n, 0), None))),
    ("str(p)", lambda p: str(p)),
    ('before(s, "a")', lambda s: s.partition("a")[0]),
    ("before(s, t)", lambda s, t: s.partition(t)[0] if t else ""),
    ('after(s, "a")', lambda s: s.partition("a")[2]),
    ("capitalize(s)", lambda s: ascii_upper(s[:1]) + ascii_lower(s[1:])),
    ('pad_left(s, n, "0")', lambda s, n: s.rjust(n, "0")),
    ('pad_right(s, n, ".")', lambda s, n: s.ljust(n, ".")),
    ("lines(join(chr(10), ys))", lambda ys: ascii_lines("\n".join(ys))),
    ("map_chars(lambda c: c + t, s)", lambda t, s: "".join(c + t for c in s)),
    ('filter_chars(lambda c: c != "a", s)', lambda s: s.replace("a", "")),
    ("sort(s)", lambda s: "".join(sorted(s))),
    ("unique(s)", lambda s: "".join(dict.fromkeys(s))),
]
TABLES = [
    ("is_empty(d)", lambda d: not d),
    ("update(d, s, lambda n: 7, 3)", lambda d, s: {**d, s: 7}),
    ("merge(d, e)", lambda d, e: d | e),
    ("map_values(lambda n: n > 2, d)", lambda d: {k: v > 2 for k, v in d.items()}),
    (
        "filter_items(lambda key, n: n > len(key), d)",
        lambda d: {k: v for k, v in d.items() if v > len(k)},
    ),
    ("invert(d)", lambda d: {v: k for k, v in d.items()}),
    ("recall(m, s, k)", lambda m, s, k: m.get(s, k)),
    ("remembers(m, s)", lambda m, s: s in m),
    ("contents(memorise(m, s, k))", lambda m, s, k: {**m, s: k}),
    ("contents(forget(m, s))", lambda m, s: {k: v for k, v in m.items() if k != s}),
]
NUMBERS = [
    ("sign(n)", lambda n: (n > 0) - (n < 0)),
    ("sign(x)", lambda x: math.copysign(1.0, x) if x != 0 and x == x else x),
    ("clamp(n, -2, 4)", lambda n: sorted([n, -2, 4])[1]),
    ("clamp(x, -0.5, 4.0)", lambda x: sorted([x, -0.5, 4.0])[1] if x == x else x),
    ("isqrt(n)", lambda n: math.isqrt(n)),
]


def ascii_lines(s: str) -> list[str]:
    parts = s.split("\n")
    return parts if parts[-1] else parts[:-1]


def value_or_failure(oracle: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    try:
        return oracle(*args)
    except (IndexError, KeyError, ValueError, TypeError, ZeroDivisionError):
        return Failure(FailureKind.DOMAIN)


@pytest.mark.parametrize(("text", "oracle"), LISTS + TEXT + TABLES + NUMBERS)
def test_it_means_what_python_says(text: str, oracle: Callable[..., Any]) -> None:
    rng = Random(text)
    names = oracle.__code__.co_varnames[: oracle.__code__.co_argcount]
    types = tuple(parse_type(NAMES[n]) for n in names)
    term, result = read_expression(text, pack(), params=names, types=types)
    program = Program((Function("main", names, types, result, term),))
    values = 0
    for _ in range(ROWS):
        args = tuple(
            rng.randint(-3, 9) if name in SMALL else random_value(rng, type_)
            for name, type_ in zip(names, types, strict=True)
        )
        found = run(program, args, pack())
        if found == Failure(FailureKind.OVERFLOW):  # Python's integers have no end
            continue
        wanted = value_or_failure(oracle, args)
        if isinstance(wanted, Failure):
            assert isinstance(found, Failure), args
            continue
        values += 1
        assert identity_key(found) == identity_key(wanted), args
    assert values >= ROWS // 8, "too few values compared"


@pytest.mark.parametrize(
    "n", [0, 1, 2, 3, 4, 2**53, 2**53 - 1, 3037000499**2, 3037000499**2 - 1, INT_MAX]
)
def test_isqrt_is_exact(n: int) -> None:
    term, result = read_expression("isqrt(n)", pack(), params=("n",), types=(parse_type("int"),))
    program = Program((Function("main", ("n",), (parse_type("int"),), result, term),))
    assert run(program, (n,), pack()) == math.isqrt(n)
    assert run(program, (INT_MIN,), pack()) == Failure(FailureKind.DOMAIN)


def test_every_function_of_the_prelude_is_compared() -> None:
    graphs = {n for n, f in pack().functions.items() if any(t.name == "graph" for t in f.types)}
    compared = {text.partition("(")[0] for text, _ in LISTS + TEXT + TABLES + NUMBERS}
    compared |= {"memorise", "forget", "lines"}
    rest = {n for n in pack().functions if n.partition(".")[0] not in compared} - graphs
    assert rest <= {"graph_from"}, "no test compares these"
