"""Small languages whose programs can all be listed."""

from __future__ import annotations

from collections.abc import Iterator

from progsynth.grammar.rules import Place, Rules, Step
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Function, Program, Term
from progsynth.lang.types import INT, parse_type
from progsynth.registry import pack
from progsynth.search.space import Constant
from progsynth.search.typed_rules import make_rules

ONE = Constant(1, INT, 1)

# name: primitives, request
FRAGMENTS = {
    "arithmetic": (["add.int", "neg.int"], "(int, int) -> int"),
    "booleans": (["not", "lt"], "(int, bool) -> bool"),
    "lists": (["append", "len.list", "reverse.list"], "(list[int]) -> list[int]"),
    "functions": (["map", "fold", "add.int"], "(list[int], int) -> list[int]"),
    "pairs": (["neg.int"], "(tuple[int, bool]) -> tuple[int, bool]"),
}


def fragment(name: str, *, max_lets: int = 1) -> tuple[Rules, DSL]:
    names, text = FRAGMENTS[name]
    dsl = DSL("fragment", {n: pack().primitives[n] for n in names}, {}, {})
    *params, result = parse_type(text).types
    return make_rules(dsl, tuple(params), result, [ONE], max_lets=max_lets), dsl


def program_of(term: Term, rules: Rules) -> Program:
    names = tuple(f"x{n}" for n in range(len(rules.params)))
    return Program((Function("f", names, rules.params, rules.result, term),))


def derivations(rules: Rules, size: int) -> list[tuple[Step, ...]]:
    """All derivations of at most so many rules, made in the most obvious way."""

    def ways(place: Place, room: int) -> Iterator[tuple[Step, ...]]:
        for rule in rules.at(place) if room > 0 else ():
            inner = rules.places_in(place, rule)
            yield from (((place, rule), *steps) for steps in several(inner, room - 1))

    def several(places: tuple[Place, ...], room: int) -> Iterator[tuple[Step, ...]]:
        if not places:
            yield ()
            return
        for first in ways(places[0], room - len(places) + 1):
            for rest in several(places[1:], room - len(first)):
                yield (*first, *rest)

    return list(ways(rules.root, size))
