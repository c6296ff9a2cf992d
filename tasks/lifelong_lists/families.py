"""The families, in the order of the suite: each is short in terms of those before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..lists.draw import Draw, Family, a_list, reaching
from .parts import CHANGES, QUESTIONS, Part

LISTS, ITEM = "list[int] -> list[int]", "list[int] -> int"

_ANY, _ONE = a_list(), a_list(1)

# What is done with the items of which a question is true, `good`, beside all of them, `xs`.
_WITH_GOOD: tuple[tuple[str, str, Callable[[list[int], list[int]], Any]], ...] = (
    ("keep those {}", LISTS, lambda xs, good: good),
    ("leave out those {}", LISTS, lambda xs, good: [x for x in xs if x not in good]),
    ("how many are {}", ITEM, lambda xs, good: len(good)),
    ("sum of those {}", ITEM, lambda xs, good: sum(good)),
    ("those {} first", LISTS, lambda xs, good: good + [x for x in xs if x not in good]),
    ("first of those {}, or 0", ITEM, lambda xs, good: good[0] if good else 0),
)
# And with changed items, `ys`.
_WITH_CHANGED: tuple[tuple[str, str, Callable[[list[int], list[int]], Any]], ...] = (
    ("each {}", LISTS, lambda xs, ys: ys),
    ("sum of each {}", ITEM, lambda xs, ys: sum(ys)),
    ("backwards and each {}", LISTS, lambda xs, ys: ys[::-1]),
    ("the list and then each {}", LISTS, lambda xs, ys: xs + ys),
)
# Changes with their settings, each with a question and its setting, so that it is one: multiples
# of 3 are no question to 3 * x.
_AFTER = (
    (0, (1, 2, 4), 0, 9),
    (1, (2, 3, 5), 0, 20),
    (2, (7, 8, 9), 0, 3),
    (0, (1, 2, 4), 2, 3),
    (1, (2, 5), 2, 3),
    (2, (4,), 2, 3),
)
_THEN = (("keep those", LISTS, list), ("sum of those", ITEM, sum))


def _settings(part: Part) -> tuple[tuple[int, ...], ...]:
    return tuple((k,) for k in part.settings)


def _asking(part: Part, does: Callable[[list[int], list[int]], Any]) -> Callable[..., Any]:
    return lambda xs, k: does(xs, [x for x in xs if part.answer(x, k)])


def _changing(part: Part, does: Callable[[list[int], list[int]], Any]) -> Callable[..., Any]:
    return lambda xs, k: does(xs, [part.answer(x, k) for x in xs])


def _both(change: Part, question: Part, bound: int, does: Callable[..., Any]) -> Any:
    def answer(xs: list[int], k: int) -> Any:
        changed = [change.answer(x, k) for x in xs]
        return does([y for y in changed if question.answer(y, bound)])

    return answer


def of_changes() -> Iterator[Family]:
    """Each item is changed, and then something is done with the list."""
    for name, request, does in _WITH_CHANGED:
        for part in CHANGES:
            answer = _changing(part, does)
            yield Family(name.format(part.name), request, answer, _ANY, _settings(part))


def of_questions() -> Iterator[Family]:
    """Something is done with the items of which a question is true."""
    for name, request, does in _WITH_GOOD:
        for part in QUESTIONS:
            answer = _asking(part, does)
            yield Family(name.format(part.name), request, answer, _ANY, _settings(part))


def of_both() -> Iterator[Family]:
    """Items are changed, and asked about after that."""
    for verb, request, does in _THEN:
        for number, settings, asked, bound in _AFTER:
            change, question = CHANGES[number], QUESTIONS[asked]
            name = f"{verb} {question.name.format(bound)} of each {change.name}"
            answer = _both(change, question, bound, does)
            yield Family(name, request, answer, _ANY, tuple((k,) for k in settings))


def _family(
    name: str, request: str, answer: Callable[..., Any], draw: Draw, *settings: int
) -> Family:
    return Family(name, request, answer, draw, tuple((k,) for k in settings) or ((),))


WHOLE = (
    _family("sum", ITEM, sum, _ANY),
    _family("backwards", LISTS, lambda xs: xs[::-1], _ANY),
    _family("last", ITEM, lambda xs: xs[-1], _ONE),
    _family("largest", ITEM, max, _ONE),
    _family("each item twice", LISTS, lambda xs: [x for x in xs for _ in "ab"], _ANY),
    _family("as many zeros", LISTS, lambda xs: [0] * len(xs), _ANY),
    _family("the list and its mirror", LISTS, lambda xs: xs + xs[::-1], _ANY),
    _family("the list and its sum", LISTS, lambda xs: [*xs, sum(xs)], _ANY),
    _family("square of the sum", ITEM, lambda xs: sum(xs) ** 2, _ANY),
    _family("sum and the first again", ITEM, lambda xs: sum(xs) + xs[0], _ONE),
    _family("sum of squares", ITEM, lambda xs: sum(x * x for x in xs), _ANY),
    _family("first and last", LISTS, lambda xs: [xs[0], xs[-1]], _ONE),
)
PLACES = (
    _family("{} at the front", LISTS, lambda xs, k: [k, *xs], _ANY, 0, 3, 7),
    _family("{} at the end", LISTS, lambda xs, k: [*xs, k], _ANY, 0, 3, 7),
    _family("without the first {}", LISTS, lambda xs, k: xs[k:], reaching(0), 1, 2, 3),
    _family("the first {}", LISTS, lambda xs, k: xs[:k], reaching(0), 2, 3, 4),
    _family("all but the last {}", LISTS, lambda xs, k: xs[:-k], reaching(0), 1, 2, 3),
    _family("number {} from the end", ITEM, lambda xs, k: xs[-k], reaching(0), 2, 3, 4),
    _family("{} times over", LISTS, lambda xs, k: xs * k, _ANY, 2, 3),
)

FAMILIES = (*of_changes(), *WHOLE, *of_questions(), *PLACES, *of_both())
