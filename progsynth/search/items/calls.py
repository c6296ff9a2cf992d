"""The calls that treat each item of their lists by itself, and how they are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from progsynth.lang.primitive import DSL, signature_of
from progsynth.lang.term import Call, Term, const
from progsynth.lang.types import BOOL, INT, STR, Type, match, parse_signature

TEXT, SUM, COUNT, MAP = "text", "sum", "count", "map"

_SIGNATURES = {
    "chars": "(s: str) -> list[str]",
    "join": "(sep: str, parts: list[str]) -> str",
    "map": "(f: (a) -> b, xs: list[a]) -> list[b]",
    "map_chars": "(f: (str) -> str, s: str) -> str",
    "zip_with": "(f: (a, b) -> c, xs: list[a], ys: list[b]) -> list[c]",
    "sum_by": "(f: (a) -> int, xs: list[a]) -> int",
    "sum.int": "(xs: list[int]) -> int",
    "count_if": "(f: (a) -> bool, xs: list[a]) -> int",
    "item.list": "(xs: list[a], i: int) -> a",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A call of a lambda over so many lists: what its lambda gives, None for any type, and how
    its term is made of the lambda and the lists; `cost` is that of the call alone."""

    kind: str
    num_lists: int
    body: Type | None
    cost: int
    make: Callable[[Term, Sequence[Term]], Term]


def shapes(dsl: DSL, *, texts: bool = True) -> tuple[Shape, ...]:
    """Those that a language can say; with `texts` it has the empty text."""
    has = {name for name, text in _SIGNATURES.items() if _is(dsl, name, text)}
    if not texts:
        has.discard("join")

    def mapped(lambda_: Term, lists: Sequence[Term]) -> Term:
        return Call("map", (lambda_, *lists))

    def zipped(lambda_: Term, lists: Sequence[Term]) -> Term:
        return Call("zip_with", (lambda_, *lists))

    def text(lambda_: Term, lists: Sequence[Term]) -> Term:
        source = lists[0]
        if "map_chars" in has and isinstance(source, Call) and source.name == "chars":
            return Call("map_chars", (lambda_, *source.args))
        return Call("join", (const(""), mapped(lambda_, lists)))

    found: list[tuple[set[str], Shape]] = [
        ({"map"}, Shape(MAP, 1, None, 1, mapped)),
        ({"join", "map"}, Shape(TEXT, 1, STR, 2, text)),
        (
            {"join", "zip_with"},
            Shape(TEXT, 2, STR, 3, lambda f, xs: Call("join", (const(""), zipped(f, xs)))),
        ),
        ({"count_if"}, Shape(COUNT, 1, BOOL, 1, lambda f, xs: Call("count_if", (f, *xs)))),
        ({"sum_by"}, Shape(SUM, 1, INT, 1, lambda f, xs: Call("sum_by", (f, *xs)))),
        (
            {"sum.int", "zip_with"},
            Shape(SUM, 2, INT, 2, lambda f, xs: Call("sum.int", (zipped(f, xs),))),
        ),
    ]
    return tuple(shape for needed, shape in found if needed <= has)


def has_parts(dsl: DSL) -> bool:
    """Can a language take an item out of a list?"""
    return _is(dsl, "item.list", _SIGNATURES["item.list"])


def part_of(item: Term, place: int) -> Term:
    """The item at that place of an item that is a list."""
    return Call("item.list", (item, const(place)))


def _is(dsl: DSL, name: str, text: str) -> bool:
    """Is there a function of that name and signature, or of a more general one?"""
    if name not in dsl:
        return False
    wanted, found = parse_signature(text), signature_of(dsl[name])
    return match(found.type, wanted.type) is not None
