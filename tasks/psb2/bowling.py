"""The problem of bowling: the score of a game that is written as a text."""

from __future__ import annotations

import random

from ..psb1.problem import Inputs, Problem
from .numbers import NUM_TEST, NUM_TRAIN

PINS = "-123456789X"  # the sign of a roll, by the pins that fall


def _score(game: str) -> int:
    rolls: list[int] = []
    for sign in game:
        rolls.append(10 - rolls[-1] if sign == "/" else PINS.index(sign))
    total = at = 0
    for _ in range(10):
        strike = rolls[at] == 10
        closed = strike or rolls[at] + rolls[at + 1] == 10
        total += sum(rolls[at : at + (3 if closed else 2)])
        at += 1 if strike else 2
    return total


def _pair(rng: random.Random) -> str:
    """The rolls of a frame: a strike in one of eleven, and the second any of what may be."""
    first = rng.randint(0, 10)
    if first == 10:
        return PINS[10]
    second = rng.randint(0, 10 - first)
    return PINS[first] + ("/" if first + second == 10 else PINS[second])


def _game(rng: random.Random) -> Inputs:
    """A whole game. What is rolled after the last strike or spare are one roll or two."""
    frames = [_pair(rng) for _ in range(10)]
    if frames[-1] == PINS[10]:
        extra = _pair(rng)
        frames.append(extra if len(extra) == 2 else extra + rng.choice(PINS))
    elif frames[-1].endswith("/"):
        frames.append(rng.choice(PINS))
    return ("".join(frames),)


BOWLING = Problem(
    name="bowling",
    request="str -> int",
    params="game",
    description="the score of a game of bowling",
    answer=_score,
    draws=[(1, _game)],
    edges=[
        (game,)
        for game in (
            "-" * 20,
            "9-" * 10,
            "12" * 10,
            "X" * 12,
            "9/" * 10 + "9",
            "X" + "-" * 18,
            "-" * 18 + "X--",
            "-" * 18 + "5/X",
            "-" * 18 + "X3/",
            "X9/" * 5 + "X",
        )
    ],
    num_train=NUM_TRAIN,
    num_test=NUM_TEST,
    constants=("-", "X", "/", *"123456789", 10),
)
