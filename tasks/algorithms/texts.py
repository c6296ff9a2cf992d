"""Algorithms on texts."""

from __future__ import annotations

from random import Random
from string import ascii_lowercase

from .algorithm import Algorithm, Draw, Inputs

_PARTNERS = {")": "(", "]": "["}


def caesar(text: str, k: int) -> str:
    """The text with each small letter moved k places on in the alphabet, from z on to a."""
    return "".join(
        ascii_lowercase[(ascii_lowercase.index(c) + k) % 26] if c in ascii_lowercase else c
        for c in text
    )


def is_balanced(text: str) -> bool:
    """Is every bracket closed by its partner, inside those around it?"""
    open_ones: list[str] = []
    for c in text:
        if c not in _PARTNERS:
            open_ones.append(c)
        elif not open_ones or open_ones.pop() != _PARTNERS[c]:
            return False
    return not open_ones


def _letters(shortest: int, longest: int) -> Draw:
    def draw(rng: Random) -> Inputs:
        length = rng.randint(shortest, longest)
        return "".join(rng.choices(ascii_lowercase + " .", k=length)), rng.randint(0, 25)

    return draw


def _brackets(kinds: tuple[str, ...], shortest: int, longest: int) -> Draw:
    """Balanced brackets; half of the time two of them change places, or one is another."""

    def draw(rng: Random) -> Inputs:
        half = rng.randint(shortest // 2, longest // 2)
        found: list[str] = []
        open_ones: list[str] = []
        while len(found) < 2 * half:
            if len(found) + len(open_ones) < 2 * half and (not open_ones or rng.random() < 0.5):
                pair = rng.choice(kinds)
                found.append(pair[0])
                open_ones.append(pair[1])
            else:
                found.append(open_ones.pop())
        if found and rng.random() < 0.6:
            i, j = rng.randrange(len(found)), rng.randrange(len(found))
            found[i], found[j] = found[j], rng.choice((found[i], rng.choice("".join(kinds))))
        return ("".join(found),)

    return draw


ALGORITHMS = (
    Algorithm(
        name="caesar cipher",
        request="(str, int) -> str",
        params=("text", "k"),
        description="each letter a to z moved k places on, from z on to a; all else stays",
        answer=caesar,
        edges=(("", 3), ("a", 1), ("z", 1), ("abc", 0), ("x y.", 5)),
        small=_letters(2, 8),
        large=_letters(400, 800),
        num_test=10,
        fuel=2_000_000,
        cells=2_000_000,
    ),
    Algorithm(
        name="balanced brackets",
        request="str -> bool",
        params=("text",),
        description="is every ( closed by a ) behind it",
        answer=is_balanced,
        edges=(("",), ("()",), (")(",), ("(",), ("(())",), ("())(",), ("()()",)),
        small=_brackets(("()",), 4, 12),
        large=_brackets(("()",), 400, 1_200),
        fuel=2_000_000,
        cells=2_000_000,
    ),
    Algorithm(
        name="brackets of two kinds",
        request="str -> bool",
        params=("text",),
        description="is every ( closed by a ) and every [ by a ], inside those around it",
        answer=is_balanced,
        edges=(("",), ("()",), ("[]",), ("(]",), ("([)]",), ("[()]",), ("][",), ("()[]",)),
        small=_brackets(("()", "[]"), 4, 12),
        large=_brackets(("()", "[]"), 400, 1_200),
        fuel=5_000_000,
        cells=5_000_000,
    ),
)
