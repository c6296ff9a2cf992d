"""The largest of the problems: statistics of the words and sentences of a text."""

from __future__ import annotations

import random
from collections import Counter

from .draw import PRINTABLE, text
from .errors import edits_and_statistics
from .problem import Inputs, Problem

ENDS = ".!?"


def _statistics(s: str) -> str:
    words = s.split()
    lengths = Counter(map(len, words))
    longest = max(lengths, default=0)
    sentences = sum(map(s.count, ENDS))
    return "\n".join(
        [
            *(f"words of length {k}: {lengths[k]}" for k in range(1, longest + 1)),
            f"number of sentences: {sentences}",
            f"average sentence length: {round(len(words) / sentences, 10)}",
        ]
    )


def _with_an_end(rng: random.Random) -> Inputs:
    """A text of 1 to 100 characters, one of which ends a sentence."""
    s = text(rng, PRINTABLE, 1, 100)
    if not any(end in s for end in ENDS):
        place = rng.randrange(len(s))
        s = f"{s[:place]}{rng.choice(ENDS)}{s[place + 1 :]}"
    return (s,)


WORD_STATS = Problem(
    name="word-stats",
    request="str -> str",
    params="s",
    description="how many words there are of each length, how many sentences, and how long",
    answer=_statistics,
    draws=[(1, _with_an_end)],
    edges=[
        *((end,) for end in ENDS),
        ("a.",),
        ("a b.",),
        ("a. b.",),
        ("\n!\n",),
        ("Is it? It is!",),
        ("one two three four five six seven.",),
        ("...",),
    ],
    num_train=100,
    num_test=1000,
    constants=(
        "words of length ",
        ": ",
        "number of sentences: ",
        "average sentence length: ",
        *ENDS,
    ),
    error=edits_and_statistics,
)
