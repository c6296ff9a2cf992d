"""The problems about texts: what is asked, our own edge cases, how inputs are drawn."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

from ..psb1.draw import LOWER, VISIBLE, text
from ..psb1.errors import each_gap, edits_of_items
from ..psb1.problem import Draw, Inputs, Problem
from .numbers import NUM_TEST, NUM_TRAIN

WITH_SPACE = f" {VISIBLE}"
COLOURS = "BRWYOG"
DIGITS = "0123456789"

# ------------------------------------------------------------------------ what is right


def _camel_case(s: str) -> str:
    def joined(group: str) -> str:
        first, *others = group.split("-")
        return first + "".join(word.capitalize() for word in others)

    return " ".join(map(joined, s.split(" ")))


def _places(s: str, target: str) -> list[int]:
    return [i for i in range(len(s)) if s.startswith(target, i)]


def _pegs(code: str, guess: str) -> tuple[int, int]:
    black = sum(a == b for a, b in zip(code, guess, strict=True))
    return (Counter(code) & Counter(guess)).total() - black, black


def _middle(s: str) -> str:
    return s[(len(s) - 1) // 2 : len(s) // 2 + 1]


def _truth(s: str) -> bool:
    value = s[0] == "t"
    for sign, letter in zip(s[1::2], s[2::2], strict=True):
        value = value and letter == "t" if sign == "&" else value or letter == "t"
    return value


def _spun(s: str) -> str:
    return " ".join(word[::-1] if len(word) >= 5 else word for word in s.split(" "))


def _tweet(s: str) -> str:
    if not s:
        return "You didn't type anything"
    return "Too many characters" if len(s) > 140 else f"Your tweet has {len(s)} characters"


# ------------------------------------------------------------------------------- drawing


def _dashed(rng: random.Random) -> Inputs:
    """Words with a dash between two of three pairs of neighbours, and a space otherwise."""
    length, s = rng.randint(0, 20), ""
    while len(s) < length:
        s += text(rng, LOWER, 1, 5) + ("-" if rng.random() < 0.66 else " ")
    return (s[:length].rstrip("- "),)


def _sentence(rng: random.Random) -> Inputs:
    """Words with a space between them; one in five may be of twice the length of others."""
    length, s = rng.randint(0, 20), ""
    while len(s) < length:
        s += text(rng, LOWER, 1, 8 if rng.random() < 0.8 else 16) + " "
    return (s[:length].rstrip(),)


def _text_with_target(shortest: int, longest: int) -> Draw:
    """Texts that are made of the target and of other characters, in a share drawn for each."""

    def draw(rng: random.Random) -> Inputs:
        (size,) = rng.choices(range(1, 7), [3, 3, 3, 3, 1, 1])
        target = text(rng, WITH_SPACE, size, size)
        length, probability, s = rng.randint(shortest, longest), rng.uniform(0, 0.8), ""
        while len(s) < length:
            s += target if rng.random() < probability else rng.choice(WITH_SPACE)
        return s[:length], target

    return draw


def _right_guess(rng: random.Random) -> Inputs:
    code = text(rng, COLOURS, 4, 4)
    return code, code


def _guess(rng: random.Random) -> Inputs:
    return text(rng, COLOURS, 4, 4), text(rng, COLOURS, 4, 4)


def _repeating(rng: random.Random) -> Inputs:
    """Digits of which each repeats the one before with a probability drawn for the text."""
    probability, s = rng.random(), rng.choice(DIGITS)
    for _ in range(rng.randint(1, 19)):
        s += s[-1] if rng.random() < probability else rng.choice(DIGITS)
    return (s,)


def _formula(rng: random.Random) -> Inputs:
    return ("".join(rng.choice("tf") + rng.choice("&|") for _ in range(rng.randint(2, 20)))[:-1],)


def _cipher(rng: random.Random) -> Inputs:
    count = rng.randint(0, 26)
    plain, coded = ("".join(rng.sample(LOWER, count)) for _ in range(2))
    return plain, coded, text(rng, plain, 0, 26) if plain else ""


# ---------------------------------------------------------------------------- the problems

TEXTS = (
    Problem(
        name="camel-case",
        request="str -> str",
        params="s",
        description="words with dashes between them made one, each but the first with a capital",
        answer=_camel_case,
        draws=[(1, _dashed)],
        edges=[(s,) for s in ("", "word", "a-b", "a b", "one-two three", "x y-z", "i-j-k l-m-n")],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        constants=("-", " "),
    ),
    Problem(
        name="indices-of-substring",
        request="(str, str) -> list[int]",
        params="s target",
        description="all positions at which the target begins, also where it overlaps itself",
        answer=_places,
        draws=[(40, _text_with_target(1, 10)), (140, _text_with_target(11, 20))],
        edges=[
            ("a", "a"),
            ("a", "b"),
            ("a", "aa"),
            ("aaaa", "aa"),
            ("abab", "ab"),
            ("ababa", "aba"),
            ("...!", "!"),
            ("xyzxyzxyzxyzxyzxyz", "zx"),
        ],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        error=edits_of_items,
    ),
    Problem(
        name="mastermind",
        request="(str, str) -> tuple[int, int]",
        params="code guess",
        description="how many colours are right at another place, and how many at the right one",
        answer=_pegs,
        draws=[(10, _right_guess), (170, _guess)],
        edges=[
            ("BBBB", "BBBB"),
            ("BBBB", "RRRR"),
            ("BRWY", "YWRB"),
            ("BRWY", "BRYW"),
            ("BBRR", "RRBB"),
            ("BBRR", "BRBR"),
            ("BBBR", "RBBB"),
            ("BRWY", "BBBB"),
            ("BBBB", "BRWY"),
            ("OGOG", "YOYO"),
        ],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        constants=tuple(COLOURS),
        error=each_gap,
    ),
    Problem(
        name="middle-character",
        request="str -> str",
        params="s",
        description="the middle character, both of them where the length is even",
        answer=_middle,
        draws=[(1, lambda rng: (text(rng, WITH_SPACE, 1, 100),))],
        edges=[(s,) for s in ("a", " ", "ab", "abc", "abcd", "     ", "a b c d", "(=)(=)")],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
    ),
    Problem(
        name="paired-digits",
        request="str -> int",
        params="s",
        description="the sum of the digits that the next one equals",
        answer=lambda s: sum(int(a) for a, b in pairwise(s) if a == b),
        draws=[(1, _repeating)],
        edges=[
            *((digit * 2,) for digit in DIGITS),
            *((s,) for s in ("12", "90", "122", "112", "121", "333", "909", "4455", "9" * 20)),
        ],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
    ),
    Problem(
        name="solve-boolean",
        request="str -> bool",
        params="s",
        description="the value of t and f joined by & and |, from left to right",
        answer=_truth,
        draws=[(1, _formula)],
        edges=[
            *((a,) for a in "tf"),
            *((a + sign + b,) for sign in "&|" for a in "tf" for b in "tf"),
        ],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        constants=("t", "f", "&", "|"),
    ),
    Problem(
        name="spin-words",
        request="str -> str",
        params="s",
        description="the words, those of 5 letters and more backwards",
        answer=_spun,
        draws=[(1, _sentence)],
        edges=[
            *((s,) for s in ("", "x", "four", "fiver", "sixsix", "four fiver", "fiver four")),
            *((s,) for s in ("abcdefghijklmnopqrst", "a bb ccc dddd eeeee", "hello world")),
        ],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        constants=(4, 5, " "),
    ),
    Problem(
        name="substitution-cipher",
        request="(str, str, str) -> str",
        params="plain coded message",
        description="the message with coded[i] in place of each plain[i]",
        answer=lambda plain, coded, message: message.translate(str.maketrans(plain, coded)),
        draws=[(1, _cipher)],
        edges=[
            ("", "", ""),
            ("x", "x", ""),
            ("x", "y", "x"),
            ("x", "y", "xxxx"),
            ("ab", "ba", "abba"),
            (LOWER, LOWER[::-1], "thequickbrownfox"),
        ],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
    ),
    Problem(
        name="twitter",
        request="str -> str",
        params="s",
        description="how long a message is, if it is not empty and not above 140 characters",
        answer=_tweet,
        draws=[(1, lambda rng: (text(rng, VISIBLE, 0, 200),))],
        edges=[("",), ("x",), ("x" * 139,), ("x" * 140,), ("x" * 141,), ("x" * 200,)],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        constants=(
            140,
            "You didn't type anything",
            "Too many characters",
            "Your tweet has ",
            " characters",
        ),
    ),
)
