"""The problems about texts: what is asked, our own edge cases, how inputs are drawn."""

from __future__ import annotations

import random
import string
from collections import Counter

from .draw import LOWER, PRINTABLE, VISIBLE, mixed_text, text
from .errors import (
    EditsAndLetter,
    edits_and_count,
    edits_and_gap,
    edits_and_lines,
    edits_and_words,
)
from .problem import Inputs, Problem

VOWELS = "aeiou"

# ------------------------------------------------------------------------ what is right


def _double(s: str) -> str:
    return "".join("!!!" if c == "!" else c * 2 if c in string.ascii_letters else c for c in s)


def _replace_space(s: str) -> tuple[str, int]:
    return s.replace(" ", "\n"), len(s) - s.count(" ")


def _differences(s: str, t: str) -> str:
    pairs = enumerate(zip(s, t, strict=False))
    return "\n".join(f"{i} {c} {d}" for i, (c, d) in pairs if c != d)


def _word_lines(s: str, count: int) -> str:
    words = s.split()
    return "\n".join(" ".join(words[i : i + count]) for i in range(0, len(words), count))


def _pig_latin(s: str) -> str:
    return " ".join(f"{w if w[0] in VOWELS else w[1:] + w[0]}ay" for w in s.split())


def _checksum(s: str) -> str:
    return f"Check sum is {chr(32 + sum(map(ord, s)) % 64)}"


def _syllables(s: str) -> str:
    return f"The number of syllables is {sum(s.count(c) for c in 'aeiouy')}"


# ------------------------------------------------------------------------------- drawing


def _three_texts(rng: random.Random) -> Inputs:
    return tuple(text(rng, PRINTABLE, 0, 49) for _ in range(3))


def _three_of_one_length(rng: random.Random) -> Inputs:
    length = rng.randint(0, 49)
    return tuple(text(rng, PRINTABLE, length, length) for _ in range(3))


def _three_by_length(rng: random.Random) -> Inputs:
    return tuple(sorted(_three_texts(rng), key=len))


def _with_spaces(rng: random.Random) -> Inputs:
    return (mixed_text(rng, [(0.2, " "), (0.8, VISIBLE)], 0, 20),)


def _changed_text(rng: random.Random) -> Inputs:
    """A text and a copy with two characters in five drawn anew and the end cut, in any order."""
    first = text(rng, VISIBLE, 0, 10)
    second = "".join(rng.choice(VISIBLE) if rng.random() < 0.4 else c for c in first)
    pair = [first, second[: rng.randint(0, len(second))] if rng.random() < 0.5 else second]
    rng.shuffle(pair)
    return tuple(pair)


def _shuffled_text(rng: random.Random) -> Inputs:
    """A word and a shuffled copy, one in ten letters drawn anew, the end cut, in any order."""
    first = text(rng, LOWER, 0, 20)
    letters = [rng.choice(LOWER) if rng.random() < 0.1 else c for c in first]
    rng.shuffle(letters)
    second = "".join(letters[: rng.randint(0, len(letters))] if rng.random() < 0.5 else letters)
    pair = [first, second]
    rng.shuffle(pair)
    return tuple(pair)


def _words_and_count(rng: random.Random) -> Inputs:
    parts = [(0.15, " "), (0.05, "\n"), (0.8, VISIBLE)]
    (count,) = rng.choices(range(1, 11), [3, 3, 3, 2, 2, 1, 1, 1, 1, 1])
    return mixed_text(rng, parts, 1, 100), count


def _words(rng: random.Random) -> Inputs:
    """Words with one space between them; before that, one character in five was a space."""
    return (" ".join(mixed_text(rng, [(0.2, " "), (0.8, LOWER)], 3, 50).split()),)


def _with_vowels(rng: random.Random) -> Inputs:
    others = "".join(c for c in f" {VISIBLE}" if c not in string.ascii_uppercase)
    return (mixed_text(rng, [(0.2, "aeiouy"), (0.8, others)], 0, 20),)


# ------------------------------------------------------------------------- scrabble's table

_WORTH = {1: "aeilnorstu", 2: "dg", 3: "bcmp", 4: "fhvwy", 5: "k", 8: "jx", 10: "qz"}
LETTER_VALUES = [
    next((worth for worth, letters in _WORTH.items() if chr(code).lower() in letters), 0)
    for code in range(127)
]

# ---------------------------------------------------------------------------- the problems

TEXTS = (
    Problem(
        name="compare-string-lengths",
        request="(str, str, str) -> bool",
        params="a b c",
        description="is a shorter than b, and b shorter than c?",
        answer=lambda a, b, c: len(a) < len(b) < len(c),
        draws=[(100, _three_of_one_length), (200, _three_by_length), (700, _three_texts)],
        edges=[
            ("", "", ""),
            *((a, b, c) for a, b, c in ("xyz", "xzy", "zyx")),
            ("", "p", "pq"),
            ("pq", "p", ""),
            ("p", "", "pq"),
            ("p", "p", "pq"),
            ("p", "pq", "pq"),
            ("", "p", ""),
        ],
        num_train=100,
        num_test=1000,
    ),
    Problem(
        name="double-letters",
        request="str -> str",
        params="s",
        description="the text with every letter twice and every ! three times",
        answer=_double,
        draws=[(1, lambda rng: (text(rng, PRINTABLE, 0, 20),))],
        edges=[(s,) for s in ("", "a", "Z", "!", "5", " ", "\n", "a!", "!a", "!!", "Oh! No...")],
        num_train=100,
        num_test=1000,
        constants=("!",),
    ),
    Problem(
        name="replace-space-with-newline",
        request="str -> tuple[str, int]",
        params="s",
        description="the text with a line end for every space, and how many others there are",
        answer=_replace_space,
        draws=[(1, _with_spaces)],
        edges=[(s,) for s in ("", " ", "x", "x ", " x", "   ", "a b", "a  b", " to be or not ")],
        num_train=100,
        num_test=1000,
        constants=(" ", "\n"),
        error=edits_and_gap,
    ),
    Problem(
        name="string-differences",
        request="(str, str) -> str",
        params="s t",
        description="position, character of s and character of t where they differ, one a line",
        answer=_differences,
        draws=[(1, _changed_text)],
        edges=[
            ("", ""),
            ("", "x"),
            ("x", ""),
            ("x", "x"),
            ("x", "y"),
            ("xy", "yx"),
            ("house", "mouse"),
            ("short", "shorter"),
            ("0123456789", "9876543210"),
        ],
        num_train=200,
        num_test=2000,
        constants=(" ", "\n"),
        error=edits_and_lines,
    ),
    Problem(
        name="super-anagrams",
        request="(str, str) -> bool",
        params="s t",
        description="has t every letter of s, at least as often?",
        answer=lambda s, t: not Counter(s) - Counter(t),
        draws=[(1, _shuffled_text)],
        edges=[
            ("", ""),
            ("", "q"),
            ("q", ""),
            ("q", "q"),
            ("q", "qq"),
            ("qq", "q"),
            ("ab", "ba"),
            ("aab", "abb"),
            ("tea", "estate"),
            ("estate", "tea"),
        ],
        num_train=200,
        num_test=2000,
    ),
    Problem(
        name="x-word-lines",
        request="(str, int) -> str",
        params="s n",
        description="the words of the text, n a line",
        answer=_word_lines,
        draws=[(1, _words_and_count)],
        edges=[
            ("", 1),
            (" ", 2),
            ("\n", 3),
            ("x", 1),
            (" x\n", 2),
            ("x y", 1),
            ("x y", 2),
            ("x\ny", 3),
            ("x  y z", 2),
            ("a b c d e f", 3),
            ("a b c d e f g", 3),
        ],
        num_train=150,
        num_test=2000,
        constants=(" ", "\n"),
        error=edits_and_words,
    ),
    Problem(
        name="pig-latin",
        request="str -> str",
        params="s",
        description="'ay' behind each word, whose first letter goes to its end unless a vowel",
        answer=_pig_latin,
        draws=[(1, _words)],
        edges=[(s,) for s in ("", "a", "n", "y", "on", "no", "to be or not", "yes", "strength")],
        num_train=200,
        num_test=1000,
        constants=("ay", " ", VOWELS),
    ),
    Problem(
        name="scrabble-score",
        request="(str, list[int]) -> int",
        params="s worth",
        description="the sum of what the letters are worth; worth has it by their codes",
        answer=lambda s: sum(LETTER_VALUES[ord(c)] for c in s),
        draws=[(1, lambda rng: (text(rng, PRINTABLE, 0, 20),))],
        edges=[*((c,) for c in LOWER), ("",), (" ",), ("Q",), ("?",), ("7",), ("Quiz!",)],
        num_train=200,
        num_test=1000,
        given=(LETTER_VALUES,),
    ),
    Problem(
        name="checksum",
        request="str -> str",
        params="s",
        description="the sum of the codes, modulo 64, plus 32, as a character",
        answer=_checksum,
        draws=[(1, lambda rng: (text(rng, PRINTABLE, 0, 50),))],
        edges=[("",), *((c,) for c in PRINTABLE), ("\n\n",), ("AB",), ("z" * 50,)],
        num_train=300,
        num_test=2000,
        constants=("Check sum is ", " ", 64),
        error=EditsAndLetter(-1),
    ),
    Problem(
        name="syllables",
        request="str -> str",
        params="s",
        description="how many of the letters a, e, i, o, u, y the text has",
        answer=_syllables,
        draws=[(1, _with_vowels)],
        edges=[(s,) for s in ("", "b", *"aeiouy", " ", "3", "rhythm", "queue", "to be or not")],
        num_train=100,
        num_test=1000,
        constants=("The number of syllables is ", "aeiouy", *"aeiouy"),
        error=edits_and_count,
    ),
)
