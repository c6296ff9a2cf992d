"""Questions to images of digits: what one shows, arithmetic, comparisons, lists of them.

Shapes: an IMAGE is a tensor [C=1, H, W] of values from 0 to 1, 8 x 8 or 28 x 28 by its source;
answers are computed from labels, whole numbers from 0 to 9, one for each image.
"""

from __future__ import annotations

import random
from collections import Counter

from .asked import Asked, Draw, Labels, counted, half, labels, some

LENGTHS = (1, 2, 3, 4, 5)
SORTED = (2, 3, 4)
IS_IT = (3, 7)
ADDED = (1, 2, 4, 15)  # digits of the numbers that are added
_IMAGE, _PAIR = "IMAGE -> int", "(IMAGE, IMAGE) -> "
_MANY = "list[IMAGE] -> "


def _number(digits: list[int]) -> int:
    return int("".join(map(str, digits)))


def _numbers(length: int) -> Draw:
    """Two numbers of so many digits; they may begin with 0."""
    one = some((length,))
    return lambda rng: (*one(rng), *one(rng))


def _one_most_common(rng: random.Random) -> Labels:
    """A list of three to five digits, one of which is there more often than any other."""
    while True:
        (found,) = some((3, 4, 5))(rng)
        numbers = sorted(Counter(found).values())
        if numbers[-1] > 1 and numbers[-1] not in numbers[:-1]:
            return (found,)


def _most_common(digits: list[int]) -> int:
    return Counter(digits).most_common(1)[0][0]


def _is(*wanted: int) -> Draw:
    return half(lambda digit: digit in wanted, labels(1))


_EACH = (
    Asked(
        name="recognise",
        request=_IMAGE,
        params="image",
        description="The digit that an image shows.",
        answer=lambda digit: digit,
        draw=labels(1),
    ),
    *(
        Asked(
            name=f"is it {k}",
            request="IMAGE -> bool",
            params="image",
            description=f"Does an image show a {k}?",
            answer=lambda digit, k=k: digit == k,
            draw=_is(k),
            neural=("seen(image: IMAGE) -> bool",),
        )
        for k in IS_IT
    ),
    Asked(
        name="not 3 or 4",
        request="IMAGE -> bool",
        params="image",
        description="Does an image show neither a 3 nor a 4?",
        answer=lambda digit: digit not in (3, 4),
        draw=_is(3, 4),
    ),
)
_ARITHMETIC = (
    *(
        Asked(
            name=f"sum of {n}",
            request=_MANY + "int",
            params="xs",
            description=f"The sum of a list of {n} digits.",
            answer=sum,
            draw=some((n,)),
            num_read=n,
        )
        for n in (2, 3, 4)
    ),
    *(
        Asked(
            name=f"addition of numbers of {n} digit{'s' * (n > 1)}",
            request="(list[IMAGE], list[IMAGE]) -> int",
            params="xs ys",
            description=f"The sum of two numbers of {n} digit(s), the highest digit first.",
            answer=lambda xs, ys: _number(xs) + _number(ys),
            draw=_numbers(n),
            num_read=2 * n,
        )
        for n in ADDED
    ),
    Asked(
        name="product of two",
        request=_PAIR + "int",
        params="x y",
        description="The product of two digits.",
        answer=lambda x, y: x * y,
        draw=labels(2),
        num_read=2,
    ),
    Asked(
        name="remainder",
        request=_PAIR + "int",
        params="x y",
        description="What is left of the first digit divided by the second, which is not 0.",
        answer=lambda x, y: x % y,
        draw=lambda rng: (rng.randrange(10), rng.randint(1, 9)),
        num_read=2,
    ),
    Asked(
        name="sum modulo 3",
        request=_PAIR + "int",
        params="x y",
        description="The sum of two digits modulo 3.",
        answer=lambda x, y: (x + y) % 3,
        draw=labels(2),
        num_read=2,
    ),
    Asked(
        name="add and subtract",
        request="(IMAGE, IMAGE, IMAGE) -> int",
        params="x y z",
        description="The sum of the first two digits less the third.",
        answer=lambda x, y, z: x + y - z,
        draw=labels(3),
        num_read=3,
    ),
    Asked(
        name="less than",
        request=_PAIR + "bool",
        params="x y",
        description="Is the first digit less than the second?",
        answer=lambda x, y: x < y,
        draw=half(lambda x, y: x < y, labels(2)),
        num_read=2,
    ),
    Asked(
        name="equal",
        request=_PAIR + "bool",
        params="x y",
        description="Do two images show the same digit?",
        answer=lambda x, y: x == y,
        draw=half(lambda x, y: x == y, labels(2)),
        num_read=2,
    ),
)
_LISTS = (
    Asked(
        name="count of 3",
        request=_MANY + "int",
        params="xs",
        description="How many digits of a list are 3.",
        answer=lambda xs: xs.count(3),
        draw=counted((3,), LENGTHS),
        num_read=3,
    ),
    Asked(
        name="count of 3 or 4",
        request=_MANY + "int",
        params="xs",
        description="How many digits of a list are 3 or 4.",
        answer=lambda xs: xs.count(3) + xs.count(4),
        draw=counted((3, 4), LENGTHS),
        num_read=3,
    ),
    Asked(
        name="sort",
        request=_MANY + "list[int]",
        params="xs",
        description="The digits of a list of two to four, in ascending order.",
        answer=sorted,
        draw=some(SORTED),
        num_read=3,
    ),
    Asked(
        name="maximum",
        request=_MANY + "int",
        params="xs",
        description="The largest digit of a list.",
        answer=max,
        draw=some(LENGTHS),
        num_read=2,
    ),
    Asked(
        name="most common",
        request=_MANY + "int",
        params="xs",
        description="The digit that a list has most often; it has one more often than any other.",
        answer=_most_common,
        draw=_one_most_common,
        num_read=2,
    ),
)
NUMERALS = (*_EACH, *_ARITHMETIC, *_LISTS)
